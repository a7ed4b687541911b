//! What a teacher could check on paper: the nouns of the library and the rules that hold between them.
//!
//! No async, no input or output, no HTTP, no SQL. A rule that can be stated here is stated here, once; the other
//! rooms parse into these types at the door and never check again.

pub mod account;
pub mod address;
pub mod audit;
pub mod audit_changes;
pub mod authority;
pub mod backup;
pub mod change;
pub mod city_plan;
pub(crate) mod code;
pub mod comment;
pub mod company;
pub mod curriculum;
pub mod damage;
pub mod day;
pub mod evidence;
pub mod explain;
pub mod extension;
pub mod fault;
pub mod file;
pub mod film;
pub mod form;
pub mod form_sheet;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod hls;
pub mod id;
pub mod job;
pub mod licence;
pub mod list_sheet;
pub mod metadata;
pub mod notice;
pub mod orphan_sweep;
pub mod pack;
pub mod page;
pub mod passage;
pub mod passkey;
pub mod password;
pub mod personal_data;
pub mod rate;
pub mod recognition;
pub mod resource;
pub mod review;
pub mod review_check;
pub mod review_form;
pub mod review_sheet;
pub mod rights;
pub mod role;
pub mod roster;
pub mod saved;
pub mod search;
pub mod sign_in;
pub mod sign_on;
pub mod spelling;
pub mod stage;
pub mod standard;
pub mod suggestion;
pub mod synonym;
pub mod time;
pub mod todo;
pub mod training;
pub mod version;
pub mod visit;
