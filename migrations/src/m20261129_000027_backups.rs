//! When the library was backed up last, and how far back its backups go.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let create = Table::create()
            .table("backup")
            // `elsewhere`, or `beside` the objects in the store itself.
            .col(string("place").primary_key())
            .col(big_integer("made_at"))
            .col(big_integer("lost"))
            .to_owned();
        manager.create_table(create).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("backup").to_owned()).await
    }
}
