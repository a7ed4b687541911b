//! The table of what is taught, sent back as it came; and a task that goes while somebody reaches for it.

use gongxue::db::entity::task;
use gongxue::domain::curriculum::table;
use gongxue::domain::id::StandardId;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, SqliteTransactionMode,
    TransactionOptions, TransactionTrait as _,
};
use serde_json::json;

use crate::backends::{is_postgres, somebody_waits};
use crate::client::{Answer, id};
use crate::standards::{City, STANDARDS, tag};

#[tokio::test]
async fn an_unchanged_table_loses_no_hours_and_no_typical_task() {
    let city = City::open().await;
    let line = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let head = line("专业,课程,典型工作任务,参考性学习任务,学时,课程学时");
    let rows = [
        "数控加工,夹具制作,夹具设计,钻模设计,40,160",
        "数控加工,夹具制作,夹具装配,,,",
        "数控加工,夹具制作,夹具设计,铣夹具设计,40,",
    ];
    let rows: Vec<_> = (2..).zip(rows.iter().map(|row| line(row))).collect();
    let catalogue = table::read(1, &head, &rows).expect("a catalogue");
    city.app
        .ask(async move |library| library.curriculum.import_catalogue(&catalogue, false).await.map(|_| ()))
        .await
        .expect("import it");
    let sheet = async || {
        let path = "/api/v1/majors/数控加工/table?format=csv";
        String::from_utf8(city.app.guest().get(path).await.expect(200).body).unwrap()
    };
    let before = sheet().await;
    assert!(
        before.contains("夹具装配") && before.contains(",160,"),
        "the table does not say all of the course: {before}"
    );

    let draft = city.draft("数控加工,零件车削,台阶轴,40,\n").await;
    let path = format!("{STANDARDS}/{}/table", id(&draft));
    let sent = city.bureau.request("PUT", &path).header("if-match", tag(&draft));
    let draft = Answer::of(sent.body(before.clone())).await.expect(200).json();
    Answer::of(city.publishing(&draft)).await.expect(200);

    assert_eq!(sheet().await, before);
    city.app.finish().await;
}

#[tokio::test]
async fn nothing_comes_to_stand_at_a_task_that_is_retired_meanwhile() {
    let city = City::open().await;
    let draft = id(&city.owner.share("草稿", &[("a.txt", b"a")]).await);
    let version = city.publish("数控加工,零件车削,台阶轴,40,\n").await;
    let version: StandardId = id(&version).parse().unwrap();
    let database = city.app.database().await;
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    #[expect(clippy::disallowed_methods, reason = "whoever publishes the next version")]
    let publishing = database.begin_with_options(options).await.unwrap();
    if is_postgres() {
        let lock = "SELECT pg_advisory_xact_lock(x'0074617567687473'::bigint)";
        publishing.execute_unprepared(lock).await.unwrap();
    }

    let to_task = json!({"task": "台阶轴"});
    let reaching = city.owner.patch(&draft, Some("*"), &to_task);
    let retired = async {
        somebody_waits(&database, "advisory").await;
        task::Entity::update_many()
            .col_expr(task::Column::RetiredIn, Expr::value(version))
            .filter(task::Column::Name.eq("台阶轴"))
            .exec(&publishing)
            .await
            .unwrap();
        publishing.commit().await.unwrap();
    };
    let (answer, ()) = tokio::join!(reaching, retired);

    assert_eq!(answer.faults(), ["/task retired"]);
    let shown = city.owner.get_json(&format!("/api/v1/resources/{draft}")).await;
    assert!(shown["task"].is_null(), "it stands there: {shown}");
    city.app.finish().await;
}
