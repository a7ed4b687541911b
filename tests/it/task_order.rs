//! The order in which a task's resources are shown: who makes it, who sees it, and what keeps it from being lost.

use gongxue::domain::curriculum;
use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, html, value_of};
use crate::client::{Answer, Caller, id, text};

const HEADINGS: [&str; 6] = ["专业编码", "专业", "培养层次", "课程", "典型工作任务", "参考性学习任务"];
const ROWS: [[&str; 6]; 2] = [
    ["0403", "数控加工", "中级工", "零件车削", "零件车削", "台阶轴的车削"],
    ["0403", "数控加工", "中级工", "零件车削", "零件车削", "螺纹轴的车削"],
];
const TITLES: [&str; 3] = ["最先发布的", "后来发布的", "最后发布的"];

/// A task for which three resources of `S1` are shared with the city, the first of them the oldest.
struct Shelf {
    app: TestApp,
    course: String,
    order: String,
    owner: Caller,
    admin: Caller,
    resources: Vec<String>,
}

impl Shelf {
    async fn open() -> Self {
        let app = TestApp::start().await;
        let rows: Vec<_> = (2..).zip(ROWS.map(|row| row.map(str::to_owned).to_vec())).collect();
        let catalogue = curriculum::table::read(1, &HEADINGS.map(str::to_owned), &rows).expect("a catalogue");
        app.ask(async move |library| library.curriculum.import_catalogue(&catalogue, false).await.map(|_| ()))
            .await
            .expect("import it");
        let (owner, admin) = (app.teacher("S1").await, app.admin("S1").await);
        let found = owner.get_json("/api/v1/courses").await;
        let course = &found["items"][0];
        let task = course["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|task| task["name"] == ROWS[0][5]);
        let mut shelf = Self {
            course: format!("/c/{}", id(course)),
            order: format!("/api/v1/tasks/{}/order", id(task.expect("the task"))),
            resources: Vec::new(),
            app,
            owner,
            admin,
        };
        for title in TITLES {
            let resource = shelf.publish(title, ROWS[0][5]).await;
            shelf.resources.push(resource);
        }
        shelf.app.settled().await;
        shelf
    }

    async fn publish(&self, title: &str, task: &str) -> String {
        let metadata = json!({"title": title, "type": "worksheet", "task": task, "scope": "city"});
        let shared = self
            .owner
            .share_as(&metadata, &[("a.txt", title.as_bytes())])
            .await
            .expect(201)
            .json();
        self.admin.step(&id(&shared), "publish").await.expect(200);
        // No two are published at one moment.
        self.app.advance(std::time::Duration::from_mins(1));
        id(&shared)
    }

    /// The resources at these places, by their numbers.
    fn at<const N: usize>(&self, places: [usize; N]) -> Vec<String> {
        places.map(|place| self.resources[place].clone()).to_vec()
    }

    async fn put(&self, who: &Caller, tag: &str, resources: &[String]) -> Answer {
        let request = who.request("PUT", &self.order).header("if-match", tag);
        Answer::of(request.json(&json!({"resources": resources}))).await
    }

    /// The titles of the task on the course's page, from the top.
    async fn shown(&self, who: &Caller) -> Vec<&'static str> {
        titles(&html(who.get(&self.course).await.expect(200)))
    }

    fn form(&self) -> String {
        self.order.replace("/api/v1", "")
    }
}

fn titles(page: &str) -> Vec<&'static str> {
    let mut found: Vec<(usize, &str)> = TITLES
        .iter()
        .filter_map(|title| Some((page.find(&format!(">{title}<"))?, *title)))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, title)| title).collect()
}

#[tokio::test]
async fn a_school_sees_its_own_order_and_every_other_the_citys() {
    let shelf = Shelf::open().await;
    let [first, second, third] = TITLES;
    let (own, other) = (shelf.app.reader("S1").await, shelf.app.reader("S2").await);
    assert_eq!(shelf.shown(&own).await, [third, second, first], "the newest first");

    let put = shelf.put(&shelf.owner, "\"r0\"", &shelf.at([0, 2])).await.expect(200);
    assert_eq!(put.header("etag"), "\"r1\"");
    assert_eq!(put.json()["school"]["code"], "S1");
    assert_eq!(
        shelf.shown(&own).await,
        [first, third, second],
        "what has no place stands behind"
    );
    assert_eq!(
        shelf.shown(&other).await,
        [third, second, first],
        "one school's order is another's too"
    );

    let expert = shelf.app.expert().await;
    let put = shelf.put(&expert, "\"r0\"", &shelf.at([1, 0, 2])).await.expect(200);
    assert_eq!(put.json()["school"], Value::Null);
    assert_eq!(shelf.shown(&other).await, [second, first, third]);
    assert_eq!(
        shelf.shown(&own).await,
        [first, third, second],
        "the city's order took the school's place"
    );

    // Emptied, it gives way to the city's.
    shelf.put(&shelf.admin, "\"r1\"", &[]).await.expect(200);
    assert_eq!(shelf.shown(&own).await, [second, first, third]);
    shelf.app.finish().await;
}

#[tokio::test]
async fn the_citys_people_make_the_citys_order_wherever_they_belong() {
    let shelf = Shelf::open().await;
    let [first, second, third] = TITLES;
    shelf.put(&shelf.owner, "\"r0\"", &shelf.at([0])).await.expect(200);
    let expert = shelf.app.member(Role::Expert, Some("S1")).await;

    let seen = expert.get(&shelf.order).await.expect(200);
    assert_eq!(
        (seen.header("etag").as_str(), &seen.json()["resources"]),
        ("\"r0\"", &json!([]))
    );
    shelf.put(&expert, "\"r0\"", &shelf.at([1])).await.expect(200);

    let (own, other) = (shelf.app.reader("S1").await, shelf.app.reader("S2").await);
    assert_eq!(shelf.shown(&other).await, [second, third, first]);
    assert_eq!(
        shelf.shown(&own).await,
        [first, third, second],
        "the school's order was written over"
    );
    shelf.app.finish().await;
}

#[tokio::test]
async fn what_moved_to_another_task_has_the_place_that_it_is_given_there() {
    let shelf = Shelf::open().await;
    let (moved, newer) = (shelf.resources[0].clone(), "螺纹轴的");
    let course = shelf.owner.get_json("/api/v1/courses").await["items"][0].clone();
    let tasks = course["tasks"].as_array().unwrap();
    let other = tasks.iter().find(|task| task["name"] == ROWS[1][5]);
    let other = format!("/api/v1/tasks/{}/order", id(other.expect("the other task")));
    let put = async |order: &str| {
        let request = shelf.owner.request("PUT", order).header("if-match", "*");
        let order = json!({ "resources": [moved] });
        Answer::of(request.json(&order)).await.expect(200);
    };
    put(&shelf.order).await;
    let place = json!({"task": ROWS[1][5], "course": null});
    shelf.admin.patch(&moved, Some("*"), &place).await.expect(200);
    shelf.app.approve(&moved).await;
    shelf.publish(newer, ROWS[1][5]).await;
    put(&other).await;
    shelf.app.settled().await;

    let page = html(shelf.owner.get(&shelf.course).await.expect(200));
    let at = |title: &str| page.find(&format!(">{title}<")).expect("it is shown");
    assert!(
        at(TITLES[0]) < at(newer),
        "the task that it left took it from its place"
    );
    shelf.app.finish().await;
}

#[tokio::test]
async fn nobodys_order_is_lost_to_one_made_beside_it() {
    let shelf = Shelf::open().await;
    let colleague = shelf.app.teacher("S1").await;
    let mine = shelf.at([0, 1, 2]);

    let unseen = shelf
        .owner
        .request("PUT", &shelf.order)
        .json(&json!({"resources": mine}));
    assert_eq!(Answer::of(unseen).await.refusal(428), "if-match-required");
    let theirs = shelf.at([2, 1, 0]);
    let (one, two) = tokio::join!(
        shelf.put(&shelf.owner, "\"r0\"", &mine),
        shelf.put(&colleague, "\"r0\"", &theirs),
    );
    let mut both = [one.status, two.status];
    both.sort_unstable();
    assert_eq!(both, [200, 412]);
    let kept = shelf.owner.get_json(&shelf.order).await;
    assert_eq!(kept["revision"], 1);
    assert_eq!(kept["resources"], json!(if one.status == 200 { mine } else { theirs }));

    let late = shelf.put(&shelf.owner, "\"r0\"", &shelf.at([1])).await;
    assert_eq!(late.refusal(412), "changed-meanwhile");
    shelf.put(&shelf.owner, "\"r1\"", &shelf.at([1])).await.expect(200);
    shelf.app.finish().await;
}

#[tokio::test]
async fn only_what_is_shown_for_the_task_has_a_place() {
    let shelf = Shelf::open().await;
    let elsewhere = shelf.publish("螺纹轴的", ROWS[1][5]).await;
    let draft = json!({"title": "草稿", "type": "worksheet", "task": ROWS[0][5], "scope": "city"});
    let draft = shelf
        .owner
        .share_as(&draft, &[("b.txt", b"b")])
        .await
        .expect(201)
        .json();
    let one = shelf.resources[0].clone();

    let faulty = [one.clone(), elsewhere, id(&draft), one.clone()];
    let faults = shelf.put(&shelf.owner, "\"r0\"", &faulty).await.faults();
    assert_eq!(
        faults,
        [
            "/resources/1 unknown-value",
            "/resources/2 unknown-value",
            "/resources/3 repeated",
        ]
    );
    let many: Vec<String> = (0..201).map(|_| one.clone()).collect();
    assert_eq!(
        shelf.put(&shelf.owner, "\"r0\"", &many).await.faults(),
        ["/resources too-long"]
    );

    for who in [shelf.app.reader("S1").await, shelf.app.auditor().await] {
        assert_eq!(
            shelf.put(&who, "\"r0\"", &shelf.at([0])).await.refusal(403),
            "not-allowed"
        );
    }
    let nowhere = shelf
        .owner
        .request("PUT", "/api/v1/tasks/0193a0a0-0000-7000-8000-000000000000/order");
    let nowhere = nowhere.header("if-match", "*").json(&json!({"resources": []}));
    Answer::of(nowhere).await.expect(404);
    assert_eq!(
        shelf.owner.get_json(&shelf.order).await["revision"],
        0,
        "a refused order was kept"
    );

    // What is withdrawn since leaves its place, and comes back to it.
    shelf.put(&shelf.owner, "\"r0\"", &shelf.at([0, 1])).await.expect(200);
    shelf.admin.step(&one, "withdraw").await.expect(200);
    assert_eq!(
        shelf.owner.get_json(&shelf.order).await["resources"],
        json!(shelf.at([1]))
    );
    shelf.app.finish().await;
}

#[tokio::test]
async fn a_form_without_scripts_moves_one_place_at_a_time() {
    let shelf = Shelf::open().await;
    let [first, second, third] = TITLES;
    let teacher = Browser::sign_in(&shelf.app, Role::Teacher).await;
    assert!(
        teacher.open(&shelf.course).await.contains(&shelf.form()),
        "no way to the order"
    );
    // Her own draft for the task is nobody's business yet.
    let place = format!("task:{}", shelf.order.split('/').nth(4).unwrap());
    let draft = [
        ("csrf", teacher.csrf.as_str()),
        ("title", "草稿"),
        ("type", "worksheet"),
        ("place", &place),
        ("scope", "city"),
    ];
    teacher.upload(&draft, Some(("草稿.txt", "草稿"))).await.expect(303);
    shelf.app.settled().await;
    assert!(!teacher.open(&shelf.form()).await.contains("草稿"));
    let send = async |entries: [usize; 3], act: &str| {
        let seen = value_of(&teacher.open(&shelf.form()).await, "seen");
        let ids = shelf.at(entries);
        let mut fields = vec![("csrf", teacher.csrf.as_str()), ("seen", &seen), ("act", act)];
        fields.extend(ids.iter().map(|id| ("entry", id.as_str())));
        let led = teacher
            .post(&shelf.form(), &fields)
            .await
            .expect(303)
            .header("location");
        (led, titles(&teacher.open(&shelf.form()).await))
    };

    let up = format!("up-{}", shelf.resources[0]);
    let (led, list) = send([2, 1, 0], &up).await;
    assert!(led.ends_with(&format!("#entry-{}", shelf.resources[0])), "{led}");
    assert_eq!(list, [third, first, second]);
    let down = format!("down-{}", shelf.resources[2]);
    assert_eq!(send([2, 0, 1], &down).await.1, [first, third, second]);
    // Dragged by a script, and saved.
    assert_eq!(send([1, 0, 2], "save").await.1, [second, first, third]);
    assert_eq!(titles(&teacher.open(&shelf.course).await), [second, first, third]);
    assert_eq!(send([1, 0, 2], "newest").await.1, [third, second, first]);

    let stale = [
        ("csrf", teacher.csrf.as_str()),
        ("seen", "1"),
        ("entry", shelf.resources[0].as_str()),
    ];
    let led = teacher.post(&shelf.form(), &stale).await.expect(303).header("location");
    let page = teacher.open(&led).await;
    assert!(
        page.contains("别人排过了") && titles(&page) == [third, second, first],
        "a stale order was kept"
    );
    let reader = Browser::sign_in(&shelf.app, Role::Reader).await;
    assert!(!reader.open(&shelf.course).await.contains(&shelf.form()));
    reader.get(&shelf.form()).await.expect(403);
    shelf.app.finish().await;
}

#[tokio::test]
async fn an_order_is_recorded() {
    let shelf = Shelf::open().await;
    shelf.put(&shelf.owner, "\"r0\"", &shelf.at([0])).await.expect(200);

    let lines = shelf
        .app
        .auditor()
        .await
        .get_json("/api/v1/audit?action=task.order")
        .await;

    let line = &lines["items"][0];
    assert_eq!(text(&line["subject"]), shelf.order.split('/').nth(4).unwrap());
    shelf.app.finish().await;
}
