//! Forged requests: every route that changes something, as a page of another site would make a browser ask for it.

use gongxue::domain::role::Role;
use gongxue::error::Refusal;
use gongxue::http::routes::{Route, TABLE};
use gongxue::words::Lang;
use uuid::Uuid;

use crate::app::TestApp;
use crate::browser::{Browser, PASSWORD, html, send, urlencoded};
use crate::client::Answer;

/// What a path's part in braces can hold, where not any id does: the end of the path, and a word for it.
const WORDS: &[(&str, &str)] = &[
    ("/admin/accounts/{id}/{act}", "unlock"),
    ("/saved/{id}/{act}", "see"),
    ("/comments/{comment}/{act}", "resolve"),
    ("/r/{id}/{step}", "submit"),
    ("/notices/{id}/{step}", "ask"),
];

#[tokio::test]
async fn every_form_is_refused_without_its_own_sessions_token() {
    // More forms sign in than one network may send in a minute.
    let app = TestApp::with(|config| config.rates.sign_in = 0).await;
    let browser = Browser::sign_in(&app, Role::Bureau).await;
    let other = Browser::sign_in(&app, Role::Bureau).await;
    let mut forms: Vec<&Route> = changing().filter(|route| !is_api(route)).collect();
    // It ends the session that the others need.
    forms.sort_by_key(|route| route.path == "/sign-out");
    assert!(forms.len() > 30, "only {} forms were found", forms.len());

    for route in forms {
        for foreign in [None, Some("forged"), Some(other.csrf.as_str())] {
            let answer = submit(&browser, route, foreign).await;
            assert!(is_refused(answer), "{} took the token {foreign:?}", route.path);
        }
    }
}

#[tokio::test]
async fn every_form_is_taken_with_its_sessions_token() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Bureau).await;
    let mut forms: Vec<&Route> = changing().filter(|route| !is_api(route)).collect();
    forms.sort_by_key(|route| route.path == "/sign-out");

    for route in forms {
        let answer = submit(&browser, route, Some(&browser.csrf)).await;
        assert!(!is_refused(answer), "{} refused its own session's token", route.path);
    }
}

#[tokio::test]
async fn every_change_by_the_interface_is_refused_to_a_cookie_without_its_token() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Bureau).await;
    let other = Browser::sign_in(&app, Role::Bureau).await;

    for route in changing().filter(|route| is_api(route)) {
        for foreign in [None, Some("forged"), Some(other.csrf.as_str())] {
            let mut request = browser.request(route.method, &filled(route.path));
            if let Some(token) = foreign {
                request = request.header("x-csrf-token", token);
            }
            let code = send(request).await.refusal(403);
            assert_eq!(code, "csrf", "{} {} took {foreign:?}", route.method, route.path);
        }
    }
}

/// A browser adds one by itself where a proxy asked for a password: any at all left the check out.
#[tokio::test]
async fn an_authorization_that_signs_nobody_in_leaves_the_check_on() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    let resource = serde_json::json!({"title": "甲", "type": "video"});

    for sent in ["Basic eDp5", "Negotiate abc", "", "Bearer", "Bearer "] {
        for (method, path) in [("POST", "/api/v1/resources"), ("DELETE", "/api/v1/session")] {
            let request = browser.request(method, path).header("authorization", sent);
            let answer = send(request.json(&resource)).await;
            assert!([401, 403].contains(&answer.status), "{sent:?} did {method} {path}");
        }
        let form = browser.request("POST", "/sign-out").header("authorization", sent);
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        let answer = send(form.header("origin", "https://evil.example").body("")).await;
        assert!([401, 403].contains(&answer.status), "{sent:?} signed out");
    }

    let left = browser.get("/api/v1/resources?mine=true").await.expect(200).json();
    assert_eq!(left["items"], serde_json::json!([]));
}

/// The other hosts of a school's domain are other sites, too: what runs there is not ours.
#[tokio::test]
async fn a_page_of_another_site_neither_writes_nor_signs_in() {
    let app = TestApp::start().await;
    let browser = Browser::sign_in(&app, Role::Teacher).await;
    let name = app.account(Role::Teacher, Some("S1"), Some(PASSWORD)).await;
    let own = app.base();
    let foreign = [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "https://evil.example:443"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ];
    let ours = [
        ("origin", own.as_str()),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "none"),
    ];

    for (sent, is_ours) in foreign
        .map(|it| (it, false))
        .into_iter()
        .chain(ours.map(|it| (it, true)))
    {
        let form = [("csrf", browser.csrf.as_str()), ("id", "x")];
        let form = browser.urlencoded("/account/sessions/end", &form);
        let answer = send(form.header(sent.0, sent.1)).await;
        assert_eq!(is_refused(answer), !is_ours, "a form from {sent:?}");

        let search = serde_json::json!({"name": sent.1, "query": "q=x"});
        let script = browser.request("POST", "/api/v1/saved-searches").json(&search);
        let script = script.header("x-csrf-token", &browser.csrf).header(sent.0, sent.1);
        let expected = if is_ours { 201 } else { 403 };
        assert_eq!(send(script).await.status, expected, "a script from {sent:?}");

        let typed = [("name", name.as_str()), ("password", PASSWORD)];
        let form = urlencoded(&app.guest(), "/sign-in", &typed).header(sent.0, sent.1);
        let answer = send(form).await;
        assert_eq!(
            answer.headers.contains_key("set-cookie"),
            is_ours,
            "signed in from {sent:?}"
        );

        let typed = serde_json::json!({"name": name, "password": PASSWORD});
        let script = app.guest().request("POST", "/api/v1/session").json(&typed);
        let answer = send(script.header(sent.0, sent.1)).await;
        assert_eq!(
            answer.headers.contains_key("set-cookie"),
            is_ours,
            "signed in from {sent:?}"
        );
    }
}

/// Whoever has the token itself is no browser that was tricked.
#[tokio::test]
async fn a_program_with_a_token_may_say_that_it_is_anywhere() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;

    let shared = teacher.request("POST", "/api/v1/resources");
    let shared = shared.json(&serde_json::json!({"title": "甲", "type": "video"}));

    send(shared.header("origin", "https://tool.example")).await.expect(201);
}

/// Routes that change something. None is excepted, not even signing in: who has a session still is asked for its token.
fn changing() -> impl Iterator<Item = &'static Route> {
    TABLE
        .iter()
        .filter(|route| !["GET", "HEAD", "OPTIONS"].contains(&route.method))
}

fn is_api(route: &Route) -> bool {
    route.path.starts_with("/api/")
}

/// Sends a form with nothing but a token in it, as the form's page sends it: with files or without.
async fn submit(browser: &Browser, route: &Route, token: Option<&str>) -> Answer {
    let path = filled(route.path);
    let fields: Vec<(&str, &str)> = token.map(|token| ("csrf", token)).into_iter().collect();
    let answer = browser.post(&path, &fields).await;
    if answer.status == 415 {
        browser.post_file(&path, &fields, None).await
    } else {
        answer
    }
}

/// A path with something in its braces.
pub(crate) fn filled(path: &str) -> String {
    let word = WORDS.iter().find(|(end, _)| path.ends_with(end)).map(|(_, word)| *word);
    let id = Uuid::now_v7().to_string();
    let parts = path.split('/').map(|part| match (part, word) {
        ("{act}" | "{step}", Some(word)) => word.to_owned(),
        ("{act}" | "{step}", None) => panic!("say in `WORDS` what `{path}` takes"),
        (part, _) if part.starts_with('{') => id.clone(),
        (part, _) => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

fn is_refused(answer: Answer) -> bool {
    let title = Refusal::Csrf.say(Lang::Zh).title;
    answer.status == 403 && html(answer).contains(&title)
}
