//! What removed resources left behind: uses written down after they were gone, and contributions that kept their companies from
//! being removed.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let left = format!(
                "DELETE FROM {table} WHERE NOT EXISTS (SELECT 1 FROM resource WHERE resource.id = {table}.resource_id)"
            );
            manager.get_connection().execute_unprepared(&left).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}

const TABLES: [&str; 3] = ["resource_use", "resource_use_month", "company_contribution"];
