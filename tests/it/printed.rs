//! Reports on paper: whole, in Chinese, found by their words, and without a word of who asked.

use gongxue::domain::curriculum::Catalogue;
use gongxue::domain::time::Timestamp;
use gongxue::table::pdf::{PrintedDocument, PrintedSection};
use gongxue::words::Lang;
use gongxue::words::pages::PageWords;
use serde_json::json;
use unicode_normalization::UnicodeNormalization as _;

use crate::app::TestApp;
use crate::browser::html;
use crate::client::{escape, id};
use crate::extract::read_bytes;

/// The text of each page, without what only sets words apart.
pub(crate) async fn pages(pdf: &[u8]) -> Vec<String> {
    let reading = read_bytes("report.pdf", pdf).await;
    let mut pages: Vec<(String, String)> = Vec::new();
    for passage in &reading.passages {
        let place = format!("{:?}", passage.locator);
        let text = read_as(&passage.text);
        match pages.last_mut().filter(|(last, _)| *last == place) {
            Some((_, before)) => before.push_str(&text),
            None => pages.push((place, text)),
        }
    }
    pages.into_iter().map(|(_, text)| text).collect()
}

/// A text as readers of PDF have it: without what only sets words apart, and in half width.
fn read_as(text: &str) -> String {
    let half = text.nfkc().filter(|c| !c.is_whitespace());
    half.collect()
}

#[tokio::test]
async fn a_report_on_paper_says_what_its_page_says_in_words_that_are_found_and_names_nobody() {
    let app = TestApp::start().await;
    let catalogue = Catalogue::shipped();
    app.ask(async move |library| library.curriculum.import_catalogue(&catalogue, false).await.map(|_| ()))
        .await
        .expect("import the catalogue");
    let (teacher, admin, bureau) = (app.teacher("S1").await, app.admin("S1").await, app.bureau().await);
    let metadata = json!({"title": "鸭嘴锤工作页", "type": "worksheet", "course": "零件钳加工", "task": "鸭嘴锤制作"});
    let shared = teacher.share_as(&metadata, &[("a.txt", b"a")]).await.expect(201);
    admin.publish(&id(&shared.json())).await;

    for (of, says) in [
        ("coverage", "资源覆盖"),
        ("progress", "培训教师（人次）"),
        ("usage", "使用情况"),
        ("task-usage", "按任务使用"),
        ("health", "贡献与馆藏"),
    ] {
        let told = bureau
            .get(&format!("/api/v1/reports/{of}?format=pdf"))
            .await
            .expect(200);
        assert_eq!(told.header("content-type"), "application/pdf");
        assert!(told.header("content-disposition").contains("attachment"));
        let text = pages(&told.body).await.concat();
        assert!(
            text.contains(&read_as(says)) && text.contains("全市") && text.contains("第1页,共"),
            "{of}: {text}"
        );
        assert!(!text.contains(bureau.name()), "{of} names who asked: {text}");
    }
    let major = escape("数控加工(数控车工)");
    let major = bureau.get_json(&format!("/api/v1/majors?q={major}")).await["items"][0].clone();
    let key = major["code"].as_str().or(major["id"].as_str()).unwrap().to_owned();
    let page = html(bureau.get(&format!("/reports?major={key}")).await.expect(200));
    let link = format!("/api/v1/reports/coverage?major={key}&#38;format=pdf");
    assert!(page.contains(&link), "the page does not lead to its document: {page}");
    let english = bureau
        .get("/api/v1/reports/progress?format=pdf&lang=en")
        .await
        .expect(200);
    let english = pages(&english.body).await.concat();
    assert!(
        english.contains("Teacherstrained") && english.contains("page1of"),
        "{english}"
    );
    teacher.get("/api/v1/reports/coverage?format=pdf").await.expect(403);
    app.finish().await;
}

#[tokio::test]
async fn whoever_turns_to_the_last_page_reads_what_the_columns_are_and_misses_no_name() {
    let row = |at: usize| vec![format!("第{at}项"), "𠮷田堃".to_owned(), at.to_string()];
    let document = PrintedDocument {
        title: "教学进度".to_owned(),
        lead: Vec::new(),
        sections: vec![PrintedSection {
            title: "学习任务".to_owned(),
            head: ["任务", "作者", "数量"].map(str::to_owned).into(),
            rows: (1..=150).map(row).collect(),
            ..PrintedSection::default()
        }],
        made_at: Timestamp(1_790_000_000_000),
        say: PageWords(Lang::Zh),
    };

    let pages = pages(&document.pdf().unwrap()).await;

    assert!(pages.len() > 2, "{pages:?}");
    let last = format!("第{0}页,共{0}页", pages.len());
    assert!(pages.last().unwrap().contains(&last), "{pages:?}");
    for page in &pages {
        assert!(page.contains("任务作者数量"), "{page}");
    }
    let text = pages.concat();
    for at in 1..=150 {
        assert!(text.contains(&format!("第{at}项")), "row {at} is lost");
    }
    // The font has no `𠮷`: its number stands there instead of nothing.
    assert!(text.contains("〔U+20BB7〕田堃"), "{text}");
}
