//! The page of accounts: find one, open one, change one.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::one_time_passwords::OneTimePasswords;
use super::{nav, next};
use crate::domain::authority::{Act, Reach};
use crate::domain::fault::FieldFault;
use crate::domain::id::{AccountId, SchoolId};
use crate::domain::role::Role;
use crate::error::{Error, Refusal, Thing};
use crate::http::api::accounts::{AccountsQuery, role_of};
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedForm};
use crate::http::web::form::{Choice, FormField};
use crate::http::web::layout::{Layout, Tab};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::page_query::PageQuery;
use crate::http::web::urls;
use crate::library::Library;
use crate::library::accounts::manage::{Account, AccountsFilter};

/// How many accounts stand on a page.
const PAGE_SIZE: u64 = 30;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin_accounts.html")]
pub struct AccountsPage {
    /// The frame.
    pub layout: Layout,
    /// The administrators' pages.
    pub nav: Vec<Tab>,
    /// A password that was just made, shown this once.
    pub given: Option<GivenTo>,
    /// What names must hold.
    pub filter: String,
    /// The roles to choose from.
    pub roles: Vec<Choice>,
    /// The schools to choose from; none where there is only one's own.
    pub schools: Vec<Choice>,
    /// The accounts, newest first.
    pub rows: Vec<AccountRow>,
    /// What is said when there are none.
    pub nothing: Option<&'static str>,
    /// The next page.
    pub next_url: Option<String>,
    /// Opens an account; not for those who only look.
    pub add: Option<AccountFields>,
    /// Changes one.
    pub edit: Option<AccountActions>,
}

/// A password for once.
#[derive(Debug, Clone)]
pub struct GivenTo {
    /// Whose it is, and how they sign in.
    pub whose: String,
    /// The password, and the ways to carry it off.
    pub given: OneTimePasswords,
    /// Whether the account has passkeys, which a new password leaves as they are.
    pub has_passkeys: bool,
}

/// An account in the list.
#[derive(Debug, Clone)]
pub struct AccountRow {
    /// The name shown.
    pub display: String,
    /// Sign-in name, role, school.
    pub facts: Vec<String>,
    /// What is unusual about it, with the class of its mark.
    pub marks: Vec<(&'static str, &'static str)>,
    /// Opens it to be changed; none where it is only to be looked at.
    pub edit_url: Option<String>,
    /// Whether it is open.
    pub is_open: bool,
}

/// The form of an account.
#[derive(Debug, Clone)]
pub struct AccountFields {
    /// The sign-in name.
    pub name: FormField,
    /// The name shown.
    pub display: FormField,
    /// The roles to choose from.
    pub roles: Vec<Choice>,
    /// What is wrong with the role.
    pub role_fault: Option<String>,
    /// The schools to choose from; none where it is always one's own.
    pub schools: Vec<Choice>,
    /// What is wrong with the school.
    pub school_fault: Option<String>,
}

/// Everything that can be done with one account.
#[derive(Debug, Clone)]
pub struct AccountActions {
    /// Its id.
    pub id: String,
    /// Its words.
    pub fields: AccountFields,
    /// Whether it is disabled.
    pub is_disabled: bool,
    /// Whether its sign-in is locked.
    pub is_locked: bool,
    /// Whether signing in asks for a code as well.
    pub has_second_factor: bool,
}

/// Which accounts, and which one is open.
#[derive(Debug, Default, Deserialize)]
pub struct AccountsPageQuery {
    /// What they are limited to.
    #[serde(flatten)]
    pub limits: AccountsQuery,
    /// Which part of the list, and what just happened.
    #[serde(flatten)]
    pub at: PageQuery,
    /// The account to change.
    pub edit: Option<AccountId>,
}

/// `GET /admin/accounts`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<AccountsPageQuery>,
) -> Result<HttpResponse, Problem> {
    let mut page = page(&visit, &library, &query).await?;
    page.layout.notice = query.at.done.as_deref().and_then(|done| notice(&visit, done));
    visit.page(&page)
}

async fn page(visit: &PageContext, library: &Library, query: &AccountsPageQuery) -> Result<AccountsPage, Problem> {
    let filled = |value: &Option<String>| value.as_deref().unwrap_or_default().trim().to_owned();
    let (filter, role, school) = (
        filled(&query.limits.q),
        filled(&query.limits.role),
        filled(&query.limits.school),
    );
    let asked = AccountsFilter {
        text: &filter,
        role: role_of(Some(&role))?,
        school: Some(school.as_str()).filter(|school| !school.is_empty()),
        cursor: query.at.cursor(),
        limit: PAGE_SIZE,
    };
    let found = library.accounts.accounts(&visit.actor, &asked).await?;
    let open = match query.edit {
        Some(id) => Some(library.accounts.account(&visit.actor, id).await?).filter(|account| account.managed),
        None => None,
    };
    let schools = schools(visit, library).await?;
    let given_roles = visit.gives_roles();
    let add = (open.is_none() && !given_roles.is_empty()).then(|| fresh_fields(visit, &given_roles, &schools));
    let is_narrowed = !filter.is_empty() || !role.is_empty() || !school.is_empty();
    let fields = [
        ("q", filter.as_str()),
        ("role", role.as_str()),
        ("school", school.as_str()),
    ];
    Ok(AccountsPage {
        layout: visit.layout(visit.say.accounts()),
        nav: nav(visit, urls::ACCOUNTS),
        given: None,
        roles: role_choices(visit, &Role::ALL, &role),
        schools: chosen(&schools, &school),
        nothing: nothing(visit, found.items.is_empty(), is_narrowed),
        rows: found
            .items
            .iter()
            .map(|account| row(visit, library, account, query))
            .collect(),
        next_url: next(urls::ACCOUNTS, found.next_cursor.clone(), &fields),
        edit: open.map(|account| desk(visit, &account, &given_roles, &schools)),
        add,
        filter,
    })
}

fn nothing(visit: &PageContext, is_empty: bool, is_narrowed: bool) -> Option<&'static str> {
    let said = if is_narrowed {
        visit.say.accounts_not_found()
    } else {
        visit.say.accounts_empty()
    };
    is_empty.then_some(said)
}

/// The schools to choose from, by code; none for those who see one alone.
async fn schools(visit: &PageContext, library: &Library) -> Result<Vec<Choice>, Problem> {
    if school_alone(visit).is_some() {
        return Ok(Vec::new());
    }
    let schools = library.curriculum.schools().await?;
    Ok(schools
        .into_iter()
        .map(|school| Choice::new(school.code, school.name, ""))
        .collect())
}

/// The one school whose accounts the reader looks after; none for those who look after all.
fn school_alone(visit: &PageContext) -> Option<SchoolId> {
    visit.actor.reach(Act::ManageAccounts).and_then(Reach::school)
}

fn chosen(choices: &[Choice], value: &str) -> Vec<Choice> {
    let choose = |choice: &Choice| Choice {
        is_chosen: choice.value == value,
        ..choice.clone()
    };
    choices.iter().map(choose).collect()
}

fn role_choices(visit: &PageContext, roles: &[Role], chosen: &str) -> Vec<Choice> {
    let choice = |role: &Role| Choice::new(role.code(), visit.say.role(*role), chosen);
    roles.iter().map(choice).collect()
}

fn fresh_fields(visit: &PageContext, roles: &[Role], schools: &[Choice]) -> AccountFields {
    AccountFields {
        name: FormField::default(),
        display: FormField::default(),
        roles: role_choices(visit, roles, Role::Teacher.code()),
        role_fault: None,
        schools: schools.to_vec(),
        school_fault: None,
    }
}

fn desk(visit: &PageContext, account: &Account, roles: &[Role], schools: &[Choice]) -> AccountActions {
    let school = account.school.as_ref().and_then(|school| school.code.clone());
    AccountActions {
        id: account.id.to_string(),
        fields: AccountFields {
            name: FormField::of(&account.name),
            display: FormField::of(&account.display),
            roles: role_choices(visit, roles, account.role.code()),
            role_fault: None,
            schools: chosen(schools, &school.unwrap_or_default()),
            school_fault: None,
        },
        is_disabled: account.disabled,
        is_locked: account.locked,
        has_second_factor: account.second_factor || account.passkeys,
    }
}

fn row(visit: &PageContext, library: &Library, account: &Account, query: &AccountsPageQuery) -> AccountRow {
    let say = visit.say;
    let providers = account.sign_on.iter();
    let opened_by = providers.map(|id| say.opened_by(&library.accounts.provider_name(id, say.lang())));
    let marks = [
        (account.disabled, ("withdrawn", say.account_disabled())),
        (account.locked, ("returned", say.account_locked())),
        (account.password_once, ("submitted", say.account_password_once())),
    ];
    let school = account.school.as_ref().map(|school| school.name.clone());
    let facts = [Some(account.name.clone()), Some(say.role(account.role)), school];
    let facts = facts.into_iter().flatten().chain(opened_by).collect();
    let id = account.id.to_string();
    let kept = |value: &Option<String>| value.clone().unwrap_or_default();
    let fields = [
        ("q", kept(&query.limits.q)),
        ("role", kept(&query.limits.role)),
        ("school", kept(&query.limits.school)),
        ("cursor", kept(&query.at.cursor)),
        ("edit", id),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    AccountRow {
        display: account.display.clone(),
        facts,
        marks: marks.into_iter().filter_map(|(is, mark)| is.then_some(mark)).collect(),
        edit_url: account
            .managed
            .then(|| format!("{}#form", urls::with_query(urls::ACCOUNTS, &fields))),
        is_open: query.edit == Some(account.id),
    }
}

fn notice(visit: &PageContext, done: &str) -> Option<String> {
    let say = visit.say;
    let said = match done {
        "saved" => say.account_saved(),
        "disable" => say.account_disabled_done(),
        "enable" => say.account_enabled_done(),
        "unlock" => say.account_unlocked_done(),
        "erase" => say.account_erased_done(),
        "second-factor" => say.second_factor_ended_done(),
        _ => return None,
    };
    Some(said.to_owned())
}

/// An account as the form sends it.
#[derive(Debug, Default, Deserialize)]
pub struct AccountTyped {
    /// The sign-in name.
    #[serde(default)]
    pub name: String,
    /// The name shown.
    #[serde(default)]
    pub display: String,
    /// The role.
    #[serde(default)]
    pub role: String,
    /// The school; not there where it is always one's own.
    pub school: Option<String>,
}

impl AccountTyped {
    fn json(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("display".to_owned(), self.display.clone().into());
        fields.insert("role".to_owned(), self.role.clone().into());
        // Where the form has no such field, nothing was said about it, and the school stays.
        if let Some(school) = &self.school {
            let school = Some(school.clone()).filter(|school| !school.is_empty());
            fields.insert("school".to_owned(), school.into());
        }
        fields
    }
}

/// `POST /admin/accounts`
pub async fn add(
    visit: PageContext,
    library: web::Data<Library>,
    typed: ProtectedForm<AccountTyped>,
) -> Result<HttpResponse, Problem> {
    let mut fields = typed.json();
    fields.insert("name".to_owned(), typed.name.clone().into());
    if let Some(own) = school_alone(&visit) {
        // Those who look after one school are not asked for it.
        fields.insert("school".to_owned(), own.to_string().into());
    }
    match library.accounts.open_account(&visit.actor, &fields).await {
        Ok(account) => show_password(&visit, &library, account).await,
        Err(error) => render_with_errors(&visit, &library, None, &typed, error).await,
    }
}

/// `POST /admin/accounts/{id}`
pub async fn edit(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<AccountId>,
    typed: ProtectedForm<AccountTyped>,
) -> Result<HttpResponse, Problem> {
    let mut fields = typed.json();
    let before = library.accounts.account(&visit.actor, *id).await?;
    // A name of before the rules on names may stay.
    if !typed.name.is_empty() && typed.name != before.name {
        fields.insert("name".to_owned(), typed.name.clone().into());
    }
    match library.accounts.edit_account(&visit.actor, *id, &fields).await {
        Ok(_) => Ok(see_other("/admin/accounts?done=saved")),
        Err(error) => render_with_errors(&visit, &library, Some(*id), &typed, error).await,
    }
}

/// `POST /admin/accounts/{id}/{act}`: `password`, `unlock`, `second-factor`, `disable`, `enable` or `erase`.
pub async fn act(
    visit: PageContext,
    library: web::Data<Library>,
    path: web::Path<(AccountId, String)>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    let (id, act) = path.into_inner();
    if act == "erase" {
        library.accounts.erase_account(&visit.actor, id).await?;
        return Ok(see_other("/admin/accounts?done=erase"));
    }
    let (field, value) = match act.as_str() {
        "password" => ("new_password", true),
        "unlock" => ("unlock", true),
        "second-factor" => ("end_second_factor", true),
        "disable" => ("disabled", true),
        "enable" => ("disabled", false),
        _ => return Err(Refusal::NoSuch(Thing::Page).into()),
    };
    let fields = Map::from_iter([(field.to_owned(), value.into())]);
    let account = library.accounts.edit_account(&visit.actor, id, &fields).await?;
    if account.password.is_some() {
        return show_password(&visit, &library, account).await;
    }
    Ok(see_other(&urls::with_query(urls::ACCOUNTS, &[("done", &act)])))
}

/// The list with a new password, which is kept nowhere and shown in this answer alone.
async fn show_password(visit: &PageContext, library: &Library, account: Account) -> Result<HttpResponse, Problem> {
    let has_passkeys = account.passkeys;
    let query = AccountsPageQuery {
        // Open beside it, where the passkeys can be taken away.
        edit: has_passkeys.then_some(account.id),
        ..AccountsPageQuery::default()
    };
    let mut page = page(visit, library, &query).await?;
    page.given = Some(GivenTo {
        has_passkeys,
        whose: format!("{} · {}", account.display, account.name),
        given: OneTimePasswords::of(visit.say, [account], library.clock().now())?,
    });
    visit.page(&page)
}

/// Shows the form once more with what was typed and what is wrong with it.
async fn render_with_errors(
    visit: &PageContext,
    library: &Library,
    edit: Option<AccountId>,
    typed: &AccountTyped,
    error: Error,
) -> Result<HttpResponse, Problem> {
    let problem = Problem::from(error);
    let faults = match problem.refusal() {
        Some(Refusal::Fields(faults)) => faults.clone(),
        Some(Refusal::NameTaken { .. }) => Vec::new(),
        _ => return Err(problem),
    };
    let query = AccountsPageQuery {
        edit,
        ..AccountsPageQuery::default()
    };
    let mut page = page(visit, library, &query).await?;
    let fields = match (&mut page.add, &mut page.edit) {
        (Some(fields), _) => fields,
        (None, Some(desk)) => &mut desk.fields,
        (None, None) => return Err(problem),
    };
    let fault = |name: &str| fault_at(visit, &faults, name);
    let taken = faults.is_empty().then(|| problem.say(visit.say.lang()).detail);
    fields.name.value.clone_from(&typed.name);
    fields.name.fault = fault("/name").or(taken);
    fields.display.value.clone_from(&typed.display);
    fields.display.fault = fault("/display");
    fields.roles = chosen(&fields.roles, &typed.role);
    fields.role_fault = fault("/role");
    fields.schools = chosen(&fields.schools, typed.school.as_deref().unwrap_or_default());
    fields.school_fault = fault("/school");
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// What is wrong with a field, as a sentence.
pub(super) fn fault_at(visit: &PageContext, faults: &[FieldFault], pointer: &str) -> Option<String> {
    let fault = faults.iter().find(|fault| fault.pointer == pointer)?;
    Some(fault.kind.say(visit.say.lang()))
}
