//! What whoever runs a school or the city looks after: passwords for once, names of tokens, quotas, tables that wait
//! for a yes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            let change = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(change).await?;
        }
        let staged = Table::create()
            .table("staged")
            .col(pk_uuid("id"))
            .col(uuid("account_id"))
            // `accounts` or `curriculum`.
            .col(text("kind"))
            .col(text("name"))
            // What was read from the table, as JSON: nothing is believed of what a browser sends back.
            .col(text("content"))
            .col(big_integer("expires_at"))
            .to_owned();
        manager.create_table(staged).await?;
        let index = "CREATE INDEX account_school ON account (school_id, id)";
        manager.get_connection().execute_unprepared(index).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("staged").to_owned()).await?;
        let drop_index = "DROP INDEX account_school";
        manager.get_connection().execute_unprepared(drop_index).await?;
        for (table, column) in [
            ("school", "quota_bytes"),
            ("account", "password_once"),
            ("token", "name"),
            ("session", "address"),
        ] {
            let change = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(change).await?;
        }
        Ok(())
    }
}

fn columns() -> [(&'static str, ColumnDef); 4] {
    [
        // Empty: as the settings say; 0: no limit.
        ("school", big_integer_null("quota_bytes")),
        // Somebody else chose the password: it opens nothing but the way to one's own.
        ("account", boolean("password_once").default(false).take()),
        ("token", text("name").default("").take()),
        ("session", text_null("address")),
    ]
}
