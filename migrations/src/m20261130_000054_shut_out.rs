//! The network whose attempts to sign in are counted is kept beside its hash, so that whoever runs the site sees which
//! addresses are shut out and can free one: a lab behind one address was shut out by one guesser, and nobody could help.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Table::alter()
            .table("sign_in_attempt")
            .add_column(text_null("network"))
            .to_owned();
        manager.alter_table(column).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Table::alter()
            .table("sign_in_attempt")
            .drop_column("network")
            .to_owned();
        manager.alter_table(column).await
    }
}
