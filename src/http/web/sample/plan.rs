//! The page of the city's plan, filled with examples.

use super::HOSTILE;
use super::operations::admin;
use crate::domain::city_plan::{CityPlan, PlanPhase};
use crate::domain::time::Timestamp;
use crate::http::web::admin::plan::PlanPage;
use crate::library::curriculum::city_plan::PlanRevision;
use crate::words::Lang;

impl PlanPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let revision = |number: i64, day: Option<&str>| PlanRevision {
            revision: number,
            plan: CityPlan {
                source: HOSTILE.to_owned(),
                phases: vec![PlanPhase {
                    number: 1,
                    from: "2022-08".to_owned(),
                    until: "2023-07".to_owned(),
                    majors: 6,
                    schools: 4,
                    teachers: 20,
                }],
            },
            decided_on: day.map(str::to_owned),
            reason: HOSTILE.to_owned(),
            changed_at: day.map(|_| Timestamp(1_790_000_000_000)),
        };
        let history = [revision(2, Some("2026-11-30")), revision(1, None)];
        Self::of(admin(lang, "方案目标"), &history[0], &history)
    }

    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.faults = vec![HOSTILE.to_owned()];
        page.is_of_table = true;
        page.file_fault = Some(HOSTILE.to_owned());
        page
    }
}
