//! Turns a resource into what its page shows.

use super::scans;
use super::{Action, ChangeRow, ChangedRemark, Download, Fact, FileRow, MemberRow, TermsOfUse, VersionRow, state_code};
use crate::domain::file::ArchiveMember;
use crate::domain::id::ResourceId;
use crate::domain::resource::{Status, StatusTransition};
use crate::domain::version::VersionChanges;
use crate::http::web::layout::Link;
use crate::http::web::page_context::PageContext;
use crate::http::web::resource_card::count;
use crate::http::web::{format, urls, viewer};
use crate::library::resource_view::{File, Resource, Version};
use crate::library::reviews::notices::RightsNotice;
use crate::words::Lang;
use crate::words::pages::{Cited, PageWords};

/// How many files or fields of a change are named.
const NAMED: usize = 5;

/// Major, course and task.
pub(super) fn trail(resource: &Resource) -> Vec<Link> {
    let task = resource.task.as_ref().map(|task| {
        let of = resource
            .course
            .as_ref()
            .map(|course| urls::course(course.id))
            .unwrap_or_default();
        Link::new(&task.name, format!("{of}#task-{}", task.id))
    });
    let places = [
        resource
            .major
            .as_ref()
            .map(|major| Link::new(&major.name, urls::major(major.id))),
        resource
            .course
            .as_ref()
            .map(|course| Link::new(&course.name, urls::course(course.id))),
        task,
    ];
    places.into_iter().flatten().collect()
}

/// A text's paragraphs.
pub(in crate::http::web) fn paragraphs(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

/// Whose it is and what for.
pub(super) fn facts(visit: &PageContext, resource: &Resource) -> Vec<Fact> {
    let say = visit.say;
    let facts = [
        (say.author(), Some(authors(resource))),
        (say.school(), resource.school.as_ref().map(|school| school.name.clone())),
        (say.company_source(), resource.company.clone()),
        (
            say.stage_of(),
            resource.metadata.stage.as_ref().map(|stage| say.stage(stage)),
        ),
        (
            say.level_of(),
            resource.metadata.level.as_ref().map(|level| say.level(level)),
        ),
        (say.year(), resource.metadata.year.map(|year| year.to_string())),
        (say.language_of(), resource.metadata.language.as_deref().map(language)),
        (say.updated(), Some(resource.updated_at.day())),
    ];
    let school = resource.school.as_ref().map(|school| urls::school(school.id));
    let fact = |(name, value): (&'static str, Option<String>)| {
        let url = school.clone().filter(|_| name == say.school());
        Some(Fact {
            name,
            value: value?,
            url,
        })
    };
    facts.into_iter().filter_map(fact).collect()
}

/// A language by its own name; a tag that we do not speak stands for itself.
fn language(tag: &str) -> String {
    Lang::parse(tag).map_or_else(|| tag.to_owned(), |lang| lang.name().to_owned())
}

/// Its authors; whoever shared it where none are named.
fn authors(resource: &Resource) -> String {
    if resource.metadata.authors.is_empty() {
        return resource.owner.name.clone();
    }
    resource.metadata.authors.join("、")
}

/// May I use it?
pub(super) fn rights(say: PageWords, resource: &Resource) -> TermsOfUse {
    let (licence, licence_note) = match &resource.metadata.licence {
        Some(text) => (say.licence_name(text), say.licence_allows(text)),
        None => (say.no_licence().to_owned(), say.no_licence_note()),
    };
    let rights = &resource.metadata.rights;
    let employer = rights
        .employer_consent
        .map(|consent| say.employer_consent(consent).to_owned());
    let people = rights.people_filmed.map(|people| say.people_filmed(people).to_owned());
    let more = [
        (say.employer_label(), employer),
        (say.third_party_label(), say.third_party(rights)),
        (say.people_label(), people),
        (say.ai_label(), say.ai_declaration(rights)),
    ];
    TermsOfUse {
        licence,
        licence_note: licence_note.to_owned(),
        scope: say.scope(resource.metadata.scope),
        scope_note: say.scope_note(resource.metadata.scope),
        more: more
            .into_iter()
            .filter_map(|(name, said)| Some((name, said?)))
            .collect(),
        ai: say.ai_badge(rights.ai_use),
    }
}

/// A notice of infringement, with where it stands.
pub(super) fn notice_link(say: PageWords, notice: &RightsNotice) -> Link {
    let state = say.notice_state(notice.state);
    Link::new(format!("{} · {state}", notice.number), notice.url.clone())
}

/// The original, when there is one file.
pub(super) fn download(files: &[File]) -> Option<Download> {
    let [file] = files else { return None };
    let format = format::format(file.kind, &file.name);
    Some(Download {
        url: viewer::download(file),
        facts: format!("{format} · {}", format::bytes(count(file.size))),
    })
}

/// One file.
pub(super) fn file(say: PageWords, resource: ResourceId, file: &File) -> FileRow {
    let folder = file.path.strip_suffix(&file.name).filter(|folder| !folder.is_empty());
    let member = |member: &ArchiveMember| MemberRow {
        path: member.path.clone(),
        url: (!is_nested(member, &file.report.members)).then(|| urls::member(file.id, &member.path)),
        size: format::bytes(member.size),
    };
    FileRow {
        folder: folder.map(str::to_owned),
        name: file.name.clone(),
        format: format::format(file.kind, &file.name),
        size: format::bytes(count(file.size)),
        url: viewer::download(file),
        look_url: viewer::is_shown(file).then(|| urls::viewer(resource, file.id)),
        state: state_code(file.state),
        report: say.findability(file.kind, file.state, &file.report),
        warnings: say.warnings(file.kind, &file.report),
        members: file.report.members.iter().map(member).collect(),
        members_label: say.members(file.report.members.len()),
        erase: None,
        searchable_url: scans::searchable(file),
        first: None,
        first_waits: None,
    }
}

/// Whether a member lies in an archive that is itself a member.
fn is_nested(member: &ArchiveMember, among: &[ArchiveMember]) -> bool {
    let archives = among
        .iter()
        .filter(|other| other.path.to_ascii_lowercase().ends_with(".zip"));
    archives.map(|archive| archive.path.as_str()).any(|archive| {
        let inside = member.path.strip_prefix(archive);
        inside.is_some_and(|rest| rest.starts_with('/'))
    })
}

/// Every version with what changed in it, unless there is only the one shown.
pub(super) fn versions<'a>(
    say: PageWords,
    id: ResourceId,
    versions: impl ExactSizeIterator<Item = (&'a Version, &'a VersionChanges)>,
    shown: i32,
) -> Vec<VersionRow> {
    if versions.len() < 2 {
        return Vec::new();
    }
    let row = |(version, changes): (&Version, &VersionChanges)| VersionRow {
        label: say.version(version.number),
        facts: format!("{} · {}", version.created_at.day(), version.author.name),
        url: (version.number != shown).then(|| format!("{}?version={}", urls::resource(id), version.number)),
        changes: changed(say, changes),
    };
    versions.map(row).collect()
}

/// That what is shown waits beside what was approved.
pub(super) fn changed_remark(say: PageWords, resource: &Resource) -> Option<ChangedRemark> {
    let changed = resource.changed_since_approved.as_ref()?;
    let approved = changed.approved_version;
    let is_other = approved != resource.version;
    Some(ChangedRemark {
        text: say.changed_since_approved(approved),
        approved_url: is_other.then(|| format!("{}?version={approved}", urls::resource(resource.id))),
        changes: self::changed(say, &changed.changes),
        may_discard: false,
    })
}

fn changed(say: PageWords, changes: &VersionChanges) -> Vec<ChangeRow> {
    let fields: Vec<String> = changes.fields.iter().map(|name| say.field_of(name)).collect();
    let rows = [
        (say.files_added(), &changes.added),
        (say.files_replaced(), &changes.replaced),
        (say.files_removed(), &changes.removed),
        (say.fields_changed(), &fields),
    ];
    let filled = rows.into_iter().filter(|(_, names)| !names.is_empty());
    filled
        .map(|(label, names)| ChangeRow {
            label,
            names: say.names(names, NAMED),
        })
        .collect()
}

/// How to name it in a document.
pub(super) fn citation(visit: &PageContext, resource: &Resource) -> String {
    let day = resource.published_at.unwrap_or(resource.updated_at).day();
    visit.say.citation(&Cited {
        who: &authors(resource),
        title: &resource.metadata.title,
        version: resource.version,
        site: visit.site_name(),
        day: &day,
    })
}

/// A step as a form.
pub(super) fn action(say: PageWords, id: ResourceId, step: StatusTransition) -> Action {
    let note = match step {
        StatusTransition::Submit => say.note_submit(),
        StatusTransition::Approve => say.note_approve(),
        StatusTransition::Return => say.note_return(),
        StatusTransition::Reject => say.note_reject(),
        StatusTransition::Recall => say.note_recall(),
        StatusTransition::Publish => say.note_publish(),
        StatusTransition::Withdraw => say.note_withdraw(),
    };
    Action {
        url: format!("{}/{}", urls::resource(id), step_code(step)),
        label: say.step(step),
        note: note.to_owned(),
        is_main: matches!(step, StatusTransition::Submit | StatusTransition::Approve),
        really: match step {
            StatusTransition::Withdraw => Some(say.withdraw_really()),
            StatusTransition::Recall => Some(say.recall_really()),
            _ => None,
        },
        offers_at_once: step == StatusTransition::Withdraw,
        asks: match step {
            StatusTransition::Return => Some(say.return_question().to_owned()),
            StatusTransition::Reject => Some(say.reject_question().to_owned()),
            _ => None,
        },
    }
}

/// A step as addresses name it.
pub(super) fn step_code(step: StatusTransition) -> &'static str {
    match step {
        StatusTransition::Submit => "submit",
        StatusTransition::Approve => "approve",
        StatusTransition::Return => "return",
        StatusTransition::Reject => "reject",
        StatusTransition::Recall => "recall",
        StatusTransition::Publish => "publish",
        StatusTransition::Withdraw => "withdraw",
    }
}

/// What just happened, as long as it is still true: an address can be kept and opened again.
pub(super) fn notice(visit: &PageContext, resource: &Resource, done: &str) -> Option<String> {
    let say = visit.say;
    visit.actor.account.as_ref()?;
    let said = match (done, resource.status) {
        ("stale", _) => say.done_stale(),
        ("edited" | "version", Status::Submitted) => say.done_edited_submitted(),
        ("submit", Status::Submitted) => say.done_submit(),
        ("approve", Status::Published) => say.done_approve(),
        ("approve-on", Status::Submitted) => say.done_approve_on(),
        ("return", Status::Returned) => say.done_return(),
        ("reject", Status::Returned) => say.done_reject(),
        ("recall", Status::Draft | Status::Returned) => say.done_recall(),
        ("take", Status::Submitted) => say.done_take(),
        ("give-back", Status::Submitted) => say.done_give_back(),
        ("publish", Status::Published) => say.done_publish(),
        ("withdraw", Status::Withdrawn) => say.done_withdraw(),
        ("comment", _) => say.done_comment(),
        ("resolve", _) => say.done_resolve(),
        ("reopen", _) => say.done_reopen(),
        ("erase", _) => say.done_erase(),
        ("first", _) => say.done_first(),
        ("correct", _) => say.done_correct(),
        ("discard", Status::Published) => say.done_discard(),
        ("remove", _) => say.done_remove(),
        ("mark", _) if resource.marked_at.is_some() => say.done_mark(),
        ("unmark", _) if resource.marked_at.is_none() => say.done_unmark(),
        ("edited", _) => say.done_edited(),
        ("version", _) => say.done_version(),
        ("shared", Status::Draft) => say.done_shared(),
        ("shared", Status::Submitted) => say.done_shared_submitted(),
        _ => return None,
    };
    Some(said.to_owned())
}
