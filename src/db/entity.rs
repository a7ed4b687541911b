//! One file per table: its columns, with the meaning of each. `Model` never leaves the house as it is.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use crate::domain::curriculum::Provenance;
use crate::domain::file::ExtractionReport;
use crate::domain::film::FilmChapter;
use crate::domain::id::ResourceId;
use crate::domain::orphan_sweep;
use crate::domain::pack::PackChoice;
use crate::domain::passage::Locator;

pub mod account;
pub mod audit;
pub mod backup;
pub mod blob;
pub mod change;
pub mod comment;
pub mod course;
pub mod damage;
pub mod derived;
pub mod extraction;
pub mod file;
pub mod film;
pub mod garbage;
pub mod idempotency;
pub mod index_epoch;
pub mod job;
pub mod known_browser;
pub mod lease;
pub mod library;
pub mod major;
pub mod mirror_content;
pub mod mirror_hub;
pub mod mirror_pack;
pub mod mirror_place;
pub mod mirror_resource;
pub mod offer;
pub mod orphan;
pub mod pack;
pub mod pack_item;
pub mod pack_timestamp;
pub mod pack_version;
pub mod receipt;
pub mod recovery_code;
pub mod rendition;
pub mod resource;
pub mod resource_use;
pub mod resource_use_month;
pub mod saved_search;
pub mod school;
pub mod scrub_pass;
pub mod second_factor;
pub mod session;
pub mod sign_in_attempt;
pub mod staged;
pub mod synonyms;
pub mod synonyms_edition;
pub mod takedown;
pub mod task;
pub mod task_order;
pub mod token;
pub mod trust_key;
pub mod trust_root;
pub mod upload;
pub mod upload_segment;
pub mod version;

/// A list of words in one JSON column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Strings(pub Vec<String>);

/// A list of ids in one JSON column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Ids(pub Vec<ResourceId>);

/// A file's report in one JSON column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct FileReport(pub ExtractionReport);

/// A film's chapters in one JSON column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct ChaptersColumn(pub Vec<FilmChapter>);

/// Where a row of the curriculum comes from, in one JSON column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct ProvenanceColumn(pub Provenance);

/// What was chosen for a pack, in one JSON column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct PackEntries(pub Vec<PackChoice>);

/// What a sweep of the store saw, in one JSON column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Sweep(pub orphan_sweep::SweepReport);

/// A place in a file, in one JSON column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct LocatorColumn(pub Locator);
