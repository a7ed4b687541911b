//! Visits of experts to schools: what was asked, what they advised, what was done.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let visits = Table::create()
            .table("expert_visit")
            .col(pk_uuid("id"))
            .col(uuid("school_id"))
            .col(uuid("expert_id"))
            .col(text("day"))
            .col(text("kind"))
            .col(text("asked"))
            .col(text_null("advice"))
            // Ids of resources.
            .col(json("resources"))
            .col(text_null("done"))
            .col(uuid_null("answered_by"))
            .col(big_integer_null("answered_at"))
            .col(uuid_null("closed_by"))
            .col(big_integer_null("closed_at"))
            .col(uuid("created_by"))
            .col(big_integer("created_at"))
            .to_owned();
        manager.create_table(visits).await?;
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("expert_visit").to_owned()).await
    }
}

const INDEXES: &[&str] = &[
    "CREATE INDEX idx_expert_visit_school ON expert_visit (school_id, id)",
    "CREATE INDEX idx_expert_visit_expert ON expert_visit (expert_id, id)",
];
