//! Lists as tables to take along: what is on the page is in the table, and nobody takes what they may not see.

use gongxue::db::entity::{recognition_call, review_decision};
use gongxue::domain::id::{RecognitionCallId, ReviewDecisionId};
use gongxue::domain::role::{Role, TokenScope};
use sea_orm::{EntityTrait as _, IntoActiveModel};
use serde_json::json;

use crate::app::TestApp;
use crate::browser::Browser;
use crate::client::{Answer, Caller, id};
use crate::recognition::announce;
use crate::sheets::{counts, expect_unchanged, faults, looked_at, said_yes, taken_along};

const CODE: &str = "9144030071526726XG";

/// The lines of a list as a table, without the sign that Excel reads first.
async fn lines(caller: &Caller, path: &str) -> Vec<String> {
    let csv = taken_along(caller, path).await;
    csv.trim_start_matches('\u{feff}').lines().map(str::to_owned).collect()
}

/// Whoever asked for the list of accounts as a table got JSON, and a school's roster could be kept by hand alone.
#[tokio::test]
async fn accounts_are_taken_along_by_those_who_look_after_them_and_as_far() {
    let app = TestApp::start().await;
    let (bureau, admin, teacher) = (app.bureau().await, app.admin("S1").await, app.teacher("S2").await);

    let all = lines(&bureau, "/api/v1/accounts").await;
    assert!(all[0].starts_with("登录名,姓名,角色,学校,"), "{all:?}");
    assert!(
        all.iter().any(|line| line.starts_with(&format!("{},", teacher.name()))),
        "{all:?}"
    );
    // A school's administrator takes the school's own along and nobody else's, and a teacher nothing.
    let own = lines(&admin, "/api/v1/accounts").await.join("\n");
    assert!(own.contains(admin.name()) && !own.contains(teacher.name()), "{own}");
    let refused = teacher.get("/api/v1/accounts?format=csv").await;
    assert_eq!(refused.refusal(403), "not-allowed");
    let unknown = bureau.get("/api/v1/accounts?format=docx").await;
    assert_eq!(unknown.faults(), ["/format unknown-value"]);
    // Whoever took it along is in the records.
    let told = bureau.get_json("/api/v1/audit?limit=100&action=report.list").await;
    assert!(told.to_string().contains("accounts"), "{told}");
    app.finish().await;
}

#[tokio::test]
async fn packs_are_taken_along_with_whole_addresses_by_those_who_see_them() {
    let app = TestApp::start().await;
    let (owner, other) = (app.teacher("S1").await, app.teacher("S2").await);
    let resource = id(&owner.share("台阶轴", &[("a.txt", b"a")]).await);
    let pack = json!({"title": "自用的包", "resources": [resource]});
    let pack = owner.post_json("/api/v1/packs", &pack).await.expect(201).json();

    let own = lines(&owner, "/api/v1/packs").await;
    assert_eq!(own.len(), 2, "{own:?}");
    assert!(own[1].starts_with("自用的包,"), "{own:?}");
    assert!(
        own[1].contains(",http://") && own[1].ends_with(&format!("/p/{}", id(&pack))),
        "{own:?}"
    );
    assert_eq!(lines(&other, "/api/v1/packs").await.len(), 1, "a draft is its maker's");
    app.finish().await;
}

#[tokio::test]
async fn what_a_company_gave_and_its_people_are_taken_along_by_those_who_see_them() {
    let app = TestApp::start().await;
    let (admin, partner) = (app.admin("S1").await, app.partner("S1").await);
    let company = json!({"name": "津门数控", "credit_code": CODE, "from": "2022-01-01"});
    let company = admin.post_json("/api/v1/companies", &company).await.expect(201).json();
    let path = format!("/api/v1/companies/{}", id(&company));
    let member = json!({"name": partner.name()});
    admin.post_json(&format!("{path}/members"), &member).await.expect(200);
    let metadata = json!({"title": "主轴装配", "type": "teaching_case", "scope": "city", "submit": true});
    partner.share_as(&metadata, &[("a.txt", b"a")]).await.expect(201);

    let given = lines(&partner, &format!("{path}/contributions")).await;
    assert!(given[0].starts_with("资源,学校,状态,"), "{given:?}");
    assert!(given[1].starts_with("主轴装配,第一技师学院,"), "{given:?}");
    assert_eq!(lines(&admin, &format!("{path}/members")).await.len(), 2);
    for list in ["contributions", "members"] {
        let foreign = app.admin("S2").await.get(&format!("{path}/{list}?format=csv")).await;
        assert_eq!(foreign.refusal(404), "no-such-company", "{list}");
    }
    let browser = Browser::sign_in(&app, Role::SchoolAdmin).await;
    let page = browser.open(&format!("/companies/{}", id(&company))).await;
    assert!(
        page.contains("contributions?format=xlsx") && page.contains("members?format=xlsx"),
        "{page}"
    );
    app.finish().await;
}

#[tokio::test]
async fn the_lists_of_pages_have_their_tables() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    let name = bureau.name().to_owned();
    app.token(&name, TokenScope::Read, None).await;

    for (path, head) in [
        ("/api/v1/standards", "专业代码,专业,版本,"),
        ("/api/v1/recognition/marks", "称号,奖项,学校,"),
        ("/api/v1/tokens", "名称,权限,"),
        ("/api/v1/jobs", "工作,对象,状态,"),
        ("/api/v1/schools", "学校代码,学校名称,学校类型,加入阶段,系统编号"),
        ("/api/v1/synonyms", "同义词,备注,系统编号"),
    ] {
        let lines = lines(&bureau, path).await;
        assert!(lines[0].starts_with(head), "{path}: {lines:?}");
    }
    // What a token is worth is told once, and not by a table.
    let tokens = lines(&bureau, "/api/v1/tokens").await.join("\n");
    assert!(!tokens.contains(bureau.token()), "{tokens}");
    assert_eq!(
        app.teacher("S1")
            .await
            .get("/api/v1/jobs?format=csv")
            .await
            .refusal(403),
        "not-allowed"
    );
    app.finish().await;
}

/// The bureau typed seven schools into a form one by one, though they stood in a table.
#[tokio::test]
async fn schools_come_back_as_they_were_taken_along_and_a_table_adds_and_renames() {
    let app = TestApp::start().await;
    let (bureau, admin) = (app.bureau().await, app.admin("S1").await);
    let schools = bureau.get_json("/api/v1/schools").await["items"]
        .as_array()
        .unwrap()
        .len() as u64;
    expect_unchanged(&bureau, "schools", "/api/v1/schools", schools).await;
    let one = bureau.get_json("/api/v1/schools").await["items"][0].clone();
    let quota = json!({"quota_bytes": 1000});
    let path = format!("/api/v1/schools/{}", id(&one));
    Answer::of(bureau.request("PATCH", &path).json(&quota))
        .await
        .expect(200);

    let table = "学校代码,学校名称,加入阶段\nS1,第一高级技师学院,2\nS77,第七十七技师学院,";
    let preview = looked_at(&bureau, "schools", table).await;
    assert_eq!(counts(&preview), [1, 1, 0], "{preview}");
    said_yes(&bureau, "schools", &preview).await.expect(200);

    let after = bureau.get_json("/api/v1/schools").await.to_string();
    assert!(
        after.contains("第一高级技师学院") && after.contains("第七十七技师学院"),
        "{after}"
    );
    // What a table says nothing of stays: how much the school may hold.
    let kept = Answer::of(bureau.request("PATCH", &path).json(&json!({}))).await;
    assert_eq!(kept.expect(200).json()["quota_bytes"], 1000);
    assert_eq!(counts(&looked_at(&bureau, "schools", table).await), [0, 0, 2]);
    let renamed = format!("学校代码,学校名称,系统编号\nS9,一校,{}", id(&one));
    assert_eq!(
        faults(&looked_at(&bureau, "schools", &renamed).await),
        ["2 学校代码 malformed"]
    );
    let refused = crate::sheets::sent(&admin, "schools", table).await;
    assert_eq!(refused.refusal(403), "not-allowed");
    app.finish().await;
}

#[tokio::test]
async fn synonyms_come_back_with_their_commas_and_a_school_brings_its_own_alone() {
    let app = TestApp::start().await;
    let (bureau, admin) = (app.bureau().await, app.admin("S1").await);
    let words = json!({"words": ["A/D转换", "模数转换, 逐次逼近"], "remark": "=1+1"});
    bureau.post_json("/api/v1/synonyms", &words).await.expect(201);
    let all = taken_along(&bureau, "/api/v1/synonyms").await;
    let preview = looked_at(&bureau, "synonyms", &all).await;
    assert_eq!(
        (&preview["faults"], counts(&preview)[..2].to_vec()),
        (&json!([]), vec![0, 0])
    );

    let table = "同义词,备注\n甲钳、乙钳,\n";
    let preview = looked_at(&admin, "synonyms", table).await;
    assert_eq!(counts(&preview), [1, 0, 0], "{preview}");
    said_yes(&admin, "synonyms", &preview).await.expect(200);

    let own = admin.get_json("/api/v1/synonyms?school=S1").await;
    assert_eq!(own["items"][0]["words"], json!(["甲钳", "乙钳"]));
    assert!(
        !bureau
            .get_json("/api/v1/synonyms?q=甲钳")
            .await
            .to_string()
            .contains("乙钳")
    );
    // The same words in another order are the same group.
    let turned = looked_at(&admin, "synonyms", "同义词,备注\n乙钳、甲钳,\n").await;
    assert_eq!(counts(&turned)[0], 0, "{turned}");
    app.finish().await;
}

/// Every list could be taken along but that of the resources themselves.
#[tokio::test]
async fn resources_are_taken_along_by_those_who_see_them_and_as_far() {
    let app = TestApp::start().await;
    let (teacher, admin, other) = (app.teacher("S1").await, app.admin("S1").await, app.teacher("S2").await);
    let draft = json!({"title": "没交的", "type": "video"});
    teacher.share_as(&draft, &[("a.txt", b"a")]).await.expect(201);
    let said = json!({"title": "台阶轴", "type": "worksheet", "scope": "public", "authors": ["王敏", "李强"],
        "ai_use": "assisted", "ai_tool": "某助手", "licence": "cc-by-4.0", "keywords": ["车削"]});
    let shared = teacher.share_as(&said, &[("a.txt", b"abc")]).await.expect(201).json();
    admin.publish(&id(&shared)).await;
    let own = json!({"title": "校内的", "type": "worksheet"});
    let own = id(&teacher.share_as(&own, &[("a.txt", b"a")]).await.expect(201).json());
    admin.publish(&own).await;

    let all = lines(&teacher, "/api/v1/resources").await;

    assert!(all[0].starts_with("标题,类型,专业代码,专业,课程,任务,"), "{all:?}");
    let titles = |lines: &[String]| -> Vec<String> {
        let titles = lines[1..].iter().map(|line| line.split(',').next().unwrap().to_owned());
        titles.collect()
    };
    assert_eq!(titles(&all), ["校内的", "台阶轴", "没交的"]);
    let told = &all[2];
    for cell in [
        "工作页",
        "王敏，李强",
        "人工智能辅助完成；工具：某助手",
        "公开",
        "第一技师学院",
        ",1,3,",
    ] {
        assert!(told.contains(cell), "`{cell}` is not in: {told}");
    }
    assert!(
        told.contains(",http://") && told.ends_with(&format!("/r/{}", id(&shared))),
        "{told}"
    );
    assert_eq!(titles(&lines(&other, "/api/v1/resources").await), ["台阶轴"]);
    // All of it at once costs what strangers could ask for again and again: they read it by the page.
    let whole = app.guest().get("/api/v1/resources?format=csv").await;
    assert_eq!(whole.refusal(401), "not-signed-in");
    assert_eq!(
        app.guest().get_json("/api/v1/resources").await["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let drafts = teacher
        .get("/api/v1/resources?status=draft&format=csv")
        .await
        .expect(200);
    assert!(String::from_utf8(drafts.body).unwrap().contains("没交的,教学视频"));
    teacher.get("/api/v1/resources?format=xlsx").await.expect(200);
    let refused = app.guest().get("/api/v1/resources?mine=true&format=csv").await;
    assert_eq!(refused.refusal(401), "not-signed-in");
    let recorded = app
        .auditor()
        .await
        .get_json("/api/v1/audit?limit=100&action=report.list")
        .await;
    assert!(recorded.to_string().contains("resources"), "{recorded}");

    let page = async |path: &str| String::from_utf8(teacher.get(path).await.expect(200).body).unwrap();
    let browsing = page("/search?type=worksheet").await;
    let table = "/api/v1/resources?type=worksheet&#38;status=published&#38;format=xlsx";
    assert!(browsing.contains(&format!("href=\"{table}\" download")), "{browsing}");
    for asked in ["/search?q=台阶轴", "/search?type=worksheet,video", "/search?year=2024"] {
        assert!(
            !page(asked).await.contains("/api/v1/resources?"),
            "a list cannot be limited to {asked}"
        );
    }
    let mine = page("/mine?tab=draft").await;
    assert!(
        mine.contains("href=\"/api/v1/resources?mine=true&#38;status=draft&#38;format=xlsx\""),
        "{mine}"
    );
    app.finish().await;
}

/// A table of decisions ended with the newest five thousand, and was taken for all there are.
#[tokio::test]
async fn a_table_of_decisions_holds_every_one_however_many_there_are() {
    let app = TestApp::start().await;
    let (teacher, admin) = (app.teacher("S1").await, app.admin("S1").await);
    let shared = json!({"title": "台阶轴", "type": "worksheet", "submit": true});
    let shared = id(&teacher.share_as(&shared, &[("a.txt", b"a")]).await.expect(201).json());
    admin.approve(&shared).await;
    let database = app.database().await;
    let decided = review_decision::Entity::find().all(&database).await.unwrap();
    let more: Vec<review_decision::Model> = (0..5_001)
        .map(|_| review_decision::Model {
            id: ReviewDecisionId::new(),
            ..decided[0].clone()
        })
        .collect();
    for chunk in more.chunks(500) {
        let rows = chunk.iter().cloned().map(IntoActiveModel::into_active_model);
        let rows = review_decision::Entity::insert_many(rows);
        rows.exec_without_returning(&database).await.unwrap();
    }

    let table = lines(&admin, "/api/v1/review-decisions").await;

    assert_eq!(table.len(), 1 + decided.len() + more.len());
    app.finish().await;
}

/// A table that holds so many rows and no more left the rest out without a word.
#[tokio::test]
async fn a_table_that_would_leave_something_out_is_refused_and_says_what_to_do() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    announce(&app, &bureau, &json!({})).await;
    let database = app.database().await;
    let call = recognition_call::Entity::find().one(&database).await.unwrap().unwrap();
    for _ in 0..10 {
        let more = (0..500).map(|_| recognition_call::Model {
            id: RecognitionCallId::new(),
            ..call.clone()
        });
        let more = recognition_call::Entity::insert_many(more.map(IntoActiveModel::into_active_model));
        more.exec_without_returning(&database).await.unwrap();
    }

    for format in ["csv", "xlsx"] {
        let refused = bureau.get(&format!("/api/v1/recognition/calls?format={format}")).await;
        let told = String::from_utf8_lossy(&refused.body).into_owned();
        assert!(told.contains("最多 5000 行") && told.contains("请先筛选"), "{told}");
        assert_eq!(refused.faults(), ["/format too-long"]);
    }
    // What is read page by page goes on.
    let page = bureau.get_json("/api/v1/recognition/calls?limit=100").await;
    assert!(page["next_cursor"].is_string());
    app.finish().await;
}

#[tokio::test]
async fn a_table_of_visits_is_limited_as_the_list_is() {
    let app = TestApp::start().await;
    let bureau = app.bureau().await;
    for school in ["S1", "S2"] {
        let visit = json!({"school": school, "day": "2024-05-06", "kind": "supervision", "asked": "课程标准怎样落实"});
        bureau.post_json("/api/v1/visits", &visit).await.expect(201);
    }

    for (query, count) in [("", 2), ("&school=S2", 1)] {
        let csv = bureau
            .get(&format!("/api/v1/visits?format=csv{query}"))
            .await
            .expect(200);
        let csv = String::from_utf8(csv.body).unwrap();
        assert_eq!(csv.lines().count(), 1 + count, "{query}: {csv}");
    }
    app.finish().await;
}
