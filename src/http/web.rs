//! The pages: what a browser sees.
//!
//! One file per page holds its context: a plain struct of strings, flags and lists in which everything has been
//! decided. Its template in `templates/` only says where each thing stands. Words come from [`crate::words::pages`],
//! looks from one style sheet in `assets/`, and every page works without JavaScript. To add a page: a file here with
//! its context and `sample`, a template that extends `layout.html`, its words, and a line in `tests.rs`.

pub mod account;
pub mod admin;
pub mod assets;
pub mod audit;
pub mod chart;
pub mod companies;
pub mod confirm;
pub mod course;
pub mod docs;
pub mod findability;
pub mod form;
pub mod format;
pub mod highlighted;
pub mod home;
pub mod layout;
pub mod leave;
pub mod major;
pub mod marks;
pub mod metadata_form;
pub mod my_resources;
pub mod notices;
pub mod pack;
pub mod packs;
pub mod page_context;
pub mod page_query;
pub mod personal_data;
pub mod problem;
pub mod qr;
pub mod recognition;
pub mod reports;
pub mod resource;
pub mod resource_card;
pub mod results;
pub mod review;
#[cfg(test)]
mod sample;
pub mod saved;
pub mod school;
pub mod second_factor;
pub mod sheets;
pub mod sign_in;
pub mod sign_on;
pub mod standards;
pub mod synonyms;
#[cfg(test)]
mod tests;
pub mod training;
mod typed;
pub mod upload;
pub mod urls;
pub mod viewer;
pub mod visits;
pub mod waits_at;
