//! The audit log. There is a function to add a line and none to change or remove one but the retention's.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::entity::audit;
use crate::domain::id::Id;
use crate::error::Result;

/// Adds a line.
pub(crate) async fn add(tx: &impl ConnectionTrait, line: audit::Model) -> Result<()> {
    audit::Entity::insert(line.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Lines before the one with id `before`, newest first; of one school, or of all.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    school: Option<Id>,
    before: Option<Id>,
    limit: u64,
) -> Result<Vec<audit::Model>> {
    let mut query = audit::Entity::find().order_by_desc(audit::Column::Id).limit(limit);
    if let Some(school) = school {
        query = query.filter(audit::Column::SchoolId.eq(school));
    }
    if let Some(before) = before {
        query = query.filter(audit::Column::Id.lt(before));
    }
    Ok(query.all(conn).await?)
}
