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
mod answers;
mod app;
mod arranging;
mod as_sent;
mod backups;
mod browser;
mod caller;
mod changes;
mod command;
mod compose;
mod csrf;
mod curriculum;
mod damage;
mod deep;
mod drill;
mod editing;
mod everyday;
mod extract;
mod figures;
mod films;
mod findability;
mod giving;
mod hostile_hubs;
mod house;
mod import;
mod indexing;
mod interface;
mod keeping;
mod killing;
mod lives;
mod looking;
mod marks;
mod migrating;
mod mirrors;
mod names;
mod nodes;
mod old_clients;
mod once;
mod opening;
mod ordering;
mod outages;
mod pack_pages;
mod packs;
mod pages;
mod people;
mod places;
mod plans;
mod private;
mod pulling;
mod recall;
mod reports;
mod restoring;
mod reviews;
mod rights;
mod saved;
mod scripted;
mod sharing;
mod stages;
mod store;
mod suggest;
mod sweeping;
mod synonyms;
mod tables;
mod upgrading;
mod uploads;
mod uses;
mod values;
mod waits;
mod words;

/// A document of the corpus.
fn fixture(name: &str) -> Vec<u8> {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/corpus");
    std::fs::read(corpus.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}
