//! Approval: others see what was approved and nothing else, whatever its people do with it meanwhile.

use std::time::Duration;

use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::backups::{Shelf, back_up, run};
use crate::browser::{Browser, value_of};
use crate::client::{Answer, Caller, escape, id, text};
use crate::packs::School;

/// Words and bytes that nobody has looked at; they stand nowhere else.
const UNSEEN: &str = "zxqunseen";

fn address(resource: &str) -> String {
    format!("/api/v1/resources/{resource}")
}

/// A teacher's resource for the public, approved as it was.
struct Approved {
    app: TestApp,
    teacher: Caller,
    admin: Caller,
    id: String,
    file: String,
}

impl Approved {
    async fn new() -> Self {
        Self::shared_with("public").await
    }

    async fn shared_with(scope: &str) -> Self {
        let app = TestApp::start().await;
        let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
        let metadata = json!({"title": "台阶轴工作页", "type": "worksheet", "scope": scope, "submit": true});
        let files: [(&str, &[u8]); 2] = [("a.txt", "第一稿 粗车".as_bytes()), ("b.txt", "附图 精车".as_bytes())];
        let shared = teacher.share_as(&metadata, &files).await.expect(201).json();
        match scope {
            "school" => admin.approve(&id(&shared)).await,
            _ => app.approve(&id(&shared)).await,
        };
        app.settled().await;
        let file = text(&shared["files"][0]["id"]);
        Self {
            id: id(&shared),
            app,
            teacher,
            admin,
            file,
        }
    }

    /// Brings another file in the place of the first, and other words, that nobody has looked at.
    async fn change(&self) -> Value {
        let words = json!({"title": format!("改过的 {UNSEEN}"), "description": UNSEEN});
        let bytes = format!("第二稿 {UNSEEN}");
        let files: [(&str, &[u8]); 2] = [("a.txt", bytes.as_bytes()), ("new.html", UNSEEN.as_bytes())];
        let path = format!("{}/versions", address(&self.id));
        let made = Answer::of(self.teacher.form(&path, &words, &files)).await.expect(201);
        self.app.settled().await;
        made.json()
    }

    async fn seen_by(&self, caller: &Caller) -> Value {
        caller.get_json(&address(&self.id)).await
    }

    async fn decide(&self, reviewer: &Caller, step: &str, tag: &str) -> Answer {
        let path = format!("{}/{step}", address(&self.id));
        Answer::of(reviewer.request("POST", &path).header("if-match", tag)).await
    }

    async fn others(&self) -> [Caller; 5] {
        [
            self.app.guest(),
            self.app.teacher("S1").await,
            self.app.teacher("S2").await,
            self.app.admin("S2").await,
            self.app.auditor().await,
        ]
    }
}

fn names(resource: &Value) -> Vec<String> {
    let files = resource["files"].as_array().expect("files");
    let mut names: Vec<String> = files.iter().map(|file| text(&file["path"])).collect();
    names.sort();
    names
}

/// The owner of an approved resource posted a new version and a guest saw its words and files at once.
#[tokio::test]
async fn a_new_version_is_seen_by_nobody_else_until_it_is_approved() {
    let it = Approved::new().await;
    let before = it.seen_by(&it.app.guest()).await;

    let made = it.change().await;

    assert_eq!((&made["version"], &made["status"]), (&json!(2), &json!("submitted")));
    let new_files: Vec<(String, String)> = made["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|file| file["path"] != "b.txt")
        .map(|file| (text(&file["id"]), text(&file["sha256"])))
        .collect();
    for other in &it.others().await {
        let who = other.name();
        assert_eq!(it.seen_by(other).await, before, "{who} sees another");
        let versions = other.get_json(&format!("{}/versions", address(&it.id))).await;
        assert_eq!(
            versions["items"].as_array().unwrap().len(),
            1,
            "{who} knows of the new version"
        );
        let second = other.get(&format!("{}/versions/2", address(&it.id))).await;
        assert_eq!(second.refusal(404), "no-such-version", "{who}");
        for (file, hash) in &new_files {
            for part in ["content", "passages", "thumbnail", "pages/1"] {
                let answer = other.get(&format!("/api/v1/files/{file}/{part}")).await;
                assert_eq!(answer.refusal(404), "no-such-file", "{who} reads {part}");
            }
            let by_hash = other.get(&format!("/api/v1/blobs/sha256/{hash}")).await;
            assert_eq!(by_hash.refusal(404), "no-such-file", "{who}");
        }
        let old = other
            .get(&format!("/api/v1/files/{}/content", it.file))
            .await
            .expect(200);
        assert_eq!(old.body, "第一稿 粗车".as_bytes());
        assert_eq!(other.search(UNSEEN).await["total"], 0, "{who} finds it");
        assert_eq!(
            other.finds("第一稿").await,
            std::slice::from_ref(&it.id),
            "{who} finds the old no more"
        );
        for path in [
            format!("/r/{}", it.id),
            format!("{}/similar", address(&it.id)),
            format!("{}/findability?q={UNSEEN}", address(&it.id)),
            "/api/v1/resources".to_owned(),
            "/api/v1/resources?status=published".to_owned(),
            format!("/api/v1/suggest?q={}", escape("改过")),
            format!("/search.atom?q={}", escape("工作页")),
            "/".to_owned(),
        ] {
            let told = String::from_utf8(other.get(&path).await.body).unwrap();
            let told = told
                .replace(&format!("q={UNSEEN}"), "")
                .replace(&format!("\"{UNSEEN}\""), "");
            assert!(!told.contains("改过的"), "{who} reads it at {path}: {told}");
        }
    }
    it.app.finish().await;
}

#[tokio::test]
async fn its_people_see_what_waits_marked_as_such_and_approving_swaps_it_in() {
    let it = Approved::new().await;
    let (expert, guest) = (it.app.expert().await, it.app.guest());
    it.change().await;

    let changes = json!({
        "approved_version": 1, "added": ["new.html"], "removed": [], "replaced": ["a.txt"],
        "fields": ["description", "title"],
    });
    for insider in [&it.teacher, &it.admin, &expert] {
        let seen = it.seen_by(insider).await;
        assert_eq!((&seen["status"], &seen["version"]), (&json!("submitted"), &json!(2)));
        assert_eq!(seen["changed_since_approved"], changes, "{}", insider.name());
        assert_eq!(names(&seen), ["a.txt", "b.txt", "new.html"]);
        let listed = insider.get_json("/api/v1/resources?status=submitted").await;
        assert_eq!(listed["items"][0]["changed_since_approved"], changes, "{listed}");
    }
    for reviewer in [&it.admin, &it.app.bureau().await] {
        let queue = reviewer.get_json("/api/v1/reviews").await;
        assert_eq!(queue["items"][0]["resource"]["changed_since_approved"], changes);
    }
    // Whoever asks for what is published is shown that.
    let published = it
        .teacher
        .get_json("/api/v1/resources?mine=true&status=published")
        .await;
    assert_eq!(published["items"][0]["title"], "台阶轴工作页");
    let own = it.decide(&it.teacher, "approve", "*").await;
    assert_eq!(own.refusal(403), "not-allowed");

    it.admin.approve(&it.id).await;
    let approved = expert.approve(&it.id).await;

    assert_eq!(
        (&approved["status"], &approved["version"]),
        (&json!("published"), &json!(2))
    );
    it.app.settled().await;
    let seen = it.seen_by(&guest).await;
    assert_eq!(names(&seen), ["a.txt", "b.txt", "new.html"]);
    assert_eq!(seen["changed_since_approved"], Value::Null);
    assert_eq!(guest.finds(UNSEEN).await, std::slice::from_ref(&it.id));
    assert_eq!(guest.search("粗车").await["total"], 0);
    assert_eq!(expert.get_json("/api/v1/reviews").await["items"], json!([]));
    // What was approved before stays in the history, with the words that it was approved with.
    let versions = guest.get_json(&format!("{}/versions", address(&it.id))).await;
    let titles: Vec<String> = versions["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| text(&version["metadata"]["title"]))
        .collect();
    assert_eq!(titles, [format!("改过的 {UNSEEN}"), "台阶轴工作页".to_owned()]);
    guest
        .get(&format!("/api/v1/files/{}/content", it.file))
        .await
        .expect(200);
    it.app.finish().await;
}

#[tokio::test]
async fn words_wait_like_files_and_what_is_sent_back_leaves_the_approved_one_in_place() {
    let it = Approved::new().await;
    let expert = it.app.expert().await;
    let other = json!({"title": UNSEEN});
    let edited = it.teacher.patch(&it.id, Some("*"), &other).await.expect(200).json();
    assert_eq!(
        (&edited["status"], &edited["version"]),
        (&json!("submitted"), &json!(1))
    );
    let guest = it.app.guest();
    assert_eq!(it.seen_by(&guest).await["title"], "台阶轴工作页");

    it.admin.approve(&it.id).await;
    let path = format!("{}/return", address(&it.id));
    let returned = expert
        .post_json(&path, &json!({"note": "标题不对"}))
        .await
        .expect(200)
        .json();

    assert_eq!(returned["status"], "returned");
    assert_eq!(it.seen_by(&guest).await["status"], "published");
    // It waits for the city no longer: the expert sees what others see, and is told that it changed, not that it is gone.
    assert_eq!(it.seen_by(&expert).await["title"], "台阶轴工作页");
    let told = expert.get_json("/api/v1/changes?since=0&limit=1000").await;
    assert_eq!(told["items"].as_array().unwrap().last().unwrap()["kind"], "updated");
    let mine = it.seen_by(&it.teacher).await;
    assert_eq!(
        (&mine["status"], &mine["review_note"], &mine["title"]),
        (&json!("returned"), &json!("标题不对"), &json!(UNSEEN))
    );
    let returned = it.teacher.get_json("/api/v1/resources?mine=true&status=returned").await;
    assert_eq!(id(&returned["items"][0]), it.id);

    it.teacher
        .patch(&it.id, Some("*"), &json!({"title": "台阶轴工作页（改）"}))
        .await
        .expect(200);
    it.teacher.step(&it.id, "submit").await.expect(200);
    it.app.approve(&it.id).await;
    let seen = it.seen_by(&guest).await;
    assert_eq!(
        (&seen["title"], &seen["review_note"]),
        (&json!("台阶轴工作页（改）"), &Value::Null)
    );
    // What says the same as before again waits for nobody.
    it.teacher
        .patch(&it.id, Some("*"), &json!({"title": "换了"}))
        .await
        .expect(200);
    let back = it
        .teacher
        .patch(&it.id, Some("*"), &json!({"title": "台阶轴工作页（改）"}))
        .await;
    assert_eq!(back.expect(200).json()["status"], "published");
    it.app.finish().await;
}

/// What waits was told to everybody who follows the feed of changes.
#[tokio::test]
async fn the_feed_tells_others_of_a_change_when_it_is_approved_and_not_before() {
    let it = Approved::new().await;
    let (guest, expert) = (it.app.guest(), it.app.expert().await);
    let told = async |who: &Caller| {
        let feed = who.get_json("/api/v1/changes?since=0&limit=1000").await;
        feed["items"].as_array().unwrap().len()
    };
    let (guest_knows, expert_knows) = (told(&guest).await, told(&expert).await);

    it.change().await;

    assert_eq!(told(&guest).await, guest_knows);
    assert!(told(&expert).await > expert_knows);
    it.app.approve(&it.id).await;
    assert_eq!(told(&guest).await, guest_knows + 1);
    it.app.finish().await;
}

/// Whatever its scope, it needed somebody's approval: a colleague is no exception, and neither is an administrator's own.
#[tokio::test]
async fn every_scope_waits_and_an_administrators_edit_of_a_colleagues_work_does_not() {
    let it = Approved::shared_with("school").await;
    let colleague = it.app.teacher("S1").await;
    it.change().await;
    assert_eq!(it.seen_by(&colleague).await["title"], "台阶轴工作页");
    assert_eq!(it.app.expert().await.get(&address(&it.id)).await.status, 404);

    // While something waits, an administrator's edit is part of it, and decides nothing unseen.
    let edited = it
        .admin
        .patch(&it.id, Some("*"), &json!({"year": 2024}))
        .await
        .expect(200)
        .json();
    assert_eq!(edited["status"], "submitted");
    assert_eq!(it.seen_by(&colleague).await["year"], Value::Null);
    // Of which others decide.
    let own = it.admin.decision(&it.id, "approve").await;
    assert_eq!(Answer::of(own).await.refusal(403), "own-work");
    it.app.admin("S1").await.approve(&it.id).await;
    // While nothing does, it counts at once: the act itself decides.
    let edited = it
        .admin
        .patch(&it.id, Some("*"), &json!({"year": 2025}))
        .await
        .expect(200)
        .json();
    assert_eq!(edited["status"], "published");
    assert_eq!(it.seen_by(&colleague).await["year"], 2025);

    let own = json!({"title": "管理员自己的", "type": "worksheet"});
    let own = id(&it.admin.share_as(&own, &[("a.txt", b"a")]).await.expect(201).json());
    it.app.admin("S1").await.step(&own, "publish").await.expect(200);
    let edited = it
        .admin
        .patch(&own, Some("*"), &json!({"title": UNSEEN}))
        .await
        .expect(200)
        .json();
    assert_eq!(edited["status"], "submitted", "somebody decided on their own work");
    assert_eq!(colleague.get_json(&address(&own)).await["title"], "管理员自己的");
    it.app.finish().await;
}

/// An administrator put other files into a colleague's published worksheet, and they were out at once: nobody had looked.
#[tokio::test]
async fn files_that_an_administrator_puts_into_a_colleagues_published_work_wait_for_somebody_else() {
    let it = Approved::shared_with("school").await;
    let (colleague, other) = (it.app.teacher("S1").await, it.app.admin("S1").await);
    let before = it.seen_by(&colleague).await;
    let path = format!("{}/versions", address(&it.id));
    let made = it.admin.form(&path, &json!({}), &[("a.txt", UNSEEN.as_bytes())]);

    let made = Answer::of(made).await.expect(201).json();

    assert_eq!((&made["version"], &made["status"]), (&json!(2), &json!("submitted")));
    assert_eq!(it.seen_by(&colleague).await, before);
    for step in ["approve", "publish"] {
        let own = it.admin.decision(&it.id, step).await;
        assert_eq!(Answer::of(own).await.refusal(403), "own-work", "{step}");
    }
    other.approve(&it.id).await;
    assert_eq!(it.seen_by(&colleague).await["version"], 2);
    it.app.finish().await;
}

/// Where a path lets administrators publish beyond their school, one of them changed what the city had approved, by themselves.
#[tokio::test]
async fn words_that_an_administrator_changes_in_what_is_for_more_than_the_school_wait_for_somebody_else() {
    for scope in ["city", "public"] {
        let it = Approved::shared_with(scope).await;
        let title = json!({ "title": UNSEEN });

        let edited = it.admin.patch(&it.id, Some("*"), &title).await.expect(200).json();

        assert_eq!(edited["status"], "submitted", "{scope}");
        let stranger = it.app.teacher("S2").await;
        assert_eq!(it.seen_by(&stranger).await["title"], "台阶轴工作页", "{scope}");
        // Fewer may see it at once: that shows nobody anything.
        let narrower = json!({"title": "台阶轴工作页", "scope": "school"});
        it.admin.patch(&it.id, Some("*"), &narrower).await.expect(200);
        assert_eq!(stranger.get(&address(&it.id)).await.status, 404, "{scope}");
        it.app.finish().await;
    }
}

/// A draft's file that was left out before anybody looked was public through the version history.
#[tokio::test]
async fn what_was_left_out_before_the_review_never_becomes_public() {
    let app = TestApp::start().await;
    let (teacher, admin, guest) = (app.teacher("S1").await, app.admin("S1").await, app.guest());
    let metadata = json!({"title": "试卷", "type": "item_bank", "scope": "public"});
    let files: [(&str, &[u8]); 2] = [("题.txt", b"questions"), ("答案.txt", UNSEEN.as_bytes())];
    let shared = teacher.share_as(&metadata, &files).await.expect(201).json();
    let resource = id(&shared);
    let answers = shared["files"]
        .as_array()
        .unwrap()
        .iter()
        .find(|file| file["path"] == "答案.txt");
    let answers = text(&answers.unwrap()["id"]);
    let versions = format!("{}/versions", address(&resource));
    let left_out = json!({"remove": ["答案.txt"], "title": "试卷（定稿）"});
    teacher.post_json(&versions, &left_out).await.expect(201);
    teacher.step(&resource, "submit").await.expect(200);
    app.approve(&resource).await;
    app.settled().await;

    for other in [&guest, &app.teacher("S1").await, &app.bureau().await] {
        let known = other.get_json(&versions).await;
        assert_eq!(known["items"].as_array().unwrap().len(), 1, "{known}");
        assert_eq!(
            other.get(&format!("{versions}/1")).await.refusal(404),
            "no-such-version"
        );
        for part in ["content", "passages"] {
            let answer = other.get(&format!("/api/v1/files/{answers}/{part}")).await;
            assert_eq!(answer.refusal(404), "no-such-file", "{}", other.name());
        }
        let page = String::from_utf8(other.get(&format!("/r/{resource}")).await.expect(200).body).unwrap();
        assert!(!page.contains("答案.txt"), "the page names what was left out");
    }
    for insider in [&teacher, &admin] {
        assert_eq!(insider.get_json(&versions).await["items"].as_array().unwrap().len(), 2);
        insider
            .get(&format!("/api/v1/files/{answers}/content"))
            .await
            .expect(200);
    }
    app.finish().await;
}

/// A teacher changed title and scope while it waited, and a program's approval made public what nobody had seen.
#[tokio::test]
async fn a_decision_is_about_what_was_submitted_or_names_what_it_saw() {
    let app = TestApp::start().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let metadata = json!({"title": "校内的", "type": "worksheet", "submit": true});
    let shared = teacher.share_as(&metadata, &[("a.txt", b"a")]).await.expect(201);
    let resource = id(&shared.json());
    let seen = admin.get(&address(&resource)).await.expect(200).header("etag");
    teacher
        .patch(&resource, Some("*"), &json!({"title": UNSEEN, "scope": "public"}))
        .await
        .expect(200);

    for step in ["approve", "return", "publish"] {
        let unseen = admin.step(&resource, step).await;
        assert_eq!(unseen.refusal(428), "changed-since-submitted", "{step}");
        let path = format!("{}/{step}", address(&resource));
        let any = Answer::of(admin.request("POST", &path).header("if-match", "*")).await;
        assert_eq!(any.refusal(428), "changed-since-submitted", "{step}");
        let stale = Answer::of(admin.request("POST", &path).header("if-match", &seen)).await;
        assert_eq!(stale.refusal(412), "changed-meanwhile", "{step}");
    }

    assert_eq!(app.guest().get(&address(&resource)).await.status, 404);
    let now = admin.get(&address(&resource)).await.expect(200).header("etag");
    let path = format!("{}/approve", address(&resource));
    let on = Answer::of(admin.request("POST", &path).header("if-match", &now)).await;
    assert_eq!(on.expect(200).json()["status"], "submitted", "the city was not asked");
    app.approve(&resource).await;
    app.guest().get(&address(&resource)).await.expect(200);
    // As it was submitted it can be decided on by those who say nothing more.
    let submitted = id(&teacher.share_as(&metadata, &[("b.txt", b"b")]).await.expect(201).json());
    admin.step(&submitted, "approve").await.expect(200);
    app.finish().await;
}

/// The answers that a school kept to itself came out with the version that it gave to everybody.
#[tokio::test]
async fn what_was_approved_for_a_school_stays_there_when_a_later_version_is_for_all() {
    let it = Approved::shared_with("school").await;
    let wider = json!({"title": "公开版", "scope": "public", "remove": ["a.txt"]});
    let path = format!("{}/versions", address(&it.id));
    let made = it.teacher.form(&path, &wider, &[("c.txt", b"c")]);
    Answer::of(made).await.expect(201);
    it.admin.approve(&it.id).await;
    it.app.approve(&it.id).await;
    it.app.settled().await;

    let (colleague, stranger) = (it.app.teacher("S1").await, it.app.teacher("S2").await);
    for other in [&it.app.guest(), &stranger, &it.app.auditor().await] {
        let who = other.name();
        assert_eq!(it.seen_by(other).await["title"], "公开版", "{who}");
        let versions = other.get_json(&format!("{}/versions", address(&it.id))).await;
        assert_eq!(versions["items"].as_array().unwrap().len(), 1, "{who}: {versions}");
        let first = other.get(&format!("{}/versions/1", address(&it.id))).await;
        assert_eq!(first.refusal(404), "no-such-version", "{who}");
        for part in ["content", "passages"] {
            let answer = other.get(&format!("/api/v1/files/{}/{part}", it.file)).await;
            assert_eq!(answer.refusal(404), "no-such-file", "{who} reads {part}");
        }
        let page = other.get(&format!("/r/{}?version=1", it.id)).await;
        assert!(!String::from_utf8_lossy(&page.body).contains("a.txt"), "{who}");
    }
    // Those for whom it was approved read it as before.
    colleague
        .get(&format!("/api/v1/files/{}/content", it.file))
        .await
        .expect(200);
    it.app.finish().await;
}

/// A program that approves what a school shared among its own, once more, opened to everybody what its author changed since.
#[tokio::test]
async fn a_change_of_what_is_published_is_approved_by_whoever_names_what_they_saw() {
    let app = TestApp::start().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let metadata = json!({"title": "校内的", "type": "worksheet", "submit": true});
    let shared = async || {
        let shared = teacher.share_as(&metadata, &[("a.txt", b"a")]).await.expect(201);
        id(&shared.json())
    };
    let published = shared().await;
    admin.step(&published, "approve").await.expect(200);
    let recalled = shared().await;
    teacher.step(&recalled, "recall").await.expect(200);
    let wider = json!({"scope": "public"});
    for resource in [&published, &recalled] {
        teacher.patch(resource, Some("*"), &wider).await.expect(200);
    }
    teacher.step(&recalled, "submit").await.expect(200);

    for resource in [&published, &recalled] {
        for step in ["approve", "publish"] {
            let unseen = admin.step(resource, step).await;
            assert_eq!(unseen.refusal(428), "if-match-required", "{step}");
        }
        app.bureau().await.step(resource, "approve").await.refusal(428);
        assert_eq!(app.guest().get(&address(resource)).await.status, 404);
    }
    app.finish().await;
}

#[tokio::test]
async fn of_two_who_decide_at_once_one_does() {
    let it = Approved::new().await;
    let bureau = it.app.bureau().await;
    it.change().await;
    let tag = it.admin.get(&address(&it.id)).await.expect(200).header("etag");

    let decisions = [(&bureau, "approve"), (&it.admin, "return")];
    let answers = decisions.map(|(who, step)| it.decide(who, step, &tag));
    let statuses = futures_util::future::join_all(answers).await;

    let done: Vec<&Answer> = statuses.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(done.len(), 1, "more than one decided: {statuses:?}");
    let (title, waits) = match text(&done[0].json()["status"]).as_str() {
        "published" => (format!("改过的 {UNSEEN}"), false),
        _ => ("台阶轴工作页".to_owned(), true),
    };
    assert_eq!(text(&it.seen_by(&it.app.guest()).await["title"]), title);
    assert_eq!(
        it.seen_by(&it.teacher).await["changed_since_approved"].is_object(),
        waits
    );
    it.app.finish().await;
}

#[tokio::test]
async fn a_version_that_comes_while_the_page_of_the_one_before_is_open_is_not_approved_by_it() {
    let it = Approved::new().await;
    it.change().await;
    let reviewer = Browser::sign_in(&it.app, Role::SchoolAdmin).await;
    let page = format!("/r/{}", it.id);
    let shown = reviewer.open(&page).await;
    assert!(shown.contains("通过以后改过") && shown.contains("new.html"), "{shown}");
    let queue = reviewer.open("/review").await;
    assert!(queue.contains("通过后改过："), "{queue}");
    let seen = value_of(&shown, "seen");
    it.change().await;

    let approve = [("csrf", reviewer.csrf.as_str()), ("seen", &seen)];
    let led = reviewer.post(&format!("{page}/approve"), &approve).await.expect(303);

    assert!(
        reviewer
            .open(&led.header("location"))
            .await
            .contains("请看一遍现在的样子")
    );
    assert_eq!(it.seen_by(&it.app.guest()).await["version"], 1);
    let unmarked = reviewer
        .post(&format!("{page}/approve"), &[("csrf", &reviewer.csrf)])
        .await;
    assert_eq!(unmarked.expect(303).header("location"), format!("{page}?done=stale"));
    it.app.approve(&it.id).await;
    assert_eq!(it.seen_by(&it.app.guest()).await["version"], 3);
    it.app.finish().await;
}

#[tokio::test]
async fn the_index_follows_an_approval_after_a_kill_and_is_built_anew_without_what_waits() {
    let mut it = Approved::new().await;
    it.change().await;
    it.app
        .ask(async |library| library.indexer.rebuild_index(|_, _| {}).await)
        .await
        .expect("built anew");
    assert_eq!(it.app.guest().search(UNSEEN).await["total"], 0);
    assert_eq!(it.app.guest().finds("第一稿").await, std::slice::from_ref(&it.id));

    it.app.approve(&it.id).await;
    it.app.restart_after(|_| {}).await;

    it.app.settled().await;
    assert_eq!(it.app.guest().finds(UNSEEN).await, std::slice::from_ref(&it.id));
    assert_eq!(it.app.guest().search("粗车").await["total"], 0);
    it.app.finish().await;
}

#[tokio::test]
async fn a_backup_brings_back_what_waited_and_what_others_saw_beside_it() {
    let mut it = Approved::new().await;
    it.change().await;
    let shelf = Shelf::new();
    back_up(&it.app, &shelf).await;
    it.app.approve(&it.id).await;
    it.app.settled().await;
    it.app.stop().await;

    let restored = run(&it.app, &["restore", shelf.path(), "--overwrite"]).await;

    let said = String::from_utf8_lossy(&restored.stderr).into_owned();
    assert_eq!(restored.status.code(), Some(0), "{said}");
    it.app.resume().await;
    it.app.settled().await;
    let guest = it.app.guest();
    assert_eq!(it.seen_by(&guest).await["title"], "台阶轴工作页");
    assert_eq!(guest.search(UNSEEN).await["total"], 0);
    assert_eq!(
        it.seen_by(&it.teacher).await["changed_since_approved"]["approved_version"],
        1
    );
    it.app.approve(&it.id).await;
    assert_eq!(it.seen_by(&guest).await["version"], 2);
    it.app.finish().await;
}

#[tokio::test]
async fn a_withdrawal_takes_what_waits_and_the_history_with_it() {
    let it = Approved::new().await;
    let guest = it.app.guest();
    it.change().await;
    it.admin
        .post_json(&format!("{}/return", address(&it.id)), &json!({"note": "重写"}))
        .await
        .expect(200);

    let withdrawn = it.teacher.step(&it.id, "withdraw").await.expect(200).json();

    assert_eq!(withdrawn["status"], "withdrawn");
    assert_eq!(guest.get(&address(&it.id)).await.status, 404);
    assert_eq!(names(&it.seen_by(&it.teacher).await), ["a.txt", "b.txt", "new.html"]);
    it.teacher.step(&it.id, "submit").await.expect(200);
    it.app.approve(&it.id).await;
    assert_eq!(it.seen_by(&guest).await["version"], 2);
    // What had been taken down does not come back as the history of what was approved after that.
    let old = guest.get(&format!("/api/v1/files/{}/content", it.file)).await;
    assert_eq!(old.refusal(404), "no-such-file");
    let versions = guest.get_json(&format!("{}/versions", address(&it.id))).await;
    assert_eq!(versions["items"].as_array().unwrap().len(), 1);
    it.app.finish().await;
}

/// The owner sent changes of the revision after the one they saw, until one came between a takedown and what it had read.
#[tokio::test]
async fn a_revision_that_is_guessed_ahead_undoes_no_withdrawal() {
    let it = Approved::new().await;
    for round in 0..5 {
        let seen = it.admin.get(&address(&it.id)).await.expect(200).header("etag");
        let revision: i64 = seen.trim_matches('"').trim_start_matches('r').parse().unwrap();
        let ahead = format!("\"r{}\"", revision + 1);
        let words = json!({"description": format!("第 {round} 次")});
        let early = it.teacher.patch(&it.id, Some(&ahead), &words).await;
        assert_eq!(early.refusal(412), "changed-meanwhile");

        let edits = futures_util::future::join_all((0..8).map(|_| it.teacher.patch(&it.id, Some(&ahead), &words)));
        let (withdrawn, edits) = futures_util::future::join(it.admin.step(&it.id, "withdraw"), edits).await;

        withdrawn.expect(200);
        assert!(edits.iter().all(|edit| [200, 412].contains(&edit.status)), "{edits:?}");
        assert_eq!(it.seen_by(&it.teacher).await["status"], "withdrawn", "round {round}");
        assert_eq!(it.app.guest().get(&address(&it.id)).await.status, 404, "round {round}");
        it.admin.publish(&it.id).await;
    }
    it.app.finish().await;
}

/// A program published what its owner had changed after it was sent back, withdrawn, or first looked at.
#[tokio::test]
async fn what_was_not_submitted_is_published_as_it_was_shared_or_by_those_who_say_what_they_saw() {
    let app = TestApp::start().await;
    let (teacher, admin, guest) = (app.teacher("S1").await, app.admin("S1").await, app.guest());
    let share = async |submit: bool| {
        let metadata = json!({"title": "校内的", "type": "worksheet", "scope": "public", "submit": submit});
        id(&teacher.share_as(&metadata, &[("a.txt", b"a")]).await.expect(201).json())
    };
    let (draft, returned, withdrawn) = (share(false).await, share(true).await, share(true).await);
    admin.step(&returned, "return").await.expect(200);
    app.approve(&withdrawn).await;
    admin.step(&withdrawn, "withdraw").await.expect(200);
    for resource in [&draft, &returned, &withdrawn] {
        let versions = format!("{}/versions", address(resource));
        let version = teacher.form(&versions, &json!({}), &[("a.txt", UNSEEN.as_bytes())]);
        Answer::of(version).await.expect(201);

        let unseen = admin.step(resource, "publish").await;

        assert_eq!(unseen.refusal(428), "if-match-required");
        assert_eq!(guest.get(&address(resource)).await.status, 404);
        admin.publish(resource).await;
        guest.get(&address(resource)).await.expect(200);
    }
    // As it was shared it can be published by those who say nothing more: there was never anything else to see.
    admin.step(&share(false).await, "publish").await.expect(200);
    app.finish().await;
}

/// The city's reviewers were told of what waited for them, and never that it was gone.
#[tokio::test]
async fn those_whom_a_change_waits_for_are_told_when_the_resource_is_removed() {
    let it = Approved::shared_with("school").await;
    let expert = it.app.expert().await;
    it.teacher
        .patch(&it.id, Some("*"), &json!({"scope": "city"}))
        .await
        .expect(200);
    let last = async || {
        let feed = expert.get_json("/api/v1/changes?since=0&limit=1000").await;
        feed["items"].as_array().unwrap().last().cloned().unwrap_or_default()
    };
    assert_eq!(text(&last().await["resource_id"]), it.id);

    it.teacher.send("DELETE", &address(&it.id)).await.expect(204);

    let told = last().await;
    assert_eq!(
        (&told["resource_id"], &told["kind"]),
        (&json!(it.id), &json!("removed"))
    );
    it.app.finish().await;
}

async fn manifest(caller: &Caller, pack: &str, version: u32) -> Value {
    let path = format!("/api/v1/packs/{pack}/versions/{version}/manifest.json");
    caller.get_json(&path).await["signed"].clone()
}

#[tokio::test]
async fn a_pack_that_is_made_while_a_version_waits_holds_the_approved_one() {
    let school = School::open().await;
    let shared = school
        .publish("台阶轴工作页", "台阶轴", "city", &[("a.txt", "第一稿".as_bytes())])
        .await;
    let resource = id(&shared);
    let path = format!("{}/versions", address(&resource));
    let bytes = UNSEEN.as_bytes();
    let version = school
        .teacher
        .form(&path, &json!({"title": UNSEEN}), &[("a.txt", bytes), ("b.txt", bytes)]);
    Answer::of(version).await.expect(201);
    let pack = school
        .pack(&json!({"title": "包", "task": "台阶轴", "scope": "city"}))
        .await;

    school.issue(&pack).await;

    let reader = school.app.teacher("S2").await;
    let list = manifest(&reader, &pack, 1).await;
    assert_eq!(list["resources"][&resource]["title"], "台阶轴工作页");
    assert_eq!(list["resources"][&resource]["version"], 1);
    assert_eq!(list["targets"].as_object().unwrap().len(), 1, "{list}");
    assert!(!list.to_string().contains(UNSEEN), "{list}");
    // What waits changes no version that is out, and is no reason for a new one.
    school.app.settled().await;
    let versions = reader.get_json(&format!("/api/v1/packs/{pack}/versions")).await;
    assert_eq!(versions["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        reader.get_json(&format!("/api/v1/packs/{pack}/versions/1")).await["gone"],
        0
    );
    school.approve(&resource).await;
    school.issue(&pack).await;
    let list = manifest(&reader, &pack, 2).await;
    assert_eq!(list["resources"][&resource]["title"], UNSEEN);
    assert_eq!(list["targets"].as_object().unwrap().len(), 2);
    school.app.finish().await;
}

/// A teacher's title, description and notes reached everybody without anybody else having read them.
#[tokio::test]
async fn the_words_of_a_pack_reach_more_than_its_school_when_an_approver_has_published_them() {
    let school = School::open().await;
    school
        .publish("台阶轴工作页", "台阶轴", "public", &[("a.txt", b"a")])
        .await;
    let words = json!({"title": UNSEEN, "description": UNSEEN, "scope": "public",
        "contents": [{"task": "台阶轴", "note": UNSEEN}]});
    let pack = school.pack(&words).await;
    let path = format!("/api/v1/packs/{pack}");
    let publish = format!("{path}/publish");
    let note = json!({"note": UNSEEN});
    school.app.settled().await;

    school.teacher.post_json(&publish, &note).await.expect(201);

    let guest = school.app.guest();
    let everything = async |caller: &Caller, version: u32| {
        let mut all = String::new();
        for part in [
            "",
            "/versions",
            &format!("/versions/{version}"),
            &format!("/versions/{version}/manifest.json"),
        ] {
            all.push_str(&caller.get_json(&format!("{path}{part}")).await.to_string());
        }
        for page in ["/packs", &format!("/p/{pack}"), "/api/v1/packs"] {
            all.push_str(&String::from_utf8(caller.get(page).await.expect(200).body).unwrap());
        }
        all
    };
    let told = everything(&guest, 1).await;
    assert!(!told.contains(UNSEEN), "{told}");
    // Its files are what was approved, and are given.
    assert_eq!(guest.get_json(&path).await["title"], "台阶轴");
    assert_eq!(
        manifest(&guest, &pack, 1).await["targets"].as_object().unwrap().len(),
        1
    );
    let mine = school.teacher.get_json(&path).await;
    assert_eq!((&mine["title"], &mine["shown_as"]), (&json!(UNSEEN), &json!("台阶轴")));
    assert_eq!(
        school.teacher.get_json(&format!("{path}/versions/1")).await["note"],
        UNSEEN
    );

    school.admin.publish_pack(&pack, &note).await.expect(201);

    let told = everything(&guest, 2).await;
    assert_eq!(guest.get_json(&path).await["title"], UNSEEN);
    assert!(told.matches(UNSEEN).count() >= 8, "{told}");
    assert_eq!(school.teacher.get_json(&path).await["shown_as"], Value::Null);
    // What is typed after that, and published by the teacher again, waits once more.
    let other = json!({"title": "zxqlater", "contents": [{"task": "台阶轴", "note": "zxqlater"}, {"task": "锥轴"}]});
    let edit = school
        .teacher
        .request("PATCH", &path)
        .header("if-match", "*")
        .json(&other);
    Answer::of(edit).await.expect(200);
    assert!(!everything(&guest, 2).await.contains("zxqlater"));
    school
        .teacher
        .post_json(&publish, &json!({"note": "zxqlater"}))
        .await
        .expect(201);
    let told = everything(&guest, 3).await;
    assert!(!told.contains("zxqlater") && told.contains(UNSEEN), "{told}");
    school.app.finish().await;
}

#[tokio::test]
async fn a_pack_of_the_school_says_what_it_likes_there_until_it_is_meant_for_more() {
    let school = School::open().await;
    school
        .publish("台阶轴工作页", "台阶轴", "public", &[("a.txt", b"a")])
        .await;
    let pack = school
        .pack(&json!({"title": UNSEEN, "description": UNSEEN, "task": "台阶轴"}))
        .await;
    let path = format!("/api/v1/packs/{pack}");
    school.issue(&pack).await;
    let colleague = school.app.reader("S1").await;
    assert_eq!(colleague.get_json(&path).await["title"], UNSEEN);

    let wider = school
        .teacher
        .request("PATCH", &path)
        .header("if-match", "*")
        .json(&json!({"scope": "public"}));
    Answer::of(wider).await.expect(200);

    let told = school.app.guest().get_json(&path).await.to_string();
    assert!(!told.contains(UNSEEN), "{told}");
    school.app.finish().await;
}

async fn erase(caller: &Caller, file: &str) -> Answer {
    caller.send("DELETE", &format!("/api/v1/files/{file}")).await
}

#[tokio::test]
async fn a_file_is_taken_out_of_the_history_by_those_who_may_and_its_content_goes() {
    let school = School::open().await;
    let shared = school
        .publish(
            "台阶轴工作页",
            "台阶轴",
            "public",
            &[("照片.txt", UNSEEN.as_bytes()), ("b.txt", b"b")],
        )
        .await;
    let resource = id(&shared);
    let photo = shared["files"]
        .as_array()
        .unwrap()
        .iter()
        .find(|file| file["path"] == "照片.txt")
        .unwrap();
    let (file, hash) = (text(&photo["id"]), text(&photo["sha256"]));
    let pack = school
        .pack(&json!({"title": "包", "task": "台阶轴", "scope": "public"}))
        .await;
    school.issue(&pack).await;
    let admin = &school.admin;
    assert_eq!(erase(admin, &file).await.refusal(409), "file-in-use");
    let versions = format!("{}/versions", address(&resource));
    school
        .teacher
        .post_json(&versions, &json!({"remove": ["照片.txt"]}))
        .await
        .expect(201);
    assert_eq!(
        erase(admin, &file).await.refusal(409),
        "file-in-use",
        "others still see it"
    );
    school.approve(&resource).await;
    let guest = school.app.guest();
    guest.get(&format!("/api/v1/files/{file}/content")).await.expect(200);

    // Others have seen it: it is the school's decision now, or the bureau's.
    for other in [
        &school.teacher,
        &school.app.expert().await,
        &school.app.admin("S2").await,
    ] {
        assert_eq!(
            erase(other, &file).await.refusal(403),
            "not-allowed",
            "{}",
            other.name()
        );
    }
    assert_eq!(erase(&guest, &file).await.refusal(401), "not-signed-in");
    let keeper = Browser::sign_in(&school.app, Role::SchoolAdmin).await;
    let old = format!("/r/{resource}?version=1");
    assert!(
        keeper
            .open(&old)
            .await
            .contains(&format!("name=\"file\" value=\"{file}\""))
    );
    let teacher = String::from_utf8(school.teacher.get(&old).await.expect(200).body).unwrap();
    assert!(!teacher.contains("/erase\""), "who may not is offered it");
    let fields = [("csrf", keeper.csrf.as_str()), ("file", file.as_str())];
    let erased = keeper.post(&format!("/r/{resource}/erase"), &fields).await.expect(303);
    assert!(keeper.open(&erased.header("location")).await.contains("已从历史中删除"));

    assert_eq!(erase(admin, &file).await.refusal(404), "no-such-file");
    for caller in [&guest, &school.teacher, admin] {
        let gone = caller.get(&format!("/api/v1/files/{file}/content")).await;
        assert_eq!(gone.refusal(404), "no-such-file");
        let first = caller.get_json(&format!("{versions}/1")).await;
        assert_eq!(names(&first), ["b.txt"]);
    }
    school.app.settled().await;
    let given = guest
        .get(&format!("/api/v1/packs/{pack}/versions/1/files/{hash}"))
        .await;
    assert_ne!(given.status, 200, "a pack gives it still");
    let log = school
        .app
        .auditor()
        .await
        .get_json("/api/v1/audit?action=resource.erase-file")
        .await;
    assert_eq!(text(&log["items"][0]["subject"]), format!("{resource}/files/{file}"));
    school.app.advance(Duration::from_hours(60 * 24));
    school
        .app
        .ask(async |library| library.operations.tidy().await)
        .await
        .expect("tidy");
    let kept = school.app.stored().await;
    assert!(!kept.iter().any(|key| key.contains(&hash)), "{kept:?}");
    school.app.finish().await;
}

#[tokio::test]
async fn before_anybody_else_saw_it_a_file_is_its_owners_to_erase() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = teacher.share("草稿", &[("a.txt", b"secret"), ("b.txt", b"b")]).await;
    let file = text(&shared["files"][0]["id"]);
    let versions = format!("{}/versions", address(&id(&shared)));
    teacher
        .post_json(&versions, &json!({"remove": ["a.txt"]}))
        .await
        .expect(201);
    assert_eq!(
        erase(&app.teacher("S1").await, &file).await.refusal(404),
        "no-such-file"
    );

    erase(&teacher, &file).await.expect(204);

    assert_eq!(names(&teacher.get_json(&format!("{versions}/1")).await), ["b.txt"]);
    app.finish().await;
}
