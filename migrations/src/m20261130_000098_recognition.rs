//! Recognition: calls with their criteria, entries with their evidence, the jury with its conflicts and voices, results.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            calls(),
            entries(),
            evidence(),
            jurors(),
            conflicts(),
            voices(),
            results(),
        ] {
            manager.create_table(table).await?;
        }
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "recognition_result",
            "recognition_voice",
            "recognition_conflict",
            "recognition_juror",
            "recognition_evidence",
            "recognition_entry",
            "recognition_call",
        ] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn calls() -> TableCreateStatement {
    Table::create()
        .table("recognition_call")
        .col(pk_uuid("id"))
        .col(text("kind"))
        .col(text("title"))
        .col(text_null("rules"))
        .col(text("entrants"))
        .col(text("opens_on"))
        .col(text("closes_on"))
        .col(text("jury_due_on"))
        .col(boolean("blind"))
        // How many of the jury must score each entry.
        .col(integer("voices"))
        .col(integer_null("per_school"))
        .col(integer_null("valid_years"))
        // Name, weight and most points of each, in order.
        .col(json("criteria"))
        .col(uuid("created_by"))
        .col(big_integer("created_at"))
        .col(big_integer_null("announced_at"))
        .col(big_integer_null("cancelled_at"))
        .col(big_integer_null("published_at"))
        .col(uuid_null("published_by"))
        .to_owned()
}

fn entries() -> TableCreateStatement {
    Table::create()
        .table("recognition_entry")
        .col(pk_uuid("id"))
        .col(uuid("call_id"))
        // What the jury calls it.
        .col(integer("number"))
        .col(uuid("school_id"))
        .col(uuid("entered_by"))
        .col(uuid_null("course_id"))
        .col(uuid_null("major_id"))
        .col(uuid_null("person_id"))
        .col(uuid_null("resource_id"))
        // What it is about, written out, so that the same is entered once.
        .col(text("subject_key"))
        .col(text("title"))
        .col(text("statement"))
        .col(integer("revision"))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"))
        .col(big_integer_null("withdrawn_at"))
        .to_owned()
}

fn evidence() -> TableCreateStatement {
    Table::create()
        .table("recognition_evidence")
        .col(uuid("entry_id"))
        .col(integer("position"))
        .col(uuid_null("resource_id"))
        .col(uuid_null("pack_id"))
        .col(integer("version"))
        // Accounts whose work it is: they do not judge it.
        .col(json("authors"))
        .primary_key(Index::create().col("entry_id").col("position"))
        .to_owned()
}

fn jurors() -> TableCreateStatement {
    Table::create()
        .table("recognition_juror")
        .col(uuid("call_id"))
        .col(uuid("account_id"))
        .col(uuid("appointed_by"))
        .col(big_integer("appointed_at"))
        .col(big_integer_null("dismissed_at"))
        .primary_key(Index::create().col("call_id").col("account_id"))
        .to_owned()
}

fn conflicts() -> TableCreateStatement {
    Table::create()
        .table("recognition_conflict")
        .col(uuid("entry_id"))
        .col(uuid("account_id"))
        .col(uuid("declared_by"))
        .col(big_integer("declared_at"))
        .primary_key(Index::create().col("entry_id").col("account_id"))
        .to_owned()
}

fn voices() -> TableCreateStatement {
    Table::create()
        .table("recognition_voice")
        .col(uuid("entry_id"))
        .col(uuid("account_id"))
        // Hundredths by criterion, in the order of the call.
        .col(json("points"))
        // The revision of the entry that was read.
        .col(integer("entry_revision"))
        .col(text_null("comment"))
        .col(big_integer("submitted_at"))
        .primary_key(Index::create().col("entry_id").col("account_id"))
        .to_owned()
}

fn results() -> TableCreateStatement {
    Table::create()
        .table("recognition_result")
        .col(pk_uuid("id"))
        .col(uuid("call_id"))
        .col(uuid("entry_id"))
        .col(integer_null("place"))
        // Out of 100, in hundredths.
        .col(big_integer_null("score"))
        .col(integer("voices"))
        .col(text_null("award"))
        .col(text_null("reason"))
        .col(uuid("decided_by"))
        .col(big_integer("decided_at"))
        // Of one that was corrected.
        .col(big_integer_null("replaced_at"))
        .to_owned()
}

const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX idx_recognition_entry_once ON recognition_entry (call_id, subject_key) \
     WHERE withdrawn_at IS NULL",
    "CREATE UNIQUE INDEX idx_recognition_entry_number ON recognition_entry (call_id, number)",
    "CREATE INDEX idx_recognition_entry_by ON recognition_entry (entered_by, id)",
    "CREATE INDEX idx_recognition_entry_person ON recognition_entry (person_id, id)",
    "CREATE INDEX idx_recognition_juror_account ON recognition_juror (account_id)",
    "CREATE UNIQUE INDEX idx_recognition_result_once ON recognition_result (entry_id) WHERE replaced_at IS NULL",
    "CREATE INDEX idx_recognition_result_call ON recognition_result (call_id, id)",
];
