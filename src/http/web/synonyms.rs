//! The page of synonyms, for those who keep them: the bureau and the schools' administrators.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::admin;
use super::form::FormField;
use super::layout::{Layout, Tab};
use super::page_context::{PageContext, see_other};
use super::page_query::PageQuery;
use super::urls;
use crate::domain::fault::FieldFault;
use crate::domain::id::SynonymGroupId;
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedForm};
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::synonyms::{SynonymGroup, SynonymsFilter};

/// How many groups stand on a page.
const PAGE_SIZE: u64 = 50;

/// The page.
#[derive(Debug, Template)]
#[template(path = "synonyms.html")]
pub struct SynonymsPage {
    /// The frame.
    pub layout: Layout,
    /// The administrators' pages.
    pub nav: Vec<Tab>,
    /// A school's own words and the city's, where there are both.
    pub tabs: Vec<Tab>,
    /// The question that is tried, and how it is read.
    pub trial: Trial,
    /// Adds a group or changes one; not where the words are only to be read.
    pub form: Option<GroupForm>,
    /// What words are looked for.
    pub filter: String,
    /// Takes the groups along that are shown, and all behind them.
    pub export_url: String,
    /// The tab that is open, as addresses name it.
    pub of: String,
    /// The groups, newest first.
    pub rows: Vec<GroupRow>,
    /// What is said when there are none.
    pub nothing: Option<String>,
    /// The next page.
    pub next_url: Option<String>,
}

/// How a question is read.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// What was typed.
    pub text: String,
    /// The names in it, each with its other names.
    pub named: Vec<(String, String)>,
    /// Its other parts, each with what becomes of it.
    pub parts: Vec<(String, String)>,
    /// Finds with it.
    pub search_url: String,
}

/// The form of a group.
#[derive(Debug, Clone)]
pub struct GroupForm {
    /// What it does.
    pub heading: String,
    /// Where it is sent.
    pub action: String,
    /// The words, one a line.
    pub words: FormField,
    /// Why they are one group.
    pub remark: FormField,
    /// What its button says.
    pub go: &'static str,
    /// Leaves a group as it is.
    pub cancel_url: Option<String>,
}

/// A group in the list.
#[derive(Debug, Clone)]
pub struct GroupRow {
    /// Its id.
    pub id: String,
    /// Its words.
    pub words: Vec<String>,
    /// Why they are one group.
    pub remark: Option<String>,
    /// Who changed it when.
    pub facts: Vec<String>,
    /// How its links and buttons are read out.
    pub edit_label: String,
    /// The same for deleting.
    pub delete_label: String,
    /// Opens the form with it; none where it is only to be read.
    pub edit_url: Option<String>,
}

/// Which words, and what is tried.
#[derive(Debug, Default, Deserialize)]
pub struct SynonymsPageQuery {
    /// `city` for the city's words where a school's own come first.
    pub of: Option<String>,
    /// What a word must hold.
    pub q: Option<String>,
    /// The group to change.
    pub edit: Option<SynonymGroupId>,
    /// A question to try.
    pub r#try: Option<String>,
    /// Which part of the list, and what just happened.
    #[serde(flatten)]
    pub at: PageQuery,
}

/// `GET /admin/synonyms`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<SynonymsPageQuery>,
) -> Result<HttpResponse, Problem> {
    let mut page = page(&visit, &library, &query).await?;
    page.layout.notice = query.at.done.as_deref().and_then(|done| notice(&visit, done));
    visit.page(&page)
}

async fn page(visit: &PageContext, library: &Library, query: &SynonymsPageQuery) -> Result<SynonymsPage, Problem> {
    let keeps = library.synonyms.synonyms_kept_by(&visit.actor)?;
    let of_city = keeps.is_none() || query.of.as_deref() == Some("city");
    let school = keeps.filter(|_| !of_city).map(|id| id.to_string());
    let filter = query.q.as_deref().unwrap_or_default().trim();
    let asked = SynonymsFilter {
        school: school.as_deref(),
        text: filter,
        cursor: query.at.cursor(),
        limit: PAGE_SIZE,
    };
    let groups = library.synonyms.synonyms(&visit.actor, &asked).await?;
    // The city edits its own groups and a school its own; a school reads the city's.
    let may_edit = of_city == keeps.is_none();
    let of = if of_city && keeps.is_some() { "city" } else { "" };
    let form = match query.edit.filter(|_| may_edit) {
        Some(id) => edit_form(visit, &library.synonyms.synonym_group(&visit.actor, id).await?),
        None => add_form(visit),
    };
    Ok(SynonymsPage {
        layout: visit.layout(visit.say.synonyms()),
        nav: admin::nav(visit, urls::SYNONYMS),
        tabs: keeps.map_or_else(Vec::new, |_| tabs(visit, of_city)),
        trial: trial(visit, library, query.r#try.as_deref().unwrap_or_default()).await?,
        form: may_edit.then_some(form),
        nothing: nothing(visit, filter, &groups),
        rows: groups.items.iter().map(|group| row(visit, group, may_edit)).collect(),
        next_url: groups
            .next_cursor
            .map(|cursor| urls::with_query(urls::SYNONYMS, &[("of", of), ("q", filter), ("cursor", &cursor)])),
        filter: filter.to_owned(),
        export_url: urls::with_query(
            "/api/v1/synonyms",
            &[
                ("school", school.as_deref().unwrap_or_default()),
                ("q", filter),
                ("format", "xlsx"),
            ],
        ),
        of: of.to_owned(),
    })
}

fn tabs(visit: &PageContext, of_city: bool) -> Vec<Tab> {
    let tab = |label: &str, of: &str, is_here| Tab {
        label: label.to_owned(),
        url: urls::with_query(urls::SYNONYMS, &[("of", of)]),
        is_here,
    };
    vec![
        tab(visit.say.synonyms_school(), "", !of_city),
        tab(visit.say.synonyms_city(), "city", of_city),
    ]
}

async fn trial(visit: &PageContext, library: &Library, text: &str) -> Result<Trial, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Trial::default());
    }
    let say = visit.say;
    let read = library.synonyms.read_question(&visit.actor, text).await?;
    let joined = |words: &[String]| words.join(say.lang().pick("、", ", "));
    let parts = [
        (say.read_words(), joined(&read.words)),
        (say.read_phrases(), joined(&read.phrases)),
        (say.read_excluded(), joined(&read.excluded)),
    ];
    let named = read.named.iter().map(|(typed, others)| (typed.clone(), joined(others)));
    Ok(Trial {
        text: text.to_owned(),
        named: named.collect(),
        parts: parts
            .into_iter()
            .filter(|(_, words)| !words.is_empty())
            .map(|(label, words)| (label.to_owned(), words))
            .collect(),
        search_url: urls::search(text),
    })
}

fn add_form(visit: &PageContext) -> GroupForm {
    GroupForm {
        heading: visit.say.synonyms_add().to_owned(),
        action: urls::SYNONYMS.to_owned(),
        words: FormField::default(),
        remark: FormField::default(),
        go: visit.say.synonym_add_go(),
        cancel_url: None,
    }
}

fn edit_form(visit: &PageContext, group: &SynonymGroup) -> GroupForm {
    GroupForm {
        heading: visit.say.synonyms_edit().to_owned(),
        action: format!("{}/{}", urls::SYNONYMS, group.id),
        words: FormField::of(group.words.join("\n")),
        remark: FormField::of(group.remark.clone().unwrap_or_default()),
        go: visit.say.synonym_save(),
        cancel_url: Some(urls::SYNONYMS.to_owned()),
    }
}

fn nothing(visit: &PageContext, filter: &str, groups: &Page<SynonymGroup>) -> Option<String> {
    let said = if filter.is_empty() {
        visit.say.synonyms_empty()
    } else {
        visit.say.synonyms_not_found()
    };
    groups.items.is_empty().then(|| said.to_owned())
}

fn row(visit: &PageContext, group: &SynonymGroup, may_edit: bool) -> GroupRow {
    let say = visit.say;
    let first = group.words.first().map(String::as_str).unwrap_or_default();
    let by = match &group.updated_by {
        Some(editor) => Some(format!("{}{}{}", say.synonym_by(), say.colon(), editor.name)),
        None => may_edit.then(|| say.synonym_shipped().to_owned()),
    };
    GroupRow {
        id: group.id.to_string(),
        words: group.words.clone(),
        remark: group.remark.clone(),
        facts: [Some(group.updated_at.minute()), by].into_iter().flatten().collect(),
        edit_label: say.edit_group(first),
        delete_label: say.delete_group(first),
        edit_url: may_edit.then(|| format!("{}?edit={}#form", urls::SYNONYMS, group.id)),
    }
}

fn notice(visit: &PageContext, done: &str) -> Option<String> {
    let said = match done {
        "added" => visit.say.synonyms_added(),
        "saved" => visit.say.synonyms_saved(),
        "removed" => visit.say.synonyms_removed(),
        _ => return None,
    };
    Some(said.to_owned())
}

/// A group as the form sends it.
#[derive(Debug, Deserialize)]
pub struct GroupFields {
    /// The words, one a line, or all in one line.
    #[serde(default)]
    pub words: String,
    /// Why they are one group.
    #[serde(default)]
    pub remark: String,
}

impl GroupFields {
    fn json(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("words".to_owned(), words(&self.words).into());
        fields.insert("remark".to_owned(), self.remark.clone().into());
        fields
    }
}

/// The words of a field: one a line; in a single line they are apart as people put them apart.
fn words(typed: &str) -> Vec<String> {
    let filled = |word: &str| Some(word.trim().to_owned()).filter(|word| !word.is_empty());
    let lines: Vec<String> = typed.lines().filter_map(filled).collect();
    match lines.as_slice() {
        [line] => line.split(['=', '＝', '、']).filter_map(filled).collect(),
        _ => lines,
    }
}

/// `POST /admin/synonyms`
pub async fn add(
    visit: PageContext,
    library: web::Data<Library>,
    form: ProtectedForm<GroupFields>,
) -> Result<HttpResponse, Problem> {
    match library.synonyms.add_synonyms(&visit.actor, &form.json()).await {
        Ok(_) => Ok(see_other("/admin/synonyms?done=added")),
        Err(error) => render_with_errors(&visit, &library, None, &form, error).await,
    }
}

/// `POST /admin/synonyms/{id}`
pub async fn edit(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<SynonymGroupId>,
    form: ProtectedForm<GroupFields>,
) -> Result<HttpResponse, Problem> {
    match library.synonyms.edit_synonyms(&visit.actor, *id, &form.json()).await {
        Ok(_) => Ok(see_other("/admin/synonyms?done=saved")),
        Err(error) => render_with_errors(&visit, &library, Some(*id), &form, error).await,
    }
}

/// `POST /admin/synonyms/{id}/delete`
pub async fn remove(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<SynonymGroupId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.synonyms.remove_synonyms(&visit.actor, *id).await?;
    Ok(see_other("/admin/synonyms?done=removed"))
}

/// Shows the form once more with what was typed and what is wrong with it.
async fn render_with_errors(
    visit: &PageContext,
    library: &Library,
    id: Option<SynonymGroupId>,
    typed: &GroupFields,
    error: Error,
) -> Result<HttpResponse, Problem> {
    let problem = Problem::from(error);
    let Some(Refusal::Fields(faults)) = problem.refusal() else {
        return Err(problem);
    };
    let query = SynonymsPageQuery {
        edit: id,
        ..SynonymsPageQuery::default()
    };
    let mut page = page(visit, library, &query).await?;
    if let Some(form) = &mut page.form {
        form.words = field(visit, &typed.words, faults, "/words");
        form.remark = field(visit, &typed.remark, faults, "/remark");
    }
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn field(visit: &PageContext, typed: &str, faults: &[FieldFault], pointer: &str) -> FormField {
    let own = faults.iter().filter_map(|fault| {
        let said = fault.kind.say(visit.say.lang());
        let rest = fault.pointer.strip_prefix(pointer)?;
        let number = rest.strip_prefix('/').and_then(|at| at.parse::<usize>().ok());
        Some(number.map_or(said.clone(), |at| visit.say.word_fault(at + 1, &said)))
    });
    let said: Vec<String> = own.collect();
    FormField {
        value: typed.to_owned(),
        fault: (!said.is_empty()).then(|| said.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_stand_one_a_line_or_apart_in_one() {
        assert_eq!(words(" 课件 = PPT＝幻灯片、讲稿 "), ["课件", "PPT", "幻灯片", "讲稿"]);
        assert_eq!(words("Y=△\r\n\r\n 星三角 \n"), ["Y=△", "星三角"]);
        assert_eq!(words(" \n"), [""; 0]);
    }
}
