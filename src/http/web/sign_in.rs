//! Signing in.

use askama::Template;

use super::form::Field;
use super::layout::Layout;

/// The sign-in page.
#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    /// The frame.
    pub layout: Layout,
    /// The name as typed. The password is never sent back.
    pub name: Field,
    /// What is wrong with the password.
    pub password_fault: Option<String>,
    /// What is wrong with both together: they do not match, or too many attempts.
    pub fault: Option<String>,
    /// The page to return to, a path of this site.
    pub return_to: String,
    /// Sign-in names of the sample, when the service runs with one.
    pub demo_names: Vec<String>,
}
