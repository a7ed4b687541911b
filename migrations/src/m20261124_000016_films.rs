//! What was made of films and sounds: a picture, a copy that plays everywhere, their chapters.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("film")
            .col(text("sha256").primary_key())
            // None: nobody could look into it.
            .col(boolean_null("plays"))
            .col(boolean("has_poster"))
            .col(big_integer_null("stream_bytes"))
            .col(json_binary("chapters"))
            .col(big_integer("made_at"))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("film").to_owned()).await
    }
}
