//! The REST handlers, each with its request and response, one noun per file.
//!
//! A handler is three moves: understand, ask the library, answer.

pub mod accounts;
pub mod audit;
pub mod blobs;
pub mod changes;
pub mod comments;
pub mod companies;
pub mod created;
pub mod curriculum;
pub mod evidence;
pub mod file_suggestions;
pub mod files;
pub mod findability;
pub mod followups;
pub mod if_match;
pub mod jobs;
mod list_table;
pub mod notices;
pub mod orders;
pub mod own_data;
pub mod packs;
pub mod paging;
pub mod passkeys;
pub mod plan;
pub mod rates;
pub mod recognition;
pub mod reports;
pub mod resources;
pub mod review_paths;
pub mod review_sheets;
pub mod reviews;
pub mod saved;
pub mod scans;
pub mod schools;
pub mod search;
pub mod session;
pub mod sheets;
pub mod speech;
pub mod standards;
pub mod suggest;
pub mod synonyms;
pub mod todos;
pub mod tokens;
pub mod training;
pub mod visits;
pub mod work;
