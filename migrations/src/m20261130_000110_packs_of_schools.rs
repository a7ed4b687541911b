//! Packs of one school's resources alone: what an inspector is shown of a school holds no other's.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let limited = Table::alter()
            .table("pack")
            .add_column(uuid_null("of_school"))
            .to_owned();
        manager.alter_table(limited).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let change = Table::alter().table("pack").drop_column("of_school").to_owned();
        manager.alter_table(change).await
    }
}
