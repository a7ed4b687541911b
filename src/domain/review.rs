//! Review: the paths that resources take through it, who may take which step, and what an approval comes to.
//!
//! A path is data. The city's paths are chosen by a resource's type and scope; a school may have steps of its own in place of
//! those that a path has for schools. Steps of a school come first, and are all there are for what is meant for the school
//! alone; what is meant for more goes on to the steps of the city.
//!
//! An approval is one person's voice at the step where a resource waits. When the step has its voices, the approval carries on
//! through those that follow as far as the same person may take them alone, so that whoever is asked twice answers once. Nobody
//! has a voice about their own work, nor for the city about their own school's. Work is one's own whose owner one is, and also
//! what one put into another's: the version that is decided on, or words that nobody has decided on yet.
//!
//! Nothing waits for voices that nobody has. Where too few are left of those who are appointed to a step, all are asked whom it
//! names; where a school has too few, the bureau stands in, as it always may about what is meant for more than the school.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::authority::{Act, Authority};
use super::code::codes;
use super::id::{AccountId, ReviewPathId, ReviewStepId, SchoolId};
use super::role::{Role, Scope};

mod round;

pub use self::round::{ReviewRound, RoundMove};

/// The path that every resource takes whose type has none of its own. It can be changed and not be taken away.
pub const GENERAL_PATH: &str = "general";

/// Whose step it is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum ReviewLevel {
    /// The resource's school's: its administrators take it.
    School,
    /// The city's: experts and the bureau take it, about what is meant for more than one school.
    City,
}

codes!(ReviewLevel: School "school", City "city");

/// What came of something in a review; rows of these are its history, and are kept.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum ReviewOutcome {
    /// Its author asked for review: a round begins.
    Submitted,
    /// It was changed after a step had been taken: the round begins anew.
    Changed,
    /// 通过: somebody approved it at a step.
    Approved,
    /// Nobody but its authors could have taken the step.
    PassedOver,
    /// 退回修改, 重新送审: sent back, to be mended and submitted again.
    Returned,
    /// 不予通过: it ends; only a new version can be submitted.
    Rejected,
    /// 撤回: its author took it back while it waited.
    Recalled,
    /// Published without a review by somebody who may.
    Published,
}

codes!(
    ReviewOutcome:
    Submitted "submitted",
    Changed "changed",
    Approved "approved",
    PassedOver "passed-over",
    Returned "returned",
    Rejected "rejected",
    Recalled "recalled",
    Published "published",
);

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewStep {
    /// Its id, which stays while the step is changed.
    pub id: ReviewStepId,
    /// Whose it is.
    pub level: ReviewLevel,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Who may take it.
    pub roles: Vec<Role>,
    /// Who alone of them may, in the order of their accounts; all of them where fewer of these than it asks for can, or have a voice.
    pub appointed: Vec<AppointedReviewer>,
    /// How many people must approve.
    pub voices: u32,
    /// Days until it is overdue; never without.
    pub due_days: Option<u32>,
    /// Days until those who may take it are reminded; never without.
    pub remind_days: Option<u32>,
}

/// Somebody who is appointed to a step by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppointedReviewer {
    /// Whom.
    pub account: AccountId,
    /// Their sign-in name.
    pub name: String,
    /// The name that others read.
    pub display: String,
    /// Their school.
    pub school: Option<SchoolId>,
    /// Whether they can take it: they may do something, and are still what the step asks for.
    pub is_able: bool,
}

/// A path through the review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewPath {
    /// Its id.
    pub id: ReviewPathId,
    /// Its stable name; a school's own bears that of the city's which it stands in for.
    pub code: String,
    /// The school whose own it is; the city's without.
    pub school: Option<SchoolId>,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// The types that take it; none: all that no other path names.
    pub kinds: Vec<String>,
    /// The scopes that take it; none: all.
    pub scopes: Vec<Scope>,
    /// Whether 不予通过 is one of its outcomes.
    pub may_reject: bool,
    /// Whether a school's administrator may publish for their school without a review.
    pub may_publish: bool,
    /// Whether they may also publish so for more than their school, where the city's step is left out.
    pub may_publish_beyond: bool,
    /// Its steps in order, the school's before the city's.
    pub steps: Vec<ReviewStep>,
}

/// All paths there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReviewPaths(pub Vec<ReviewPath>);

/// What a resource is to the review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reviewed<'a> {
    /// Its type.
    pub kind: &'a str,
    /// How far it is meant to be shared.
    pub scope: Scope,
    /// Its school.
    pub school: Option<SchoolId>,
    /// Whose it is.
    pub owner: AccountId,
    /// Who else made or changed what is to be decided on.
    pub authors: &'a [AccountId],
    /// Whether it is meant for its school alone, and that has too few people to decide on it.
    pub is_left_to_bureau: bool,
}

impl Reviewed<'_> {
    /// Whether it is the work of somebody.
    pub fn is_work_of(&self, who: AccountId) -> bool {
        self.owner == who || self.authors.contains(&who)
    }
}

/// The steps that a resource takes, and the rules of the path that they are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRoute {
    /// The path's stable name.
    pub code: String,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Whether 不予通过 is one of its outcomes.
    pub may_reject: bool,
    /// Whether a school's administrator may publish it without a review.
    pub may_publish: bool,
    /// The steps, in order.
    pub steps: Vec<ReviewStep>,
}

/// A step at which somebody is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedStep {
    /// The step.
    pub step: ReviewStepId,
    /// Whose it is.
    pub level: ReviewLevel,
    /// Others who are appointed to it, with their schools: somebody else is asked only about that on which too few of these have a
    /// voice.
    pub in_place_of: Vec<(AccountId, Option<SchoolId>)>,
    /// How many of these are enough.
    pub voices: u32,
}

/// In what capacity somebody takes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepTaker {
    /// As one of those who are asked.
    Asked,
    /// 代审: the bureau in place of those who are asked.
    OnBehalf,
}

/// Why somebody has no voice at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoVoice {
    /// It is their own work.
    OwnWork,
    /// It is of their own school, and the city decides.
    OwnSchool,
    /// Others are asked.
    Others,
}

impl ReviewPaths {
    /// The steps that a resource takes. A path that names its type comes before one that names its scope, and that before the
    /// general one. None where there is no path at all.
    pub fn route(&self, of: Reviewed<'_>) -> Option<ReviewRoute> {
        let fits = |path: &&ReviewPath| {
            let by_kind = path.kinds.is_empty() || path.kinds.iter().any(|kind| kind == of.kind);
            let by_scope = path.scopes.is_empty() || path.scopes.contains(&of.scope);
            path.school.is_none() && by_kind && by_scope
        };
        let rank = |path: &&ReviewPath| (!path.kinds.is_empty(), !path.scopes.is_empty());
        let path = self.0.iter().filter(fits).max_by_key(rank)?;
        let own = of.school.and_then(|school| self.own_of(school, &path.code));
        let of_school = own.unwrap_or(path).steps.iter();
        let of_school = of_school.filter(|step| step.level == ReviewLevel::School);
        let of_city = path.steps.iter();
        let of_city = of_city.filter(|step| step.level == ReviewLevel::City && of.scope > Scope::School);
        Some(ReviewRoute {
            code: path.code.clone(),
            name_zh: path.name_zh.clone(),
            name_en: path.name_en.clone(),
            may_reject: path.may_reject,
            may_publish: path.may_publish && (of.scope == Scope::School || path.may_publish_beyond),
            steps: of_school.chain(of_city).cloned().collect(),
        })
    }

    /// What a school has in place of the city's path of a name.
    pub fn own_of(&self, school: SchoolId, code: &str) -> Option<&ReviewPath> {
        let is_it = |path: &&ReviewPath| path.school == Some(school) && path.code == code;
        self.0.iter().find(is_it)
    }

    /// Every step that somebody may take as one of those who are asked.
    pub fn steps_of(&self, who: Authority) -> Vec<AskedStep> {
        let is_of = |path: &&ReviewPath| match path.school {
            Some(school) => who.school == Some(school),
            // The city's steps for schools that a school has its own in place of are steps of what waits there no longer.
            None => true,
        };
        let steps = self.0.iter().filter(is_of).flat_map(|path| &path.steps);
        let named = steps.filter(|step| step.is_named(who));
        let asked = named.map(|step| {
            let mut others: Vec<_> = step.able().map(|it| (it.account, it.school)).collect();
            let is_appointed = others.iter().any(|(account, _)| *account == who.account);
            if is_appointed || step.is_short_of(others.len()) {
                others.clear();
            }
            AskedStep {
                step: step.id,
                level: step.level,
                in_place_of: others,
                voices: step.voices,
            }
        });
        asked.collect()
    }

    /// A step, and the path that it is of.
    pub fn step(&self, id: ReviewStepId) -> Option<(&ReviewPath, &ReviewStep)> {
        let steps = self.0.iter();
        let steps = steps.flat_map(|path| path.steps.iter().map(move |step| (path, step)));
        steps.into_iter().find(|(_, step)| step.id == id)
    }
}

/// Whose steps a role takes.
fn level_of(role: Role) -> ReviewLevel {
    match role {
        Role::SchoolAdmin => ReviewLevel::School,
        Role::Reader | Role::Teacher | Role::Partner | Role::Expert | Role::Bureau | Role::Auditor => ReviewLevel::City,
    }
}

/// The roles that may be asked at a level.
pub fn roles_at(level: ReviewLevel) -> &'static [Role] {
    match level {
        ReviewLevel::School => &[Role::SchoolAdmin],
        ReviewLevel::City => &[Role::Expert, Role::Bureau],
    }
}

impl ReviewStep {
    /// Those appointed who can take it.
    pub fn able(&self) -> impl Iterator<Item = &AppointedReviewer> {
        self.appointed.iter().filter(|appointed| appointed.is_able)
    }

    /// Whether somebody is among those who are asked about something: those appointed who have a voice about it, and where these are
    /// too few, all whom it names.
    fn asks(&self, who: Authority, of: Reviewed<'_>) -> bool {
        let left: Vec<AccountId> = self
            .able()
            .filter(|it| self.hears(it, of))
            .map(|it| it.account)
            .collect();
        let is_appointed = self.is_short_of(left.len()) || left.contains(&who.account);
        is_appointed && self.is_named(who)
    }

    /// Whether somebody appointed has a voice about something: it is not their work, and of their own school at a step of that alone.
    fn hears(&self, appointed: &AppointedReviewer, of: Reviewed<'_>) -> bool {
        let is_of_school = of.school.is_some() && of.school == appointed.school;
        let is_at_school = self.level == ReviewLevel::School;
        !of.is_work_of(appointed.account) && is_of_school == is_at_school
    }

    /// Whether so many people are too few to take it.
    fn is_short_of(&self, people: usize) -> bool {
        u32::try_from(people).is_ok_and(|people| people < self.voices)
    }

    /// Whether it names what somebody is.
    fn is_named(&self, who: Authority) -> bool {
        self.roles.contains(&who.role) && self.level == level_of(who.role)
    }

    /// In what capacity somebody takes the step, or why not.
    pub fn taker(&self, who: Authority, of: Reviewed<'_>) -> Result<StepTaker, NoVoice> {
        if of.is_work_of(who.account) {
            return Err(NoVoice::OwnWork);
        }
        let is_of_school = of.school.is_some() && of.school == who.school;
        let is_asked = self.asks(who, of);
        match who.role {
            Role::SchoolAdmin if is_asked && is_of_school => Ok(StepTaker::Asked),
            Role::Expert if of.scope == Scope::School => Err(NoVoice::Others),
            Role::Bureau if of.scope == Scope::School && !of.is_left_to_bureau => Err(NoVoice::Others),
            Role::Expert | Role::Bureau if is_of_school => Err(NoVoice::OwnSchool),
            Role::Expert | Role::Bureau if is_asked => Ok(StepTaker::Asked),
            _ if who.may_at_all(Act::ReviewOnBehalf) => Ok(StepTaker::OnBehalf),
            _ => Err(NoVoice::Others),
        }
    }
}

#[cfg(test)]
mod tests;
