//! Passkeys (WebAuthn): the public keys that accounts sign in with, and the ceremonies that are under way.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let passkey = Table::create()
            .table("passkey")
            .col(pk_uuid("id"))
            .col(uuid("account_id"))
            .col(text_uniq("credential_id"))
            .col(text("name"))
            .col(integer("transports"))
            .col(text("public_key"))
            .col(text("state"))
            .col(boolean("is_synced"))
            .col(big_integer("created_at"))
            .col(big_integer_null("last_used_at"))
            .to_owned();
        manager.create_table(passkey).await?;
        manager.create_index(index("passkey", "account_id")).await?;
        let ceremony = Table::create()
            .table("passkey_ceremony")
            .col(text("challenge").primary_key())
            .col(text("bound_to"))
            .col(text("counted_by"))
            .col(text("state"))
            .col(big_integer("expires_at"))
            .to_owned();
        manager.create_table(ceremony).await?;
        manager.create_index(index("passkey_ceremony", "counted_by")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["passkey_ceremony", "passkey"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn index(table: &'static str, column: &'static str) -> IndexCreateStatement {
    Index::create()
        .name(format!("idx_{table}_{column}"))
        .table(table)
        .col(column)
        .to_owned()
}
