//! What is kept of one account, in all tables: to give it to its owner, and to remove it.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::entity::{comment, file, idempotency, identity, pack, resource, saved_search, staged, token};
use super::rows;
use crate::domain::id::{AccountId, ResourceId};
use crate::domain::time::Timestamp;
use crate::error::Result;

pub(crate) mod own;

/// The resources of an account, newest first.
pub(crate) async fn works(conn: &impl ConnectionTrait, owner: AccountId, limit: u64) -> Result<Vec<resource::Model>> {
    let own = resource::Entity::find().filter(resource::Column::OwnerId.eq(owner));
    Ok(own.order_by_desc(resource::Column::Id).limit(limit).all(conn).await?)
}

/// The present files of some resources, up to `limit`.
pub(crate) async fn files(conn: &impl ConnectionTrait, of: &[ResourceId], limit: usize) -> Result<Vec<file::Model>> {
    let mut found = Vec::new();
    for some in of.chunks(rows::ROWS_AT_ONCE) {
        let left = limit.saturating_sub(found.len()) as u64;
        if left == 0 {
            break;
        }
        let present = file::Entity::find()
            .filter(file::Column::ResourceId.is_in(some.iter().copied()))
            .filter(file::Column::RemovedIn.is_null());
        found.extend(present.limit(left).all(conn).await?);
    }
    Ok(found)
}

/// The packs of an account, newest first.
pub(crate) async fn packs(conn: &impl ConnectionTrait, owner: AccountId, limit: u64) -> Result<Vec<pack::Model>> {
    let own = pack::Entity::find().filter(pack::Column::OwnerId.eq(owner));
    Ok(own.order_by_desc(pack::Column::Id).limit(limit).all(conn).await?)
}

/// What an account wrote about resources, newest first.
pub(crate) async fn comments(
    conn: &impl ConnectionTrait,
    author: AccountId,
    limit: u64,
) -> Result<Vec<comment::Model>> {
    let own = comment::Entity::find().filter(comment::Column::AuthorId.eq(author));
    Ok(own.order_by_desc(comment::Column::Id).limit(limit).all(conn).await?)
}

/// The searches that an account keeps.
pub(crate) async fn saved_searches(
    conn: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Vec<saved_search::Model>> {
    let own = saved_search::Entity::find().filter(saved_search::Column::AccountId.eq(account));
    Ok(own.all(conn).await?)
}

/// Removes what is an account's alone, its identities at providers of sign-on among it, beside its sessions, tokens, browsers and second factor.
pub(crate) async fn remove_own(tx: &impl ConnectionTrait, account: AccountId) -> Result<()> {
    saved_search::Entity::delete_many()
        .filter(saved_search::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    staged::Entity::delete_many()
        .filter(staged::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    identity::Entity::delete_many()
        .filter(identity::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    idempotency::Entity::delete_many()
        .filter(idempotency::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}

/// Removes tokens that were over at a moment.
pub(crate) async fn remove_ended_tokens(tx: &impl ConnectionTrait, ended: Timestamp) -> Result<()> {
    token::Entity::delete_many()
        .filter(token::Column::ExpiresAt.lte(ended))
        .exec(tx)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::db::dump;
    use crate::domain::personal_data::{TABLE, is_about_people};

    /// What nobody knows to be kept, nobody erases.
    #[tokio::test]
    async fn every_column_about_somebody_is_in_the_table_of_what_is_kept() {
        let tables = dump::tables_of(migrations::names().into_iter().collect())
            .await
            .unwrap();
        let columns = tables.iter().flat_map(|table| {
            let named = |column: &crate::domain::backup::ColumnSchema| format!("{}.{}", table.name, column.name);
            table.columns.iter().map(named)
        });
        let columns: BTreeSet<String> = columns.collect();
        let told: BTreeSet<String> = TABLE
            .iter()
            .flat_map(|line| line.columns.iter().map(ToString::to_string))
            .collect();

        let about_people = columns
            .iter()
            .filter(|column| is_about_people(column.split_once('.').unwrap().1));
        let silent: Vec<_> = about_people.filter(|column| !told.contains(*column)).collect();
        let gone: Vec<_> = told.difference(&columns).collect();

        assert!(
            silent.is_empty(),
            "`domain/personal_data.rs` says nothing of {silent:?}"
        );
        assert!(gone.is_empty(), "it names what is no column: {gone:?}");
    }
}
