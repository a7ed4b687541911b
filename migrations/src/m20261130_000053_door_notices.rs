//! Who met limits, and which proxies nobody told us of: summed by day, never a row a request.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let notices = Table::create()
            .table("door_notice")
            .col(text("key").primary_key())
            .col(text("what"))
            .col(text_null("kind"))
            .col(text_null("subject"))
            .col(uuid_null("account_id"))
            .col(uuid_null("token_id"))
            .col(uuid_null("school_id"))
            .col(text_null("address"))
            .col(big_integer("times"))
            .col(big_integer("first_at"))
            .col(big_integer("last_at"))
            .to_owned();
        manager.create_table(notices).await?;
        let newest = Index::create()
            .name("door_notice_newest")
            .table("door_notice")
            .col("last_at")
            .col("key")
            .to_owned();
        manager.create_index(newest).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("door_notice").to_owned()).await
    }
}
