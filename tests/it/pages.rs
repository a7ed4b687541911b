//! The pages as a browser without JavaScript uses them.

use gongxue::domain::role::Role;
use serde_json::json;

use crate::app::TestApp;
use crate::browser::{Browser, html, send, urlencoded, value_of};
use crate::client::id;

const HOSTILE: &str = "<script>alert('星三角')</script> & \"工作页\"";

#[tokio::test]
async fn every_page_opens_for_a_guest_in_both_languages() {
    let app = TestApp::start().await;
    let guest = app.guest();
    for path in [
        "/",
        "/search?q=x",
        "/search?type=video,worksheet&sort=newest",
        "/sign-in",
        "/api/docs",
        "/problems/busy",
    ] {
        for (lang, tag) in [("zh", "zh-CN"), ("en", "en")] {
            let mark = if path.contains('?') { '&' } else { '?' };
            let answer = guest.get(&format!("{path}{mark}lang={lang}")).await.expect(200);
            assert_eq!(answer.header("content-language"), tag, "{path}");
            assert!(
                answer
                    .header("set-cookie")
                    .starts_with(&format!("gongxue_lang={lang};")),
                "{path}"
            );
            assert!(html(answer).contains(&format!("<html lang=\"{tag}\">")), "{path}");
        }
    }
    let missing = guest.get("/r/019385f0-0000-7000-8000-000000000000").await.expect(404);
    assert!(html(missing).contains("return_to=%2Fr%2F019385f0"));
}

#[tokio::test]
async fn a_page_for_members_leads_a_guest_to_signing_in_and_back() {
    let app = TestApp::start().await;
    let guest = app.guest();

    let answer = guest.get("/upload?task=7").await.expect(303);

    assert_eq!(answer.header("location"), "/sign-in?return_to=%2Fupload%3Ftask%3D7");
    let page = html(guest.get("/sign-in?return_to=//evil.example").await.expect(200));
    assert_eq!(value_of(&page, "return_to"), "/");
}

#[tokio::test]
async fn a_wrong_password_is_said_on_the_form() {
    let app = TestApp::start().await;
    let fields = [("name", "<wang>"), ("password", "wrong"), ("return_to", "/mine")];

    let page = html(send(urlencoded(&app.guest(), "/sign-in", &fields)).await.expect(401));

    assert!(page.contains("role=\"alert\""));
    assert_eq!(value_of(&page, "name"), "&#60;wang&#62;");
    assert!(!page.contains("wrong\""), "the password is sent back");
}

#[tokio::test]
async fn forms_without_their_sessions_token_change_nothing() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    let own = app.teacher("S1").await.share("甲", &[("甲.txt", b"a")]).await;
    let step = format!("/r/{}/submit", id(&own));

    for path in ["/sign-out", "/sign-in", step.as_str()] {
        let fields = [("csrf", "forged"), ("name", "x"), ("password", "y")];
        browser.post(path, &fields).await.expect(403);
        browser.post(path, &fields[1..]).await.expect(403);
    }
    app.settled().await;
    let stored = app.stored().await;
    let title = [("title", "乙"), ("type", "worksheet")];
    browser.upload(&title, Some(("乙.txt", "b"))).await.expect(403);
    assert_eq!(app.stored().await, stored, "a file came in without the session's token");
    browser.open("/mine").await;
}

#[tokio::test]
async fn a_teacher_uploads_without_scripts_and_a_reviewer_publishes() {
    let app = TestApp::start().await;
    let teacher = Browser::sign_in(&app, Role::Teacher).await;
    let admin = Browser::sign_in(&app, Role::SchoolAdmin).await;
    let fields = [
        ("csrf", teacher.csrf.as_str()),
        ("idempotency_key", "once"),
        ("title", HOSTILE),
        ("type", "worksheet"),
        ("scope", "public"),
        ("submit", "true"),
    ];
    let file = Some(("操作步骤.txt", "合上电源开关,按下启动按钮。"));

    let address = teacher.upload(&fields, file).await.expect(303).header("location");
    let again = teacher.upload(&fields, file).await.expect(303).header("location");

    assert_eq!(again, address, "the same form sent twice shared twice");
    app.settled().await;
    let page = teacher.open(&address).await;
    assert!(page.contains("操作步骤.txt") && page.contains("role=\"status\""));
    let path = address.split('?').next().unwrap();
    app.guest().get(path).await.expect(404);
    assert!(admin.open("/review").await.contains(path));
    let before = admin.get("/mine?tab=review").await.expect(303);
    assert_eq!(before.header("location"), "/review");
    // Its school first, then the city.
    let approval = admin
        .post(&format!("{path}/approve"), &[("csrf", &admin.csrf)])
        .await
        .expect(303);
    assert_eq!(approval.header("location"), "/review?done=approve-on");
    app.approve(path.trim_start_matches("/r/")).await;

    app.settled().await;
    let found = html(app.guest().get("/search?q=启动按钮").await.expect(200));
    assert!(
        found.contains("<mark>启动</mark>") || found.contains("<mark>启动按钮</mark>"),
        "{found}"
    );
    for page in [&found, &html(app.guest().get(path).await.expect(200))] {
        let is_shown = page.contains("script&#62;alert") || page.contains("script&gt;alert");
        assert!(is_shown && !page.contains("<script>"), "{page}");
    }
    let place = found
        .split("class=\"place\" href=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let place = place.replace("&#38;", "&");
    let reading = html(app.guest().get(place.split('#').next().unwrap()).await.expect(200));
    assert!(
        reading.contains("id=\"reading\"") && reading.contains("<mark>"),
        "{place}"
    );
}

#[tokio::test]
async fn a_form_with_faults_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    let fields = [
        ("csrf", browser.csrf.as_str()),
        ("title", "星三角 <启动>"),
        ("type", ""),
        ("keywords", "降压，接触器"),
        ("year", "二〇二六"),
    ];

    let page = html(browser.upload(&fields, None).await.expect(422));

    for field in ["files", "type", "year"] {
        assert!(page.contains(&format!("id=\"{field}-fault\"")), "{field}: {page}");
    }
    assert_eq!(value_of(&page, "title"), "星三角 &#60;启动&#62;");
    assert_eq!(value_of(&page, "keywords"), "降压，接触器");
    assert_eq!(value_of(&page, "year"), "二〇二六");
    assert!(page.contains("<details class=\"more\" open>"));
    let mine = json!(app.guest().get_json("/api/v1/resources").await);
    assert_eq!(mine["items"], json!([]));
}

#[tokio::test]
async fn assets_are_kept_for_ever_under_an_address_of_their_own() {
    let app = TestApp::start().await;
    let guest = app.guest();
    let home = html(guest.get("/").await.expect(200));
    let style = home
        .split("rel=\"stylesheet\" href=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();

    let answer = guest.get(style).await.expect(200);

    assert_eq!(answer.header("content-type"), "text/css; charset=utf-8");
    assert!(answer.header("cache-control").contains("immutable"));
    guest.get("/assets/site.00000000.css").await.expect(404);
    guest.get("/favicon.ico").await.expect(200);
}
