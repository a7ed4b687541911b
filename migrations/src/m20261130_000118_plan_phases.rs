//! The numbers of the plan's phases, by which majors and schools say when they joined: no more their places in the list, so
//! that a phase keeps its majors and schools when another comes before it or goes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let numbered = Table::alter()
            .table("plan_phase")
            .add_column(integer("number").default(0))
            .to_owned();
        manager.alter_table(numbered).await?;
        // What majors and schools meant by a number until now.
        let as_before = Query::update()
            .table("plan_phase")
            .value("number", Expr::col("position"))
            .to_owned();
        manager.execute(as_before).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let change = Table::alter().table("plan_phase").drop_column("number").to_owned();
        manager.alter_table(change).await
    }
}
