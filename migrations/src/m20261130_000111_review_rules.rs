//! Rules of the review: whose work it decides on besides the owner's, for nobody decides on what they made or changed themselves;
//! that publishing for more than a school without a review is a rule of its own; and who is appointed to a step by name.
//!
//! Of what is undecided today it is known who made its versions, and not who changed its words. In a new library a school's
//! administrators publish for nobody beyond it; where a library is used already they may what they might until now, and the page
//! of the paths says what that gives away.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [authors(), takers()] {
            manager.create_table(table).await?;
        }
        let beyond = Table::alter()
            .table("review_path")
            .add_column(boolean("may_publish_beyond").default(false))
            .to_owned();
        manager.alter_table(beyond).await?;
        for statement in [UNDECIDED, AS_BEFORE] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let change = Table::alter()
            .table("review_path")
            .drop_column("may_publish_beyond")
            .to_owned();
        manager.alter_table(change).await?;
        for table in ["review_step_taker", "review_author"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn authors() -> TableCreateStatement {
    Table::create()
        .table("review_author")
        .col(uuid("resource_id"))
        .col(uuid("account_id"))
        .primary_key(Index::create().col("resource_id").col("account_id"))
        .to_owned()
}

fn takers() -> TableCreateStatement {
    Table::create()
        .table("review_step_taker")
        .col(uuid("step_id"))
        .col(uuid("account_id"))
        .primary_key(Index::create().col("step_id").col("account_id"))
        .to_owned()
}

/// Beside something published, the version that is shown and those after it; of all else, every version.
const UNDECIDED: &str = "
    INSERT INTO review_author (resource_id, account_id)
    SELECT DISTINCT version.resource_id, version.author_id FROM version
    JOIN resource ON resource.id = version.resource_id
    WHERE resource.status <> 'published'
        OR resource.waiting IS NOT NULL AND version.number >= resource.version";

/// Whoever uses a library has an account.
const AS_BEFORE: &str = "UPDATE review_path SET may_publish_beyond = may_publish WHERE EXISTS (SELECT 1 FROM account)";
