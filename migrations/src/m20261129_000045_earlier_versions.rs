//! What was published before approvals were noted counts as approved in all its versions when a file of them is erased: others
//! may have read them, so that one who may is asked. It is shown to nobody for that.
//!
//! Those are the versions of what was ever published up to the first that somebody is noted to have approved.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(STATEMENT).await.map(|_| ())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}

const STATEMENT: &str = "UPDATE version SET approved_at =
        (SELECT published_at FROM resource WHERE resource.id = version.resource_id)
     WHERE approved_at IS NULL
        AND EXISTS (SELECT 1 FROM resource WHERE resource.id = version.resource_id
            AND resource.published_at IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM version AS decided WHERE decided.resource_id = version.resource_id
            AND decided.number <= version.number AND decided.approved_by IS NOT NULL)";
