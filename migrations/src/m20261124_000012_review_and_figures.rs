//! Comments of the review, since when a resource waits for one, and its uses by month.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(comments()).await?;
        manager.create_table(uses_by_month()).await?;
        let add = Table::alter()
            .table("resource")
            .add_column(big_integer_null("submitted_at"))
            .to_owned();
        manager.alter_table(add).await?;
        for statement in STATEMENTS {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("DROP INDEX resource_submitted")
            .await?;
        let drop = Table::alter().table("resource").drop_column("submitted_at").to_owned();
        manager.alter_table(drop).await?;
        for table in ["resource_use_month", "comment"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn comments() -> TableCreateStatement {
    Table::create()
        .table("comment")
        .col(pk_uuid("id"))
        .col(uuid("resource_id"))
        .col(uuid("author_id"))
        // The place it points at: a file, and where in it; none of both for the whole resource.
        .col(uuid_null("file_id"))
        .col(json_null("locator"))
        .col(text("text"))
        .col(big_integer("created_at"))
        .col(big_integer_null("resolved_at"))
        .col(uuid_null("resolved_by"))
        .to_owned()
}

fn uses_by_month() -> TableCreateStatement {
    Table::create()
        .table("resource_use_month")
        .col(uuid("resource_id"))
        // Year and month as one number, in the library's own time: 202611.
        .col(integer("month"))
        .col(big_integer("uses"))
        .primary_key(Index::create().col("resource_id").col("month"))
        .to_owned()
}

const STATEMENTS: &[&str] = &[
    // What waits already has waited at least since it last changed.
    "UPDATE resource SET submitted_at = updated_at WHERE status = 'submitted'",
    "CREATE INDEX resource_submitted ON resource (status, submitted_at, id)",
    "CREATE INDEX comment_resource ON comment (resource_id, id)",
];
