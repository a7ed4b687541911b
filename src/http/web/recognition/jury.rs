//! The jury of a call, for those who hold it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::DoneQuery;
use crate::domain::authority::Act;
use crate::domain::id::{AccountId, RecognitionCallId};
use crate::domain::list_sheet::ListSheet;
use crate::domain::recognition::CallState;
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedForm};
use crate::http::web::form::FormField;
use crate::http::web::layout::{Layout, Link};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::typed::{TypedFaults, TypedFields, value};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::recognition::calls::RecognitionCall;
use crate::library::recognition::jury::Juror;
use crate::words::pages::PageWords;

/// The page.
#[derive(Debug, Template)]
#[template(path = "recognition_jury.html")]
pub struct JuryPage {
    /// The frame.
    pub layout: Layout,
    /// Back to the call.
    pub back: Link,
    /// Its members.
    pub rows: Vec<JurorRow>,
    /// Appoints people.
    pub appoint: Option<AppointFields>,
    /// Takes the list along.
    pub export_url: String,
    /// Brings a list; for those who may.
    pub import_url: Option<String>,
}

/// A member of the jury.
#[derive(Debug, Clone)]
pub struct JurorRow {
    /// Who.
    pub name: String,
    /// School, progress, how they stand.
    pub facts: Vec<String>,
    /// What they may not score, and why.
    pub excluded: Vec<String>,
    /// Dismisses them.
    pub dismiss_action: Option<String>,
}

/// The form that appoints people.
#[derive(Debug, Clone)]
pub struct AppointFields {
    /// Where it is sent.
    pub action: String,
    /// Sign-in names.
    pub names: FormField,
}

/// `GET /recognition/{id}/jury`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<RecognitionCallId>,
    query: web::Query<DoneQuery>,
) -> Result<HttpResponse, Problem> {
    let call = library.recognition.call(&visit.actor, *id).await?;
    let jury = library.recognition.jury(&visit.actor, *id).await?;
    let mut page = page(&visit, &call, &jury, FormField::default());
    page.layout.notice = match query.done.as_deref() {
        Some("appointed") => Some(visit.say.jury_appointed().to_owned()),
        Some("dismissed") => Some(visit.say.jury_dismissed().to_owned()),
        _ => None,
    };
    visit.page(&page)
}

/// `POST /recognition/{id}/jury`
pub async fn appoint(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<RecognitionCallId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let call = library.recognition.call(&visit.actor, *id).await?;
    let typed = value(&typed, "names");
    let names = typed.split(|c: char| c.is_whitespace() || [',', '，', '、', ';', '；'].contains(&c));
    let names: Vec<String> = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
    match library.recognition.appoint(&visit.actor, *id, &names).await {
        Ok(_) => Ok(see_other(&format!("{}/jury?done=appointed", urls::recognition(*id)))),
        Err(error) => {
            let faults = TypedFaults::of(Problem::from(error), visit.say, "names")?;
            let jury = library.recognition.jury(&visit.actor, *id).await?;
            let page = page(&visit, &call, &jury, faults.field("names", typed));
            visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// `POST /recognition/{id}/jury/{account}/dismiss`
pub async fn dismiss(
    visit: PageContext,
    library: web::Data<Library>,
    path: web::Path<(RecognitionCallId, AccountId)>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    let (id, account) = path.into_inner();
    library.recognition.dismiss(&visit.actor, id, account).await?;
    Ok(see_other(&format!("{}/jury?done=dismissed", urls::recognition(id))))
}

fn page(visit: &PageContext, call: &RecognitionCall, jury: &[Juror], names: FormField) -> JuryPage {
    let say = visit.say;
    let here = urls::recognition(call.id);
    let is_over = matches!(call.state, CallState::Published | CallState::Cancelled);
    let may_change = visit.actor.may(Act::HoldRecognition) && !is_over;
    let row = |juror: &Juror| {
        let may_dismiss = may_change && juror.dismissed_at.is_none();
        JurorRow {
            name: juror.account.name.clone(),
            facts: facts(say, juror),
            excluded: excluded(say, juror),
            dismiss_action: may_dismiss.then(|| format!("{here}/jury/{}/dismiss", juror.account.id)),
        }
    };
    JuryPage {
        layout: visit.layout(say.call_jury()),
        rows: jury.iter().map(row).collect(),
        appoint: may_change.then(|| AppointFields {
            action: format!("{here}/jury"),
            names,
        }),
        export_url: format!("/api/v1/recognition/calls/{}/jury?format=xlsx", call.id),
        import_url: may_change.then(|| urls::sheet(ListSheet::Jury(call.id))),
        back: Link::new(&call.title, here),
    }
}

fn facts(say: PageWords, juror: &Juror) -> Vec<String> {
    [
        juror.school.as_ref().map(|school| school.name.clone()),
        Some(say.jury_progress(juror.given, juror.due)),
        juror.competes.then(|| say.jury_competes().to_owned()),
        juror.dismissed_at.map(|_| say.jury_is_dismissed().to_owned()),
        juror.is_disabled.then(|| say.jury_is_disabled().to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn excluded(say: PageWords, juror: &Juror) -> Vec<String> {
    let told = juror.excluded.iter().map(|it| {
        let (entry, why, colon) = (say.entry_called(it.number), say.conflict_kind(it.why), say.colon());
        format!("{entry}{colon}{why}")
    });
    told.collect()
}
