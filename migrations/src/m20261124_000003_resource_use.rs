//! How often each resource was used.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("resource_use")
            .col(pk_uuid("resource_id"))
            .col(big_integer("uses"))
            // When they were last added to: what other nodes have not read yet.
            .col(big_integer("updated_at"))
            .to_owned();
        manager.create_table(table).await?;
        let index = "CREATE INDEX resource_use_updated ON resource_use (updated_at)";
        manager.get_connection().execute_unprepared(index).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("resource_use").to_owned()).await
    }
}
