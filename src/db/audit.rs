//! Audit log. There is a function to add a line and none to change or remove one but the retention's.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait, IntoActiveModel as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, sea_query::OnConflict,
};

use super::entity::{
    account, audit, audit_cut, audit_head, company, file, mirror_pack, pack, passkey, recognition_call, resource,
    rights_notice, saved_search, school, standard_version, synonyms, task, token, training_base, training_session,
};
use super::rows;
use crate::domain::audit::AuditAction;
use crate::domain::id::{AnyId, Sha256};
use crate::domain::role::Role;
use crate::domain::time::Timestamp;
use crate::error::Result;

pub mod list;

/// Most files that are read for the names of contents; a popular content has many.
const MOST_FILES: u64 = 1_000;

/// Adds a line.
pub(crate) async fn add(tx: &impl ConnectionTrait, line: audit::Model) -> Result<()> {
    rows::insert(tx, line).await
}

/// Adds lines.
pub(crate) async fn add_all(tx: &impl ConnectionTrait, lines: &[audit::Model]) -> Result<()> {
    rows::insert_all(tx, lines).await
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

/// The number of the last line that happened before a moment, of those that stand before the first that happened since. What is
/// dated later than `latest` was written by a clock that ran ahead: it keeps no other line, and does not go by itself.
pub(crate) async fn last_before(
    conn: &impl ConnectionTrait,
    before: Timestamp,
    latest: Timestamp,
) -> Result<Option<i64>> {
    let numbers = || {
        let chained = audit::Entity::find().select_only().column(audit::Column::Seq);
        chained.filter(audit::Column::Seq.is_not_null()).limit(1)
    };
    // The first line ends the walk on most days.
    let is_young = audit::Column::At.between(before, latest);
    let young = numbers().filter(is_young).order_by_asc(audit::Column::Seq);
    let young: Option<i64> = young.into_tuple().one(conn).await?;
    let is_old = Condition::all()
        .add(audit::Column::At.lt(before))
        .add_option(young.map(|young| audit::Column::Seq.lt(young)));
    let old = numbers().filter(is_old).order_by_desc(audit::Column::Seq);
    Ok(old.into_tuple().one(conn).await?)
}

/// The greater of the numbers of the last line before a moment and of the first since: lines behind it happened since then, but
/// for those that were told late. None where lines are on one side alone.
pub(crate) async fn number_at(conn: &impl ConnectionTrait, moment: Timestamp) -> Result<Option<i64>> {
    let numbers = || {
        let chained = audit::Entity::find().select_only().column(audit::Column::Seq);
        chained.filter(audit::Column::Seq.is_not_null()).limit(1)
    };
    // As below: by the index of ids.
    let border = list::first_id_at(moment);
    let before = numbers().filter(audit::Column::Id.lt(border));
    let before: Option<i64> = before.order_by_desc(audit::Column::Id).into_tuple().one(conn).await?;
    let since = numbers().filter(audit::Column::Id.gte(border));
    let since: Option<i64> = since.order_by_asc(audit::Column::Id).into_tuple().one(conn).await?;
    Ok(before.zip(since).map(|(before, since)| before.max(since)))
}

/// When the first line of the chain happened.
pub(crate) async fn first_at(conn: &impl ConnectionTrait) -> Result<Option<Timestamp>> {
    let chained = audit::Entity::find().select_only().column(audit::Column::At);
    let first = chained
        .filter(audit::Column::Seq.is_not_null())
        .order_by_asc(audit::Column::Seq);
    Ok(first.limit(1).into_tuple().one(conn).await?)
}

/// Whether something was recorded from one moment on and before another.
pub(crate) async fn is_any_between(conn: &impl ConnectionTrait, from: Timestamp, until: Timestamp) -> Result<bool> {
    // There is an index by id alone, and the order of ids is that of time.
    let since = audit::Entity::find().filter(audit::Column::Id.gte(list::first_id_at(from)));
    let between = since.filter(audit::Column::Id.lt(list::first_id_at(until)));
    let last = between.order_by_desc(audit::Column::Id).limit(1);
    Ok(last.one(conn).await?.is_some())
}

/// Whether somebody of a role did something since a moment.
pub(crate) async fn was_done_by(
    conn: &impl ConnectionTrait,
    action: AuditAction,
    role: Role,
    since: Timestamp,
) -> Result<bool> {
    let of_role = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::Role.eq(role));
    let done = audit::Entity::find()
        .filter(audit::Column::Action.eq(action.code()))
        .filter(audit::Column::Id.gte(list::first_id_at(since)))
        .filter(audit::Column::Outcome.eq("done"))
        .filter(audit::Column::AccountId.in_subquery(of_role.into_query()));
    Ok(done.one(conn).await?.is_some())
}

/// Where the log was cut.
pub(crate) async fn cut(conn: &impl ConnectionTrait) -> Result<Option<audit_cut::Model>> {
    let newest = audit_cut::Entity::find().order_by_desc(audit_cut::Column::Seq);
    Ok(newest.one(conn).await?)
}

/// Notes where the log is cut now.
pub(crate) async fn set_cut(tx: &impl ConnectionTrait, row: audit_cut::Model) -> Result<()> {
    audit_cut::Entity::delete_many().exec(tx).await?;
    rows::insert(tx, row).await
}

/// Where the library last signed that the chain stood.
pub(crate) async fn head(conn: &impl ConnectionTrait) -> Result<Option<audit_head::Model>> {
    let newest = audit_head::Entity::find().order_by_desc(audit_head::Column::Seq);
    Ok(newest.one(conn).await?)
}

/// Notes where the chain stands now.
pub(crate) async fn set_head(tx: &impl ConnectionTrait, row: audit_head::Model) -> Result<()> {
    audit_head::Entity::delete_many().exec(tx).await?;
    rows::insert(tx, row).await
}

/// Removes the lines up to a number, which the retention alone does; returns how many.
pub(crate) async fn remove_until(tx: &impl ConnectionTrait, seq: i64) -> Result<u64> {
    let old = audit::Column::Seq.lte(seq);
    Ok(audit::Entity::delete_many().filter(old).exec(tx).await?.rows_affected)
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

/// The outcome of what was done; any other is the code of a refusal.
pub(crate) const DONE: &str = "done";

/// What the act of a line was done on, out of [`titles`] of many. What somebody was refused has no name: their school reads the
/// line, and would learn by it what others call their own.
pub(crate) fn title_of(titles: &HashMap<String, String>, line: &audit::Model) -> Option<String> {
    if line.outcome != DONE {
        return None;
    }
    titles.get(subject_head(line.subject.as_deref()?)).cloned()
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
    let (id, title) = (rights_notice::Column::Id, rights_notice::Column::Number);
    titles.extend(named::<rights_notice::Entity>(conn, id, title, of(&["notice"])).await?);
    let packs = of(&["pack", "job"]);
    titles.extend(named::<pack::Entity>(conn, pack::Column::Id, pack::Column::Title, packs).await?);
    let (pack, title) = (mirror_pack::Column::PackId, mirror_pack::Column::Title);
    titles.extend(named::<mirror_pack::Entity>(conn, pack, title, of(&["mirror"])).await?);
    titles
        .extend(named::<account::Entity>(conn, account::Column::Id, account::Column::Display, of(&["account"])).await?);
    titles.extend(named::<school::Entity>(conn, school::Column::Id, school::Column::Name, of(&["school"])).await?);
    titles.extend(named::<token::Entity>(conn, token::Column::Id, token::Column::Name, of(&["token"])).await?);
    titles.extend(named::<task::Entity>(conn, task::Column::Id, task::Column::Name, of(&["task"])).await?);
    let (id, title) = (standard_version::Column::Id, standard_version::Column::Title);
    titles.extend(named::<standard_version::Entity>(conn, id, title, of(&["standard"])).await?);
    titles.extend(named::<company::Entity>(conn, company::Column::Id, company::Column::Name, of(&["company"])).await?);
    let recognition = of(&["recognition"]);
    let (id, name) = (recognition_call::Column::Id, recognition_call::Column::Title);
    // Entries are not named: their titles tell a blind jury whose they are.
    titles.extend(named::<recognition_call::Entity>(conn, id, name, recognition).await?);
    let training = of(&["training"]);
    let (id, name) = (training_session::Column::Id, training_session::Column::Title);
    titles.extend(named::<training_session::Entity>(conn, id, name, training.clone()).await?);
    let (id, name) = (training_base::Column::Id, training_base::Column::Name);
    titles.extend(named::<training_base::Entity>(conn, id, name, training).await?);
    let (id, name) = (passkey::Column::Id, passkey::Column::Name);
    titles.extend(named::<passkey::Entity>(conn, id, name, of(&["passkey"])).await?);
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
