//! Pages whose text stands in their pictures alone, once per content and kind.

use sea_orm::entity::prelude::*;

use crate::domain::file::{ExtractionFault, Kind};
use crate::domain::id::Sha256;
use crate::domain::ocr::OcrState;
use crate::domain::time::Timestamp;

/// One row; see the module.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ocr_page")]
pub struct Model {
    /// The content.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: Sha256,
    /// What it is read as.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: Kind,
    /// Counted from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub page: i32,
    /// What has become of it; moved by the job that reads pages, and back to its beginning where what was read is lost.
    pub state: OcrState,
    /// The number of the models whose reading of it is kept, while it waits to be read again, too.
    pub model: Option<i32>,
    /// How sure they are, in percent; none where nothing stands on the page.
    pub confidence: Option<i32>,
    /// Why it could not be read.
    pub fault: Option<ExtractionFault>,
    /// The claim of the job that is at it; one that has ended counts as none.
    pub claimed_by: Option<String>,
    /// When that was.
    pub updated_at: Timestamp,
}

/// Joins are written where they are asked for.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
