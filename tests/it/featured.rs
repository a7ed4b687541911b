//! Marks: what an expert or the bureau holds up as a model for others.

use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::Browser;
use crate::client::{Caller, id};

async fn publish(app: &TestApp, owner: &Caller, title: &str) -> String {
    let metadata = json!({"title": title, "type": "worksheet", "scope": "city"});
    let file = (format!("{title}.txt"), title.as_bytes());
    let shared = owner.share_as(&metadata, &[(&file.0, file.1)]).await.expect(201).json();
    app.admin("S1").await.step(&id(&shared), "publish").await.expect(200);
    id(&shared)
}

fn mark(id: &str) -> String {
    format!("/api/v1/resources/{id}/mark")
}

#[tokio::test]
async fn of_two_alike_the_one_that_an_expert_marks_comes_first_until_it_is_another() {
    let app = TestApp::start().await;
    let (owner, expert, reader) = (app.teacher("S1").await, app.expert().await, app.reader("S2").await);
    let older = publish(&app, &owner, "台阶轴 工作页 甲").await;
    let newer = publish(&app, &owner, "台阶轴 工作页 乙").await;
    app.settled().await;
    assert_eq!(reader.finds("台阶轴 工作页").await, [newer.clone(), older.clone()]);

    let marked = expert.send("PUT", &mark(&older)).await.expect(200).json();
    assert!(marked["marked_at"].is_string(), "{marked}");
    let again = expert.send("PUT", &mark(&older)).await.expect(200).json();
    assert_eq!(again, marked, "a repeated request changed something");
    app.settled().await;
    assert_eq!(reader.finds("台阶轴 工作页").await, [older.clone(), newer.clone()]);

    // Its words may be mended; another file makes it another thing.
    owner.patch(&older, Some("*"), &json!({"year": 2025})).await.expect(200);
    app.approve(&older).await;
    assert!(reader.get_json(&format!("/api/v1/resources/{older}")).await["marked_at"].is_string());
    let file = [("新的.txt", "新的".as_bytes())];
    let request = owner.form(&format!("/api/v1/resources/{older}/versions"), &json!({}), &file);
    crate::client::Answer::of(request).await.expect(201);
    assert!(reader.get_json(&format!("/api/v1/resources/{older}")).await["marked_at"].is_string());
    app.approve(&older).await;
    assert_eq!(
        reader.get_json(&format!("/api/v1/resources/{older}")).await["marked_at"],
        Value::Null,
        "what nobody has looked at is held up"
    );

    expert.send("PUT", &mark(&newer)).await.expect(200);
    expert.send("DELETE", &mark(&newer)).await.expect(200);
    let log = app
        .auditor()
        .await
        .get_json("/api/v1/audit?action=resource.unmark")
        .await;
    assert_eq!(log["items"][0]["subject"], json!(newer));
    app.finish().await;
}

#[tokio::test]
async fn nobody_holds_up_their_own_work_or_what_is_not_published() {
    let app = TestApp::start().await;
    let (owner, expert) = (app.teacher("S1").await, app.expert().await);
    let published = publish(&app, &owner, "台阶轴").await;
    for who in [
        &owner,
        &app.admin("S1").await,
        &app.reader("S1").await,
        &app.auditor().await,
    ] {
        assert_eq!(who.send("PUT", &mark(&published)).await.refusal(403), "not-allowed");
    }
    let own = json!({"title": "专家自己的", "type": "worksheet", "scope": "city"});
    let own = expert.share_as(&own, &[("a.txt", b"a")]).await.expect(201).json();
    assert_eq!(expert.send("PUT", &mark(&id(&own))).await.refusal(403), "own-work");

    let waiting = json!({"title": "在等审核的", "type": "worksheet", "scope": "city", "submit": true});
    let waiting = owner.share_as(&waiting, &[("b.txt", b"b")]).await.expect(201).json();
    let early = expert.send("PUT", &mark(&id(&waiting))).await;
    assert_eq!(early.refusal(409), "not-published");
    assert_eq!(
        app.expert()
            .await
            .get_json(&format!("/api/v1/resources/{published}"))
            .await["marked_at"],
        Value::Null
    );
    app.finish().await;
}

#[tokio::test]
async fn a_model_says_so_on_its_page_and_in_lists() {
    let app = TestApp::start().await;
    let owner = app.teacher("S1").await;
    let resource = publish(&app, &owner, "台阶轴").await;
    let page = format!("/r/{resource}");
    let expert = Browser::sign_in(&app, Role::Expert).await;
    assert!(expert.open(&page).await.contains("评为示范资源"));

    let fields = [("csrf", expert.csrf.as_str()), ("mark", "model")];
    let led = expert.post(&format!("{page}/mark"), &fields).await.expect(303);
    assert!(expert.open(&led.header("location")).await.contains("已评为示范资源"));
    app.settled().await;

    let reader = Browser::sign_in(&app, Role::Reader).await;
    let seen = reader.open(&page).await;
    assert!(seen.contains("status-model") && !seen.contains(&format!("{page}/mark")));
    assert!(reader.open("/search?q=台阶轴").await.contains("status-model"));
    expert
        .post(&format!("{page}/mark"), &[("mark", "model")])
        .await
        .expect(403);
    expert
        .post(&format!("{page}/mark"), &[("csrf", &expert.csrf)])
        .await
        .expect(303);
    assert!(!reader.open(&page).await.contains("status-model"));
    app.finish().await;
}
