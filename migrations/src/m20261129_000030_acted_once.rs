//! A kept answer belongs to the act it is the answer of, and lists are walked in the order that they are shown in.
//!
//! A request with a key used to say that it had begun, act, and then keep its answer: cut off in between, it acted again.
//! Now the act itself writes the key's row, with what it made. Rows of requests that were under way are of no use to
//! anybody, since nobody knows whether those acted.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Name, table and columns of each index.
const INDEXES: [(&str, &str, &[&str]); 6] = [
    // What a school sees of its own, and what its administrators see, the newest first.
    (
        "resource_school_shown",
        "resource",
        &["school_id", "status", "scope", "id"],
    ),
    ("resource_school_newest", "resource", &["school_id", "id"]),
    // What stands at a task.
    ("resource_task", "resource", &["task_id", "id"]),
    // What questions name.
    ("task_name", "task", &["name"]),
    ("course_name", "course", &["name"]),
    ("major_any_name", "major", &["name"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let subject = Table::alter()
            .table("idempotency")
            .add_column(string_null("subject"))
            .to_owned();
        manager.alter_table(subject).await?;
        let unanswered = Query::delete()
            .from_table("idempotency")
            .cond_where(Expr::col("status").is_null())
            .to_owned();
        manager.execute(unanswered).await?;
        for (name, table, columns) in INDEXES {
            let mut index = Index::create();
            index.name(name).table(table);
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table, _) in INDEXES {
            manager
                .drop_index(Index::drop().name(name).table(table).to_owned())
                .await?;
        }
        let subject = Table::alter().table("idempotency").drop_column("subject").to_owned();
        manager.alter_table(subject).await
    }
}
