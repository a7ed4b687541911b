//! Which of the texts that were written of a content is its text: each is an object of its own, so that nobody reads one while
//! another is written over it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter()
            .table("extraction")
            // None: the only one that older versions wrote.
            .add_column(integer_null("text_version"))
            .to_owned();
        manager.alter_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter()
            .table("extraction")
            .drop_column("text_version")
            .to_owned();
        manager.alter_table(table).await
    }
}
