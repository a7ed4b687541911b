//! `gongxue mirror`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;

use super::pull::{explain, hub_token};
use super::{library, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::id::PackId;
use crate::pull::error::Error;
use crate::pull::mirror::{HubMirror, MirrorRound, Upstream};
use crate::pull::source::Source;

/// Something was changed here and at the hub, or the hub refused something.
const DONE_IN_PART: u8 = 3;

const EXAMPLES: &str = "\
Takes the hub's packs into this node's own library, with their text: they are findable at once. What teachers share
here for the city is offered to the hub, where it waits for review. Runs until it is stopped, beside `gongxue serve`;
what was cut off is gone on with. A resource that was changed here is never overwritten: it is named as a conflict.

Examples:
  gongxue mirror https://hub.example --token-file token.txt
  gongxue mirror https://hub.example --token-file token.txt --pack 0190… --once
  gongxue mirror --from /media/stick/packs --once

The token is of an account at the hub; with the scope `write` it may offer what is shared here.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done in part: conflicts, something that could not be taken, or was refused.";

/// Mirrors a hub's packs into this node's own library.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The hub's address.
    #[arg(value_name = "HUB_URL", required_unless_present = "from", conflicts_with = "from")]
    hub: Option<String>,
    /// A file with the token to ask with; else the environment variable `GONGXUE_TOKEN`, else nobody's.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Only these packs; all that the hub shows when not given.
    #[arg(long = "pack", value_name = "ID")]
    packs: Vec<PackId>,
    /// Goes through the packs once and ends.
    #[arg(long)]
    once: bool,
    /// A folder to take packs from instead of a hub: what somebody brought on a stick.
    #[arg(long, value_name = "FOLDER", requires = "once", conflicts_with = "token_file")]
    from: Option<PathBuf>,
    /// What this node calls itself to the hub; the machine's name when not given.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Prints JSON, one object a round.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let (source, upstream, hub) = args.way()?;
    let library = library(config).await?;
    let (clock, holder) = (Clock::default(), args.holder());
    let work = config.staging_dir().join("mirror");
    let mirror = HubMirror {
        library: &library,
        source: &source,
        upstream: upstream.as_ref(),
        hub: &hub,
        work: &work,
        holder: &holder,
        clock: &clock,
        watch: &(),
    };
    if args.once {
        let round = mirror.round(&args.packs).await.map_err(|error| explain(&error))?;
        tell(&round, args.json)?;
        let code = if round.is_whole() { 0 } else { DONE_IN_PART };
        return Ok(ExitCode::from(code));
    }
    let heard = |round: Result<&MirrorRound, &Error>| match round {
        Ok(round) => drop(tell(round, args.json)),
        Err(error) => tracing::warn!("the hub could not be followed: {error}"),
    };
    tokio::select! {
        ended = mirror.follow(&args.packs, heard) => ended.map_err(|error| explain(&error))?,
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(ExitCode::SUCCESS)
}

impl Args {
    fn way(&self) -> anyhow::Result<(Source, Option<Upstream>, String)> {
        if let Some(folder) = &self.from {
            if !folder.is_dir() {
                bail!("`{}` is not a folder", folder.display());
            }
            return Ok((Source::folder(folder), None, folder.display().to_string()));
        }
        let hub = self.hub.clone().expect("clap asks for a hub or a folder");
        let token = hub_token(self.token_file.as_deref())?;
        let source = Source::hub(&hub, token.as_deref(), None).map_err(|error| explain(&error))?;
        let upstream = token.map(|token| Upstream::new(&hub, &token)).transpose();
        let hub = hub.trim_end_matches('/').trim_end_matches("/api/v1").to_owned();
        Ok((source, upstream.map_err(|error| explain(&error))?, hub))
    }

    fn holder(&self) -> String {
        let of_machine = || std::fs::read_to_string("/etc/hostname").ok();
        let name = self.name.clone().or_else(of_machine).unwrap_or_default();
        let name = name.trim();
        if name.is_empty() {
            "a mirror".to_owned()
        } else {
            name.to_owned()
        }
    }
}

fn tell(round: &MirrorRound, json: bool) -> anyhow::Result<()> {
    if json {
        say(serde_json::to_string(round)?);
        return Ok(());
    }
    for pack in &round.packs {
        let id = pack.pack;
        match (&pack.taken, &pack.error) {
            (_, Some(error)) => eprintln!("pack {id}: {error}"),
            (Some(taken), None) => {
                eprintln!(
                    "{} ({id}) version {}: {} new, {} changed, {} gone",
                    pack.title, pack.version, taken.added, taken.changed, taken.gone
                );
                for skipped in &taken.skipped {
                    let (id, title, why) = (skipped.resource, &skipped.title, skipped.why.code());
                    eprintln!(
                        "  cannot be taken, the others were: {title} ({id}): {why} {}",
                        skipped.detail
                    );
                }
                for conflict in &taken.conflicts {
                    eprintln!("  changed here and at the hub, left as it is here: /r/{conflict}");
                }
            }
            (None, None) => eprintln!("pack {id}: nothing new"),
        }
    }
    if round.taken_down > 0 {
        eprintln!("{} taken down at once by the hub, and gone from here", round.taken_down);
    }
    for id in &round.answered {
        eprintln!("the hub says something new of /r/{id}; its author sees it there and under /mine");
    }
    if round.offered > 0 {
        eprintln!("{} offered to the hub for review", round.offered);
    }
    for (id, why) in &round.refused {
        eprintln!("the hub refused /r/{id}: {why}");
    }
    Ok(())
}
