//! Tables in which anybody leaves a row: how full they are, and who makes room in them.
//!
//! Whoever has most makes room, by their oldest rows. Were new ones refused, a few networks that fill a table would shut
//! everybody else out.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::entity::{passkey_ceremony, pending_sign_on};
use super::rows::ROWS_AT_ONCE;
use crate::error::Result;

/// A table in which anybody leaves a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crowd {
    /// Sign-ins that wait for a provider's answer.
    SignOns,
    /// Ceremonies of passkeys that are under way.
    Ceremonies,
}

impl Crowd {
    /// How many rows there are.
    pub(crate) async fn count(self, conn: &impl ConnectionTrait) -> Result<u64> {
        Ok(match self {
            Self::SignOns => pending_sign_on::Entity::find().count(conn).await?,
            Self::Ceremonies => passkey_ceremony::Entity::find().count(conn).await?,
        })
    }

    /// Removes the oldest rows of whoever has most, `excess` of them and never more than half of theirs; says how many.
    pub(crate) async fn thin(self, tx: &impl ConnectionTrait, excess: u64) -> Result<u64> {
        match self {
            Self::SignOns => {
                use pending_sign_on::Column;
                thin::<pending_sign_on::Entity>(tx, Column::Network, Column::ExpiresAt, Column::StateHash, excess).await
            }
            Self::Ceremonies => {
                use passkey_ceremony::Column;
                thin::<passkey_ceremony::Entity>(tx, Column::CountedBy, Column::ExpiresAt, Column::Challenge, excess)
                    .await
            }
        }
    }
}

async fn thin<E>(
    tx: &impl ConnectionTrait,
    whose: E::Column,
    age: E::Column,
    key: E::Column,
    excess: u64,
) -> Result<u64>
where
    E: EntityTrait,
{
    let most: Option<(Option<String>, i64)> = E::find()
        .select_only()
        .column(whose)
        .column_as(key.count(), "rows")
        .group_by(whose)
        .order_by_desc(key.count())
        .into_tuple()
        .one(tx)
        .await?;
    let Some((who, rows)) = most else { return Ok(0) };
    let theirs = match &who {
        Some(who) => whose.eq(who.as_str()),
        None => whose.is_null(),
    };
    let half = rows.unsigned_abs().div_ceil(2);
    let oldest: Vec<String> = E::find()
        .select_only()
        .column(key)
        .filter(theirs)
        .order_by_asc(age)
        .order_by_asc(key)
        .limit(excess.min(half))
        .into_tuple()
        .all(tx)
        .await?;
    for chunk in oldest.chunks(ROWS_AT_ONCE) {
        E::delete_many().filter(key.is_in(chunk)).exec(tx).await?;
    }
    Ok(oldest.len() as u64)
}
