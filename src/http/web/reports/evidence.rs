//! The page of evidence: a row for each learning task, a column for each of the twelve reference documents.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{chooses_school, facts, schools, tabs};
use crate::domain::authority::Act;
use crate::domain::evidence::{EvidenceCell, REFERENCE_DOCUMENTS};
use crate::domain::pack::PackForm;
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::web::form::Choice;
use crate::http::web::layout::{Layout, Tab};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::administration::figures::{EvidenceReport, TaskEvidence};
use crate::words::pages::PageWords;

/// The page of the twelve documents of the tasks of a course or a major.
#[derive(Debug, Template)]
#[template(path = "evidence.html")]
pub struct EvidencePage {
    /// The frame.
    pub layout: Layout,
    /// The reports, and the records for those who may read them.
    pub tabs: Vec<Tab>,
    /// Whose documents; not for those who see one school's only.
    pub schools: Vec<Choice>,
    /// Which major.
    pub majors: Vec<Choice>,
    /// Which of its courses.
    pub courses: Vec<Choice>,
    /// The school whose documents these are, as forms say it.
    pub school: String,
    /// The major, as forms say it.
    pub major: String,
    /// The course, where it is one.
    pub course: String,
    /// Whether the reader may have a bundle made.
    pub can_make: bool,
    /// Whose documents these are and when they were counted.
    pub facts: Vec<String>,
    /// What the matrix is of.
    pub of: String,
    /// The heads of the columns: number and name.
    pub documents: Vec<(u8, &'static str)>,
    /// The rows.
    pub rows: Vec<ShownTask>,
    /// The same to take along: what it is called and where it is.
    pub exports: Vec<(&'static str, String)>,
}

/// A row of the matrix.
#[derive(Debug)]
pub struct ShownTask {
    /// The course or the task.
    pub label: String,
    /// Where it stands.
    pub url: String,
    /// Whether it is a course, whose tasks follow.
    pub is_course: bool,
    /// The twelve.
    pub cells: Vec<ShownCell>,
}

/// What there is of one document.
#[derive(Debug)]
pub struct ShownCell {
    /// How many; none: it is missing.
    pub count: Option<i64>,
    /// Where the newest stands that the reader may see; none: they see none of them.
    pub url: Option<String>,
    /// Its title, or that it is not shown.
    pub title: String,
    /// By whom, reviewed when.
    pub notes: Vec<String>,
}

/// Which matrix.
#[derive(Debug, Default, Deserialize)]
pub struct EvidencePageQuery {
    /// A school.
    pub school: Option<String>,
    /// A major.
    pub major: Option<String>,
    /// One of its courses.
    pub course: Option<String>,
}

/// `GET /reports/evidence`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<EvidencePageQuery>,
) -> Result<HttpResponse, Problem> {
    if visit.actor.reach(Act::SeeFigures).is_none() {
        return Err(Refusal::NotAllowed.into());
    }
    let school = query.school.as_deref().unwrap_or_default();
    let majors = library.curriculum.majors().await?;
    let asked = query.major.as_deref().filter(|major| !major.is_empty());
    let is_asked = |id: &str, code: Option<&str>| asked.is_none_or(|asked| asked == id || Some(asked) == code);
    let major = majors
        .iter()
        .find(|row| is_asked(&row.id.to_string(), row.code.as_deref()));
    let layout = visit.layout(visit.say.reports());
    let mut page = EvidencePage::nothing(layout.clone());
    if let Some(major) = major {
        let chosen = major.id.to_string();
        let courses = library.curriculum.courses(Some(major.id)).await?;
        // Of another major's course nothing is shown: whoever changes the major begins with all of its courses.
        let is_asked = |id: &str| query.course.as_deref() == Some(id);
        let course = courses.iter().map(|row| row.id.to_string()).find(|id| is_asked(id));
        let (given, place) = (
            Some(school).filter(|it| !it.is_empty()),
            (Some(chosen.as_str()), course.as_deref()),
        );
        let report = library.administration.evidence(&visit.actor, given, place).await?;
        page = EvidencePage::of(layout, &report);
        page.can_make = visit.may_share();
        let course = course.unwrap_or_default();
        let all = Choice::new("", visit.say.all_courses(), &course);
        let courses = courses
            .into_iter()
            .map(|row| Choice::new(row.id.to_string(), row.name, &course));
        page.courses = std::iter::once(all).chain(courses).collect();
        let majors = majors
            .iter()
            .map(|row| Choice::new(row.id.to_string(), row.name.clone(), &chosen));
        page.majors = majors.collect();
    }
    page.tabs = tabs(&visit, "evidence", school);
    if chooses_school(&visit) {
        page.schools = schools(&visit, &library, school).await?;
    }
    visit.page(&page)
}

/// Of what a bundle is to be made.
#[derive(Debug, Deserialize)]
pub struct BundleForm {
    #[serde(default)]
    school: String,
    major: String,
    course: String,
}

/// `POST /reports/evidence`: a bundle of what the page shows, as a version of the maker's own pack.
pub async fn make(
    visit: PageContext,
    library: web::Data<Library>,
    form: ProtectedForm<BundleForm>,
) -> Result<HttpResponse, Problem> {
    let given = |value: &String| Some(value.clone()).filter(|value| !value.is_empty());
    let (major, course) = (given(&form.major), given(&form.course));
    let place = (major.as_deref(), course.as_deref());
    let school = given(&form.school);
    let report = library
        .administration
        .evidence(&visit.actor, school.as_deref(), place)
        .await?;
    let school = report.frame.school.map(|school| (school.id.to_string(), school.name));
    let (of_school, of_whom) = school.unzip();
    let (field, id, name) = match report.course {
        Some(course) => ("course", course.id.to_string(), course.name),
        None => ("major", report.major.id.to_string(), report.major.name),
    };
    let parts = of_whom
        .into_iter()
        .chain([name, visit.say.evidence_bundle().to_owned()]);
    let title = parts.collect::<Vec<String>>().join(" · ");
    let fields = serde_json::json!({"title": title, "evidence": true, "of_school": of_school, field: id});
    let fields = fields.as_object().expect("written as an object one line above");
    let form = PackForm::parse(fields).map_err(Refusal::Fields).map_err(Error::from)?;
    let pack = library.packs.make_evidence(&visit.actor, form).await?;
    Ok(see_other(&urls::pack(pack)))
}

impl EvidencePage {
    /// The page where no major is known.
    pub fn nothing(layout: Layout) -> Self {
        Self {
            tabs: Vec::new(),
            schools: Vec::new(),
            majors: Vec::new(),
            courses: Vec::new(),
            school: String::new(),
            major: String::new(),
            course: String::new(),
            can_make: false,
            facts: Vec::new(),
            of: layout.say.major().to_owned(),
            documents: Vec::new(),
            rows: Vec::new(),
            exports: Vec::new(),
            layout,
        }
    }

    /// The page of a report; what can be chosen besides is filled in by whoever knows it.
    pub fn of(layout: Layout, report: &EvidenceReport) -> Self {
        let say = layout.say;
        let school = report.frame.school.as_ref().and_then(|school| school.code.clone());
        let (school, major) = (school.unwrap_or_default(), report.major.id.to_string());
        let course = report.course.as_ref().map(|course| course.id.to_string());
        let fields = |format| {
            let course = course.as_deref().unwrap_or_default();
            [
                ("school", school.as_str()),
                ("major", &major),
                ("course", course),
                ("format", format),
            ]
        };
        let export = |format| urls::with_query("/api/v1/reports/evidence", &fields(format));
        let exports = vec![
            (say.export_csv(), export("csv")),
            (say.export_xlsx(), export("xlsx")),
            (say.export_pdf(), export("pdf")),
        ];
        let of = report.course.as_ref().map(|course| course.name.clone());
        Self {
            facts: facts(say, &report.frame),
            school,
            major,
            course: course.unwrap_or_default(),
            of: of.unwrap_or_else(|| report.major.name.clone()),
            documents: REFERENCE_DOCUMENTS
                .iter()
                .map(|document| (document.number, say.document(document)))
                .collect(),
            rows: report.rows.iter().map(|row| ShownTask::of(say, row)).collect(),
            exports,
            ..Self::nothing(layout)
        }
    }
}

impl ShownTask {
    fn of(say: PageWords, row: &TaskEvidence) -> Self {
        let label = row.task.as_ref().map_or(&row.course.name, |task| &task.name);
        Self {
            label: match row.retired {
                true => say.retired_place(label),
                false => label.clone(),
            },
            url: match &row.task {
                Some(task) => urls::course_at(row.course.id, task.id),
                None => urls::course(row.course.id),
            },
            is_course: row.task.is_none(),
            cells: row.cells.iter().map(|cell| ShownCell::of(say, cell)).collect(),
        }
    }
}

impl ShownCell {
    fn of(say: PageWords, cell: &EvidenceCell) -> Self {
        let count = Some(cell.count).filter(|count| *count > 0);
        let from_course = cell.by_course.then(|| say.has_from_course().to_owned());
        let Some(newest) = &cell.newest else {
            return Self {
                count,
                url: None,
                title: say.evidence_hidden().to_owned(),
                notes: from_course.into_iter().collect(),
            };
        };
        let mut notes = vec![newest.authors.join(say.lang().pick("、", ", "))];
        notes.extend(newest.school.clone());
        notes.extend(newest.reviewed_at.map(|at| say.reviewed_on(&at.day())));
        notes.extend(from_course);
        notes.retain(|note| !note.is_empty());
        Self {
            count,
            url: Some(urls::resource(newest.resource)),
            title: newest.title.clone(),
            notes,
        }
    }
}
