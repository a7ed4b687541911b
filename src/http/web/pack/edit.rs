//! The form that edits a pack: its words, the order of what was chosen, notes for the teacher.
//!
//! One form holds all of it, and every button sends it whole, so that moving an entry loses nothing that was typed.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::fields::{PackFields, entry_json, field, scopes, type_names};
use crate::domain::fault::FieldFault;
use crate::domain::id::PackId;
use crate::domain::role::Scope;
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::web::form::{Choice, FormField};
use crate::http::web::layout::Layout;
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::packs::{Pack, PackEntry};
use crate::words::pages::PageWords;

/// The form.
#[derive(Debug, Template)]
#[template(path = "pack_edit.html")]
pub struct EditPage {
    /// The frame.
    pub layout: Layout,
    /// The pack's page.
    pub url: String,
    /// Its title as it is.
    pub name: String,
    /// The revision that is changed.
    pub seen: i64,
    /// What is wrong with the whole.
    pub fault: Option<String>,
    /// The title.
    pub title: FormField,
    /// The description.
    pub description: FormField,
    /// Whom it is for.
    pub scopes: Vec<Choice>,
    /// What is in it, in order.
    pub entries: Vec<EntryRow>,
}

/// Something chosen.
#[derive(Debug, Clone)]
pub struct EntryRow {
    /// Its place, counted from 1.
    pub number: usize,
    /// What it is: `课程`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its page, where it has one that the reader may see.
    pub url: Option<String>,
    /// Its place in the file, and which types and stages are taken.
    pub facts: Vec<String>,
    /// The note for the teacher.
    pub note: FormField,
    /// How its buttons are read out: up, down, take out.
    pub labels: [String; 3],
    /// Whether it can go up.
    pub has_above: bool,
    /// Whether it can go down.
    pub has_below: bool,
}

/// What just happened.
#[derive(Debug, Default, Deserialize)]
pub struct EditQuery {
    /// After a form was sent.
    pub done: Option<String>,
}

/// `GET /p/{id}/edit`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<PackId>,
    query: web::Query<EditQuery>,
) -> Result<HttpResponse, Problem> {
    let pack = editable(&visit, &library, *id).await?;
    let mut page = page(&visit, &pack, &words_of(&pack), &[]);
    page.layout.notice = query.done.as_deref().and_then(|done| notice(visit.say, done));
    visit.page(&page)
}

/// The pack, if the reader may change it.
async fn editable(visit: &PageContext, library: &Library, id: PackId) -> Result<Pack, Problem> {
    let pack = library.packs.pack(&visit.actor, id).await?;
    if !library.packs.may_edit_pack(&visit.actor, &pack) {
        return Err(Refusal::NotAllowed.into());
    }
    Ok(pack)
}

fn notice(say: PageWords, done: &str) -> Option<String> {
    let said = match done {
        "saved" => say.done_saved(),
        "added" => say.done_added(),
        "there" => say.done_there(),
        _ => return None,
    };
    Some(said.to_owned())
}

/// The pack as the form would send it.
fn words_of(pack: &Pack) -> PackFields {
    let scope = match pack.scope {
        Scope::School => "school",
        Scope::City => "city",
        Scope::Public => "public",
    };
    let words = [
        ("title", pack.title.as_str()),
        ("description", &pack.description),
        ("scope", scope),
    ];
    let notes = entries_of(pack).iter().map(|entry| ("note", entry.note.as_str()));
    let fields = words.into_iter().chain(notes);
    PackFields::of(
        fields
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    )
}

fn entries_of(pack: &Pack) -> &[PackEntry] {
    pack.contents.as_deref().unwrap_or_default()
}

fn page(visit: &PageContext, pack: &Pack, typed: &PackFields, faults: &[FieldFault]) -> EditPage {
    let say = visit.say;
    let words = |name: &str| field(visit, typed.one(name).unwrap_or_default(), faults, &format!("/{name}"));
    let entries = entries_of(pack);
    let mut notes = typed.all("note");
    let row = |(at, entry): (usize, &PackEntry)| {
        let note = notes.next().unwrap_or_default();
        entry_row(
            visit,
            entry,
            at,
            entries.len(),
            field(visit, note, faults, &format!("/contents/{at}")),
        )
    };
    EditPage {
        layout: visit.layout(say.pack_edit_heading()),
        url: pack.url.clone(),
        name: pack.title.clone(),
        seen: pack.revision,
        fault: (!faults.is_empty()).then(|| say.pack_faults().to_owned()),
        title: words("title"),
        description: words("description"),
        scopes: scopes(say, typed.one("scope").unwrap_or_default()),
        entries: entries.iter().enumerate().map(row).collect(),
    }
}

fn entry_row(visit: &PageContext, entry: &PackEntry, at: usize, of: usize, note: FormField) -> EntryRow {
    let say = visit.say;
    let is_seen = !entry.name.is_empty();
    let name = if is_seen {
        entry.name.as_str()
    } else {
        say.entry_unseen()
    };
    let url = match entry.kind {
        "major" => Some(urls::major(entry.id)),
        "course" => Some(urls::course(entry.id)),
        "task" => Some(urls::with_query("/search", &[("task", &entry.id.to_string())])),
        "resource" => Some(urls::resource(entry.id)),
        _ => None,
    };
    let places = entry.from.iter().chain(&entry.to).map(|place| say.place(place));
    let labels = [say.entry_up(), say.entry_down(), say.entry_remove()];
    EntryRow {
        number: at + 1,
        kind: say.entry_kind(entry.kind),
        name: name.to_owned(),
        url: url.filter(|_| is_seen),
        facts: places
            .chain(type_names(say, &entry.types))
            .chain(entry.stages.iter().map(|stage| say.stage(stage)))
            .collect(),
        note,
        labels: labels.map(|act| say.entry_named(act, at + 1, name)),
        has_above: at > 0,
        has_below: at + 1 < of,
    }
}

/// What a button does besides saving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EntryAction {
    Save,
    Up(usize),
    Down(usize),
    Remove(usize),
}

impl EntryAction {
    /// Reads `up-3`, counted from 1 as on the page.
    fn parse(text: &str) -> Option<Self> {
        let (name, number) = text.split_once('-').unwrap_or((text, "1"));
        let at = number.parse::<usize>().ok()?.checked_sub(1)?;
        match name {
            "save" | "" => Some(Self::Save),
            "up" => Some(Self::Up(at)),
            "down" => Some(Self::Down(at)),
            "remove" => Some(Self::Remove(at)),
            _ => None,
        }
    }

    /// The same act where its entry is listed now.
    fn where_listed(self, listed: &[usize]) -> Self {
        let place = |at| listed.iter().position(|entry| *entry == at).unwrap_or(usize::MAX);
        match self {
            Self::Save => Self::Save,
            Self::Up(at) => Self::Up(place(at)),
            Self::Down(at) => Self::Down(place(at)),
            Self::Remove(at) => Self::Remove(place(at)),
        }
    }

    /// Does it to a list; where there is nothing to move or remove, nothing happens.
    fn apply<T>(self, list: &mut Vec<T>) {
        match self {
            Self::Up(at) if at > 0 && at < list.len() => list.swap(at, at - 1),
            Self::Down(at) if at < list.len().saturating_sub(1) => list.swap(at, at + 1),
            Self::Remove(at) if at < list.len() => drop(list.remove(at)),
            _ => {}
        }
    }

    /// Where the page is opened again, so that the same entry is in view.
    fn anchor(self) -> String {
        match self {
            Self::Save => String::new(),
            Self::Up(at) => format!("#entry-{}", at.max(1)),
            Self::Down(at) => format!("#entry-{}", at.saturating_add(2)),
            Self::Remove(_) => "#entries".to_owned(),
        }
    }
}

/// `POST /p/{id}/edit`
pub async fn save(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<PackId>,
    form: ProtectedForm<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let typed = PackFields::of(form.into_inner());
    let pack = editable(&visit, &library, *id).await?;
    let seen = typed.one("seen").and_then(|seen| seen.parse::<i64>().ok());
    // Notes belong to entries by their place: it must be the list that the form was made of.
    if seen != Some(pack.revision) {
        return Err(Refusal::ChangedMeanwhile.into());
    }
    let mut order = listed(&typed, entries_of(&pack).len());
    let typed = typed.with_all("note", &notes_as_they_stand(&typed, &order));
    let act = EntryAction::parse(typed.one("act").unwrap_or_default()).unwrap_or(EntryAction::Save);
    // A script may have moved the entries before the button was pressed, and buttons name them as they stood.
    let act = act.where_listed(&order);
    act.apply(&mut order);
    let fields = fields(&pack, &typed, &order);
    match library.packs.edit_pack(&visit.actor, *id, pack.revision, &fields).await {
        // Who moves one entry goes on with the form, at the place where it was.
        Ok(pack) if act == EntryAction::Save => Ok(see_other(&format!("{}?done=saved", pack.url))),
        Ok(pack) => Ok(see_other(&format!("{}/edit{}", pack.url, act.anchor()))),
        Err(error) => {
            let problem = Problem::from(error);
            let Some(Refusal::Fields(faults)) = problem.refusal() else {
                return Err(problem);
            };
            let faults = as_they_stood(faults, &order);
            visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page(&visit, &pack, &typed, &faults))
        }
    }
}

/// The entries in the order in which the form lists them, which a script lets one change; without one, as they stand.
fn listed(typed: &PackFields, count: usize) -> Vec<usize> {
    let number = |text: &str| text.parse::<usize>().ok()?.checked_sub(1);
    let listed: Vec<usize> = typed.all("entry").filter_map(number).collect();
    let mut sorted = listed.clone();
    sorted.sort_unstable();
    // Each once: from any other list an entry would be lost, or be there twice.
    if sorted.into_iter().eq(0..count) {
        listed
    } else {
        (0..count).collect()
    }
}

/// The notes in the order in which their entries stand, from the order in which the form lists them.
fn notes_as_they_stand(typed: &PackFields, listed: &[usize]) -> Vec<String> {
    let notes: Vec<&str> = typed.all("note").collect();
    let mut pairs: Vec<(usize, &str)> = listed.iter().copied().zip(notes).collect();
    pairs.sort_by_key(|(at, _)| *at);
    pairs.into_iter().map(|(_, note)| note.to_owned()).collect()
}

fn fields(pack: &Pack, typed: &PackFields, order: &[usize]) -> Map<String, Value> {
    let entries = entries_of(pack);
    let notes: Vec<&str> = typed.all("note").collect();
    let entry = |at: &usize| entry_json(&entries[*at], notes.get(*at).unwrap_or(&entries[*at].note.as_str()));
    let contents: Vec<Value> = order.iter().map(entry).collect();
    let fields = json!({
        "title": typed.one("title"),
        "description": typed.one("description"),
        "scope": typed.one("scope"),
        "contents": contents,
    });
    fields.as_object().cloned().unwrap_or_default()
}

/// Faults of entries at the places where these stood before the button moved them: nothing was moved.
fn as_they_stood(faults: &[FieldFault], order: &[usize]) -> Vec<FieldFault> {
    let stood = |pointer: &str| {
        let (at, rest) = pointer.strip_prefix("/contents/")?.split_once('/')?;
        let before = order.get(at.parse::<usize>().ok()?)?;
        Some(format!("/contents/{before}/{rest}"))
    };
    let moved = faults.iter().map(|fault| FieldFault {
        pointer: stood(&fault.pointer).unwrap_or_else(|| fault.pointer.clone()),
        kind: fault.kind.clone(),
    });
    moved.collect()
}

#[cfg(test)]
mod tests {
    use super::{EntryAction, PackFields, listed, notes_as_they_stand};

    fn sent(entries: &[&str], notes: &[&str]) -> PackFields {
        let named = |name: &str, values: &[&str]| -> Vec<(String, String)> {
            values
                .iter()
                .map(|value| (name.to_owned(), (*value).to_owned()))
                .collect()
        };
        PackFields::of([named("entry", entries), named("note", notes)].concat())
    }

    #[test]
    fn entries_are_in_the_order_of_the_form_and_notes_stay_with_theirs() {
        let dragged = sent(&["3", "1", "2"], &["丙的", "甲的", "乙的"]);
        let order = listed(&dragged, 3);
        assert_eq!(order, [2, 0, 1]);
        assert_eq!(notes_as_they_stand(&dragged, &order), ["甲的", "乙的", "丙的"]);
        // The buttons know entries by the numbers they had.
        let mut list = order.clone();
        EntryAction::parse("up-2")
            .unwrap()
            .where_listed(&order)
            .apply(&mut list);
        assert_eq!(list, [2, 1, 0]);

        for foreign in [&["1", "1", "2"][..], &["1", "2"], &["0", "1", "2"], &["x"], &[]] {
            assert_eq!(listed(&sent(foreign, &[]), 3), [0, 1, 2], "{foreign:?}");
        }
    }

    #[test]
    fn buttons_move_what_they_stand_beside() {
        let after = |act: &str| {
            let mut list = vec!["甲", "乙", "丙"];
            EntryAction::parse(act).unwrap().apply(&mut list);
            list.concat()
        };

        assert_eq!(after("up-3"), "甲丙乙");
        assert_eq!(after("down-1"), "乙甲丙");
        assert_eq!(after("remove-2"), "甲丙");
        for nothing in ["save", "up-1", "down-3", "remove-9"] {
            assert_eq!(after(nothing), "甲乙丙", "{nothing}");
        }
        for foreign in ["up-0", "up-x", "dance-1"] {
            assert_eq!(EntryAction::parse(foreign), None, "{foreign}");
        }
    }
}
