//! Sign-on by others: who somebody is at which provider, and sign-ins that wait for a provider's answer. A session says by
//! whom it was begun, and where its end is told.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let identity = Table::create()
            .table("identity")
            .col(pk_uuid("id"))
            .col(text("issuer"))
            .col(text("subject"))
            .col(uuid("account_id"))
            .col(text("provider"))
            .col(text("name"))
            .col(boolean("opened_account"))
            .col(boolean("by_rule"))
            .col(big_integer("created_at"))
            .col(big_integer("seen_at"))
            .to_owned();
        manager.create_table(identity).await?;
        let once = Index::create()
            .name("identity_subject")
            .table("identity")
            .col("issuer")
            .col("subject")
            .unique()
            .to_owned();
        manager.create_index(once).await?;
        let by_account = Index::create()
            .name("identity_account")
            .table("identity")
            .col("account_id")
            .to_owned();
        manager.create_index(by_account).await?;
        let pending = Table::create()
            .table("pending_sign_on")
            .col(text("state_hash").primary_key())
            .col(text("browser_hash"))
            .col(text("provider"))
            .col(text("nonce"))
            .col(text("verifier"))
            .col(text("answer_url"))
            .col(text("return_to"))
            .col(text_null("network"))
            .col(uuid_null("account_id"))
            .col(big_integer("expires_at"))
            .to_owned();
        manager.create_table(pending).await?;
        for column in ["expires_at", "network"] {
            let index = Index::create()
                .name(format!("pending_sign_on_{column}"))
                .table("pending_sign_on")
                .col(column)
                .to_owned();
            manager.create_index(index).await?;
        }
        for column in [Session::Provider, Session::SignOutUrl] {
            let column = ColumnDef::new(column).text().to_owned();
            let table = Table::alter().table(Session::Table).add_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [Session::Provider, Session::SignOutUrl] {
            let table = Table::alter().table(Session::Table).drop_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        for table in ["pending_sign_on", "identity"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

#[derive(DeriveIden)]
enum Session {
    Table,
    Provider,
    SignOutUrl,
}
