//! Teacher training: certificates that anyone can verify, what online sessions show, and how far each came with it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [certificates(), items(), progress(), watches()] {
            manager.create_table(table).await?;
        }
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "training_watch",
            "training_progress",
            "training_item",
            "training_certificate",
        ] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn certificates() -> TableCreateStatement {
    Table::create()
        .table("training_certificate")
        .col(pk_uuid("id"))
        .col(text_uniq("number"))
        .col(uuid("attendance_id"))
        .col(uuid("session_id"))
        .col(uuid("account_id"))
        // The name when it was issued.
        .col(text("holder"))
        // The session's title when it was issued.
        .col(text("title"))
        .col(integer("hours"))
        .col(text("attended_on"))
        .col(big_integer("issued_at"))
        .col(uuid("issued_by"))
        .col(big_integer_null("revoked_at"))
        .col(uuid_null("revoked_by"))
        .col(text_null("reason"))
        .to_owned()
}

fn items() -> TableCreateStatement {
    Table::create()
        .table("training_item")
        .col(pk_uuid("id"))
        .col(uuid("session_id"))
        .col(integer("position"))
        .col(uuid("resource_id"))
        .col(uuid("file_id"))
        // Pages of a document, seconds of a film.
        .col(text("unit"))
        .col(integer("total"))
        .to_owned()
}

fn progress() -> TableCreateStatement {
    Table::create()
        .table("training_progress")
        .col(uuid("item_id"))
        .col(uuid("account_id"))
        .col(big_integer("counted_ms"))
        .col(integer("reached"))
        .col(big_integer_null("finished_at"))
        .primary_key(Index::create().col("item_id").col("account_id"))
        .to_owned()
}

fn watches() -> TableCreateStatement {
    Table::create()
        .table("training_watch")
        // One for each account: nobody looks at two things at once.
        .col(pk_uuid("account_id"))
        .col(uuid("item_id"))
        .col(big_integer("seen_at"))
        .to_owned()
}

const INDEXES: &[&str] = &[
    "CREATE INDEX idx_training_certificate_of ON training_certificate (attendance_id)",
    "CREATE INDEX idx_training_certificate_account ON training_certificate (account_id, id)",
    "CREATE UNIQUE INDEX idx_training_certificate_once ON training_certificate (attendance_id) WHERE revoked_at IS NULL",
    "CREATE INDEX idx_training_item_session ON training_item (session_id, position)",
    "CREATE INDEX idx_training_progress_account ON training_progress (account_id)",
];
