//! Packs as pages: made of a course in three steps, looked at, compared, changed.

use gongxue::domain::curriculum;
use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, html, value_of};
use crate::client::{Answer, Caller, id, text};

const HEADINGS: [&str; 6] = ["专业编码", "专业", "培养层次", "课程", "典型工作任务", "参考性学习任务"];
const ROW: [&str; 6] = ["0403", "数控加工", "中级工", "零件车削", "车削台阶轴", "台阶轴"];

/// A library with a course, and people at two schools.
struct School {
    app: TestApp,
    teacher: Browser,
    shares: Caller,
    admin: Caller,
}

impl School {
    async fn open() -> Self {
        let app = TestApp::start().await;
        let headings = HEADINGS.map(str::to_owned);
        let rows = [(2, ROW.map(str::to_owned).to_vec())];
        let catalogue = curriculum::table::read(1, &headings, &rows).expect("a catalogue");
        app.ask(async move |library| library.curriculum.import_catalogue(&catalogue, false).await.map(|_| ()))
            .await
            .expect("import it");
        let teacher = Browser::sign_in(&app, Role::Teacher).await;
        let (shares, admin) = (app.teacher("S1").await, app.admin("S1").await);
        Self {
            app,
            teacher,
            shares,
            admin,
        }
    }

    async fn publish(&self, title: &str, scope: &str, files: &[(&str, &[u8])]) -> String {
        let metadata = json!({"title": title, "type": "worksheet", "task": "台阶轴", "scope": scope});
        let shared = self.shares.share_as(&metadata, files).await.expect(201).json();
        self.admin.step(&id(&shared), "publish").await.expect(200);
        id(&shared)
    }

    async fn course(&self) -> String {
        let found = self.shares.get_json("/api/v1/courses").await;
        format!("/c/{}", text(&found["items"][0]["id"]))
    }

    /// Makes a pack of the course, as a teacher does; returns the address of its page.
    async fn make(&self, scope: &str) -> String {
        let course = self.teacher.open(&self.course().await).await;
        let form = self.teacher.open(&link_to(&course, "/packs/new?course=")).await;
        let fields = [
            ("csrf", self.teacher.csrf.clone()),
            ("idempotency_key", value_of(&form, "idempotency_key")),
            ("course", value_of(&form, "course")),
            ("title", value_of(&form, "title")),
            ("scope", scope.to_owned()),
        ];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let made = self
            .teacher
            .post("/packs", &fields)
            .await
            .expect(303)
            .header("location");
        let again = self
            .teacher
            .post("/packs", &fields)
            .await
            .expect(303)
            .header("location");
        assert_eq!(again, made, "the same form sent twice made two packs");
        self.app.settled().await;
        made.split('?').next().unwrap().to_owned()
    }

    /// Presses a button of the form that changes a pack.
    async fn press(&self, pack: &str, act: &str, notes: &[&str]) -> Answer {
        let form = self.teacher.open(&format!("{pack}/edit")).await;
        let seen = value_of(&form, "seen");
        let mut fields = vec![
            ("csrf", self.teacher.csrf.as_str()),
            ("seen", &seen),
            ("title", "车削包"),
            ("description", "说明"),
            ("scope", "city"),
            ("act", act),
        ];
        fields.extend(notes.iter().map(|note| ("note", *note)));
        self.teacher.post(&format!("{pack}/edit"), &fields).await
    }

    async fn issue(&self, pack: &str) {
        self.app.settled().await;
        let fields = [("csrf", self.teacher.csrf.as_str()), ("note", "改了名字 <b>")];
        self.teacher.post(&format!("{pack}/publish"), &fields).await.expect(303);
        self.app.settled().await;
    }
}

/// The first address in a page that begins so.
fn link_to(page: &str, begin: &str) -> String {
    let marked = format!("href=\"{begin}");
    let rest = page
        .split(&marked)
        .nth(1)
        .unwrap_or_else(|| panic!("no `{begin}`: {page}"));
    format!("{begin}{}", rest.split('"').next().unwrap()).replace("&#38;", "&")
}

/// Where each of some texts first stands in a page.
fn places(page: &str, texts: &[&str]) -> Vec<usize> {
    texts
        .iter()
        .map(|text| page.find(text).unwrap_or_else(|| panic!("no `{text}`: {page}")))
        .collect()
}

#[tokio::test]
async fn a_teacher_makes_a_pack_of_a_course_in_three_steps() {
    let school = School::open().await;
    let resource = school
        .publish("台阶轴工作页", "city", &[("工作页.txt", "车削".as_bytes())])
        .await;
    school.publish("本校的秘密", "school", &[("秘密.txt", b"secret")]).await;
    school.app.settled().await;

    let pack = school.make("city").await;

    let page = school.teacher.open(&format!("{pack}?done=made")).await;
    let about = [
        "零件车削 资源包",
        "01 零件车削",
        "台阶轴工作页",
        "工作页.txt",
        "第一技师学院",
        "gongxue pull http",
    ];
    places(&page, &about);
    assert!(!page.contains("秘密"), "{page}");
    assert!(page.contains(&format!("href=\"/r/{resource}\"")));
    let id = pack.strip_prefix("/p/").unwrap();
    assert!(page.contains(&format!("--pack {id} --to ./零件车削-资源包")));
    let file = link_to(&page, &format!("/api/v1/packs/{id}/versions/1/files/"));
    assert_eq!(school.teacher.get(&file).await.expect(200).body, "车削".as_bytes());
    let resource = school.teacher.open(&format!("/r/{resource}")).await;
    assert!(
        resource.contains(&format!("href=\"{pack}\"")),
        "a resource names the packs it is in"
    );
    assert!(school.teacher.open("/packs?mine=1").await.contains(&pack));
    school.app.finish().await;
}

#[tokio::test]
async fn a_guest_sees_no_city_pack_and_another_school_sees_it_without_its_forms() {
    let school = School::open().await;
    school.publish("台阶轴工作页", "city", &[("a.txt", b"a")]).await;
    let pack = school.make("city").await;
    let guest = school.app.guest();
    let other = Browser::sign_in_at(&school.app, Role::Teacher, "S2").await;

    guest.get(&pack).await.expect(404);
    guest.get(&format!("{pack}/changes")).await.expect(404);
    let list = html(guest.get("/packs").await.expect(200));
    assert!(!list.contains(&pack), "{list}");
    assert_eq!(guest.get(&format!("{pack}/edit")).await.expect(303).status, 303);

    assert!(other.open("/packs").await.contains(&pack));
    let page = other.open(&pack).await;
    assert!(
        page.contains("台阶轴工作页") && !page.contains("/publish") && !page.contains("/edit"),
        "{page}"
    );
    other.get(&format!("{pack}/edit")).await.expect(403);
    for act in ["edit", "publish", "withdraw"] {
        let fields = [("csrf", other.csrf.as_str()), ("title", "他人的"), ("seen", "1")];
        other.post(&format!("{pack}/{act}"), &fields).await.expect(403);
        let forged = [("csrf", "forged"), ("seen", "1")];
        school.teacher.post(&format!("{pack}/{act}"), &forged).await.expect(403);
    }
    // Its title waits until somebody has read it who may approve it for others; its name there is that of what is in it.
    assert!(other.open(&pack).await.contains("<h1>零件车削</h1>"));
    school.app.finish().await;
}

#[tokio::test]
async fn a_renamed_file_is_shown_as_renamed() {
    let school = School::open().await;
    let resource = school
        .publish("甲", "city", &[("旧名.txt", b"same"), ("b.txt", b"before")])
        .await;
    let pack = school.make("city").await;
    let version = school.shares.form(
        &format!("/api/v1/resources/{resource}/versions"),
        &json!({"remove": ["旧名.txt"]}),
        &[("新名.txt", b"same"), ("b.txt", b"after it")],
    );
    Answer::of(version).await.expect(201);
    school.app.approve(&resource).await;
    school.publish("乙", "city", &[("c.txt", b"another")]).await;

    school.issue(&pack).await;

    let page = school.teacher.open(&pack).await;
    assert!(page.contains("改了名字 &#60;b&#62;"));
    let changes = school.teacher.open(&link_to(&page, &format!("{pack}/changes?"))).await;
    let at = places(
        &changes,
        &[
            "id=\"added\"",
            "c.txt",
            "id=\"changed\"",
            "b.txt",
            "id=\"renamed\"",
            "新名.txt",
            "旧名.txt",
        ],
    );
    assert!(at.is_sorted(), "{changes}");
    assert!(!changes.contains("id=\"removed\""), "{changes}");
    school
        .teacher
        .get(&format!("{pack}/changes?from=1&to=9"))
        .await
        .expect(404);
    school.teacher.get(&format!("{pack}/changes?from=x")).await.expect(404);
    let back = school.teacher.open(&format!("{pack}/changes?from=2&to=1")).await;
    assert!(
        back.contains("id=\"removed\"") && back.contains("id=\"renamed\""),
        "{back}"
    );
    let old = school.teacher.open(&format!("{pack}?version=1")).await;
    assert!(old.contains("旧名.txt") && !old.contains("新名.txt"), "{old}");
    school.app.finish().await;
}

#[tokio::test]
async fn the_order_of_a_hundred_entries_is_kept_and_notes_go_with_their_entries() {
    let school = School::open().await;
    let mut entries: Vec<Value> = Vec::new();
    for n in 0..4 {
        let resource = school
            .publish(&format!("资料{n}"), "city", &[("a.txt", format!("{n}").as_bytes())])
            .await;
        entries.push(json!({"resource": resource}));
    }
    entries.extend((0..96).map(|_| json!({"task": "台阶轴"})));
    let owner = school.teacher.open("/mine").await;
    assert!(owner.contains("/packs"));
    let pack = school.make("city").await;
    let admin = school
        .admin
        .request("PATCH", &format!("/api/v1{}", pack.replace("/p/", "/packs/")));
    let patched = admin.header("if-match", "*").json(&json!({"contents": entries}));
    Answer::of(patched).await.expect(200);
    let notes: Vec<String> = (0..100).map(|n| format!("第{n}条")).collect();
    let notes: Vec<&str> = notes.iter().map(String::as_str).collect();

    let up = school.press(&pack, "up-3", &notes).await.expect(303);
    assert_eq!(up.header("location"), format!("{pack}/edit#entry-2"));
    let mut moved = notes.clone();
    moved.swap(1, 2);
    school.press(&pack, "remove-1", &moved).await.expect(303);

    let form = school.teacher.open(&format!("{pack}/edit")).await;
    let shown: Vec<&str> = form
        .split("name=\"note\"")
        .skip(1)
        .map(|rest| rest.split(['>', '<']).nth(1).unwrap())
        .collect();
    assert_eq!(shown, moved[1..]);
    let order = places(&form, &[">资料2<", ">资料1<", ">资料3<"]);
    assert!(order.is_sorted(), "{form}");
    school.app.finish().await;
}

#[tokio::test]
async fn a_fault_stands_on_its_field_and_nothing_typed_is_lost() {
    let school = School::open().await;
    let withdrawn = school.publish("会下架的", "city", &[("a.txt", b"a")]).await;
    let pack = school.make("city").await;
    let add = [
        ("csrf", school.teacher.csrf.as_str()),
        ("resource", &withdrawn),
        ("pack", pack.strip_prefix("/p/").unwrap()),
    ];
    let added = school
        .teacher
        .post("/packs/add", &add)
        .await
        .expect(303)
        .header("location");
    assert_eq!(added, format!("{pack}/edit?done=added"));
    let again = school
        .teacher
        .post("/packs/add", &add)
        .await
        .expect(303)
        .header("location");
    assert_eq!(again, format!("{pack}/edit?done=there"));
    let long = "长".repeat(2_001);

    let answer = school.press(&pack, "up-2", &["好的", &long]).await;

    let form = html(answer.expect(422));
    assert!(form.contains("id=\"note-2-fault\"") && !form.contains("id=\"note-1-fault\""));
    assert!(form.contains(&long) && form.contains("好的") && form.contains("value=\"车削包\""));
    // What nobody sees any more keeps nobody from changing the rest.
    school.shares.step(&withdrawn, "withdraw").await.expect(200);
    school.app.settled().await;
    school.press(&pack, "save", &["好的", ""]).await.expect(303);
    let stale = [
        ("csrf", school.teacher.csrf.as_str()),
        ("seen", "1"),
        ("title", "迟到的"),
        ("act", "save"),
    ];
    school.teacher.post(&format!("{pack}/edit"), &stale).await.expect(412);
    let note = [("csrf", school.teacher.csrf.as_str()), ("note", &long)];
    let page = html(school.teacher.post(&format!("{pack}/publish"), &note).await.expect(422));
    assert!(page.contains("id=\"note-fault\"") && page.contains(&long));
    let fields = [
        ("csrf", school.teacher.csrf.as_str()),
        ("course", "零件车削"),
        ("title", " "),
        ("description", "留着"),
    ];
    let form = html(school.teacher.post("/packs", &fields).await.expect(422));
    assert!(form.contains("id=\"title-fault\"") && form.contains("留着"), "{form}");
    school.app.finish().await;
}

#[tokio::test]
async fn a_pack_is_withdrawn_after_a_second_look_and_a_draft_leaves_nothing() {
    let school = School::open().await;
    school.publish("甲", "public", &[("a.txt", b"a")]).await;
    let pack = school.make("public").await;
    let guest = school.app.guest();
    assert!(html(guest.get(&pack).await.expect(200)).contains("a.txt"));
    let mark = [("csrf", school.teacher.csrf.as_str())];

    let done = school
        .teacher
        .post(&format!("{pack}/withdraw"), &mark)
        .await
        .expect(303);

    assert_eq!(done.header("location"), format!("{pack}?done=withdrawn"));
    guest.get(&pack).await.expect(404);
    let page = school.teacher.open(&pack).await;
    assert!(
        page.contains("status-withdrawn") && !page.contains("/publish\""),
        "{page}"
    );
    school.app.finish().await;
}
