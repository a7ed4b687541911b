//! What is left of somebody's names in what was entered of theirs, and in why it was recognized.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _, QueryFilter as _,
};

use crate::db::entity::{recognition_entry, recognition_result};
use crate::db::rows;
use crate::domain::id::{AccountId, RecognitionEntryId};
use crate::domain::recognition::blind::masked;
use crate::error::Result;

/// Takes the names of an account out of the words of the entries that it made or that are about it, and out of the reasons of
/// their results. An update for each that carries one, of which somebody has few.
pub(crate) async fn mask_names(tx: &impl ConnectionTrait, account: AccountId, names: &[String]) -> Result<()> {
    use recognition_entry::{ActiveModel, Column, Entity};
    let own = Column::EnteredBy.eq(account).or(Column::PersonId.eq(account));
    let entries = Entity::find().filter(own).all(tx).await?;
    let ids: Vec<RecognitionEntryId> = entries.iter().map(|row| row.id).collect();
    for row in entries {
        let (title, statement) = (masked(&row.title, names), masked(&row.statement, names));
        if title == row.title && statement == row.statement {
            continue;
        }
        let change = ActiveModel {
            title: Set(title),
            statement: Set(statement),
            ..Default::default()
        };
        let of_row = Entity::update_many().set(change).filter(Column::Id.eq(row.id));
        of_row.exec(tx).await?;
    }
    mask_reasons(tx, &ids, names).await
}

async fn mask_reasons(tx: &impl ConnectionTrait, entries: &[RecognitionEntryId], names: &[String]) -> Result<()> {
    use recognition_result::{ActiveModel, Column, Entity};
    let results = rows::where_in(tx, Entity::find(), Column::EntryId, entries).await?;
    for row in results {
        let reason = row.reason.as_deref().map(|reason| masked(reason, names));
        if reason == row.reason {
            continue;
        }
        let change = ActiveModel {
            reason: Set(reason),
            ..Default::default()
        };
        let of_row = Entity::update_many().set(change).filter(Column::Id.eq(row.id));
        of_row.exec(tx).await?;
    }
    Ok(())
}
