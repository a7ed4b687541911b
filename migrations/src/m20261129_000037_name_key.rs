//! What tells sign-in names apart: `CASES.X` beside `cases.x` is one name to everybody but a database. The service fills the
//! column when it opens the library, the oldest account first; an account that is called like an older one stays without.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new(Account::NameKey).text().to_owned();
        let table = Table::alter().table(Account::Table).add_column(column).to_owned();
        manager.alter_table(table).await?;
        let index = Index::create()
            .name(INDEX)
            .table(Account::Table)
            .col(Account::NameKey)
            .unique()
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop().name(INDEX).table(Account::Table).to_owned();
        manager.drop_index(index).await?;
        let table = Table::alter()
            .table(Account::Table)
            .drop_column(Account::NameKey)
            .to_owned();
        manager.alter_table(table).await
    }
}

/// PostgreSQL calls the constraint on the name itself `account_name_key`.
const INDEX: &str = "account_by_name_key";

#[derive(DeriveIden)]
enum Account {
    Table,
    NameKey,
}
