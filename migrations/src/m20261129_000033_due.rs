//! What a process of an older version keeps beside newer ones says nothing of when it was verified. That is due to be
//! looked at, and not known to be damaged. On SQLite a column's default cannot be changed, and one program has it alone.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        set_default(manager, 1).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        set_default(manager, 0).await
    }
}

async fn set_default(manager: &SchemaManager<'_>, default: i64) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Sqlite {
        return Ok(());
    }
    let sql = format!("ALTER TABLE blob ALTER COLUMN verified_at SET DEFAULT {default}");
    manager.get_connection().execute_unprepared(&sql).await?;
    Ok(())
}
