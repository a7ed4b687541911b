//! Teacher training: bases, sessions with whom they are for, and who took part on which day, with every correction.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            bases(),
            sessions(),
            audiences(),
            attendances(),
            sign_ins(),
            corrections(),
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
            "training_correction",
            "training_sign_in",
            "training_attendance",
            "training_audience",
            "training_session",
            "training_base",
        ] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn bases() -> TableCreateStatement {
    Table::create()
        .table("training_base")
        .col(pk_uuid("id"))
        .col(text_uniq("name"))
        .col(uuid_null("school_id"))
        .col(text_null("since"))
        // Ids of majors.
        .col(json("majors"))
        .col(uuid("created_by"))
        .col(big_integer("created_at"))
        .to_owned()
}

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("training_session")
        .col(pk_uuid("id"))
        // Empty: the city's.
        .col(uuid_null("school_id"))
        .col(text("title"))
        .col(text_null("topic"))
        .col(uuid_null("base_id"))
        .col(text("mode"))
        .col(text("from_day"))
        .col(text("until_day"))
        .col(integer("days"))
        .col(integer("hours"))
        .col(text_null("place"))
        .col(text_null("holder"))
        // For the schools of training_audience alone.
        .col(boolean("is_for_some"))
        .col(integer_null("capacity"))
        .col(boolean("counts"))
        .col(integer("share"))
        .col(text_null("note"))
        // What the codes of signing in on the day are made of.
        .col(text("code_secret"))
        .col(uuid("created_by"))
        .col(big_integer("created_at"))
        .col(big_integer_null("cancelled_at"))
        .to_owned()
}

fn audiences() -> TableCreateStatement {
    Table::create()
        .table("training_audience")
        .col(uuid("session_id"))
        .col(uuid("school_id"))
        .primary_key(Index::create().col("session_id").col("school_id"))
        .to_owned()
}

fn attendances() -> TableCreateStatement {
    Table::create()
        .table("training_attendance")
        .col(pk_uuid("id"))
        .col(uuid("session_id"))
        .col(uuid("account_id"))
        // The school that the account had when it was enrolled.
        .col(uuid_null("school_id"))
        .col(text("state"))
        .col(integer("hours"))
        .col(text_null("attended_on"))
        .col(big_integer("enrolled_at"))
        .col(uuid("enrolled_by"))
        .to_owned()
}

fn sign_ins() -> TableCreateStatement {
    Table::create()
        .table("training_sign_in")
        .col(uuid("attendance_id"))
        .col(text("day"))
        .col(text("way"))
        .col(big_integer("at"))
        .primary_key(Index::create().col("attendance_id").col("day"))
        .to_owned()
}

fn corrections() -> TableCreateStatement {
    Table::create()
        .table("training_correction")
        .col(pk_uuid("id"))
        .col(uuid("attendance_id"))
        .col(text("from_state"))
        .col(text("to_state"))
        .col(integer("from_hours"))
        .col(integer("to_hours"))
        .col(text("reason"))
        .col(uuid("corrected_by"))
        .col(big_integer("at"))
        .to_owned()
}

const INDEXES: &[&str] = &[
    "CREATE INDEX idx_training_session_from ON training_session (from_day, id)",
    "CREATE INDEX idx_training_session_school ON training_session (school_id, from_day, id)",
    "CREATE INDEX idx_training_audience_school ON training_audience (school_id)",
    "CREATE UNIQUE INDEX idx_training_attendance_once ON training_attendance (session_id, account_id)",
    "CREATE INDEX idx_training_attendance_account ON training_attendance (account_id, id)",
    "CREATE INDEX idx_training_attendance_day ON training_attendance (attended_on)",
    "CREATE INDEX idx_training_correction_of ON training_correction (attendance_id)",
];
