//! Versions of curriculum standards, and which courses and tasks one of them retired.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The tables whose rows a version retires.
const RETIRABLE: [&str; 2] = ["course", "task"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(versions()).await?;
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        for table in RETIRABLE {
            // The version that retired the row; empty while it is taught, and in what an older node adds.
            let add = Table::alter()
                .table(table)
                .add_column(uuid_null("retired_in"))
                .to_owned();
            manager.alter_table(add).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in RETIRABLE {
            let drop = Table::alter().table(table).drop_column("retired_in").to_owned();
            manager.alter_table(drop).await?;
        }
        manager
            .drop_table(Table::drop().table("standard_version").to_owned())
            .await
    }
}

fn versions() -> TableCreateStatement {
    Table::create()
        .table("standard_version")
        .col(pk_uuid("id"))
        .col(uuid("major_id"))
        .col(text("state"))
        // Counted from 1 within the major when it is published.
        .col(integer_null("number"))
        .col(text("title"))
        .col(text_null("issued_no"))
        .col(text_null("effective_on"))
        .col(uuid_null("document_id"))
        .col(integer_null("document_version"))
        .col(text_null("notes"))
        // Of a draft: what its table says. Of what is published: the structure, its digest, and what it changed.
        .col(json_null("proposal"))
        .col(json_null("structure"))
        .col(text_null("digest"))
        .col(json_null("changes"))
        .col(big_integer("revision"))
        .col(uuid("created_by"))
        .col(big_integer("created_at"))
        .col(uuid_null("published_by"))
        .col(big_integer_null("published_at"))
        .to_owned()
}

const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX standard_version_number ON standard_version (major_id, number) WHERE number IS NOT NULL",
    "CREATE INDEX standard_version_of_major ON standard_version (major_id, id)",
];
