//! Changing a company, and removing one that was added by mistake.

use serde_json::{Map, Value};

use super::{Companies, Company, expect_to_manage};
use crate::actor::Actor;
use crate::db::companies::{self, CompaniesSeen};
use crate::db::entity::company;
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::Act;
use crate::domain::id::CompanyId;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::who_may;

impl Companies {
    /// Changes a company: what is given replaces, `null` empties, the rest stays. `seen` is the revision that the actor looked
    /// at; none: whichever is there.
    pub async fn edit_company(
        &self,
        actor: &Actor,
        id: CompanyId,
        seen: Option<i64>,
        fields: &Map<String, Value>,
    ) -> Result<Company> {
        let member = who_may(actor, Act::ManageCompanies)?;
        let before = self.company(actor, id).await?;
        expect_to_manage(member, &before)?;
        if seen.is_some_and(|seen| seen != before.revision) {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        let form = before.as_form().patched(fields).map_err(Refusal::Fields)?;
        let schools = self.schools_of(member, &form).await?;
        let changes = AuditChanges::default()
            .moved("from", before.from, form.from)
            .moved_option("until", before.until, form.until)
            .named("schools", fields.contains_key("schools"));
        self.db
            .write(async |tx| {
                let row = companies::company(tx, id, CompaniesSeen::All).await?;
                let row = company::Model {
                    name: form.name,
                    credit_code: form.credit_code,
                    contact: form.contact,
                    from_day: form.from,
                    until_day: form.until,
                    revision: before.revision + 1,
                    ..row.ok_or(Refusal::NoSuch(Thing::Company))?
                };
                companies::update(tx, row, before.revision).await?;
                companies::set_schools(tx, id, &schools).await?;
                let subject = Some(id.to_string());
                self.audit
                    .record_changes(tx, actor, AuditAction::CompanyEdit, subject, &changes)
                    .await
            })
            .await?;
        self.company(actor, id).await
    }

    /// Removes a company that was added by mistake: one without people that gave nothing.
    pub async fn remove_company(&self, actor: &Actor, id: CompanyId) -> Result<()> {
        let member = who_may(actor, Act::ManageCompanies)?;
        expect_to_manage(member, &self.company(actor, id).await?)?;
        self.db
            .write(async |tx| {
                // Held: nobody becomes one of its people meanwhile, and without people nothing is given in its name.
                let held = companies::company_for_update(tx, id).await?;
                held.ok_or(Refusal::NoSuch(Thing::Company))?;
                if companies::is_in_use(tx, id).await? {
                    return Err(Refusal::CompanyInUse.into());
                }
                // Before it is gone: the line takes its title from it.
                let subject = Some(id.to_string());
                self.audit
                    .record(tx, actor, AuditAction::CompanyRemove, subject)
                    .await?;
                companies::remove(tx, id).await
            })
            .await
    }
}
