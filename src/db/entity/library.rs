//! Which library this database is, and what it knows of its store. Exactly one row.

use sea_orm::entity::prelude::*;

use super::Sweep;
use crate::domain::id::LibraryId;
use crate::domain::time::Timestamp;

/// The row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "library")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub one: i32,
    /// The library's name for good; its store and its folder of unfinished uploads carry the same.
    pub id: LibraryId,
    /// What this database wrote into the store last. If the store has another one, another state of this library's
    /// database (newer, older, a copy) has been at work there.
    pub mark: Option<String>,
    /// The one before: a crash may have come between database and store.
    pub mark_before: Option<String>,
    /// When the mark was drawn.
    pub marked_at: Option<Timestamp>,
    /// Objects that came into the store from here on …
    pub lost_from: Option<Timestamp>,
    /// … up to here may be named by a state of the database that is not this one: no sweep takes them by itself.
    pub lost_until: Option<Timestamp>,
    /// When the oldest backup was made that is still kept; no sweep takes by itself what is younger. Written by whoever
    /// makes backups.
    pub oldest_backup_at: Option<Timestamp>,
    /// What the last sweep saw.
    #[sea_orm(column_type = "Json", nullable)]
    pub sweep: Option<Sweep>,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
