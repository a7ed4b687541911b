//! Gongxue 工学资源库: a shared repository of teaching resources for technical schools.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that unwraps fails, which is what it is for")
)]

pub mod domain;

pub mod actor;
pub mod clock;
pub mod error;
pub mod words;

pub mod blob;
pub mod db;
pub mod extract;
pub mod search;

pub mod library;

pub mod demo;
pub mod http;
pub mod jobs;

pub mod app;
pub mod cli;
pub mod config;
pub mod telemetry;
