use super::*;
use crate::domain::curriculum::table;
use crate::domain::standard::comparison::{StandardChangeKind, compare};
use crate::domain::standard::structure::{RetiredCourse, RetiredTask};

const HEADINGS: [&str; 7] = [
    "专业",
    "课程",
    "典型工作任务",
    "参考性学习任务",
    "学时",
    "原课程",
    "原任务",
];

/// A row: course, task, hours, former course, former task.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);

fn proposal(rows: &[Row]) -> Proposal {
    let rows: Vec<(u32, Vec<String>)> = (2..)
        .zip(rows)
        .map(|(number, (course, task, hours, former_course, former_task))| {
            let cells = ["数控加工", course, course, task, hours, former_course, former_task];
            (number, cells.map(str::to_owned).to_vec())
        })
        .collect();
    let placed = table::read_placed(1, &HEADINGS.map(str::to_owned), &rows).expect("a table");
    let own = OwnMajor {
        code: None,
        name: "数控加工",
    };
    Proposal::of(placed, own).expect("one major")
}

fn taught(rows: &[Row]) -> MajorStanding {
    MajorStanding {
        taught: proposal(rows).resolve(&MajorStanding::default()).expect("new rows"),
        ..MajorStanding::default()
    }
}

fn told(standing: &MajorStanding, rows: &[Row]) -> Vec<(StandardChangeKind, String, Vec<String>)> {
    let after = proposal(rows).resolve(standing).expect("sound rows");
    let changes = compare(&standing.taught, &after).into_iter();
    changes
        .map(|change| {
            let mut into: Vec<String> = change.into.into_iter().map(|target| target.name).collect();
            into.extend(change.to);
            (change.kind, change.name, into)
        })
        .collect()
}

fn line(kind: StandardChangeKind, name: &str, into: &[&str]) -> (StandardChangeKind, String, Vec<String>) {
    (kind, name.to_owned(), into.iter().map(|it| (*it).to_owned()).collect())
}

use StandardChangeKind::{Added, Hours, Merged, Moved, Renamed, Reordered, Retired, Split};

#[test]
fn the_same_table_again_changes_nothing() {
    let rows = [("车削", "台阶轴", "40", "", ""), ("车削", "锥轴", "40", "", "")];
    assert_eq!(told(&taught(&rows), &rows), []);
}

#[test]
fn one_task_is_renamed_one_split_one_retired_one_new() {
    let standing = taught(&[
        ("车削", "台阶轴", "40", "", ""),
        ("车削", "锥轴", "40", "", ""),
        ("车削", "螺纹轴", "40", "", ""),
    ]);

    let changes = told(
        &standing,
        &[
            ("车削", "阶梯轴", "48", "", "台阶轴"),
            ("车削", "外锥", "20", "", "锥轴"),
            ("车削", "内锥", "20", "", "锥轴"),
            ("车削", "偏心轴", "40", "", ""),
        ],
    );

    assert_eq!(
        changes,
        [
            line(Retired, "螺纹轴", &[]),
            line(Split, "锥轴", &["外锥", "内锥"]),
            line(Renamed, "台阶轴", &["阶梯轴"]),
            line(Hours, "台阶轴", &["48"]),
            line(Added, "偏心轴", &[]),
        ]
    );
}

#[test]
fn names_are_passed_on_from_task_to_task_and_every_task_stays_itself() {
    let standing = taught(&[("车削", "甲", "", "", ""), ("车削", "乙", "", "", "")]);
    let id = |name: &str| {
        let tasks = &standing.taught.courses[0].tasks;
        tasks.iter().find(|task| task.name == name).expect("a task").id
    };

    let rows = [("车削", "乙", "", "", "甲"), ("车削", "丙", "", "", "乙")];
    let after = proposal(&rows).resolve(&standing).expect("sound rows");

    let tasks = &after.courses[0].tasks;
    assert_eq!((tasks[1].name.as_str(), tasks[1].id), ("乙", id("甲")));
    assert_eq!((tasks[2].name.as_str(), tasks[2].id), ("丙", id("乙")));
}

#[test]
fn a_task_that_keeps_its_name_while_others_split_from_it_stays_itself() {
    let standing = taught(&[("车削", "锥轴", "", "", "")]);

    let changes = told(
        &standing,
        &[("车削", "锥轴", "", "", ""), ("车削", "内锥", "", "", "锥轴")],
    );

    assert_eq!(changes, [line(Split, "锥轴", &["锥轴", "内锥"])]);
}

#[test]
fn tasks_follow_a_course_that_is_renamed_and_one_moves_to_another() {
    let standing = taught(&[
        ("车削", "台阶轴", "", "", ""),
        ("车削", "锥轴", "", "", ""),
        ("铣削", "平面", "", "", ""),
    ]);

    let changes = told(
        &standing,
        &[
            ("零件车削", "台阶轴", "", "车削", ""),
            ("铣削", "平面", "", "", ""),
            ("铣削", "锥轴", "", "", "车削/锥轴"),
        ],
    );

    assert_eq!(
        changes,
        [
            line(Moved, "锥轴", &["铣削"]),
            line(Renamed, "车削", &["零件车削"]),
            // The typical work task bears the name of its course in this table.
            line(Renamed, "车削", &["零件车削"]),
        ]
    );
}

#[test]
fn two_tasks_become_one_and_the_rest_comes_in_another_order() {
    let standing = taught(&[
        ("车削", "甲", "", "", ""),
        ("车削", "乙", "", "", ""),
        ("车削", "丙", "", "", ""),
        ("车削", "丁", "", "", ""),
    ]);

    let changes = told(
        &standing,
        &[
            ("车削", "丁", "", "", ""),
            ("车削", "丙", "", "", ""),
            ("车削", "甲乙", "", "", "甲;乙"),
        ],
    );

    assert_eq!(
        changes,
        [
            line(Merged, "甲", &["甲乙"]),
            line(Merged, "乙", &["甲乙"]),
            line(Reordered, "车削", &[]),
        ]
    );
}

#[test]
fn a_task_that_was_retired_is_itself_again_when_its_name_comes_back() {
    let mut standing = taught(&[("车削", "甲", "", "", "")]);
    let retired = TaskId::new();
    standing.retired_tasks.push(RetiredTask {
        id: retired,
        course: standing.taught.courses[0].id,
        kind: StandardTaskKind::Reference,
        name: "乙".to_owned(),
    });

    let rows = [("车削", "甲", "", "", ""), ("车削", "乙", "", "", "")];
    let after = proposal(&rows).resolve(&standing).expect("sound rows");

    assert_eq!(after.courses[0].tasks[2].id, retired);
    assert_eq!(told(&standing, &rows), [line(Added, "乙", &[])]);
}

#[test]
fn a_former_name_that_nobody_or_several_bear_is_named_with_its_row() {
    let standing = taught(&[("车削", "轴", "", "", ""), ("铣削", "轴", "", "", "")]);

    let faulty = proposal(&[
        ("磨削", "圆", "", "", "轴"),
        ("磨削", "面", "", "", "没有的"),
        ("车削", "轴", "", "没有的课", ""),
        ("铣削", "轴", "", "", ""),
    ]);
    let RowFaults(faults) = faulty.resolve(&standing).expect_err("two names are wrong");

    let told: Vec<(u32, &RowProblem)> = faults.iter().map(|it| (it.place.row, &it.problem)).collect();
    assert_eq!(
        told,
        [
            (2, &RowProblem::AmbiguousFormer("轴".to_owned())),
            (3, &RowProblem::UnknownFormer("没有的".to_owned())),
            (4, &RowProblem::UnknownFormer("没有的课".to_owned())),
        ]
    );
}

#[test]
fn the_name_of_what_is_retired_stays_with_it() {
    let standing = taught(&[("车削", "甲", "", "", ""), ("车削", "乙", "", "", "")]);

    // 甲 becomes 乙, and the 乙 there was is split under other names: its row would bear the name of another.
    let rows = proposal(&[
        ("车削", "乙", "", "", "甲"),
        ("车削", "丙", "", "", "乙"),
        ("车削", "丁", "", "", "乙"),
    ]);
    let RowFaults(faults) = rows.resolve(&standing).expect_err("a name is in use");

    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].place.row, 2);
    assert_eq!(faults[0].problem, RowProblem::NameInUse("乙".to_owned()));
}

/// Two rows of the same id could never be published.
#[test]
fn a_course_that_is_split_leaves_every_row_an_id_of_its_own() {
    let standing = taught(&[
        ("车削", "台阶轴", "40", "", ""),
        ("车削", "锥轴", "40", "", ""),
        ("铣削", "平面", "40", "", ""),
    ]);
    // As the table of what is taught comes back: the typical work task of the other half is still called 车削.
    let rows: Vec<(u32, Vec<String>)> = [
        ["数控加工", "车削", "车削", "台阶轴", "40", "车削", "台阶轴"],
        ["数控加工", "车削二", "车削", "锥轴", "40", "车削", "锥轴"],
        ["数控加工", "铣削", "铣削", "平面", "40", "铣削", "平面"],
    ]
    .into_iter()
    .zip(2..)
    .map(|(cells, number)| (number, cells.map(str::to_owned).to_vec()))
    .collect();
    let placed = table::read_placed(1, &HEADINGS.map(str::to_owned), &rows).expect("a table");
    let own = OwnMajor {
        code: None,
        name: "数控加工",
    };

    let after = Proposal::of(placed, own)
        .expect("one major")
        .resolve(&standing)
        .expect("sound rows");

    let ids: Vec<_> = after
        .courses
        .iter()
        .flat_map(|course| &course.tasks)
        .map(|task| task.id)
        .collect();
    let distinct: std::collections::HashSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "one row goes on as two");
    assert!(
        compare(&standing.taught, &after)
            .iter()
            .any(|change| change.kind == Moved)
    );
}

/// Only the 课程 cell of one row was changed in the table of what is taught.
#[test]
fn a_task_that_goes_to_another_course_splits_no_course() {
    let standing = taught(&[
        ("车削", "台阶轴", "40", "", ""),
        ("铣削", "平面", "40", "", ""),
        ("铣削", "沟槽", "40", "", ""),
    ]);

    let changes = told(
        &standing,
        &[
            ("车削", "台阶轴", "40", "车削", "台阶轴"),
            ("铣削", "平面", "40", "铣削", "平面"),
            ("车削", "沟槽", "40", "铣削", "沟槽"),
        ],
    );

    assert_eq!(changes, [line(Moved, "沟槽", &["车削"])]);
}

/// A course of 车床；铣床 was told that neither 车床 nor 铣床 is taught.
#[test]
fn a_name_that_holds_what_parts_entries_comes_back_as_itself() {
    let standing = taught(&[("车床；铣床", "台阶轴", "", "", ""), ("磨床", "外圆", "", "", "")]);

    let same = [
        ("车床；铣床", "台阶轴", "", "车床；铣床", "台阶轴"),
        ("磨床", "外圆", "", "磨床", "外圆"),
    ];
    assert_eq!(told(&standing, &same), []);

    let merged = [
        ("机床", "台阶轴", "", "车床；铣床\n磨床", "台阶轴"),
        ("机床", "外圆", "", "车床；铣床\n磨床", "外圆"),
    ];
    let changes = told(&standing, &merged);
    let of_courses: Vec<_> = changes.iter().filter(|(kind, ..)| *kind == Merged).collect();
    assert_eq!(
        of_courses,
        [&line(Merged, "车床；铣床", &["机床"]), &line(Merged, "磨床", &["机床"]),]
    );
}

/// 甲 was swallowed by the 乙 that had been retired, and what stood at 甲 was told to go there.
#[test]
fn a_rename_to_the_name_of_what_was_retired_is_refused_and_no_merger() {
    let mut standing = taught(&[("车削", "甲", "", "", "")]);
    standing.retired_tasks.push(RetiredTask {
        id: TaskId::new(),
        course: standing.taught.courses[0].id,
        kind: StandardTaskKind::Reference,
        name: "乙".to_owned(),
    });
    standing.retired_courses.push(RetiredCourse {
        id: CourseId::new(),
        level: None,
        name: "铣削".to_owned(),
    });

    for rows in [[("车削", "乙", "", "", "甲")], [("铣削", "甲", "", "车削", "甲")]] {
        let RowFaults(faults) = proposal(&rows).resolve(&standing).expect_err("the name is in use");
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(matches!(faults[0].problem, RowProblem::NameRetired(_)), "{faults:?}");
    }
}
