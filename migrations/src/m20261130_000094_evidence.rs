//! Packs that are evidence, and the documents that are made for each of their versions.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let marked = Table::alter()
            .table("pack")
            .add_column(boolean("evidence").default(false))
            .to_owned();
        manager.alter_table(marked).await?;
        let table = Table::create()
            .table("pack_document")
            .col(uuid("pack_id"))
            .col(integer("number"))
            // What it is called in the archive: `evidence.pdf`, `SHA256SUMS`.
            .col(text("name"))
            .col(text("media_type"))
            // A content like others.
            .col(text("sha256"))
            .primary_key(Index::create().col("pack_id").col("number").col("name"))
            .to_owned();
        manager.create_table(table).await?;
        let index = "CREATE INDEX pack_document_content ON pack_document (sha256)";
        manager.get_connection().execute_unprepared(index).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("pack_document").to_owned())
            .await?;
        let change = Table::alter().table("pack").drop_column("evidence").to_owned();
        manager.alter_table(change).await
    }
}
