//! The form of packs: what any other vendor must agree with us about. `docs/packs.md` says the same in prose.
//!
//! | file | what it is about |
//! |---|---|
//! | [`manifest`] | a version of a pack as a list of files, with what is known of them |
//! | [`trust`] | who signs what, how long it holds, and what a client checks (The Update Framework 1.0) |
//! | [`canonical`] | the one spelling of a JSON document that is signed (RFC 8785) |
//! | [`limits`] | how large a list may be |
//! | [`patch`] | from one manifest to the next (RFC 7396) |
//! | [`difference`] | what is new, changed, renamed or gone between two versions |
//! | [`numbers`] | which files of a manifest somebody asks for |
//! | [`chunks`] | where a large file is cut, so that only what is new in it is fetched |
//! | [`path`] | names that every file system takes |
//! | [`receipt`] | what a holder says to the hub |
//! | [`archive`] | a version as one file: ZIP, BagIt, Common Cartridge, SCORM |
//!
//! Nothing here opens a file or a line; the hub's side is [`crate::library`], the client's [`crate::pull`].

pub mod archive;
pub mod canonical;
pub mod chunks;
pub mod difference;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod limits;
pub mod manifest;
pub mod numbers;
pub mod patch;
pub mod path;
pub mod receipt;
pub mod trust;
