//! The first library: people, curriculum, resources, content, work to do, records.
//!
//! Moments are milliseconds since 1970 UTC; enumerations are their names as text; lists are JSON. Both databases sort,
//! compare and index these alike.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = people()
            .into_iter()
            .chain(curriculum())
            .chain(resources())
            .chain(content())
            .chain(records());
        for table in tables {
            manager.create_table(table).await?;
        }
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in TABLES_YOUNGEST_FIRST {
            manager.drop_table(Table::drop().table(*name).to_owned()).await?;
        }
        Ok(())
    }
}

const TABLES_YOUNGEST_FIRST: &[&str] = &[
    "idempotency",
    "audit",
    "change",
    "job",
    "garbage",
    "upload",
    "extraction",
    "blob",
    "file",
    "version",
    "resource",
    "task",
    "course",
    "major",
    "token",
    "session",
    "account",
    "school",
];

fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).to_owned()
}

fn people() -> Vec<TableCreateStatement> {
    vec![
        table("school")
            .col(pk_uuid("id"))
            .col(text_uniq("code"))
            .col(text("name"))
            .col(text_null("kind"))
            .col(integer_null("joined_phase"))
            // Bytes of all files of the school's resources, kept with each file's row so that a quota costs one update.
            .col(big_integer("bytes").default(0))
            .col(big_integer("created_at"))
            .to_owned(),
        table("account")
            .col(pk_uuid("id"))
            .col(text_uniq("name"))
            .col(text("display"))
            .col(text("role"))
            .col(uuid_null("school_id"))
            .col(text_null("password_hash"))
            .col(boolean("disabled").default(false))
            .col(integer("failures").default(0))
            .col(big_integer_null("locked_until"))
            .col(big_integer("created_at"))
            .to_owned(),
        table("session")
            // The SHA-256 of the cookie, never the cookie.
            .col(text("key_hash").primary_key())
            .col(uuid("account_id"))
            .col(text("csrf"))
            .col(big_integer("created_at"))
            .col(big_integer("seen_at"))
            .col(big_integer("expires_at"))
            .to_owned(),
        table("token")
            .col(pk_uuid("id"))
            .col(text_uniq("key_hash"))
            .col(uuid("account_id"))
            .col(text("scope"))
            .col(big_integer("created_at"))
            .col(big_integer_null("expires_at"))
            .to_owned(),
    ]
}

fn curriculum() -> Vec<TableCreateStatement> {
    vec![
        table("major")
            .col(pk_uuid("id"))
            .col(text_null("code"))
            // Not unique: a retired code and the one that replaced it may bear the same name.
            .col(text("name"))
            .col(text_null("category_code"))
            .col(text_null("category"))
            .col(json("levels"))
            .col(json("aliases"))
            .col(integer_null("phase"))
            .col(text_null("replaced_by"))
            .col(json("provenance"))
            .col(integer("position"))
            .to_owned(),
        table("course")
            .col(pk_uuid("id"))
            .col(uuid("major_id"))
            // Empty where the source does not say, so that the natural key stays unique.
            .col(text("level"))
            .col(text("name"))
            .col(integer_null("hours"))
            .col(json("provenance"))
            .col(integer("position"))
            .to_owned(),
        table("task")
            .col(pk_uuid("id"))
            .col(uuid("course_id"))
            .col(uuid_null("parent_id"))
            .col(text("kind"))
            .col(text("name"))
            .col(integer_null("hours"))
            .col(json("provenance"))
            .col(integer("position"))
            .to_owned(),
    ]
}

fn resources() -> Vec<TableCreateStatement> {
    vec![
        table("resource")
            .col(pk_uuid("id"))
            .col(uuid_null("school_id"))
            .col(uuid("owner_id"))
            .col(text("status"))
            .col(text("scope"))
            .col(text("kind"))
            .col(text("title"))
            .col(text("description"))
            .col(uuid_null("major_id"))
            .col(uuid_null("course_id"))
            .col(uuid_null("task_id"))
            .col(text_null("level"))
            .col(json("keywords"))
            .col(json("authors"))
            .col(integer_null("year"))
            .col(text_null("licence"))
            .col(text_null("language"))
            .col(uuid_null("based_on"))
            .col(text_null("review_note"))
            // The newest version's number.
            .col(integer("version"))
            // What the newest version holds, kept with every file that comes or goes: counting would grow with the work.
            .col(big_integer("file_count"))
            .col(big_integer("size"))
            // Counts every change; the resource's entity tag.
            .col(big_integer("revision"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at"))
            .col(big_integer_null("published_at"))
            .to_owned(),
        table("version")
            .col(uuid("resource_id"))
            .col(integer("number"))
            // What the metadata was: the resource as its author gave it.
            .col(json("metadata"))
            .col(uuid("author_id"))
            .col(big_integer("created_at"))
            .primary_key(Index::create().col("resource_id").col("number"))
            .to_owned(),
        table("file")
            .col(pk_uuid("id"))
            .col(uuid("resource_id"))
            .col(text("path"))
            .col(text("sha256"))
            .col(big_integer("size"))
            .col(text("kind"))
            .col(text("media_type"))
            .col(text_null("contradiction"))
            // Part of the versions from `added_in` up to, not including, `removed_in`: adding a file writes one row.
            .col(integer("added_in"))
            .col(integer_null("removed_in"))
            .to_owned(),
    ]
}

fn content() -> Vec<TableCreateStatement> {
    vec![
        table("blob")
            .col(text("sha256").primary_key())
            // Part of the object's key; a copy made anew never meets the deletion of an old one.
            .col(text("generation"))
            .col(big_integer("size"))
            .col(big_integer("crc32"))
            .col(big_integer("created_at"))
            // Not collected before this moment even when nothing refers to it.
            .col(big_integer("kept_until"))
            .to_owned(),
        table("extraction")
            .col(text("sha256"))
            .col(text("kind"))
            .col(text("state"))
            .col(json("report"))
            .col(big_integer("updated_at"))
            .primary_key(Index::create().col("sha256").col("kind"))
            .to_owned(),
        table("upload")
            .col(pk_uuid("id"))
            .col(uuid("account_id"))
            .col(big_integer_null("length"))
            .col(big_integer("offset"))
            .col(json("metadata"))
            // `whole`, `partial` (a piece for concatenation) or `final` (made of pieces).
            .col(text("part"))
            .col(json("pieces"))
            // The rest is set once all bytes are in the store: what they are, and what file they will become.
            .col(text_null("sha256"))
            .col(text_null("path"))
            .col(text_null("kind"))
            .col(text_null("media_type"))
            .col(text_null("contradiction"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .to_owned(),
        table("garbage")
            // An object's key whose row is gone; deleted from the store, then from here.
            .col(text("key").primary_key())
            .col(big_integer("created_at"))
            .to_owned(),
        table("job")
            .col(pk_uuid("id"))
            .col(text("kind"))
            .col(text("subject"))
            // `queued`, `running` or `dead`; a finished job's row is gone.
            .col(text("state"))
            .col(integer("attempts").default(0))
            .col(big_integer("run_at"))
            .col(big_integer_null("lease_until"))
            .col(text_null("lease"))
            .col(text_null("error"))
            .col(big_integer("created_at"))
            .to_owned(),
    ]
}

fn records() -> Vec<TableCreateStatement> {
    vec![
        table("change")
            .col(big_integer("seq").primary_key())
            .col(big_integer("at"))
            .col(uuid("resource_id"))
            // `created`, `updated`, `text` (its files were read) or `removed`.
            .col(text("kind"))
            // Who could see the resource before and after.
            .col(json("seen_before"))
            .col(json("seen_after"))
            .to_owned(),
        table("audit")
            .col(pk_uuid("id"))
            .col(big_integer("at"))
            .col(uuid_null("account_id"))
            .col(text("actor"))
            .col(uuid_null("school_id"))
            .col(text("action"))
            .col(text_null("subject"))
            .col(text("outcome"))
            .col(text_null("address"))
            .to_owned(),
        table("idempotency")
            .col(uuid("account_id"))
            .col(text("key"))
            .col(text("request_hash"))
            .col(integer_null("status"))
            .col(text_null("location"))
            .col(text_null("body"))
            .col(big_integer("created_at"))
            .primary_key(Index::create().col("account_id").col("key"))
            .to_owned(),
    ]
}

/// Both databases read these alike; sea-query has no partial or expression indexes for both.
const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX major_code ON major (code) WHERE code IS NOT NULL",
    "CREATE UNIQUE INDEX major_name ON major (name) WHERE code IS NULL",
    "CREATE UNIQUE INDEX course_key ON course (major_id, level, name)",
    "CREATE UNIQUE INDEX task_key ON task (course_id, kind, name)",
    "CREATE INDEX session_account ON session (account_id)",
    "CREATE INDEX token_account ON token (account_id)",
    "CREATE INDEX resource_owner ON resource (owner_id, id)",
    "CREATE INDEX resource_school ON resource (school_id, status, id)",
    "CREATE INDEX resource_status ON resource (status, scope, id)",
    "CREATE INDEX resource_course ON resource (course_id, id)",
    "CREATE INDEX resource_major ON resource (major_id, id)",
    "CREATE UNIQUE INDEX file_path ON file (resource_id, path) WHERE removed_in IS NULL",
    "CREATE INDEX file_version ON file (resource_id, added_in)",
    "CREATE INDEX file_content ON file (sha256, kind)",
    "CREATE INDEX blob_kept ON blob (kept_until)",
    "CREATE INDEX upload_content ON upload (sha256)",
    "CREATE INDEX upload_expiry ON upload (expires_at)",
    "CREATE UNIQUE INDEX job_waiting ON job (kind, subject) WHERE state = 'queued'",
    "CREATE INDEX job_due ON job (state, run_at)",
    "CREATE INDEX change_resource ON change (resource_id, seq)",
    "CREATE INDEX audit_at ON audit (at)",
];
