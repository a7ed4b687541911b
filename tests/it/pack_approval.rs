//! The words of packs: beyond their school others read what somebody approved who saw it, and may approve it for them.

use futures_util::future::join;
use gongxue::domain::role::Role;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::browser::{Browser, value_of};
use crate::client::{Answer, Caller, id, sha256};
use crate::packs::School;

const PACKS: &str = "/api/v1/packs";

/// Words that nobody has approved; they stand nowhere else.
const UNSEEN: &str = "zxqunseen";

/// A school with something public on a task.
async fn school() -> School {
    let school = School::open().await;
    school
        .publish("台阶轴工作页", "台阶轴", "public", &[("a.txt", b"a")])
        .await;
    school.app.settled().await;
    school
}

/// What a pack says to somebody, wherever it says something.
async fn told(caller: &Caller, pack: &str) -> String {
    let mut all = String::new();
    for path in [
        PACKS.to_owned(),
        format!("{PACKS}/{pack}"),
        format!("{PACKS}/{pack}/versions"),
        format!("/p/{pack}"),
        "/packs".to_owned(),
    ] {
        all.push_str(&String::from_utf8(caller.get(&path).await.body).unwrap());
    }
    all
}

async fn publish(caller: &Caller, pack: &str, tag: Option<&str>) -> Answer {
    let request = caller.request("POST", &format!("{PACKS}/{pack}/publish"));
    Answer::of(match tag {
        Some(tag) => request.header("if-match", tag),
        None => request,
    })
    .await
}

async fn patch(caller: &Caller, pack: &str, body: &Value) -> Answer {
    let edit = caller.request("PATCH", &format!("{PACKS}/{pack}"));
    Answer::of(edit.header("if-match", "*").json(body)).await
}

/// Its title, description and notes were public: the edit withheld the words of a version that was not there yet.
#[tokio::test]
async fn a_pack_that_is_meant_for_more_while_its_first_version_is_built_says_nothing_unapproved() {
    let school = school().await;
    let words = json!({"title": UNSEEN, "description": UNSEEN, "contents": [{"task": "台阶轴", "note": UNSEEN}]});
    for round in 0..5 {
        let pack = school.pack(&words).await;

        let wider = json!({"scope": "public"});
        let (published, edited) = join(
            publish(&school.teacher, &pack, None),
            patch(&school.teacher, &pack, &wider),
        )
        .await;

        published.expect(201);
        edited.expect(200);
        let told = told(&school.app.guest(), &pack).await;
        assert!(!told.contains(UNSEEN), "round {round}: {told}");
    }
    school.app.finish().await;
}

/// An administrator's word for the school counted for the world when the teacher widened the pack.
#[tokio::test]
async fn an_approval_is_for_those_whom_the_version_was_for() {
    let school = school().await;
    let guest = school.app.guest();
    let pack = school
        .pack(&json!({"title": UNSEEN, "description": UNSEEN, "task": "台阶轴"}))
        .await;
    for scope in ["school", "city"] {
        patch(&school.teacher, &pack, &json!({"scope": scope}))
            .await
            .expect(200);
        school.admin.publish_pack(&pack, &json!({})).await.expect(201);
        patch(&school.teacher, &pack, &json!({"scope": "public"}))
            .await
            .expect(200);
        let said = told(&guest, &pack).await;
        assert!(!said.contains(UNSEEN), "approved for the {scope}: {said}");
        // Nor does the teacher's next version bring them.
        publish(&school.teacher, &pack, None).await.expect(201);
        let said = told(&guest, &pack).await;
        assert!(!said.contains(UNSEEN), "approved for the {scope}: {said}");
    }

    school.admin.publish_pack(&pack, &json!({})).await.expect(201);

    assert_eq!(guest.get_json(&format!("{PACKS}/{pack}")).await["title"], UNSEEN);
    school.app.finish().await;
}

/// Whoever might approve others' words published their own alone; and a school without an administrator had nobody who could.
#[tokio::test]
async fn nobody_approves_the_words_of_their_own_pack_and_the_city_approves_where_a_school_cannot() {
    let school = school().await;
    let (expert, bureau, guest) = (school.app.expert().await, school.app.bureau().await, school.app.guest());
    let words = json!({"title": UNSEEN, "task": "台阶轴", "scope": "public"});
    let pairs = [
        (&school.admin, &expert),
        (&expert, &bureau),
        (&bureau, &expert),
        (&school.teacher, &bureau),
    ];
    for (maker, other) in pairs {
        let who = maker.name();
        let pack = id(&maker.post_json(PACKS, &words).await.expect(201).json());
        maker.publish_pack(&pack, &json!({"note": UNSEEN})).await.expect(201);
        let shown = guest.get_json(&format!("{PACKS}/{pack}")).await;
        assert_eq!(shown["title"], "台阶轴", "{who} approved their own words");

        // Who may approve it reads what waits, and changes nothing else of it.
        let seen = other.get_json(&format!("{PACKS}/{pack}")).await;
        assert_eq!((&seen["title"], &seen["shown_as"]), (&json!(UNSEEN), &json!("台阶轴")));
        assert_eq!(
            patch(other, &pack, &json!({"title": "别的"})).await.refusal(403),
            "not-allowed"
        );
        other.publish_pack(&pack, &json!({})).await.expect(201);
        assert_eq!(
            guest.get_json(&format!("{PACKS}/{pack}")).await["title"],
            UNSEEN,
            "{who}"
        );
    }
    // What is the school's own is nobody's business outside, and no colleague's.
    let own = school.pack(&json!({"title": UNSEEN, "task": "台阶轴"})).await;
    publish(&school.teacher, &own, None).await.expect(201);
    assert_eq!(publish(&expert, &own, None).await.refusal(404), "no-such-pack");
    let colleague = school.app.teacher("S1").await;
    assert_eq!(publish(&colleague, &own, None).await.refusal(403), "not-allowed");
    school.app.finish().await;
}

#[tokio::test]
async fn the_page_of_a_pack_offers_its_approval_to_those_who_may_and_shows_them_what_they_approve() {
    let school = school().await;
    let words = json!({"title": UNSEEN, "scope": "public", "contents": [{"task": "台阶轴", "note": "zxqnote"}]});
    let pack = school.pack(&words).await;
    publish(&school.teacher, &pack, None).await.expect(201);
    let expert = Browser::sign_in(&school.app, Role::Expert).await;
    let page = format!("/p/{pack}");
    let shown = expert.open(&page).await;
    assert!(shown.contains("zxqnote") && shown.contains(UNSEEN), "{shown}");
    assert!(!shown.contains(&format!("{page}/edit")) && !shown.contains(&format!("{page}/withdraw")));
    let seen = value_of(&shown, "seen");
    patch(&school.teacher, &pack, &json!({"title": "zxqother"}))
        .await
        .expect(200);

    let fields = [("csrf", expert.csrf.as_str()), ("note", ""), ("seen", &seen)];
    let led = expert.post(&format!("{page}/publish"), &fields).await.expect(303);

    assert_eq!(led.header("location"), format!("{page}?done=stale"));
    let again = expert.open(&led.header("location")).await;
    assert!(again.contains("请看一遍现在的样子"), "{again}");
    assert!(!told(&school.app.guest(), &pack).await.contains("zxq"));
    let seen = value_of(&again, "seen");
    let fields = [("csrf", expert.csrf.as_str()), ("note", ""), ("seen", &seen)];
    expert.post(&format!("{page}/publish"), &fields).await.expect(303);
    assert!(told(&school.app.guest(), &pack).await.contains("zxqother"));
    school.app.finish().await;
}

/// Between an administrator's look and their word the teacher wrote something else, and that was published.
#[tokio::test]
async fn an_approver_publishes_the_words_that_they_saw() {
    let school = school().await;
    let (guest, admin) = (school.app.guest(), &school.admin);
    let pack = school
        .pack(&json!({"title": "车削包", "task": "台阶轴", "scope": "public"}))
        .await;
    publish(&school.teacher, &pack, None).await.expect(201);
    let seen = admin.get(&format!("{PACKS}/{pack}")).await.expect(200).header("etag");
    patch(&school.teacher, &pack, &json!({"title": UNSEEN}))
        .await
        .expect(200);

    assert_eq!(
        publish(admin, &pack, Some(&seen)).await.refusal(412),
        "changed-meanwhile"
    );
    for unsaid in [None, Some("*")] {
        assert_eq!(publish(admin, &pack, unsaid).await.refusal(428), "if-match-required");
    }

    assert!(!told(&guest, &pack).await.contains(UNSEEN));
    admin.publish_pack(&pack, &json!({})).await.expect(201);
    assert!(told(&guest, &pack).await.contains(UNSEEN));
    // Of what others read already nobody has to say that they saw it.
    publish(admin, &pack, None).await.expect(201);
    school.app.finish().await;
}

/// It was answered with the number that was being built, noted as published, and thrown away.
#[tokio::test]
async fn an_approval_is_not_swallowed_by_a_version_that_is_being_built() {
    let school = school().await;
    let pack = school
        .pack(&json!({"title": UNSEEN, "task": "台阶轴", "scope": "public"}))
        .await;
    for _ in 0..2 {
        publish(&school.teacher, &pack, None).await.expect(201);
    }
    let state = async |state: &str| {
        let set = format!("UPDATE pack_version SET state = '{state}' WHERE number = 2");
        let database = school.app.database().await;
        database.execute_unprepared(&set).await.unwrap();
        database.close().await.unwrap();
    };
    state("building").await;

    let refused = school.admin.publish_pack(&pack, &json!({})).await;

    assert_eq!(refused.refusal(409), "pack-not-ready");
    state("ready").await;
    let made = school.admin.publish_pack(&pack, &json!({})).await.expect(201).json();
    assert_eq!(made["number"], 3);
    assert!(told(&school.app.guest(), &pack).await.contains(UNSEEN));
    school.app.finish().await;
}

/// A guest fetched the answers of an exam, which had been withdrawn and left out since, from the first version of a pack.
#[tokio::test]
async fn what_a_withdrawal_took_comes_back_through_no_old_version_of_a_pack() {
    let school = School::open().await;
    let files: [(&str, &[u8]); 2] = [("题.txt", b"questions"), ("答案.txt", UNSEEN.as_bytes())];
    let resource = id(&school.publish("试卷", "台阶轴", "public", &files).await);
    let pack = school
        .pack(&json!({"title": "包", "task": "台阶轴", "scope": "public"}))
        .await;
    school.issue(&pack).await;
    let guest = school.app.guest();
    let given = async |bytes: &[u8]| {
        let path = format!("{PACKS}/{pack}/versions/1/files/{}", sha256(bytes));
        guest.get(&path).await.status
    };
    assert_eq!(given(UNSEEN.as_bytes()).await, 200);

    school.teacher.step(&resource, "withdraw").await.expect(200);
    let versions = format!("/api/v1/resources/{resource}/versions");
    let left_out = json!({"remove": ["答案.txt"]});
    school.teacher.post_json(&versions, &left_out).await.expect(201);
    school.teacher.step(&resource, "submit").await.expect(200);
    school.approve(&resource).await;

    school.app.settled().await;
    assert_eq!(given(b"questions").await, 200, "what is shown again is given again");
    assert_eq!(given(UNSEEN.as_bytes()).await, 410);
    let archive = guest.get(&format!("{PACKS}/{pack}/versions/1/archive.zip")).await;
    assert_ne!(archive.status, 200, "the archive holds the answers");
    school.app.finish().await;
}

/// Narrowed and widened again, and replaced by a newer one, a file that others may still have is given as before.
#[tokio::test]
async fn what_is_shown_in_the_history_is_given_by_the_versions_of_packs_that_hold_it() {
    let school = School::open().await;
    let resource = id(&school
        .publish("工作页", "台阶轴", "city", &[("a.txt", b"before")])
        .await);
    let pack = school
        .pack(&json!({"title": "包", "task": "台阶轴", "scope": "city"}))
        .await;
    school.issue(&pack).await;
    let versions = format!("/api/v1/resources/{resource}/versions");
    let version = school.teacher.form(&versions, &json!({}), &[("a.txt", b"after")]);
    Answer::of(version).await.expect(201);
    school.approve(&resource).await;
    let reader = school.app.teacher("S2").await;
    let path = format!("{PACKS}/{pack}/versions/1/files/{}", sha256(b"before"));

    let share_with = async |scope: &str| {
        let words = json!({ "scope": scope });
        school.admin.patch(&resource, Some("*"), &words).await.expect(200);
    };
    share_with("school").await;
    assert_eq!(reader.get(&path).await.status, 410);
    share_with("city").await;
    school.approve(&resource).await;
    assert_eq!(reader.get(&path).await.status, 200);
    school.app.finish().await;
}

/// Words waited in no queue: an approver had to be told of each pack.
#[tokio::test]
async fn words_wait_in_the_queue_of_those_who_may_approve_them_until_somebody_has() {
    let school = school().await;
    let (expert, bureau) = (school.app.expert().await, school.app.bureau().await);
    let other_admin = school.app.admin("S2").await;
    let waiting = async |caller: &Caller| {
        let listed = caller.get_json(&format!("{PACKS}?waiting=true")).await;
        let packs = listed["items"].as_array().unwrap().iter();
        packs.map(id).collect::<Vec<String>>()
    };
    let for_school = json!({"title": UNSEEN, "task": "台阶轴", "scope": "school"});
    school.issue(&school.pack(&for_school).await).await;
    let words = json!({"title": UNSEEN, "task": "台阶轴", "scope": "city"});
    let own = id(&expert.post_json(PACKS, &words).await.expect(201).json());
    expert.publish_pack(&own, &json!({})).await.expect(201);
    let pack = school.pack(&words).await;
    school.issue(&pack).await;

    assert_eq!(waiting(&school.admin).await, std::slice::from_ref(&pack));
    assert_eq!(
        waiting(&expert).await,
        std::slice::from_ref(&pack),
        "one's own waits for others"
    );
    assert_eq!(waiting(&bureau).await, [pack.clone(), own.clone()]);
    for nobody in [
        &school.teacher,
        &other_admin,
        &school.app.auditor().await,
        &school.app.guest(),
    ] {
        assert_eq!(waiting(nobody).await, [""; 0], "{}", nobody.name());
    }
    let reviewer = Browser::sign_in(&school.app, Role::Expert).await;
    let queue = reviewer.open("/review").await;
    assert!(
        queue.contains("文字待审核的资源包") && queue.contains(&format!("/p/{pack}")),
        "{queue}"
    );
    assert!(!queue.contains("没有等待审核"), "{queue}");
    let page = reviewer.open(&format!("/p/{pack}")).await;
    let form = [
        ("csrf", reviewer.csrf.as_str()),
        ("seen", &value_of(&page, "seen")),
        ("note", ""),
    ];
    let led = reviewer.post(&format!("/p/{pack}/publish"), &form).await.expect(303);
    let page = reviewer.open(&led.header("location")).await;
    assert!(
        page.contains("role=\"status\""),
        "the approver is not told that it is done: {page}"
    );

    assert_eq!(waiting(&school.admin).await, [""; 0]);
    assert_eq!(waiting(&bureau).await, std::slice::from_ref(&own));
    // What is typed after that waits again.
    patch(&school.teacher, &pack, &json!({"description": UNSEEN}))
        .await
        .expect(200);
    assert_eq!(waiting(&bureau).await, [pack, own]);
    school.app.finish().await;
}
