//! Lists of the audit log, newest first, at ten million lines and more.
//!
//! The order of ids is that of time, and each limit has an index in that order. A list walks the index of the limit that leaves
//! the fewest lines, holds the others against each line on the way, and looks at so many lines at most: where few fit, a page
//! ends early and says where the next one goes on. Nothing is counted, and nothing is sorted but the ends of a few walks.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _, Select,
    sea_query::{Expr, LikeExpr, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use super::super::entity::{account, audit, erasure};
use crate::domain::audit::AuditFamily;
use crate::domain::id::{AccountId, AuditId, SchoolId};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Lines that one page looks at beyond those it shows. At fifty thousand a page takes some tenths of a second.
const LOOKED_AT: u64 = 50_000;
/// How far a line's id may be from when it happened: a clock that was set back.
const CLOCK_SET_BACK: std::time::Duration = std::time::Duration::from_mins(10);
/// A subject that begins so names one thing: an id, or the beginning of a content's.
const THING_CHARS: usize = 36;
/// Acts on what bears a person's name, or words that are that person's alone.
pub(crate) const PERSONAL: [AuditFamily; 4] = [
    AuditFamily::Account,
    AuditFamily::Token,
    AuditFamily::Passkey,
    AuditFamily::SavedSearch,
];

/// What tells that something exists which its asker may not see.
const HIDDEN: &str = "access.hidden";

/// Which lines; empty fields limit nothing.
#[derive(Debug, Clone, Default)]
pub struct AuditLineFilter {
    /// Those of a school's accounts.
    pub school: Option<SchoolId>,
    /// Those of whoever is called so.
    pub actor: Option<LineActor>,
    /// One of these actions.
    pub actions: Option<Vec<String>>,
    /// How the subject begins.
    pub subject: Option<String>,
    /// From this address, or with a star at its end from those that begin so; by nobody who was erased.
    pub address: Option<String>,
    /// An outcome, or whatever is not `done`.
    pub outcome: Option<LineOutcome>,
    /// A part of what it was done on is called, if that is nothing [`PERSONAL`], or of what was changed.
    pub text: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

/// Whose lines.
#[derive(Debug, Clone)]
pub enum LineActor {
    /// These accounts'.
    Accounts(Vec<AccountId>),
    /// Those of very many accounts: whose names hold this text.
    Named(String),
    /// Nobody's account: the service itself, or guests.
    Nobody(String),
}

/// What came of an act.
#[derive(Debug, Clone)]
pub enum LineOutcome {
    /// This.
    Is(String),
    /// Anything but `done`.
    Refused,
}

/// A page of lines.
#[derive(Debug)]
pub struct Lines {
    /// The lines.
    pub rows: Vec<audit::Model>,
    /// Where the next page goes on: before the line with this id, which is not always one of these.
    pub next: Option<AuditId>,
}

/// Lines before the one with id `before`, newest first.
pub async fn list(
    conn: &impl ConnectionTrait,
    filter: &AuditLineFilter,
    before: Option<AuditId>,
    limit: u64,
) -> Result<Lines> {
    let walk = Walk::of(filter, before);
    let floor = walk.floor(conn).await?;
    let mut rows = walk.lines(floor, limit + 1).all(conn).await?;
    let is_full = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let last = rows.last().map(|row| row.id);
    let next = if is_full { last } else { floor };
    Ok(Lines { rows, next })
}

/// The questions that [`list`] asks: where it ends at the latest, if it looks at lines that do not fit, and for the lines.
pub fn queries(
    filter: &AuditLineFilter,
    before: Option<AuditId>,
    limit: u64,
) -> (Option<SelectStatement>, SelectStatement) {
    let walk = Walk::of(filter, before);
    (walk.floor_query(), walk.lines(None, limit).into_query())
}

/// One walk through the log, or several side by side.
struct Walk {
    /// Each along an index in the order of ids; none: along all lines.
    runs: Vec<Expr>,
    /// From where to where.
    span: Condition,
    /// What is held against each line besides.
    rest: Option<Expr>,
    /// Whether lines that do not fit may lie in between, many of them.
    is_loose: bool,
}

impl Walk {
    fn of(filter: &AuditLineFilter, before: Option<AuditId>) -> Self {
        let mut limits = filter.limits();
        let tight = limits.iter().position(|limit| !limit.runs.is_empty());
        let runs = tight.map_or_else(Vec::new, |at| std::mem::take(&mut limits[at].runs));
        if let Some(at) = tight.filter(|at| limits[*at].is_exact) {
            limits.remove(at);
        }
        let exact_time = Condition::all()
            .add_option(filter.from.map(|at| audit::Column::At.gte(at)))
            .add_option(filter.until.map(|at| audit::Column::At.lt(at)));
        let is_loose = !limits.is_empty();
        let all = limits.into_iter().fold(exact_time, |all, limit| all.add(limit.holds));
        // One expression: conditions of their own would tempt the database to another index than that of the walk.
        let rest = (!all.is_empty()).then(|| Expr::case(all, 1_i32).finally(0_i32).into());
        Self {
            runs,
            span: span(filter, before),
            rest: rest.map(|is_wanted: Expr| is_wanted.eq(1_i32)),
            is_loose,
        }
    }

    fn lines(&self, floor: Option<AuditId>, limit: u64) -> Select<audit::Entity> {
        let newest = audit::Entity::find().order_by_desc(audit::Column::Id).limit(limit);
        let span = self.span.clone().add_option(floor.map(|id| audit::Column::Id.gte(id)));
        let wanted = Condition::all().add(span).add_option(self.rest.clone());
        match self.runs.as_slice() {
            [] => newest.filter(wanted),
            [run] => newest.filter(run.clone()).filter(wanted),
            runs => newest.filter(audit::Column::Id.in_subquery(newest_of_each(runs, &wanted, 0, limit))),
        }
    }

    /// The line at which a page ends, however few of those before it fit.
    async fn floor(&self, conn: &impl ConnectionTrait) -> Result<Option<AuditId>> {
        let Some(query) = self.floor_query() else {
            return Ok(None);
        };
        let row = conn.query_one(&query).await?;
        Ok(row.map(|row| row.try_get("", "id")).transpose()?)
    }

    fn floor_query(&self) -> Option<SelectStatement> {
        if !self.is_loose {
            return None;
        }
        let everything = [Expr::value(1_i32).eq(1_i32)];
        let runs = if self.runs.is_empty() {
            &everything[..]
        } else {
            &self.runs
        };
        let ends = newest_of_each(runs, &self.span, LOOKED_AT, 1);
        let query = Query::select()
            .column(audit::Column::Id)
            .from_subquery(ends, "ends")
            .order_by(audit::Column::Id, sea_orm::Order::Desc)
            .limit(1)
            .to_owned();
        Some(query)
    }
}

/// The ids of the newest lines of each run, all in one.
fn newest_of_each(runs: &[Expr], wanted: &Condition, skip: u64, limit: u64) -> SelectStatement {
    let newest = runs.iter().map(|run| {
        let mut of_one = audit::Entity::find()
            .select_only()
            .column(audit::Column::Id)
            .filter(run.clone())
            .filter(wanted.clone())
            .order_by_desc(audit::Column::Id)
            .limit(limit);
        if skip > 0 {
            of_one = of_one.offset(skip);
        }
        // SQLite takes an order inside a subquery, but not inside a union.
        Query::select()
            .column(audit::Column::Id)
            .from_subquery(of_one.into_query(), "of_one")
            .to_owned()
    });
    let all = newest.reduce(|mut all, one| all.union(UnionType::All, one).to_owned());
    all.expect("there is one run at least")
}

/// A limit, and the walks that pass the lines that it leaves, where an index has them.
struct LineLimit {
    holds: Condition,
    runs: Vec<Expr>,
    /// Whether the walks pass no other lines.
    is_exact: bool,
}

impl LineLimit {
    fn walked(runs: Vec<Expr>) -> Self {
        let holds = runs.iter().cloned().fold(Condition::any(), Condition::add);
        let is_exact = true;
        Self { holds, runs, is_exact }
    }

    fn along(run: Expr, holds: Expr) -> Self {
        Self {
            runs: vec![run],
            ..Self::held(holds)
        }
    }

    fn held(holds: Expr) -> Self {
        Self {
            holds: Condition::all().add(holds),
            runs: Vec::new(),
            is_exact: false,
        }
    }
}

impl AuditLineFilter {
    /// All limits but the time; those that leave few lines first.
    fn limits(&self) -> Vec<LineLimit> {
        let limits = [
            self.subject.as_deref().map(subject),
            self.actor.as_ref().map(actor),
            self.address.as_deref().map(address),
            self.outcome.as_ref().map(outcome),
            self.actions.as_deref().map(actions),
            self.school
                .map(|id| LineLimit::walked(vec![audit::Column::SchoolId.eq(id)])),
            self.text.as_deref().map(text),
            // That what they asked for is there, and hidden, is for those who see all schools.
            self.school.map(|_| LineLimit::held(audit::Column::Action.ne(HIDDEN))),
        ];
        limits.into_iter().flatten().collect()
    }
}

fn subject(begins: &str) -> LineLimit {
    let like = like(audit::Column::Subject, "", begins, "%");
    let Some((end, _)) = begins.char_indices().nth(THING_CHARS - 1) else {
        return LineLimit::held(like);
    };
    let last = begins[end..].chars().next().map_or(0, char::len_utf8);
    // Written as the index has it: with its numbers as parameters it would be another expression.
    let thing = Expr::cust("substr(subject, 1, 36)").eq(&begins[..end + last]);
    // What follows the thing is held against its few lines.
    LineLimit::along(thing, like)
}

fn actor(who: &LineActor) -> LineLimit {
    match who {
        LineActor::Accounts(ids) if ids.is_empty() => {
            LineLimit::walked(vec![audit::Column::AccountId.eq(AccountId::NO_ROW)])
        }
        LineActor::Accounts(ids) => LineLimit::walked(ids.iter().map(|id| audit::Column::AccountId.eq(*id)).collect()),
        LineActor::Named(text) => {
            let named = Query::select()
                .column(account::Column::Id)
                .from(account::Entity)
                .cond_where(super::super::people::is_called(text))
                .to_owned();
            LineLimit::held(audit::Column::AccountId.in_subquery(named))
        }
        LineActor::Nobody(name) => {
            // Among nobody's lines the two kinds are mixed.
            let nobody = audit::Column::AccountId.is_null();
            LineLimit::along(nobody.clone(), nobody.and(audit::Column::Actor.eq(name)))
        }
    }
}

/// Lines of nobody who was erased: an address leads from what they did to what others know of them.
fn address(given: &str) -> LineLimit {
    let erased = Query::select()
        .column(erasure::Column::AccountId)
        .from(erasure::Entity)
        .to_owned();
    let by = audit::Column::AccountId;
    let is_kept = by.is_null().or(by.not_in_subquery(erased));
    if let Some(begins) = given.strip_suffix('*') {
        return LineLimit::held(like(audit::Column::Address, "", begins, "%").and(is_kept));
    }
    let from_there = audit::Column::Address.eq(given);
    LineLimit::along(from_there.clone(), from_there.and(is_kept))
}

fn outcome(wanted: &LineOutcome) -> LineLimit {
    // Written as the index has it: a parameter could be any outcome.
    let refused = || Expr::cust("outcome <> 'done'");
    match wanted {
        LineOutcome::Refused => LineLimit::walked(vec![refused()]),
        LineOutcome::Is(code) if code == "done" => LineLimit::held(audit::Column::Outcome.eq(code)),
        LineOutcome::Is(code) => LineLimit::along(refused(), audit::Column::Outcome.eq(code)),
    }
}

fn actions(codes: &[String]) -> LineLimit {
    LineLimit::walked(codes.iter().map(|code| audit::Column::Action.eq(code)).collect())
}

/// What things are called and what was changed. Not what people or things of theirs are called: people are found by their
/// accounts, and not at all once those are erased.
fn text(part: &str) -> LineLimit {
    let is_called = like(audit::Column::SubjectTitle, "%", part, "%");
    let is_called = PERSONAL.iter().fold(is_called, |is_called, family| {
        let is_personal = audit::Column::Action.starts_with(format!("{}.", family.code()));
        is_called.and(is_personal.not())
    });
    let is_changed = like(audit::Column::Changes, "%", part, "%");
    LineLimit::held(is_called.or(is_changed))
}

/// The ids from `from` on and before `until`, and before the one that the last page ended with.
fn span(filter: &AuditLineFilter, before: Option<AuditId>) -> Condition {
    let oldest = filter.from.map(|at| first_id_at(at.minus(CLOCK_SET_BACK)));
    let newest = filter.until.map(|at| first_id_at(at.plus(CLOCK_SET_BACK)));
    // Two upper ends would leave it to the database which one it begins to walk at.
    let end = before.into_iter().chain(newest).min();
    Condition::all()
        .add_option(oldest.map(|id| audit::Column::Id.gte(id)))
        .add_option(end.map(|id| audit::Column::Id.lt(id)))
}

/// The least id of a moment.
pub(crate) fn first_id_at(at: Timestamp) -> AuditId {
    let millis = u128::try_from(at.0).unwrap_or_default();
    AuditId(Uuid::from_u128(millis << 80))
}

fn like(column: audit::Column, before: &str, text: &str, after: &str) -> Expr {
    let pattern = format!("{before}{}{after}", super::literal(text));
    Expr::col(column).like(LikeExpr::new(pattern).escape('\\'))
}
