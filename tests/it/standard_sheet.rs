//! The table of what is taught, sent back as it came.

use gongxue::domain::curriculum::table;

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
