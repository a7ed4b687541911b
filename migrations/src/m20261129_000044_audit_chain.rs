//! The audit log is chained: each line bears a number and a hash of itself and of the line before it.
//!
//! Lines of before are chained with the first round, in the order in which they were written.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [big_integer_null("seq"), text_null("chain")] {
            let add = Table::alter().table("audit").add_column(column).to_owned();
            manager.alter_table(add).await?;
        }
        let numbers = Index::create()
            .name("audit_seq")
            .table("audit")
            .col("seq")
            .unique()
            .to_owned();
        manager.create_index(numbers).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name("audit_seq").table("audit").to_owned())
            .await?;
        for column in ["chain", "seq"] {
            let drop = Table::alter().table("audit").drop_column(column).to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}
