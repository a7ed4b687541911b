//! Pages whose text stands in their pictures alone: what became of each, and what people put right on it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("ocr_page")
            .col(text("sha256"))
            .col(text("kind"))
            .col(integer("page"))
            .col(text("state"))
            // None: it was not read.
            .col(integer_null("model"))
            .col(integer_null("confidence"))
            .col(text_null("fault"))
            // The claim of the job that is at it.
            .col(text_null("claimed_by"))
            .col(big_integer("updated_at"))
            .primary_key(Index::create().col("sha256").col("kind").col("page"))
            .to_owned();
        manager.create_table(table).await?;
        // What waits, and what was read lately.
        let index = Index::create()
            .name("ocr_page_state")
            .table("ocr_page")
            .col("state")
            .col("updated_at")
            .to_owned();
        manager.create_index(index).await?;
        let corrections = Table::create()
            .table("ocr_correction")
            .col(text("sha256"))
            .col(text("kind"))
            .col(integer("page"))
            .col(json("corrections"))
            .col(big_integer("updated_at"))
            .primary_key(Index::create().col("sha256").col("kind").col("page"))
            .to_owned();
        manager.create_table(corrections).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("ocr_correction").to_owned())
            .await?;
        manager.drop_table(Table::drop().table("ocr_page").to_owned()).await
    }
}
