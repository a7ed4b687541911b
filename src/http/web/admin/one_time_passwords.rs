//! One-time passwords, with the ways to carry them off before the page is left: nobody can show them again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::domain::time::Timestamp;
use crate::http::problem::Problem;
use crate::library::accounts::manage::Account;
use crate::table::{BOM, csv_lines};
use crate::words::pages::PageWords;

/// Accounts with the passwords that were just made for them.
#[derive(Debug, Clone, Default)]
pub struct OneTimePasswords {
    /// Name shown, sign-in name, password.
    pub rows: Vec<[String; 3]>,
    /// The same to be pasted, with tabs between the columns as tables take it.
    pub copied: String,
    /// The same as CSV. The page itself holds it, so that the service need not keep what it has forgotten.
    pub csv_url: String,
    /// The name of that file.
    pub csv_name: String,
}

impl OneTimePasswords {
    /// The passwords of these accounts.
    pub fn of(
        say: PageWords,
        accounts: impl IntoIterator<Item = Account>,
        now: Timestamp,
    ) -> std::result::Result<Self, Problem> {
        let row = |account: Account| [account.display, account.name, account.password.unwrap_or_default()];
        Self::new(say, accounts.into_iter().map(row).collect(), now)
    }

    /// The same of rows.
    pub fn new(say: PageWords, rows: Vec<[String; 3]>, now: Timestamp) -> std::result::Result<Self, Problem> {
        let head = [say.display_name(), say.login_name(), say.password_once()].map(str::to_owned);
        let lines: Vec<Vec<String>> = std::iter::once(head).chain(rows.clone()).map(Vec::from).collect();
        let copied: Vec<String> = lines.iter().map(|line| line.join("\t")).collect();
        // Without this mark Excel reads UTF-8 in the code page of its machine.
        let csv = [BOM.as_bytes(), &csv_lines(lines.into_iter())?].concat();
        Ok(Self {
            rows,
            copied: copied.join("\n"),
            // In the page itself: behind an address the passwords would have to be kept somewhere.
            csv_url: format!("data:text/csv;charset=utf-8;base64,{}", STANDARD.encode(csv)),
            csv_name: format!("{} {}.csv", say.password_once(), now.day()),
        })
    }

    /// The one password, where there is one.
    pub fn password(&self) -> &str {
        self.rows.first().map_or("", |[_, _, password]| password)
    }
}
