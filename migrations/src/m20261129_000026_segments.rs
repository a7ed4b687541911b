//! Uploads that several processes share: which request writes to one, and which of its bytes lie in the store.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let writer = Table::alter()
            .table("upload")
            .add_column(uuid_null("writer"))
            .to_owned();
        manager.alter_table(writer).await?;
        let segments = Table::create()
            .table("upload_segment")
            .col(uuid("upload_id"))
            .col(big_integer("start"))
            .col(big_integer("size"))
            .col(string("generation"))
            .col(big_integer("crc32"))
            .primary_key(Index::create().col("upload_id").col("start"))
            .to_owned();
        manager.create_table(segments).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("upload_segment").to_owned())
            .await?;
        let writer = Table::alter().table("upload").drop_column("writer").to_owned();
        manager.alter_table(writer).await
    }
}
