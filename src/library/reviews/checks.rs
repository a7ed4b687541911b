//! What checks find of a resource that is to be reviewed.

use crate::actor::Actor;
use crate::db::entity::resource::Model;
use crate::db::files;
use crate::domain::review_check::ReviewFinding;
use crate::error::Result;
use crate::library::review_steps::checks;
use crate::library::reviews::Reviews;

impl Reviews {
    /// What checks find of a resource as the actor sees it.
    pub(super) async fn findings(&self, actor: &Actor, working: &Model) -> Result<Vec<ReviewFinding>> {
        let conn = self.db.read();
        let there = files::of_version(conn, working.id, working.version).await?;
        let found = checks::findings(conn, actor, vec![(working.clone(), there)]).await?;
        Ok(found.into_iter().flat_map(|(_, findings)| findings).collect())
    }
}
