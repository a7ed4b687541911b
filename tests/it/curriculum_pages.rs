//! Courses, majors and schools as pages: what there is for each task, what is missing, and who sees which of it.

use gongxue::domain::curriculum;
use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, html, value_of};
use crate::client::{Caller, id, text};

const HEADINGS: [&str; 6] = ["专业编码", "专业", "培养层次", "课程", "典型工作任务", "参考性学习任务"];
const ROWS: [[&str; 6]; 2] = [
    ["0403", "数控加工", "中级工", "零件车削", "零件车削", "台阶轴的车削"],
    ["0403", "数控加工", "中级工", "零件车削", "零件车削", "螺纹轴的车削"],
];

/// A library with a course of two tasks.
struct City {
    app: TestApp,
    course: String,
    owner: Caller,
    admin: Caller,
}

impl City {
    async fn open() -> Self {
        let app = TestApp::start().await;
        let rows: Vec<_> = (2..).zip(ROWS.map(|row| row.map(str::to_owned).to_vec())).collect();
        let catalogue = curriculum::table::read(1, &HEADINGS.map(str::to_owned), &rows).expect("a catalogue");
        app.ask(async move |library| library.curriculum.import_catalogue(&catalogue, false).await.map(|_| ()))
            .await
            .expect("import it");
        let (owner, admin) = (app.teacher("S1").await, app.admin("S1").await);
        let found = owner.get_json("/api/v1/courses").await;
        let course = format!("/c/{}", text(&found["items"][0]["id"]));
        Self {
            app,
            course,
            owner,
            admin,
        }
    }

    async fn share(&self, kind: &str, scope: &str) -> Value {
        let metadata = json!({"title": format!("台阶轴 {kind}"), "type": kind, "task": "台阶轴的车削", "scope": scope});
        let file = (format!("{kind}.txt"), kind.as_bytes());
        self.owner
            .share_as(&metadata, &[(&file.0, file.1)])
            .await
            .expect(201)
            .json()
    }

    async fn publish(&self, kind: &str, scope: &str) -> Value {
        let shared = self.share(kind, scope).await;
        // Textbooks have no way past their review.
        if kind == "textbook" {
            self.owner.step(&id(&shared), "submit").await.expect(200);
            self.app.approve(&id(&shared)).await;
        } else {
            self.admin.step(&id(&shared), "publish").await.expect(200);
        }
        shared
    }
}

/// The words of each cell of the table's row for a task, in the order of the types.
fn cells(page: &str, task: &str) -> Vec<String> {
    let table = page
        .split("class=\"matrix\"")
        .nth(1)
        .expect("a table")
        .split("</table>")
        .next()
        .unwrap();
    let is_row = |row: &&str| row.contains(&format!("<span>{task}</span>"));
    let row = table.split("<tr").find(is_row).expect("a row for the task");
    let cells = row.split("class=\"cell-marks\">").skip(1);
    cells.map(|cell| words(cell.split("</td>").next().unwrap())).collect()
}

/// A fragment of a page without its tags.
fn words(fragment: &str) -> String {
    let texts = fragment
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    texts
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test]
async fn a_course_says_what_is_there_what_is_on_its_way_and_what_is_missing() {
    let city = City::open().await;
    city.publish("worksheet", "public").await;
    city.publish("lesson_plan", "public").await;
    city.share("video", "public").await;
    city.owner
        .step(&id(&city.share("courseware", "public").await), "submit")
        .await
        .expect(200);
    city.app.settled().await;

    // Textbook, worksheet, case, slides, film; then what occurs besides.
    let guest = html(city.app.guest().get(&city.course).await.expect(200));
    assert_eq!(cells(&guest, "台阶轴的车削"), ["缺", "1", "缺", "缺", "缺", "1"]);
    assert_eq!(cells(&guest, "螺纹轴的车削"), ["缺", "缺", "缺", "缺", "缺", "没有"]);
    assert!(guest.contains("已有 1 / 10"), "{guest}");

    let owner = html(city.owner.get(&city.course).await.expect(200));
    assert_eq!(
        cells(&owner, "台阶轴的车削"),
        ["+ 上传", "1", "+ 上传", "待审核 1", "草稿 1", "1"],
        "whoever shares sees the way to fill a gap, and their own on its way"
    );
    city.app.finish().await;
}

#[tokio::test]
async fn what_one_may_not_see_is_not_counted() {
    let city = City::open().await;
    city.publish("worksheet", "school").await;
    city.publish("textbook", "city").await;
    city.share("video", "public").await;
    city.app.settled().await;
    let seen = async |caller: &Caller| cells(&html(caller.get(&city.course).await.expect(200)), "台阶轴的车削");

    assert_eq!(seen(&city.app.guest()).await, ["缺"; 5]);
    let reader = city.app.reader("S2").await;
    assert_eq!(seen(&reader).await, ["1", "缺", "缺", "缺", "缺"]);
    let colleague = city.app.reader("S1").await;
    assert_eq!(seen(&colleague).await, ["1", "1", "缺", "缺", "缺"]);
    assert_eq!(seen(&city.admin).await, ["1", "1", "+ 上传", "+ 上传", "草稿 1"]);
    city.app.finish().await;
}

#[tokio::test]
async fn an_administrator_looks_at_the_own_school_alone() {
    let city = City::open().await;
    city.publish("worksheet", "city").await;
    city.app.settled().await;
    let other = Browser::sign_in_at(&city.app, Role::SchoolAdmin, "S2").await;

    let all = other.open(&city.course).await;
    let own = other.open(&format!("{}?of=school", city.course)).await;

    assert_eq!(cells(&all, "台阶轴的车削")[1], "1");
    assert_eq!(
        cells(&own, "台阶轴的车削")[1],
        "+ 上传",
        "another school's work fills no gap of this one"
    );
    assert!(all.contains("?of=school"));
    let teacher = Browser::sign_in(&city.app, Role::Teacher).await;
    assert!(!teacher.open(&city.course).await.contains("?of=school"));
    city.app.finish().await;
}

#[tokio::test]
async fn a_gap_leads_to_a_form_that_knows_task_and_type() {
    let city = City::open().await;
    let teacher = Browser::sign_in(&city.app, Role::Teacher).await;

    let course = teacher.open(&city.course).await;
    let gap = course
        .split("class=\"cell-upload\" href=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let form = teacher.open(&gap.replace("&#38;", "&")).await;

    assert!(form.contains("<option value=\"textbook\" selected>"), "{form}");
    let task = gap.split("task=").nth(1).unwrap().split('&').next().unwrap();
    assert!(form.contains(&format!("<option value=\"task:{task}\" selected>")));
    city.app.finish().await;
}

#[tokio::test]
async fn a_school_shows_what_it_has_to_those_who_may_see_it() {
    let city = City::open().await;
    city.publish("worksheet", "public").await;
    let hidden = city.publish("video", "school").await;
    city.app.settled().await;

    let guest = html(city.app.guest().get("/schools/S1").await.expect(200));
    assert!(guest.contains("第一技师学院") && guest.contains("台阶轴 worksheet"));
    assert!(
        !guest.contains(&id(&hidden)),
        "a school's own resource is shown to a guest"
    );
    assert!(html(city.app.reader("S1").await.get("/schools/S1").await.expect(200)).contains(&id(&hidden)));
    assert!(html(city.app.guest().get("/schools/S2").await.expect(200)).contains("还没有您能看到的资源"));
    city.app.guest().get("/schools/S9").await.expect(404);
    city.app.finish().await;
}

#[tokio::test]
async fn a_major_says_how_far_each_course_is_covered() {
    let city = City::open().await;
    city.publish("worksheet", "public").await;
    city.publish("video", "public").await;
    city.app.settled().await;

    let major = html(city.app.guest().get("/m/0403").await.expect(200));

    assert!(major.contains("五类资源 2 / 10"), "{major}");
    city.app.finish().await;
}

#[tokio::test]
async fn entries_that_were_dragged_stay_where_they_were_put_each_with_its_note() {
    let city = City::open().await;
    let (one, two) = (
        city.publish("worksheet", "city").await,
        city.publish("video", "city").await,
    );
    let body = json!({"title": "包", "scope": "city", "resources": [id(&one), id(&two)]});
    let pack = city.owner.post_json("/api/v1/packs", &body).await.expect(201).json();
    let admin = Browser::sign_in(&city.app, Role::SchoolAdmin).await;
    let edit = format!("/p/{}/edit", id(&pack));
    let send = async |entries: [&str; 2], act: &str| {
        let seen = value_of(&admin.open(&edit).await, "seen");
        let fields = [
            ("csrf", admin.csrf.as_str()),
            ("seen", &seen),
            ("title", "包"),
            ("scope", "city"),
            ("entry", entries[0]),
            ("note", entries[0]),
            ("entry", entries[1]),
            ("note", entries[1]),
            ("act", act),
        ];
        admin.post(&edit, &fields).await.expect(303);
        let kept = city.owner.get_json(&format!("/api/v1/packs/{}", id(&pack))).await;
        let entries = kept["contents"].as_array().unwrap().clone();
        entries
            .iter()
            .map(|entry| (text(&entry["id"]), text(&entry["note"])))
            .collect::<Vec<_>>()
    };
    let entry = |resource: &Value, note: &str| (id(resource), note.to_owned());

    assert_eq!(send(["2", "1"], "save").await, [entry(&two, "2"), entry(&one, "1")]);
    // The list stands so now: its first is `two`. Dragged again and moved by a button at once, it ends where it was.
    assert_eq!(send(["2", "1"], "up-1").await, [entry(&two, "1"), entry(&one, "2")]);
    city.app.finish().await;
}
