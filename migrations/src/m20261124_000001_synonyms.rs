//! Words for the same thing become rows that people may edit while everything runs.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let groups = Table::create()
            .table("synonyms")
            .col(pk_uuid("id"))
            // The school whose questions it helps; without one, those of the whole city.
            .col(uuid_null("school_id"))
            .col(json("words"))
            .col(text_null("remark"))
            .col(big_integer("updated_at"))
            .col(uuid_null("updated_by"))
            .to_owned();
        // One row: how often the table was written. Counting and newest dates would miss a change by a node whose clock
        // is late, and an emptied table would look like one that was never filled.
        let edition = Table::create()
            .table("synonyms_edition")
            .col(integer("id").primary_key())
            .col(big_integer("number"))
            .to_owned();
        manager.create_table(groups).await?;
        manager.create_table(edition).await?;
        for statement in STATEMENTS {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["synonyms_edition", "synonyms"] {
            manager.drop_table(Table::drop().table(name).to_owned()).await?;
        }
        Ok(())
    }
}

const STATEMENTS: &[&str] = &[
    "CREATE INDEX synonyms_school ON synonyms (school_id, id)",
    "INSERT INTO synonyms_edition (id, number) VALUES (1, 0)",
];
