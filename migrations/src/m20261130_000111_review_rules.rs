//! Whose work a review decides on, besides the owner's: nobody decides on what they made or changed themselves.
//!
//! Of what is undecided today it is known who made its versions, and not who changed its words.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let authors = Table::create()
            .table("review_author")
            .col(uuid("resource_id"))
            .col(uuid("account_id"))
            .primary_key(Index::create().col("resource_id").col("account_id"))
            .to_owned();
        manager.create_table(authors).await?;
        manager.get_connection().execute_unprepared(UNDECIDED).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("review_author").to_owned())
            .await
    }
}

/// Beside something published, the version that is shown and those after it; of all else, every version.
const UNDECIDED: &str = "
    INSERT INTO review_author (resource_id, account_id)
    SELECT DISTINCT version.resource_id, version.author_id FROM version
    JOIN resource ON resource.id = version.resource_id
    WHERE resource.status <> 'published'
        OR resource.waiting IS NOT NULL AND version.number >= resource.version";
