//! Why something is to be looked after: what became of the course or task that it stands at, or of what is in there.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::domain::code::codes;
use crate::domain::id::AnyId;
use crate::domain::standard::comparison::{StandardChange, StandardChangeKind};
use crate::domain::standard::structure::{StandardCourse, StandardStructure};

/// What became of a course, a task or a major, as far as those who have something there must look after it; the gravest
/// first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FollowUpCause {
    /// It is not taught any more, and nothing takes its place.
    Retired,
    /// Several take its place.
    Split,
    /// Another takes its place, and that of others besides.
    Merged,
    /// It stands in another course.
    Moved,
    /// Something in it goes, or comes from elsewhere: whoever chose it whole gets other contents.
    Within,
    /// It has another name.
    Renamed,
}

codes!(
    FollowUpCause:
    Retired "retired",
    Split "split",
    Merged "merged",
    Moved "moved",
    Within "within",
    Renamed "renamed",
);

impl FollowUpCause {
    /// Why a change asks for something, if it does.
    pub fn of(change: StandardChangeKind) -> Option<Self> {
        match change {
            StandardChangeKind::Retired => Some(Self::Retired),
            StandardChangeKind::Split => Some(Self::Split),
            StandardChangeKind::Merged => Some(Self::Merged),
            StandardChangeKind::Moved => Some(Self::Moved),
            StandardChangeKind::Renamed => Some(Self::Renamed),
            StandardChangeKind::Hours | StandardChangeKind::Reordered | StandardChangeKind::Added => None,
        }
    }

    /// Whether those who have something there are asked to take it elsewhere.
    pub fn asks_to_leave(self) -> bool {
        matches!(self, Self::Retired | Self::Split | Self::Merged)
    }

    /// Whether whoever chose the course or major around it gets other contents by it.
    fn changes_what_is_around(self) -> bool {
        self.asks_to_leave() || self == Self::Moved
    }

    /// The reasons of a later version that take the place of this one where both ask for the same thing at the same place: the
    /// same once more, and every graver one.
    pub fn gives_way_to(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |later| *later <= self)
    }
}

/// Something that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TouchedSubject {
    /// The gravest of what became of it.
    pub cause: FollowUpCause,
    /// What it was called.
    pub name: String,
}

/// Courses, tasks and majors that changed, by their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TouchedSubjects {
    by_id: HashMap<AnyId, TouchedSubject>,
}

impl TouchedSubjects {
    /// Takes them out of the changes of a version.
    pub fn of(changes: &[StandardChange]) -> Self {
        let mut subjects = Self::default();
        for change in changes {
            if let Some(cause) = FollowUpCause::of(change.kind) {
                subjects.touch(change.id, cause, &change.name);
            }
        }
        subjects
    }

    /// The same with the courses and the major around what goes: the course that a task leaves, and the one that it goes to.
    #[must_use]
    pub fn with_what_is_around(
        mut self,
        major: (AnyId, &str),
        before: &StandardStructure,
        after: &StandardStructure,
    ) -> Self {
        let goes = |id: AnyId| self.get(id).is_some_and(|it| it.cause.changes_what_is_around());
        let is_inside = |course: &StandardCourse| course.tasks.iter().any(|task| goes(task.id.into()));
        let reached: Vec<AnyId> = after
            .courses
            .iter()
            .filter(|course| is_inside(course))
            .map(|course| course.id.into())
            .collect();
        let around = before.courses.iter().filter(|course| {
            let id = AnyId::from(course.id);
            is_inside(course) || reached.contains(&id)
        });
        let around: Vec<&StandardCourse> = around.collect();
        let is_major_touched = !around.is_empty() || before.courses.iter().any(|course| goes(course.id.into()));
        for course in around {
            self.touch(course.id.into(), FollowUpCause::Within, &course.name);
        }
        if is_major_touched {
            self.touch(major.0, FollowUpCause::Within, major.1);
        }
        self
    }

    /// What became of something, if anything did.
    pub fn get(&self, id: AnyId) -> Option<&TouchedSubject> {
        self.by_id.get(&id)
    }

    fn touch(&mut self, id: AnyId, cause: FollowUpCause, name: &str) {
        let told = self.by_id.entry(id).or_insert_with(|| TouchedSubject {
            cause,
            name: name.to_owned(),
        });
        told.cause = told.cause.min(cause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{CourseId, MajorId, TaskId};
    use crate::domain::standard::comparison::compare;
    use crate::domain::standard::structure::{StandardTask, StandardTaskKind};

    fn task(id: TaskId, name: &str) -> StandardTask {
        StandardTask {
            id,
            kind: StandardTaskKind::Reference,
            name: name.to_owned(),
            hours: None,
            parent: None,
            former: Vec::new(),
        }
    }

    fn course(id: CourseId, name: &str, tasks: Vec<StandardTask>) -> StandardCourse {
        StandardCourse {
            id,
            level: None,
            name: name.to_owned(),
            hours: None,
            former: Vec::new(),
            tasks,
        }
    }

    /// Whoever chose the major whole was told that some course of it has another name.
    #[test]
    fn what_is_around_is_told_that_something_inside_goes_and_not_what_it_is_called() {
        let [turning, milling, grinding] = [CourseId::new(), CourseId::new(), CourseId::new()];
        let [kept, going] = [TaskId::new(), TaskId::new()];
        let before = StandardStructure {
            courses: vec![
                course(turning, "车削", vec![task(kept, "台阶轴"), task(going, "螺纹轴")]),
                course(milling, "铣削", Vec::new()),
                course(grinding, "磨削", Vec::new()),
            ],
        };
        let after = StandardStructure {
            courses: vec![
                course(turning, "零件车削", vec![task(kept, "阶梯轴")]),
                course(milling, "铣削", vec![task(going, "螺纹轴")]),
                course(grinding, "零件磨削", Vec::new()),
            ],
        };

        let major = MajorId::new().into();
        let touched = TouchedSubjects::of(&compare(&before, &after));
        let all = touched
            .clone()
            .with_what_is_around((major, "数控加工"), &before, &after);

        let told = |id: AnyId| all.get(id).map(|it| (it.cause, it.name.as_str()));
        assert_eq!(told(major), Some((FollowUpCause::Within, "数控加工")));
        assert_eq!(told(turning.into()), Some((FollowUpCause::Within, "车削")));
        assert_eq!(
            told(milling.into()),
            Some((FollowUpCause::Within, "铣削")),
            "it receives a task"
        );
        assert_eq!(told(grinding.into()), Some((FollowUpCause::Renamed, "磨削")));
        assert_eq!(told(going.into()), Some((FollowUpCause::Moved, "螺纹轴")));
        assert_eq!(
            touched.get(milling.into()),
            None,
            "what stands at the course itself stays"
        );
    }

    #[test]
    fn a_name_alone_changes_no_contents() {
        let (id, kept) = (CourseId::new(), TaskId::new());
        let structure = |name: &str| StandardStructure {
            courses: vec![course(id, "车削", vec![task(kept, name)])],
        };
        let (before, after) = (structure("台阶轴"), structure("阶梯轴"));

        let touched = TouchedSubjects::of(&compare(&before, &after));
        let major = MajorId::new().into();

        assert_eq!(
            touched
                .clone()
                .with_what_is_around((major, "数控加工"), &before, &after),
            touched
        );
    }

    #[test]
    fn only_a_graver_reason_or_the_same_takes_the_place_of_an_earlier_one() {
        use FollowUpCause::{Renamed, Retired, Split};
        let gives_way = |earlier: FollowUpCause, later| earlier.gives_way_to().any(|it| it == later);
        assert!(gives_way(Renamed, Renamed) && gives_way(Renamed, Split) && gives_way(Split, Retired));
        assert!(
            !gives_way(Split, Renamed),
            "what is to be divided is not done by another name"
        );
    }
}
