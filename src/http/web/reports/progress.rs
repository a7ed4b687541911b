//! The report of progress: how far the plan has come.

use super::{ReportContents, facts};
use crate::http::web::chart::{Bars, Chart, ChartFigure, ChartTable, LineChart, Measure};
use crate::library::administration::figures::{Goal, PhaseProgress, Progress};
use crate::words::pages::PageWords;

/// Fills the page with the goals of the plan and the growth of the library.
pub(in crate::http) fn fill(say: PageWords, page: &mut ReportContents, figures: &Progress) {
    page.facts = facts(say, &figures.frame);
    page.facts.extend([
        say.chart_row(say.published_resources(), &say.number(figures.resources.unsigned_abs())),
        say.chart_row(say.sharing_teachers(), &say.number(figures.authors.unsigned_abs())),
        say.partners_counted(
            figures.companies,
            figures.given_by_companies,
            figures.visits,
            figures.visits_closed,
        ),
    ]);
    let mut teachers = goals(say, "teachers", say.trained_teachers(), figures, |it| &it.teachers);
    teachers.notes = vec![say.teachers_counted().to_owned()];
    teachers.notes.extend(
        figures
            .phases
            .iter()
            .map(|phase| say.phase_people(phase.phase, phase.people)),
    );
    teachers
        .notes
        .push(say.trained_in_all(figures.trained, figures.trained_people));
    let (compared, wrong) = (figures.ledger.compared_at, figures.ledger.wrong_training);
    let compared = compared.map(|at| say.training_compared(&at.minute(), wrong));
    teachers.notes.extend(compared);
    teachers.notes.push(say.chart_row(say.plan_source(), &figures.source));
    page.figures = vec![
        goals(say, "majors", say.pilot_majors(), figures, |it| &it.majors),
        goals(say, "schools", say.pilot_schools(), figures, |it| &it.schools),
        teachers,
        growth(say, figures),
    ];
}

fn goals(
    say: PageWords,
    id: &'static str,
    title: &str,
    figures: &Progress,
    of: impl Fn(&PhaseProgress) -> &Goal,
) -> ChartFigure {
    let measure = |phase: &PhaseProgress| {
        let goal = of(phase);
        Measure {
            label: format!("{} · {} – {}", say.phase(phase.phase), phase.from, phase.until),
            value: say.of_target(goal.reached, goal.target),
            parts: vec![
                ("bar-target", goal.target),
                ("bar-reached", goal.reached.unwrap_or(0)),
                ("bar-filled", goal.with_resources.unwrap_or(0)),
            ],
            target: Some(goal.target),
        }
    };
    let row = |phase: &PhaseProgress| {
        let goal = of(phase);
        let number = |number: Option<i64>| number.map_or_else(|| "–".to_owned(), |n| n.to_string());
        vec![
            say.phase(phase.phase),
            goal.target.to_string(),
            number(goal.reached),
            number(goal.with_resources),
        ]
    };
    let with_resources: Option<i64> = figures.phases.iter().map(|phase| of(phase).with_resources).sum();
    ChartFigure {
        id,
        title: title.to_owned(),
        notes: with_resources
            .map(|n| say.of_which_with_resources(n))
            .into_iter()
            .collect(),
        chart: Chart::Bars(Bars::of(say, figures.phases.iter().map(measure).collect())),
        table: ChartTable {
            head: [say.phase_head(), say.target(), say.reached(), say.with_resources()]
                .map(str::to_owned)
                .into(),
            rows: figures.phases.iter().map(row).collect(),
        },
    }
}

fn growth(say: PageWords, figures: &Progress) -> ChartFigure {
    let months: Vec<(String, i64)> = figures
        .published
        .iter()
        .map(|it| (it.month.clone(), it.count))
        .collect();
    ChartFigure {
        id: "growth",
        title: say.growth().to_owned(),
        notes: Vec::new(),
        chart: Chart::Line(LineChart::of(say, &months)),
        table: months_table(say, say.published_resources(), &months),
    }
}

/// Months and what was counted in each.
pub(super) fn months_table(say: PageWords, counted: &str, months: &[(String, i64)]) -> ChartTable {
    ChartTable {
        head: vec![say.month().to_owned(), counted.to_owned()],
        rows: months
            .iter()
            .map(|(month, count)| vec![month.clone(), count.to_string()])
            .collect(),
    }
}
