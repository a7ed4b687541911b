//! What a node mirrors from a hub, and what it offers upstream.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        let index = "CREATE INDEX mirror_place_resource ON mirror_place (resource_id)";
        manager.get_connection().execute_unprepared(index).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["offer", "mirror_place", "mirror_resource", "mirror_pack"] {
            manager.drop_table(Table::drop().table(name).to_owned()).await?;
        }
        Ok(())
    }
}

fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).to_owned()
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table("mirror_pack")
            .col(pk_uuid("pack_id"))
            .col(text("hub"))
            .col(text("title"))
            // Root, timestamp and versions seen, so that nobody can show an older state; JSON.
            .col(text("memory"))
            // The version held, 0 before the first, and its list of files, a content like others.
            .col(integer("version").default(0))
            .col(text_null("manifest_sha256"))
            .col(big_integer("updated_at"))
            .to_owned(),
        table("mirror_resource")
            .col(pk_uuid("resource_id"))
            .col(text("hub"))
            // The resource's revision after it was last taken: another one means that somebody changed it here.
            .col(big_integer("revision"))
            // The SHA-256 of what the manifest says of it.
            .col(text("fingerprint"))
            // Changed here and at the hub: the hub's is not laid over it.
            .col(boolean("conflict").default(false))
            // In no pack any more: why, and when it goes.
            .col(text_null("gone_reason"))
            .col(big_integer_null("keep_until"))
            .to_owned(),
        table("mirror_place")
            .col(uuid("pack_id"))
            .col(uuid("resource_id"))
            .primary_key(Index::create().col("pack_id").col("resource_id"))
            .to_owned(),
        table("offer")
            // What was shared here and is offered to the hub for review.
            .col(pk_uuid("resource_id"))
            .col(text("hub"))
            // The version that was offered, and what it is at the hub.
            .col(integer("version"))
            .col(uuid_null("hub_resource_id"))
            // `sent` or `refused`.
            .col(text("state"))
            .col(text_null("error"))
            .col(big_integer("at"))
            .to_owned(),
    ]
}
