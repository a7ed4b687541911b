//! Companies that work with schools: their people, and what they contributed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [companies(), schools(), members(), contributions()] {
            manager.create_table(table).await?;
        }
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["company_contribution", "company_member", "company_school", "company"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn companies() -> TableCreateStatement {
    Table::create()
        .table("company")
        .col(pk_uuid("id"))
        .col(text("name"))
        .col(text_uniq("credit_code"))
        .col(text_null("contact"))
        .col(text("from_day"))
        .col(text_null("until_day"))
        .col(uuid("created_by"))
        .col(big_integer("created_at"))
        .to_owned()
}

fn schools() -> TableCreateStatement {
    Table::create()
        .table("company_school")
        .col(uuid("company_id"))
        .col(uuid("school_id"))
        .primary_key(Index::create().col("company_id").col("school_id"))
        .to_owned()
}

fn members() -> TableCreateStatement {
    Table::create()
        .table("company_member")
        // Nobody is of two companies.
        .col(pk_uuid("account_id"))
        .col(uuid("company_id"))
        .col(uuid("added_by"))
        .col(big_integer("added_at"))
        .to_owned()
}

fn contributions() -> TableCreateStatement {
    Table::create()
        .table("company_contribution")
        .col(pk_uuid("resource_id"))
        .col(uuid("company_id"))
        .col(big_integer("at"))
        .to_owned()
}

const INDEXES: &[&str] = &[
    "CREATE INDEX idx_company_school_of ON company_school (school_id, company_id)",
    "CREATE INDEX idx_company_member_of ON company_member (company_id)",
    "CREATE INDEX idx_company_contribution_of ON company_contribution (company_id, resource_id)",
];
