//! What is used comes before what is not, if it fits as well.

use std::time::Duration;

use gongxue::db::entity::{resource_use, resource_use_month};
use gongxue::domain::id::ResourceId;
use sea_orm::{ConnectionTrait as _, EntityTrait as _, PaginatorTrait as _, TransactionTrait as _};

use crate::app::TestApp;
use crate::backends::{is_postgres, somebody_waits};
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

/// How many rows there are of uses, in all and by month.
async fn rows(app: &TestApp) -> (u64, u64) {
    let database = app.database().await;
    let in_all = resource_use::Entity::find().count(&database).await.unwrap();
    (
        in_all,
        resource_use_month::Entity::find().count(&database).await.unwrap(),
    )
}

async fn keep(app: &TestApp) {
    let kept = app.ask(async |library| library.usage.keep_uses().await);
    // Long before a lock gives up.
    let kept = tokio::time::timeout(Duration::from_secs(10), kept).await;
    kept.expect("it waits for nobody").expect("keep");
}

/// Uses wait in memory for seconds: those of what was removed meanwhile were written down, and nothing ever took them away.
#[tokio::test]
async fn a_use_that_waits_as_its_resource_is_removed_leaves_no_row_behind() {
    let app = TestApp::start().await;
    let (gone, stays) = (publish(&app, "台阶轴").await, publish(&app, "夹具").await);
    let admin = app.admin("S1").await;
    for resource in [&gone, &stays] {
        admin.get(&format!("/api/v1/resources/{resource}")).await.expect(200);
    }

    admin
        .send("DELETE", &format!("/api/v1/resources/{gone}"))
        .await
        .expect(204);
    keep(&app).await;

    assert_eq!((uses(&app, &stays).await, rows(&app).await), (1, (1, 1)));
    app.finish().await;
}

/// Who removes a resource reads its uses and takes them away: one that was added in between was counted by month and not in all,
/// or stayed for ever.
#[tokio::test]
async fn nobody_adds_uses_to_a_resource_that_is_being_removed() {
    // SQLite lets one transaction write at a time.
    if !is_postgres() {
        return;
    }
    let app = TestApp::start().await;
    let (gone, stays) = (publish(&app, "台阶轴").await, publish(&app, "夹具").await);
    let (admin, bureau) = (app.admin("S1").await, app.bureau().await);
    let open = async |resource: &str| admin.get(&format!("/api/v1/resources/{resource}")).await.expect(200);
    open(&gone).await;
    keep(&app).await;
    for resource in [&gone, &stays] {
        open(resource).await;
    }
    let database = app.database().await;
    #[expect(clippy::disallowed_methods, reason = "whoever holds the removal up")]
    let holder = database.begin().await.unwrap();
    // That of the change log, which is the last that a removal takes.
    let lock = "SELECT pg_advisory_xact_lock(x'00676f6e67787565'::bigint)";
    holder.execute_unprepared(lock).await.unwrap();

    let path = format!("/api/v1/resources/{gone}");
    let removal = admin.send("DELETE", &path);
    let counting = async {
        somebody_waits(&database, "advisory").await;
        keep(&app).await;
        holder.commit().await.unwrap();
    };
    let (removed, ()) = tokio::join!(removal, counting);
    removed.expect(204);
    keep(&app).await;

    assert_eq!((uses(&app, &stays).await, rows(&app).await), (1, (1, 1)));
    let report = bureau.get_json("/api/v1/reports/usage").await;
    // What waited for the removed one may have been written down before.
    let uses = report["uses"].as_i64();
    assert!(uses >= Some(2), "what was counted before stays counted: {report}");
    let row = &report["rows"][0];
    let of_month: i64 = row["by_month"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(serde_json::Value::as_i64)
        .sum();
    assert_eq!(row["uses"], of_month, "{row}");
    app.finish().await;
}
