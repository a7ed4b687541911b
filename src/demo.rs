//! The sample library: what `serve --demo` fills an empty library with.
//!
//! Seven schools, an account of every role, and 300 resources with *real files* of every type, made here from their
//! titles and from a stock of trade sentences. Everything is invented, and the schools say so in their names
//! (示范). Two packs of them show what packs are. Files are made on demand, one resource at a time, and the same resource always gives the same bytes, so
//! that filling twice stores nothing twice.
//!
//! The room knows `domain` and nothing else; `cli/demo` carries what it gives into the library. To add a format, write
//! one file that turns a [`script::Script`] into bytes and name it in [`file::files`].

pub mod docx;
pub mod epub;
pub mod file;
pub mod film;
pub mod layout;
pub mod media;
pub mod mp4;
pub mod package;
pub mod packs;
pub mod pdf;
pub mod people;
pub mod plain;
pub mod pptx;
pub mod resource;
pub mod script;
pub mod sound;
pub mod stock;
pub mod xlsx;

pub use file::DemoFile;
pub use packs::{Chosen, Pack, packs};
pub use people::{Account, School, accounts, schools};
pub use resource::{Resource, resources};

#[cfg(test)]
mod tests;
