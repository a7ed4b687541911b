//! Where the library itself last signed that the chain of its audit log stood.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let head = Table::create()
            .table("audit_head")
            // The number of the last line that was chained then.
            .col(big_integer("seq").primary_key())
            // The checkpoint, with its key and signature.
            .col(text("body"))
            .to_owned();
        manager.create_table(head).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("audit_head").to_owned()).await
    }
}
