//! Samples of what people keep: saved searches, words for the same thing.

use super::{HOSTILE, teacher};
use crate::http::web::form::FormField;
use crate::http::web::layout::Tab;
use crate::http::web::saved::{FeedMade, SavedPage, SavedRow};
use crate::http::web::synonyms::{GroupForm, GroupRow, SynonymsPage, Trial};
use crate::words::Lang;

impl SavedPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "已存搜索");
        let say = layout.say;
        let row = |id: &str, name: &str, news: u64, has_feed: bool| SavedRow {
            id: id.to_owned(),
            name: name.to_owned(),
            url: "/search?q=x".to_owned(),
            news: (news > 0).then(|| say.saved_news(news)),
            facts: vec![
                say.results_for(name),
                say.saved_limits(2),
                say.saved_seen_at("2026-11-24 15:40"),
            ],
            has_feed,
        };
        Self {
            feed: Some(FeedMade {
                name: HOSTILE.to_owned(),
                url: "https://library.example.org/feeds/0123456789abcdefghijklmnopqrstuvwxyzABCDEFG".to_owned(),
            }),
            rows: vec![
                row("1", "星三角启动 工作页", 3, true),
                row("2", HOSTILE, 0, false),
                row("3", "二保焊", 0, true),
            ],
            layout,
        }
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.feed = None;
        page.rows.clear();
        page
    }
}

impl SynonymsPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "同义词");
        let say = layout.say;
        let tab = |label: &str, is_here| Tab {
            label: label.to_owned(),
            url: "/admin/synonyms".to_owned(),
            is_here,
        };
        let row = |id: &str, words: &[&str], remark: Option<&str>| GroupRow {
            id: id.to_owned(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            remark: remark.map(str::to_owned),
            facts: vec!["2026-11-24 15:40".to_owned(), say.synonym_shipped().to_owned()],
            edit_label: say.edit_group(words[0]),
            delete_label: say.delete_group(words[0]),
            edit_url: Some("/admin/synonyms?edit=1#form".to_owned()),
        };
        Self {
            nav: vec![tab(say.admin_overview(), false), tab(say.synonyms(), true)],
            tabs: vec![tab(say.synonyms_school(), true), tab(say.synonyms_city(), false)],
            trial: Trial {
                text: "气保焊的课件 -视频".to_owned(),
                named: vec![
                    ("气保焊".to_owned(), "二保焊、CO2焊、MAG".to_owned()),
                    ("课件".to_owned(), "PPT".to_owned()),
                ],
                parts: vec![(say.read_excluded().to_owned(), "视频".to_owned())],
                search_url: "/search?q=x".to_owned(),
            },
            form: Some(GroupForm {
                heading: say.synonyms_add().to_owned(),
                action: "/admin/synonyms".to_owned(),
                words: FormField::default(),
                remark: FormField::default(),
                go: say.synonym_add_go(),
                cancel_url: None,
            }),
            filter: String::new(),
            export_url: "/api/v1/synonyms?format=xlsx".to_owned(),
            of: String::new(),
            rows: vec![
                row("1", &["二保焊", "CO2焊", "气保焊", "MAG"], Some("焊接专业常用")),
                row("2", &["课件", "PPT", HOSTILE], None),
                row("3", &["千分尺", "螺旋测微器", "分厘卡"], None),
            ],
            nothing: None,
            next_url: Some("/admin/synonyms?cursor=x".to_owned()),
            layout,
        }
    }

    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        let say = page.layout.say;
        page.form = Some(GroupForm {
            heading: say.synonyms_edit().to_owned(),
            action: "/admin/synonyms/1".to_owned(),
            words: FormField::of(format!("PPT\n{HOSTILE}\nppt")).faulty(say.word_fault(3, "“ppt”重复了，写一次就够。")),
            remark: FormField::of(HOSTILE),
            go: say.synonym_save(),
            cancel_url: Some("/admin/synonyms".to_owned()),
        });
        page.trial = Trial::default();
        page.tabs.clear();
        page.rows.clear();
        page.nothing = Some(say.synonyms_not_found().to_owned());
        page.filter = HOSTILE.to_owned();
        page
    }
}
