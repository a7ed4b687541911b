//! The database's history, oldest first. One tree for SQLite and PostgreSQL.
//!
//! Imports nothing of the service, so that no later change of an entity can rewrite what has already run. A new
//! migration is a new file, added at the end of [`Migrator::migrations`]; an old one is never edited after a release.
//!
//! # Two versions side by side
//!
//! Where several processes share a database they are upgraded one after the other: the first of the new version brings the
//! tables up to date while the older ones serve. One that runs goes on; one that starts and meets a newer database refuses.
//! So a migration only adds: tables, indexes, and columns that may be null or have a default, for an older process inserts
//! rows without them and reads only the columns it knows. A column that nothing needs any more is left alone for one
//! release and dropped by the next; a new meaning gets a new column or a new word, which older processes must be able to
//! pass over: an unknown kind of job is left to those who know it. What breaks this needs all processes stopped, and
//! `docs/operations.md` must say so.

use sea_orm_migration::prelude::*;

mod m20261123_000001_library;
mod m20261124_000001_synonyms;
mod m20261124_000002_saved_searches;
mod m20261124_000003_resource_use;
mod m20261124_000010_packs;
mod m20261124_000011_mirror;
mod m20261124_000012_review_and_figures;
mod m20261124_000013_administration;
mod m20261124_000015_renditions;
mod m20261124_000016_films;
mod m20261128_000017_task_order;
mod m20261128_000018_stages;
mod m20261128_000019_counting;
mod m20261128_000020_marks;
mod m20261129_000021_library;
mod m20261129_000022_index;
mod m20261129_000023_lost_jobs;
mod m20261129_000025_leases;
mod m20261129_000026_segments;
mod m20261129_000027_backups;
mod m20261129_000028_damage;
mod m20261129_000030_acted_once;
mod m20261129_000032_mirror_memory;
mod m20261129_000033_due;
mod m20261129_000036_audit_titles;
mod m20261129_000037_name_key;
mod m20261129_000040_approved;
mod m20261129_000041_sign_in_attempts;
mod m20261129_000042_second_factor;
mod m20261129_000043_token_areas;
mod m20261129_000044_audit_chain;
mod m20261129_000045_earlier_versions;
mod m20261130_000046_hidden_versions;
mod m20261130_000050_sign_on;
mod m20261130_000051_identity_names;
mod m20261130_000052_asked_anew;
mod m20261130_000053_door_notices;
mod m20261130_000054_shut_out;
mod m20261130_000055_audit_changes;
mod m20261130_000056_audit_indexes;
mod m20261130_000057_audit_cut;
mod m20261130_000058_erasure;
mod m20261130_000060_confirmed_at;
mod m20261130_000061_passkeys;
mod m20261130_000065_review_steps;
mod m20261130_000070_training;
mod m20261130_000071_training_online;
mod m20261130_000075_rights;
mod m20261130_000076_notices;
mod m20261130_000080_holdings;
mod m20261130_000081_library_health;
mod m20261130_000090_standards;
mod m20261130_000091_followups;
mod m20261130_000094_evidence;
mod m20261130_000095_city_plan;
mod m20261130_000098_recognition;
mod m20261130_000099_recognition_marks;
mod m20261130_000100_companies;
mod m20261130_000101_expert_visits;
mod m20261130_000104_recognition_schools;
mod m20261130_000106_waiting_places;
mod m20261130_000110_packs_of_schools;
mod m20261130_000111_review_rules;
mod m20261130_000112_mirrored_companies;
mod m20261130_000113_partner_revisions;
mod m20261130_000114_figures_that_stay;
mod m20261130_000115_audit_head;
mod m20261130_000116_left_to_bureau;
mod m20261130_000117_place_anew;
mod m20261130_000118_plan_phases;
mod m20261130_000119_uses_by_place;
mod m20261130_000130_left_behind;
mod m20261201_000131_ocr_page;
mod m20261201_000141_speech;
mod m20261202_000140_text_version;
mod m20261202_000160_workers;
mod only;

/// Runs the migrations in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_library::Migration),
            Box::new(m20261124_000001_synonyms::Migration),
            Box::new(m20261124_000002_saved_searches::Migration),
            Box::new(m20261124_000003_resource_use::Migration),
            Box::new(m20261124_000010_packs::Migration),
            Box::new(m20261124_000011_mirror::Migration),
            Box::new(m20261124_000012_review_and_figures::Migration),
            Box::new(m20261124_000013_administration::Migration),
            Box::new(m20261124_000015_renditions::Migration),
            Box::new(m20261124_000016_films::Migration),
            Box::new(m20261128_000017_task_order::Migration),
            Box::new(m20261128_000018_stages::Migration),
            Box::new(m20261128_000019_counting::Migration),
            Box::new(m20261128_000020_marks::Migration),
            Box::new(m20261129_000021_library::Migration),
            Box::new(m20261129_000022_index::Migration),
            Box::new(m20261129_000023_lost_jobs::Migration),
            Box::new(m20261129_000025_leases::Migration),
            Box::new(m20261129_000026_segments::Migration),
            Box::new(m20261129_000028_damage::Migration),
            Box::new(m20261129_000027_backups::Migration),
            Box::new(m20261129_000032_mirror_memory::Migration),
            Box::new(m20261129_000030_acted_once::Migration),
            Box::new(m20261129_000033_due::Migration),
            Box::new(m20261129_000036_audit_titles::Migration),
            Box::new(m20261129_000037_name_key::Migration),
            Box::new(m20261129_000040_approved::Migration),
            Box::new(m20261129_000041_sign_in_attempts::Migration),
            Box::new(m20261129_000042_second_factor::Migration),
            Box::new(m20261129_000043_token_areas::Migration),
            Box::new(m20261129_000044_audit_chain::Migration),
            Box::new(m20261129_000045_earlier_versions::Migration),
            Box::new(m20261130_000046_hidden_versions::Migration),
            Box::new(m20261130_000053_door_notices::Migration),
            Box::new(m20261130_000054_shut_out::Migration),
            Box::new(m20261130_000060_confirmed_at::Migration),
            Box::new(m20261130_000050_sign_on::Migration),
            Box::new(m20261130_000051_identity_names::Migration),
            Box::new(m20261130_000052_asked_anew::Migration),
            Box::new(m20261130_000055_audit_changes::Migration),
            Box::new(m20261130_000056_audit_indexes::Migration),
            Box::new(m20261130_000057_audit_cut::Migration),
            Box::new(m20261130_000058_erasure::Migration),
            Box::new(m20261130_000061_passkeys::Migration),
            Box::new(m20261130_000075_rights::Migration),
            Box::new(m20261130_000070_training::Migration),
            Box::new(m20261130_000080_holdings::Migration),
            Box::new(m20261130_000065_review_steps::Migration),
            Box::new(m20261130_000071_training_online::Migration),
            Box::new(m20261130_000076_notices::Migration),
            Box::new(m20261130_000081_library_health::Migration),
            Box::new(m20261130_000090_standards::Migration),
            Box::new(m20261130_000098_recognition::Migration),
            Box::new(m20261130_000094_evidence::Migration),
            Box::new(m20261130_000095_city_plan::Migration),
            Box::new(m20261130_000099_recognition_marks::Migration),
            Box::new(m20261130_000100_companies::Migration),
            Box::new(m20261130_000101_expert_visits::Migration),
            Box::new(m20261130_000104_recognition_schools::Migration),
            Box::new(m20261130_000091_followups::Migration),
            Box::new(m20261130_000106_waiting_places::Migration),
            Box::new(m20261130_000110_packs_of_schools::Migration),
            Box::new(m20261130_000111_review_rules::Migration),
            Box::new(m20261130_000112_mirrored_companies::Migration),
            Box::new(m20261130_000113_partner_revisions::Migration),
            Box::new(m20261130_000114_figures_that_stay::Migration),
            Box::new(m20261130_000115_audit_head::Migration),
            Box::new(m20261130_000116_left_to_bureau::Migration),
            Box::new(m20261130_000117_place_anew::Migration),
            Box::new(m20261130_000118_plan_phases::Migration),
            Box::new(m20261130_000119_uses_by_place::Migration),
            Box::new(m20261130_000130_left_behind::Migration),
            Box::new(m20261201_000131_ocr_page::Migration),
            Box::new(m20261201_000141_speech::Migration),
            Box::new(m20261202_000140_text_version::Migration),
            Box::new(m20261202_000160_workers::Migration),
        ]
    }
}

pub use only::{names, run_only};
pub use sea_orm_migration::{MigratorTrait, SchemaManager};
