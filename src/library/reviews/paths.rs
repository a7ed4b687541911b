//! Paths of the review, as those who run it see and change them: the bureau the city's, a school's administrators their school's
//! own steps in place of the city's.

use std::collections::HashSet;

use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::actor::{Actor, Member};
use crate::db::entity::account;
use crate::db::review_paths::appointed_to;
use crate::db::{people, review_paths};
use crate::domain::account::name_key;
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Reach};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{AccountId, ReviewPathId, ReviewStepId, SchoolId};
use crate::domain::review::{AppointedReviewer, GENERAL_PATH, ReviewLevel, ReviewPath, ReviewPaths, ReviewStep};
use crate::domain::review_form::{MAX_PATHS, ReviewPathForm, is_path_code};
use crate::domain::role::{Role, Scope};
use crate::domain::search::{NamedRef, NamedSchool};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::who_may;
use crate::library::review_steps;
use crate::library::reviews::Reviews;

/// A path of the review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ShownPath {
    /// Its stable name.
    pub code: String,
    /// The school whose own it is; `null`: the city's.
    pub school: Option<NamedSchool>,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// The types that take it; none: all that no other path names.
    pub types: Vec<String>,
    /// The scopes that take it; none: all.
    pub scopes: Vec<Scope>,
    /// Whether 不予通过 is one of its outcomes.
    pub may_reject: bool,
    /// Whether a school's administrator may publish for their school without a review.
    pub may_publish: bool,
    /// Whether they may also publish so for more than their school, where the city's step is left out.
    pub may_publish_beyond: bool,
    /// Its steps in order.
    pub steps: Vec<ShownStep>,
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ShownStep {
    /// Its id, which stays while it is changed.
    pub id: ReviewStepId,
    /// Whose it is.
    pub level: ReviewLevel,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Who may take it.
    pub asked: Vec<Role>,
    /// Who alone of them: by sign-in names for those who change paths, by the names that others read for everybody else. None: all of
    /// them, which they are as well while none of these can any more.
    pub people: Vec<String>,
    /// The same, with whether they can.
    #[serde(skip)]
    pub appointed: Vec<AppointedReviewer>,
    /// How many of them must approve.
    pub voices: u32,
    /// Days until it is overdue; `null`: never.
    pub due_days: Option<u32>,
    /// Days until those who are asked are reminded; `null`: never.
    pub remind_days: Option<u32>,
}

impl ShownPath {
    /// It as the review knows it.
    pub(in crate::library) fn as_path(&self) -> ReviewPath {
        let step = |step: &ShownStep| ReviewStep {
            id: step.id,
            level: step.level,
            name_zh: step.name_zh.clone(),
            name_en: step.name_en.clone(),
            roles: step.asked.clone(),
            appointed: step.appointed.clone(),
            voices: step.voices,
            due_days: step.due_days,
            remind_days: step.remind_days,
        };
        ReviewPath {
            // Nobody asks for it where a path is only shown.
            id: ReviewPathId::new(),
            code: self.code.clone(),
            school: self.school.as_ref().map(|school| school.id),
            name_zh: self.name_zh.clone(),
            name_en: self.name_en.clone(),
            kinds: self.types.clone(),
            scopes: self.scopes.clone(),
            may_reject: self.may_reject,
            may_publish: self.may_publish,
            may_publish_beyond: self.may_publish_beyond,
            steps: self.steps.iter().map(step).collect(),
        }
    }
}

impl Reviews {
    /// The city's paths, and those that schools have in place of them as far as the actor may see them: their own school's, or all
    /// for the city's people.
    pub async fn paths(&self, actor: &Actor) -> Result<Vec<ShownPath>> {
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        let reach = member.authority().reach(Act::SeeReviewPaths);
        let paths = review_paths::all(self.db.read()).await?.0.into_iter();
        let seen = paths.filter(|path| match (path.school, reach) {
            (None, _) | (_, Some(Reach::City)) => true,
            (Some(school), Some(Reach::School(own))) => school == own,
            (Some(_), None) => false,
        });
        let edits = self.edits_paths(actor).is_some();
        self.show_paths(seen.collect(), edits).await
    }

    /// The paths that the actor sees, to take along.
    pub async fn export_paths(&self, actor: &Actor, format: &str) -> Result<Vec<ShownPath>> {
        let paths = self.paths(actor).await?;
        let told = AuditChanges::default().set("format", format);
        self.audit.exported(actor, AuditAction::ReviewPathExport, None, &told);
        Ok(paths)
    }

    /// The stable names of the city's paths that let schools publish for more than their own without a review.
    pub async fn paths_past_the_city(&self) -> Result<Vec<String>> {
        let paths = review_paths::all(self.db.read()).await?.0.into_iter();
        let past = paths.filter(|path| path.school.is_none() && path.may_publish && path.may_publish_beyond);
        Ok(past.map(|path| path.code).collect())
    }

    /// How far the actor changes paths; not at all without.
    pub fn edits_paths(&self, actor: &Actor) -> Option<Reach> {
        who_may(actor, Act::EditReviewPaths).ok()?;
        actor.reach(Act::EditReviewPaths)
    }

    /// Writes a path in place of what it was. Without steps it is taken away: what waits on it waits on the general one, or in the
    /// school on the city's. What waits at a step that is gone goes on from the first that is not done.
    pub async fn put_path(&self, actor: &Actor, code: &str, fields: &Map<String, Value>) -> Result<Option<ShownPath>> {
        let member = who_may(actor, Act::EditReviewPaths)?;
        let school = self.school_meant(member, fields).await?;
        let paths = review_paths::all(self.db.read()).await?;
        let is_city = |path: &&ReviewPath| path.school.is_none() && path.code == code;
        let city = paths.0.iter().find(is_city);
        let form = match (school, city) {
            (Some(_), None) => return Err(Refusal::NoSuch(Thing::ReviewPath).into()),
            (Some(_), Some(city)) => ReviewPathForm::of_school(city, fields),
            (None, _) => ReviewPathForm::of_city(code, fields),
        };
        let mut form = form.map_err(Refusal::Fields)?;
        let before = match school {
            Some(school) => paths.own_of(school, code),
            None => city,
        };
        let keys: Vec<String> = form.people().map(|name| name_key(name)).collect();
        let accounts = people::accounts_keyed(self.db.read(), &keys).await?;
        form.appoint(|step, name| appointed(before, school, &accounts, step, name))
            .map_err(Refusal::Fields)?;
        if before.is_none() && school.is_none() {
            expect_new(&paths, code)?;
        }
        let after = path_of(code, school, before, form);
        self.write_path(actor, member, before, &after).await?;
        if after.steps.is_empty() {
            return Ok(None);
        }
        Ok(self.show_paths(vec![after], true).await?.pop())
    }

    async fn write_path(
        &self,
        actor: &Actor,
        member: &Member,
        before: Option<&ReviewPath>,
        after: &ReviewPath,
    ) -> Result<()> {
        let now = self.clock.now();
        let is_removed = after.steps.is_empty();
        if is_removed && before.is_none() {
            return Ok(());
        }
        let action = if is_removed {
            AuditAction::ReviewPathRemove
        } else {
            AuditAction::ReviewPathEdit
        };
        let told = told(before, after);
        self.db
            .write(async |tx| {
                review_paths::lock(tx).await?;
                expect_same(tx, before, after).await?;
                put_in(tx, after, member.id, now).await?;
                self.audit
                    .record_changes(tx, actor, action, Some(after.code.clone()), &told)
                    .await?;
                review_steps::go_on(tx, &steps_of(before, after), member.id, now).await
            })
            .await
    }

    /// The school whose own steps are meant: an administrator's own always, and any that the bureau names.
    async fn school_meant(&self, member: &Member, fields: &Map<String, Value>) -> Result<Option<SchoolId>> {
        let reach = member
            .authority()
            .reach(Act::EditReviewPaths)
            .ok_or(Refusal::NotAllowed)?;
        let named = match fields.get("school").and_then(Value::as_str) {
            Some(given) => Some(people::school_named(self.db.read(), given).await?.ok_or_else(|| {
                let kind = FaultKind::Unknown {
                    value: given.to_owned(),
                    hint: "GET /api/v1/schools".to_owned(),
                };
                Refusal::Fields(vec![FieldFault::at("school", kind)])
            })?),
            None => None,
        };
        match (reach, named) {
            (Reach::School(own), Some(named)) if named.id != own => Err(Refusal::NotAllowed.into()),
            (Reach::School(own), _) => Ok(Some(own)),
            (Reach::City, named) => Ok(named.map(|school| school.id)),
        }
    }

    async fn show_paths(&self, paths: Vec<ReviewPath>, edits: bool) -> Result<Vec<ShownPath>> {
        let schools: HashSet<SchoolId> = paths.iter().filter_map(|path| path.school).collect();
        let schools = people::schools_by_id(self.db.read(), schools.into_iter().collect()).await?;
        let named = |id: SchoolId| {
            let school = schools.iter().find(|school| school.id == id)?;
            Some(NamedRef {
                id,
                code: Some(school.code.clone()),
                name: school.name.clone(),
            })
        };
        let shown = paths.into_iter().map(|path| ShownPath {
            code: path.code,
            school: path.school.and_then(named),
            name_zh: path.name_zh,
            name_en: path.name_en,
            types: path.kinds,
            scopes: path.scopes,
            may_reject: path.may_reject,
            may_publish: path.may_publish,
            may_publish_beyond: path.may_publish_beyond,
            steps: path.steps.into_iter().map(|step| shown_step(step, edits)).collect(),
        });
        Ok(shown.collect())
    }
}

/// Writes a path in place of what it was, in a transaction that has the lock of the paths; without steps it is taken away. What
/// waits on it goes on afterwards ([`review_steps::go_on`]).
pub(in crate::library) async fn put_in(
    tx: &impl ConnectionTrait,
    after: &ReviewPath,
    by: AccountId,
    now: Timestamp,
) -> Result<()> {
    if after.steps.is_empty() {
        review_paths::remove(tx, after.id).await?;
        if after.school.is_none() {
            // A school's own in place of it stands for nothing any more.
            review_paths::remove_named(tx, &after.code).await?;
        }
    } else {
        review_paths::put(tx, after, by, now).await?;
    }
    Ok(())
}

/// The steps of a path, before and after.
pub(in crate::library) fn steps_of(before: Option<&ReviewPath>, after: &ReviewPath) -> HashSet<ReviewStepId> {
    let steps = before.iter().flat_map(|path| &path.steps).chain(&after.steps);
    steps.map(|step| step.id).collect()
}

/// Refuses to write over what somebody else wrote meanwhile.
async fn expect_same(tx: &impl ConnectionTrait, before: Option<&ReviewPath>, after: &ReviewPath) -> Result<()> {
    let is_it = |path: &ReviewPath| path.school == after.school && path.code == after.code;
    let there = review_paths::all(tx).await?.0.into_iter().find(is_it);
    if there.as_ref() == before {
        return Ok(());
    }
    Err(Refusal::ChangedMeanwhile.into())
}

/// Refuses a new path that cannot be made.
fn expect_new(paths: &ReviewPaths, code: &str) -> Result<()> {
    if !is_path_code(code) {
        return Err(Refusal::NoSuch(Thing::ReviewPath).into());
    }
    let of_city = paths.0.iter().filter(|path| path.school.is_none()).count();
    if of_city >= MAX_PATHS {
        return Err(Refusal::LimitReached {
            thing: Thing::ReviewPath,
            limit: MAX_PATHS as u64,
        }
        .into());
    }
    Ok(())
}

/// The path that a form asks for. A step keeps its id only where it was a step of the same path: what waits elsewhere is not to be
/// drawn here.
pub(in crate::library) fn path_of(
    code: &str,
    school: Option<SchoolId>,
    before: Option<&ReviewPath>,
    form: ReviewPathForm,
) -> ReviewPath {
    let was = |id: ReviewStepId| before.is_some_and(|path| path.steps.iter().any(|step| step.id == id));
    let mut taken = HashSet::new();
    let steps = form.steps.into_iter().map(|form| form.step).map(|step| {
        let id = if was(step.id) && taken.insert(step.id) {
            step.id
        } else {
            ReviewStepId::new()
        };
        ReviewStep { id, ..step }
    });
    ReviewPath {
        id: before.map_or_else(ReviewPathId::new, |path| path.id),
        code: code.to_owned(),
        school,
        name_zh: form.name_zh,
        name_en: form.name_en,
        kinds: form.kinds,
        scopes: form.scopes,
        may_reject: form.may_reject,
        may_publish: form.may_publish,
        may_publish_beyond: form.may_publish_beyond,
        steps: steps.collect(),
    }
}

/// Who somebody is at a step: one who is appointed on the path already, whatever became of them, or somebody who can be asked there.
pub(in crate::library) fn appointed(
    before: Option<&ReviewPath>,
    school: Option<SchoolId>,
    accounts: &[account::Model],
    step: &ReviewStep,
    name: &str,
) -> Option<AppointedReviewer> {
    let key = name_key(name);
    let found = accounts.iter().find(|row| row.name_key.as_ref() == Some(&key));
    let able = found.map(|row| appointed_to(step, school, row)).filter(|it| it.is_able);
    let mut there = before
        .iter()
        .flat_map(|path| &path.steps)
        .flat_map(|step| &step.appointed);
    able.or_else(|| there.find(|it| name_key(&it.name) == key).cloned())
}

/// What the audit log tells: how many steps there are, that who takes them or how many must approve has changed, and which rules.
pub(in crate::library) fn told(before: Option<&ReviewPath>, after: &ReviewPath) -> AuditChanges {
    let steps = |path: &ReviewPath| path.steps.len();
    let voices = |path: &ReviewPath| -> Vec<u32> { path.steps.iter().map(|step| step.voices).collect() };
    let people = |path: &ReviewPath| -> Vec<Vec<AccountId>> {
        let of = |step: &ReviewStep| step.appointed.iter().map(|it| it.account).collect();
        path.steps.iter().map(of).collect()
    };
    let is_other = before.is_some_and(|before| people(before) != people(after));
    let asks_other = before.is_some_and(|before| voices(before) != voices(after));
    let kinds = |path: &ReviewPath| path.kinds.join(",");
    let changes = AuditChanges::default()
        .moved_option("steps", before.map(steps), Some(steps(after)))
        .moved_option("types", before.map(kinds), Some(kinds(after)))
        .moved_option("may_reject", before.map(|path| path.may_reject), Some(after.may_reject))
        .moved_option(
            "may_publish",
            before.map(|path| path.may_publish),
            Some(after.may_publish),
        )
        .moved_option(
            "may_publish_beyond",
            before.map(|path| path.may_publish_beyond),
            Some(after.may_publish_beyond),
        );
    let changes = changes.named("appointed", is_other).named("voices", asks_other);
    match after.school {
        Some(school) => changes.set("school", school),
        None => changes,
    }
}

fn shown_step(step: ReviewStep, edits: bool) -> ShownStep {
    let name = |it: &AppointedReviewer| if edits { it.name.clone() } else { it.display.clone() };
    let people = step.appointed.iter().map(name).collect();
    // Who signs in under which name is the business of those who change paths.
    let known = |it: AppointedReviewer| AppointedReviewer {
        name: if edits { it.name } else { String::new() },
        ..it
    };
    ShownStep {
        id: step.id,
        level: step.level,
        name_zh: step.name_zh,
        name_en: step.name_en,
        asked: step.roles,
        people,
        appointed: step.appointed.into_iter().map(known).collect(),
        voices: step.voices,
        due_days: step.due_days,
        remind_days: step.remind_days,
    }
}

/// Whether a path can be taken away: the general one is for whatever no other takes.
pub fn is_removable(code: &str) -> bool {
    code != GENERAL_PATH
}
