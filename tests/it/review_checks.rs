//! What a machine says before people review, what comments point at after a change, and what waits for a reviewer today.

use std::time::Duration;

use gongxue::db::entity::{file, resource};
use gongxue::domain::id::{FileId, ResourceId};
use gongxue::domain::role::Role;
use sea_orm::{EntityTrait as _, IntoActiveModel};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::Browser;
use crate::client::{Answer, Caller, id, sha256, text};

async fn share(teacher: &Caller, metadata: &Value, files: &[(&str, &[u8])]) -> String {
    id(&teacher.share_as(metadata, files).await.expect(201).json())
}

/// What checks find, by name, with what it is about.
async fn found(caller: &Caller, resource: &str) -> Vec<(String, Value)> {
    let review = caller.get_json(&format!("/api/v1/resources/{resource}/review")).await;
    let checks = review["checks"].as_array().unwrap().iter();
    checks
        .map(|found| (text(&found["check"]), found["about"].clone()))
        .collect()
}

/// A reviewer was asked to look for what a machine sees at once.
#[tokio::test]
async fn author_and_reviewer_are_told_the_same_before_anybody_looks() {
    let app = TestApp::start().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let (stranger, bytes) = (app.teacher("S2").await, b"the same bytes".as_slice());
    let public = json!({"title": "公开的一份", "type": "worksheet", "scope": "public"});
    let public = share(&teacher, &public, &[("a.txt", bytes)]).await;
    admin.publish(&public).await;
    let hidden = json!({"title": "外校的草稿", "type": "worksheet"});
    share(&stranger, &hidden, &[("b.txt", bytes)]).await;
    let metadata = json!({"title": "操作示范", "type": "video", "scope": "school"});
    let resource = share(&teacher, &metadata, &[("说明.txt", bytes)]).await;
    app.settled().await;

    let told = found(&teacher, &resource).await;

    let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["rights-open", "ai-undeclared", "type-unfit", "duplicate"]);
    assert_eq!(
        told[3].1,
        json!(["公开的一份"]),
        "what nobody here may know of is named"
    );
    // It only informs: submitted, its reviewer reads the same.
    let submitted = teacher.step(&resource, "submit").await.expect(200).json();
    assert_eq!(submitted["status"], "submitted");
    assert_eq!(found(&admin, &resource).await, told);
    let reviewer = Browser::sign_in(&app, Role::SchoolAdmin).await;
    let page = reviewer.open(&format!("/r/{resource}")).await;
    assert!(page.contains("里面却没有视频") && page.contains("公开的一份"), "{page}");
    app.finish().await;
}

/// Every folder with an empty `readme` was said to be a copy of the others; the report on the library's health says otherwise.
#[tokio::test]
async fn empty_files_are_nobodys_copies() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let metadata = |title: &str| json!({"title": title, "type": "worksheet"});
    share(&teacher, &metadata("旧的"), &[("a.txt", b""), ("b.txt", b"old")]).await;

    let resource = share(&teacher, &metadata("新的"), &[("a.txt", b""), ("b.txt", b"new")]).await;

    let told = found(&teacher, &resource).await;
    assert!(told.iter().all(|(name, _)| name != "duplicate"), "{told:?}");
    // Nor when the form asks what is there already.
    let asked =
        json!({"files": [{"path": "a.txt", "sha256": sha256(b"")}, {"path": "b.txt", "sha256": sha256(b"old")}]});
    let asked = teacher
        .post_json("/api/v1/suggestions", &asked)
        .await
        .expect(200)
        .json();
    let held = asked["items"].as_array().unwrap().iter();
    let held: Vec<usize> = held.map(|item| item["held_by"].as_array().unwrap().len()).collect();
    assert_eq!(held, [0, 1], "{asked}");
    app.finish().await;
}

/// Checks looked at the first two hundred files: a video whose film came behind its pictures had no film.
#[tokio::test]
async fn a_film_behind_two_hundred_other_files_is_seen() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let names: Vec<String> = (0..200).map(|number| format!("图/{number:03}.txt")).collect();
    let mut files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"a".as_slice())).collect();
    let film = include_bytes!("../fixtures/corpus/vp9.webm");
    files.push(("示范.webm", film));
    let resource = share(&teacher, &json!({"title": "操作示范", "type": "video"}), &files).await;
    app.settled().await;

    let told = found(&teacher, &resource).await;

    assert!(told.iter().all(|(name, _)| name != "type-unfit"), "{told:?}");
    app.finish().await;
}

/// All files together were told of five thousand resources: with a school's logo in all of them the one with the same worksheet
/// was not named.
#[tokio::test]
async fn a_logo_that_thousands_hold_hides_no_copy_of_the_worksheet() {
    let app = TestApp::start().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let sheet = json!({"title": "旧工作页", "type": "worksheet"});
    let old = share(&teacher, &sheet, &[("页.txt", b"sheet")]).await;
    admin.publish(&old).await;
    let database = app.database().await;
    let row = resource::Entity::find_by_id(old.parse::<ResourceId>().unwrap());
    let row = row.one(&database).await.unwrap().unwrap();
    let page = file::Entity::find().one(&database).await.unwrap().unwrap();
    let copies: Vec<resource::Model> = (0..5_001)
        .map(|_| resource::Model {
            id: ResourceId::new(),
            title: "带校徽的".to_owned(),
            ..row.clone()
        })
        .collect();
    for chunk in copies.chunks(500) {
        let logos = chunk.iter().map(|copy| file::Model {
            id: FileId::new(),
            resource_id: copy.id,
            sha256: sha256(b"logo").parse().unwrap(),
            ..page.clone()
        });
        let logos = logos.map(IntoActiveModel::into_active_model);
        file::Entity::insert_many(logos)
            .exec_without_returning(&database)
            .await
            .unwrap();
        let copies = chunk.iter().cloned().map(IntoActiveModel::into_active_model);
        resource::Entity::insert_many(copies)
            .exec_without_returning(&database)
            .await
            .unwrap();
    }

    let resource = share(&teacher, &sheet, &[("页.txt", b"sheet"), ("校徽.txt", b"logo")]).await;

    let told = found(&teacher, &resource).await;
    let (_, about) = told.iter().find(|(name, _)| name == "duplicate").unwrap();
    assert!(about.as_array().unwrap().contains(&json!("旧工作页")), "{about}");
    app.finish().await;
}

#[tokio::test]
async fn a_textbook_without_a_file_is_not_put_before_anybody() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let metadata = json!({"title": "空的教材", "type": "textbook"});
    let resource = share(&teacher, &metadata, &[]).await;

    assert_eq!(
        teacher.step(&resource, "submit").await.refusal(409),
        "nothing-to-review"
    );

    let at_once = json!({"title": "空的教材", "type": "textbook", "submit": true});
    let at_once = teacher.post_json("/api/v1/resources", &at_once).await;
    assert_eq!(at_once.refusal(409), "nothing-to-review");
    let page = teacher.get(&format!("/r/{resource}")).await.expect(200).body;
    assert!(String::from_utf8_lossy(&page).contains("教材须有文件"));
    app.finish().await;
}

/// A comment led to a version that nobody works on any more.
#[tokio::test]
async fn an_open_comment_goes_along_with_its_file_and_says_when_that_is_gone() {
    let app = TestApp::start().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let metadata = json!({"title": "工作页", "type": "worksheet", "submit": true});
    let files: [(&str, &[u8]); 2] = [("页.txt", b"first"), ("附.txt", b"second")];
    let shared = teacher.share_as(&metadata, &files).await.expect(201).json();
    let resource = id(&shared);
    let comments = format!("/api/v1/resources/{resource}/comments");
    for file in shared["files"].as_array().unwrap() {
        let said = json!({"text": "看这里", "file_id": file["id"], "locator": {"kind": "section", "section": 1}});
        admin.post_json(&comments, &said).await.expect(201);
    }
    let versions = format!("/api/v1/resources/{resource}/versions");
    let version = teacher.form(&versions, &json!({"remove": ["附.txt"]}), &[("页.txt", b"mended")]);
    let version = Answer::of(version).await.expect(201).json();
    let present = text(&version["files"][0]["id"]);

    let listed = teacher.get_json(&comments).await;

    let items = listed["items"].as_array().unwrap();
    let of = |path: &str| items.iter().find(|it| it["file"]["path"] == path).unwrap();
    let carried = text(&of("页.txt")["carried_to"]);
    assert_eq!(carried, format!("/r/{resource}?section=1&file={present}#reading"));
    assert!(text(&of("页.txt")["url"]).contains("version=1"));
    assert_eq!(of("附.txt")["carried_to"], Value::Null);
    let page = teacher.get(&format!("/r/{resource}")).await.expect(200).body;
    let page = String::from_utf8_lossy(&page).into_owned();
    assert!(
        page.contains("新版中的这一处") && page.contains("新版中没有这个文件了"),
        "{page}"
    );
    // What is done with stays where it was.
    let one = format!("{comments}/{}", id(of("页.txt")));
    Answer::of(teacher.request("PATCH", &one).json(&json!({"resolved": true})))
        .await
        .expect(200);
    let listed = teacher.get_json(&comments).await;
    assert!(
        listed["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|it| it["carried_to"].is_null())
    );
    app.finish().await;
}

/// Whoever did not open the list learned of a limit when it was over.
#[tokio::test]
async fn a_reviewer_is_told_on_the_first_page_what_waits_what_is_due_soon_and_what_is_late() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let admin = app.admin("S1").await;
    let home = async |who: &Caller| String::from_utf8_lossy(&who.get("/").await.expect(200).body).into_owned();
    assert!(!home(&admin).await.contains("待您审核"));
    let metadata = json!({"title": "工作页", "type": "worksheet", "submit": true});
    share(&teacher, &metadata, &[("a.txt", b"a")]).await;
    assert!(home(&admin).await.contains("待您审核的资源：1<"));
    // A school's step reminds after five days, two before its limit.
    app.advance(Duration::from_hours(24 * 6));
    assert!(home(&admin).await.contains("待您审核的资源：1（1 个请尽快）"));
    let todos = admin.get_json("/api/v1/me/todos").await;
    let told = json!([{"kind": "reviews", "count": 1, "overdue": 0, "due_soon": 1}]);
    assert_eq!(todos["items"], told);
    app.advance(Duration::from_hours(24 * 2));
    share(&teacher, &metadata, &[("b.txt", b"b")]).await;

    assert!(home(&admin).await.contains("待您审核的资源：2（1 个已超期）"));
    assert!(!home(&teacher).await.contains("待您审核"));
    app.finish().await;
}
