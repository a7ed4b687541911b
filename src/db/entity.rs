//! One file per table: its columns, with the meaning of each. `Model` never leaves the house as it is.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use crate::domain::curriculum::Provenance;
use crate::domain::file::ExtractionReport;
use crate::domain::film::FilmChapter;
use crate::domain::id::{AnyId, MajorId, ResourceId};
use crate::domain::ocr_correction::PageCorrections;
use crate::domain::orphan_sweep;
use crate::domain::pack::PackChoice;
use crate::domain::passage::Locator;
use crate::domain::standard::comparison::StandardChange;
use crate::domain::standard::proposal::Proposal;
use crate::domain::standard::structure::StandardStructure;

pub mod account;
pub mod audit;
pub mod audit_cut;
pub mod audit_head;
pub mod backup;
pub mod blob;
pub mod change;
pub mod comment;
pub mod company;
pub mod company_contribution;
pub mod company_member;
pub mod company_school;
pub mod course;
pub mod damage;
pub mod derived;
pub mod door_notice;
pub mod erasure;
pub mod expert_visit;
pub mod extraction;
pub mod file;
pub mod film;
pub mod garbage;
pub mod holding_change;
pub mod holding_check;
pub mod holding_sum;
pub mod idempotency;
pub mod identity;
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
pub mod nightly_figure;
pub mod ocr_correction;
pub mod ocr_page;
pub mod offer;
pub mod orphan;
pub mod pack;
pub mod pack_document;
pub mod pack_item;
pub mod pack_timestamp;
pub mod pack_version;
pub mod passkey;
pub mod passkey_ceremony;
pub mod pending_sign_on;
pub mod plan_phase;
pub mod plan_revision;
pub mod receipt;
pub mod recognition_call;
pub mod recognition_conflict;
pub mod recognition_entry;
pub mod recognition_evidence;
pub mod recognition_juror;
pub mod recognition_mark;
pub mod recognition_result;
pub mod recognition_voice;
pub mod recovery_code;
pub mod rendition;
pub mod resource;
pub mod resource_use;
pub mod resource_use_month;
pub mod review_author;
pub mod review_decision;
pub mod review_path;
pub mod review_state;
pub mod review_step;
pub mod review_step_taker;
pub mod rights_notice;
pub mod rights_notice_step;
pub mod saved_search;
pub mod school;
pub mod scrub_pass;
pub mod second_factor;
pub mod session;
pub mod sign_in_attempt;
pub mod speech;
pub mod speech_line;
pub mod staged;
pub mod standard_followup;
pub mod standard_version;
pub mod synonyms;
pub mod synonyms_edition;
pub mod takedown;
pub mod task;
pub mod task_order;
pub mod token;
pub mod training_attendance;
pub mod training_audience;
pub mod training_base;
pub mod training_certificate;
pub mod training_correction;
pub mod training_item;
pub mod training_progress;
pub mod training_session;
pub mod training_sign_in;
pub mod training_watch;
pub mod trust_key;
pub mod trust_root;
pub mod upload;
pub mod upload_segment;
pub mod use_place;
pub mod version;
pub mod work_claim;
pub mod worker;

/// A list of words in one JSON column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Strings(pub Vec<String>);

/// A list of ids in one JSON column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Ids(pub Vec<ResourceId>);

/// A list of majors in one JSON column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct MajorIds(pub Vec<MajorId>);

/// A file's report in one JSON column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct FileReport(pub ExtractionReport);

/// A film's chapters in one JSON column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct ChaptersColumn(pub Vec<FilmChapter>);

/// The corrected lines of a page, in one JSON column.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct CorrectionsColumn(pub PageCorrections);

/// Where a row of the curriculum comes from, in one JSON column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct ProvenanceColumn(pub Provenance);

/// What was chosen for a pack, in one JSON column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct PackEntries(pub Vec<PackChoice>);

impl PackEntries {
    /// The parts of the curriculum that were chosen.
    pub(crate) fn places(&self) -> Vec<AnyId> {
        let places = self.0.iter().map(|choice| choice.what.place());
        places.flatten().collect()
    }
}

/// What a sweep of the store saw, in one JSON column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Sweep(pub orphan_sweep::SweepReport);

/// A place in a file, in one JSON column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct LocatorColumn(pub Locator);

/// What the table of a draft of a standard says, in one JSON column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct ProposalColumn(pub Proposal);

/// The courses and tasks of a version of a standard, in one JSON column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct StructureColumn(pub StandardStructure);

/// What a version of a standard changed, in one JSON column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct StandardChanges(pub Vec<StandardChange>);
