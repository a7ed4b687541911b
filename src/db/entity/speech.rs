//! Films and recordings without subtitles that a machine hears, once per content and kind.

use sea_orm::entity::prelude::*;

use crate::domain::file::Kind;
use crate::domain::id::Sha256;
use crate::domain::speech::{SpeechFault, SpeechState};
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "speech")]
pub struct Model {
    /// The content.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: Sha256,
    /// What it is read as.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: Kind,
    /// What has become of it; moved by the job that hears, and back to its beginning where somebody asks for more or what was
    /// heard is lost.
    pub state: SpeechState,
    /// How often it was heard; what was heard last is kept under this number. None yet: 0.
    pub round: i32,
    /// The model that heard it.
    pub heard_by: Option<String>,
    /// Why it could not be heard the last time.
    pub fault: Option<SpeechFault>,
    /// When that was.
    pub updated_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
