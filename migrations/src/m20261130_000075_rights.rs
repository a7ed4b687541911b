//! What is said of a resource about the rights of others, and about what AI did: one JSON object, empty where nothing is.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // With a default: a node of the older program may still write rows.
        let add = Table::alter()
            .table("resource")
            .add_column(json("rights").default("{}"))
            .to_owned();
        manager.alter_table(add).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::alter().table("resource").drop_column("rights").to_owned();
        manager.alter_table(drop).await
    }
}
