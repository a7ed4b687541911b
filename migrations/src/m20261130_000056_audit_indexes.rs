//! The audit log at ten million lines: an index for each way in which it is narrowed, every one in the order of ids, which is
//! that of time. The index by time goes: a span of time is a span of ids.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEXES: &[&str] = &[
    "CREATE INDEX audit_account ON audit (account_id, id)",
    "CREATE INDEX audit_school ON audit (school_id, id)",
    "CREATE INDEX audit_action ON audit (action, id)",
    "CREATE INDEX audit_address ON audit (address, id)",
    // The thing that a subject begins with, whatever follows it: comments of a resource, versions of a pack.
    "CREATE INDEX audit_thing ON audit (substr(subject, 1, 36), id)",
    "CREATE INDEX audit_refused ON audit (id) WHERE outcome <> 'done'",
    "DROP INDEX audit_at",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in INDEXES {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let database = manager.get_connection();
        for name in ["refused", "thing", "address", "action", "school", "account"] {
            database.execute_unprepared(&format!("DROP INDEX audit_{name}")).await?;
        }
        database
            .execute_unprepared("CREATE INDEX audit_at ON audit (at)")
            .await?;
        Ok(())
    }
}
