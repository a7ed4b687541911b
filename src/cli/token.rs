//! `gongxue token add`.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Subcommand, ValueEnum};

use super::{explain, library, say};
use crate::config::Config;
use crate::domain::role::{TokenArea, TokenScope};

/// Makes tokens for programs.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes a token that speaks for an account; prints it, once.
    Add {
        /// The account's sign-in name.
        name: String,
        /// How much of the account's rights it carries.
        #[arg(long, default_value = "read")]
        scope: ScopeName,
        /// What of others' own it reads where the account may, with commas: `accounts`, `audit`. A token of the scope
        /// `admin` needs none.
        #[arg(long, value_name = "AREA", value_delimiter = ',')]
        areas: Vec<AreaName>,
        /// How long it is good for: `12h`, `90d`, `52w`; for ever when not given.
        #[arg(long, value_name = "TIME", value_parser = parse_time)]
        expires: Option<Duration>,
    },
}

/// The names of scopes on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum ScopeName {
    Read,
    Write,
    Admin,
    Work,
}

/// The names of areas on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum AreaName {
    Accounts,
    Audit,
}

impl From<AreaName> for TokenArea {
    fn from(name: AreaName) -> Self {
        match name {
            AreaName::Accounts => Self::Accounts,
            AreaName::Audit => Self::Audit,
        }
    }
}

impl From<ScopeName> for TokenScope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::Read => Self::Read,
            ScopeName::Write => Self::Write,
            ScopeName::Admin => Self::Admin,
            ScopeName::Work => Self::Work,
        }
    }
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let Command::Add {
        name,
        scope,
        areas,
        expires,
    } = args.command;
    let areas: Vec<TokenArea> = areas.into_iter().map(TokenArea::from).collect();
    let token = library(config)
        .await?
        .accounts
        .add_token(&name, scope.into(), &areas, expires)
        .await
        .map_err(explain)?;
    say(token);
    Ok(ExitCode::SUCCESS)
}

/// Reads `12h`, `90d`, `52w`.
fn parse_time(text: &str) -> Result<Duration, String> {
    const HOUR: u64 = 3600;
    let wrong = || format!("`{text}` is not a time; hint: `12h`, `90d`, `52w`");
    let unit = match text.chars().last() {
        Some('h') => HOUR,
        Some('d') => 24 * HOUR,
        Some('w') => 7 * 24 * HOUR,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    number.checked_mul(unit).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_units() {
        assert_eq!(parse_time("90d"), Ok(Duration::from_hours(90 * 24)));
        assert!(parse_time("90").unwrap_err().contains("hint"));
        assert!(parse_time("9999999999999999999w").is_err());
        assert!(parse_time("天").is_err());
    }
}
