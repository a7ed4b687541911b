//! Samples of companies.

use super::{HOSTILE, teacher};
use crate::domain::resource::Status;
use crate::http::web::companies::{CompaniesPage, CompanyFields, CompanyPage, CompanyPersonRow, GivenRow};
use crate::http::web::form::FormField;
use crate::http::web::layout::Link;
use crate::http::web::recognition::CallRow;
use crate::http::web::resource_card::StatusMark;
use crate::words::Lang;

fn faulty() -> FormField {
    FormField::of(HOSTILE).faulty(HOSTILE)
}

fn fields() -> CompanyFields {
    CompanyFields {
        action: "/companies".to_owned(),
        revision: "3".to_owned(),
        name: faulty(),
        credit_code: faulty(),
        contact: faulty(),
        schools: Some(faulty()),
        from: faulty(),
        until: faulty(),
    }
}

impl CompaniesPage {
    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let layout = teacher(lang, "合作企业");
        let say = layout.say;
        Self {
            rows: vec![CallRow {
                link: Link::new(HOSTILE, "/companies/1"),
                state: ("published", say.company_holds()),
                facts: vec![HOSTILE.to_owned()],
            }],
            next_url: Some("/companies?cursor=x".to_owned()),
            export_url: Some("/api/v1/companies?format=xlsx"),
            import_url: Some("/sheets/companies".to_owned()),
            form: Some(fields()),
            layout,
        }
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let mut page = Self::faulty(lang);
        page.rows.clear();
        page.next_url = None;
        page.form = None;
        page
    }
}

impl CompanyPage {
    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let layout = teacher(lang, HOSTILE);
        let say = layout.say;
        Self {
            list: Link::new(say.companies(), "/companies"),
            facts: vec![HOSTILE.to_owned()],
            state: ("withdrawn", say.company_over()),
            given: vec![GivenRow {
                link: Link::new(HOSTILE, "/r/1"),
                status: StatusMark::of(say, Status::Submitted),
                facts: vec![say.company_uses(12), HOSTILE.to_owned()],
            }],
            next_url: Some("/companies/1?cursor=x".to_owned()),
            people: vec![CompanyPersonRow {
                name: HOSTILE.to_owned(),
                remove_action: Some("/companies/1/members/1/remove".to_owned()),
            }],
            import_url: Some("/sheets/company-members?company=1".to_owned()),
            member: Some(faulty()),
            form: Some(fields()),
            remove_action: Some("/companies/1/remove".to_owned()),
            meanwhile: Some(say.changed_meanwhile(&[say.field_now(say.company_name(), HOSTILE)])),
            here: "/companies/1".to_owned(),
            layout,
        }
    }
}
