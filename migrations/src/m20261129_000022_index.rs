//! A demand that reaches every node: build your index anew. And when a text was found lost, so that it is not read again for ever.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter()
            .table("extraction")
            .add_column(big_integer_null("text_lost_at"))
            .to_owned();
        manager.alter_table(add).await?;
        let table = Table::create()
            .table("index_epoch")
            .col(small_integer("id").primary_key())
            .col(big_integer("epoch"))
            .to_owned();
        manager.create_table(table).await?;
        let first = Query::insert()
            .into_table("index_epoch")
            .columns(["id", "epoch"])
            .values_panic([1.into(), 0.into()])
            .to_owned();
        manager.execute(first).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("index_epoch").to_owned())
            .await?;
        let drop = Table::alter()
            .table("extraction")
            .drop_column("text_lost_at")
            .to_owned();
        manager.alter_table(drop).await
    }
}
