//! Importing folders from the command line.

use crate::cli::{Answer, Desk};

/// A folder as teachers keep them.
fn september() -> Desk {
    let desk = Desk::with_a_teacher();
    desk.write("旧资料/台阶轴 工作页/工作页.txt", "车削台阶轴");
    desk.write("旧资料/台阶轴 工作页/图/轴.txt", "图样");
    desk.write("旧资料/安全教案.txt", "先停机");
    desk.write("旧资料/Thumbs.db", "x");
    desk.write("旧资料/~$安全教案.docx", "x");
    desk.write("旧资料/.DS_Store", "x");
    std::os::unix::fs::symlink("/etc/passwd", desk.path("旧资料/passwd")).unwrap();
    desk
}

fn import(desk: &Desk, more: &[&str]) -> Answer {
    let folder = desk.path("旧资料");
    let mut args = vec!["import", folder.to_str().unwrap(), "--as", "wang"];
    args.extend(more);
    desk.run(&args)
}

#[test]
fn a_folder_becomes_resources_and_the_second_run_finds_them_there() {
    let desk = september();

    let dry = import(&desk, &["--dry-run"]);
    let first = import(&desk, &["--publish", "--json"]);
    let second = import(&desk, &["--publish", "--json"]);

    assert_eq!(dry.code, Some(0), "{}", dry.err);
    assert!(dry.out.contains("台阶轴 工作页? [worksheet?]"), "{}", dry.out);
    assert!(dry.out.contains("安全教案? [lesson_plan?]"), "{}", dry.out);
    assert_eq!(dry.err.matches("skipped").count(), 4, "{}", dry.err);
    assert_eq!((first.code, &first.json()["imported"]), (Some(0), &2.into()));
    assert_eq!((second.code, &second.json()["known"]), (Some(0), &2.into()));
    assert_eq!(first.json()["items"][0]["id"], second.json()["items"][0]["id"]);
}

#[test]
fn a_run_that_was_cut_off_is_finished_by_the_next() {
    let desk = september();
    import(&desk, &[]);
    desk.write("旧资料/新课件.txt", "后来的");
    desk.write("旧资料/安全教案.txt", "先停机。改过");

    let answer = import(&desk, &["--json"]).json();

    assert_eq!((&answer["known"], &answer["imported"]), (&1.into(), &2.into()));
}

#[test]
fn all_faults_of_a_sheet_are_named_at_once_in_both_languages_and_nothing_is_imported() {
    let desk = september();
    let sheet = desk.write(
        "清单.csv",
        "文件,标题,类型,专业,年份,范围\n\
         台阶轴 工作页,台阶轴,工作页,没有的专业,,\n\
         不存在.docx,甲,工作页,,,\n\
         安全教案.txt,安全,神仙,,去年,全市\n",
    );

    let dry = import(&desk, &["--sheet", &sheet, "--dry-run"]);
    let real = import(&desk, &["--sheet", &sheet]);

    assert_eq!((dry.code, real.code), (Some(1), Some(1)));
    assert_eq!(dry.err, real.err);
    for said in [
        "第 2 行",
        "row 2",
        "没有的专业",
        "第 3 行",
        "row 3",
        "row 4",
        "神仙",
        "「年份」",
        "`year`",
    ] {
        assert!(real.err.contains(said), "{said} is not in {}", real.err);
    }
    assert_eq!(import(&desk, &["--json"]).json()["known"], 0);
}

#[test]
fn a_sheet_says_what_the_files_are() {
    let desk = september();
    let sheet = desk.write(
        "清单.csv",
        "路径,标题,类型,关键词,年份,范围,许可,单位同意,第三方素材,出镜人员,人工智能,AI工具\n\
         台阶轴 工作页\\,车台阶轴,教学案例,车削；轴,2024,全市,CC BY 4.0,是,照片｜某厂｜已取得,无,辅助,某大模型\n",
    );

    let plan = import(&desk, &["--sheet", &sheet, "--dry-run", "--json"]).json();

    let item = &plan["items"][0];
    assert_eq!(
        (&item["metadata"]["title"], &item["metadata"]["type"]),
        (&"车台阶轴".into(), &"teaching_case".into())
    );
    assert_eq!(item["metadata"]["keywords"], serde_json::json!(["车削", "轴"]));
    let said = |field: &str| item["metadata"][field].clone();
    let rights = ["licence", "employer_consent", "people_filmed", "ai_use", "ai_tool"].map(said);
    assert_eq!(rights, ["cc-by-4.0", "granted", "nobody", "assisted", "某大模型"]);
    let part = serde_json::json!([{"what": "照片", "source": "某厂", "permission": "granted"}]);
    assert_eq!(said("third_party"), part);
    assert_eq!(item["files"].as_array().unwrap().len(), 2);
    let skipped = plan["skipped"].as_array().unwrap();
    assert!(skipped.iter().any(|skipped| skipped["why"] == "not_in_sheet"));
}

#[test]
fn a_run_that_is_killed_leaves_nothing_twice() {
    let desk = Desk::with_a_teacher();
    for number in 0..40 {
        desk.write(&format!("旧资料/第{number}课.txt"), format!("第 {number} 课"));
    }
    let folder = desk.path("旧资料");

    let mut running = desk.start(&["import", folder.to_str().unwrap(), "--as", "wang", "--publish"]);
    while desk.objects() < 5 {
        assert!(running.try_wait().unwrap().is_none(), "it ended before it was killed");
    }
    running.kill().unwrap();
    running.wait().unwrap();
    let second = import(&desk, &["--publish", "--json"]).json();
    let third = import(&desk, &["--publish", "--json"]).json();

    let count = |answer: &serde_json::Value, what: &str| answer[what].as_u64().unwrap();
    assert!(count(&second, "known") > 0);
    assert_eq!(count(&second, "known") + count(&second, "imported"), 40);
    assert_eq!(count(&third, "known"), 40);
}

#[test]
fn what_has_no_room_fails_alone_and_the_rest_is_done() {
    let desk = september();
    desk.write("旧资料/安全教案.txt", vec![b'x'; 4096]);
    let folder = desk.path("旧资料");

    let answer = desk.run_with(
        &["import", folder.to_str().unwrap(), "--as", "wang", "--json"],
        &[("GONGXUE_UPLOADS__SCHOOL_QUOTA_BYTES", "1000")],
    );

    let failed = answer.json()["failed"].clone();
    assert_eq!((answer.code, failed), (Some(3), 1.into()), "{}", answer.err);
    assert!(answer.err.contains("安全教案"), "{}", answer.err);
}

/// A Mac writes `é` as two characters, a PC as one: two files that look the same, of which one went without a word.
#[test]
fn files_whose_names_only_look_the_same_are_all_imported() {
    let desk = Desk::with_a_teacher();
    for (name, words) in [
        ("教案/R\u{e9}sum\u{e9}.txt", "先断电"),
        ("教案/Re\u{301}sume\u{301}.txt", "再挂牌"),
        ("教案/步骤 .txt", "三"),
        ("教案/步骤.txt", "四"),
        ("教案/ 步骤.txt", "五"),
        ("\u{e9}tude.txt", "六"),
        ("e\u{301}tude.txt", "七"),
    ] {
        desk.write(&format!("旧资料/{name}"), words);
    }

    let first = import(&desk, &["--json"]);
    let again = import(&desk, &["--json"]);

    assert_eq!(
        (first.code, &first.json()["imported"]),
        (Some(0), &3.into()),
        "{}",
        first.err
    );
    assert_eq!(first.json()["skipped"].as_array().unwrap().len(), 0);
    assert_eq!(again.json()["known"], 3);
    let dry = import(&desk, &["--dry-run", "--json"]).json();
    let files = dry["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["path"] == "教案")
        .unwrap();
    let mut paths: Vec<&str> = files["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["path"].as_str().unwrap())
        .collect();
    paths.sort_unstable();
    assert_eq!(paths.len(), 5);
    paths.dedup();
    assert_eq!(paths.len(), 5, "{paths:?}");
}

#[test]
fn a_sheet_finds_a_file_whatever_its_name_is_made_of() {
    let desk = Desk::with_a_teacher();
    desk.write("旧资料/e\u{301}tude\u{3000}.txt", "一");
    desk.write("旧资料/\u{e9}tude.txt", "二");
    desk.write("旧资料/步骤 /一.txt", "三");
    let sheet = desk.write("清单.csv", "文件,标题\n\u{e9}tude.txt,甲\n步骤,乙\n");

    let answer = import(&desk, &["--sheet", &sheet, "--dry-run", "--json"]);

    assert_eq!(answer.code, Some(0), "{}", answer.err);
    let plan = answer.json();
    let files = |at: usize| plan["items"][at]["files"].as_array().unwrap().len();
    assert_eq!((files(0), files(1)), (1, 1));
    assert_eq!(
        plan["skipped"].as_array().unwrap().len(),
        1,
        "what no row names is named"
    );
}
