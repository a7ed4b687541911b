//! In which order a task's resources are shown: one list for the city, and one for each school that made its own.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("task_order")
            .col(uuid("task_id"))
            // `city`, or a school's id: a part of the key may not be null.
            .col(text("keeper"))
            .col(json_binary("resources"))
            .col(big_integer("revision"))
            .col(big_integer("updated_at"))
            .col(uuid("updated_by"))
            .primary_key(Index::create().col("task_id").col("keeper"))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("task_order").to_owned()).await
    }
}
