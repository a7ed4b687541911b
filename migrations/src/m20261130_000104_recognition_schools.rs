//! The school that somebody of a jury had when they were appointed and when they scored: one that they left meanwhile still counts
//! as theirs. Calls count their changes, so that nobody changes what they did not read.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in added() {
            let change = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(change).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [
            ("recognition_juror", "school_id"),
            ("recognition_voice", "school_id"),
            ("recognition_call", "revision"),
        ] {
            let change = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(change).await?;
        }
        Ok(())
    }
}

fn added() -> [(&'static str, ColumnDef); 3] {
    [
        ("recognition_juror", uuid_null("school_id")),
        ("recognition_voice", uuid_null("school_id")),
        ("recognition_call", integer("revision").default(1).to_owned()),
    ]
}
