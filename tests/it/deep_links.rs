//! A hit opens at its place, for every kind of place: the page, the slide, the row, the section, the second.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Caller, escape, id, text};
use crate::fixture;

/// A document that its own teacher finds.
struct Shared {
    app: TestApp,
    teacher: Caller,
    resource: Value,
}

impl Shared {
    /// Shares files of the corpus by other names, and waits until they are read.
    async fn of(files: &[(&str, &str)]) -> Self {
        let app = TestApp::start().await;
        let teacher = app.teacher("S1").await;
        let contents: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, name)| (*path, fixture(name))).collect();
        let files: Vec<(&str, &[u8])> = contents.iter().map(|(path, bytes)| (*path, bytes.as_slice())).collect();
        let resource = teacher.share("本周的材料", &files).await;
        app.settled().await;
        Self { app, teacher, resource }
    }

    fn file(&self, path: &str) -> String {
        let files = self.resource["files"].as_array().expect("files");
        let file = files.iter().find(|file| file["path"] == path);
        text(&file.expect("it was shared")["id"])
    }

    /// The best passage for some words.
    async fn passage(&self, words: &str) -> Value {
        let found = self.teacher.search(words).await;
        let hit = &found["hits"][0];
        assert_eq!(hit["resource"]["id"], self.resource["id"], "{found}");
        hit["passages"][0].clone()
    }

    /// The page that a passage opens, as the results lead to it.
    async fn open(&self, passage: &Value, words: &str) -> String {
        let address = format!("{}&q={}", text(&passage["url"]), escape(words));
        let answer = self.teacher.get(&address).await.expect(200);
        String::from_utf8(answer.body).expect("a page is text")
    }
}

/// The part of a page that shows what stands at the place.
fn reading(page: &str) -> &str {
    let section = page.split(" id=\"reading\"").nth(1);
    let section = section.unwrap_or_else(|| panic!("no place is open: {page}"));
    section.split("</section>").next().unwrap_or_default()
}

#[tokio::test]
async fn a_hit_in_a_pdf_opens_its_page_with_a_picture() {
    let shared = Shared::of(&[("教材.pdf", "outline.pdf")]).await;
    let file = shared.file("教材.pdf");

    let passage = shared.passage("曲柄连杆机构").await;

    let page = passage["locator"]["page"].as_u64().expect("a page");
    assert_eq!(passage["locator"], json!({"kind": "page", "page": page}));
    assert_eq!(
        passage["url"],
        format!("/r/{}?page={page}&file={file}", id(&shared.resource))
    );
    assert_eq!(passage["picture"], format!("/api/v1/files/{file}/pages/{page}"));
    shared.teacher.get(&text(&passage["picture"])).await.expect(200);
    let shown = shared.open(&passage, "曲柄连杆机构").await;
    assert!(reading(&shown).contains("<mark>曲柄连杆机构</mark>"), "{shown}");
    assert!(reading(&shown).contains(&format!("第 {page} 页")), "{shown}");
    shared.app.finish().await;
}

#[tokio::test]
async fn a_hit_in_slides_opens_its_slide() {
    let shared = Shared::of(&[("课件.pptx", "electric-rich.pptx")]).await;

    let passage = shared.passage("三相电源相序").await;

    let slide = passage["locator"]["slide"].as_u64().expect("a slide");
    assert!(
        text(&passage["url"]).contains(&format!("?slide={slide}&file=")),
        "{passage}"
    );
    assert_eq!(passage.get("picture"), None, "{passage}");
    let shown = shared.open(&passage, "三相电源相序").await;
    assert!(reading(&shown).contains("三相电源相序</mark>"), "{shown}");
    assert!(reading(&shown).contains(&format!("第 {slide} 张")), "{shown}");
    shared.app.finish().await;
}

#[tokio::test]
async fn a_hit_in_a_workbook_opens_its_sheet() {
    let shared = Shared::of(&[("评分表.xlsx", "machining.xlsx")]).await;

    let passage = shared.passage("菱形车刀").await;

    let sheet = text(&passage["locator"]["sheet"]);
    let shown = shared.open(&passage, "菱形车刀").await;
    assert!(reading(&shown).contains("菱形车刀</mark>"), "{shown}");
    assert!(reading(&shown).contains(&sheet), "{shown}");
    shared.app.finish().await;
}

#[tokio::test]
async fn a_hit_in_running_text_opens_its_section() {
    let shared = Shared::of(&[("讲义.docx", "machining-rich.docx")]).await;

    let passage = shared.passage("外圆粗车复合循环").await;

    let section = passage["locator"]["section"].as_u64().expect("a section");
    assert!(
        text(&passage["url"]).contains(&format!("?section={section}&file=")),
        "{passage}"
    );
    let shown = shared.open(&passage, "外圆粗车复合循环").await;
    assert!(reading(&shown).contains("外圆粗车复合循环</mark>"), "{shown}");
    shared.app.finish().await;
}

#[tokio::test]
async fn a_hit_in_a_films_own_subtitles_opens_the_film_at_its_second() {
    let shared = Shared::of(&[("示范.mp4", "with-movtext-zh.mp4")]).await;
    let film = shared.file("示范.mp4");
    let passages = format!("/api/v1/files/{film}/passages");
    let passages = shared.teacher.get_json(&passages).await;
    let spoken = passages["items"]
        .as_array()
        .expect("passages")
        .last()
        .cloned()
        .expect("one");
    let words: String = text(&spoken["text"])
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(8)
        .collect();

    let passage = shared.passage(&format!("\"{words}\"")).await;

    let second = spoken["locator"]["start_ms"].as_u64().expect("a second") / 1000;
    assert_eq!(
        passage["url"],
        format!("/r/{}?t={second}&file={film}", id(&shared.resource))
    );
    let shown = shared.open(&passage, &words).await;
    assert!(reading(&shown).contains("<mark>"), "{shown}");
    assert!(
        shown.contains(&format!("/api/v1/files/{film}/content#t={second}")),
        "{shown}"
    );
    shared.app.finish().await;
}

#[tokio::test]
async fn a_hit_in_the_subtitles_beside_a_film_opens_the_film_at_its_second() {
    let files = [
        ("第二课/对刀.webm", "vp9.webm"),
        ("第二课/对刀.zh.vtt", "lesson.vtt"),
        ("别的.mp4", "with-movtext-zh.mp4"),
    ];
    let shared = Shared::of(&files).await;
    let (film, subtitles) = (shared.file("第二课/对刀.webm"), shared.file("第二课/对刀.zh.vtt"));

    let found = shared.teacher.search("顺时针 逆时针 圆弧插补指令").await;
    let passages = found["hits"][0]["passages"].as_array().expect("passages");
    let passage = passages.iter().find(|passage| passage["file_id"] == subtitles.as_str());
    let passage = passage.unwrap_or_else(|| panic!("the subtitles are found: {found}"));

    // It stands in the subtitles, and it is the film that opens.
    assert_eq!(passage["url"], format!("/r/{}?t=30&file={film}", id(&shared.resource)));
    let shown = shared.open(passage, "圆弧插补指令").await;
    assert!(
        shown.contains(&format!("src=\"/api/v1/files/{film}/content#t=30\"")),
        "{shown}"
    );
    assert!(shown.contains("<section class=\"player\" id=\"reading\""), "{shown}");
    assert!(reading(&shown).contains("圆弧插补指令</mark>"), "{shown}");
    // The way on stays with the film.
    assert!(reading(&shown).contains(&format!("t=60&#38;file={film}")), "{shown}");
    shared.app.finish().await;
}

#[tokio::test]
async fn subtitles_without_a_film_open_by_themselves() {
    let shared = Shared::of(&[("旁白.srt", "lesson-gbk.srt"), ("别的.webm", "vp9.webm")]).await;
    let subtitles = shared.file("旁白.srt");

    let passage = shared.passage("圆弧插补指令").await;

    assert_eq!(
        passage["url"],
        format!("/r/{}?t=30&file={subtitles}", id(&shared.resource))
    );
    let shown = shared.open(&passage, "圆弧插补指令").await;
    assert!(shown.contains("<section class=\"reader\" id=\"reading\""), "{shown}");
    assert!(reading(&shown).contains("圆弧插补指令</mark>"), "{shown}");
    shared.app.finish().await;
}

#[tokio::test]
async fn the_results_show_a_picture_of_the_page_found() {
    let shared = Shared::of(&[("教材.pdf", "outline.pdf")]).await;
    let file = shared.file("教材.pdf");

    let results = shared
        .teacher
        .get(&format!("/search?q={}", escape("曲柄连杆机构")))
        .await;
    let results = String::from_utf8(results.expect(200).body).expect("a page is text");

    let picture = results.split("class=\"hit-picture\"").nth(1).expect("a picture");
    let picture = picture.split("</a>").next().unwrap_or_default();
    for part in [
        &format!("src=\"/api/v1/files/{file}/pages/"),
        "?width=192\"",
        "width=\"96\" height=\"136\"",
        "loading=\"lazy\"",
        "alt=\"第 ",
        "#reading\"",
    ] {
        assert!(picture.contains(part), "{part}: {picture}");
    }
    shared.app.finish().await;
}
