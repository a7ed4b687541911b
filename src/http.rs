//! What travels over HTTP: the pages.

pub mod web;
