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

#[test]
fn a_standard_is_drafted_and_published_from_the_command_line_and_never_unseen() {
    let desk = Desk::new();
    let sheet = desk.write("目录.csv", SHEET);
    desk.run(&["curriculum", "import", &sheet]);
    assert_eq!(
        desk.run(&["account", "add", "bureau", "--role", "bureau"]).code,
        Some(0)
    );
    let draft = |name: &str, sheet: String| {
        let file = desk.write(name, sheet);
        let about = ["--major", "数控加工", "--title", "课程标准", "--as", "bureau"];
        desk.run(&[&["curriculum", "standard", "draft", &file], &about[..]].concat())
    };

    let faulty = draft(
        "错.csv",
        SHEET
            .replace("学时\n", "原任务\n")
            .replace("台阶轴,40", "圆柱轴,没有的"),
    );
    assert_eq!(faulty.code, Some(1));
    assert!(faulty.err.contains("第 2 行「原任务」"), "{}", faulty.err);
    let shown = draft("新.csv", SHEET.replace("锥轴,40", "螺纹轴,40"));
    assert!(shown.out.contains("退出 学习任务“锥轴”"), "{} {}", shown.out, shown.err);
    let id = shown.out.split(' ').next().unwrap();
    let base = shown.out.lines().last().unwrap().strip_prefix("base ").unwrap();
    let publish = |base: &str| {
        desk.run(&[
            "curriculum",
            "standard",
            "publish",
            id,
            "--base",
            base,
            "--as",
            "bureau",
        ])
    };

    assert_eq!(
        publish(&"0".repeat(64)).code,
        Some(1),
        "what was not seen is not published"
    );
    let published = publish(base);
    assert_eq!(published.code, Some(0), "{}", published.err);
    let listed = desk.run(&["curriculum", "standard", "list"]).out;
    assert!(listed.contains("第 1 版"), "{listed}");
    let again = desk.run(&["curriculum", "import", &sheet]);
    assert!(again.out.contains("与“数控加工”第 1 版课程标准"), "{}", again.out);
}
