//! Revisions of companies and of visits of experts: two people who change the same one do not write over each other unseen.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let counted = Table::alter()
                .table(table)
                .add_column(big_integer("revision").default(1))
                .to_owned();
            manager.alter_table(counted).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let change = Table::alter().table(table).drop_column("revision").to_owned();
            manager.alter_table(change).await?;
        }
        Ok(())
    }
}

const TABLES: [&str; 2] = ["company", "expert_visit"];
