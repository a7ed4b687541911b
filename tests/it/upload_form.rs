//! Giving many files at once: what is suggested for them, and what the library says it has already.

use gongxue::domain::curriculum;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, id, sha256};

const SUGGESTIONS: &str = "/api/v1/suggestions";
const HEADINGS: [&str; 6] = ["专业编码", "专业", "培养层次", "课程", "典型工作任务", "参考性学习任务"];
const ROWS: [[&str; 6]; 3] = [
    ["0403", "数控加工", "中级工", "零件车削", "零件车削", "台阶轴的车削"],
    ["0403", "数控加工", "中级工", "零件车削", "零件车削", "螺纹轴的车削"],
    [
        "",
        "电气安装",
        "高级工",
        "继电控制线路安装",
        "继电控制线路安装",
        "电动机星三角降压启动",
    ],
];

async fn library() -> TestApp {
    let app = TestApp::start().await;
    let rows = (2..).zip(ROWS.map(|row| row.map(str::to_owned).to_vec()));
    let rows: Vec<_> = rows.collect();
    let catalogue = curriculum::table::read(1, &HEADINGS.map(str::to_owned), &rows).expect("a catalogue");
    app.ask(async move |library| library.curriculum.import_catalogue(&catalogue, false).await.map(|_| ()))
        .await
        .expect("import it");
    app
}

#[tokio::test]
async fn a_folder_of_lessons_is_understood_by_its_names_and_says_what_it_goes_by() {
    let app = library().await;
    let teacher = app.teacher("S1").await;
    let paths = [
        "备课/任务一 台阶轴/",
        "备课/任务一 台阶轴/01-工作页_最终版.docx",
        "备课/星三角起动/课件.pptx",
        "备课/会议记录.docx",
    ];

    let files: Vec<Value> = paths.iter().map(|path| json!({ "path": path })).collect();
    let answer = teacher
        .post_json(SUGGESTIONS, &json!({ "files": files }))
        .await
        .expect(200)
        .json();

    let said: Vec<[Value; 5]> = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            [
                item["title"].clone(),
                item["type"].clone(),
                item["task"]["name"].clone(),
                item["course"]["name"].clone(),
                item["place_reason"].clone(),
            ]
        })
        .collect();
    let expected = [
        json!([
            "任务一 台阶轴",
            "worksheet",
            "台阶轴的车削",
            "零件车削",
            "文件夹名“任务一 台阶轴”"
        ]),
        json!([
            "任务一 台阶轴 工作页",
            "worksheet",
            "台阶轴的车削",
            "零件车削",
            "文件夹名“任务一 台阶轴”"
        ]),
        json!([
            "星三角起动 课件",
            "courseware",
            "电动机星三角降压启动",
            "继电控制线路安装",
            "文件夹名“星三角起动”"
        ]),
        json!(["会议记录", null, null, null, null]),
    ];
    assert_eq!(json!(said), json!(expected));

    // What was suggested is what sharing takes.
    let first = &answer["items"][1];
    let metadata = json!({"title": first["title"], "type": first["type"], "task": first["task"]["id"]});
    let shared = teacher.share_as(&metadata, &[]).await.expect(201).json();
    assert_eq!(shared["course"]["name"], "零件车削");
    app.finish().await;
}

#[tokio::test]
async fn a_file_that_is_here_already_is_recognised_by_those_who_may_see_it_and_by_nobody_else() {
    let app = library().await;
    let (owner, colleague, stranger) = (
        app.teacher("S1").await,
        app.teacher("S1").await,
        app.teacher("S2").await,
    );
    let admin = app.admin("S1").await;
    let bytes = b"the one worksheet that everybody copies".as_slice();
    let metadata = json!({"title": "台阶轴 工作页", "type": "worksheet", "scope": "school"});
    let shared = owner.share_as(&metadata, &[("a.txt", bytes)]).await.expect(201).json();

    let asked =
        json!({"files": [{"path": "copy.txt", "sha256": sha256(bytes)}, {"path": "b.txt", "sha256": sha256(b"b")}]});
    let held = async |caller: &crate::client::Caller| {
        let answer = caller.post_json(SUGGESTIONS, &asked).await.expect(200).json();
        assert_eq!(answer["items"][1]["held_by"], json!([]));
        answer["items"][0]["held_by"].clone()
    };
    let holder = json!([{"id": id(&shared), "title": "台阶轴 工作页", "url": format!("/r/{}", id(&shared))}]);

    assert_eq!(held(&owner).await, holder);
    assert_eq!(held(&colleague).await, json!([]), "a draft is nobody else's business");
    admin.step(&id(&shared), "publish").await.expect(200);
    assert_eq!(held(&colleague).await, holder);
    assert_eq!(
        held(&stranger).await,
        json!([]),
        "another school's resource was given away by a hash"
    );
    app.finish().await;
}

#[tokio::test]
async fn an_upload_tells_its_hash_to_its_owner_only() {
    let app = library().await;
    let (owner, colleague) = (app.teacher("S1").await, app.teacher("S1").await);
    let bytes = b"bytes that are here already".as_slice();
    let metadata = json!({"title": "台阶轴", "type": "worksheet", "scope": "city"});
    let shared = owner.share_as(&metadata, &[("a.txt", bytes)]).await.expect(201).json();
    app.admin("S1").await.step(&id(&shared), "publish").await.expect(200);

    let upload = upload(&owner, bytes).await;
    let asked = json!({"files": [{"path": "a.txt", "upload": upload}]});

    let own = owner.post_json(SUGGESTIONS, &asked).await.expect(200).json();
    assert_eq!(own["items"][0]["held_by"][0]["id"], shared["id"]);
    let foreign = colleague.post_json(SUGGESTIONS, &asked).await.expect(200).json();
    assert_eq!(foreign["items"][0]["held_by"], json!([]));
    app.finish().await;
}

async fn upload(caller: &crate::client::Caller, bytes: &[u8]) -> String {
    let request = caller
        .request("POST", "/api/v1/uploads")
        .header("tus-resumable", "1.0.0")
        .header("upload-length", bytes.len())
        .header("upload-metadata", "filename YS50eHQ=")
        .header("content-type", "application/offset+octet-stream")
        .body(bytes.to_vec());
    let answer = Answer::of(request).await.expect(201);
    answer.header("location").rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_its_place_and_readers_are_told_that_they_may_not_share() {
    let app = library().await;
    let teacher = app.teacher("S1").await;

    let faults = teacher
        .post_json(SUGGESTIONS, &json!({"files": [{"path": "a"}, {"sha256": "x"}]}))
        .await
        .faults();
    assert_eq!(faults, ["/files/1/path required", "/files/1/sha256 malformed"]);
    assert_eq!(
        teacher.post_json(SUGGESTIONS, &json!({})).await.faults(),
        ["/files required"]
    );
    let many: Vec<Value> = (0..1001).map(|number| json!({"path": number.to_string()})).collect();
    assert_eq!(
        teacher.post_json(SUGGESTIONS, &json!({ "files": many })).await.faults(),
        ["/files too-long"]
    );
    let reader = app.reader("S1").await;
    assert_eq!(
        reader.post_json(SUGGESTIONS, &json!({"files": []})).await.refusal(403),
        "not-allowed"
    );

    app.finish().await;
}

#[tokio::test]
async fn what_no_name_says_the_uploaded_document_says_to_its_owner_and_to_nobody_else() {
    let app = library().await;
    let (owner, stranger) = (app.teacher("S1").await, app.teacher("S1").await);
    let document = "电动机星三角降压启动 工作页\n\n一、任务描述\n".as_bytes();
    let upload = upload(&owner, document).await;
    let files = json!({ "files": [{ "path": "备课/" }, { "path": "备课/新建文本文档.txt", "upload": upload }] });

    let own = owner.post_json(SUGGESTIONS, &files).await.expect(200).json();
    let foreign = stranger.post_json(SUGGESTIONS, &files).await.expect(200).json();

    for item in own["items"].as_array().unwrap() {
        assert_eq!(item["type"], "worksheet", "{item}");
        assert_eq!(item["task"]["name"], "电动机星三角降压启动", "{item}");
        assert_eq!(item["place_reason"], "文件开头的“电动机星三角降压启动 工作页”");
    }
    assert_eq!(own["items"][1]["title"], "电动机星三角降压启动 工作页");
    for item in foreign["items"].as_array().unwrap() {
        assert_eq!((&item["type"], &item["task"]), (&Value::Null, &Value::Null), "{item}");
    }
    app.finish().await;
}
