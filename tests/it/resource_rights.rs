//! Rights in a resource: what is said of the employer, of others' parts, of people and of AI, and where all of it must stand.

use std::io::{Cursor, Read as _};

use calamine::{Reader as _, Xlsx};
use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, html};
use crate::client::{Answer, Caller, id, text};
use crate::mirrors::Pair;
use crate::packs::School;

/// Everything that can be said.
fn all_said() -> Value {
    json!({
        "licence": "cc-by-4.0",
        "employer_consent": "granted",
        "third_party": [{"what": "第 12 页照片", "source": "某机床厂官网", "permission": "granted"}],
        "people_filmed": "blurred",
        "ai_use": "generated",
        "ai_tool": "某大模型",
        "ai_purpose": "插图",
    })
}

fn resource(id: &str) -> String {
    format!("/api/v1/resources/{id}")
}

/// A name and what is in it, of an archive.
fn unpacked(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let members = 0..archive.len();
    let read = |at| {
        let mut member = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        (member.name().unwrap().into_owned(), bytes)
    };
    members.map(read).collect()
}

fn member(archive: &[u8], ending: &str) -> Vec<u8> {
    let found = unpacked(archive).into_iter().find(|(name, _)| name.ends_with(ending));
    found.unwrap_or_else(|| panic!("no {ending}")).1
}

async fn publish(school: &School, more: &Value) -> String {
    let shared = school
        .publish("台阶轴插图", "台阶轴", "public", &[("a.txt", b"a")])
        .await;
    let id = id(&shared);
    school.admin.patch(&id, Some("*"), more).await.expect(200);
    school.approve(&id).await;
    id
}

#[tokio::test]
async fn an_old_clients_title_and_type_are_enough_and_what_it_does_not_know_is_kept() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let bare = teacher.share("台阶轴", &[]).await;
    assert_eq!((&bare["ai_use"], &bare["third_party"]), (&Value::Null, &Value::Null));
    teacher.patch(&id(&bare), Some("*"), &all_said()).await.expect(200);

    // It changes a word and the files, and says nothing of rights.
    teacher
        .patch(
            &id(&bare),
            Some("*"),
            &json!({"title": "台阶轴 2", "licence": "自编，可转载"}),
        )
        .await
        .expect(200);
    let version = teacher.form(
        &format!("{}/versions", resource(&id(&bare))),
        &json!({"year": 2026}),
        &[("b.txt", b"b")],
    );
    Answer::of(version).await.expect(201);

    let now = teacher.get_json(&resource(&id(&bare))).await;
    for field in [
        "employer_consent",
        "third_party",
        "people_filmed",
        "ai_use",
        "ai_tool",
        "ai_purpose",
    ] {
        assert_eq!(now[field], all_said()[field], "{field}");
    }
    assert_eq!(
        now["licence"], "自编，可转载",
        "other words are no licence of ours, and stay"
    );
    let mut faults = teacher
        .patch(
            &id(&bare),
            Some("*"),
            &json!({"ai_use": "a bit", "third_party": [{"what": "x"}], "ai": "yes"}),
        )
        .await
        .faults();
    faults.sort();
    assert_eq!(
        faults,
        [
            "/ai unknown-field",
            "/ai_use unknown-value",
            "/third_party/0/permission required"
        ]
    );
    app.finish().await;
}

#[tokio::test]
async fn what_ai_made_is_labelled_wherever_it_is_shown_and_in_every_archive() {
    let school = School::open().await;
    let made = publish(&school, &all_said()).await;
    let pack = school
        .pack(&json!({"title": "车削包", "task": "台阶轴", "scope": "public"}))
        .await;
    school.issue(&pack).await;
    let guest = school.app.guest();
    let page = async |path: &str| html(guest.get(path).await.expect(200));

    for path in [
        format!("/r/{made}"),
        format!("/p/{pack}"),
        "/search?q=台阶轴插图".to_owned(),
    ] {
        assert!(page(&path).await.contains("AI 生成"), "no label at {path}");
    }
    assert!(page(&format!("/r/{made}")).await.contains("工具：某大模型"));
    let feed = html(guest.get("/search.atom?q=台阶轴插图").await.expect(200));
    assert!(
        feed.contains("#ai_use\" term=\"generated\" label=\"AI 生成\""),
        "{feed}"
    );
    assert!(feed.contains("<rights>CC BY 4.0</rights>"), "{feed}");

    let archive = async |ending: &str| {
        let path = format!("/api/v1/packs/{pack}/versions/1/archive.{ending}");
        guest.get(&path).await.expect(200).body
    };
    let zip = archive("zip").await;
    let manifest: Value = serde_json::from_slice(&member(&zip, "manifest.json")).unwrap();
    let card = &manifest["signed"]["resources"][&made];
    for (field, said) in all_said().as_object().unwrap() {
        assert_eq!(&card[field], said, "{field}");
    }
    let mut index: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(member(&zip, "目录.xlsx"))).unwrap();
    let cells = index.worksheet_range("目录").unwrap();
    let row: Vec<String> = cells.rows().nth(1).unwrap().iter().map(ToString::to_string).collect();
    for said in [
        "单位已同意",
        "第 12 页照片，来自某机床厂官网，已取得许可",
        "已做模糊处理",
    ] {
        assert!(row.iter().any(|cell| cell == said), "{said}: {row:?}");
    }
    assert!(
        row.last()
            .unwrap()
            .contains("含人工智能生成合成的内容；工具：某大模型；用途：插图"),
        "{row:?}"
    );
    for (ending, of) in [
        ("bagit.zip", "bag-info.txt"),
        ("imscc", "imsmanifest.xml"),
        ("scorm.zip", "index.html"),
    ] {
        let told = String::from_utf8(member(&archive(ending).await, of)).unwrap();
        assert!(told.contains("台阶轴插图（AI 生成）"), "{ending}: {told}");
    }
    school.app.finish().await;
}

#[tokio::test]
async fn the_label_of_ai_comes_along_to_a_schools_mirror() {
    let (pair, pack, made) = Pair::of(&[("a.txt", b"a")]).await;
    let more = json!({"ai_use": "assisted", "third_party": []});
    pair.hub.admin.patch(&made, Some("*"), &more).await.expect(200);
    pair.hub.approve(&made).await;
    pair.hub.issue(&pack).await;

    let round = pair.round().await;

    assert_eq!(round.code, Some(0), "{}", round.err);
    pair.mirror.settled().await;
    let reader = pair.mirror.reader("S2").await;
    let there = reader.get_json(&resource(&made)).await;
    assert_eq!(
        (&there["ai_use"], &there["third_party"]),
        (&json!("assisted"), &json!([]))
    );
    pair.finish().await;
}

/// What a pack's page and its files say of what was left out.
async fn left_out(school: &School, caller: &Caller, pack: &str) -> (Vec<Value>, String) {
    let path = format!("/api/v1/packs/{pack}/versions/1/manifest.json");
    let manifest = caller.get_json(&path).await;
    let stubs = manifest["signed"]["stubs"].as_object().into_iter().flatten();
    let stubs = stubs.map(|(_, stub)| stub["withheld"].clone()).collect();
    let page = html(school.app.guest().get(&format!("/p/{pack}")).await.expect(200));
    (stubs, page)
}

#[tokio::test]
async fn a_part_without_permission_is_in_no_pack_for_others_and_the_pack_says_why() {
    let school = School::open().await;
    let part = json!({"third_party": [{"what": "配乐", "source": "网上", "permission": "none"}]});
    let kept = publish(&school, &part).await;
    let contents = |scope: &str| json!({"title": "车削包", "scope": scope, "contents": [{"resource": kept}]});
    let public = school.pack(&contents("public")).await;
    let own = school.pack(&contents("school")).await;

    let version = school.issue(&public).await;

    assert_eq!((&version["items"], &version["stubs"]), (&json!(0), &json!(1)));
    let guest = school.app.guest();
    let (stubs, page) = left_out(&school, &guest, &public).await;
    assert_eq!(stubs, [json!("third-party")]);
    assert!(page.contains("含没有许可的第三方素材"), "{page}");
    let zip = guest
        .get(&format!("/api/v1/packs/{public}/versions/1/archive.zip"))
        .await
        .expect(200)
        .body;
    let note = String::from_utf8(member(&zip, ".txt")).unwrap();
    assert!(note.contains("原因：含没有许可的第三方素材"), "{note}");
    // To teach within the school it may be used.
    assert_eq!(school.issue(&own).await["items"], 1);
    school.app.finish().await;
}

#[tokio::test]
async fn a_licence_or_an_employer_that_says_no_keeps_a_resource_out_of_what_is_for_more() {
    let school = School::open().await;
    let narrow = publish(&school, &json!({"licence": "仅限校内"})).await;
    let waits = publish(&school, &json!({"employer_consent": "asked"})).await;
    let contents = json!([{"resource": narrow}, {"resource": waits}]);
    let public = school
        .pack(&json!({"title": "包", "scope": "public", "contents": contents}))
        .await;
    let city = school
        .pack(&json!({"title": "包", "scope": "city", "contents": contents}))
        .await;

    school.issue(&public).await;
    assert_eq!(
        school.issue(&city).await["items"],
        1,
        "the city may have what only waits for everyone"
    );

    let (mut stubs, page) = left_out(&school, &school.app.guest(), &public).await;
    stubs.sort_by_key(text);
    assert_eq!(stubs, [json!("employer"), json!("licence")]);
    assert!(
        page.contains("许可范围小于本资源包") && page.contains("等待单位同意"),
        "{page}"
    );
    school.app.finish().await;
}

#[tokio::test]
async fn a_part_found_to_be_without_permission_is_refused_at_once_in_packs_that_are_out() {
    let school = School::open().await;
    let made = publish(&school, &json!({"third_party": []})).await;
    let pack = school
        .pack(&json!({"title": "车削包", "task": "台阶轴", "scope": "public"}))
        .await;
    school.issue(&pack).await;
    let guest = school.app.guest();
    let bundle = format!("/api/v1/packs/{pack}/versions/1/bundle?items=0-0");
    guest.get(&bundle).await.expect(200);

    let said = json!({"third_party": "配乐｜网上｜没有"});
    school.admin.patch(&made, Some("*"), &said).await.expect(200);
    school.approve(&made).await;
    assert_eq!(guest.get(&bundle).await.refusal(410), "pack-item-gone");
    school.app.settled().await;
    let next = guest
        .get_json(&format!("/api/v1/packs/{pack}/versions/2/manifest.json"))
        .await;
    assert_eq!(next["signed"]["targets"], json!({}));

    // Its owner agrees: the old version gives what it gave.
    let said = json!({"third_party": "配乐｜网上｜已取得"});
    school.admin.patch(&made, Some("*"), &said).await.expect(200);
    school.approve(&made).await;
    guest.get(&bundle).await.expect(200);
    school.app.finish().await;
}

#[tokio::test]
async fn a_form_with_a_faulty_line_loses_nothing_and_a_right_one_is_understood() {
    let app = TestApp::start().await;
    let teacher = Browser::sign_in(&app, Role::Teacher).await;
    let send = async |lines: &str| {
        let fields = [
            ("csrf", teacher.csrf.as_str()),
            ("title", "台阶轴"),
            ("type", "worksheet"),
            ("scope", "city"),
            ("third_party", lines),
            ("ai_use", "assisted"),
            ("ai_tool", "某大模型"),
        ];
        teacher.upload(&fields, Some(("a.txt", "a"))).await
    };

    let refused = html(send("照片｜某厂官网").await.expect(422));
    let taken = send("照片｜某厂官网｜已取得\r\n标准图｜国家标准｜不需要")
        .await
        .expect(303);

    assert!(refused.contains("照片｜某厂官网</textarea>"), "{refused}");
    assert!(refused.contains("value=\"assisted\" selected"), "{refused}");
    assert!(refused.contains("id=\"third_party-fault\""), "{refused}");
    let shared = taken.header("location").split(['/', '?']).nth(2).unwrap().to_owned();
    let admin = app.admin("S1").await;
    let now = admin.get_json(&resource(&shared)).await;
    let parts = json!([
        {"what": "照片", "source": "某厂官网", "permission": "granted"},
        {"what": "标准图", "source": "国家标准", "permission": "not-needed"},
    ]);
    assert_eq!((&now["third_party"], &now["ai_tool"]), (&parts, &json!("某大模型")));
    // The form shows it again as it is read.
    let form = teacher.open(&format!("/r/{shared}/edit")).await;
    assert!(
        form.contains("照片｜某厂官网｜已取得\n标准图｜国家标准｜不需要</textarea>"),
        "{form}"
    );
    app.finish().await;
}
