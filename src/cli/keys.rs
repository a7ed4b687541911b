//! `gongxue keys`: which keys sign packs, and new ones.

use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};

use super::{explain, library, say};
use crate::config::Config;
use crate::library::signing::ROLES;

const EXAMPLES: &str = "\
A client trusts the first root it meets, or compares its keys with what `gongxue keys show` prints here.

Examples:
  gongxue keys show
  gongxue keys unseal                       with the old GONGXUE_KEYS__SECRET; then start with the new one
  gongxue keys rotate --role timestamp      the old key signs nothing more
  gongxue keys rotate --revoke              a secret was stolen: the old keys count no more, packs are published anew";

/// Shows and changes the keys that sign packs.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prints every key: its role, its id, whether it still signs, whether it is sealed in the database.
    Show {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Keeps the keys in the database without a seal, before another secret is set: the next start seals them with that.
    Unseal,
    /// Draws new keys. Clients follow by themselves: the old root signs the new one.
    Rotate {
        /// Only of this role; may be repeated. All when not given.
        #[arg(long = "role")]
        roles: Vec<SigningRole>,
        /// What the old keys signed no longer counts.
        #[arg(long)]
        revoke: bool,
    },
}

/// The names of roles on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SigningRole {
    Root,
    Targets,
    Snapshot,
    Timestamp,
}

impl SigningRole {
    fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Targets => "targets",
            Self::Snapshot => "snapshot",
            Self::Timestamp => "timestamp",
        }
    }
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let library = library(config).await?;
    match args.command {
        Command::Show { json } => {
            let keys = library.signing.keys().await.map_err(explain)?;
            if json {
                say(serde_json::to_string_pretty(&keys)?);
                return Ok(ExitCode::SUCCESS);
            }
            for key in keys {
                let standing = match (key.revoked, key.retired_at) {
                    (true, _) => "revoked",
                    (false, Some(_)) => "retired",
                    (false, None) => "signs",
                };
                let kept = if key.sealed { "sealed" } else { "plain" };
                say(format_args!("{:<9} {:<7} {kept:<6} {}", key.role, standing, key.id));
            }
        }
        Command::Unseal => {
            let keys = library.signing.unseal_keys().await.map_err(explain)?;
            eprintln!("{keys} keys are no longer sealed");
        }
        Command::Rotate { roles, revoke } => {
            let roles: Vec<&str> = if roles.is_empty() {
                ROLES.to_vec()
            } else {
                roles.into_iter().map(SigningRole::name).collect()
            };
            let packs = library.signing.rotate_keys(&roles, revoke).await.map_err(explain)?;
            eprintln!("new keys for {}", roles.join(", "));
            if packs > 0 {
                eprintln!("{packs} packs will be published anew by a running service");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
