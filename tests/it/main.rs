//! The service from outside: one binary of stories, a module per room.
#![expect(clippy::unwrap_used, reason = "a test that unwraps fails, which is what it is for")]
#![expect(
    clippy::case_sensitive_file_extension_comparisons,
    clippy::cast_possible_wrap,
    clippy::disallowed_methods,
    clippy::manual_assert,
    reason = "small numbers, names of our own, and files that the system's clock dates"
)]

mod admin;
mod app;
mod approval;
mod asvs;
mod audit_chain;
mod backends;
mod backups;
mod browser;
mod caching;
mod changes;
mod cli;
mod client;
mod companies;
mod compose;
mod confirmations;
mod crash;
mod csrf;
mod curriculum;
mod curriculum_pages;
mod damage;
mod deep_links;
mod directory;
mod discarding;
mod drill;
mod editing;
mod embedded_text;
mod everyday;
mod evidence;
mod extract;
mod featured;
mod figures;
mod films;
mod filter_values;
mod findability;
mod gc;
mod holdings;
mod hostile_hubs;
mod house;
mod idempotency;
mod import;
mod indexing;
mod interface;
mod library_health;
mod list_tables;
mod lives;
mod meanwhile;
mod migrations;
mod mirrors;
mod nodes;
mod notices;
mod ocr;
mod ocr_again;
mod ocr_pictures;
mod old_clients;
mod orphan_sweep;
mod outages;
mod pack_approval;
mod pack_checks;
mod pack_pages;
mod packs;
mod pages;
mod passkeys;
mod personal_data;
mod plan;
mod printed;
mod proxies;
mod pull;
mod query_plans;
mod rates;
mod real_files;
mod recall;
mod recognition;
mod recognition_fair;
mod records;
mod reports;
mod resource_rights;
mod restores;
mod review_checks;
mod review_own_work;
mod review_paths;
mod review_steps;
mod reviews;
mod rights;
mod saved_searches;
mod scripted_hub;
mod scripted_provider;
mod search_results;
mod second_factor;
mod secrets;
mod sessions;
mod sharing;
mod sheets;
mod sheets_companies;
mod sheets_meanwhile;
mod sheets_recognition;
mod sign_in_names;
mod sign_on;
mod speech;
mod stages;
mod standard_decisions;
mod standard_followups;
mod standard_reach;
mod standard_sheet;
mod standards;
mod store;
mod suggest;
mod synonyms;
mod tables;
mod task_order;
mod timeouts;
mod todos;
mod tokens;
mod tools;
mod training;
mod training_attendance;
mod training_certificates;
mod training_online;
mod training_sheet;
mod upgrades;
mod upload_form;
mod uploads;
mod usage;
mod viewer;
mod visits;
mod words;
mod work;

/// A document of the corpus.
fn fixture(name: &str) -> Vec<u8> {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/corpus");
    std::fs::read(corpus.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}
