//! Notices of infringement, and every step that was taken about one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let notice = Table::create()
            .table("rights_notice")
            .col(pk_uuid("id"))
            .col(text("number"))
            .col(text("key_sha256"))
            .col(uuid("resource_id"))
            .col(uuid_null("school_id"))
            .col(text("resource_title"))
            .col(text("state"))
            .col(text("sender_name"))
            .col(text("sender_contact"))
            .col(text("work"))
            .col(text("statement"))
            .col(big_integer("revision"))
            .col(big_integer_null("taken_down_at"))
            .col(big_integer_null("taken_down_revision"))
            .col(big_integer_null("cleared_at"))
            .col(big_integer("created_at"))
            .col(big_integer("updated_at"))
            .to_owned();
        manager.create_table(notice).await?;
        let step = Table::create()
            .table("rights_notice_step")
            .col(pk_uuid("id"))
            .col(uuid("notice_id"))
            .col(text("step"))
            .col(uuid_null("account_id"))
            .col(text("text"))
            .col(big_integer("at"))
            .to_owned();
        manager.create_table(step).await?;
        for (name, table, columns, unique) in [
            ("rights_notice_number", "rights_notice", vec!["number"], true),
            ("rights_notice_key", "rights_notice", vec!["key_sha256"], true),
            ("rights_notice_state", "rights_notice", vec!["state", "id"], false),
            ("rights_notice_school", "rights_notice", vec!["school_id", "id"], false),
            (
                "rights_notice_resource",
                "rights_notice",
                vec!["resource_id", "id"],
                false,
            ),
            ("rights_notice_updated", "rights_notice", vec!["updated_at"], false),
            (
                "rights_notice_step_notice",
                "rights_notice_step",
                vec!["notice_id", "id"],
                false,
            ),
        ] {
            let mut index = Index::create().name(name).table(table).to_owned();
            for column in columns {
                index.col(column);
            }
            if unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["rights_notice_step", "rights_notice"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
