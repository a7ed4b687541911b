//! Packs: what somebody chose, its published versions with their files, who signs them, who holds them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in packs().into_iter().chain(trust()) {
            manager.create_table(table).await?;
        }
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        for column in [text_null("text_sha256"), big_integer_null("text_bytes")] {
            let change = Table::alter().table("extraction").add_column(column).to_owned();
            manager.alter_table(change).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["text_sha256", "text_bytes"] {
            let change = Table::alter().table("extraction").drop_column(column).to_owned();
            manager.alter_table(change).await?;
        }
        for name in TABLES_YOUNGEST_FIRST {
            manager.drop_table(Table::drop().table(*name).to_owned()).await?;
        }
        Ok(())
    }
}

const TABLES_YOUNGEST_FIRST: &[&str] = &[
    "receipt",
    "pack_timestamp",
    "trust_root",
    "trust_key",
    "pack_item",
    "pack_version",
    "pack",
];

fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).to_owned()
}

fn packs() -> Vec<TableCreateStatement> {
    vec![
        table("pack")
            .col(pk_uuid("id"))
            .col(uuid_null("school_id"))
            .col(uuid("owner_id"))
            .col(text("title"))
            .col(text("description"))
            .col(text("scope"))
            // What was chosen, in order; see `domain::pack::Entry`.
            .col(json("contents"))
            // The newest version that is ready; 0 before the first.
            .col(integer("version").default(0))
            .col(boolean("withdrawn").default(false))
            // Counts every change; the pack's entity tag.
            .col(big_integer("revision"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at"))
            .to_owned(),
        table("pack_version")
            .col(uuid("pack_id"))
            .col(integer("number"))
            // `queued`, `building`, `ready` or `failed`.
            .col(text("state"))
            // What is new, in its publisher's words.
            .col(text("note"))
            .col(uuid("author_id"))
            // Whom it is for, as a term of `domain::search::Audience`; the pack may be for others later.
            .col(text("audience"))
            // Resources looked at, and how many there are.
            .col(big_integer("done").default(0))
            .col(big_integer("total").default(0))
            .col(big_integer("items").default(0))
            .col(big_integer("bytes").default(0))
            .col(big_integer("stubs").default(0))
            .col(text_null("error"))
            // Contents like others: the signed list of files, and what turns the one of version `patch_of` into it.
            .col(text_null("manifest_sha256"))
            .col(text_null("patch_sha256"))
            .col(integer_null("patch_of"))
            // The signed snapshot, as it is served.
            .col(text_null("snapshot"))
            .col(big_integer("created_at"))
            .col(big_integer_null("published_at"))
            .primary_key(Index::create().col("pack_id").col("number"))
            .to_owned(),
        table("pack_item")
            .col(uuid("pack_id"))
            .col(integer("number"))
            // Its number in the manifest, counted from 0.
            .col(integer("position"))
            .col(text("path"))
            .col(uuid("resource_id"))
            .col(uuid("file_id"))
            .col(text("sha256"))
            .col(text("kind"))
            .col(text("media_type"))
            // The audience that the pack is for, as a term of `domain::search::Audience`.
            .col(text("audience"))
            // Since when it may no longer be given to that audience.
            .col(big_integer_null("gone_at"))
            .primary_key(Index::create().col("pack_id").col("number").col("position"))
            .to_owned(),
        table("receipt")
            .col(uuid("pack_id"))
            // The holder's key, and what it calls itself.
            .col(text("keyid"))
            .col(text("holder"))
            .col(uuid_null("account_id"))
            .col(uuid_null("school_id"))
            .col(integer("number"))
            .col(text("state"))
            .col(big_integer("at"))
            // The signed receipt, as it came.
            .col(text("body"))
            .primary_key(Index::create().col("pack_id").col("keyid"))
            .to_owned(),
    ]
}

fn trust() -> Vec<TableCreateStatement> {
    vec![
        table("trust_key")
            .col(text("id").primary_key())
            .col(text("role"))
            // The seed of the key, in hexadecimal; gone once the key is revoked.
            .col(text_null("secret"))
            .col(big_integer("created_at"))
            // No longer signs since; what it signed still counts unless the key is revoked.
            .col(big_integer_null("retired_at"))
            .col(boolean("revoked").default(false))
            .to_owned(),
        table("trust_root")
            .col(integer("version").primary_key())
            // The signed root, as it is served.
            .col(text("body"))
            .to_owned(),
        table("pack_timestamp")
            .col(uuid("pack_id").primary_key())
            .col(integer("version"))
            // The signed timestamp, as it is served.
            .col(text("body"))
            .col(big_integer("renew_at"))
            .to_owned(),
    ]
}

/// Both databases read these alike; sea-query has no partial indexes for both.
const INDEXES: &[&str] = &[
    "CREATE INDEX pack_owner ON pack (owner_id, id)",
    "CREATE INDEX pack_school ON pack (school_id, id)",
    "CREATE INDEX pack_scope ON pack (scope, id)",
    "CREATE INDEX pack_item_content ON pack_item (sha256)",
    "CREATE INDEX pack_item_resource ON pack_item (resource_id)",
    "CREATE INDEX pack_item_gone ON pack_item (pack_id, number, position) WHERE gone_at IS NOT NULL",
    "CREATE INDEX pack_version_manifest ON pack_version (manifest_sha256)",
    "CREATE INDEX pack_version_patch ON pack_version (patch_sha256)",
];
