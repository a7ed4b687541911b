//! Marks: what came of recognition, on resources, courses, majors, schools and people, with how long it is valid. What
//! experts held up as models is among them from now on.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(marks()).await?;
        let until = Table::alter()
            .table("resource")
            .add_column(text_null("marked_until"))
            .to_owned();
        manager.alter_table(until).await?;
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        // The library stands eight hours east.
        let day = match manager.get_database_backend() {
            DbBackend::Postgres => "to_char(to_timestamp(marked_at / 1000 + 28800) AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
            _ => "date(marked_at / 1000 + 28800, 'unixepoch')",
        };
        let take_over = format!(
            "INSERT INTO recognition_mark (id, kind, school_id, resource_id, valid_from, given_by, given_at) \
             SELECT id, 'resource', school_id, id, {day}, COALESCE(marked_by, owner_id), marked_at \
             FROM resource WHERE marked_at IS NOT NULL"
        );
        manager.get_connection().execute_unprepared(&take_over).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let until = Table::alter().table("resource").drop_column("marked_until").to_owned();
        manager.alter_table(until).await?;
        manager
            .drop_table(Table::drop().table("recognition_mark").to_owned())
            .await
    }
}

fn marks() -> TableCreateStatement {
    Table::create()
        .table("recognition_mark")
        .col(pk_uuid("id"))
        .col(text("kind"))
        .col(uuid_null("school_id"))
        .col(uuid_null("course_id"))
        .col(uuid_null("major_id"))
        .col(uuid_null("person_id"))
        .col(uuid_null("resource_id"))
        // What the call awarded; none of what an expert held up.
        .col(text_null("award"))
        .col(uuid_null("call_id"))
        .col(uuid_null("result_id"))
        .col(text("valid_from"))
        // Its last day; none: for good.
        .col(text_null("valid_until"))
        .col(uuid("given_by"))
        .col(big_integer("given_at"))
        .col(big_integer_null("ended_at"))
        .col(uuid_null("ended_by"))
        .to_owned()
}

const INDEXES: &[&str] = &[
    "CREATE INDEX idx_recognition_mark_resource ON recognition_mark (resource_id)",
    "CREATE INDEX idx_recognition_mark_course ON recognition_mark (course_id)",
    "CREATE INDEX idx_recognition_mark_major ON recognition_mark (major_id)",
    "CREATE INDEX idx_recognition_mark_school ON recognition_mark (school_id, id)",
    "CREATE INDEX idx_recognition_mark_person ON recognition_mark (person_id)",
    "CREATE INDEX idx_recognition_mark_result ON recognition_mark (result_id)",
    "CREATE INDEX idx_resource_marked_until ON resource (marked_until) WHERE marked_until IS NOT NULL",
];
