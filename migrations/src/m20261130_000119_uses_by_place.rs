//! How often resources were used by where they stood when they were, so that no figure changes when one is moved or removed, and
//! no page adds up all of them; and indexes for the other figures of progress.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // It is gone where a program was killed between taking it away and saying so.
        manager
            .create_table(sums("use_removed").if_not_exists().to_owned())
            .await?;
        manager.create_table(sums("use_place")).await?;
        let conn = manager.get_connection();
        conn.execute_unprepared(&begun(manager.get_database_backend() == DbBackend::Postgres))
            .await?;
        manager
            .drop_table(Table::drop().table("use_removed").to_owned())
            .await?;
        for index in INDEXES {
            conn.execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in ["training_attendance_counted", "resource_published"] {
            manager.drop_index(Index::drop().name(index).to_owned()).await?;
        }
        // What was removed is told no more from what is there.
        manager.drop_table(Table::drop().table("use_place").to_owned()).await?;
        manager.create_table(sums("use_removed")).await
    }
}

fn sums(name: &'static str) -> TableCreateStatement {
    Table::create()
        .table(name)
        // The ids of the place, one after the other: a key whose parts may be missing.
        .col(text("place"))
        // Year and month as one number; 0: in all.
        .col(integer("month"))
        .col(uuid_null("school_id"))
        .col(uuid_null("major_id"))
        .col(uuid_null("course_id"))
        .col(uuid_null("task_id"))
        .col(big_integer("uses"))
        .primary_key(Index::create().col("place").col("month"))
        .to_owned()
}

/// Nobody noted where resources stood when they were used until now: what they have counts where they stand.
fn begun(is_postgres: bool) -> String {
    let place = PLACE.map(|column| written(column, is_postgres)).join(" || '/' || ");
    let columns = PLACE.join(", ");
    let of_resource = PLACE.map(|column| format!("resource.{column} AS {column}")).join(", ");
    format!(
        "INSERT INTO use_place (place, month, {columns}, uses)
         SELECT {place}, used.month, {columns}, CAST(SUM(used.uses) AS BIGINT) FROM (
             SELECT {of_resource}, 0 AS month, resource_use.uses AS uses
             FROM resource_use JOIN resource ON resource.id = resource_use.resource_id
             UNION ALL SELECT {of_resource}, resource_use_month.month, resource_use_month.uses
             FROM resource_use_month JOIN resource ON resource.id = resource_use_month.resource_id
             UNION ALL SELECT {columns}, month, uses FROM use_removed) AS used
         GROUP BY {columns}, used.month"
    )
}

const PLACE: [&str; 4] = ["school_id", "major_id", "course_id", "task_id"];

/// An id as the program writes it; nothing where there is none. SQLite keeps its sixteen bytes.
fn written(column: &str, is_postgres: bool) -> String {
    let parts = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)];
    let parts = parts.map(|(from, length)| format!("substr(hex({column}), {from}, {length})"));
    let text = if is_postgres {
        format!("CAST({column} AS TEXT)")
    } else {
        format!("lower({})", parts.join(" || '-' || "))
    };
    format!("CASE WHEN {column} IS NULL THEN '' ELSE {text} END")
}

const INDEXES: [&str; 3] = [
    "CREATE INDEX use_place_month ON use_place (month, school_id, major_id)",
    "CREATE INDEX resource_published ON resource (published_at, status, school_id)",
    // All that is asked of who was trained, so that the index alone answers it.
    "CREATE INDEX training_attendance_counted ON training_attendance (state, attended_on, school_id, session_id, account_id)",
];
