//! Importing catalogues from the command line.

use serde_json::json;

use crate::cli::Desk;

const SHEET: &str = "专业编码,专业,培养层次,课程,典型工作任务,参考性学习任务,学时\n\
                     ,数控加工,中级工,零件车削,车削台阶轴,台阶轴,40\n\
                     ,数控加工,中级工,零件车削,车削台阶轴,锥轴,40\n";

fn counts(new: u32, changed: u32, same: u32) -> serde_json::Value {
    json!({ "new": new, "changed": changed, "same": same })
}

#[test]
fn a_catalogue_is_imported_once_and_then_changes_nothing() {
    let desk = Desk::new();
    let file = desk.write("目录.csv", SHEET);

    let dry = desk.run(&["curriculum", "import", &file, "--dry-run", "--json"]);
    let first = desk.run(&["curriculum", "import", &file, "--json"]);
    let second = desk.run(&["curriculum", "import", &file, "--json"]);

    assert_eq!(dry.json(), first.json());
    assert_eq!(first.json()["majors"], counts(1, 0, 0));
    assert_eq!(first.json()["tasks"], counts(3, 0, 0));
    assert_eq!(second.json()["majors"], counts(0, 0, 1));
    assert_eq!(second.json()["tasks"], counts(0, 0, 3));
}

#[test]
fn a_code_that_comes_later_is_given_to_the_major_known_by_name() {
    let desk = Desk::new();
    let named = desk.write("1.csv", SHEET);
    let coded = desk.write("2.csv", SHEET.replace("\n,", "\n0101,"));

    desk.run(&["curriculum", "import", &named]);
    let answer = desk.run(&["curriculum", "import", &coded, "--json"]).json();

    assert_eq!(answer["majors"], counts(0, 1, 0));
    assert_eq!(answer["courses"], counts(0, 0, 1));
}

#[test]
fn every_faulty_row_is_named_in_both_languages_and_nothing_is_imported() {
    let desk = Desk::new();
    let faulty = desk.write(
        "目录.csv",
        format!("{SHEET},数控加工,神仙级,零件铣削,,,\n,,中级工,零件磨削,,,\n"),
    );
    let sound = desk.write("好.csv", SHEET);

    let answer = desk.run(&["curriculum", "import", &faulty]);

    assert_eq!(answer.code, Some(1), "{}", answer.err);
    for said in ["第 4 行", "row 4", "神仙级", "第 5 行", "row 5"] {
        assert!(answer.err.contains(said), "{said} is not in {}", answer.err);
    }
    let after = desk.run(&["curriculum", "import", &sound, "--json"]).json();
    assert_eq!(after["majors"], counts(1, 0, 0));
}
