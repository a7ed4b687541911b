//! The audit log. There is a function to add a line and none to change or remove one but the retention's.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, LikeExpr},
};

use super::entity::audit;
use crate::domain::id::Id;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Adds a line.
pub(crate) async fn add(tx: &impl ConnectionTrait, line: audit::Model) -> Result<()> {
    audit::Entity::insert(line.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Which lines are wanted; empty fields limit nothing.
#[derive(Debug, Default)]
pub(crate) struct Lines<'a> {
    /// A part of the sign-in name.
    pub(crate) actor: Option<&'a str>,
    /// An action, or the family before its dot.
    pub(crate) action: Option<&'a str>,
    /// How the subject begins.
    pub(crate) subject: Option<&'a str>,
    /// An outcome, and whether it is that or anything else.
    pub(crate) outcome: Option<(&'a str, bool)>,
    /// Not before.
    pub(crate) from: Option<Timestamp>,
    /// Before.
    pub(crate) until: Option<Timestamp>,
}

/// Lines before the one with id `before`, newest first; of one school, or of all.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    school: Option<Id>,
    wanted: &Lines<'_>,
    before: Option<Id>,
    limit: u64,
) -> Result<Vec<audit::Model>> {
    let like = |column: audit::Column, before: &str, text: &str, after: &str| {
        let pattern = format!("{before}{}{after}", literal(text));
        Expr::col(column).like(LikeExpr::new(pattern).escape('\\'))
    };
    let action = |text: &str| {
        audit::Column::Action
            .eq(text)
            .or(like(audit::Column::Action, "", text, ".%"))
    };
    let outcome = |(code, is): (&str, bool)| {
        if is {
            audit::Column::Outcome.eq(code)
        } else {
            audit::Column::Outcome.ne(code)
        }
    };
    let all = Condition::all()
        .add_option(school.map(|id| audit::Column::SchoolId.eq(id)))
        .add_option(wanted.actor.map(|text| like(audit::Column::Actor, "%", text, "%")))
        .add_option(wanted.action.map(action))
        .add_option(wanted.subject.map(|text| like(audit::Column::Subject, "", text, "%")))
        .add_option(wanted.outcome.map(outcome))
        .add_option(wanted.from.map(|at| audit::Column::At.gte(at)))
        .add_option(wanted.until.map(|at| audit::Column::At.lt(at)))
        .add_option(before.map(|id| audit::Column::Id.lt(id)));
    let query = audit::Entity::find()
        .filter(all)
        .order_by_desc(audit::Column::Id)
        .limit(limit);
    Ok(query.all(conn).await?)
}

/// A text that stands for itself in a pattern.
fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '%' | '_') {
            literal.push('\\');
        }
        literal.push(c);
    }
    literal
}
