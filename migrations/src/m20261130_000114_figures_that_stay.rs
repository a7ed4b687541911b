//! Figures that stay right: since when courses and tasks are there, and how often removed resources had been used.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ADDED {
            // None of what is there already: it always was.
            let dated = Table::alter()
                .table(table)
                .add_column(big_integer_null("added_at"))
                .to_owned();
            manager.alter_table(dated).await?;
        }
        let removed = Table::create()
            .table("use_removed")
            // The ids of the place, one after the other: a key whose parts may be missing.
            .col(text("place"))
            // Year and month as one number; 0: in all.
            .col(integer("month"))
            .col(uuid_null("school_id"))
            .col(uuid_null("major_id"))
            .col(uuid_null("course_id"))
            .col(uuid_null("task_id"))
            .col(big_integer("uses"))
            .primary_key(Index::create().col("place").col("month"))
            .to_owned();
        manager.create_table(removed).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("use_removed").to_owned())
            .await?;
        for table in ADDED {
            let change = Table::alter().table(table).drop_column("added_at").to_owned();
            manager.alter_table(change).await?;
        }
        Ok(())
    }
}

const ADDED: [&str; 2] = ["course", "task"];
