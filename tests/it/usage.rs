//! What is used comes before what is not, if it fits as well.

use gongxue::db::entity::resource_use;
use gongxue::domain::id::ResourceId;
use sea_orm::EntityTrait as _;

use crate::app::TestApp;
use crate::client::{Answer, Caller, id};

async fn publish(app: &TestApp, title: &str) -> String {
    let owner = app.teacher("S1").await;
    let shared = owner.share(title, &[("页.txt", "车一根台阶轴。".as_bytes())]).await;
    let id = id(&shared);
    owner.step(&id, "submit").await.expect(200);
    app.admin("S1").await.step(&id, "publish").await.expect(200);
    app.settled().await;
    id
}

async fn uses(app: &TestApp, resource: &str) -> i64 {
    let row = resource_use::Entity::find_by_id(resource.parse::<ResourceId>().unwrap());
    let row = row.one(&app.database().await).await.expect("read the uses");
    row.map_or(0, |row| row.uses)
}

#[tokio::test]
async fn what_was_opened_comes_first_even_after_a_restart() {
    let mut app = TestApp::start().await;
    let older = publish(&app, "台阶轴工作页").await;
    let newer = publish(&app, "台阶轴工作页").await;
    let reader = app.reader("S1").await;
    assert_eq!(reader.finds("台阶轴").await, [newer.clone(), older.clone()]);

    for _ in 0..3 {
        reader.get(&format!("/api/v1/resources/{older}")).await.expect(200);
    }
    app.ask(async |library| library.usage.keep_uses().await)
        .await
        .expect("keep");

    assert_eq!(reader.finds("台阶轴").await, [older.clone(), newer.clone()]);
    // A few more of the other's, which nobody wrote down yet.
    for _ in 0..20 {
        reader.get(&format!("/api/v1/resources/{newer}")).await.expect(200);
    }
    app.restart_after(|_| {}).await;
    app.ask(async |library| library.usage.keep_uses().await)
        .await
        .expect("keep");
    assert_eq!(reader.finds("台阶轴").await, [newer, older]);
    app.finish().await;
}

#[tokio::test]
async fn a_download_counts_where_it_begins_and_never_for_its_author() {
    let app = TestApp::start().await;
    let owner = app.teacher("S1").await;
    let shared = owner.share("台阶轴", &[("页.txt", "车一根台阶轴。".as_bytes())]).await;
    let file = id(&shared["files"][0]);
    let content = format!("/api/v1/files/{file}/content");
    let admin = app.admin("S1").await;
    let fetch = async |who: &Caller, range: &str| {
        let request = who.request("GET", &content).header("range", range.to_owned());
        Answer::of(request).await.expect(206)
    };

    owner.get(&content).await.expect(200);
    admin.get(&content).await.expect(200);
    fetch(&admin, "bytes=0-3").await;
    fetch(&admin, "bytes=4-").await;
    app.ask(async |library| library.usage.keep_uses().await)
        .await
        .expect("keep");

    assert_eq!(uses(&app, &id(&shared)).await, 2);
    app.finish().await;
}
