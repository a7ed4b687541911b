//! The city's plan as rows: what each of its phases is to reach, with every change of it and why.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The document that the plan of earlier versions, a file of the program, was taken from.
const SOURCE: &str = "天津市推进技工院校工学一体化技能人才培养模式工作方案（2022-08-23），四、实施步骤";
/// The phases of that file: first month, last month, majors, schools, teachers.
const PHASES: [(&str, &str, i64, i64, i64); 3] = [
    ("2022-08", "2023-07", 6, 4, 20),
    ("2023-07", "2024-07", 2, 2, 30),
    ("2024-07", "2025-07", 1, 1, 50),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let revision = Table::create()
            .table("plan_revision")
            .col(big_integer("number").primary_key())
            .col(text("source"))
            // Why it was changed, and the day that the change is of.
            .col(text("reason"))
            .col(text_null("decided_on"))
            .col(big_integer_null("changed_at"))
            .to_owned();
        manager.create_table(revision).await?;
        let phase = Table::create()
            .table("plan_phase")
            .col(big_integer("revision"))
            .col(integer("position"))
            .col(text("from_month"))
            .col(text("until_month"))
            .col(big_integer("majors"))
            .col(big_integer("schools"))
            .col(big_integer("teachers"))
            .primary_key(Index::create().col("revision").col("position"))
            .to_owned();
        manager.create_table(phase).await?;
        seed(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["plan_phase", "plan_revision"] {
            manager.drop_table(Table::drop().table(name).to_owned()).await?;
        }
        Ok(())
    }
}

/// An upgraded database shows what the file said.
async fn seed(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let first = Query::insert()
        .into_table("plan_revision")
        .columns(["number", "source", "reason"])
        .values_panic([1_i64.into(), SOURCE.into(), "".into()])
        .to_owned();
    manager.execute(first).await?;
    for (position, (from, until, majors, schools, teachers)) in (1..).zip(PHASES) {
        let position: i32 = position;
        let phase = Query::insert()
            .into_table("plan_phase")
            .columns([
                "revision",
                "position",
                "from_month",
                "until_month",
                "majors",
                "schools",
                "teachers",
            ])
            .values_panic([
                1_i64.into(),
                position.into(),
                from.into(),
                until.into(),
                majors.into(),
                schools.into(),
                teachers.into(),
            ])
            .to_owned();
        manager.execute(phase).await?;
    }
    Ok(())
}
