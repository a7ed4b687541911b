//! When the owner of a session last proved who they are. One that is older than this is asked before what cannot be undone.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new(Session::ConfirmedAt).big_integer().to_owned();
        let table = Table::alter().table(Session::Table).add_column(column).to_owned();
        manager.alter_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter()
            .table(Session::Table)
            .drop_column(Session::ConfirmedAt)
            .to_owned();
        manager.alter_table(table).await
    }
}

#[derive(DeriveIden)]
enum Session {
    Table,
    ConfirmedAt,
}
