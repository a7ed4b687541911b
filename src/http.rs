//! The door for browsers and programs.

pub mod headers;
pub mod observe;
