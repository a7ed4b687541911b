//! The companies under whose names hubs' resources were given: a mirror knows no more of them than their names.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let named = Table::alter()
            .table("mirror_resource")
            .add_column(text_null("company"))
            .to_owned();
        manager.alter_table(named).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let change = Table::alter()
            .table("mirror_resource")
            .drop_column("company")
            .to_owned();
        manager.alter_table(change).await
    }
}
