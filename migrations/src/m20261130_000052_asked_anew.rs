//! Whether a question that waits for a provider's answer asked for the password anew: only then does the answer prove that
//! whoever is signed in sits there. Nobody is looked for by the name at a directory, so its index goes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let by_name = Index::drop().name("identity_name").table("identity").to_owned();
        manager.drop_index(by_name).await?;
        let column = boolean("is_anew").default(false).to_owned();
        let table = Table::alter().table("pending_sign_on").add_column(column).to_owned();
        manager.alter_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter()
            .table("pending_sign_on")
            .drop_column("is_anew")
            .to_owned();
        manager.alter_table(table).await?;
        let by_name = Index::create()
            .name("identity_name")
            .table("identity")
            .col("issuer")
            .col("name")
            .to_owned();
        manager.create_index(by_name).await
    }
}
