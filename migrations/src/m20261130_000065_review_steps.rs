//! Review as rows: the paths that resources take and their steps, at which step each waits, and every decision.
//!
//! The paths that ship are those of the schools and the city as the plan has them; whoever runs the review changes them. What
//! waits already is put at a step at which everybody who could publish it yesterday, or somebody besides the school, can go on
//! today: what is meant for its school at its school's first step, all else at the city's.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [paths(), steps(), states(), decisions()] {
            manager.create_table(table).await?;
        }
        let conn = manager.get_connection();
        for statement in INDEXES {
            conn.execute_unprepared(statement).await?;
        }
        let backend = manager.get_database_backend();
        for statement in shipped(backend) {
            conn.execute_unprepared(&statement).await?;
        }
        conn.execute_unprepared(&waiting(backend)).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["review_decision", "review_state", "review_step", "review_path"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn paths() -> TableCreateStatement {
    Table::create()
        .table("review_path")
        .col(pk_uuid("id"))
        .col(text("code"))
        .col(uuid_null("school_id"))
        .col(text("name_zh"))
        .col(text("name_en"))
        .col(json("kinds"))
        .col(json("scopes"))
        .col(boolean("may_reject"))
        .col(boolean("may_publish"))
        .col(big_integer_null("updated_at"))
        .col(uuid_null("updated_by"))
        .to_owned()
}

fn steps() -> TableCreateStatement {
    Table::create()
        .table("review_step")
        .col(pk_uuid("id"))
        .col(uuid("path_id"))
        .col(integer("position"))
        .col(text("level"))
        .col(text("name_zh"))
        .col(text("name_en"))
        .col(json("roles"))
        .col(integer("voices"))
        .col(integer_null("due_days"))
        .col(integer_null("remind_days"))
        .to_owned()
}

fn states() -> TableCreateStatement {
    Table::create()
        .table("review_state")
        .col(pk_uuid("resource_id"))
        .col(integer("round"))
        .col(uuid("step_id"))
        .col(big_integer("since"))
        .col(uuid_null("taken_by"))
        .col(big_integer_null("taken_at"))
        .to_owned()
}

fn decisions() -> TableCreateStatement {
    Table::create()
        .table("review_decision")
        .col(pk_uuid("id"))
        .col(uuid("resource_id"))
        .col(text("title"))
        .col(uuid_null("school_id"))
        .col(integer("version"))
        .col(big_integer("revision"))
        .col(integer("round"))
        // Names as they were: a step may be called otherwise later, or be gone.
        .col(uuid_null("step_id"))
        .col(text_null("step_zh"))
        .col(text_null("step_en"))
        .col(text("outcome"))
        .col(boolean("on_behalf"))
        .col(uuid_null("decided_by"))
        .col(text_null("note"))
        .col(big_integer("at"))
        .to_owned()
}

const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX review_path_city ON review_path (code) WHERE school_id IS NULL",
    "CREATE UNIQUE INDEX review_path_school ON review_path (school_id, code) WHERE school_id IS NOT NULL",
    "CREATE INDEX review_step_path ON review_step (path_id, position)",
    "CREATE INDEX review_state_step ON review_state (step_id)",
    "CREATE INDEX review_decision_resource ON review_decision (resource_id, id)",
    "CREATE INDEX review_decision_school ON review_decision (school_id, id)",
];

/// General path, its steps; textbooks' path, its steps.
const GENERAL: u8 = 1;
const SCHOOL_SUBJECT: u8 = 2;
const SCHOOL_CONTENT: u8 = 3;
const CITY_EXPERT: u8 = 4;
const TEXTBOOK: u8 = 5;
const TEXTBOOK_SCHOOL: u8 = 6;
const TEXTBOOK_CITY: u8 = 7;

/// The id of a row that ships, as each database writes it: it is the same everywhere, and older than any that is made.
fn shipped_id(backend: DbBackend, number: u8) -> String {
    match backend {
        DbBackend::Postgres => format!("'00000000-0000-7000-8000-0000000000{number:02x}'"),
        _ => format!("x'000000000000700080000000000000{number:02x}'"),
    }
}

fn shipped(backend: DbBackend) -> Vec<String> {
    let id = |number| shipped_id(backend, number);
    let path = |number, code: &str, zh: &str, en: &str, kinds: &str, may_reject: bool, may_publish: bool| {
        format!(
            "INSERT INTO review_path (id, code, name_zh, name_en, kinds, scopes, may_reject, may_publish)
             VALUES ({}, '{code}', '{zh}', '{en}', '{kinds}', '[]', {may_reject}, {may_publish})",
            id(number)
        )
    };
    let step = |number, path, position: u8, level: &str, zh: &str, en: &str, (due, remind): (u8, u8)| {
        let roles = match level {
            "school" => r#"["school-admin"]"#,
            _ => r#"["expert","bureau"]"#,
        };
        format!(
            "INSERT INTO review_step (id, path_id, position, level, name_zh, name_en, roles, voices, due_days, remind_days)
             VALUES ({}, {}, {position}, '{level}', '{zh}', '{en}', '{roles}', 1, {due}, {remind})",
            id(number),
            id(path)
        )
    };
    vec![
        path(GENERAL, "general", "一般资源", "General", "[]", false, true),
        step(
            SCHOOL_SUBJECT,
            GENERAL,
            1,
            "school",
            "学校专业审核",
            "School: subject",
            (7, 5),
        ),
        step(
            SCHOOL_CONTENT,
            GENERAL,
            2,
            "school",
            "学校内容审核",
            "School: content",
            (7, 5),
        ),
        step(
            CITY_EXPERT,
            GENERAL,
            3,
            "city",
            "市级专家审核",
            "City: experts",
            (14, 10),
        ),
        path(
            TEXTBOOK,
            "textbook",
            "教材",
            "Textbooks",
            r#"["textbook"]"#,
            true,
            false,
        ),
        step(
            TEXTBOOK_SCHOOL,
            TEXTBOOK,
            1,
            "school",
            "学校初审",
            "School: first review",
            (14, 10),
        ),
        step(
            TEXTBOOK_CITY,
            TEXTBOOK,
            2,
            "city",
            "市级专家审定",
            "City: experts decide",
            (30, 20),
        ),
    ]
}

/// Puts at a step what was submitted before there were any.
fn waiting(backend: DbBackend) -> String {
    let id = |number| shipped_id(backend, number);
    format!(
        "INSERT INTO review_state (resource_id, round, step_id, since)
         SELECT id, 1,
            CASE WHEN COALESCE(waiting_scope, scope) = 'school'
                THEN CASE WHEN kind = 'textbook' THEN {} ELSE {} END
                ELSE CASE WHEN kind = 'textbook' THEN {} ELSE {} END END,
            COALESCE(submitted_at, updated_at)
         FROM resource WHERE COALESCE(waiting_status, status) = 'submitted'",
        shipped_cast(backend, &id(TEXTBOOK_SCHOOL)),
        shipped_cast(backend, &id(SCHOOL_SUBJECT)),
        shipped_cast(backend, &id(TEXTBOOK_CITY)),
        shipped_cast(backend, &id(CITY_EXPERT)),
    )
}

/// In an expression PostgreSQL takes a literal for a text.
fn shipped_cast(backend: DbBackend, literal: &str) -> String {
    match backend {
        DbBackend::Postgres => format!("{literal}::uuid"),
        _ => literal.to_owned(),
    }
}
