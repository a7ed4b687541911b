//! What is known of the objects in the store: when their bytes were last right, what was made of contents and what it
//! hashes to, and which objects were found lost or damaged.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let verified = Table::alter()
            .table("blob")
            .add_column(big_integer("verified_at").default(0))
            .to_owned();
        manager.alter_table(verified).await?;
        // They were hashed on their way in.
        let came_right = Query::update()
            .table("blob")
            .value("verified_at", Expr::col("created_at"))
            .to_owned();
        manager.exec_stmt(came_right).await?;
        manager.create_table(derived()).await?;
        manager.create_table(damage()).await?;
        manager.create_table(scrub_pass()).await?;
        for (name, table, columns) in INDEXES {
            let mut index = Index::create().name(name).table(table).to_owned();
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name("blob_verified_at").table("blob").to_owned())
            .await?;
        for table in ["scrub_pass", "damage", "derived"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        let verified = Table::alter().table("blob").drop_column("verified_at").to_owned();
        manager.alter_table(verified).await
    }
}

const INDEXES: [(&str, &str, &[&str]); 4] = [
    ("blob_verified_at", "blob", &["verified_at"]),
    ("derived_verified_at", "derived", &["verified_at"]),
    ("derived_content", "derived", &["content"]),
    ("damage_content", "damage", &["content"]),
];

fn derived() -> TableCreateStatement {
    Table::create()
        .table("derived")
        .col(text("key").primary_key())
        .col(text("content"))
        .col(text("sha256"))
        .col(big_integer("size"))
        .col(big_integer("verified_at"))
        .to_owned()
}

fn scrub_pass() -> TableCreateStatement {
    Table::create()
        .table("scrub_pass")
        .col(big_integer("began_at").primary_key())
        // None: it is under way, or was cut off and can be gone on with.
        .col(big_integer_null("ended_at"))
        .to_owned()
}

fn damage() -> TableCreateStatement {
    Table::create()
        .table("damage")
        .col(text("key").primary_key())
        .col(text("content"))
        .col(boolean("is_derived"))
        .col(text("found"))
        .col(big_integer("found_at"))
        .col(big_integer("looked_at"))
        // None: it is damaged still.
        .col(big_integer_null("mended_at"))
        .to_owned()
}
