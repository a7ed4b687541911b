//! Other machines that work for the library, and what they have claimed.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
};

use super::entity::{account, token, work_claim, worker};
use super::rows;
use crate::domain::id::{TokenId, WorkClaimId, WorkerId};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Machines that are shown.
const MOST_SHOWN: u64 = 200;

/// The machine of this name that shows a token.
pub(crate) async fn named(conn: &impl ConnectionTrait, token: TokenId, name: &str) -> Result<Option<worker::Model>> {
    let this = Condition::all()
        .add(worker::Column::TokenId.eq(token))
        .add(worker::Column::Name.eq(name));
    Ok(worker::Entity::find().filter(this).one(conn).await?)
}

/// How many machines show a token.
pub(crate) async fn count_of(conn: &impl ConnectionTrait, token: TokenId) -> Result<u64> {
    let of_it = worker::Column::TokenId.eq(token);
    Ok(worker::Entity::find().filter(of_it).count(conn).await?)
}

/// Notes a machine as it says it is.
pub(crate) async fn upsert(tx: &impl ConnectionTrait, row: worker::Model) -> Result<()> {
    rows::upsert(tx, row).await
}

/// Notes that a machine was heard of.
pub(crate) async fn seen(tx: &impl ConnectionTrait, id: WorkerId, now: Timestamp) -> Result<()> {
    let change = worker::ActiveModel {
        seen_at: Set(now),
        ..Default::default()
    };
    let this = worker::Column::Id.eq(id);
    worker::Entity::update_many().set(change).filter(this).exec(tx).await?;
    Ok(())
}

/// Machines whose tokens hold, the last seen first, with their tokens and accounts.
pub(crate) async fn list(conn: &impl ConnectionTrait) -> Result<Vec<(worker::Model, token::Model, account::Model)>> {
    let query = worker::Entity::find().order_by_desc(worker::Column::SeenAt);
    let mut found = Vec::new();
    for row in query.limit(MOST_SHOWN).all(conn).await? {
        if let Some((token, account)) = token_of(conn, row.token_id).await? {
            found.push((row, token, account));
        }
    }
    Ok(found)
}

/// A token with its account.
async fn token_of(conn: &impl ConnectionTrait, id: TokenId) -> Result<Option<(token::Model, account::Model)>> {
    let Some(token) = token::Entity::find_by_id(id).one(conn).await? else {
        return Ok(None);
    };
    let account = account::Entity::find_by_id(token.account_id).one(conn).await?;
    Ok(account.map(|account| (token, account)))
}

/// A machine by its id.
pub(crate) async fn find(conn: &impl ConnectionTrait, id: WorkerId) -> Result<Option<worker::Model>> {
    Ok(worker::Entity::find_by_id(id).one(conn).await?)
}

/// Forgets a machine, with its token and all machines that show it. Whoever shows that token is nobody from now on.
pub(crate) async fn remove_with_token(tx: &impl ConnectionTrait, token: TokenId) -> Result<Vec<WorkerId>> {
    let of_it = worker::Column::TokenId.eq(token);
    let gone = worker::Entity::find().filter(of_it.clone()).all(tx).await?;
    let ids: Vec<WorkerId> = gone.into_iter().map(|row| row.id).collect();
    let of_them = work_claim::Column::WorkerId.is_in(ids.clone());
    work_claim::Entity::delete_many().filter(of_them).exec(tx).await?;
    worker::Entity::delete_many().filter(of_it).exec(tx).await?;
    token::Entity::delete_by_id(token).exec(tx).await?;
    Ok(ids)
}

/// Forgets machines whose tokens are withdrawn.
pub(crate) async fn forget_without_token(tx: &impl ConnectionTrait) -> Result<()> {
    let tokens = token::Entity::find()
        .select_only()
        .column(token::Column::Id)
        .into_query();
    let gone = worker::Column::TokenId.not_in_subquery(tokens);
    worker::Entity::delete_many().filter(gone).exec(tx).await?;
    let workers = worker::Entity::find()
        .select_only()
        .column(worker::Column::Id)
        .into_query();
    let left = work_claim::Column::WorkerId.not_in_subquery(workers);
    work_claim::Entity::delete_many().filter(left).exec(tx).await?;
    Ok(())
}

/// Notes what a machine has claimed; what is older than it is kept for goes.
pub(crate) async fn add_claim(tx: &impl ConnectionTrait, row: work_claim::Model, oldest: Timestamp) -> Result<()> {
    let old = Condition::all()
        .add(work_claim::Column::WorkerId.eq(row.worker_id))
        .add(work_claim::Column::ClaimedAt.lt(oldest));
    work_claim::Entity::delete_many().filter(old).exec(tx).await?;
    rows::insert(tx, row).await
}

/// A claim, with the machine that it is of, where that shows this token.
pub(crate) async fn claim(
    conn: &impl ConnectionTrait,
    token: TokenId,
    id: WorkClaimId,
) -> Result<Option<work_claim::Model>> {
    let Some(claim) = work_claim::Entity::find_by_id(id).one(conn).await? else {
        return Ok(None);
    };
    let of_it = find(conn, claim.worker_id).await?;
    Ok(of_it.filter(|worker| worker.token_id == token).map(|_| claim))
}

/// Notes how a claim ended.
pub(crate) async fn end_claim(
    tx: &impl ConnectionTrait,
    id: WorkClaimId,
    outcome: &str,
    result: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let change = work_claim::ActiveModel {
        ended_at: Set(Some(now)),
        outcome: Set(Some(outcome.to_owned())),
        result_sha256: Set(result.map(str::to_owned)),
        ..Default::default()
    };
    let this = work_claim::Column::Id.eq(id);
    work_claim::Entity::update_many()
        .set(change)
        .filter(this)
        .exec(tx)
        .await?;
    Ok(())
}

/// What a machine has claimed since some moment.
pub(crate) async fn claims_since(
    conn: &impl ConnectionTrait,
    worker: WorkerId,
    since: Timestamp,
) -> Result<Vec<(String, Option<String>)>> {
    let lately = Condition::all()
        .add(work_claim::Column::WorkerId.eq(worker))
        .add(work_claim::Column::ClaimedAt.gt(since));
    let query = work_claim::Entity::find()
        .select_only()
        .columns([work_claim::Column::Kind, work_claim::Column::Outcome])
        .filter(lately);
    Ok(query.into_tuple().all(conn).await?)
}
