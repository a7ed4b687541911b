//! Turns a pack into what its page shows.

use std::collections::BTreeMap;

use super::{BuildProgress, PackChecks, PackHolder, PackPage, PackVersionRow, Withdraw};
use crate::domain::authority::Act;
use crate::domain::id::PackId;
use crate::domain::pack::BuildState;
use crate::domain::time::Timestamp;
use crate::http::web::layout::Link;
use crate::http::web::page_context::PageContext;
use crate::http::web::resource::{Download, Fact};
use crate::http::web::resource_card::count;
use crate::http::web::{format, urls};
use crate::library::packs::checks::PackItemChecks;
use crate::library::packs::contents::Opened;
use crate::library::packs::receipts::PackReceipt;
use crate::library::packs::{Pack, PackStatus, PackVersion};
use crate::library::paging::Page;
use crate::pack::manifest::{GoneReason, SUMS};
use crate::words::pages::PageWords;

/// The longest name of the folder that the command makes, in characters.
const FOLDER_CHARS: usize = 40;

/// A text's paragraphs.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

/// Whose it is, how new and how large.
pub(super) fn facts(say: PageWords, pack: &Pack, version: Option<&PackVersion>) -> Vec<Fact> {
    let day = |version: &PackVersion| version.published_at.map(Timestamp::day).unwrap_or_default();
    let facts = [
        (say.school(), pack.school.as_ref().map(|school| school.name.clone())),
        (say.pack_made_by(), Some(pack.owner.name.clone())),
        (
            say.holder_version(),
            version.map(|version| format!("{} · {}", say.version(version.number), day(version))),
        ),
        (say.files_heading(), version.map(|version| size(say, version))),
        (
            say.pack_refused(),
            version
                .and_then(|version| version.gone)
                .filter(|gone| *gone > 0)
                .map(|gone| say.files(gone as u64)),
        ),
    ];
    let school = pack.school.as_ref().map(|school| urls::school(school.id));
    let fact = |(name, value): (&'static str, Option<String>)| {
        let url = school.clone().filter(|_| name == say.school());
        Some(Fact {
            name,
            value: value?,
            url,
        })
    };
    let sums = version.and_then(|version| sums(say, version));
    facts.into_iter().filter_map(fact).chain(sums).collect()
}

/// How many files and how large: `36 个文件 · 24 MB`.
fn size(say: PageWords, version: &PackVersion) -> String {
    say.pack_size(count(version.items), &format::bytes(count(version.bytes)))
}

/// A version that is being made or has failed.
pub(super) fn making(say: PageWords, version: &PackVersion) -> Option<BuildProgress> {
    let has_failed = match version.state {
        BuildState::Ready => return None,
        BuildState::Queued | BuildState::Building => false,
        BuildState::Failed => true,
    };
    if has_failed {
        return Some(BuildProgress {
            said: say.pack_failed().to_owned(),
            progress: say.pack_failed_unknown().to_owned(),
            share: None,
            has_failed,
        });
    }
    Some(BuildProgress {
        said: say.pack_building().to_owned(),
        progress: say.pack_progress(version.state, count(version.done), count(version.total)),
        share: (version.total > 0).then_some((version.done, version.total)),
        has_failed,
    })
}

/// The version as a ZIP: of evidence, with its tables and sums.
pub(super) fn download(pack: &Pack, version: &PackVersion) -> Download {
    let bytes = format::bytes(count(version.bytes));
    let ending = if version.documents.is_empty() {
        "zip"
    } else {
        "evidence.zip"
    };
    Download {
        url: archive(pack.id, version.number, ending),
        facts: format!("ZIP · {bytes}"),
    }
}

/// The version in the other forms that there are.
pub(super) fn forms(say: PageWords, pack: &Pack, version: &PackVersion) -> Vec<Link> {
    let documents = version.documents.iter();
    let documents = documents.map(|document| Link::new(&document.name, document.url.clone()));
    let forms = [
        (say.form_bagit(), "bagit.zip"),
        (say.form_imscc(), "imscc"),
        (say.form_scorm(), "scorm.zip"),
    ];
    let forms = forms
        .into_iter()
        .map(|(label, ending)| Link::new(label, archive(pack.id, version.number, ending)));
    documents.chain(forms).collect()
}

/// The digest of the sums of a version that is evidence: whoever writes it down can show that nothing was changed since.
fn sums(say: PageWords, version: &PackVersion) -> Option<Fact> {
    let sums = version.documents.iter().find(|document| document.name == SUMS)?;
    Some(Fact {
        name: say.evidence_sums(),
        value: sums.sha256.hex(),
        url: Some(sums.url.clone()),
    })
}

fn archive(pack: PackId, number: i32, ending: &str) -> String {
    format!("/api/v1/packs/{pack}/versions/{number}/archive.{ending}")
}

/// What a school types to have the pack, in parts that a line may end between.
pub(super) fn command(visit: &PageContext, pack: &Pack) -> Vec<String> {
    vec![
        format!("gongxue pull {}", visit.absolute("")),
        format!("--pack {}", pack.id),
        format!("--to ./{}", folder_name(&pack.title)),
    ]
}

/// A folder's name that no shell reads anything else into: letters and digits of any script, and hyphens.
fn folder_name(title: &str) -> String {
    let parts = title.split(|c: char| !c.is_alphanumeric());
    let joined: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let name: String = joined.join("-").chars().take(FOLDER_CHARS).collect();
    match name.trim_end_matches('-') {
        "" => "pack".to_owned(),
        name => name.to_owned(),
    }
}

/// What is no longer in the version, by reason.
pub(super) fn gone(say: PageWords, opened: &Opened) -> Vec<String> {
    let mut by_reason: BTreeMap<&str, u64> = BTreeMap::new();
    for gone in opened.contents.gone.values() {
        *by_reason.entry(reason_code(gone.reason)).or_default() += 1;
    }
    by_reason
        .into_iter()
        .map(|(reason, n)| say.pack_gone(reason, n))
        .collect()
}

/// A reason as the words know it.
pub(super) fn reason_code(reason: GoneReason) -> &'static str {
    match reason {
        GoneReason::Withdrawn => "withdrawn",
        GoneReason::Removed => "removed",
        GoneReason::LeftOut => "left_out",
    }
}

/// The newest version before this one that is ready.
pub(super) fn before(versions: &[PackVersion], number: i32) -> Option<i32> {
    let ready = versions.iter().filter(|version| version.state == BuildState::Ready);
    ready.map(|version| version.number).find(|other| *other < number)
}

/// The page that compares two versions.
pub(super) fn changes_url(pack: PackId, from: i32, to: i32) -> String {
    let path = format!("{}/changes", urls::pack(pack));
    urls::with_query(&path, &[("from", &from.to_string()), ("to", &to.to_string())])
}

/// Every version that is ready.
pub(super) fn versions(
    say: PageWords,
    pack: PackId,
    versions: &[PackVersion],
    shown: Option<i32>,
) -> Vec<PackVersionRow> {
    let row = |version: &PackVersion| PackVersionRow {
        label: say.version(version.number),
        facts: [
            version.published_at.map(Timestamp::day),
            Some(say.files(count(version.items))),
            Some(format::bytes(count(version.bytes))),
        ]
        .into_iter()
        .flatten()
        .collect(),
        note: version.note.clone(),
        url: (Some(version.number) != shown).then(|| version_url(pack, version.number)),
        changes_url: before(versions, version.number).map(|before| changes_url(pack, before, version.number)),
    };
    let ready = versions.iter().filter(|version| version.state == BuildState::Ready);
    ready.map(row).collect()
}

fn version_url(pack: PackId, number: i32) -> String {
    urls::with_query(&urls::pack(pack), &[("version", &number.to_string())])
}

/// How the pack can be taken down.
pub(super) fn withdraw(say: PageWords, status: PackStatus) -> Option<Withdraw> {
    match status {
        PackStatus::Draft => Some(Withdraw {
            label: say.pack_remove(),
            note: say.pack_remove_note(),
            go: say.pack_remove_really(),
        }),
        PackStatus::Published => Some(Withdraw {
            label: say.pack_withdraw(),
            note: say.pack_withdraw_note(),
            go: say.pack_withdraw_really(),
        }),
        PackStatus::Withdrawn => None,
    }
}

/// The notes beside what was chosen, each with the name of what it is beside.
pub(super) fn notes(pack: &Pack) -> Vec<(String, String)> {
    let entries = pack.contents.iter().flatten().filter(|entry| !entry.note.is_empty());
    entries.map(|entry| (entry.name.clone(), entry.note.clone())).collect()
}

/// What automatic checks found, resource by resource.
pub(super) fn checks(say: PageWords, pack: &Pack, found: &Page<PackItemChecks>) -> PackChecks {
    let open = found.items.iter().filter(|item| !item.checks.is_empty());
    let rows: Vec<(Link, Vec<String>)> = open
        .map(|item| {
            let told = item.checks.iter().map(|finding| say.finding(finding));
            (Link::new(&item.title, item.url.clone()), told.collect())
        })
        .collect();
    PackChecks {
        said: say.pack_checked(found.items.len() as u64, rows.len() as u64),
        rows,
        next_url: found
            .next_cursor
            .as_ref()
            .map(|cursor| urls::with_query(&pack.url, &[("checks", cursor)]) + "#checks-title"),
    }
}

/// Somebody who holds it.
pub(super) fn holder(say: PageWords, receipt: &PackReceipt) -> PackHolder {
    let is_damaged = receipt.state != "whole";
    PackHolder {
        name: receipt.holder.clone(),
        version: say.version(receipt.version),
        state: if is_damaged {
            say.holder_damaged()
        } else {
            say.holder_whole()
        },
        is_damaged,
        at: receipt.at.minute(),
    }
}

/// What just happened, as long as it is still true: an address can be kept and opened again.
pub(super) fn notice(visit: &PageContext, done: &str, page: &PackPage) -> Option<String> {
    let say = visit.say;
    // Whoever approved what waited has nothing left to do here, and is told that it is done.
    let has_published = done == "published" && visit.actor.may(Act::Approve);
    if page.editor.is_none() && !has_published {
        return None;
    }
    let is_made = page.making.is_none();
    let said = match done {
        "made" if is_made => say.done_made(),
        "made" => say.done_made_building(),
        "published" if is_made => say.done_published(),
        "saved" => say.done_saved(),
        "stale" => say.done_pack_stale(),
        "withdrawn" => say.done_pack_withdrawn(),
        "restored" => say.done_pack_restored(),
        _ => return None,
    };
    Some(said.to_owned())
}

#[cfg(test)]
mod tests {
    use super::folder_name;

    #[test]
    fn no_shell_reads_anything_into_a_title() {
        assert_eq!(folder_name("零件数控车床加工 资源包"), "零件数控车床加工-资源包");
        assert_eq!(folder_name("a'; $(rm -rf ~) `x` \"&|\\..\\"), "a-rm-rf-x");
        assert_eq!(folder_name("--../--"), "pack");
        assert_eq!(folder_name(&"长 ".repeat(60)).chars().count(), 39);
    }
}
