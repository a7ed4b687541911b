//! The REST handlers, each with its request and response, one noun per file.
//!
//! A handler is three moves: understand, ask the library, answer.

pub mod accounts;
pub mod audit;
pub mod blobs;
pub mod changes;
pub mod comments;
pub mod created;
pub mod curriculum;
pub mod file_suggestions;
pub mod files;
pub mod findability;
pub mod if_match;
pub mod jobs;
pub mod orders;
pub mod packs;
pub mod paging;
pub mod reports;
pub mod resources;
pub mod reviews;
pub mod saved;
pub mod schools;
pub mod search;
pub mod session;
pub mod suggest;
pub mod synonyms;
pub mod tokens;
