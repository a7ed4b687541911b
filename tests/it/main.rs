//! The service from outside: one binary of stories, a module per room.
#![expect(clippy::unwrap_used, reason = "a test that unwraps fails, which is what it is for")]

mod compose;
mod extract;
mod recall;
