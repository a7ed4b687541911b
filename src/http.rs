//! The door for browsers and programs.

pub mod conditional;
pub mod disposition;
pub mod headers;
pub mod observe;
pub mod range;
pub mod web;
