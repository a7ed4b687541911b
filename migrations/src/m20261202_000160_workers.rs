//! Other machines that read scans and hear films for the library, and what each has claimed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let worker = Table::create()
            .table("worker")
            .col(pk_uuid("id"))
            .col(uuid("token_id"))
            .col(text("name"))
            .col(text("kinds"))
            .col(text("version"))
            .col(big_integer("created_at"))
            .col(big_integer("seen_at"))
            .to_owned();
        manager.create_table(worker).await?;
        let index = Index::create()
            .name("worker_token_name")
            .table("worker")
            .col("token_id")
            .col("name")
            .unique()
            .to_owned();
        manager.create_index(index).await?;
        let claim = Table::create()
            .table("work_claim")
            .col(pk_uuid("id"))
            .col(uuid("worker_id"))
            .col(text("kind"))
            .col(text("sha256"))
            .col(text("read_as"))
            .col(integer_null("page"))
            .col(big_integer("claimed_at"))
            .col(big_integer_null("ended_at"))
            .col(text_null("outcome"))
            .col(text_null("result_sha256"))
            .to_owned();
        manager.create_table(claim).await?;
        // What a machine is at, and what it did lately.
        let index = Index::create()
            .name("work_claim_worker")
            .table("work_claim")
            .col("worker_id")
            .col("claimed_at")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("work_claim").to_owned()).await?;
        manager.drop_table(Table::drop().table("worker").to_owned()).await
    }
}
