//! `gongxue check`: what is in the store and what rows say of it, and joining the two on purpose.

use std::process::ExitCode;

use serde::Serialize;

use super::{explain, say};
use crate::config::Config;
use crate::library::Library;
use crate::library::sweep::{Orphan, Orphans};

const EXAMPLES: &str = "\
Objects that no row names are leftovers of crashes, or the database is not the one that the store was filled by.
Look at a few before you delete them: when more than 1 % of the store or anything held back would go, say how many.

Examples:
  gongxue check --orphans                     lists them, and why a sweep holds some back
  gongxue check --orphans --delete            deletes them, if they are few
  gongxue check --orphans --delete --count 37
  gongxue check --join-store                  after a warning that database and store are not of one library";

/// Checks the library's store against its database.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[group(id = "what", required = true, multiple = true)]
pub(super) struct Args {
    /// Lists objects in the store that no row names.
    #[arg(long, group = "what")]
    orphans: bool,
    /// Deletes them.
    #[arg(long, requires = "orphans")]
    delete: bool,
    /// How many they are: needed when they are more than 1 % of the store, or a sweep would hold some back.
    #[arg(long, value_name = "N", requires = "delete")]
    count: Option<u64>,
    /// Joins this database with this store and this data folder, whosever they were.
    #[arg(long, group = "what", conflicts_with = "orphans")]
    join_store: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// What was found and done, as JSON.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    found: &'a Orphans,
    deleted: u64,
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    if args.join_store {
        let library = crate::app::open_unjoined(config).await?;
        library.join_store().await.map_err(explain)?;
        eprintln!(
            "数据库与存储已合用。Database and store are joined; what the store holds now is held back from sweeps."
        );
        return Ok(ExitCode::SUCCESS);
    }
    let library = super::library(config).await?;
    let found = library.orphans().await.map_err(explain)?;
    let deleted = if args.delete {
        delete(&library, &found, args.count).await?
    } else {
        0
    };
    if args.json {
        let answer = Answer { found: &found, deleted };
        say(serde_json::to_string_pretty(&answer)?);
    } else {
        list(&found, deleted);
    }
    Ok(ExitCode::SUCCESS)
}

async fn delete(library: &Library, found: &Orphans, count: Option<u64>) -> anyhow::Result<u64> {
    let needs_count = found.are_too_many() || found.held() > 0;
    if needs_count && count != Some(found.count) {
        anyhow::bail!(
            "共 {count} 个对象没有登记，其中 {held} 个被保留；确认数据库无误后，请加上 `--count {count}` 再运行。\n       \
             {count} of {objects} objects are named by no row, {held} of them held back: that is more than goes without a \
             word. If this is the right database and the newest, add `--count {count}`.",
            count = found.count,
            held = found.held(),
            objects = found.objects,
        );
    }
    library.delete_orphans(found).await.map_err(explain)
}

fn list(found: &Orphans, deleted: u64) {
    for orphan in &found.orphans {
        let Orphan { key, size, .. } = orphan;
        say(format_args!(
            "{key}  {size}  {}  {}",
            orphan.modified_at.whole_seconds(),
            standing(orphan)
        ));
    }
    for name in &found.strangers {
        say(format_args!("{name}  stranger"));
    }
    eprintln!(
        "{} objects in the store; {} are named by no row ({} bytes), {} of them held back; {} names are not ours",
        found.objects,
        found.count,
        found.bytes,
        found.held(),
        found.stranger_count
    );
    if deleted > 0 {
        eprintln!("{deleted} deleted");
    }
}

fn standing(orphan: &Orphan) -> String {
    use crate::domain::sweep::Held;
    match (orphan.held, orphan.found_at) {
        (Some(Held::NewerThanKnown), _) => "held: newer than every object that a row names".to_owned(),
        (Some(Held::OfAnotherState), _) => "held: stored while another state of the database was at work".to_owned(),
        (Some(Held::YoungerThanBackup), _) => "held: younger than the oldest backup".to_owned(),
        (None, Some(found)) => format!("waits since {}", found.whole_seconds()),
        (None, None) => "new".to_owned(),
    }
}
