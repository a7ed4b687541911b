//! Which contents were turned into pages that can be painted.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("rendition")
            .col(text("sha256"))
            .col(text("kind"))
            // None: it could not be made.
            .col(integer_null("pages"))
            .col(big_integer("made_at"))
            .primary_key(Index::create().col("sha256").col("kind"))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("rendition").to_owned()).await
    }
}
