//! The same file twice changes nothing; ids never change.

use crate::domain::curriculum::{Catalogue, json};
use crate::library::curriculum::catalogue::plan::{Known, Plan};

const LIST: &str = r#"{
    "majors": [
        {"code": "0403", "name": "工业机器人", "levels": ["高级工"]},
        {"name": "数控加工", "aliases": ["数控车"]}
    ],
    "courses": [
        {"major": "数控加工", "level": "中级工", "course": "零件车削", "work_tasks": ["车削台阶轴"],
         "tasks": [{"name": "台阶轴", "hours": 40}]}
    ]
}"#;

fn read(text: &str) -> Catalogue {
    json::read(text).unwrap()
}

/// What is there after a plan on an empty library.
fn imported(text: &str) -> Known {
    let plan = Plan::of(Known::default(), &read(text));
    Known {
        majors: plan.majors.new,
        courses: plan.courses.new,
        tasks: plan.tasks.new,
    }
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let changes = Plan::of(imported(LIST), &read(LIST)).changes();

    assert!(changes.is_empty());
    assert_eq!(
        (changes.majors.same, changes.courses.same, changes.tasks.same),
        (2, 1, 2)
    );
}

#[test]
fn the_shipped_catalogue_twice_changes_nothing() {
    let plan = Plan::of(Known::default(), &Catalogue::shipped());
    let known = Known {
        majors: plan.majors.new,
        courses: plan.courses.new,
        tasks: plan.tasks.new,
    };

    assert!(Plan::of(known, &Catalogue::shipped()).changes().is_empty());
}

#[test]
fn reference_tasks_stand_under_the_only_typical_task() {
    let known = imported(LIST);

    let typical = known.tasks.iter().find(|task| task.kind == "typical").unwrap();
    let reference = known.tasks.iter().find(|task| task.kind == "reference").unwrap();
    assert_eq!(
        (typical.name.as_str(), reference.parent_id),
        ("车削台阶轴", Some(typical.id))
    );
}

#[test]
fn a_major_known_by_name_gets_the_code_it_comes_with_and_keeps_its_id_and_courses() {
    let known = imported(LIST);
    let id = known.majors.iter().find(|major| major.name == "数控加工").unwrap().id;
    let coded = LIST.replace(r#"{"name": "数控加工""#, r#"{"code": "0101", "name": "数控加工""#);

    let plan = Plan::of(known, &read(&coded));

    assert_eq!((plan.majors.changed.len(), plan.majors.new.len()), (1, 0));
    assert_eq!(
        (plan.majors.changed[0].id, plan.majors.changed[0].code.as_deref()),
        (id, Some("0101"))
    );
    assert_eq!((plan.courses.same, plan.tasks.same), (1, 2));
}

#[test]
fn what_a_file_does_not_say_stays_as_it_is_known() {
    let known = imported(LIST);

    let plan = Plan::of(
        known,
        &read(r#"{"majors": [{"name": "工业机器人"}, {"name": "数控加工"}]}"#),
    );

    assert!(plan.changes().is_empty());
}

#[test]
fn a_retired_code_and_its_successor_may_share_a_name() {
    let both = r#"{"majors": [
        {"code": "0101", "name": "数控加工", "replaced_by": "0150"},
        {"code": "0150", "name": "数控加工"}
    ]}"#;

    let plan = Plan::of(imported(r#"{"majors": [{"name": "数控加工"}]}"#), &read(both));

    assert_eq!(plan.majors.changed[0].code.as_deref(), Some("0150"));
    assert_eq!(plan.majors.new[0].replaced_by.as_deref(), Some("0150"));
}
