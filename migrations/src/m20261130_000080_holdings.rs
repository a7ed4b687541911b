//! How many published resources stood at each place on each day: a ledger, summed up by day and by block of days.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [changes(), sums(), checks()] {
            manager.create_table(table).await?;
        }
        let day = Index::create()
            .name("holding_change_day")
            .table("holding_change")
            .col("day")
            .to_owned();
        manager.create_index(day).await?;
        let is_postgres = manager.get_database_backend() == DbBackend::Postgres;
        let conn = manager.get_connection();
        conn.execute_unprepared(&begun(is_postgres)).await?;
        conn.execute_unprepared(&first_check(is_postgres)).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["holding_check", "holding_sum", "holding_change"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn changes() -> TableCreateStatement {
    Table::create()
        .table("holding_change")
        .col(pk_uuid("id"))
        // Days since 1970 where the library stands.
        .col(integer("day"))
        .col(uuid_null("school_id"))
        .col(uuid_null("major_id"))
        .col(uuid_null("course_id"))
        .col(uuid_null("task_id"))
        .col(text("kind"))
        .col(big_integer("delta"))
        .to_owned()
}

fn sums() -> TableCreateStatement {
    Table::create()
        .table("holding_sum")
        .col(text("grain"))
        .col(integer("at"))
        .col(text("place"))
        .col(uuid_null("school_id"))
        .col(uuid_null("major_id"))
        .col(uuid_null("course_id"))
        .col(uuid_null("task_id"))
        .col(text("kind"))
        .col(big_integer("delta"))
        .primary_key(Index::create().col("grain").col("at").col("place"))
        .to_owned()
}

fn checks() -> TableCreateStatement {
    Table::create()
        .table("holding_check")
        .col(pk_uuid("id"))
        .col(big_integer("at"))
        .col(big_integer("wrong"))
        .to_owned()
}

/// What is published already counts from the day on which it was published last. Eight hours: the library's own time.
fn begun(is_postgres: bool) -> String {
    let id = random_id(is_postgres);
    format!(
        "INSERT INTO holding_change (id, day, school_id, major_id, course_id, task_id, kind, delta)
         SELECT {id}, held.day, held.school_id, held.major_id, held.course_id, held.task_id, held.kind, held.delta FROM (
             SELECT CAST((COALESCE(published_at, updated_at) + 28800000) / 86400000 AS INTEGER) AS day,
                    school_id, major_id, course_id, task_id, kind, COUNT(*) AS delta
             FROM resource WHERE status = 'published' GROUP BY 1, 2, 3, 4, 5, 6) AS held"
    )
}

/// From when on the ledger is exact.
fn first_check(is_postgres: bool) -> String {
    let now = if is_postgres {
        "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
    } else {
        "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
    };
    let id = random_id(is_postgres);
    format!("INSERT INTO holding_check (id, at, wrong) VALUES ({id}, {now}, 0)")
}

fn random_id(is_postgres: bool) -> &'static str {
    if is_postgres {
        "gen_random_uuid()"
    } else {
        "randomblob(16)"
    }
}
