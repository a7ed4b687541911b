//! What this service says over HTTP.

pub mod conditional;
pub mod disposition;
pub mod range;
