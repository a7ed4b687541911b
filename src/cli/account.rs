//! `gongxue account add`, `rename` and `free`.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{explain, library, say};
use crate::config::Config;
use crate::domain::role::Role;
use crate::library::accounts::NewAccount;

/// Adds and renames accounts.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Adds an account; prints its id.
    Add {
        /// The sign-in name.
        name: String,
        /// What the account is for.
        #[arg(long, value_parser = role())]
        role: Role,
        /// The code of its school.
        #[arg(long, value_name = "CODE")]
        school: Option<String>,
        /// The name shown to others; the sign-in name when not given.
        #[arg(long, value_name = "TEXT")]
        display: Option<String>,
        /// Reads the password from the first line of standard input. Without it nobody can sign in by password.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Gives an account another sign-in name.
    Rename {
        /// The sign-in name it has, spelled exactly where another is called alike.
        name: String,
        /// The one it gets.
        new: String,
    },
    /// Lets people of a network address try to sign in again that was shut out because it tried too often.
    Free {
        /// The address, such as `192.0.2.1`.
        address: String,
    },
}

/// Reads a role by its code, which the help lists.
fn role() -> impl TypedValueParser<Value = Role> {
    let known = "one of the roles that the parser lists";
    PossibleValuesParser::new(Role::ALL.map(Role::code)).map(|code| Role::parse(&code).expect(known))
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let (name, role, school, display, password_stdin) = match args.command {
        Command::Add {
            name,
            role,
            school,
            display,
            password_stdin,
        } => (name, role, school, display, password_stdin),
        Command::Rename { name, new } => {
            let library = library(config).await?;
            library.accounts.rename_account(&name, &new).await.map_err(explain)?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Free { address } => {
            let library = library(config).await?;
            library.accounts.free_address_at_desk(&address).await.map_err(explain)?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    let password = if password_stdin { Some(password()?) } else { None };
    let new = NewAccount {
        name,
        display,
        role,
        school,
        password,
    };
    let id = library(config)
        .await?
        .accounts
        .add_account(new)
        .await
        .map_err(explain)?;
    say(id);
    Ok(ExitCode::SUCCESS)
}

fn password() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .context("read the password from standard input")?;
    // Blanks belong to the password.
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
