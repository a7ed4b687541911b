//! Where working copies wait to stand: a new version of a standard asks for all that stand, or wait to, at a task or course.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, on) in INDEXES {
            let create = format!("CREATE INDEX {name} ON {on}");
            manager.get_connection().execute_unprepared(&create).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in INDEXES {
            let drop = format!("DROP INDEX {name}");
            manager.get_connection().execute_unprepared(&drop).await?;
        }
        Ok(())
    }
}

const INDEXES: [(&str, &str); 3] = [
    (
        "resource_waiting_task",
        "resource ((waiting->>'task_id')) WHERE waiting IS NOT NULL",
    ),
    (
        "resource_waiting_course",
        "resource ((waiting->>'course_id')) WHERE waiting IS NOT NULL",
    ),
    // What an earlier version asked for at a place that a later one changes again.
    (
        "standard_followup_subject",
        "standard_followup (subject_id) WHERE state = 'open'",
    ),
];
