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
mod audit_chain;
mod backends;
mod backups;
mod browser;
mod caching;
mod changes;
mod cli;
mod client;
mod compose;
mod crash;
mod csrf;
mod curriculum;
mod curriculum_pages;
mod damage;
mod deep_links;
mod drill;
mod editing;
mod embedded_text;
mod everyday;
mod extract;
mod featured;
mod figures;
mod films;
mod filter_values;
mod findability;
mod gc;
mod hostile_hubs;
mod house;
mod idempotency;
mod import;
mod indexing;
mod interface;
mod lives;
mod migrations;
mod mirrors;
mod nodes;
mod old_clients;
mod orphan_sweep;
mod outages;
mod pack_approval;
mod pack_pages;
mod packs;
mod pages;
mod proxies;
mod pull;
mod query_plans;
mod real_files;
mod recall;
mod reports;
mod restores;
mod reviews;
mod rights;
mod saved_searches;
mod scripted_hub;
mod search_results;
mod second_factor;
mod secrets;
mod sessions;
mod sharing;
mod sign_in_names;
mod stages;
mod store;
mod suggest;
mod synonyms;
mod tables;
mod task_order;
mod timeouts;
mod tokens;
mod tools;
mod upgrades;
mod upload_form;
mod uploads;
mod usage;
mod viewer;
mod words;

/// A document of the corpus.
fn fixture(name: &str) -> Vec<u8> {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/corpus");
    std::fs::read(corpus.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}
