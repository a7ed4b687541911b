//! "Why isn't mine found?": what a teacher is told who does not find what she has shared.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Caller, escape, id, text};
use crate::fixture;

async fn ask(caller: &Caller, resource: &Value, q: &str) -> Value {
    let address = format!("/api/v1/resources/{}/findability?q={}", id(resource), escape(q));
    caller.get_json(&address).await
}

async fn page(caller: &Caller, path: &str) -> String {
    let answer = caller.get(path).await.expect(200);
    String::from_utf8(answer.body).expect("a page is text")
}

/// A worksheet of a teacher of `S1`, read and indexed.
async fn worksheet(app: &TestApp, teacher: &Caller) -> Value {
    let metadata = json!({
        "title": "台阶轴的车削 工作页", "type": "worksheet", "description": "数控车工高级班使用",
        "keywords": ["外圆车刀"], "authors": ["王敏"], "scope": "city",
    });
    let shared = teacher
        .share_as(&metadata, &[("课/教材.pdf", &fixture("outline.pdf"))])
        .await
        .expect(201)
        .json();
    app.settled().await;
    shared
}

#[tokio::test]
async fn a_draft_says_that_only_its_teacher_and_the_school_find_it_and_what_would_change_that() {
    let app = TestApp::start().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let shared = worksheet(&app, &teacher).await;

    let own = ask(&teacher, &shared, "").await;
    assert_eq!(own["audience"]["said"], "只有您和本校管理员能找到它，因为它还是草稿。");
    assert!(text(&own["audience"]["to_widen"]).contains("提交审核"), "{own}");
    assert_eq!(
        (&own["audience"]["status"], &own["audience"]["scope"]),
        (&json!("draft"), &json!("city"))
    );
    assert_eq!(own.get("query"), None, "nothing was asked: {own}");
    let seen = ask(&admin, &shared, "").await;
    assert_eq!(
        seen["audience"]["said"],
        "只有作者和本校管理员能找到它，因为它还是草稿。"
    );

    admin.step(&id(&shared), "publish").await.expect(200);
    app.settled().await;
    let english = teacher.request("GET", &format!("/api/v1/resources/{}/findability", id(&shared)));
    let english = crate::client::Answer::of(english.header("accept-language", "en"))
        .await
        .expect(200)
        .json();
    assert!(
        text(&english["audience"]["said"]).starts_with("Everyone with an account in the city"),
        "{english}"
    );
    app.finish().await;
}

#[tokio::test]
async fn the_index_and_every_file_say_how_far_they_are() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let files: [(&str, &[u8]); 4] = [
        ("课件.pptx", &fixture("electric-rich.pptx")),
        ("加密.pdf", &fixture("enc-user-aes256.pdf")),
        ("示范.webm", &fixture("vp9.webm")),
        ("旧.doc", &fixture("hostile-random.doc")),
    ];
    let shared = teacher.share("一次课的全部文件", &files).await;
    app.settled().await;

    let told = ask(&teacher, &shared, "").await;

    assert_eq!(told["index"]["state"], "indexed", "{told}");
    assert!(
        told["index"]["last_change"].as_u64() <= told["index"]["applied_change"].as_u64(),
        "{told}"
    );
    let file = |at: usize| &told["files"][at];
    assert_eq!(
        (&file(0)["state"], &file(0)["unit"]),
        (&json!("ready"), &json!("slide")),
        "{told}"
    );
    let slides = file(0)["pages"].as_u64().expect("slides");
    assert!(slides > 1 && file(0)["passages"].as_u64() >= Some(slides - 1), "{told}");
    assert_eq!(file(0)["next"], json!([]));
    assert_eq!(
        (&file(1)["state"], &file(1)["fault"]),
        (&json!("failed"), &json!("encrypted")),
        "{told}"
    );
    assert_eq!(file(1)["next"], json!(["去掉密码后上传新版本。"]));
    assert_eq!(
        (&file(2)["state"], &file(2)["passages"]),
        (&json!("no_text"), &json!(0)),
        "{told}"
    );
    assert!(text(&file(2)["next"][0]).contains(".srt"), "{told}");
    app.finish().await;
}

#[tokio::test]
async fn each_word_says_whether_and_where_it_stands() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = worksheet(&app, &teacher).await;

    let query = ask(&teacher, &shared, "外圆车刀 阶梯轴").await["query"].clone();
    assert_eq!((&query["found"], &query["rank"]), (&json!(true), &json!(1)), "{query}");
    let by_word = |word: &str| {
        let words = query["words"].as_array().expect("words");
        words.iter().find(|found| text(&found["text"]).contains(word)).cloned()
    };
    let knife = by_word("车刀").unwrap_or_else(|| panic!("{query}"));
    assert_eq!(
        (&knife["how"], &knife["fields"]),
        (&json!("exact"), &json!(["keywords"])),
        "{query}"
    );
    let steps = by_word("阶梯").unwrap_or_else(|| panic!("{query}"));
    assert_eq!(steps["how"], "exact", "{query}");
    let place = &steps["passages"]["first"][0];
    assert_eq!(place["locator"]["kind"], "page", "{query}");
    teacher.get(&text(&place["url"])).await.expect(200);

    let other = ask(&teacher, &shared, "任务书").await["query"].clone();
    assert_eq!(other["words"][0]["how"], "synonym", "{other}");
    assert!(other["words"][0]["by"].to_string().contains("工作页"), "{other}");
    assert_eq!(other["found"], true, "{other}");

    let spoken = ask(&teacher, &shared, "taijiezhou").await["query"].clone();
    assert_eq!(
        (&spoken["words"][0]["how"], &spoken["found"]),
        (&json!("sound"), &json!(true)),
        "{spoken}"
    );
    app.finish().await;
}

#[tokio::test]
async fn what_is_not_found_says_for_which_reason() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = worksheet(&app, &teacher).await;
    teacher.share("宫保鸡丁的制作", &[]).await;
    app.settled().await;

    for (q, reason) in [
        ("台阶轴 -车削", "excluded"),
        ("\"轴台阶\"", "phrase_missing"),
        ("宫保鸡丁", "too_few_words"),
        ("？？！", "no_words"),
    ] {
        let query = ask(&teacher, &shared, q).await["query"].clone();
        assert_eq!(
            (&query["found"], &query["rank"]),
            (&json!(false), &Value::Null),
            "{q}: {query}"
        );
        assert_eq!(query["reasons"][0]["code"], reason, "{q}: {query}");
        assert!(!text(&query["reasons"][0]["said"]).is_empty(), "{q}: {query}");
    }
    let excluded = ask(&teacher, &shared, "台阶轴 -车削").await["query"].clone();
    assert_eq!(excluded["excluded"][0]["how"], "exact", "{excluded}");
    assert_eq!(excluded["excluded"][0]["fields"][0], "title", "{excluded}");
    app.finish().await;
}

#[tokio::test]
async fn the_rank_is_that_of_the_results() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    for number in 0..23 {
        teacher.share(&format!("台阶轴 第{number}组"), &[]).await;
    }
    app.settled().await;
    let mut ranked = teacher.finds("台阶轴").await;
    let more = format!("/api/v1/search?q={}&limit=100", escape("台阶轴"));
    let all = teacher.get_json(&more).await;
    ranked.extend(
        all["hits"]
            .as_array()
            .expect("hits")
            .iter()
            .skip(20)
            .map(|hit| id(&hit["resource"])),
    );
    assert_eq!(ranked.len(), 23);

    for at in [0, 19, 20, 22] {
        let query = ask(&teacher, &json!({"id": ranked[at]}), "台阶轴").await["query"].clone();
        assert_eq!(query["rank"], at + 1, "{query}");
    }
    app.finish().await;
}

#[tokio::test]
async fn whoever_may_not_see_it_is_not_told_that_it_is_there() {
    let app = TestApp::start().await;
    let (teacher, stranger) = (app.teacher("S1").await, app.teacher("S2").await);
    let shared = worksheet(&app, &teacher).await;

    for path in ["/api/v1/resources/{id}/findability?q=x", "/r/{id}/findability"] {
        let path = path.replace("{id}", &id(&shared));
        stranger.get(&path).await.expect(404);
        app.guest().get(&path).await.expect(404);
    }
    app.finish().await;
}

#[tokio::test]
async fn the_page_says_it_without_scripts_to_those_who_look_for_their_own() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let shared = worksheet(&app, &teacher).await;
    let path = format!("/r/{}/findability", id(&shared));

    let resource = page(&teacher, &format!("/r/{}", id(&shared))).await;
    assert!(
        resource.contains(&format!("href=\"{path}\"")),
        "the way there: {resource}"
    );
    let untried = page(&teacher, &path).await;
    assert!(
        untried.contains("只有您和本校管理员能找到它，因为它还是草稿。"),
        "{untried}"
    );
    let tried = page(&teacher, &format!("{path}?q={}", escape("台阶轴 \"没有的话\""))).await;
    assert!(tried.contains("class=\"verdict verdict-no\""), "{tried}");
    assert!(tried.contains("没有的话"), "{tried}");
    let english = page(&teacher, &format!("{path}?q=x&lang=en")).await;
    assert!(
        english.contains("Only you and your school&#39;s administrators"),
        "{english}"
    );

    let nothing = page(&teacher, &format!("/search?q={}", escape("\"没有的话\""))).await;
    assert!(
        nothing.contains("没有资源含有") && nothing.contains("href=\"/mine\""),
        "{nothing}"
    );
    // Readers who cannot change it are not led there.
    let admin = app.admin("S1").await;
    admin.step(&id(&shared), "publish").await.expect(200);
    let reader = page(&app.reader("S1").await, &format!("/r/{}", id(&shared))).await;
    assert!(!reader.contains("/findability"), "{reader}");
    app.finish().await;
}
