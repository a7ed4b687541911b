//! Accounts that were erased.

use std::collections::HashSet;

use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::entity::erasure;
use super::rows;
use crate::domain::id::AccountId;
use crate::error::Result;

/// Those of some accounts that were erased.
pub(crate) async fn among(conn: &impl ConnectionTrait, accounts: Vec<AccountId>) -> Result<HashSet<AccountId>> {
    let query = erasure::Entity::find().filter(erasure::Column::AccountId.is_in(accounts));
    let ids: Vec<AccountId> = query
        .select_only()
        .column(erasure::Column::AccountId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(ids.into_iter().collect())
}

/// Notes that an account was erased.
pub(crate) async fn add(tx: &impl ConnectionTrait, row: erasure::Model) -> Result<()> {
    rows::insert(tx, row).await
}
