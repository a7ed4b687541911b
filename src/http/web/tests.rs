//! Every template with sample data in both languages: it renders, it escapes, it keeps to the content policy.

use askama::Template;

mod landmarks;

use super::account::AccountPage;
use super::admin::AdminPage;
use super::admin::accounts::AccountsPage;
use super::admin::damage::DamagePage;
use super::admin::files::FilesPage;
use super::admin::import_page::{SheetOfPage, SheetPage};
use super::admin::jobs::JobsPage;
use super::admin::mirror::MirrorPage;
use super::admin::notices::NoticesPage;
use super::admin::plan::PlanPage;
use super::admin::rates::RatesPage;
use super::admin::review::ReviewPathsPage;
use super::admin::roster::OpenedPage;
use super::admin::schools::SchoolsPage;
use super::admin::storage::StoragePage;
use super::assets;
use super::audit::AuditPage;
use super::companies::{CompaniesPage, CompanyPage};
use super::confirm::ConfirmPage;
use super::course::CoursePage;
use super::course::order::OrderPage;
use super::docs::DocsPage;
use super::findability::FindabilityPage;
use super::home::HomePage;
use super::leave::LeavePage;
use super::major::MajorPage;
use super::my_resources::MyResourcesPage;
use super::notices::{CopyrightPage, NoticePage};
use super::pack::PackPage;
use super::pack::changes::ChangesPage;
use super::pack::create::CreatePackPage;
use super::pack::edit::EditPage;
use super::packs::PacksPage;
use super::personal_data::PersonalDataPage;
use super::problem::ProblemPage;
use super::recognition::edit::CallEditPage;
use super::recognition::entry::EntryPage;
use super::recognition::judging::{JudgePage, ScorePage};
use super::recognition::jury::JuryPage;
use super::recognition::standings::StandingsPage;
use super::recognition::{CallPage, RecognitionPage};
use super::reports::ReportsPage;
use super::reports::evidence::EvidencePage;
use super::resource::ResourcePage;
use super::resource::edit::ResourceEditPage;
use super::resource::speech::SpeechPage;
use super::results::ResultsPage;
use super::review::ReviewPage;
use super::sample::HOSTILE;
use super::saved::SavedPage;
use super::school::SchoolPage;
use super::second_factor::SecondFactorPage;
use super::sign_in::SignInPage;
use super::standards::StandardsPage;
use super::standards::edit::StandardEditPage;
use super::standards::followups::FollowUpsPage;
use super::standards::version::StandardPage;
use super::synonyms::SynonymsPage;
use super::training::TrainingPage;
use super::training::bases::TrainingBasesPage;
use super::training::certificate::{CertificatePage, VerifyPage};
use super::training::edit::TrainingEditPage;
use super::training::items::{ItemPage, ItemsPage};
use super::training::mine::{OwnTrainingPage, TotalsPage};
use super::training::people::TraineesPage;
use super::training::session::TrainingSessionPage;
use super::training::sign_in::{TrainingCodePage, TrainingSignInPage};
use super::upload::UploadPage;
use super::visits::{VisitPage, VisitsPage};
use crate::library::accounts::second_factor::SecondFactor;
use crate::words::Lang;

/// A page by its name.
type RenderedPage = (&'static str, askama::Result<String>);

/// Every page in every state worth looking at, by name.
fn pages(lang: Lang) -> Vec<(&'static str, String)> {
    let everyday: Vec<RenderedPage> = vec![
        ("home", HomePage::sample(lang).render()),
        ("home-empty", HomePage::empty(lang).render()),
        ("results", ResultsPage::sample(lang).render()),
        ("results-nothing", ResultsPage::nothing(lang).render()),
        ("resource", ResourcePage::sample(lang).render()),
        ("resource-told", ResourcePage::told(lang).render()),
        ("resource-in-review", ResourcePage::in_review(lang).render()),
        ("resource-discussed", ResourcePage::discussed(lang).render()),
        ("resource-undiscussed", ResourcePage::undiscussed(lang).render()),
        ("review", ReviewPage::sample(lang).render()),
        ("review-empty", ReviewPage::empty(lang).render()),
        ("copyright", CopyrightPage::sample(lang).render()),
        ("copyright-faulty", CopyrightPage::faulty(lang).render()),
        ("notice", NoticePage::sample(lang).render()),
        ("notice-followed", NoticePage::followed(lang).render()),
        ("admin-notices", NoticesPage::sample(lang).render()),
        ("admin-notices-none", NoticesPage::empty(lang).render()),
        ("privacy", PersonalDataPage::sample(lang).render()),
        ("findability", FindabilityPage::sample(lang).render()),
        ("findability-untried", FindabilityPage::untried(lang).render()),
        ("major", MajorPage::sample(lang).render()),
        ("course", CoursePage::sample(lang).render()),
        ("course-bare", CoursePage::bare(lang).render()),
        ("speech", SpeechPage::sample(lang).render()),
        ("speech-empty", SpeechPage::empty(lang).render()),
        ("task-order", OrderPage::sample(lang).render()),
        ("task-order-empty", OrderPage::empty(lang).render()),
        ("school", SchoolPage::sample(lang).render()),
        ("school-empty", SchoolPage::empty(lang).render()),
        ("sign-in", SignInPage::sample(lang).render()),
        ("sign-in-directory", SignInPage::directory(lang).render()),
        ("leave", LeavePage::sample(lang).render()),
        ("sign-in-anew", SignInPage::anew(lang).render()),
        ("sign-in-code", SignInPage::code(lang).render()),
        (
            "second-factor",
            SecondFactorPage::sample(lang, SecondFactor::Off).render(),
        ),
        (
            "second-factor-pending",
            SecondFactorPage::sample(lang, pending_factor()).render(),
        ),
        ("second-factor-codes", SecondFactorPage::codes(lang).render()),
        ("confirm", ConfirmPage::sample(lang).render()),
        ("confirm-code", ConfirmPage::by_code(lang).render()),
        ("confirm-lost", ConfirmPage::lost(lang).render()),
        ("confirm-no-password", ConfirmPage::without_password(lang).render()),
        ("account", AccountPage::sample(lang).render()),
        ("account-faulty", AccountPage::faulty(lang).render()),
        ("upload", UploadPage::sample(lang).render()),
        ("resource-edit", ResourceEditPage::sample(lang).render()),
        ("resource-edit-faulty", ResourceEditPage::faulty(lang).render()),
        ("upload-faulty", UploadPage::faulty(lang).render()),
        ("mine", MyResourcesPage::sample(lang).render()),
        ("mine-empty", MyResourcesPage::empty(lang).render()),
        ("saved", SavedPage::sample(lang).render()),
        ("saved-empty", SavedPage::empty(lang).render()),
        ("synonyms", SynonymsPage::sample(lang).render()),
        ("synonyms-faulty", SynonymsPage::faulty(lang).render()),
        ("problem", ProblemPage::sample(lang).render()),
        ("docs", DocsPage::sample(lang).render()),
    ];
    let all = everyday
        .into_iter()
        .chain(pages_of_packs(lang))
        .chain(pages_of_office(lang));
    all.map(|(name, page)| (name, page.unwrap())).collect()
}

/// Those of packs.
fn pages_of_packs(lang: Lang) -> Vec<RenderedPage> {
    vec![
        ("packs", PacksPage::sample(lang).render()),
        ("packs-empty", PacksPage::empty(lang).render()),
        ("pack", PackPage::sample(lang).render()),
        ("pack-large", PackPage::large(lang).render()),
        ("pack-failed", PackPage::failed(lang).render()),
        ("pack-new", CreatePackPage::sample(lang).render()),
        ("pack-new-faulty", CreatePackPage::faulty(lang).render()),
        ("pack-edit", EditPage::sample(lang).render()),
        ("pack-edit-empty", EditPage::empty(lang).render()),
        ("pack-changes", ChangesPage::sample(lang).render()),
        ("pack-changes-nothing", ChangesPage::nothing(lang).render()),
    ]
}

/// Those of whoever runs things: administration, training, figures, records.
fn pages_of_office(lang: Lang) -> Vec<RenderedPage> {
    vec![
        ("reports-coverage", ReportsPage::covered(lang).render()),
        ("reports-coverage-of-a-major", ReportsPage::covered_in(lang).render()),
        ("reports-progress", ReportsPage::progressed(lang).render()),
        ("reports-usage", ReportsPage::used(lang).render()),
        ("admin-plan", PlanPage::sample(lang).render()),
        ("admin-plan-faulty", PlanPage::faulty(lang).render()),
        ("reports-evidence", EvidencePage::sample(lang).render()),
        ("reports-evidence-empty", EvidencePage::without_courses(lang).render()),
        ("reports-empty", ReportsPage::empty(lang).render()),
        ("audit", AuditPage::sample(lang).render()),
        ("audit-faulty", AuditPage::faulty(lang).render()),
        ("admin", AdminPage::sample(lang).render()),
        ("admin-calm", AdminPage::calm(lang).render()),
        ("admin-accounts", AccountsPage::sample(lang).render()),
        ("admin-accounts-faulty", AccountsPage::faulty(lang).render()),
        ("admin-accounts-editing", AccountsPage::editing(lang).render()),
        ("admin-opened", OpenedPage::sample(lang).render()),
        ("admin-sheet", SheetPage::sample(lang).render()),
        ("admin-sheet-faulty", SheetPage::faulty(lang).render()),
        ("admin-sheet-unreadable", SheetPage::unreadable(lang).render()),
        ("admin-schools", SchoolsPage::sample(lang).render()),
        ("admin-review", ReviewPathsPage::sample(lang).render()),
        ("admin-jobs", JobsPage::sample(lang).render()),
        ("admin-jobs-idle", JobsPage::idle(lang).render()),
        ("admin-storage", StoragePage::sample(lang).render()),
        ("admin-storage-empty", StoragePage::empty(lang).render()),
        ("admin-files", FilesPage::sample(lang).render()),
        ("admin-files-empty", FilesPage::empty(lang).render()),
        ("admin-damage", DamagePage::sample(lang).render()),
        ("admin-damage-none", DamagePage::empty(lang).render()),
        ("admin-rates", RatesPage::sample(lang).render()),
        ("admin-rates-none", RatesPage::empty(lang).render()),
        ("admin-mirror", MirrorPage::sample(lang).render()),
        ("admin-mirror-empty", MirrorPage::empty(lang).render()),
        ("standards", StandardsPage::sample(lang).render()),
        ("standards-empty", StandardsPage::empty(lang).render()),
        ("standard", StandardPage::sample(lang).render()),
        ("standard-draft", StandardPage::draft(lang).render()),
        ("standard-draft-faulty", StandardPage::faulty(lang).render()),
        ("standard-followups", FollowUpsPage::sample(lang).render()),
        ("standard-followups-empty", FollowUpsPage::empty(lang).render()),
        ("standard-edit-faulty", StandardEditPage::faulty(lang).render()),
        ("visits-faulty", VisitsPage::faulty(lang).render()),
        ("visits-empty", VisitsPage::empty(lang).render()),
        ("visit-faulty", VisitPage::faulty(lang).render()),
        ("companies-faulty", CompaniesPage::faulty(lang).render()),
        ("companies-empty", CompaniesPage::empty(lang).render()),
        ("company-faulty", CompanyPage::faulty(lang).render()),
        ("recognition", RecognitionPage::sample(lang).render()),
        ("recognition-empty", RecognitionPage::empty(lang).render()),
        ("recognition-call", CallPage::sample(lang).render()),
        ("recognition-call-empty", CallPage::empty(lang).render()),
        ("recognition-edit-faulty", CallEditPage::faulty(lang).render()),
        ("recognition-entry-faulty", EntryPage::faulty(lang).render()),
        ("recognition-judge", JudgePage::sample(lang).render()),
        ("recognition-score-faulty", ScorePage::faulty(lang).render()),
        ("recognition-jury-faulty", JuryPage::faulty(lang).render()),
        ("recognition-standings-faulty", StandingsPage::faulty(lang).render()),
        ("training", TrainingPage::sample(lang).render()),
        ("training-empty", TrainingPage::empty(lang).render()),
        ("training-session", TrainingSessionPage::sample(lang).render()),
        ("training-people", TraineesPage::sample(lang).render()),
        ("training-list-faulty", SheetOfPage::faulty(lang).render()),
        ("sheet", SheetOfPage::sample(lang).render()),
        ("training-code", TrainingCodePage::sample(lang).render()),
        ("training-sign-in-faulty", TrainingSignInPage::faulty(lang).render()),
        ("training-certificate", CertificatePage::sample(lang).render()),
        ("training-verify-faulty", VerifyPage::faulty(lang).render()),
        ("training-mine", OwnTrainingPage::sample(lang).render()),
        ("training-mine-empty", OwnTrainingPage::empty(lang).render()),
        ("training-totals", TotalsPage::sample(lang).render()),
        ("training-items-faulty", ItemsPage::faulty(lang).render()),
        ("training-item", ItemPage::sample(lang).render()),
        ("training-item-film", ItemPage::film(lang).render()),
        ("training-edit-faulty", TrainingEditPage::faulty(lang).render()),
        ("training-bases", TrainingBasesPage::sample(lang).render()),
        ("training-bases-empty", TrainingBasesPage::empty(lang).render()),
    ]
}

fn pending_factor() -> SecondFactor {
    SecondFactor::Pending {
        secret: "JBSWY3DPEHPK3PXP".to_owned(),
        url: "otpauth://totp/Gongxue:wangmin?secret=JBSWY3DPEHPK3PXP&issuer=Gongxue".to_owned(),
    }
}

fn every_page() -> impl Iterator<Item = (String, Lang, String)> {
    Lang::ALL.into_iter().flat_map(|lang| {
        pages(lang)
            .into_iter()
            .map(move |(name, html)| (format!("{name}.{lang}"), lang, html))
    })
}

#[test]
fn every_page_says_its_language_and_has_one_heading() {
    for (name, lang, html) in every_page() {
        assert!(html.contains(&format!("<html lang=\"{}\">", lang.tag())), "{name}");
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        assert!(
            html.contains("href=\"#main\""),
            "{name} has no way to skip to its content"
        );
    }
}

#[test]
fn a_hostile_title_is_shown_and_never_run() {
    let mut seen = 0;
    for (name, _, html) in every_page() {
        assert!(!html.contains(HOSTILE), "{name} lets a title through unescaped");
        assert!(!html.contains("<script>"), "{name} has an inline script");
        seen += html.matches("&#60;script&#62;alert").count();
    }
    assert!(seen > 20, "the hostile title was shown {seen} times");
}

#[test]
fn no_page_needs_an_exception_from_the_content_policy() {
    for (name, _, html) in every_page() {
        assert!(!html.contains(" style="), "{name} has an inline style");
        assert!(!html.contains("<style"), "{name} has an inline style sheet");
        assert!(!html.contains(" onclick="), "{name} has an inline handler");
        for address in addresses(&html, &["src=\"", "href=\"/assets"]) {
            assert!(!address.contains("//"), "{name} loads {address} from elsewhere");
        }
    }
}

#[test]
fn every_asset_a_page_names_is_there() {
    for (name, _, html) in every_page() {
        for address in addresses(&html, &["src=\"", "href=\""]).filter(|address| address.starts_with("/assets/")) {
            let address = address.split('#').next().unwrap();
            assert!(assets::find(address).is_some(), "{name} names {address}");
        }
    }
}

#[test]
fn every_form_that_writes_carries_the_token() {
    for (name, _, html) in every_page() {
        let forms = html
            .split("<form")
            .skip(1)
            .filter(|form| form.starts_with(' ') && form[..form.find('>').unwrap()].contains("method=\"post\""));
        for form in forms {
            let form = form.split("</form>").next().unwrap();
            assert!(
                form.contains("name=\"csrf\" value=\"sample-token\""),
                "{name}: <form{form}"
            );
        }
    }
}

/// One press too many must not cost a resource, a feed or an account.
#[test]
fn what_takes_something_away_asks_first_and_says_what_follows() {
    const ACTS: [&str; 6] = [
        "/withdraw",
        "/remove",
        "/delete",
        "/disable",
        "/feed-end",
        "/admin/accounts/1/password",
    ];
    let mut seen = 0;
    for (name, _, html) in every_page() {
        let forms = html.match_indices("<form").map(|(at, _)| html.split_at(at));
        for (before, form) in forms {
            let form = form.split("</form>").next().unwrap();
            let action = form.split("action=\"").nth(1).and_then(|rest| rest.split('"').next());
            if !action.is_some_and(|action| ACTS.iter().any(|act| action.ends_with(act))) {
                continue;
            }
            seen += 1;
            let is_folded = before.matches("<details").count() > before.matches("</details>").count();
            assert!(is_folded, "{name} does not ask before {form}");
            let says = form.contains("<p") || form.contains("class=\"hint\"");
            assert!(says, "{name} does not say what follows: {form}");
        }
    }
    assert!(seen > 20, "only {seen} such forms were found: this test has gone blind");
}

#[test]
fn every_id_is_used_once_and_every_reference_leads_to_one() {
    for (name, _, html) in every_page() {
        let mut ids: Vec<&str> = addresses(&html, &[" id=\""]).collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name} uses an id twice");
        for target in addresses(
            &html,
            &[
                " for=\"",
                "aria-labelledby=\"",
                "aria-describedby=\"",
                "popovertarget=\"",
            ],
        ) {
            assert!(ids.binary_search(&target).is_ok(), "{name} refers to `{target}`");
        }
    }
}

#[test]
fn search_and_resource_pages_stay_light() {
    for (name, _, html) in every_page().filter(|(name, ..)| name.starts_with("res")) {
        assert!(html.len() < 50_000, "{name} weighs {} bytes", html.len());
    }
}

#[test]
fn what_was_typed_stays_and_a_fault_stands_on_its_field() {
    let html = UploadPage::faulty(Lang::Zh).render().unwrap();

    assert!(html.contains("id=\"title-fault\""));
    assert!(html.contains("aria-invalid=\"true\" aria-describedby=\"title-fault\""));
    assert!(html.contains("value=\"二〇二六\""));
    assert!(html.contains("<details class=\"more\" open>"));
}

/// The values that follow any of these beginnings.
fn addresses<'a>(html: &'a str, beginnings: &'a [&str]) -> impl Iterator<Item = &'a str> {
    beginnings
        .iter()
        .flat_map(|beginning| html.split(*beginning).skip(1))
        .filter_map(|rest| rest.split('"').next())
}
