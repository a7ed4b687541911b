//! Samples of the page that says whether a resource is found.

use super::{HOSTILE, teacher};
use crate::domain::file::{ExtractionFault, ExtractionReport, ExtractionState, Kind};
use crate::domain::resource::Status;
use crate::domain::role::Scope;
use crate::http::web::findability::{FileFindability, FindabilityPage, TriedQuery, WordRow};
use crate::http::web::layout::{Layout, Link};
use crate::http::web::resource::state_code;
use crate::words::Lang;
use crate::words::pages::{FindabilityVerdict, Whose};

impl FindabilityPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let mut layout = teacher(lang, HOSTILE);
        let say = layout.say;
        "星三角 课件 -视频".clone_into(&mut layout.query);
        let whose = Whose {
            is_own: true,
            school: Some("天津市第一示范技师学院"),
            status: Status::Draft,
            scope: Scope::City,
        };
        Self {
            resource: Link::new(HOSTILE, "/r/7"),
            url: "/r/7/findability".to_owned(),
            who: say.who_finds(whose),
            to_widen: say.to_widen(whose),
            index: say.index_has_it().to_owned(),
            index_numbers: say.index_numbers(128, 130),
            is_behind: false,
            tried: Some(tried(&layout)),
            files: files(&layout),
            layout,
        }
    }

    pub(in crate::http::web) fn untried(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.layout.say.index_waits().clone_into(&mut page.index);
        page.is_behind = true;
        page.tried = None;
        page.files.clear();
        page
    }
}

fn tried(layout: &Layout) -> TriedQuery {
    let say = layout.say;
    let word = |text: &str, said: &str, is_well| WordRow {
        text: text.to_owned(),
        mark: None,
        synonyms: None,
        said: said.to_owned(),
        is_well,
        fields: String::new(),
        places: Vec::new(),
    };
    let mut words = vec![
        word("星三角", "有", true),
        word("课件", "只以别的说法出现：PPT", true),
        word(HOSTILE, "没有", false),
    ];
    words[0].fields = "标题、文件里 3 处".to_owned();
    words[0].places = vec![Link::new("工作页.pdf · 第 12 页", "/r/7?page=12&file=1#reading")];
    words[1].synonyms = Some("PPT、幻灯片".to_owned());
    words[2].mark = Some(say.phrase_mark());
    TriedQuery {
        said: say.verdict(FindabilityVerdict::NotFound, 128),
        is_found: false,
        reasons: vec!["引号里的话要一字不差，它里面没有这一句。".to_owned()],
        correction: Some(say.shown_instead("星三形", "星三角")),
        words,
        results_url: "/search?q=x".to_owned(),
    }
}

fn files(layout: &Layout) -> Vec<FileFindability> {
    let locked = ExtractionReport {
        fault: Some(ExtractionFault::Encrypted),
        ..ExtractionReport::default()
    };
    let film = ExtractionReport {
        duration_ms: Some(754_000),
        ..ExtractionReport::default()
    };
    vec![
        file(
            layout,
            "附件/图/工作页.pdf",
            Kind::Pdf,
            ExtractionState::Ready,
            &ExtractionReport::default(),
        ),
        file(layout, "评分表.xlsx", Kind::Xlsx, ExtractionState::Failed, &locked),
        file(layout, "操作示范.mp4", Kind::Video, ExtractionState::NoText, &film),
    ]
}

fn file(layout: &Layout, path: &str, kind: Kind, state: ExtractionState, report: &ExtractionReport) -> FileFindability {
    let say = layout.say;
    FileFindability {
        path: path.to_owned(),
        format: crate::http::web::format::format(kind, path),
        state: state_code(state),
        said: say.findability(kind, state, report),
        passages: (state == ExtractionState::Ready).then(|| say.passages_found(16)),
        warnings: say.warnings(kind, report),
        next: say.next_for_file(kind, state, report),
    }
}
