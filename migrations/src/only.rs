//! The tables as an older program had them, for its backups.

use std::collections::BTreeSet;

use sea_orm_migration::migrator::{MigratorTrait, MigratorTraitSelf};
use sea_orm_migration::sea_orm::DatabaseTransaction;
use sea_orm_migration::{DbErr, MigrationTrait};

use crate::Migrator;

/// The names of all migrations, oldest first.
pub fn names() -> Vec<String> {
    let all = <Migrator as MigratorTrait>::migrations();
    all.iter().map(|migration| migration.name().to_owned()).collect()
}

/// Runs just those migrations that have these names.
pub async fn run_only(tx: &DatabaseTransaction, names: BTreeSet<String>) -> Result<(), DbErr> {
    MigratorTraitSelf::up(&Only(names), tx, None).await
}

struct Only(BTreeSet<String>);

impl MigratorTraitSelf for Only {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        let all = <Migrator as MigratorTrait>::migrations().into_iter();
        all.filter(|migration| self.0.contains(migration.name())).collect()
    }
}
