//! `gongxue reindex`.

use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};

use super::{explain, library, library_with_index, record};
use crate::config::Config;
use crate::domain::audit::AuditAction;
use crate::library::indexer::waits_for_writer;

/// Builds the search index anew.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Reads every file again instead, in the background: after an upgrade, for what older versions could not read.
    #[arg(long)]
    read_again: bool,
    /// Has a machine read scans and pictures again instead, in the background: with newer models. Costs some five seconds of a processor a
    /// page; what people put right stays.
    #[arg(long, group = "by_school", conflicts_with = "read_again")]
    recognize_again: bool,
    /// Has films without subtitles heard again instead, in the background, and those that could not be: with another program or model.
    /// What people corrected stays.
    #[arg(long, group = "by_school", conflicts_with = "read_again")]
    hear_again: bool,
    /// Only those of one school, by its code.
    #[arg(long, value_name = "CODE", requires = "by_school")]
    school: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  gongxue reindex                                build the index anew
  gongxue reindex --read-again                   after an upgrade that reads more formats
  gongxue reindex --recognize-again --school S1  after newer models came, school by school
  gongxue reindex --hear-again                   after another program or model was set up for speech";

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    if args.read_again {
        let library = library(config).await?;
        record(&library, AuditAction::IndexReadAgain, None).await?;
        let count = library.texts.read_all_again().await.map_err(explain)?;
        eprintln!(
            "{count} 个文件将在后台重新读取，每秒约一个，其间照常搜索。\n\
             {count} files are read again in the background, about one a second; search goes on meanwhile."
        );
        return Ok(ExitCode::SUCCESS);
    }
    if args.recognize_again {
        return recognize_again(args.school.as_deref(), config).await;
    }
    if args.hear_again {
        return hear_again(args.school.as_deref(), config).await;
    }
    let library = library_with_index(config).await?;
    record(&library, AuditAction::IndexRebuild, None).await?;
    // A number in the database, which every node compares with its own index.
    library.indexer.demand_reindex().await.map_err(explain)?;
    let prepared = library.indexer.prepare_index().await;
    if prepared.as_ref().is_err_and(waits_for_writer) {
        eprintln!(
            "服务正在运行；每个节点都会在后台重建自己的索引，其间照常搜索。\n\
             The service is running; every node builds its own index anew in the background, and answers meanwhile."
        );
        return Ok(ExitCode::SUCCESS);
    }
    prepared.map_err(explain)?;
    // A bar draws itself only where standard error is a terminal.
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {per_sec} {eta}")?);
    let progress = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    library.indexer.rebuild_index(progress).await.map_err(explain)?;
    bar.finish();
    library.indexer.catch_up().await.map_err(explain)?;
    eprintln!(
        "本机的索引已重建；其他节点会重建各自的索引。\n\
         This node's index has been built anew; other nodes build their own anew by themselves."
    );
    Ok(ExitCode::SUCCESS)
}

/// Has pages recognised again that were before, of a school or of all.
async fn recognize_again(school: Option<&str>, config: &Config) -> anyhow::Result<ExitCode> {
    // They would wait for ever.
    anyhow::ensure!(
        config.ocr.enabled && cfg!(feature = "ocr"),
        "本站没有开启机器识别（设置 ocr.enabled），或程序不带识别功能。\n       \
         Nothing is recognised here: the setting `ocr.enabled` is off, or the program was built without it."
    );
    let library = library(config).await?;
    let count = library.reading.recognise_all_again(school).await.map_err(explain)?;
    record(&library, AuditAction::IndexRecognizeAgain, school.map(str::to_owned)).await?;
    eprintln!(
        "{count} 页将在后台重新识别；识别完之前仍按原来的文字搜索，改正过的文字不变。\n\
         {count} pages are recognised again in the background; until then they are found by their old words, and what \
         people put right stays."
    );
    Ok(ExitCode::SUCCESS)
}

/// Has films heard again that were before or could not be, of a school or of all.
async fn hear_again(school: Option<&str>, config: &Config) -> anyhow::Result<ExitCode> {
    // They would wait for ever.
    anyhow::ensure!(
        !config.speech.program.as_os_str().is_empty(),
        "本站没有设置听写程序（设置 speech.program）。\n       \
         Nothing is heard here: the setting `speech.program` is empty."
    );
    let library = library(config).await?;
    let count = library.reading.hear_all_again(school).await.map_err(explain)?;
    record(&library, AuditAction::IndexHearAgain, school.map(str::to_owned)).await?;
    eprintln!(
        "{count} 个音像文件将在后台重新听写；听写完之前仍按原来的文字搜索，更正过的不变。\n\
         {count} films are heard again in the background; until then they are found by their old words, and what people \
         corrected stays."
    );
    Ok(ExitCode::SUCCESS)
}
