//! Resources as a table to take along: a row says of each what its page says, with the headings that the sheet of an import has.

use crate::domain::resource::resource_type;
use crate::domain::time::Timestamp;
use crate::http::api::list_table::{ListTable, heads, text};
use crate::library::resource_view::Resource;
use crate::table::SpreadsheetCell;
use crate::words::pages::PageWords;

/// The table of resources; `site` is the address of this one, so that those of the pages are whole.
pub(super) fn resources_table(say: PageWords, site: String) -> ListTable<Resource> {
    ListTable {
        name: say.resource().to_owned(),
        heads: heads(say.resource_heads()),
        row: Box::new(move |say, it| row(say, &site, it)),
    }
}

fn row(say: PageWords, site: &str, it: &Resource) -> Vec<SpreadsheetCell> {
    let said = &it.metadata;
    let kind = resource_type(&said.kind).map_or(said.kind.as_str(), |kind| say.kind(kind));
    let name = |name: Option<&String>| SpreadsheetCell::text(name.cloned());
    let major = it.major.as_ref();
    vec![
        text(&*said.title),
        text(kind),
        SpreadsheetCell::text(major.and_then(|major| major.code.clone())),
        name(major.map(|major| &major.name)),
        name(it.course.as_ref().map(|course| &course.name)),
        name(it.task.as_ref().map(|task| &task.name)),
        SpreadsheetCell::text(said.stage.as_deref().map(|stage| say.stage(stage))),
        SpreadsheetCell::text(said.level.as_deref().map(|level| say.level(level))),
        text(said.keywords.join(say.comma())),
        text(said.authors.join(say.comma())),
        text(said.year.map(|year| year.to_string()).unwrap_or_default()),
        SpreadsheetCell::text(said.licence.as_deref().map(|licence| say.licence_name(licence))),
        SpreadsheetCell::text(say.ai_declaration(&said.rights)),
        text(say.scope(said.scope)),
        text(&*said.description),
        name(it.school.as_ref().map(|school| &school.name)),
        text(&*it.owner.name),
        name(it.company.as_ref()),
        text(say.status(it.status)),
        SpreadsheetCell::Number(it.version.into()),
        SpreadsheetCell::Number(it.file_count),
        SpreadsheetCell::Number(it.size),
        text(if it.marked_at.is_some() { say.sheet_yes() } else { "" }),
        SpreadsheetCell::text(it.published_at.map(Timestamp::minute)),
        text(it.updated_at.minute()),
        text(format!("{site}{}", it.url)),
    ]
}
