//! Notices of infringement: sent by anybody, handled by those who look after the resource, and settled.

use std::time::Duration;

use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, html, urlencoded};
use crate::client::{Answer, Caller, id, text};
use crate::mirrors::Pair;
use crate::packs::School;

const NOTICES: &str = "/api/v1/notices";
const CONTACT: &str = "022-12345678 天津市南开区某路 1 号";

/// What somebody sends who holds that a resource infringes.
pub(crate) fn notice(resource: &str) -> Value {
    json!({
        "link": format!("https://library.example.org/r/{resource}?page=2"),
        "name": "某机床厂",
        "contact": CONTACT,
        "work": "《数控车削图册》",
        "statement": "第 2 页的图出自我厂图册第 18 页，登记号 2020-A-001。",
        "is_true": true,
    })
}

/// A school with a published resource that somebody complains about.
struct Case {
    school: School,
    resource: String,
    /// What its sender was told.
    sent: Value,
    id: String,
}

impl Case {
    async fn open() -> Self {
        let school = School::open().await;
        let shared = school.publish("台阶轴图", "台阶轴", "public", &[("a.txt", b"a")]).await;
        let resource = id(&shared);
        let sent = school
            .app
            .guest()
            .post_json(NOTICES, &notice(&resource))
            .await
            .expect(201)
            .json();
        let listed = school.admin.get_json(NOTICES).await;
        Self {
            id: id(&listed["items"][0]),
            school,
            resource,
            sent,
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("{NOTICES}/{}{rest}", self.id)
    }

    fn followed(&self) -> String {
        format!(
            "{NOTICES}/followed/{}",
            text(&self.sent["url"]).rsplit('/').next().unwrap()
        )
    }

    async fn step(&self, caller: &Caller, step: &str, said: &str) -> Answer {
        caller
            .post_json(&self.path(&format!("/{step}")), &json!({"text": said}))
            .await
    }

    async fn status(&self, caller: &Caller) -> u16 {
        caller.get(&format!("/api/v1/resources/{}", self.resource)).await.status
    }

    async fn state(&self) -> String {
        text(&self.school.admin.get_json(&self.path("")).await["state"])
    }
}

#[tokio::test]
async fn a_notice_takes_a_resource_down_and_a_counter_notice_brings_back_what_was_approved() {
    let case = Case::open().await;
    let (admin, teacher, guest) = (&case.school.admin, &case.school.teacher, case.school.app.guest());
    let pack = case
        .school
        .pack(&json!({"title": "包", "task": "台阶轴", "scope": "public"}))
        .await;
    case.school.issue(&pack).await;
    let bundle = format!("/api/v1/packs/{pack}/versions/1/bundle?items=0-0");

    case.step(admin, "ask", "请补充登记证书").await.expect(200);
    let asked = guest.get_json(&case.followed()).await;
    assert_eq!((&asked["state"], &asked["may_answer"]), (&json!("asked"), &json!(true)));
    let more = json!({"text": "证书编号 2020-A-001"});
    guest.post_json(&case.followed(), &more).await.expect(200);
    case.step(admin, "take-down", "").await.expect(200);

    assert_eq!(case.status(&guest).await, 404);
    assert_eq!(guest.get(&bundle).await.refusal(410), "pack-item-gone");
    let own = teacher.get_json(&format!("/api/v1/resources/{}", case.resource)).await;
    assert_eq!(own["status"], "withdrawn", "its author no longer sees it");
    // Nobody publishes it by another way meanwhile.
    teacher.step(&case.resource, "submit").await.expect(200);
    assert_eq!(
        admin.step(&case.resource, "publish").await.refusal(409),
        "held-by-notice"
    );
    teacher.step(&case.resource, "withdraw").await.expect(200);

    case.step(teacher, "counter", "图是我自己画的，附原始文件。")
        .await
        .expect(200);
    let told = guest.get_json(&case.followed()).await;
    let steps: Vec<String> = told["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| text(&step["step"]))
        .collect();
    assert_eq!(steps, ["send", "ask", "answer", "take-down", "counter"]);
    assert_eq!(told["steps"][4]["text"], "图是我自己画的，附原始文件。");
    case.school.app.finish().await;
}

#[tokio::test]
async fn what_did_not_change_is_restored_without_a_review_with_its_packs_and_its_history() {
    let case = Case::open().await;
    let (admin, guest) = (&case.school.admin, case.school.app.guest());
    let pack = case
        .school
        .pack(&json!({"title": "包", "task": "台阶轴", "scope": "public"}))
        .await;
    case.school.issue(&pack).await;
    let versions = format!("/api/v1/resources/{}/versions", case.resource);
    let before = guest.get_json(&versions).await;
    case.step(admin, "take-down", "").await.expect(200);
    case.school.app.settled().await;

    case.step(admin, "restore", "通知人撤回").await.expect(200);

    let back = guest.get_json(&format!("/api/v1/resources/{}", case.resource)).await;
    assert_eq!(
        (&back["status"], &back["title"]),
        (&json!("published"), &json!("台阶轴图"))
    );
    assert_eq!(guest.get_json(&versions).await, before, "its history is another");
    let bundle = format!("/api/v1/packs/{pack}/versions/1/bundle?items=0-0");
    guest.get(&bundle).await.expect(200);
    case.school.app.settled().await;
    assert_eq!(guest.finds("台阶轴图").await, [case.resource.as_str()]);
    assert_eq!(case.state().await, "restored");
    for step in ["take-down", "restore", "reject"] {
        let again = case.step(admin, step, "再来").await;
        assert_eq!(again.refusal(409), "notice-step-not-possible", "{step}");
    }
    case.school.app.finish().await;
}

#[tokio::test]
async fn what_changed_meanwhile_is_not_shown_before_somebody_has_looked_at_it() {
    let case = Case::open().await;
    let (admin, teacher, guest) = (&case.school.admin, &case.school.teacher, case.school.app.guest());
    case.step(admin, "take-down", "").await.expect(200);
    let other = json!({"title": "换了内容"});
    teacher.patch(&case.resource, Some("*"), &other).await.expect(200);

    case.step(teacher, "counter", "没有侵权").await.expect(200);
    case.step(admin, "restore", "").await.expect(200);

    assert_eq!(case.status(&guest).await, 404, "what nobody approved is shown");
    let waits = admin.get_json(&format!("/api/v1/resources/{}", case.resource)).await;
    assert_eq!(
        (&waits["status"], &waits["title"]),
        (&json!("submitted"), &json!("换了内容"))
    );
    admin.step(&case.resource, "publish").await.expect(200);
    assert_eq!(case.status(&guest).await, 200);
    case.school.app.finish().await;
}

/// The settling of a complaint put before the reviewers what its author had taken back themselves.
#[tokio::test]
async fn what_its_author_had_withdrawn_stays_so_when_the_notice_is_settled() {
    let case = Case::open().await;
    let (admin, teacher) = (&case.school.admin, &case.school.teacher);
    teacher.step(&case.resource, "withdraw").await.expect(200);
    case.step(admin, "take-down", "").await.expect(200);

    case.step(admin, "restore", "通知人撤回").await.expect(200);

    let shown = teacher.get_json(&format!("/api/v1/resources/{}", case.resource)).await;
    assert_eq!(shown["status"], "withdrawn");
    case.school.app.finish().await;
}

#[tokio::test]
async fn what_waited_beside_it_is_not_restored_unseen_either() {
    let case = Case::open().await;
    let (admin, teacher, guest) = (&case.school.admin, &case.school.teacher, case.school.app.guest());
    let other = json!({"description": "没有人审过"});
    teacher.patch(&case.resource, Some("*"), &other).await.expect(200);
    case.step(admin, "take-down", "").await.expect(200);

    case.step(admin, "restore", "").await.expect(200);

    assert_eq!(case.status(&guest).await, 404);
    let waits = admin.get_json(&format!("/api/v1/resources/{}", case.resource)).await;
    assert_eq!(waits["status"], "submitted");
    case.school.app.finish().await;
}

#[tokio::test]
async fn of_two_notices_the_last_that_is_settled_brings_it_back() {
    let case = Case::open().await;
    let (admin, guest) = (&case.school.admin, case.school.app.guest());
    guest.post_json(NOTICES, &notice(&case.resource)).await.expect(201);
    let second = id(&admin.get_json(NOTICES).await["items"][0]);
    case.step(admin, "take-down", "").await.expect(200);
    let step = |what: &str| format!("{NOTICES}/{second}/{what}");
    admin.post_json(&step("take-down"), &json!({})).await.expect(200);

    case.step(admin, "restore", "").await.expect(200);
    assert_eq!(case.status(&guest).await, 404, "the other notice no longer holds it");
    admin.post_json(&step("restore"), &json!({})).await.expect(200);

    assert_eq!(case.status(&guest).await, 200);
    case.school.app.finish().await;
}

#[tokio::test]
async fn a_complainants_address_is_shown_to_whoever_handles_the_notice_and_to_nobody_else() {
    let case = Case::open().await;
    let app = &case.school.app;
    let page = format!("/notices/{}", case.id);
    let uploader = case.school.teacher.get_json(&case.path("")).await;
    assert_eq!(uploader["sender_name"], "某机床厂");
    let told = case.school.admin.get_json(&case.path("")).await;
    assert_eq!(told["sender_contact"], CONTACT);
    assert_eq!(
        app.bureau().await.get_json(&case.path("")).await["sender_contact"],
        CONTACT
    );

    for caller in [&case.school.teacher, &app.guest()] {
        for path in [
            case.path(""),
            page.clone(),
            case.followed(),
            format!("/r/{}", case.resource),
        ] {
            let answer = caller.get(&path).await;
            assert!(
                !String::from_utf8(answer.body).unwrap().contains("022-12345678"),
                "{path}"
            );
        }
    }
    for stranger in [
        app.admin("S2").await,
        app.teacher("S1").await,
        app.expert().await,
        app.auditor().await,
        app.reader("S1").await,
    ] {
        assert_eq!(stranger.get(&case.path("")).await.refusal(404), "no-such-notice");
        assert_eq!(stranger.get(&page).await.status, 404);
    }
    case.school.app.finish().await;
}

#[tokio::test]
async fn a_schools_administrator_handles_no_other_schools_case() {
    let case = Case::open().await;
    let other = case.school.app.admin("S2").await;

    assert_eq!(other.get_json(NOTICES).await["items"], json!([]));
    for step in ["ask", "take-down", "reject", "restore", "counter"] {
        assert_eq!(
            case.step(&other, step, "不归我管").await.refusal(404),
            "no-such-notice",
            "{step}"
        );
    }
    for caller in [case.school.app.auditor().await, case.school.teacher.clone()] {
        assert_eq!(caller.get(NOTICES).await.refusal(403), "not-allowed");
    }
    // Whoever shared it does not decide on it.
    assert_eq!(
        case.step(&case.school.teacher, "reject", "我没错").await.refusal(403),
        "not-allowed"
    );
    assert_eq!(case.state().await, "received");
    case.school.app.finish().await;
}

#[tokio::test]
async fn an_administrator_handles_no_notice_on_their_own_work() {
    let school = School::open().await;
    let metadata = json!({"title": "我的图", "type": "worksheet", "scope": "public"});
    let shared = school
        .admin
        .share_as(&metadata, &[("a.txt", b"a")])
        .await
        .expect(201)
        .json();
    let colleague = school.app.admin("S1").await;
    colleague.step(&id(&shared), "publish").await.expect(200);
    school
        .app
        .guest()
        .post_json(NOTICES, &notice(&id(&shared)))
        .await
        .expect(201);
    let bureau = school.app.bureau().await;
    let path = format!("{NOTICES}/{}", id(&bureau.get_json(NOTICES).await["items"][0]));

    let own = school.admin.get_json(&path).await;

    assert_eq!(own.get("sender_contact"), None);
    let reject = school
        .admin
        .post_json(&format!("{path}/reject"), &json!({"text": "没有"}))
        .await;
    assert_eq!(reject.refusal(403), "not-allowed");
    bureau
        .post_json(&format!("{path}/take-down"), &json!({}))
        .await
        .expect(200);
    school.app.finish().await;
}

#[tokio::test]
async fn a_guessed_link_shows_no_case() {
    let case = Case::open().await;
    let guest = case.school.app.guest();
    let number = text(&case.sent["number"]);

    for key in [
        number.as_str(),
        case.id.as_str(),
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "x",
    ] {
        let followed = format!("{NOTICES}/followed/{key}");
        assert_eq!(guest.get(&followed).await.refusal(404), "no-such-notice");
        let said = guest.post_json(&followed, &json!({"text": "x"})).await;
        assert_eq!(said.refusal(404), "no-such-notice");
        assert_eq!(guest.get(&format!("/copyright/{key}")).await.status, 404);
    }
    assert_eq!(case.state().await, "received");
    case.school.app.finish().await;
}

#[tokio::test]
async fn a_flooded_form_is_limited_and_leaves_the_list_usable() {
    let school = School::open().await;
    let shared = school.publish("台阶轴图", "台阶轴", "public", &[("a.txt", b"a")]).await;
    let guest = school.app.guest();

    let mut sent = 0;
    let refused = loop {
        let answer = guest.post_json(NOTICES, &notice(&id(&shared))).await;
        if answer.status != 201 {
            break answer;
        }
        sent += 1;
        assert!(sent < 1_000, "there is no limit");
    };

    assert_eq!(refused.refusal(409), "limit-reached");
    let page = school.admin.get_json(&format!("{NOTICES}?limit=5")).await;
    assert_eq!(page["items"].as_array().unwrap().len(), 5);
    assert_ne!(page["next_cursor"], Value::Null);
    // What nobody sees, and what there is not, look the same.
    let draft = school.teacher.share("草稿", &[]).await;
    for link in [id(&draft), uuid::Uuid::now_v7().to_string()] {
        let faults = guest.post_json(NOTICES, &notice(&link)).await.faults();
        assert_eq!(faults, ["/link unknown-value"]);
    }
    school.app.finish().await;
}

#[tokio::test]
async fn many_from_one_address_wait() {
    let app = TestApp::with(|config| {
        config.rates.sign_in = 1;
        config.rates.address_times = 2;
    })
    .await;
    let guest = app.guest();
    let nobody = notice(&uuid::Uuid::now_v7().to_string());

    for _ in 0..2 {
        guest.post_json(NOTICES, &nobody).await.expect(422);
    }

    assert_eq!(
        guest.post_json(NOTICES, &nobody).await.refusal(429),
        "too-many-requests"
    );
    assert_eq!(
        urlencoded(&guest, "/copyright", &[]).send().await.unwrap().status(),
        429
    );
    app.finish().await;
}

#[tokio::test]
async fn what_is_taken_down_for_a_notice_goes_from_mirrors_at_once() {
    let (pair, _, resource) = Pair::of(&[("a.txt", b"a")]).await;
    pair.round().await;
    let guest = pair.hub.app.guest();
    guest.post_json(NOTICES, &notice(&resource)).await.expect(201);
    let path = format!("{NOTICES}/{}", id(&pair.hub.admin.get_json(NOTICES).await["items"][0]));
    pair.hub
        .admin
        .post_json(&format!("{path}/take-down"), &json!({}))
        .await
        .expect(200);
    pair.hub.app.settled().await;

    let round = pair.round().await;

    assert_eq!(round.code, Some(0), "{}", round.err);
    let reader = pair.mirror.reader("S2").await;
    assert_eq!(reader.get(&format!("/api/v1/resources/{resource}")).await.status, 404);
    pair.finish().await;
}

#[tokio::test]
async fn people_do_all_of_it_on_pages_and_find_the_mails_ready() {
    let school = School::open().await;
    let teacher = Browser::sign_in(&school.app, Role::Teacher).await;
    let admin = Browser::sign_in(&school.app, Role::SchoolAdmin).await;
    let fields = [
        ("csrf", teacher.csrf.as_str()),
        ("title", "台阶轴图"),
        ("type", "worksheet"),
        ("scope", "public"),
    ];
    let shared = teacher.upload(&fields, Some(("a.txt", "a"))).await.expect(303);
    let resource = shared.header("location").split(['/', '?']).nth(2).unwrap().to_owned();
    school.admin.step(&resource, "publish").await.expect(200);
    let guest = school.app.guest();
    let page = html(guest.get(&format!("/copyright?link=/r/{resource}")).await.expect(200));
    assert!(page.contains(&format!("value=\"/r/{resource}\"")), "{page}");
    assert!(html(guest.get("/").await).contains("href=\"/copyright\""));

    let link = format!("/r/{resource}");
    let typed = [
        ("link", link.as_str()),
        ("name", "某机床厂"),
        ("contact", CONTACT),
        ("work", "《数控车削图册》"),
        ("statement", "第 2 页"),
    ];
    let faulty = html(Answer::of(urlencoded(&guest, "/copyright", &typed)).await.expect(422));
    assert!(
        faulty.contains("id=\"is_true-fault\"") && faulty.contains("value=\"某机床厂\""),
        "{faulty}"
    );
    let right: Vec<(&str, &str)> = typed.into_iter().chain([("is_true", "true")]).collect();
    let sent = Answer::of(urlencoded(&guest, "/copyright", &right)).await.expect(303);
    let followed = sent.header("location").split('?').next().unwrap().to_owned();
    assert!(html(guest.get(&followed).await.expect(200)).contains("待处理"));

    let list = admin.open("/admin/notices").await;
    let case = list
        .split("href=\"/admin/notices/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let open = format!("/admin/notices/{case}");
    let act = async |who: &Browser, path: &str, said: &str| {
        let fields = [("csrf", who.csrf.as_str()), ("text", said)];
        who.post(path, &fields).await.expect(303);
    };
    assert!(
        admin.open(&open).await.contains("的侵权通知（编号"),
        "no mail says that it came"
    );
    act(&admin, &format!("{open}/take-down"), "").await;
    let mails = admin.open(&open).await;
    assert!(
        mails.contains("第十五条") && mails.contains(&format!("/notices/{case}")),
        "{mails}"
    );
    let told = teacher.open(&format!("/r/{resource}")).await;
    assert!(
        told.contains(&format!("href=\"/notices/{case}\"")),
        "its author is not led to the case"
    );
    assert!(
        teacher
            .open(&format!("/notices/{case}"))
            .await
            .contains("第十六、十七条")
    );
    act(&teacher, &format!("/notices/{case}/counter"), "图是我画的。").await;
    assert!(admin.open(&open).await.contains("图是我画的。"));
    act(&admin, &format!("{open}/restore"), "").await;

    assert_eq!(guest.get(&format!("/r/{resource}")).await.status, 200);
    assert!(html(guest.get(&followed).await).contains("已恢复"));
    school.app.finish().await;
}

#[tokio::test]
async fn cases_are_taken_along_as_tables_with_the_date_of_each_step() {
    let case = Case::open().await;
    case.step(&case.school.admin, "reject", "=没有权利证明")
        .await
        .expect(200);

    let csv = case
        .school
        .admin
        .get(&format!("{NOTICES}?format=csv"))
        .await
        .expect(200);
    let csv = String::from_utf8(csv.body).unwrap();

    let number = text(&case.sent["number"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 2, "{csv}");
    assert!(
        lines[0].contains("编号,状态,资源") && lines[0].ends_with("恢复"),
        "{csv}"
    );
    assert!(lines[1].starts_with(&format!("{number},不受理,台阶轴图")), "{csv}");
    let xlsx = case
        .school
        .admin
        .get(&format!("{NOTICES}?format=xlsx"))
        .await
        .expect(200);
    assert!(xlsx.body.starts_with(b"PK"));
    let none = case.school.admin.get_json(&format!("{NOTICES}?state=received")).await;
    assert_eq!(none["items"], json!([]));
    case.school.app.finish().await;
}

#[tokio::test]
async fn every_step_is_in_the_audit_log_and_the_sender_is_forgotten_when_the_time_is_over() {
    let case = Case::open().await;
    case.step(&case.school.admin, "reject", "没有权利证明")
        .await
        .expect(200);
    let bureau = case.school.app.bureau().await;
    let log = bureau.get_json("/api/v1/audit?action=notice&limit=50").await;
    let actions: Vec<String> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| text(&line["action"]))
        .collect();
    for action in ["notice.send", "notice.reject"] {
        assert!(actions.iter().any(|it| it == action), "{action}: {actions:?}");
    }

    case.school.app.advance(Duration::from_hours(24 * (3 * 365 + 1)));
    case.school
        .app
        .ask(async |library| library.operations.tidy().await)
        .await
        .unwrap();

    let admin = case.school.app.admin("S1").await;
    let kept = admin.get_json(&case.path("")).await;
    assert_eq!(
        (&kept["sender_name"], &kept["sender_contact"]),
        (&json!(""), &json!(""))
    );
    assert_eq!(
        (&kept["state"], &kept["work"]),
        (&json!("rejected"), &json!("《数控车削图册》"))
    );
    assert_eq!(kept["steps"].as_array().unwrap().len(), 2);
    case.school.app.finish().await;
}
