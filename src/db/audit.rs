//! Audit log. There is a function to add a line and none to change or remove one but the retention's.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait, ExprTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, LikeExpr, OnConflict},
};

use super::entity::{account, audit, file, mirror_pack, pack, resource, saved_search, school, synonyms, task, token};
use super::rows;
use crate::domain::id::{AnyId, AuditId, SchoolId, Sha256};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Most files that are read for the names of contents; a popular content has many.
const MOST_FILES: u64 = 1_000;

/// Adds a line.
pub(crate) async fn add(tx: &impl ConnectionTrait, line: audit::Model) -> Result<()> {
    rows::insert(tx, line).await
}

/// The last line of the chain.
pub(crate) async fn last_chained(conn: &impl ConnectionTrait) -> Result<Option<audit::Model>> {
    let chained = audit::Entity::find().filter(audit::Column::Seq.is_not_null());
    Ok(chained.order_by_desc(audit::Column::Seq).one(conn).await?)
}

/// Lines that are not chained yet, oldest first.
pub(crate) async fn unchained(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<audit::Model>> {
    let waiting = audit::Entity::find().filter(audit::Column::Seq.is_null());
    Ok(waiting.order_by_asc(audit::Column::Id).limit(limit).all(conn).await?)
}

/// How many lines are not chained yet.
pub(crate) async fn count_unchained(conn: &impl ConnectionTrait) -> Result<u64> {
    let waiting = audit::Entity::find().filter(audit::Column::Seq.is_null());
    Ok(waiting.count(conn).await?)
}

/// Lines of the chain after a number, in their order.
pub(crate) async fn chained_after(conn: &impl ConnectionTrait, seq: i64, limit: u64) -> Result<Vec<audit::Model>> {
    let after = audit::Entity::find().filter(audit::Column::Seq.gt(seq));
    Ok(after.order_by_asc(audit::Column::Seq).limit(limit).all(conn).await?)
}

/// Writes the numbers and hashes of lines, and nothing else of them.
pub(crate) async fn set_chain(tx: &impl ConnectionTrait, lines: Vec<audit::Model>) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let chain_alone = OnConflict::column(audit::Column::Id)
        .update_columns([audit::Column::Seq, audit::Column::Chain])
        .to_owned();
    audit::Entity::insert_many(lines.into_iter().map(audit::Model::into_active_model))
        .on_conflict(chain_alone)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Filter of audit lines; empty fields limit nothing.
#[derive(Debug, Default)]
pub(crate) struct AuditLineFilter<'a> {
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
    school: Option<SchoolId>,
    wanted: &AuditLineFilter<'_>,
    before: Option<AuditId>,
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

/// Escapes a text for a `LIKE` pattern.
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

/// What acts were done on, by name, as far as it is there: each is an act with its subject. A query for each kind of thing.
pub(crate) async fn titles(conn: &impl ConnectionTrait, acts: &[(&str, &str)]) -> Result<HashMap<String, String>> {
    let of = |families: &[&str]| -> Vec<AnyId> {
        let family = |action: &str| {
            action
                .split('.')
                .next()
                .is_some_and(|family| families.contains(&family))
        };
        let ids = acts.iter().filter(|(action, _)| family(action));
        ids.filter_map(|(_, subject)| subject_head(subject).parse().ok())
            .collect()
    };
    let mut titles: Vec<(AnyId, String)> = Vec::new();
    let resources = of(&["resource", "comment", "mirror"]);
    titles.extend(named::<resource::Entity>(conn, resource::Column::Id, resource::Column::Title, resources).await?);
    let packs = of(&["pack", "job"]);
    titles.extend(named::<pack::Entity>(conn, pack::Column::Id, pack::Column::Title, packs).await?);
    let (pack, title) = (mirror_pack::Column::PackId, mirror_pack::Column::Title);
    titles.extend(named::<mirror_pack::Entity>(conn, pack, title, of(&["mirror"])).await?);
    titles
        .extend(named::<account::Entity>(conn, account::Column::Id, account::Column::Display, of(&["account"])).await?);
    titles.extend(named::<school::Entity>(conn, school::Column::Id, school::Column::Name, of(&["school"])).await?);
    titles.extend(named::<token::Entity>(conn, token::Column::Id, token::Column::Name, of(&["token"])).await?);
    titles.extend(named::<task::Entity>(conn, task::Column::Id, task::Column::Name, of(&["task"])).await?);
    let saved = of(&["saved-search"]);
    titles.extend(
        named::<saved_search::Entity>(conn, saved_search::Column::Id, saved_search::Column::Name, saved).await?,
    );
    titles.extend(groups(conn, of(&["synonyms"])).await?);
    let jobs = acts.iter().filter(|(action, _)| action.starts_with("job."));
    let contents: Vec<Sha256> = jobs
        .filter_map(|(_, subject)| subject_head(subject).parse().ok())
        .collect();
    let files = named_files(conn, contents).await?;
    let things = titles.into_iter().map(|(id, title)| (id.to_string(), title));
    Ok(files
        .into_iter()
        .chain(things)
        .filter(|(_, title)| !title.is_empty())
        .collect())
}

/// The thing that a subject begins with: `<id>`, `<pack>/<version>`, `<resource>/comments/<id>`, `<id> <reason>`,
/// `<content>:<kind>`.
pub(crate) fn subject_head(subject: &str) -> &str {
    subject.split(['/', ' ', ':']).next().unwrap_or(subject)
}

/// Contents by the name of a file that has each.
async fn named_files(conn: &impl ConnectionTrait, contents: Vec<Sha256>) -> Result<Vec<(String, String)>> {
    if contents.is_empty() {
        return Ok(Vec::new());
    }
    let rows = file::Entity::find()
        .select_only()
        .columns([file::Column::Sha256, file::Column::Path])
        .filter(file::Column::Sha256.is_in(contents))
        .limit(MOST_FILES);
    let rows: Vec<(Sha256, String)> = rows.into_tuple().all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|(content, path)| (content.to_string(), path))
        .collect())
}

async fn named<E: EntityTrait>(
    conn: &impl ConnectionTrait,
    id: E::Column,
    name: E::Column,
    ids: Vec<AnyId>,
) -> Result<Vec<(AnyId, String)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = E::find().select_only().columns([id, name]).filter(id.is_in(ids));
    Ok(rows.into_tuple().all(conn).await?)
}

/// Groups of synonyms by their words.
async fn groups(conn: &impl ConnectionTrait, ids: Vec<AnyId>) -> Result<Vec<(AnyId, String)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = synonyms::Entity::find()
        .filter(synonyms::Column::Id.is_in(ids))
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id.into(), row.words.0.join("、")))
        .collect())
}
