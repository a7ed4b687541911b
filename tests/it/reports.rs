//! Figures: right to the last resource, for those who may see them, in every form.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use gongxue::domain::curriculum::Catalogue;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::html;
use crate::client::{Answer, Caller, escape, id, text};

const MAJOR: &str = "数控加工(数控车工)";
const COURSE: &str = "零件钳加工";
const TASK: &str = "鸭嘴锤制作";

/// A small library, counted by hand: of `S1` two worksheets at the task, a standard for the course as a whole and
/// a picture at no major; of `S2` a video at the task. A draft and a withdrawn one of `S1` count for nothing.
struct Small {
    app: TestApp,
    /// The worksheets, the standard, the picture, the video.
    shared: Vec<String>,
}

impl Small {
    async fn library() -> Self {
        let app = TestApp::start().await;
        let catalogue = Catalogue::shipped();
        app.ask(async move |library| library.curriculum.import_catalogue(&catalogue, false).await.map(|_| ()))
            .await
            .expect("import the catalogue");
        let (one, two) = (app.teacher("S1").await, app.teacher("S2").await);
        let (keeper, other) = (app.admin("S1").await, app.admin("S2").await);
        let at_task = |kind: &str| json!({"title": kind, "type": kind, "major": MAJOR, "course": COURSE, "task": TASK});
        let at_course = json!({"title": "标准", "type": "course_standard", "major": MAJOR, "course": COURSE});
        let nowhere = json!({"title": "图", "type": "image"});
        let mut shared = Vec::new();
        for metadata in [at_task("worksheet"), at_task("worksheet"), at_course, nowhere] {
            shared.push(publish(&one, &keeper, &metadata).await);
        }
        let mut video = at_task("video");
        video["scope"] = json!("city");
        shared.push(publish(&two, &other, &video).await);
        share(&one, &at_task("schedule")).await;
        let withdrawn = publish(&one, &keeper, &at_task("lesson_plan")).await;
        keeper.step(&withdrawn, "withdraw").await.expect(200);
        Self { app, shared }
    }
}

async fn share(teacher: &Caller, metadata: &Value) -> String {
    id(&teacher.share_as(metadata, &[("a.txt", b"a")]).await.expect(201).json())
}

async fn publish(teacher: &Caller, admin: &Caller, metadata: &Value) -> String {
    let shared = share(teacher, metadata).await;
    admin.step(&shared, "publish").await.expect(200);
    shared
}

async fn report(caller: &Caller, of: &str) -> Value {
    caller.get_json(&format!("/api/v1/reports/{of}")).await
}

fn named<'a>(list: &'a Value, field: &str, name: &str) -> &'a Value {
    let mut items = list.as_array().unwrap().iter();
    items.find(|item| item[field]["name"] == name).unwrap()
}

#[tokio::test]
async fn coverage_counts_what_is_published_where_it_stands_and_names_what_is_missing() {
    let small = Small::library().await;
    let bureau = small.app.bureau().await;

    let city = report(&bureau, "coverage").await;

    assert_eq!(city["total"], 5);
    assert_eq!(city["unplaced"], json!({"image": 1}));
    let major = named(&city["majors"], "major", MAJOR);
    assert_eq!(
        major["counts"],
        json!({"course_standard": 1, "video": 1, "worksheet": 2})
    );
    let course = named(&major["courses"], "course", COURSE);
    assert_eq!(course["counts"], major["counts"]);
    assert_eq!(course["whole"], json!({"course_standard": 1}));
    let task = named(&course["tasks"], "task", TASK);
    assert_eq!(task["counts"], json!({"video": 1, "worksheet": 2}));
    // The standard is for the course as a whole, and so for its task, too.
    let missing = json!([
        "task_design",
        "assessment",
        "item_bank",
        "activity_plan",
        "info_page",
        "schedule",
        "lesson_plan"
    ]);
    assert_eq!(task["missing"], missing);
    let empty = named(&major["courses"], "course", "产品质量检测");
    assert_eq!(empty["missing"].as_array().unwrap().len(), 9);

    let own = report(&small.app.admin("S2").await, "coverage").await;
    assert_eq!((&own["total"], &own["school"]["code"]), (&json!(1), &json!("S2")));
    let of_school = report(&bureau, "coverage?school=S1").await;
    assert_eq!(of_school["total"], 4);
    let foreign = small
        .app
        .admin("S2")
        .await
        .get("/api/v1/reports/coverage?school=S1")
        .await;
    assert_eq!(foreign.refusal(403), "not-allowed");
    assert_eq!(
        bureau.get("/api/v1/reports/coverage?school=S9").await.refusal(404),
        "no-such-school"
    );
    small.app.finish().await;
}

#[tokio::test]
async fn progress_holds_the_plan_against_what_is_there() {
    let small = Small::library().await;
    let bureau = small.app.bureau().await;

    let progress = report(&bureau, "progress").await;

    let goals = |what: &str, which: &str| -> Vec<Value> {
        let phases = progress["phases"].as_array().unwrap();
        phases.iter().map(|phase| phase[what][which].clone()).collect()
    };
    assert_eq!(goals("majors", "target"), [6, 2, 1]);
    assert_eq!(goals("majors", "reached"), [6, 2, 1]);
    assert_eq!(goals("majors", "with_resources"), [1, 0, 0]);
    assert_eq!(goals("schools", "target"), [4, 2, 1]);
    // The schools of this test joined in no phase, until somebody says so.
    assert_eq!(goals("schools", "reached"), [0, 0, 0]);
    assert_eq!(goals("teachers", "target"), [20, 30, 50]);
    assert_eq!(goals("teachers", "reached"), [0, 0, 0]);
    assert_eq!((&progress["resources"], &progress["authors"]), (&json!(5), &json!(2)));
    let months = progress["published"].as_array().unwrap();
    assert_eq!((months.len(), &months[11]["count"]), (12, &json!(5)));

    let schools = bureau.get_json("/api/v1/schools").await;
    let school = id(named_by(&schools["items"], "S1"));
    let path = format!("/api/v1/schools/{school}");
    let set =
        async |phase: Value| Answer::of(bureau.request("PATCH", &path).json(&json!({"joined_phase": phase}))).await;
    assert_eq!(set(json!("一")).await.faults(), ["/joined_phase malformed"]);
    assert_eq!(set(json!(2)).await.expect(200).json()["joined_phase"], 2);
    let after = report(&bureau, "progress").await;
    let reached = after["phases"].as_array().unwrap().iter();
    let reached: Vec<Value> = reached.map(|phase| phase["schools"]["reached"].clone()).collect();
    assert_eq!(reached, [0, 1, 0]);
    small.app.finish().await;
}

fn named_by<'a>(list: &'a Value, code: &str) -> &'a Value {
    let mut items = list.as_array().unwrap().iter();
    items.find(|item| item["code"] == code).unwrap()
}

#[tokio::test]
async fn usage_counts_others_than_authors_by_school_major_and_month() {
    let small = Small::library().await;
    let app = &small.app;
    let reader = app.reader("S1").await;
    let (worksheet, video) = (&small.shared[0], &small.shared[4]);
    for resource in [worksheet, worksheet, video, video, video] {
        reader.get(&format!("/api/v1/resources/{resource}")).await.expect(200);
    }
    app.ask(async |library| library.usage.keep_uses().await)
        .await
        .expect("keep");

    let usage = report(&app.expert().await, "usage").await;

    assert_eq!(usage["uses"], 5);
    let row = |school: &str, major: &Value| {
        let rows = usage["rows"].as_array().unwrap();
        let of_both = |row: &&Value| row["school"]["code"] == school && row["major"]["name"] == *major;
        rows.iter().find(of_both).cloned().unwrap_or_default()
    };
    let (first, second) = (row("S1", &json!(MAJOR)), row("S2", &json!(MAJOR)));
    assert_eq!((&first["uses"], &first["resources"]), (&json!(2), &json!(3)));
    assert_eq!((&second["uses"], &second["resources"]), (&json!(3), &json!(1)));
    assert_eq!(second["by_month"].as_array().unwrap().last(), Some(&json!(3)));
    assert_eq!(
        second["by_month"].as_array().unwrap().len(),
        usage["months"].as_array().unwrap().len()
    );
    let own = report(&app.admin("S2").await, "usage").await;
    assert_eq!(own["uses"], 3);
    small.app.finish().await;
}

#[tokio::test]
async fn use_is_told_task_by_task_and_a_thousand_uses_are_no_more_rows_than_one() {
    let small = Small::library().await;
    let app = &small.app;
    let reader = app.reader("S1").await;
    for resource in [&small.shared[0], &small.shared[1], &small.shared[2], &small.shared[4]] {
        reader.get(&format!("/api/v1/resources/{resource}")).await.expect(200);
    }
    app.ask(async |library| library.usage.keep_uses().await)
        .await
        .expect("keep");
    let bureau = app.bureau().await;
    let counted = async |query: &str| report(&bureau, &format!("task-usage{query}")).await;

    let before = counted("").await;

    let row = |usage: &Value, school: &str, task: &Value| {
        let rows = usage["rows"].as_array().unwrap();
        let of_both = |row: &&Value| row["school"]["code"] == school && row["task"]["name"] == *task;
        rows.iter().find(of_both).cloned().unwrap_or_default()
    };
    let (worksheets, video) = (row(&before, "S1", &json!(TASK)), row(&before, "S2", &json!(TASK)));
    assert_eq!((&worksheets["uses"], &worksheets["resources"]), (&json!(2), &json!(2)));
    assert_eq!(worksheets["by_month"].as_array().unwrap().last(), Some(&json!(2)));
    assert_eq!((&video["uses"], &video["course"]["name"]), (&json!(1), &json!(COURSE)));
    let whole = before["rows"].as_array().unwrap();
    let whole = whole
        .iter()
        .find(|row| row["course"]["name"] == COURSE && row["task"].is_null());
    assert_eq!(
        whole.unwrap()["uses"],
        json!(1),
        "the standard of the course as a whole"
    );

    for _ in 0..20 {
        reader
            .get(&format!("/api/v1/resources/{}", small.shared[4]))
            .await
            .expect(200);
    }
    app.ask(async |library| library.usage.keep_uses().await)
        .await
        .expect("keep");

    let after = counted("").await;
    assert_eq!(row(&after, "S2", &json!(TASK))["uses"], json!(21));
    let rows = |usage: &Value| usage["rows"].as_array().unwrap().len();
    assert_eq!(rows(&after), rows(&before));
    let of_major = counted(&format!("?major={}", escape(MAJOR))).await;
    assert_eq!(of_major["uses"], json!(24));
    assert!(
        rows(&of_major) < rows(&after),
        "the picture at no major is none of this one's"
    );
    let own = report(&app.admin("S2").await, "task-usage").await;
    assert_eq!(own["uses"], json!(21));
    let csv = bureau.get("/api/v1/reports/task-usage?format=csv").await.expect(200);
    let csv = String::from_utf8(csv.body).unwrap();
    assert!(
        csv.lines().any(|line| line.contains(TASK) && line.contains(",21,")),
        "{csv}"
    );
    let page = html(bureau.get("/reports?of=task-usage").await.expect(200));
    assert!(
        page.contains(&format!("{COURSE} · {TASK}")) && page.contains("<svg"),
        "{page}"
    );
    small.app.finish().await;
}

/// Whoever removed a resource took its uses out of last month's figures, which had been printed.
#[tokio::test]
async fn what_was_used_stays_counted_when_the_resource_is_removed() {
    let small = Small::library().await;
    let app = &small.app;
    let (bureau, reader, keeper) = (app.bureau().await, app.reader("S2").await, app.admin("S2").await);
    let path = format!("/api/v1/resources/{}", small.shared[4]);
    for _ in 0..3 {
        reader.get(&path).await.expect(200);
    }
    app.ask(async |library| library.usage.keep_uses().await)
        .await
        .expect("keep");
    let uses = async || {
        let usage = report(&bureau, "usage").await;
        let by_task = report(&bureau, "task-usage").await;
        let mut months = usage["rows"].as_array().unwrap().iter();
        let of_school = months.find(|row| row["school"]["code"] == "S2").unwrap();
        let newest = of_school["by_month"].as_array().unwrap().last().unwrap().clone();
        (usage["uses"].clone(), by_task["uses"].clone(), newest)
    };
    assert_eq!(uses().await, (json!(3), json!(3), json!(3)));

    keeper.send("DELETE", &path).await.expect(204);

    bureau.get(&path).await.expect(404);
    assert_eq!(uses().await, (json!(3), json!(3), json!(3)));
    let row = report(&bureau, "task-usage").await;
    let mut rows = row["rows"].as_array().unwrap().iter();
    let row = rows.find(|row| row["school"]["code"] == "S2").unwrap();
    assert_eq!(
        (&row["task"]["name"], &row["resources"], &row["uses"]),
        (&json!(TASK), &json!(0), &json!(3))
    );
    small.app.finish().await;
}

#[tokio::test]
async fn a_table_opens_in_excel_with_its_chinese_and_its_numbers() {
    let small = Small::library().await;
    let bureau = small.app.bureau().await;

    let csv = bureau.get("/api/v1/reports/coverage?format=csv").await.expect(200);

    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.header("content-disposition").contains("attachment"));
    assert!(
        csv.body.starts_with(b"\xef\xbb\xbf"),
        "Excel would not read its Chinese"
    );
    let lines = String::from_utf8(csv.body).unwrap();
    assert!(lines.contains("学习任务") && lines.contains(TASK), "{lines}");

    // What the page shows of schools is in the table: four of the first, one of the second, in the last two columns but one.
    let totals = |school: &str| {
        let mut of_school = lines.lines().filter(|line| line.ends_with(&format!(",{school}")));
        let row = of_school.next().expect("a row of the school").to_owned();
        assert_eq!(of_school.next(), None, "{lines}");
        row.rsplit(',')
            .nth(2)
            .expect("the sum stands before what is missing")
            .to_owned()
    };
    assert_eq!(
        (totals("第一技师学院"), totals("第二技师学院")),
        ("4".to_owned(), "1".to_owned())
    );

    let book = bureau.get("/api/v1/reports/coverage?format=xlsx").await.expect(200);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book.body)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let column = |name: &str| {
        (0..sheet.width())
            .find(|at| sheet[(0, *at)] == Data::String(name.to_owned()))
            .unwrap()
    };
    let rows = 1..sheet.height();
    let of_task = rows
        .clone()
        .find(|row| sheet[(*row, column("学习任务"))] == Data::String(TASK.to_owned()));
    assert_eq!(sheet[(of_task.unwrap(), column("工作页"))], Data::Float(2.0));
    for of in ["progress", "usage"] {
        bureau
            .get(&format!("/api/v1/reports/{of}?format=xlsx"))
            .await
            .expect(200);
        let english = bureau
            .get(&format!("/api/v1/reports/{of}?format=csv&lang=en"))
            .await
            .expect(200);
        let english = String::from_utf8(english.body).unwrap();
        assert!(
            english.contains("Target") || english.contains("Uses in all"),
            "{english}"
        );
    }
    let unknown = bureau.get("/api/v1/reports/usage?format=docx").await;
    assert_eq!(unknown.faults(), ["/format unknown-value"]);
    small.app.finish().await;
}

#[tokio::test]
async fn reports_are_drawn_and_say_their_numbers() {
    let small = Small::library().await;
    let bureau = small.app.bureau().await;

    let coverage = html(bureau.get("/reports").await.expect(200));
    assert!(
        coverage.contains("<svg") && coverage.contains(&format!("{MAJOR}：")),
        "{coverage}"
    );
    assert!(coverage.contains("工作页 2"), "the chart does not say its numbers");
    let detail = html(
        bureau
            .get(&format!("/reports?major={}", escape(&major_key(&bureau).await)))
            .await
            .expect(200),
    );
    assert!(detail.contains(TASK) && detail.contains("缺 7 项"), "{detail}");
    let progress = html(bureau.get("/reports?of=progress").await.expect(200));
    assert!(progress.contains("6 / 6") && progress.contains("0 / 20"), "{progress}");
    html(bureau.get("/reports?of=usage").await.expect(200));
    small.app.reader("S1").await.get("/reports").await.expect(403);
    small.app.finish().await;
}

async fn major_key(caller: &Caller) -> String {
    let majors = caller.get_json("/api/v1/majors").await;
    let mut majors = majors["items"].as_array().or(majors.as_array()).unwrap().iter();
    let major = majors.find(|major| major["name"] == MAJOR).unwrap();
    major["code"].as_str().map_or_else(|| text(&major["id"]), str::to_owned)
}

#[tokio::test]
async fn the_records_are_narrowed_by_who_what_when_and_outcome() {
    let small = Small::library().await;
    let app = &small.app;
    let (auditor, admin) = (app.auditor().await, app.admin("S2").await);
    let lines = async |query: &str| -> Vec<(String, String)> {
        let page = auditor.get_json(&format!("/api/v1/audit?limit=100&{query}")).await;
        let items = page["items"].as_array().unwrap();
        items
            .iter()
            .map(|line| (text(&line["actor"]), text(&line["action"])))
            .collect()
    };

    assert_eq!(lines("action=resource.publish").await.len(), 6);
    assert_eq!(lines("action=resource.publ").await, []);
    let families: Vec<String> = lines("action=resource")
        .await
        .into_iter()
        .map(|(_, action)| action)
        .collect();
    assert!(families.len() > 12 && families.iter().all(|action| action.starts_with("resource.")));
    assert_eq!(lines("actor=teacher-s2").await.len(), 1);
    assert_eq!(lines("actor=%25").await, [], "a name is a pattern");
    assert_eq!(lines("outcome=refused&action=resource").await, []);
    assert_eq!(lines("until=2020-01-01").await, []);
    assert!(!lines("from=2020-01-01").await.is_empty());
    assert_eq!(lines(&format!("subject={}", small.shared[0])).await.len(), 2);
    let faulty = auditor.get("/api/v1/audit?from=gestern&until=2026-13-01").await;
    assert_eq!(faulty.faults(), ["/from malformed", "/until malformed"]);

    let csv = auditor
        .get("/api/v1/audit?format=csv&action=resource")
        .await
        .expect(200);
    let table = String::from_utf8(csv.body).unwrap();
    assert_eq!(table.lines().count(), families.len() + 1, "{table}");
    // A school sees its own people's acts only.
    let own = admin.get("/api/v1/audit?format=csv").await.expect(200);
    assert!(!String::from_utf8(own.body).unwrap().contains("-s1-"));
    assert_eq!(
        app.expert().await.get("/api/v1/audit?format=csv").await.refusal(403),
        "not-allowed"
    );

    let page = html(auditor.get("/admin/audit?action=resource.publish").await.expect(200));
    assert!(page.contains("直接发布") && page.contains("format=csv"), "{page}");
    let page = html(auditor.get("/admin/audit?from=gestern").await.expect(422));
    assert!(
        page.contains("id=\"from-fault\"") && page.contains("value=\"gestern\""),
        "{page}"
    );
    small.app.finish().await;
}
