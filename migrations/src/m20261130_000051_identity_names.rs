//! Who signed in at a directory by a name is found by it, so that their own browser is known again.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let by_name = Index::create()
            .name("identity_name")
            .table("identity")
            .col("issuer")
            .col("name")
            .to_owned();
        manager.create_index(by_name).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let by_name = Index::drop().name("identity_name").table("identity").to_owned();
        manager.drop_index(by_name).await
    }
}
