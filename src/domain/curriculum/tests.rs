use std::collections::BTreeSet;

use super::column::CatalogueColumn;
use super::fault::{RowFaults, RowProblem};
use super::{
    Catalogue, CatalogueCourse, CatalogueMajor, CatalogueTask, Level, MajorCode, MajorKey, Reliability, json, table,
};

fn rows(headings: &[&str], rows: &[&[&str]]) -> Result<Catalogue, RowFaults> {
    let owned = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    let numbered: Vec<(u32, Vec<String>)> = (2..).zip(rows).map(|(row, cells)| (row, owned(cells))).collect();
    table::read(1, &owned(headings), &numbered)
}

fn problems(result: Result<Catalogue, RowFaults>) -> Vec<(u32, Option<CatalogueColumn>, RowProblem)> {
    let faults = result.expect_err("the rows are faulty").0;
    faults
        .into_iter()
        .map(|fault| (fault.place.row, fault.column, fault.problem))
        .collect()
}

fn code(text: &str) -> MajorCode {
    MajorCode::parse(text).unwrap().0
}

#[test]
fn a_code_carries_its_level_as_a_digit() {
    let (code, level) = MajorCode::parse(" 0403-3 ").unwrap();

    assert_eq!(code.as_str(), "0403");
    assert_eq!(level, Some(Level::Advanced));
    assert_eq!(code.at(Level::PreTechnician), "0403-2");
    assert_eq!(
        MajorCode::parse("TJ-3").unwrap().1,
        None,
        "a local code has no level digit"
    );
    assert!(MajorCode::parse("403").is_err(), "a spreadsheet ate the zero");
}

#[test]
fn every_column_is_recognised_by_each_of_its_names() {
    for column in CatalogueColumn::all() {
        assert_eq!(CatalogueColumn::named(column.zh()), Some(column));
        assert_eq!(CatalogueColumn::named(column.en()), Some(column));
    }
    assert_eq!(
        CatalogueColumn::named(" Major_Code* "),
        Some(CatalogueColumn::MajorCode)
    );
    assert_eq!(CatalogueColumn::named("序号"), None);
}

#[test]
fn a_table_becomes_majors_courses_and_tasks() {
    let headings = [
        "专业编码",
        "专业名称",
        "层次",
        "课程",
        "典型工作任务",
        "学习任务",
        "学时",
    ];
    let catalogue = rows(
        &headings,
        &[
            &["0403-4", "汽车维修", "", "汽车维护", "汽车维护", "更换机油与机滤", "12"],
            &[
                "0403",
                "汽车维修",
                "中级工",
                "汽车维护",
                "汽车维护",
                "轮胎动平衡",
                "18.0",
            ],
            &["", "焊接加工", "", "", "", "", ""],
            &["", "", "", "", "", "", ""],
        ],
    )
    .unwrap();

    assert_eq!(catalogue.majors.len(), 2);
    assert_eq!(catalogue.majors[0].category_code.as_deref(), Some("04"));
    assert_eq!(catalogue.majors[1].key(), MajorKey::Name("焊接加工".to_owned()));
    assert_eq!(catalogue.courses.len(), 1);
    assert_eq!(catalogue.courses[0].level, Some(Level::Intermediate));
    assert_eq!(catalogue.courses[0].work_tasks, ["汽车维护"]);
    let tasks: Vec<_> = catalogue
        .tasks
        .iter()
        .map(|task| (task.name.as_str(), task.position, task.hours))
        .collect();
    assert_eq!(tasks, [("更换机油与机滤", 1, Some(12)), ("轮胎动平衡", 2, Some(18))]);
}

#[test]
fn every_faulty_row_is_named_at_once() {
    let headings = ["专业编码", "专业", "层次", "课程", "学时"];
    let found = problems(rows(
        &headings,
        &[
            &["403", "汽车维修", "中级工", "汽车维护", "48"],
            &["", "焊接加工", "大师", "焊条电弧焊", "多"],
            &["", "", "", "气割", ""],
            &["0501-3", "烹饪", "中级工", "热菜", ""],
        ],
    ));

    let places: Vec<_> = found.iter().map(|(row, column, _)| (*row, *column)).collect();
    assert_eq!(
        places,
        [
            (2, Some(CatalogueColumn::MajorCode)),
            (3, Some(CatalogueColumn::Level)),
            (3, Some(CatalogueColumn::Hours)),
            (4, Some(CatalogueColumn::Major)),
            (5, Some(CatalogueColumn::Level)),
        ]
    );
    assert!(matches!(found[3].2, RowProblem::MissingParent));
    assert!(matches!(found[4].2, RowProblem::LevelContradictsCode(_)));
}

#[test]
fn a_fault_is_said_in_both_languages_with_its_place_and_column() {
    let faults = rows(&["专业", "课程", "课程学时"], &[&["焊接加工", "气割", "三十"]])
        .expect_err("no number")
        .0;

    assert_eq!(faults[0].zh(), "第 2 行「课程学时」：“三十”不是整数，请只写数字。");
    assert_eq!(
        faults[0].en(),
        "row 2, `course_hours`: `三十` is not a whole number; write digits only"
    );
}

#[test]
fn rows_that_contradict_each_other_name_the_earlier_one() {
    let found = problems(rows(
        &["code", "major", "course", "hours"],
        &[
            &["0403", "汽车维修", "汽车维护", "48"],
            &["0403", "汽修", "汽车维护", "50"],
        ],
    ));

    assert!(matches!(&found[0].2, RowProblem::Conflict(first, before, _) if first.row == 2 && before == "汽车维修"));
    assert!(matches!(&found[1].2, RowProblem::Conflict(_, before, now) if before == "48" && now == "50"));
}

#[test]
fn headings_without_a_major_or_twice_the_same_are_refused() {
    assert_eq!(problems(rows(&["课程"], &[])), [(1, None, RowProblem::NoMajorColumn)]);
    assert_eq!(
        problems(rows(&["专业", "专业名称"], &[])),
        [(1, Some(CatalogueColumn::Major), RowProblem::DoubledColumn)]
    );
}

#[test]
fn a_retired_code_leads_to_the_one_in_use() {
    let headings = ["专业编码", "专业", "替代编码"];
    let catalogue = rows(&headings, &[&["0403", "汽车维修", "0413"], &["0413", "汽车维修", ""]]).unwrap();

    assert_eq!(catalogue.majors.len(), 2);
    assert_eq!(*catalogue.current_code(&code("0403")), code("0413"));

    let circle = problems(rows(&headings, &[&["0403", "甲", "0413"], &["0413", "乙", "0403"]]));
    assert!(matches!(circle[0].2, RowProblem::Circle(_)));
}

#[test]
fn a_row_may_name_by_code_a_major_that_comes_later() {
    let catalogue = rows(
        &["code", "major", "course"],
        &[&["0403-3", "", "汽车总成大修"], &["0403", "汽车维修", ""]],
    )
    .unwrap();

    assert_eq!(catalogue.courses[0].major, MajorKey::Code(code("0403")));
    assert!(matches!(
        problems(rows(&["code", "major", "course"], &[&["0403", "", "汽车维护"]]))[0].2,
        RowProblem::UnnamedMajor(_)
    ));
}

#[test]
fn the_published_lists_are_read_as_they_are() {
    let majors = r#"[{"code":"0403","name":"汽车维修","levels":["中级工","预备技师(技师)"],"name_verified":true,
                      "sources":["http://a","http://b"],"level_codes":{"中级工":"0403-4"}}]"#;
    let courses = r#"[{"major_code":"0403","major":"汽车维修","level":"高级工","course":"汽车总成大修",
                       "typical_work_task":"完成汽车各总成大修作业","learning_tasks":[{"task":"拆装","hours":60}],
                       "hours":60,"status":"illustrative"},
                      {"major_code":null,"major":null,"course":null,"learning_tasks":[{"task":"照明","hours":null}]}]"#;

    let majors = json::read(majors).unwrap();
    assert_eq!(majors.majors[0].provenance.status, Some(Reliability::Verified));
    assert_eq!(
        majors.majors[0].provenance.source.as_deref(),
        Some("http://a\nhttp://b")
    );
    assert_eq!(
        Vec::from_iter(majors.majors[0].levels.clone()),
        [Level::Intermediate, Level::PreTechnician]
    );

    let faults = json::read(courses).expect_err("the second course has no name").0;
    let columns: Vec<_> = faults.iter().map(|fault| (fault.place.row, fault.column)).collect();
    assert_eq!(
        columns,
        [(2, Some(CatalogueColumn::Major)), (2, Some(CatalogueColumn::Course))]
    );
    assert_eq!(faults[0].place.zh(), "courses 第 2 项");
}

#[test]
fn broken_json_is_one_fault_and_no_panic() {
    assert!(matches!(problems(json::read("{"))[0].2, RowProblem::NotReadable(_)));
    assert!(matches!(problems(json::read("{}"))[0].2, RowProblem::NotReadable(_)));
}

#[test]
fn the_shipped_catalogue_is_clean_and_invents_no_code() {
    let catalogue = Catalogue::shipped();

    assert!(catalogue.majors.len() >= 38);
    let codes: Vec<_> = catalogue
        .majors
        .iter()
        .filter_map(|major| major.code.as_ref())
        .map(MajorCode::as_str)
        .collect();
    assert_eq!(codes, ["0116", "0403", "0501"], "only these are confirmed");
    assert_eq!(catalogue.majors.iter().filter(|major| major.phase.is_some()).count(), 9);
    assert!(catalogue.tasks.len() >= 57);
}

#[test]
fn no_key_occurs_twice_and_reading_again_gives_the_same() {
    let catalogue = Catalogue::shipped();

    let majors: BTreeSet<_> = catalogue.majors.iter().map(CatalogueMajor::key).collect();
    let courses: BTreeSet<_> = catalogue.courses.iter().map(CatalogueCourse::key).collect();
    let tasks: BTreeSet<_> = catalogue.tasks.iter().map(CatalogueTask::key).collect();

    assert_eq!(majors.len(), catalogue.majors.len());
    assert_eq!(courses.len(), catalogue.courses.len());
    assert_eq!(tasks.len(), catalogue.tasks.len());
    assert!(catalogue.courses.iter().all(|course| majors.contains(&course.major)));
    assert!(catalogue.tasks.iter().all(|task| courses.contains(&task.course)));
    assert_eq!(catalogue, Catalogue::shipped());
}
