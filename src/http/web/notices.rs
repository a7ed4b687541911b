//! Notices of infringement as their senders and those who shared the resource see them: the public page with its form, the
//! case behind a secret link, and the case as the uploader answers it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::form::FormField;
use super::layout::{Layout, Link, Tab};
use super::metadata_form::FieldErrors;
use super::page_context::{PageContext, see_other};
use super::page_query::PageQuery;
use super::resource::paragraphs;
use super::urls;
use crate::domain::fault::FieldFault;
use crate::domain::id::NoticeId;
use crate::domain::notice::{NewNotice, NoticeParty, NoticeStep};
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::library::Library;
use crate::library::reviews::notices::{FollowedNotice, NoticeStepTaken, RightsNotice};
use crate::words::pages::PageWords;

/// The public page: how it goes, and the form.
#[derive(Debug, Template)]
#[template(path = "copyright.html")]
pub struct CopyrightPage {
    /// The frame.
    pub layout: Layout,
    /// That something is wrong.
    pub fault: Option<String>,
    /// The resource's address.
    pub link: FormField,
    /// Who holds the right.
    pub name: FormField,
    /// How to reach them.
    pub contact: FormField,
    /// Which work.
    pub work: FormField,
    /// Why.
    pub statement: FormField,
    /// What is wrong with the promise.
    pub is_true_fault: Option<String>,
}

/// A case, for one of its parties.
#[derive(Debug, Template)]
#[template(path = "notice.html")]
pub struct NoticePage {
    /// The frame.
    pub layout: Layout,
    /// The administrators' pages; none for the other parties.
    pub nav: Vec<Tab>,
    /// Where it stands.
    pub state: &'static str,
    /// What the reader is to know first.
    pub lead: Option<&'static str>,
    /// The secret link, for whoever came by it.
    pub link: Option<String>,
    /// The resource.
    pub about: Link,
    /// What else is known, each under its name.
    pub facts: Vec<(&'static str, String)>,
    /// Why, a paragraph each.
    pub statement: Vec<String>,
    /// What was done, oldest first.
    pub steps: Vec<NoticeStepRow>,
    /// What the reader can do.
    pub forms: Vec<NoticeStepForm>,
    /// Mails to copy.
    pub mails: Vec<NoticeMailRow>,
    /// The revision that is shown.
    pub seen: i64,
}

/// A step that was taken.
#[derive(Debug, Clone)]
pub struct NoticeStepRow {
    /// When.
    pub at: String,
    /// What was done.
    pub what: &'static str,
    /// By whom.
    pub by: String,
    /// What was said, a paragraph each.
    pub text: Vec<String>,
}

/// A step as a form.
#[derive(Debug, Clone)]
pub struct NoticeStepForm {
    /// Where it is sent.
    pub action: String,
    /// Its button.
    pub label: &'static str,
    /// What is asked for in words.
    pub asks: &'static str,
    /// Whether that must be said.
    pub is_required: bool,
    /// What comes of it.
    pub note: Option<&'static str>,
    /// What was typed.
    pub text: FormField,
    /// The name of its field on the page.
    pub field: String,
}

/// A mail to copy.
#[derive(Debug, Clone)]
pub struct NoticeMailRow {
    /// To whom, and what for.
    pub name: &'static str,
    /// Its subject.
    pub subject: String,
    /// What it says.
    pub body: String,
}

impl NoticeStepForm {
    /// The form of a step.
    pub(super) fn of(say: PageWords, step: NoticeStep, action: String) -> Self {
        Self {
            field: format!("text-{}", step.code()),
            action,
            label: say.notice_step(step),
            asks: say.notice_step_asks(step),
            is_required: step.needs_text(),
            note: match step {
                NoticeStep::TakeDown => Some(say.notice_take_down_note()),
                NoticeStep::Restore => Some(say.notice_restore_note()),
                _ => None,
            },
            text: FormField::default(),
        }
    }
}

/// The steps as the page shows them.
pub(super) fn step_rows(say: PageWords, steps: &[NoticeStepTaken]) -> Vec<NoticeStepRow> {
    let row = |taken: &NoticeStepTaken| NoticeStepRow {
        at: taken.at.minute(),
        what: say.notice_step(taken.step),
        by: match &taken.by {
            Some(by) => by.name.clone(),
            None => say.notice_party(taken.step.party()).to_owned(),
        },
        text: paragraphs(&taken.text),
    };
    steps.iter().map(row).collect()
}

/// The form as somebody sent it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NoticeFields {
    /// The resource's address.
    pub link: String,
    /// Who holds the right.
    pub name: String,
    /// How to reach them.
    pub contact: String,
    /// Which work.
    pub work: String,
    /// Why.
    pub statement: String,
    /// The promise.
    pub is_true: Option<String>,
}

/// A resource that the reader comes from.
#[derive(Debug, Default, Deserialize)]
pub struct CopyrightQuery {
    /// Its address.
    #[serde(default)]
    pub link: String,
}

/// `GET /copyright`
pub async fn show(visit: PageContext, query: web::Query<CopyrightQuery>) -> Result<HttpResponse, Problem> {
    let fields = NoticeFields {
        link: query.into_inner().link,
        ..NoticeFields::default()
    };
    visit.page(&page(&visit, &fields, &[]))
}

/// `POST /copyright`
pub async fn send(
    visit: PageContext,
    library: web::Data<Library>,
    form: ProtectedForm<NoticeFields>,
) -> Result<HttpResponse, Problem> {
    let sent = match NewNotice::parse(&json_of(&form)) {
        Ok(new) => library.reviews.send_notice(&visit.actor, new).await,
        Err(faults) => Err(Refusal::Fields(faults).into()),
    };
    match sent {
        Ok(sent) => Ok(see_other(&format!("{}?done=sent", sent.url))),
        Err(Error::Refused(refusal)) => match *refusal {
            Refusal::Fields(faults) => visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page(&visit, &form, &faults)),
            other => Err(other.into()),
        },
        Err(error) => Err(error.into()),
    }
}

fn json_of(form: &NoticeFields) -> Map<String, Value> {
    let texts = [
        ("link", &form.link),
        ("name", &form.name),
        ("contact", &form.contact),
        ("work", &form.work),
        ("statement", &form.statement),
    ];
    let texts = texts.map(|(name, text)| (name.to_owned(), json!(text.replace("\r\n", "\n"))));
    let mut fields: Map<String, Value> = texts.into_iter().collect();
    fields.insert("is_true".to_owned(), json!(form.is_true.is_some()));
    fields
}

fn page(visit: &PageContext, typed: &NoticeFields, faults: &[FieldFault]) -> CopyrightPage {
    let errors = FieldErrors { say: visit.say, faults };
    let field = |name: &str, value: &str| FormField {
        value: value.to_owned(),
        fault: errors.of(name),
    };
    CopyrightPage {
        layout: visit.layout(visit.say.copyright()),
        fault: errors.whole(),
        link: field("link", &typed.link),
        name: field("name", &typed.name),
        contact: field("contact", &typed.contact),
        work: field("work", &typed.work),
        statement: field("statement", &typed.statement),
        is_true_fault: errors.of("is_true"),
    }
}

/// `GET /copyright/{key}`: the case, for whoever sent the notice.
pub async fn follow(
    visit: PageContext,
    library: web::Data<Library>,
    key: web::Path<String>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let notice = library.reviews.followed_notice(&key).await?;
    let mut page = followed(&visit, &key, &notice);
    page.layout.notice = query.done.as_deref().map(|done| match done {
        "sent" => visit.say.notice_sent().to_owned(),
        _ => visit.say.notice_done().to_owned(),
    });
    visit.page(&page)
}

fn followed(visit: &PageContext, key: &str, notice: &FollowedNotice) -> NoticePage {
    let say = visit.say;
    let url = format!("{}/{key}", urls::COPYRIGHT);
    let mut answer = NoticeStepForm::of(say, NoticeStep::Answer, url.clone());
    answer.asks = say.notice_answer();
    answer.label = say.notice_answer_send();
    NoticePage {
        layout: visit.layout(format!("{} {}", say.copyright(), notice.number)),
        nav: Vec::new(),
        state: say.notice_state(notice.state),
        lead: Some(say.notice_keep_link()),
        link: Some(visit.absolute(&url)),
        about: Link::new(visit.absolute(&notice.resource_url), notice.resource_url.clone()),
        facts: vec![(say.notice_work(), notice.work.clone())],
        statement: paragraphs(&notice.statement),
        steps: step_rows(say, &notice.steps),
        forms: notice.may_answer.then_some(answer).into_iter().collect(),
        mails: Vec::new(),
        seen: 0,
    }
}

/// What is said with a step.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NoticeStepFields {
    /// In words.
    pub text: String,
    /// The revision that was looked at.
    pub seen: Option<i64>,
}

impl NoticeStepFields {
    /// The words, with lines as they are kept.
    pub(super) fn text(&self) -> String {
        self.text.replace("\r\n", "\n")
    }
}

/// `POST /copyright/{key}`
pub async fn answer(
    visit: PageContext,
    library: web::Data<Library>,
    key: web::Path<String>,
    form: ProtectedForm<NoticeStepFields>,
) -> Result<HttpResponse, Problem> {
    library.reviews.answer_notice(&visit.actor, &key, &form.text()).await?;
    Ok(see_other(&format!("{}/{key}?done=answer", urls::COPYRIGHT)))
}

/// `GET /notices/{id}`: the case, for whoever shared the resource.
pub async fn show_case(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<NoticeId>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let notice = library.reviews.notice(&visit.actor, *id).await?;
    let say = visit.say;
    let form = |step: &NoticeStep| NoticeStepForm::of(say, *step, format!("/notices/{id}/{}", step.code()));
    let forms = notice.may.iter().filter(|step| step.party() == NoticeParty::Uploader);
    let mut page = case(&visit, &notice);
    page.lead = notice
        .may
        .contains(&NoticeStep::Counter)
        .then(|| say.notice_counter_lead());
    page.forms = forms.map(form).collect();
    page.layout.notice = query.done.as_ref().map(|_| say.notice_done().to_owned());
    visit.page(&page)
}

/// `POST /notices/{id}/{step}`
pub async fn step(
    visit: PageContext,
    library: web::Data<Library>,
    path: web::Path<(NoticeId, NoticeStep)>,
    form: ProtectedForm<NoticeStepFields>,
) -> Result<HttpResponse, Problem> {
    let (id, step) = path.into_inner();
    let text = form.text();
    let taken = library
        .reviews
        .notice_step(&visit.actor, id, step, &text, form.seen)
        .await?;
    Ok(see_other(&format!("{}?done={}", taken.url, step.code())))
}

/// A case without what its reader can do.
pub(super) fn case(visit: &PageContext, notice: &RightsNotice) -> NoticePage {
    let say = visit.say;
    let name = Some(notice.sender_name.clone()).filter(|name| !name.is_empty());
    let contact = notice.sender_contact.clone().map(|contact| {
        if contact.is_empty() {
            say.notice_forgotten().to_owned()
        } else {
            contact
        }
    });
    let facts = [
        (say.school(), notice.school.as_ref().map(|school| school.name.clone())),
        (
            say.notice_sender(),
            name.or_else(|| Some(say.notice_forgotten().to_owned())),
        ),
        (say.notice_reach(), contact),
        (say.notice_work(), Some(notice.work.clone())),
    ];
    NoticePage {
        layout: visit.layout(format!("{} {}", say.notices_admin(), notice.number)),
        nav: Vec::new(),
        state: say.notice_state(notice.state),
        lead: None,
        link: None,
        about: Link::new(&notice.resource_title, urls::resource(notice.resource_id)),
        facts: facts
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect(),
        statement: paragraphs(&notice.statement),
        steps: step_rows(say, &notice.steps),
        forms: Vec::new(),
        mails: Vec::new(),
        seen: notice.revision,
    }
}
