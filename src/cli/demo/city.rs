//! What the city does with its schools, carried into the library: each once, however often the filling was cut off.

use std::collections::HashMap;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{answered, id_of};
use crate::actor::Actor;
use crate::demo::{self, DemoCall, DemoCompany, DemoEntry, DemoVisit};
use crate::domain::company::CompanyForm;
use crate::domain::form::ShareForm;
use crate::domain::id::{CompanyId, RecognitionCallId, RecognitionEntryId, ResourceId, VisitId};
use crate::domain::recognition::CallForm;
use crate::domain::visit::VisitForm;
use crate::error::{Refusal, Result};
use crate::library::Library;
use crate::library::idempotency::made;

/// Makes the company, the visits and the calls.
pub(super) async fn fill(library: &Library, shared: &HashMap<&'static str, ResourceId>) -> Result<()> {
    company(library, demo::company()).await?;
    for visit in demo::visits() {
        visited(library, visit).await?;
    }
    for call in demo::calls() {
        held(library, call, shared).await?;
    }
    Ok(())
}

fn fields(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// The company comes before its case: what its people give from then on stands under its name.
async fn company(library: &Library, company: &DemoCompany) -> Result<()> {
    let bureau = library.accounts.actor_named("bureau").await?;
    let key = "demo-company";
    let add = async |bureau: &Actor| {
        let body = json!({
            "name": company.name,
            "credit_code": company.credit_code,
            "schools": [company.school],
            "from": library.training.today().plus_days(-200),
        });
        let form = CompanyForm::parse(&fields(&body)).map_err(Refusal::Fields)?;
        Ok(answered(library.companies.add_company(bureau, form).await?.id))
    };
    let again = async |subject: &str| Ok(answered(made::<CompanyId>(subject)?));
    let added = library
        .idempotency
        .once(&bureau, Some(key), key.to_owned(), add, again)
        .await?;
    let id: CompanyId = id_of(&added, key)?;
    if library.companies.members(&bureau, id).await?.is_empty() {
        library.companies.add_member(&bureau, id, company.partner).await?;
    }
    give_case(library, company).await
}

/// The case waits for the school's administrator, so that something waits for each of them.
async fn give_case(library: &Library, company: &DemoCompany) -> Result<()> {
    let partner = library.accounts.actor_named(company.partner).await?;
    let key = "demo-case";
    let add = async |keyed: &Actor| {
        let metadata = json!({
            "title": company.case,
            "type": "teaching_case",
            "task": company.task,
            "scope": "school",
            "submit": true,
        });
        let mut form = ShareForm::parse(&fields(&metadata)).map_err(Refusal::Fields)?;
        let body = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(company.text.as_bytes()))]);
        form.uploads.push(
            library
                .uploads
                .receive(&partner, "台阶轴批量加工案例.txt", body)
                .await?,
        );
        Ok(answered(library.resources.share(keyed, form).await?.id))
    };
    let again = async |subject: &str| Ok(answered(made::<ResourceId>(subject)?));
    library
        .idempotency
        .once(&partner, Some(key), key.to_owned(), add, again)
        .await
        .map(drop)
}

async fn visited(library: &Library, visit: &DemoVisit) -> Result<()> {
    let expert = library.accounts.actor_named(visit.expert).await?;
    let key = format!("demo-visit-{}", visit.key);
    let add = async |expert: &Actor| {
        let body = json!({
            "school": visit.school,
            "day": library.training.today().plus_days(-visit.days_ago),
            "kind": visit.kind,
            "asked": visit.asked,
            "advice": visit.advice,
        });
        let form = VisitForm::parse(&fields(&body)).map_err(Refusal::Fields)?;
        Ok(answered(library.visits.add_visit(expert, form).await?.id))
    };
    let again = async |subject: &str| Ok(answered(made::<VisitId>(subject)?));
    let added = library
        .idempotency
        .once(&expert, Some(&key), key.clone(), add, again)
        .await?;
    let Some(done) = visit.done else { return Ok(()) };
    let id: VisitId = id_of(&added, &key)?;
    if library.visits.visit(&expert, id).await?.done.is_none() {
        let administrator = format!("admin-{}", visit.school.to_lowercase());
        let administrator = library.accounts.actor_named(&administrator).await?;
        library
            .visits
            .answer_visit(&administrator, id, None, done.to_owned())
            .await?;
    }
    library.visits.close_visit(&expert, id, None).await.map(drop)
}

async fn held(library: &Library, call: &DemoCall, shared: &HashMap<&'static str, ResourceId>) -> Result<()> {
    let bureau = library.accounts.actor_named("bureau").await?;
    let key = format!("demo-call-{}", call.key);
    let add = async |bureau: &Actor| {
        let form = CallForm::parse(&described(library, call)).map_err(Refusal::Fields)?;
        Ok(answered(library.recognition.add_call(bureau, form).await?.id))
    };
    let again = async |subject: &str| Ok(answered(made::<RecognitionCallId>(subject)?));
    let added = library
        .idempotency
        .once(&bureau, Some(&key), key.clone(), add, again)
        .await?;
    let id: RecognitionCallId = id_of(&added, &key)?;
    library.recognition.announce(&bureau, id).await?;
    for entry in call.entries {
        enter(library, id, entry, shared).await?;
    }
    if library.recognition.jury(&bureau, id).await?.is_empty() {
        let names: Vec<String> = call.jury.iter().map(|name| (*name).to_owned()).collect();
        library.recognition.appoint(&bureau, id, &names).await?;
    }
    Ok(())
}

fn described(library: &Library, call: &DemoCall) -> Map<String, Value> {
    let (opens, closes, due) = call.days;
    let day = |days| library.training.today().plus_days(days);
    let criteria = call.criteria.iter();
    let criteria = criteria.map(|(name, weight, max)| json!({"name": name, "weight": weight, "max": max}));
    fields(&json!({
        "title": call.title,
        "kind": call.kind,
        "rules": call.rules,
        "opens": day(opens),
        "closes": day(closes),
        "jury_due": day(due),
        "voices": call.jury.len(),
        "criteria": criteria.collect::<Vec<_>>(),
    }))
}

async fn enter(
    library: &Library,
    call: RecognitionCallId,
    entry: &DemoEntry,
    shared: &HashMap<&'static str, ResourceId>,
) -> Result<()> {
    let entrant = library.accounts.actor_named(entry.entrant).await?;
    let key = format!("demo-entry-{}", entry.evidence);
    let of = demo::resources().find(|resource| resource.key == entry.evidence);
    let of = of.ok_or_else(|| anyhow::anyhow!("the sample has no {}", entry.evidence))?;
    let add = async |entrant: &Actor| {
        let evidence = shared.get(entry.evidence).map(|id| format!("/r/{id}"));
        let body = fields(&json!({
            "title": entry.title,
            "statement": entry.statement,
            "course": of.course,
            "person": of.owner(),
            "evidence": evidence.into_iter().collect::<Vec<_>>(),
        }));
        Ok(answered(library.recognition.enter(entrant, call, &body).await?.id))
    };
    let again = async |subject: &str| Ok(answered(made::<RecognitionEntryId>(subject)?));
    library
        .idempotency
        .once(&entrant, Some(&key), key.clone(), add, again)
        .await
        .map(drop)
}
