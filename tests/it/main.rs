//! The service from outside, story by story.
#![expect(clippy::unwrap_used, reason = "a test that unwraps fails, which is what it is for")]

mod extract;
mod recall;
