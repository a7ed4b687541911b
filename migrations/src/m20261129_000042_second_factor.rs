//! A second factor of signing in: the secret that an app on somebody's phone makes codes from, and codes for the day when the
//! phone is lost.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let factor = Table::create()
            .table("second_factor")
            .col(pk_uuid("account_id"))
            .col(text("secret"))
            .col(big_integer("created_at"))
            .col(big_integer_null("confirmed_at"))
            .col(big_integer("last_step"))
            .col(integer("wrong_codes").default(0))
            .to_owned();
        manager.create_table(factor).await?;
        let codes = Table::create()
            .table("recovery_code")
            .col(uuid("account_id"))
            .col(text("code_hash"))
            .primary_key(Index::create().col("account_id").col("code_hash"))
            .to_owned();
        manager.create_table(codes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["recovery_code", "second_factor"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
