//! Forged requests: every route that changes something, as a page of another site would make a browser ask for it.

use gongxue::domain::role::Role;
use gongxue::error::Refusal;
use gongxue::http::routes::{Route, TABLE};
use gongxue::words::Lang;
use uuid::Uuid;

use crate::app::TestApp;
use crate::browser::{Browser, html, send};
use crate::client::Answer;

/// What a path's part in braces can hold, where not any id does: the end of the path, and a word for it.
const WORDS: &[(&str, &str)] = &[
    ("/admin/accounts/{id}/{act}", "unlock"),
    ("/saved/{id}/{act}", "see"),
    ("/comments/{comment}/{act}", "resolve"),
    ("/r/{id}/{step}", "submit"),
];

#[tokio::test]
async fn every_form_is_refused_without_its_own_sessions_token() {
    let app = TestApp::start().await;
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
fn filled(path: &str) -> String {
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
