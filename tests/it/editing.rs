//! Changing a resource on its page: words, files, removing it; and that nothing typed, sent or kept is lost by it.

use gongxue::domain::role::Role;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::browser::{Browser, html, value_of};
use crate::client::{Answer, Caller};

/// A teacher with a resource of two files.
struct Desk {
    app: TestApp,
    teacher: Browser,
    admin: Caller,
    id: String,
}

impl Desk {
    async fn open(submit: bool) -> Self {
        let app = TestApp::start().await;
        let (teacher, admin) = (Browser::sign_in(&app, Role::Teacher).await, app.admin("S1").await);
        let mut fields = vec![
            ("csrf", teacher.csrf.as_str()),
            ("title", "台阶轴 工作页"),
            ("type", "worksheet"),
            ("scope", "city"),
            ("keywords", "台阶轴"),
            ("year", "2024"),
        ];
        fields.extend(submit.then_some(("submit", "true")));
        let shared = teacher
            .upload(&fields, Some(("工作页.txt", "第一稿")))
            .await
            .expect(303);
        let id = shared.header("location").split(['/', '?']).nth(2).unwrap().to_owned();
        let desk = Self {
            app,
            teacher,
            admin,
            id,
        };
        desk.save(&[], Some(("附图.txt", "附图"))).await.expect(303);
        desk
    }

    fn form(&self) -> String {
        format!("/r/{}/edit", self.id)
    }

    /// Sends the form as it stands, with some fields changed or added and a file.
    async fn save(&self, changed: &[(&str, &str)], file: Option<(&str, &str)>) -> Answer {
        let page = self.teacher.open(&self.form()).await;
        self.send(&page, changed, file).await
    }

    /// Sends the form as a page holds it.
    async fn send(&self, page: &str, changed: &[(&str, &str)], file: Option<(&str, &str)>) -> Answer {
        let is_changed = |name: &str| changed.iter().any(|(changed, _)| *changed == name);
        let hidden = [
            "csrf",
            "was",
            "idempotency_key",
            "seen",
            "title",
            "keywords",
            "authors",
            "year",
        ];
        let hidden = hidden.map(|name| (name, plain(&value_of(page, name))));
        let chosen = ["type", "place", "licence", "level"].map(|name| (name, selected(page, name)));
        let texts = [
            ("scope", checked(page, "scope")),
            ("description", area(page, "description")),
        ];
        let all = hidden.into_iter().chain(chosen).chain(texts);
        let kept: Vec<(&str, String)> = all.filter(|(name, _)| !is_changed(name)).collect();
        let mut fields: Vec<(&str, &str)> = kept.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fields.extend(changed);
        self.teacher.post_file(&self.form(), &fields, file).await
    }

    async fn resource(&self) -> Value {
        self.admin.get_json(&format!("/api/v1/resources/{}", self.id)).await
    }

    /// What the files hold, by their names.
    async fn files(&self, of: &Value) -> Vec<(String, String)> {
        let mut files = Vec::new();
        for file in of["files"].as_array().unwrap() {
            let bytes = self.admin.get(file["url"].as_str().unwrap()).await.expect(200).body;
            files.push((
                file["path"].as_str().unwrap().to_owned(),
                String::from_utf8(bytes).unwrap(),
            ));
        }
        files.sort();
        files
    }
}

/// A value of a page without its escapes.
fn plain(escaped: &str) -> String {
    let pairs = [
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
    ];
    pairs
        .iter()
        .fold(escaped.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn selected(page: &str, name: &str) -> String {
    let select = page.split(&format!("<select id=\"{name}\"")).nth(1).expect("a choice");
    let options = select.split("</select>").next().unwrap();
    let chosen = options
        .split("<option value=\"")
        .find(|option| option.split('>').next().unwrap().contains("selected"));
    chosen
        .map(|option| option.split('"').next().unwrap().to_owned())
        .unwrap_or_default()
}

fn checked(page: &str, name: &str) -> String {
    let begin = format!("name=\"{name}\" value=\"");
    let mut inputs = page.split(&begin).skip(1);
    let chosen = inputs.find(|input| input.split('>').next().unwrap().contains("checked"));
    chosen.expect("one is chosen").split('"').next().unwrap().to_owned()
}

fn area(page: &str, name: &str) -> String {
    let area = page.split(&format!("<textarea id=\"{name}\"")).nth(1).expect("a text");
    area.split_once('>')
        .unwrap()
        .1
        .split("</textarea>")
        .next()
        .unwrap()
        .to_owned()
}

fn pair(name: &str, text: &str) -> (String, String) {
    (name.to_owned(), text.to_owned())
}

#[tokio::test]
async fn what_was_sent_back_is_mended_and_submitted_again() {
    let desk = Desk::open(true).await;
    let back = desk.admin.decision(&desk.id, "return").await;
    Answer::of(back.json(&json!({"note": "图纸缺公差"}))).await.expect(200);

    let mine = desk.teacher.open("/mine?tab=returned").await;
    assert!(
        mine.contains("图纸缺公差") && mine.contains(&desk.form()),
        "no way from the reason to the form"
    );
    let page = desk.teacher.open(&desk.form()).await;
    assert_eq!(
        checked(&page, "submit"),
        "true",
        "whoever mends what was sent back wants it seen again"
    );
    let changed = [("title", "台阶轴 工作页（标了公差）"), ("submit", "true")];
    let led = desk
        .send(&page, &changed, Some(("工作页.txt", "第二稿")))
        .await
        .expect(303);
    assert!(led.header("location").ends_with("?done=submit"));

    let now = desk.resource().await;
    assert_eq!(
        (now["status"].as_str(), now["version"].as_i64()),
        (Some("submitted"), Some(3))
    );
    assert_eq!(now["title"], "台阶轴 工作页（标了公差）");
    assert_eq!(
        desk.files(&now).await,
        [pair("工作页.txt", "第二稿"), pair("附图.txt", "附图")]
    );
    let first = desk
        .admin
        .get_json(&format!("/api/v1/resources/{}/versions/1", desk.id))
        .await;
    assert_eq!(
        desk.files(&first).await,
        [pair("工作页.txt", "第一稿")],
        "an old version changed"
    );
    desk.app.finish().await;
}

#[tokio::test]
async fn words_alone_make_no_version_and_what_was_not_touched_stays() {
    let desk = Desk::open(false).await;
    let other = json!({"keywords": ["FANUC 0i", "台阶轴"], "licence": "自编，可转载", "language": "zh"});
    desk.admin.patch(&desk.id, Some("*"), &other).await.expect(200);

    desk.save(&[("description", "带评分表"), ("year", "")], None)
        .await
        .expect(303);

    let now = desk.resource().await;
    assert_eq!(now["version"], 2, "a changed word made a version");
    assert_eq!(now["description"], "带评分表");
    assert_eq!(now["year"], Value::Null);
    assert_eq!(
        now["keywords"],
        json!(["FANUC 0i", "台阶轴"]),
        "a keyword was taken apart"
    );
    assert_eq!(
        now["licence"], "自编，可转载",
        "a licence that the list does not know was lost"
    );
    assert_eq!(now["language"], "zh");
    desk.app.finish().await;
}

#[tokio::test]
async fn two_who_change_it_at_once_lose_nothing_they_typed() {
    let desk = Desk::open(false).await;
    let page = desk.teacher.open(&desk.form()).await;
    desk.admin
        .patch(&desk.id, Some("*"), &json!({"year": 2025}))
        .await
        .expect(200);

    let refused = desk.send(&page, &[("title", "我改的标题")], None).await.expect(412);
    let again = html(refused);
    assert_eq!(
        desk.resource().await["title"],
        "台阶轴 工作页",
        "a stale form was taken"
    );
    assert_eq!(value_of(&again, "title"), "我改的标题", "what was typed is lost");
    // The other's year stands in the form now, and is not taken back.
    assert_eq!(value_of(&again, "year"), "2025");
    desk.send(&again, &[], None).await.expect(303);
    let now = desk.resource().await;
    assert_eq!((&now["title"], &now["year"]), (&json!("我改的标题"), &json!(2025)));

    // A new file over a version that somebody made meanwhile is no different.
    let page = desk.teacher.open(&desk.form()).await;
    desk.admin
        .patch(&desk.id, Some("*"), &json!({"year": 2026}))
        .await
        .expect(200);
    let refused = html(desk.send(&page, &[], Some(("工作页.txt", "第三稿"))).await.expect(412));
    let upload = value_of(&refused, "upload");
    desk.send(&refused, &[("upload", &upload)], None).await.expect(303);
    let now = desk.resource().await;
    assert_eq!(now["year"], 2026);
    assert!(desk.files(&now).await.contains(&pair("工作页.txt", "第三稿")));
    desk.app.finish().await;
}

#[tokio::test]
async fn a_fault_loses_no_file() {
    let desk = Desk::open(false).await;

    let faulty = desk
        .save(&[("title", "")], Some(("新图.txt", "新图")))
        .await
        .expect(422);
    let page = html(faulty);
    let upload = value_of(&page, "upload");
    assert!(
        page.contains("id=\"title-fault\"") && page.contains("不用再选") && page.contains("新图.txt"),
        "{page}"
    );
    desk.send(&page, &[("title", "有标题了"), ("upload", &upload)], None)
        .await
        .expect(303);

    let now = desk.resource().await;
    assert_eq!(now["title"], "有标题了");
    assert!(
        desk.files(&now).await.contains(&pair("新图.txt", "新图")),
        "the file had to be chosen again"
    );
    desk.app.finish().await;
}

#[tokio::test]
async fn a_file_is_left_out_of_the_new_version_and_sending_twice_makes_one() {
    let desk = Desk::open(false).await;
    let page = desk.teacher.open(&desk.form()).await;
    let remove = [("remove", "附图.txt"), ("title", "没有附图的")];

    for _ in 0..2 {
        desk.send(&page, &remove, None).await.expect(303);
    }

    let now = desk.resource().await;
    assert_eq!((&now["version"], &now["title"]), (&json!(3), &json!("没有附图的")));
    assert_eq!(desk.files(&now).await, [pair("工作页.txt", "第一稿")]);
    desk.app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_on_its_field() {
    let desk = Desk::open(false).await;
    let page = desk.teacher.open(&desk.form()).await;
    let all = [("remove", "工作页.txt"), ("remove", "附图.txt")];
    let refused = html(desk.send(&page, &all, None).await.expect(422));
    assert!(refused.contains("一个文件也不剩"), "{refused}");

    // Chosen again after a fault, the later one counts; one that is gone is not told for ever.
    let first = html(
        desk.save(&[("title", "")], Some(("新图.txt", "第一次选")))
            .await
            .expect(422),
    );
    let upload = value_of(&first, "upload");
    let changed = [("title", "有标题了"), ("upload", upload.as_str())];
    desk.send(&first, &changed, Some(("新图.txt", "第二次选")))
        .await
        .expect(303);
    let now = desk.resource().await;
    assert!(desk.files(&now).await.contains(&pair("新图.txt", "第二次选")));
    let page = desk.teacher.open(&desk.form()).await;
    let gone = html(desk.send(&page, &[("upload", &upload)], None).await.expect(422));
    assert!(
        !gone.contains("name=\"upload\""),
        "the dead upload comes again with every form"
    );
    desk.send(&gone, &[], None).await.expect(303);
    desk.app.finish().await;
}

#[tokio::test]
async fn saving_what_nobody_touched_changes_nothing() {
    let desk = Desk::open(false).await;
    desk.save(&[("description", "第一行\r\n第二行")], None)
        .await
        .expect(303);
    assert_eq!(desk.resource().await["description"], "第一行\n第二行");
    let tag = async || {
        let resource = desk.admin.get(&format!("/api/v1/resources/{}", desk.id)).await;
        resource.expect(200).header("etag")
    };
    let before = tag().await;

    // Browsers end lines in their own way.
    desk.save(&[("description", "第一行\r\n第二行")], None)
        .await
        .expect(303);

    assert_eq!(tag().await, before);
    desk.app.finish().await;
}

#[tokio::test]
async fn a_file_without_its_folder_takes_the_place_of_the_only_one_of_its_name() {
    let desk = Desk::open(false).await;
    desk.save(&[], Some(("素材/图.txt", "旧图"))).await.expect(303);
    desk.save(&[], Some(("图.txt", "新图"))).await.expect(303);
    let now = desk.files(&desk.resource().await).await;
    assert_eq!(
        now,
        [
            pair("图.txt", "新图"),
            pair("工作页.txt", "第一稿"),
            pair("附图.txt", "附图")
        ]
    );

    // Of two it is not known which is meant: both stay.
    for folder in ["甲/表.txt", "乙/表.txt"] {
        desk.save(&[], Some((folder, folder))).await.expect(303);
    }
    desk.save(&[], Some(("表.txt", "新表"))).await.expect(303);
    let now = desk.files(&desk.resource().await).await;
    assert_eq!(
        now.iter().filter(|(path, _)| path.ends_with("表.txt")).count(),
        3,
        "{now:?}"
    );
    desk.app.finish().await;
}

#[tokio::test]
async fn only_its_owner_and_school_change_or_remove_it() {
    let desk = Desk::open(false).await;
    desk.admin.publish(&desk.id).await;
    let (colleague, reader) = (
        Browser::sign_in(&desk.app, Role::Teacher).await,
        Browser::sign_in(&desk.app, Role::Reader).await,
    );
    let remove = format!("/r/{}/remove", desk.id);
    for other in [&colleague, &reader] {
        other.get(&desk.form()).await.expect(403);
        let fields = [("csrf", other.csrf.as_str()), ("title", "别人改的")];
        other.post_file(&desk.form(), &fields, None).await.expect(403);
        other.post(&remove, &[("csrf", &other.csrf)]).await.expect(403);
        assert!(!other.open(&format!("/r/{}", desk.id)).await.contains(&desk.form()));
    }
    let unmarked = desk
        .teacher
        .post_file(&desk.form(), &[("title", "没有标记")], None)
        .await;
    unmarked.expect(403);
    assert_eq!(desk.resource().await["title"], "台阶轴 工作页");

    // While others rely on it, it is taken down first.
    let page = desk.teacher.open(&desk.form()).await;
    assert!(!page.contains(&remove));
    desk.admin.step(&desk.id, "withdraw").await.expect(200);
    assert!(desk.teacher.open(&desk.form()).await.contains(&remove));
    let removed = desk
        .teacher
        .post(&remove, &[("csrf", &desk.teacher.csrf)])
        .await
        .expect(303);
    assert!(desk.teacher.open(&removed.header("location")).await.contains("已删除"));
    desk.admin
        .get(&format!("/api/v1/resources/{}", desk.id))
        .await
        .expect(404);
    desk.app.finish().await;
}
