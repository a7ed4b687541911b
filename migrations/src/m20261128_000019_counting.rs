//! Counts of what a course or a major has, without reading the resources themselves: a description is long.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEXES: [(&str, &str); 2] = [
    ("resource_course_count", "course_id"),
    ("resource_major_count", "major_id"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, place) in INDEXES {
            // All that such a count asks for, so that the index alone answers it.
            let columns = format!("{place}, status, scope, task_id, kind, school_id, owner_id");
            let create = format!("CREATE INDEX {name} ON resource ({columns})");
            manager.get_connection().execute_unprepared(&create).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in INDEXES {
            manager
                .get_connection()
                .execute_unprepared(&format!("DROP INDEX {name}"))
                .await?;
        }
        Ok(())
    }
}
