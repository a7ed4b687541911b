//! Which library this database is, what it knows of its store, and objects that wait for the sweep.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let library = Table::create()
            .table("library")
            // Always 1: there is one row.
            .col(integer("one").primary_key())
            .col(uuid("id"))
            .col(text_null("mark"))
            .col(text_null("mark_before"))
            .col(big_integer_null("marked_at"))
            .col(big_integer_null("lost_from"))
            .col(big_integer_null("lost_until"))
            .col(big_integer_null("oldest_backup_at"))
            .col(json_null("sweep"))
            .to_owned();
        manager.create_table(library).await?;
        let orphan = Table::create()
            .table("orphan")
            .col(text("key").primary_key())
            .col(big_integer("size"))
            .col(big_integer("modified_at"))
            .col(big_integer("found_at"))
            .to_owned();
        manager.create_table(orphan).await?;
        let conn = manager.get_connection();
        // Sixteen random bytes name the library for good; each database has its own word for them.
        let random = match manager.get_database_backend() {
            DbBackend::Postgres => "gen_random_uuid()",
            _ => "randomblob(16)",
        };
        let row = format!("INSERT INTO library (one, id) VALUES (1, {random})");
        conn.execute_unprepared(&row).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("orphan").to_owned()).await?;
        manager.drop_table(Table::drop().table("library").to_owned()).await
    }
}
