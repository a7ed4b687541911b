//! For which areas a token was made. One that is older was made when every token carried all that its account may read,
//! and keeps doing so until it ends.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new(Token::Areas).text().to_owned();
        let table = Table::alter().table(Token::Table).add_column(column).to_owned();
        manager.alter_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter().table(Token::Table).drop_column(Token::Areas).to_owned();
        manager.alter_table(table).await
    }
}

#[derive(DeriveIden)]
enum Token {
    Table,
    Areas,
}
