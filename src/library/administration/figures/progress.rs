//! Progress: what each phase of the city's plan was to reach, and what stands in the library.

use std::collections::{BTreeMap, HashSet};
use std::hash::Hash;

use serde::Serialize;

use crate::actor::Actor;
use crate::db::training::attendance;
use crate::db::{companies, curriculum, figures, people, plan, visits};
use crate::domain::city_plan::PlanPhase;
use crate::domain::day::Day;
use crate::domain::id::{MajorId, SchoolId};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::administration::Administration;
use crate::library::administration::figures::{FigureFrame, LedgerState};

/// A day in milliseconds.
const DAY: i64 = 86_400_000;
/// How many months the growth goes back.
const MONTHS: i32 = 12;

/// How far the plan has come.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Progress {
    /// Of what and when.
    #[serde(flatten)]
    pub frame: FigureFrame,
    /// The document with the plan.
    pub source: String,
    /// Its phases, the first first.
    pub phases: Vec<PhaseProgress>,
    /// How often teachers were trained in all, before, within and after the phases (人次).
    pub trained: i64,
    /// How many different teachers (人) those were.
    pub trained_people: i64,
    /// How many companies work with schools by an agreement that holds today.
    pub companies: u64,
    /// How many published resources they gave.
    pub given_by_companies: u64,
    /// How often experts came.
    pub visits: u64,
    /// How many of those visits are closed.
    pub visits_closed: u64,
    /// How many accounts have published something.
    pub authors: i64,
    /// How many published resources there are.
    pub resources: i64,
    /// How many of them were last published in each of the last twelve months, the oldest first.
    pub published: Vec<MonthCount>,
    /// How far the sums that these figures are taken from can be trusted.
    pub ledger: LedgerState,
}

/// One phase of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PhaseProgress {
    /// Its number, which it keeps whatever comes before it or goes.
    pub phase: i32,
    /// Its first month: `2022-08`.
    pub from: String,
    /// Its last month.
    pub until: String,
    /// Majors that joined in it.
    pub majors: Goal,
    /// Schools that joined in it.
    pub schools: Goal,
    /// How often teachers were trained in it (人次, as the plan counts): whoever took part in three sessions that are counted
    /// for the plan counts three times.
    pub teachers: Goal,
    /// How many different teachers (人) those were.
    pub people: i64,
}

/// What was to be reached, and what was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Goal {
    /// What the plan says.
    pub target: i64,
    /// How many the library knows of; `null` where it keeps no records.
    pub reached: Option<i64>,
    /// How many of those have published something; `null` where that means nothing.
    pub with_resources: Option<i64>,
}

/// A month and how many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MonthCount {
    /// `2026-11`.
    pub month: String,
    /// How many.
    pub count: i64,
}

impl Administration {
    /// How far the plan has come, in the city or by what one school adds to it.
    pub async fn progress(&self, actor: &Actor, school: Option<&str>) -> Result<Progress> {
        let frame = self.frame(actor, school).await?;
        let only = frame.school_id();
        let conn = self.db.read();
        let majors = curriculum::majors(conn).await?.into_iter();
        let majors = majors.filter(|row| row.replaced_by.is_none());
        let majors: Vec<(MajorId, Option<i32>)> = majors.map(|row| (row.id, row.phase)).collect();
        let schools = people::schools(conn).await?.into_iter();
        let schools = schools.filter(|row| only.is_none_or(|id| row.id == id));
        let schools: Vec<(SchoolId, Option<i32>)> = schools.map(|row| (row.id, row.joined_phase)).collect();
        let held = figures::by_school(conn, only).await?;
        let with_majors: HashSet<MajorId> = held.iter().filter_map(|(_, major, _)| *major).collect();
        let with_schools: HashSet<SchoolId> = held.iter().filter_map(|(school, ..)| *school).collect();
        let (_, plan) = plan::present(conn).await?;
        let mut phases = Vec::with_capacity(plan.phases.len());
        for (phase, (first, last)) in plan.phases.iter().zip(days_of(&plan.phases)) {
            let (times, people) = attendance::trained(conn, only, first, last).await?;
            phases.push(PhaseProgress {
                phase: phase.number,
                from: phase.from.clone(),
                until: phase.until.clone(),
                majors: goal(phase.majors, phase.number, &majors, &with_majors),
                schools: goal(phase.schools, phase.number, &schools, &with_schools),
                teachers: Goal {
                    target: phase.teachers,
                    reached: Some(times),
                    with_resources: None,
                },
                people,
            });
        }
        let (trained, trained_people) = attendance::trained(conn, only, None, None).await?;
        let since = first_moment(frame.counted_at);
        let (expert_visits, visits_closed) = visits::counts(conn, only).await?;
        Ok(Progress {
            companies: companies::count_at_work(conn, only, Day::of(frame.counted_at)).await?,
            given_by_companies: companies::count_published(conn, only).await?,
            visits: expert_visits,
            visits_closed,
            source: plan.source,
            phases,
            trained,
            trained_people,
            authors: figures::authors(conn, only).await?,
            resources: held.iter().map(|(.., count)| count).sum(),
            published: growth(figures::published_by_day(conn, only, since).await?, frame.counted_at),
            ledger: self.ledger_state().await?,
            frame,
        })
    }
}

fn goal<I: Copy + Eq + Hash>(
    target: i64,
    phase: i32,
    joined: &[(I, Option<i32>)],
    with_resources: &HashSet<I>,
) -> Goal {
    let of_phase = joined.iter().filter(|(_, joined)| *joined == Some(phase));
    let reached: Vec<I> = of_phase.map(|(id, _)| *id).collect();
    let published = reached.iter().filter(|id| with_resources.contains(id)).count();
    Goal {
        target,
        reached: i64::try_from(reached.len()).ok(),
        with_resources: i64::try_from(published).ok(),
    }
}

/// The first and the last day of each phase. The plan's phases share a month; it is the earlier one's, so that nobody is
/// counted twice.
fn days_of(phases: &[PlanPhase]) -> Vec<(Option<Day>, Option<Day>)> {
    let mut before: Option<Day> = None;
    let mut days = Vec::with_capacity(phases.len());
    for phase in phases {
        let first = Day::first_of_month(&phase.from).max(before.map(Day::next));
        let last = Day::last_of_month(&phase.until);
        days.push((first, last));
        before = last.or(before);
    }
    days
}

/// The first moment of the last twelve months.
fn first_moment(now: Timestamp) -> Timestamp {
    let first = last_months(now)
        .first()
        .map(|month| format!("{}-01", month_name(*month)));
    first.and_then(|day| Timestamp::of_day(&day)).unwrap_or(Timestamp(0))
}

fn growth(days: Vec<(i64, i64)>, now: Timestamp) -> Vec<MonthCount> {
    let mut months: BTreeMap<i32, i64> = last_months(now).into_iter().map(|month| (month, 0)).collect();
    for (day, count) in days {
        // A day's first moment in UTC is eight in the morning of the same day there.
        let month = Timestamp(day * DAY).month();
        if let Some(sum) = months.get_mut(&month) {
            *sum += count;
        }
    }
    let months = months.into_iter();
    let count = |(month, count)| MonthCount {
        month: month_name(month),
        count,
    };
    months.map(count).collect()
}

/// The last twelve months, this one included, the oldest first.
pub(super) fn last_months(now: Timestamp) -> Vec<i32> {
    let (year, month) = (now.month() / 100, now.month() % 100);
    let all = year * 12 + month - 1;
    (all - MONTHS + 1..=all).map(|at| at / 12 * 100 + at % 12 + 1).collect()
}

/// A month as people write it: `2026-11`.
pub(super) fn month_name(month: i32) -> String {
    format!("{}-{:02}", month / 100, month % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_months_go_back_over_new_year() {
        let january: Timestamp = "2027-01-15T00:00:00Z".parse().unwrap();

        let months = last_months(january);

        assert_eq!((months[0], months[10], months[11]), (202_602, 202_612, 202_701));
        assert_eq!(months.len(), 12);
        // February began in Tianjin while it was the evening before in Greenwich.
        assert_eq!(first_moment(january), "2026-01-31T16:00:00Z".parse().unwrap());
    }

    #[test]
    fn a_month_of_two_phases_is_the_earlier_ones() {
        let phase = |from: &str, until: &str| PlanPhase {
            number: 1,
            from: from.to_owned(),
            until: until.to_owned(),
            majors: 1,
            schools: 1,
            teachers: 1,
        };
        let days = days_of(&[
            phase("2022-08", "2023-07"),
            phase("2023-07", "2024-07"),
            phase("2024-07", "2025-07"),
        ]);

        let told: Vec<String> = days
            .iter()
            .map(|(first, last)| format!("{} {}", first.unwrap(), last.unwrap()))
            .collect();
        assert_eq!(
            told,
            [
                "2022-08-01 2023-07-31",
                "2023-08-01 2024-07-31",
                "2024-08-01 2025-07-31"
            ]
        );
    }

    #[test]
    fn a_night_is_counted_where_the_library_stands() {
        // 2026-11-01, 00:30 in Tianjin.
        let night: Timestamp = "2026-10-31T16:30:00Z".parse().unwrap();
        let day = (night.0 + 28_800_000) / DAY;

        let months = growth(vec![(day, 3)], night);

        assert_eq!(
            months.last().map(|it| (it.month.as_str(), it.count)),
            Some(("2026-11", 3))
        );
    }
}
