//! Curriculum standards: what a version changes, who publishes it, and what stays as it was.

use futures_util::future::join;
use gongxue::domain::curriculum;
use gongxue::domain::role::Role;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, html, value_of};
use crate::client::{Answer, Caller, id, text};

pub(crate) const STANDARDS: &str = "/api/v1/standards";
/// The head of every table here.
const HEAD: &str = "专业,课程,参考性学习任务,学时,原任务\n";
/// What is taught before the first version.
const TAUGHT: &str = "数控加工,零件车削,台阶轴,40,\n\
                      数控加工,零件车削,锥轴,40,\n\
                      数控加工,零件车削,螺纹轴,40,\n\
                      数控加工,零件铣削,平面,40,\n";
/// One task is split, one goes to another course, one is left out.
const NEXT: &str = "数控加工,零件车削,台阶轴,40,\n\
                    数控加工,零件车削,外锥,20,锥轴\n\
                    数控加工,零件车削,内锥,20,锥轴\n\
                    数控加工,零件铣削,螺纹轴,40,螺纹轴\n";

/// A city with one major that is taught.
pub(crate) struct City {
    pub(crate) app: TestApp,
    pub(crate) bureau: Caller,
    pub(crate) owner: Caller,
    pub(crate) admin: Caller,
}

impl City {
    pub(crate) async fn open() -> Self {
        let app = TestApp::start().await;
        let (bureau, owner, admin) = (app.bureau().await, app.teacher("S1").await, app.admin("S1").await);
        let city = Self {
            app,
            bureau,
            owner,
            admin,
        };
        city.import(TAUGHT).await;
        city
    }

    /// Imports a catalogue the old way.
    pub(crate) async fn import(&self, rows: &str) {
        let line = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let rows: Vec<_> = (2..).zip(rows.lines().map(line)).collect();
        let catalogue = curriculum::table::read(1, &line(HEAD.trim()), &rows).expect("a catalogue");
        self.app
            .ask(async move |library| library.curriculum.import_catalogue(&catalogue, false).await.map(|_| ()))
            .await
            .expect("import it");
    }

    /// A draft with this table; as it is shown.
    pub(crate) async fn draft(&self, rows: &str) -> Value {
        let body = json!({"major": "数控加工", "title": "数控加工专业课程标准", "issued_no": "人社厅发〔2026〕1号"});
        let made = self.bureau.post_json(STANDARDS, &body).await.expect(201).json();
        self.put_table(&made, rows).await.expect(200).json()
    }

    pub(crate) async fn put_table(&self, draft: &Value, rows: &str) -> Answer {
        let path = format!("{STANDARDS}/{}/table", id(draft));
        let request = self.bureau.request("PUT", &path).header("if-match", tag(draft));
        Answer::of(request.body(format!("{HEAD}{rows}"))).await
    }

    pub(crate) fn publishing(&self, draft: &Value) -> RequestBuilder {
        let path = format!("{STANDARDS}/{}/publish", id(draft));
        let request = self.bureau.request("POST", &path).header("if-match", tag(draft));
        request.json(&json!({"base": draft["base"]}))
    }

    pub(crate) async fn publish(&self, rows: &str) -> Value {
        let draft = self.draft(rows).await;
        Answer::of(self.publishing(&draft)).await.expect(200).json()
    }

    /// What is taught: each course with its tasks. With `retired` what was retired instead.
    pub(crate) async fn tasks(&self, retired: bool) -> Vec<(String, String)> {
        let courses = self.bureau.get_json("/api/v1/courses").await;
        let mut found = Vec::new();
        for course in courses["items"].as_array().unwrap() {
            let tasks = course["tasks"].as_array().unwrap().iter();
            for task in tasks.filter(|task| (task["retired"] == true) == retired) {
                found.push((text(&course["name"]), text(&task["name"])));
            }
        }
        found
    }

    /// Shares something at a task and publishes it.
    pub(crate) async fn share(&self, title: &str, task: &str) -> String {
        let metadata = json!({"title": title, "type": "worksheet", "task": task, "scope": "city"});
        let shared = self.owner.share_as(&metadata, &[("a.txt", title.as_bytes())]).await;
        let shared = id(&shared.expect(201).json());
        self.admin.step(&shared, "publish").await.expect(200);
        shared
    }
}

pub(crate) fn tag(shown: &Value) -> String {
    format!("\"r{}\"", shown["revision"])
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs
        .map(|(course, task)| (course.to_owned(), task.to_owned()))
        .to_vec()
}

/// The changes of a version: kind, name, what takes its place.
fn told(shown: &Value) -> Vec<(String, String, Vec<String>)> {
    let changes = shown["changes"].as_array().or(shown["items"].as_array());
    let into = |change: &Value| match change["into"].as_array() {
        Some(into) => into.iter().map(|target| text(&target["name"])).collect(),
        None => Vec::new(),
    };
    let line = |change: &Value| (text(&change["kind"]), text(&change["name"]), into(change));
    changes.unwrap().iter().map(line).collect()
}

fn change(kind: &str, name: &str, into: &[&str]) -> (String, String, Vec<String>) {
    let into = into.iter().map(|name| (*name).to_owned()).collect();
    (kind.to_owned(), name.to_owned(), into)
}

#[tokio::test]
async fn a_draft_says_what_it_would_change_and_changes_nothing_until_it_is_published() {
    let city = City::open().await;
    let before = city.tasks(false).await;

    let draft = city.draft(NEXT).await;

    let expected = [
        change("retired", "平面", &[]),
        change("split", "锥轴", &["外锥", "内锥"]),
        change("moved", "螺纹轴", &[]),
    ];
    assert_eq!(told(&draft), expected);
    assert_eq!(city.tasks(false).await, before);

    let published = Answer::of(city.publishing(&draft)).await.expect(200).json();
    assert_eq!(published["number"], 1);
    assert_eq!(told(&published), expected);
    assert_eq!(
        city.tasks(false).await,
        pairs([
            ("零件车削", "台阶轴"),
            ("零件车削", "外锥"),
            ("零件车削", "内锥"),
            ("零件铣削", "螺纹轴"),
        ])
    );
    assert_eq!(
        city.tasks(true).await,
        pairs([("零件车削", "锥轴"), ("零件铣削", "平面")])
    );
    city.app.finish().await;
}

#[tokio::test]
async fn a_draft_that_was_looked_at_before_the_curriculum_changed_is_not_published() {
    let city = City::open().await;
    let draft = city.draft(NEXT).await;
    city.import("数控加工,零件车削,偏心轴,40,\n").await;

    let late = Answer::of(city.publishing(&draft)).await;

    assert_eq!(late.refusal(412), "changed-meanwhile");
    assert_eq!(city.tasks(true).await, [], "nothing was retired unseen");
    let anew = city.bureau.get_json(&format!("{STANDARDS}/{}", id(&draft))).await;
    assert!(told(&anew).contains(&change("retired", "偏心轴", &[])), "{anew}");
    Answer::of(city.publishing(&anew)).await.expect(200);
    city.app.finish().await;
}

#[tokio::test]
async fn of_two_drafts_that_are_published_at_once_one_is_refused() {
    let city = City::open().await;
    let other = NEXT.replace("外锥", "外圆锥").replace("内锥", "内圆锥");
    let (one, two) = (city.draft(NEXT).await, city.draft(&other).await);

    let (first, second) = join(Answer::of(city.publishing(&one)), Answer::of(city.publishing(&two))).await;

    let mut answers = [(first.status, NEXT), (second.status, other.as_str())];
    answers.sort_unstable();
    assert_eq!(answers.map(|(status, _)| status), [200, 412]);
    let taught: Vec<String> = city.tasks(false).await.into_iter().map(|(_, task)| task).collect();
    let asked: Vec<&str> = answers[0]
        .1
        .lines()
        .map(|line| line.split(',').nth(2).unwrap())
        .collect();
    assert_eq!(taught, asked, "the curriculum is the one version's, and no mixture");
    city.app.finish().await;
}

#[tokio::test]
async fn what_a_task_has_stays_there_when_it_is_retired_and_nothing_new_comes_to_it() {
    let city = City::open().await;
    let kept = city.share("锥轴工作页", "锥轴").await;
    city.publish(NEXT).await;

    let shown = city.owner.get(&format!("/api/v1/resources/{kept}")).await.expect(200);
    let (tag, shown) = (shown.header("etag"), shown.json());
    assert_eq!(shown["task"]["name"], "锥轴");
    let metadata = json!({"title": "新的", "type": "video", "task": "锥轴"});
    let refused = city.owner.share_as(&metadata, &[("a.txt", b"a")]).await;
    assert_eq!(refused.faults(), ["/task retired"]);
    // Other words of what is there may change.
    let renamed = city
        .owner
        .patch(&kept, Some(&tag), &json!({"title": "锥轴的工作页"}))
        .await;
    renamed.expect(200);
    let metadata = json!({"title": "新的", "type": "video", "task": "外锥"});
    city.owner.share_as(&metadata, &[("a.txt", b"a")]).await.expect(201);

    city.app.settled().await;
    let course = city.bureau.get_json("/api/v1/courses").await["items"][0].clone();
    let page = html(city.owner.get(&format!("/c/{}", id(&course))).await.expect(200));
    let (taught, retired) = page.split_once("已退出课程标准").expect("a section of its own");
    assert!(retired.contains("锥轴工作页"), "what is there can still be found");
    assert!(
        !taught.contains(">锥轴</span>"),
        "nothing is missing for what is not taught"
    );
    let form = Browser::sign_in(&city.app, Role::Teacher).await.open("/upload").await;
    assert!(
        form.contains("外锥") && !form.contains("锥轴</option>"),
        "it is not offered"
    );
    city.app.finish().await;
}

#[tokio::test]
async fn what_belongs_to_a_task_follows_it_into_another_course() {
    let city = City::open().await;
    let moved = city.share("螺纹轴工作页", "螺纹轴").await;
    let path = format!("/api/v1/resources/{moved}");
    let before = city.owner.get(&path).await.expect(200);
    let (tag, before) = (before.header("etag"), before.json());

    city.publish(NEXT).await;

    let after = city.owner.get_json(&path).await;
    assert_eq!(after["task"]["id"], before["task"]["id"]);
    assert_eq!(after["course"]["name"], "零件铣削");
    // Whoever was at work on it would write the old course back.
    let late = city.owner.patch(&moved, Some(&tag), &json!({"title": "改"})).await;
    assert_eq!(late.refusal(412), "changed-meanwhile");
    city.app.settled().await;
    let milling = city.owner.get_json("/api/v1/search?course=零件铣削").await;
    assert_eq!(milling["total"], 1);
    let report = city.bureau.get_json("/api/v1/reports/coverage").await;
    let major = report["majors"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["major"]["name"] == "数控加工");
    let held = |name: &str| {
        let courses = major.unwrap()["courses"].as_array().unwrap();
        let course = courses.iter().find(|it| it["course"]["name"] == name).unwrap();
        course["counts"]["worksheet"].as_i64().unwrap_or(0)
    };
    assert_eq!((held("零件车削"), held("零件铣削")), (0, 1));
    city.app.finish().await;
}

#[tokio::test]
async fn every_faulty_row_is_named_and_the_draft_keeps_the_table_it_had() {
    let city = City::open().await;
    let draft = city.draft(NEXT).await;

    let faulty = "焊接加工,手工焊,平焊,40,\n数控加工,零件车削,内锥,20,没有的任务\n数控加工,零件车削,外锥,很多,\n";
    let refused = city.put_table(&draft, faulty).await;

    assert_eq!(
        refused.faults(),
        ["/rows/4 faulty-row"],
        "the reader's own faults come first"
    );
    let faulty = faulty.replace("很多", "20");
    let refused = city.put_table(&draft, &faulty).await;
    assert_eq!(refused.faults(), ["/rows/2 faulty-row"]);
    let faulty = faulty.split_once('\n').unwrap().1;
    let refused = city.put_table(&draft, faulty).await;
    assert_eq!(refused.faults(), ["/rows/2 faulty-row"]);
    let kept = city.bureau.get_json(&format!("{STANDARDS}/{}", id(&draft))).await;
    assert_eq!(told(&kept), told(&draft));

    let office = Browser::sign_in(&city.app, Role::Bureau).await;
    let page = format!("/standards/{}", id(&draft));
    let fields = [("csrf", office.csrf.as_str())];
    let body = format!("{HEAD}{faulty}");
    let answer = office
        .post_file(&format!("{page}/table"), &fields, Some(("表.csv", &body)))
        .await;
    let page = html(answer.expect(422));
    assert!(page.contains("第 2 行「原任务」：现行课程里没有“没有的任务”"), "{page}");
    city.app.finish().await;
}

#[tokio::test]
async fn the_old_import_brings_back_nothing_that_was_retired_and_says_that_it_departs() {
    let city = City::open().await;
    let version = city.publish(NEXT).await;
    let retired = city.tasks(true).await;
    let office = Browser::sign_in(&city.app, Role::Bureau).await;

    let sheet = format!("{HEAD}{TAUGHT}数控加工,零件车削,偏心轴,40,\n");
    let fields = [("csrf", office.csrf.as_str())];
    let answer = office
        .post_file("/admin/curriculum", &fields, Some(("目录.csv", &sheet)))
        .await;
    let preview = html(answer.expect(200));
    assert!(preview.contains("与“数控加工”第 1 版课程标准"), "{preview}");
    let confirm = preview.split("action=\"/admin/curriculum/").nth(1).unwrap();
    let confirm = format!("/admin/curriculum/{}", confirm.split('"').next().unwrap());
    office.post(&confirm, &fields).await.expect(303);

    let still = city.tasks(true).await;
    assert!(retired.iter().all(|task| still.contains(task)), "{still:?}");
    let shown = city.bureau.get_json(&format!("{STANDARDS}/{}", id(&version))).await;
    assert_eq!(shown["departs"], true);
    assert_eq!(shown["structure"], version["structure"], "what was published stays");
    let page = html(
        city.app
            .guest()
            .get(&format!("/standards/{}", id(&version)))
            .await
            .expect(200),
    );
    assert!(page.contains("现行课程与这一版不再一致"), "{page}");
    city.app.finish().await;
}

#[tokio::test]
async fn an_earlier_version_stays_as_it_was_published_and_can_be_compared() {
    let city = City::open().await;
    let first = city.publish(NEXT).await;
    let later = NEXT.replace("台阶轴,40,", "阶梯轴,48,台阶轴").replace(",锥轴\n", ",\n");
    let second = city.publish(&later).await;

    assert_eq!((&first["number"], &second["number"]), (&json!(1), &json!(2)));
    let path = format!("{STANDARDS}/{}", id(&first));
    let kept = city.app.guest().get_json(&path).await;
    assert_eq!(kept["structure"], first["structure"]);
    assert_eq!(kept["changes"], first["changes"]);
    let compared = city
        .bureau
        .get_json(&format!("{STANDARDS}/{}/changes?with={}", id(&second), id(&first)))
        .await;
    assert_eq!(
        told(&compared),
        [change("renamed", "台阶轴", &[]), change("hours", "台阶轴", &[])]
    );
    for method in ["DELETE", "PATCH"] {
        let request = city.bureau.request(method, &path).header("if-match", tag(&kept));
        let refused = Answer::of(request.json(&json!({"title": "改"}))).await;
        assert_eq!(refused.refusal(412), "changed-meanwhile", "{method}");
    }
    let lines = city.bureau.get_json("/api/v1/audit?action=standard.publish").await;
    assert_eq!(lines["items"].as_array().unwrap().len(), 2);
    city.app.finish().await;
}

#[tokio::test]
async fn the_table_of_what_is_taught_sent_back_changes_nothing() {
    let city = City::open().await;
    // Names that hold what parts entries, or begin as a formula does.
    city.import("数控加工,车床；铣床,圆盘;圆环,40,\n数控加工,+GF+机床|换刀,换刀,8,\n")
        .await;
    let draft = city.draft(NEXT).await;
    let put = async |body: Vec<u8>, seen: &Value| {
        let path = format!("{STANDARDS}/{}/table", id(&draft));
        let request = city.bureau.request("PUT", &path).header("if-match", tag(seen));
        Answer::of(request.body(body)).await.expect(200).json()
    };

    let workbook = city.app.guest().get("/api/v1/majors/数控加工/table").await.expect(200);
    let same = put(workbook.body, &draft).await;
    assert_eq!(told(&same), []);

    let sheet = city
        .app
        .guest()
        .get("/api/v1/majors/数控加工/table?format=csv")
        .await
        .expect(200);
    let same = put(sheet.body.clone(), &same).await;
    assert_eq!(told(&same), []);
    let sheet = String::from_utf8(sheet.body).unwrap();
    // One name is written over, as people do it in a sheet.
    let renamed = sheet.replacen("锥轴", "圆锥轴", 1);
    let renamed = put(renamed.into_bytes(), &same).await;
    assert_eq!(told(&renamed), [change("renamed", "锥轴", &[])]);
    city.app.finish().await;
}

#[tokio::test]
async fn a_draft_is_the_bureaus_alone() {
    let city = City::open().await;
    let draft = city.draft(NEXT).await;
    let path = format!("{STANDARDS}/{}", id(&draft));

    for caller in [&city.app.guest(), &city.owner, &city.admin, &city.app.expert().await] {
        assert_eq!(caller.get(&path).await.refusal(404), "no-such-standard");
        let listed = caller.get_json(STANDARDS).await;
        assert_eq!(listed["items"], json!([]));
    }
    for caller in [&city.owner, &city.admin] {
        let request = caller
            .request("POST", &format!("{path}/publish"))
            .header("if-match", tag(&draft));
        let refused = Answer::of(request.json(&json!({"base": draft["base"]}))).await;
        assert_eq!(refused.refusal(403), "not-allowed");
    }
    assert_eq!(city.tasks(true).await, []);
    city.app.finish().await;
}

#[tokio::test]
async fn a_version_is_made_and_published_from_pages_without_javascript() {
    let city = City::open().await;
    let office = Browser::sign_in(&city.app, Role::Bureau).await;
    let form = office.open("/standards/new").await;
    let major = form
        .split("<option value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();

    let fields = [
        ("csrf", office.csrf.as_str()),
        ("major", major),
        ("title", "课程标准（2026）"),
    ];
    let made = office.post("/standards", &fields).await.expect(303).header("location");
    let page = made.split('?').next().unwrap().to_owned();
    let csrf = [("csrf", office.csrf.as_str())];
    let sheet = format!("{HEAD}{NEXT}");
    office
        .post_file(&format!("{page}/table"), &csrf, Some(("表.csv", &sheet)))
        .await
        .expect(303);
    let draft = office.open(&page).await;
    assert!(draft.contains("拆分") && draft.contains("“锥轴”"), "{draft}");

    // What is taught changes between looking and saying yes.
    city.import("数控加工,零件车削,偏心轴,40,\n").await;
    let publish = async |seen: &str| {
        let (number, base) = (value_of(seen, "seen"), value_of(seen, "base"));
        let fields = [("csrf", office.csrf.as_str()), ("seen", &number), ("base", &base)];
        office
            .post(&format!("{page}/publish"), &fields)
            .await
            .expect(303)
            .header("location")
    };
    assert_eq!(publish(&draft).await, format!("{page}?done=stale"));
    let anew = office.open(&page).await;
    assert!(anew.contains("偏心轴"), "{anew}");
    assert_eq!(publish(&anew).await, format!("{page}?done=published"));
    let shown = html(city.app.guest().get("/standards").await.expect(200));
    assert!(
        shown.contains("课程标准（2026）") && shown.contains("第 1 版"),
        "{shown}"
    );
    city.app.finish().await;
}
