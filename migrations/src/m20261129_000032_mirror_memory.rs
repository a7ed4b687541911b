//! What a mirror remembers: of which hub and which version each thing is, how far its feed was read, what it ever gave,
//! and what became of what was offered to it. And at the hub: what was taken down at once.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            let add = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(add).await?;
        }
        for table in tables() {
            manager.create_table(table).await?;
        }
        // What came before is what the hub gave, and need not be fetched again. Where somebody changed the resource here, a
        // file of it may be this node's own, and no word of the hub's may bring it out.
        let given = "INSERT INTO mirror_content (hub, sha256) \
            SELECT DISTINCT mirror_resource.hub, file.sha256 FROM mirror_resource \
            JOIN resource ON resource.id = mirror_resource.resource_id \
            AND resource.revision = mirror_resource.revision \
            JOIN file ON file.resource_id = mirror_resource.resource_id WHERE mirror_resource.revision > 0";
        manager.get_connection().execute_unprepared(given).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["takedown", "mirror_content", "mirror_hub"] {
            manager.drop_table(Table::drop().table(name).to_owned()).await?;
        }
        for (table, column) in columns() {
            let name = column.get_column_name().to_owned();
            let drop = Table::alter().table(table).drop_column(name).to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}

fn columns() -> Vec<(&'static str, ColumnDef)> {
    vec![
        // The version that is held, counted as the hub counts; 0 where it was taken before this was noted.
        ("mirror_resource", integer("hub_version").default(0).to_owned()),
        // When the hub published the list that told of it: of two with the same version the later one is right.
        ("mirror_resource", big_integer_null("told_at")),
        // Why what the hub says of it cannot be taken.
        ("mirror_resource", text_null("problem")),
        // The resource's revision and the SHA-256 of its words and files when it was offered.
        ("offer", big_integer("revision").default(0).to_owned()),
        ("offer", text_null("fingerprint")),
        // What the hub answered when it was last asked, and when.
        ("offer", text_null("hub_status")),
        ("offer", text_null("hub_note")),
        ("offer", big_integer_null("asked_at")),
    ]
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("mirror_hub")
            .col(text("hub").primary_key())
            // How far its feed of changes was read.
            .col(big_integer("since"))
            .to_owned(),
        Table::create()
            .table("mirror_content")
            .col(text("hub"))
            .col(text("sha256"))
            .primary_key(Index::create().col("hub").col("sha256"))
            .to_owned(),
        Table::create()
            .table("takedown")
            .col(pk_uuid("resource_id"))
            .col(big_integer("at"))
            .to_owned(),
    ]
}
