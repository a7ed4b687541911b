//! What waits is placed in its review once more: since it was, it was written down who made it, and the bureau may stand in. Until
//! then it may wait for those alone who have no voice about it any more.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let id = match manager.get_database_backend() {
            DbBackend::Postgres => "'00000000-0000-7000-8000-000000000117'::uuid",
            _ => "x'00000000000070008000000000000117'",
        };
        let ask = format!(
            "INSERT INTO job (id, kind, subject, state, attempts, lost, run_at, created_at)
             SELECT {id}, 'place-reviews', '', 'queued', 0, 0, 0, MAX(since) FROM review_state HAVING COUNT(*) > 0"
        );
        manager.get_connection().execute_unprepared(&ask).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let forget = "DELETE FROM job WHERE kind = 'place-reviews'";
        manager.get_connection().execute_unprepared(forget).await.map(drop)
    }
}
