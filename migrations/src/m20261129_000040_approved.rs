//! What waits beside what was approved: the working copy of a published resource, the revision that was submitted, the
//! words that others read of a version once it is no longer the present one, and the words that others read of a pack.
//!
//! What is published counts as approved as it stands; of earlier versions nobody knows whether somebody looked at them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, columns) in columns() {
            for column in columns {
                let add = Table::alter().table(table).add_column(column).to_owned();
                manager.alter_table(add).await?;
            }
        }
        for statement in STATEMENTS {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in ["resource_working_copy", "resource_queue"] {
            let drop = format!("DROP INDEX {index}");
            manager.get_connection().execute_unprepared(&drop).await?;
        }
        for (table, columns) in columns() {
            for column in columns {
                let name = Alias::new(column.get_column_name());
                let drop = Table::alter().table(table).drop_column(name).to_owned();
                manager.alter_table(drop).await?;
            }
        }
        Ok(())
    }
}

fn columns() -> [(&'static str, Vec<ColumnDef>); 3] {
    let resource = vec![
        json_null("waiting"),
        text_null("waiting_status"),
        text_null("waiting_scope"),
        big_integer_null("submitted_revision"),
    ];
    let version = vec![
        json_null("approved_metadata"),
        big_integer_null("approved_at"),
        uuid_null("approved_by"),
        big_integer_null("approved_revision"),
    ];
    let pack_version = vec![
        text_null("title"),
        text_null("description"),
        json_null("contents"),
        uuid_null("approved_by"),
        text_null("waiting_note"),
    ];
    [
        ("resource", resource),
        ("version", version),
        ("pack_version", pack_version),
    ]
}

const STATEMENTS: &[&str] = &[
    "UPDATE resource SET submitted_revision = revision WHERE status = 'submitted'",
    "UPDATE version SET approved_at =
        (SELECT published_at FROM resource WHERE resource.id = version.resource_id)
     WHERE EXISTS (SELECT 1 FROM resource WHERE resource.id = version.resource_id
        AND resource.version = version.number AND resource.status = 'published')",
    "UPDATE pack_version SET
        title = (SELECT title FROM pack WHERE pack.id = pack_version.pack_id),
        description = (SELECT description FROM pack WHERE pack.id = pack_version.pack_id),
        contents = (SELECT contents FROM pack WHERE pack.id = pack_version.pack_id)",
    "UPDATE pack_version SET approved_by = author_id WHERE audience IN ('city', 'public')",
    // Of the working copy where there is one: what waits for whom, and since when.
    "CREATE INDEX resource_working_copy ON resource
        (COALESCE(waiting_status, status), COALESCE(waiting_scope, scope), id)",
    "CREATE INDEX resource_queue ON resource (COALESCE(waiting_status, status), submitted_at, id)",
];
