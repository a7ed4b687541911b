//! The city's plan for the library: what each of its phases was to reach.

use std::sync::LazyLock;

use serde::Deserialize;

/// The plan.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CityPlan {
    /// The document that says so, and where in it.
    pub source: String,
    /// Its phases, the first first.
    pub phases: Vec<PlanPhase>,
}

/// What one phase adds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanPhase {
    /// Its first month: `2022-08`.
    pub from: String,
    /// Its last month.
    pub until: String,
    /// Majors to be added.
    pub majors: i64,
    /// Schools to join.
    pub schools: i64,
    /// Teachers to be trained.
    pub teachers: i64,
}

impl CityPlan {
    /// The plan that comes with the program.
    pub fn shipped() -> &'static Self {
        static PLAN: LazyLock<CityPlan> = LazyLock::new(|| {
            toml::from_str(include_str!("../../config/plan.toml")).expect("a test reads the plan that is shipped")
        });
        &PLAN
    }
}

#[cfg(test)]
mod tests {
    use super::CityPlan;

    #[test]
    fn the_plan_adds_up_to_what_its_goals_say() {
        let phases = &CityPlan::shipped().phases;
        let majors: i64 = phases.iter().map(|phase| phase.majors).sum();
        let schools: i64 = phases.iter().map(|phase| phase.schools).sum();
        let teachers: i64 = phases.iter().map(|phase| phase.teachers).sum();

        // 二、工作目标
        assert_eq!((majors, schools, teachers), (9, 7, 100));
    }
}
