//! `gongxue pull`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::say;
use crate::clock::Clock;
use crate::domain::id::PackId;
use crate::pull::change_preview::ChangePreview;
use crate::pull::error::Error;
use crate::pull::source::Source;
use crate::pull::{PullObserver, PullOptions, PullReport, pull};
use crate::words::sizes::size;

/// Some files may no longer be shared and were left out.
const DONE_IN_PART: u8 = 3;

const EXAMPLES: &str = "\
Fetches only what is missing, checks everything, and switches DIR when all of it is whole.
Run the same command again for the next version, or after an interruption: it goes on where it stopped.
Files that you put into DIR stay. One that you changed is kept as `name (本机修改).ext` beside the new one.
The version before is kept in the hidden folder `.DIR.gongxue/previous` beside DIR.

Examples:
  gongxue pull https://hub.example --pack 0190… --to ./数控车床
  gongxue pull https://hub.example --pack 0190… --to ./数控车床 --dry-run
  gongxue pull https://hub.example --pack 0190… --to ./数控车床 --token-file token.txt --limit-rate 2M
  gongxue pull --from /media/stick/packs --pack 0190… --to ./数控车床

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done in part: something may no longer be shared.";

/// Pulls a pack from a hub into a folder.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The hub's address.
    #[arg(value_name = "HUB_URL", required_unless_present = "from", conflicts_with = "from", value_parser = parse_hub)]
    hub: Option<String>,
    /// The pack's id.
    #[arg(long, value_name = "ID")]
    pack: PackId,
    /// The folder that holds the pack; made if it is not there.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// A certain version, even an older one; the newest when not given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    version: Option<u32>,
    /// A file with the token to ask with; else the environment variable `GONGXUE_TOKEN`, else nobody's.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// No more than so many bytes a second: `500K`, `2M`.
    #[arg(long, value_name = "RATE", value_parser = parse_rate)]
    limit_rate: Option<u64>,
    /// A folder to take it from instead of a hub: what somebody brought on a stick.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["token_file", "limit_rate"])]
    from: Option<PathBuf>,
    /// Only says what would be done, and how much would be fetched.
    #[arg(long)]
    dry_run: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let source = args.source()?;
    let order = PullOptions {
        pack: args.pack,
        to: args.to,
        version: args.version,
        dry_run: args.dry_run,
    };
    let (clock, teller) = (Clock::default(), Teller::new());
    let pulled = tokio::select! {
        pulled = pull(&source, &order, &clock, &teller) => pulled,
        _ = tokio::signal::ctrl_c() => {
            teller.bar.finish_and_clear();
            bail!("interrupted\nhint: run the same command again; it goes on where it stopped");
        }
    };
    teller.bar.finish_and_clear();
    let report = pulled.map_err(|error| explain(&error))?;
    tell(&report, args.json)?;
    Ok(if report.left_out.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DONE_IN_PART)
    })
}

impl Args {
    fn source(&self) -> anyhow::Result<Source> {
        if let Some(folder) = &self.from {
            if !folder.is_dir() {
                bail!("`{}` is not a folder", folder.display());
            }
            return Ok(Source::folder(folder));
        }
        let hub = self.hub.as_deref().expect("clap asks for a hub or a folder");
        let token = hub_token(self.token_file.as_deref())?;
        Source::hub(hub, token.as_deref(), self.limit_rate).map_err(|error| explain(&error))
    }
}

/// The token in a file, or else in the environment.
pub(super) fn hub_token(file: Option<&Path>) -> anyhow::Result<Option<String>> {
    let text = match file {
        Some(file) => {
            let name = file.display();
            Some(std::fs::read_to_string(file).with_context(|| format!("read the token in `{name}`"))?)
        }
        None => std::env::var("GONGXUE_TOKEN").ok(),
    };
    let token = text.map(|text| text.trim().to_owned());
    Ok(token.filter(|token| !token.is_empty()))
}

/// Looks whether an address may be a hub's before anything is done.
pub(super) fn parse_hub(url: &str) -> Result<String, String> {
    match Source::hub(url, None, None) {
        Ok(_) => Ok(url.to_owned()),
        Err(error) => Err(format!("{error}; hint: {}", error.hint().unwrap_or_default())),
    }
}

/// Reads `500K`, `2M`, `1G`, or plain bytes.
pub(super) fn parse_rate(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is not a rate; hint: `500K`, `2M`, bytes a second");
    let unit = match text.chars().last() {
        Some('K' | 'k') => 1024,
        Some('M' | 'm') => 1024 * 1024,
        Some('G' | 'g') => 1024 * 1024 * 1024,
        _ => 1,
    };
    let number = if unit == 1 { text } else { &text[..text.len() - 1] };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let rate = number.checked_mul(unit).filter(|rate| *rate > 0);
    rate.ok_or_else(wrong)
}

/// What went wrong, and what to do.
pub(super) fn explain(error: &Error) -> anyhow::Error {
    match error.hint() {
        Some(hint) => anyhow::anyhow!("{error}\nhint: {hint}"),
        None => anyhow::anyhow!("{error}"),
    }
}

/// Tells what happens: what goes before it goes, and a bar on a terminal.
struct Teller {
    bar: ProgressBar,
}

impl Teller {
    fn new() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
        Self {
            bar: bar.with_style(style.expect("a test draws the bar")),
        }
    }
}

impl PullObserver for Teller {
    fn planned(&self, plan: &ChangePreview) {
        self.bar.set_length(plan.bytes_missing);
        for path in &plan.removed {
            self.bar
                .suspend(|| talk(&format!("不再包含 no longer in the pack `{path}`")));
        }
    }

    fn came(&self, bytes: u64) {
        self.bar.inc(bytes);
    }
}

fn tell(report: &PullReport, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        say(serde_json::to_string_pretty(report)?);
        return Ok(());
    }
    for aside in &report.aside {
        talk(&format!(
            "本机文件保留为 your file `{}` is kept as `{}`",
            aside.path, aside.now
        ));
    }
    for path in &report.left_out {
        talk(&format!("不再共享 may no longer be shared `{path}`"));
    }
    if report.dry_run {
        tell_plan(&report.plan);
    }
    say(summary(report));
    Ok(())
}

fn tell_plan(plan: &ChangePreview) {
    for path in &plan.added {
        say(format_args!("+ {path}"));
    }
    for path in &plan.changed {
        say(format_args!("~ {path}"));
    }
    for renamed in &plan.renamed {
        say(format_args!("> {} → {}", renamed.from, renamed.to));
    }
    for path in &plan.removed {
        say(format_args!("- {path}"));
    }
}

fn summary(report: &PullReport) -> String {
    let (plan, version) = (&report.plan, report.version);
    if report.dry_run {
        let bytes = size(plan.bytes_missing);
        return format!(
            "试运行：版本 {version}，将下载至多 {bytes}，未写入。 Dry run: version {version}, at most {bytes} to fetch; \
             nothing was written."
        );
    }
    if report.version_before == Some(version) && plan.is_empty() && report.aside.is_empty() && plan.bytes_missing == 0 {
        return format!("已是版本 {version}，无需下载。 Version {version} is here; there is nothing to do.");
    }
    format!(
        "版本 {version} version · 新增 {} added · 更新 {} changed · 改名 {} renamed · 移除 {} removed · 未变 {} kept · 下载 {} fetched",
        plan.added.len(),
        plan.changed.len(),
        plan.renamed.len(),
        plan.removed.len(),
        plan.kept,
        size(report.moved.bytes),
    )
}

#[expect(clippy::print_stderr, reason = "talk, not data")]
fn talk(line: &str) {
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_with_their_units() {
        assert_eq!(parse_rate("2M"), Ok(2 * 1024 * 1024));
        assert_eq!(parse_rate("500k"), Ok(512_000));
        assert_eq!(parse_rate("800"), Ok(800));
        for wrong in ["", "M", "0", "-1", "2X", "天", "99999999999999999999G"] {
            assert!(parse_rate(wrong).unwrap_err().contains("hint"), "{wrong}");
        }
    }

    #[test]
    fn what_cannot_be_a_hub_is_wrong_usage() {
        assert!(parse_hub("https://hub.example/").is_ok());
        assert!(parse_hub("hub.example").unwrap_err().contains("hint: it looks like"));
    }

    #[test]
    fn the_bar_can_be_drawn() {
        Teller::new().bar.finish_and_clear();
    }
}
