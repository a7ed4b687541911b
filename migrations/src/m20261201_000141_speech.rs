//! What was heard in films without subtitles, and what people corrected of it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let heard = Table::create()
            .table("speech")
            .col(text("sha256"))
            .col(text("kind"))
            .col(text("state"))
            // Counts how often it was heard; what was heard last is kept under this number.
            .col(integer("round"))
            .col(text_null("heard_by"))
            .col(text_null("fault"))
            .col(big_integer("updated_at"))
            .primary_key(Index::create().col("sha256").col("kind"))
            .to_owned();
        manager.create_table(heard).await?;
        let corrections = Table::create()
            .table("speech_line")
            .col(text("sha256"))
            .col(text("kind"))
            .col(big_integer("start_ms"))
            .col(big_integer("end_ms"))
            .col(text("text"))
            .col(big_integer("updated_at"))
            .primary_key(Index::create().col("sha256").col("kind").col("start_ms"))
            .to_owned();
        manager.create_table(corrections).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("speech_line").to_owned())
            .await?;
        manager.drop_table(Table::drop().table("speech").to_owned()).await
    }
}
