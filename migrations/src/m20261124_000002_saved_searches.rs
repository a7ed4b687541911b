//! Searches that people keep, to look again for what is new.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("saved_searches")
            .col(pk_uuid("id"))
            .col(uuid("account_id"))
            .col(text("name"))
            // The question as an address carries it, in one spelling.
            .col(text("query"))
            .col(big_integer("created_at"))
            // What changed after this moment is news.
            .col(big_integer("seen_at"))
            // The SHA-256 of the key in the feed's address, never the key.
            .col(text_null("feed_key_sha256"))
            .to_owned();
        manager.create_table(table).await?;
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("saved_searches").to_owned())
            .await
    }
}

const INDEXES: &[&str] = &[
    "CREATE INDEX saved_searches_account ON saved_searches (account_id, id)",
    "CREATE UNIQUE INDEX saved_searches_feed ON saved_searches (feed_key_sha256) WHERE feed_key_sha256 IS NOT NULL",
];
