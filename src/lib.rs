//! Gongxue 工学资源库: a shared repository of teaching resources for technical schools.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that unwraps fails, which is what it is for")
)]

pub mod domain;
pub mod http;
pub mod words;
