//! The sample library: what `serve --demo` fills an empty library with.
//!
//! Seven schools, an account of every role, and 300 resources with *real files* of every type. Everything is invented,
//! and the schools say so in their names (示范). Two packs of them show what packs are, three sessions what training is, and a
//! call, a company and three visits what the city does with its schools; of one major there are two versions of its standard.
//! The files are finished; the program that made them of their titles and of a stock of trade sentences is
//! `examples/demo_files`. The same resource always has the same bytes, so that filling twice stores nothing twice.
//!
//! The room knows `domain` and nothing else; `cli/demo` carries what it gives into the library.

pub mod city;
pub mod files;
pub mod packs;
pub mod people;
pub mod resource;
pub mod standard;
pub mod training;

pub use city::{DemoCall, DemoCompany, DemoEntry, DemoVisit, calls, company, visits};
pub use files::DemoFile;
pub use packs::{DemoPack, DemoSelection, packs};
pub use people::{DemoAccount, DemoSchool, accounts, schools};
pub use resource::{DemoFormat, DemoResource, resources};
pub use standard::{DemoStandard, DemoTaskChange, standards};
pub use training::{DemoSession, sessions};

#[cfg(test)]
mod tests;
