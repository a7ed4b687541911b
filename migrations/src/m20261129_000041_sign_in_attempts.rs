//! Attempts to sign in are counted by where they come from, no longer by whose account it is: five wrong passwords kept
//! anybody out of an account whose name they knew. Browsers in which somebody signed in before are known again.
//!
//! `account.failures` is of no use any more and can go with the next release.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let attempts = Table::create()
            .table("sign_in_attempt")
            .col(text("key_hash").primary_key())
            .col(text_null("name_hash"))
            .col(integer("attempts"))
            .col(big_integer("since"))
            .col(big_integer("free_at"))
            .to_owned();
        manager.create_table(attempts).await?;
        let by_name = Index::create()
            .name("sign_in_attempt_name")
            .table("sign_in_attempt")
            .col("name_hash")
            .to_owned();
        manager.create_index(by_name).await?;
        let browsers = Table::create()
            .table("known_browser")
            .col(text("key_hash"))
            .col(uuid("account_id"))
            .col(big_integer("seen_at"))
            .primary_key(Index::create().col("key_hash").col("account_id"))
            .to_owned();
        manager.create_table(browsers).await?;
        let by_account = Index::create()
            .name("known_browser_account")
            .table("known_browser")
            .col("account_id")
            .to_owned();
        manager.create_index(by_account).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["known_browser", "sign_in_attempt"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
