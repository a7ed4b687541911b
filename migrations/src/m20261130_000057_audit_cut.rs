//! Where the chain of the audit log begins once its oldest lines were kept long enough.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let cut = Table::create()
            .table("audit_cut")
            // The number of the last line that was removed.
            .col(big_integer("seq").primary_key())
            // What is signed about it, with its key and signature.
            .col(text("body"))
            .to_owned();
        manager.create_table(cut).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("audit_cut").to_owned()).await
    }
}
