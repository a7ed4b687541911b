//! What waits for a school that has too few people to decide on it is left to the bureau.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter()
            .table("resource")
            .add_column(boolean("left_to_bureau").default(false))
            .to_owned();
        manager.alter_table(add).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::alter()
            .table("resource")
            .drop_column("left_to_bureau")
            .to_owned();
        manager.alter_table(drop).await
    }
}
