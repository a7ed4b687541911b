//! What a version of a standard asks to be looked after: the resources, packs and orders that it touches.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("standard_followup")
            .col(pk_uuid("id"))
            .col(uuid("standard_id"))
            .col(text("kind"))
            // A resource's or a pack's id; of an order `task/keeper`.
            .col(text("target"))
            // The course, task or major that changed, what became of it, and what it was called.
            .col(uuid("subject_id"))
            .col(text("change"))
            .col(text("subject"))
            .col(uuid("owner_id"))
            .col(uuid_null("school_id"))
            .col(text("state"))
            .col(text_null("reason"))
            .col(uuid_null("decided_by"))
            .col(big_integer_null("decided_at"))
            .col(big_integer("revision"))
            .to_owned();
        manager.create_table(table).await?;
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("standard_followup").to_owned())
            .await
    }
}

const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX standard_followup_once ON standard_followup (standard_id, kind, target, subject_id)",
    "CREATE INDEX standard_followup_owner ON standard_followup (owner_id, state, id)",
    "CREATE INDEX standard_followup_school ON standard_followup (school_id, state, id)",
    "CREATE INDEX standard_followup_target ON standard_followup (target) WHERE state = 'open'",
];
