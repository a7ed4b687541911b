//! Evidence: the twelve documents of every learning task, to be shown to an inspector.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use calamine::{Data, Reader as _, Xlsx};
use gongxue::domain::curriculum::Catalogue;
use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, html};
use crate::client::{Answer, Caller, escape, id, text};
use crate::meanwhile::meanwhile;
use crate::standards::{STANDARDS, tag};
use crate::store::Store;

const COURSE: &str = "零件钳加工";
const TASK: &str = "鸭嘴锤制作";

/// A library with documents of one task: of `S1` a worksheet for everyone, an analysis for the school alone, an assessment
/// plan for the course as a whole, and a draft; of `S2` a lesson plan for its own school.
struct Documents {
    app: TestApp,
    worksheet: String,
    analysis: String,
}

impl Documents {
    async fn library() -> Self {
        let app = TestApp::start().await;
        let catalogue = Catalogue::shipped();
        app.ask(async move |library| library.curriculum.import_catalogue(&catalogue, false).await.map(|_| ()))
            .await
            .expect("import the catalogue");
        let (one, two) = (app.teacher("S1").await, app.teacher("S2").await);
        let (keeper, other) = (app.admin("S1").await, app.admin("S2").await);
        let document = |title: &str, kind: &str, scope: &str| json!({"title": title, "type": kind, "scope": scope, "authors": ["李老师"], "course": COURSE, "task": TASK});
        let worksheet = shared(&one, &document("鸭嘴锤工作页", "worksheet", "public")).await;
        let analysis = shared(&one, &document("鸭嘴锤任务分析表", "task_design", "school")).await;
        let mut plan = document("钳工考核方案", "assessment", "city");
        plan.as_object_mut().unwrap().remove("task");
        let plan = shared(&one, &plan).await;
        shared(&one, &document("没交的信息页", "info_page", "school")).await;
        let lesson = shared(&two, &document("二校的教案", "lesson_plan", "school")).await;
        keeper.publish(&analysis).await;
        for beyond in [&worksheet, &plan] {
            app.approve(beyond).await;
        }
        other.publish(&lesson).await;
        Self {
            app,
            worksheet,
            analysis,
        }
    }
}

async fn shared(teacher: &Caller, metadata: &Value) -> String {
    let name = metadata["title"].as_str().unwrap();
    let file = format!("{name}.txt");
    let shared = teacher.share_as(metadata, &[(&file, name.as_bytes())]).await;
    let shared = id(&shared.expect(201).json());
    teacher.step(&shared, "submit").await.expect(200);
    shared
}

fn of_course() -> String {
    format!("/api/v1/reports/evidence?course={}", escape(COURSE))
}

/// How many of each of the twelve stand in the row of the task.
fn counts(report: &Value) -> Vec<i64> {
    let row = row(report);
    let cells = row["cells"].as_array().unwrap().iter();
    cells.map(|cell| cell["count"].as_i64().unwrap()).collect()
}

async fn major(caller: &Caller) -> String {
    let majors = caller.get_json("/api/v1/majors").await;
    let mut majors = majors["items"].as_array().unwrap().iter();
    id(majors.find(|major| major["name"] == "数控加工(数控车工)").unwrap())
}

fn row(report: &Value) -> Value {
    let rows = report["rows"].as_array().unwrap();
    rows.iter().find(|row| row["task"]["name"] == TASK).unwrap().clone()
}

#[tokio::test]
async fn an_inspector_is_shown_no_document_twice_and_no_title_that_the_asker_may_not_see() {
    let library = Documents::library().await;
    let app = &library.app;

    let keeper = app.admin("S1").await.get_json(&of_course()).await;

    // Worksheet 9, analysis 6; the course's assessment plan is its no. 4 and not the task's no. 8.
    assert_eq!(counts(&keeper), [0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0]);
    let row = row(&keeper);
    assert_eq!(row["cells"][3]["by_course"], json!(true));
    let newest = &row["cells"][8]["newest"];
    assert_eq!(
        (&newest["title"], &newest["authors"], &newest["version"]),
        (&json!("鸭嘴锤工作页"), &json!(["李老师"]), &json!(1))
    );
    assert!(
        newest["reviewed_at"].is_string(),
        "when it was reviewed is not said: {newest}"
    );
    // The other school's administrator sees neither the first one's own analysis, nor in its own figures anything but its own.
    let other = app.admin("S2").await;
    assert_eq!(
        counts(&other.get_json(&of_course()).await),
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    );
    let foreign = other.get(&format!("{}&school=S1", of_course())).await;
    assert_eq!(foreign.refusal(403), "not-allowed");
    // The bureau is told of everything that there is, and reads the titles of what schools share, not those of their own papers.
    let bureau = app.bureau().await;
    let of_city = bureau.get_json(&of_course()).await;
    assert_eq!(counts(&of_city), [0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 1]);
    let cells = self::row(&of_city)["cells"].clone();
    let is_named = |number: usize| !cells[number - 1]["newest"].is_null();
    assert_eq!([4, 6, 9, 12].map(is_named), [true, false, true, false]);
    let path = format!("{}&format=csv", of_course());
    let csv = String::from_utf8(bureau.get(&path).await.expect(200).body).unwrap();
    let page = html(
        bureau
            .get(&format!("/reports/evidence?major={}", major(&bureau).await))
            .await
            .expect(200),
    );
    for told in [of_city.to_string(), csv, page] {
        assert!(told.contains("鸭嘴锤工作页"), "{told}");
        for hidden in ["鸭嘴锤任务分析表", "二校的教案", &library.analysis] {
            assert!(!told.contains(hidden), "`{hidden}` is given away: {told}");
        }
    }
    let teacher = app.teacher("S1").await.get(&of_course()).await;
    assert_eq!(teacher.refusal(403), "not-allowed");
    let nowhere = bureau.get("/api/v1/reports/evidence").await;
    assert_eq!(nowhere.faults(), ["/major required"]);
    library.app.finish().await;
}

/// The bureau held two reports against each other: for the same task one counted a school's own papers and the other did not.
#[tokio::test]
async fn evidence_and_coverage_count_the_same_at_every_task_and_school() {
    let library = Documents::library().await;
    let bureau = library.app.bureau().await;

    for school in ["", "S1", "S2"] {
        let coverage = format!("/api/v1/reports/coverage?school={school}");
        let coverage = bureau.get_json(&coverage).await;
        let evidence = bureau.get_json(&format!("{}&school={school}", of_course())).await;
        let courses = coverage["majors"].as_array().unwrap().iter();
        let mut courses = courses.flat_map(|major| major["courses"].as_array().unwrap());
        let course = courses.find(|course| course["course"]["name"] == COURSE).unwrap();
        let mut covered = vec![(Value::Null, &course["whole"])];
        let tasks = course["tasks"].as_array().unwrap().iter();
        covered.extend(tasks.map(|task| (task["task"]["name"].clone(), &task["counts"])));
        let rows = evidence["rows"].as_array().unwrap();
        assert_eq!(rows.len(), covered.len(), "{school}");
        for (row, (task, counts)) in rows.iter().zip(covered) {
            let task_of_row = row["task"]["name"].clone();
            assert_eq!(task_of_row, task, "{school}");
            let documents = evidence["documents"].as_array().unwrap().iter();
            let mut told = json!({});
            for (document, cell) in documents.zip(row["cells"].as_array().unwrap()) {
                let count = cell["count"]
                    .as_i64()
                    .filter(|count| *count > 0 && cell["by_course"] == false);
                if let Some(count) = count {
                    let kind = document["type"].as_str().unwrap();
                    told[kind] = json!(told[kind].as_i64().unwrap_or(0) + count);
                }
            }
            assert_eq!(told, *counts, "{school} {task}");
        }
    }
    library.app.finish().await;
}

#[tokio::test]
async fn evidence_is_taken_along_in_every_form_and_its_page_leads_to_what_it_names() {
    let library = Documents::library().await;
    let keeper = library.app.admin("S1").await;

    let csv = keeper.get(&format!("{}&format=csv", of_course())).await.expect(200);
    let csv = String::from_utf8(csv.body).unwrap();
    let line = csv.lines().find(|line| line.contains("鸭嘴锤工作页")).unwrap();
    let cells: Vec<&str> = line.split(',').collect();
    assert_eq!(cells[..6], [COURSE, TASK, "9", "工作页", "1", "鸭嘴锤工作页"]);
    // Whole, for whoever opens the table far from this site.
    let address = cells.last().expect("the address stands last");
    assert!(address.starts_with("http://"), "{address}");
    assert!(address.ends_with(&format!("/r/{}", library.worksheet)), "{address}");

    let book = keeper.get(&format!("{}&format=xlsx", of_course())).await.expect(200);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book.body)).unwrap();
    let matrix = book.worksheet_range_at(0).unwrap().unwrap();
    let of_task = (1..matrix.height()).find(|row| matrix[(*row, 1)] == Data::String(TASK.to_owned()));
    assert_eq!(matrix[(of_task.unwrap(), 10)], Data::Float(1.0));

    let pdf = keeper.get(&format!("{}&format=pdf", of_course())).await.expect(200);
    let told = crate::printed::pages(&pdf.body).await.concat();
    assert!(told.contains("鸭嘴锤任务分析表") && told.contains("李老师"), "{told}");

    let page = html(keeper.get("/reports").await.expect(200));
    assert!(
        page.contains("href=\"/reports/evidence\""),
        "nobody finds the page: {page}"
    );
    let major = major(&keeper).await;
    let page = html(
        keeper
            .get(&format!("/reports/evidence?major={major}"))
            .await
            .expect(200),
    );
    for told in [
        format!("href=\"/r/{}\"", library.analysis),
        "审核通过".to_owned(),
        "9 工作页".to_owned(),
        "缺".to_owned(),
    ] {
        assert!(page.contains(&told), "`{told}` is not on the page: {page}");
    }
    library.app.finish().await;
}

/// The archive of a version that is evidence, unpacked: its folder, and its bytes.
async fn unpacked(caller: &Caller, version: &str, into: &Path) -> (PathBuf, Vec<u8>) {
    let address = format!("{version}/archive.evidence.zip");
    let whole = caller.get(&address).await.expect(200).body;
    let mut archive = zip::ZipArchive::new(Cursor::new(&whole)).unwrap();
    archive.extract(into).unwrap();
    let mut folders = std::fs::read_dir(into).unwrap().flatten();
    (folders.next().unwrap().path(), whole)
}

/// What `sha256sum -c SHA256SUMS` says in a folder, and whether it is content.
fn sha256sum(folder: &Path) -> (bool, String) {
    let mut check = Command::new("sha256sum");
    check.args(["-c", "SHA256SUMS"]).current_dir(folder);
    let done = check.output().expect("coreutils are here");
    (
        done.status.success(),
        String::from_utf8_lossy(&done.stdout).into_owned(),
    )
}

/// The paths of all files below a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            found.extend(files_below(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

async fn bundle(maker: &Caller, scope: &str) -> String {
    let body = json!({"title": "钳工证据", "scope": scope, "evidence": true, "course": COURSE});
    let made = maker.post_json("/api/v1/packs", &body).await.expect(201);
    assert_eq!(made.json()["evidence"], json!(true));
    format!("/api/v1/packs/{}", id(&made.json()))
}

async fn publish(maker: &Caller, pack: &str) -> String {
    let tag = maker.get(pack).await.expect(200).header("etag");
    let sent = maker
        .request("POST", &format!("{pack}/publish"))
        .header("If-Match", tag);
    let version = crate::client::Answer::of(sent).await.expect(201).json();
    format!("{pack}/versions/{}", version["number"])
}

#[tokio::test]
async fn a_changed_byte_in_a_bundle_of_evidence_is_seen_by_whoever_runs_sha256sum() {
    let library = Documents::library().await;
    let (app, keeper) = (&library.app, library.app.admin("S1").await);
    app.settled().await;
    let pack = bundle(&keeper, "school").await;
    let first = publish(&keeper, &pack).await;
    let held = tempfile::tempdir().unwrap();

    let (folder, bytes) = unpacked(&keeper, &first, held.path()).await;

    let (is_whole, said) = sha256sum(&folder);
    assert!(is_whole, "{said}");
    let files = files_below(&folder);
    assert_eq!(said.lines().count() + 1, files.len(), "a file is in no sum: {files:?}");
    for name in ["evidence.xlsx", "evidence.pdf", "evidence.csv", "鸭嘴锤工作页.txt"] {
        assert!(said.contains(&format!("{name}: OK")), "{name}: {said}");
    }
    let list = std::fs::read_to_string(folder.join("evidence.csv")).unwrap();
    let line = list.lines().find(|line| line.contains("鸭嘴锤任务分析表")).unwrap();
    assert!(line.contains("6 学习任务分析表") && line.contains("李老师"), "{line}");
    let paper = std::fs::read(folder.join("evidence.pdf")).unwrap();
    assert!(crate::printed::pages(&paper).await.concat().contains("鸭嘴锤制作"));

    // Nothing has changed: the next version has the same bytes, and so the same sum whoever wrote it down.
    let second = publish(&keeper, &pack).await;
    assert_ne!(first, second);
    let again = keeper.get(&format!("{second}/archive.evidence.zip")).await.expect(200);
    assert!(again.body == bytes, "the same state gave other bytes");

    // A resource is withdrawn: the server gives its files no more, but the copy and the sums of that version still agree.
    keeper.step(&library.worksheet, "withdraw").await.expect(200);
    let gone = keeper.get(&format!("{first}/archive.evidence.zip")).await;
    assert_eq!(gone.refusal(410), "pack-item-gone");
    let sums = keeper.get(&format!("{first}/evidence/SHA256SUMS")).await.expect(200);
    assert_eq!(sums.body, std::fs::read(folder.join("SHA256SUMS")).unwrap());
    let manifest = keeper.get_json(&format!("{first}/manifest.json")).await;
    assert_eq!(
        manifest["signed"]["evidence"]["documents"]["SHA256SUMS"]["hashes"]["sha256"],
        json!(crate::client::sha256(&sums.body)),
        "the signed list does not vouch for the sums"
    );
    app.ask(async |library| library.operations.tidy().await)
        .await
        .expect("tidy");
    keeper.get(&format!("{first}/evidence/evidence.pdf")).await.expect(200);

    let changed = files.iter().find(|path| path.ends_with("鸭嘴锤工作页.txt")).unwrap();
    std::fs::write(changed, "鸭嘴锤工作夜").unwrap();
    let (is_whole, said) = sha256sum(&folder);
    assert!(!is_whole && said.contains("鸭嘴锤工作页.txt: FAILED"), "{said}");
    library.app.finish().await;
}

/// A school's bundle showed an inspector what other schools had.
#[tokio::test]
async fn a_bundle_of_one_school_holds_no_others_documents() {
    let library = Documents::library().await;
    let app = &library.app;
    let other = app.admin("S2").await;
    app.settled().await;
    let body = json!({"title": "二校证据", "evidence": true, "course": COURSE, "of_school": "S2"});
    let made = other.post_json("/api/v1/packs", &body).await.expect(201).json();

    let version = publish(&other, &format!("/api/v1/packs/{}", id(&made))).await;

    let list = other.get(&format!("{version}/evidence/evidence.csv")).await.expect(200);
    let list = String::from_utf8(list.body).unwrap();
    assert!(list.contains("二校的教案"), "{list}");
    assert!(!list.contains("鸭嘴锤工作页"), "another school's is there: {list}");
    let nowhere = json!({"title": "无", "evidence": true, "course": COURSE, "of_school": "S9"});
    let refused = other.post_json("/api/v1/packs", &nowhere).await;
    assert_eq!(refused.faults(), ["/of_school unknown-value"]);
    library.app.finish().await;
}

/// A school that pulled a bundle had its files, and neither the matrix nor the sums to hold them against.
#[tokio::test]
async fn a_bundle_that_was_pulled_is_checked_like_one_that_was_unpacked() {
    let library = Documents::library().await;
    let (app, keeper) = (&library.app, library.app.admin("S1").await);
    app.settled().await;
    let pack = bundle(&keeper, "school").await;
    publish(&keeper, &pack).await;
    let pack = pack.rsplit_once('/').unwrap().1;
    let held = tempfile::tempdir().unwrap();
    let stick = held.path().join("stick");
    let exported = app
        .program()
        .args(["pack", "export", "--pack", pack, "--to"])
        .arg(&stick)
        .output()
        .await;
    let exported = exported.expect("it runs");
    assert!(exported.status.success(), "{exported:?}");

    let stick = stick.display().to_string();
    for (name, from) in [
        ("of-hub", vec![app.base()]),
        ("of-stick", vec!["--from".to_owned(), stick]),
    ] {
        let folder = held.path().join(name);
        let pull = async || {
            let mut program = app.program();
            program
                .arg("pull")
                .args(&from)
                .args(["--pack", pack, "--json", "--to"])
                .arg(&folder);
            let done = program
                .env("GONGXUE_TOKEN", keeper.token())
                .output()
                .await
                .expect("it runs");
            assert!(done.status.success(), "{done:?}");
            serde_json::from_slice::<Value>(&done.stdout).unwrap()
        };

        pull().await;

        let (is_whole, said) = sha256sum(&folder);
        assert!(is_whole && said.contains("evidence.pdf: OK"), "{name}: {said}");
        // One that is lost comes again, and one that is whole costs nothing.
        std::fs::remove_file(folder.join("evidence.xlsx")).unwrap();
        pull().await;
        assert!(sha256sum(&folder).0, "{name}");
        let report = pull().await;
        assert_eq!(
            report["local"],
            json!(0),
            "what was made counts as somebody's own: {report}"
        );
    }
    library.app.finish().await;
}

#[tokio::test]
async fn what_could_not_go_into_a_bundle_stands_there_with_the_reason_and_without_what_is_not_for_its_readers() {
    let library = Documents::library().await;
    let (app, keeper) = (&library.app, library.app.admin("S1").await);
    let worksheet = keeper
        .get_json(&format!("/api/v1/resources/{}", library.worksheet))
        .await;
    let key = crate::damage::key_of(app, &text(&worksheet["files"][0]["sha256"]), "blobs/").await;
    let store = Store::of(app);
    let mut bytes = store.read(&key).await;
    bytes[0] ^= 1;
    store.write(&key, bytes).await;
    app.advance(Duration::from_hours(31 * 24));
    let rotten = keeper.get(&text(&worksheet["files"][0]["url"])).await;
    assert_eq!(rotten.refusal(410), "content-damaged");
    let pack = bundle(&keeper, "city").await;
    let version = publish(&keeper, &pack).await;
    let held = tempfile::tempdir().unwrap();

    let (folder, _) = unpacked(&keeper, &version, held.path()).await;

    let (is_whole, said) = sha256sum(&folder);
    assert!(is_whole && !said.contains("鸭嘴锤工作页.txt"), "{said}");
    let list = std::fs::read_to_string(folder.join("evidence.csv")).unwrap();
    let damaged = list.lines().find(|line| line.contains("鸭嘴锤工作页")).unwrap();
    assert!(damaged.contains("文件损坏"), "{damaged}");
    let withheld = list.lines().find(|line| line.contains("共享范围小于本资源包")).unwrap();
    assert!(
        withheld.contains("学习任务设计") && withheld.contains(TASK),
        "{withheld}"
    );
    assert!(
        !list.contains("鸭嘴锤任务分析表"),
        "a title of the school's own went out: {list}"
    );
    assert!(
        !list.contains("二校的教案"),
        "another school's own paper is named: {list}"
    );
    let ordinary = json!({"title": "平常的包", "course": COURSE});
    let ordinary = keeper.post_json("/api/v1/packs", &ordinary).await.expect(201);
    let ordinary = publish(&keeper, &format!("/api/v1/packs/{}", id(&ordinary.json()))).await;
    let none = keeper.get(&format!("{ordinary}/archive.evidence.zip")).await;
    assert_eq!(none.refusal(404), "no-such-file");
    library.app.finish().await;
}

/// Pressed twice, the button made two packs of the same, of which each lacked the versions of the other.
#[tokio::test]
async fn a_bundle_that_is_asked_for_twice_at_once_is_one() {
    let library = Documents::library().await;
    let keeper = Browser::sign_in(&library.app, Role::SchoolAdmin).await;
    let fields = [
        ("csrf", keeper.csrf.as_str()),
        ("course", COURSE),
        ("major", ""),
        ("school", ""),
    ];
    let press = || keeper.post("/reports/evidence", &fields);

    // Both come to the account of their maker while somebody else has it.
    let held = "UPDATE account SET display = display";
    let both = futures_util::future::join(press(), press());
    let (first, second) = meanwhile(&library.app, &[held], both).await;

    let [first, second] = [first, second].map(|made| made.expect(303).header("location"));
    assert_eq!(first, second, "two packs of the same");
    library.app.finish().await;
}

/// An inspector was shown twelve gaps for each task that the standard had retired, and coverage said that there was none.
#[tokio::test]
async fn a_retired_task_is_shown_for_what_it_holds_and_for_nothing_else() {
    let library = Documents::library().await;
    let bureau = library.app.bureau().await;
    let before = library.app.now().day();
    library.app.advance(Duration::from_hours(48));
    let draft = json!({"major": "数控加工(数控车工)", "title": "课程标准"});
    let draft = bureau.post_json(STANDARDS, &draft).await.expect(201).json();
    let table = format!("专业,课程,参考性学习任务,学时\n数控加工(数控车工),{COURSE},新任务,40\n");
    let path = format!("{STANDARDS}/{}", id(&draft));
    let put = bureau
        .request("PUT", &format!("{path}/table"))
        .header("if-match", tag(&draft));
    let draft = Answer::of(put.body(table)).await.expect(200).json();
    let publish = bureau
        .request("POST", &format!("{path}/publish"))
        .header("if-match", tag(&draft));
    Answer::of(publish.json(&json!({"base": draft["base"]})))
        .await
        .expect(200);

    let of_major = format!("/api/v1/reports/evidence?major={}", escape("数控加工(数控车工)"));
    let report = bureau.get_json(&of_major).await;

    let rows = report["rows"].as_array().unwrap().iter();
    let told: Vec<(String, Value)> = rows
        .map(|row| {
            let place = row["task"]["name"].as_str().or(row["course"]["name"].as_str());
            (place.unwrap().to_owned(), row["retired"].clone())
        })
        .collect();
    let line = |name: &str, retired: bool| (name.to_owned(), json!(retired));
    // What was printed that day reads the same a year later: the task was taught then.
    for (asked, is_there) in [(String::new(), false), (format!("?as_of={before}"), true)] {
        let coverage = bureau.get_json(&format!("/api/v1/reports/coverage{asked}")).await;
        let told = coverage["majors"].to_string();
        assert_eq!(
            told.contains(&format!("\"name\":\"{TASK}\"")),
            is_there,
            "{asked}: {told}"
        );
        // And what was added since was not.
        assert_eq!(told.contains("\"name\":\"新任务\""), !is_there, "{asked}: {told}");
    }
    // Without a level the course is another one, and the one that was is retired as well.
    assert_eq!(
        told,
        [
            line(COURSE, false),
            line("新任务", false),
            line(COURSE, true),
            line(TASK, true)
        ]
    );
    let csv = bureau.get(&format!("{of_major}&format=csv")).await.expect(200);
    let csv = String::from_utf8(csv.body).unwrap();
    assert!(csv.contains("鸭嘴锤制作（已退出）"), "{csv}");
    library.app.finish().await;
}
