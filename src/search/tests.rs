//! Stories about finding, through the door the callers use.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::domain::id::Id;
use crate::domain::passage::{Locator, Passage};
use crate::domain::resource::Status;
use crate::domain::role::Scope;
use crate::domain::search::{
    Answer, Audience, Document, DocumentFile, Filters, Hit, Named, PassageHit, Question, Sort,
};
use crate::domain::time::Timestamp;

use super::{Index, SearchError, Synonyms};

fn synonyms() -> Synonyms {
    Synonyms::parse(include_str!("../../config/synonyms.txt"))
}

fn open(dir: &Path) -> Index {
    Index::open(dir, synonyms()).unwrap()
}

/// A library that holds these documents.
fn holding(documents: &[Document]) -> (TempDir, Index) {
    let dir = tempfile::tempdir().unwrap();
    let index = open(dir.path());
    index.apply(documents, [], 1).unwrap();
    (dir, index)
}

fn titled(title: &str) -> Document {
    Document {
        id: Id::new(),
        audiences: vec![Audience::Public],
        title: title.to_owned(),
        description: String::new(),
        keywords: Vec::new(),
        authors: Vec::new(),
        kind: "worksheet".to_owned(),
        major: None,
        course: None,
        task: None,
        school: None,
        level: None,
        year: None,
        status: Status::Published,
        scope: Scope::Public,
        updated_at: Timestamp(0),
        files: Vec::new(),
    }
}

fn with_pages(title: &str, pages: &[&str]) -> Document {
    let passages = (1..).zip(pages).map(|(page, text)| Passage {
        locator: Locator::Page { page },
        text: (*text).to_owned(),
    });
    Document {
        files: vec![DocumentFile {
            id: Id::new(),
            path: "正文.pdf".to_owned(),
            passages: passages.collect(),
        }],
        ..titled(title)
    }
}

fn asking(text: &str) -> Question {
    Question {
        text: text.to_owned(),
        limit: 20,
        audiences: vec![Audience::Public],
        ..Question::default()
    }
}

fn ids(answer: &Answer) -> Vec<Id> {
    answer.hits.iter().map(|hit| hit.id).collect()
}

fn find(index: &Index, text: &str) -> Vec<Id> {
    ids(&index.search(&asking(text)).unwrap())
}

/// A small generator, so that a failure can be seen again.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

#[test]
fn a_page_is_found_with_its_place_and_its_marks() {
    let book = with_pages(
        "电工基础",
        &["直流电路。", "三相异步电动机的正反转控制<线路>。", "电动机的保养。"],
    );
    let (_dir, index) = holding(&[book.clone(), titled("台阶轴加工")]);

    let answer = index.search(&asking("電動機正反轉")).unwrap();

    assert_eq!(answer.total, 1);
    assert!(!answer.relaxed);
    let [
        Hit {
            id,
            title_html,
            passages,
            ..
        },
    ] = answer.hits.as_slice()
    else {
        panic!("{answer:?}")
    };
    assert_eq!((*id, title_html.as_str()), (book.id, "电工基础"));
    assert_eq!(
        passages.first(),
        Some(&PassageHit {
            file_id: book.files[0].id,
            locator: Locator::Page { page: 2 },
            html: "三相异步<mark>电动机</mark>的<mark>正反转</mark>控制&lt;线路&gt;。".to_owned(),
        })
    );
}

#[test]
fn nobody_finds_what_they_may_not_see() {
    let (school, other, owner) = (Id::new(), Id::new(), Id::new());
    let of = |status, scope| Audience::of_resource(status, scope, Some(school), owner);
    let inside = Document {
        audiences: of(Status::Published, Scope::School),
        ..titled("电机 内部")
    };
    let draft = Document {
        audiences: of(Status::Draft, Scope::Public),
        ..titled("电机 草稿")
    };
    let open = Document {
        audiences: of(Status::Published, Scope::Public),
        ..titled("电机 公开")
    };
    let (_dir, index) = holding(&[inside.clone(), draft.clone(), open.clone()]);
    let seen_by = |audiences: &[Audience], text: &str| {
        let question = Question {
            audiences: audiences.to_vec(),
            ..asking(text)
        };
        let answer = index.search(&question).unwrap();
        assert_eq!(
            answer.facets.kind.iter().map(|(_, count)| count).sum::<u64>(),
            answer.total as u64
        );
        let mut seen = ids(&answer);
        seen.sort_unstable();
        seen
    };

    for text in ["电机", "", "-视频", "电机 -公开", "dianji", "\"电机\"", "电机怎么用"] {
        let excludes_open = text.contains("-公开");
        let expect = |documents: &[&Document]| -> Vec<Id> {
            documents
                .iter()
                .map(|document| document.id)
                .filter(|id| !excludes_open || *id != open.id)
                .collect()
        };
        assert_eq!(seen_by(&[], text), [], "{text}");
        assert_eq!(seen_by(&[Audience::Public], text), expect(&[&open]), "{text}");
        assert_eq!(
            seen_by(&[Audience::Public, Audience::School(other)], text),
            expect(&[&open]),
            "{text}"
        );
        assert_eq!(
            seen_by(&[Audience::Public, Audience::School(school)], text),
            expect(&[&inside, &open]),
            "{text}"
        );
        assert_eq!(
            seen_by(&[Audience::Owner(owner)], text),
            expect(&[&inside, &draft, &open]),
            "{text}"
        );
    }
}

#[test]
fn passages_of_hidden_resources_stay_hidden() {
    let hidden = Document {
        audiences: vec![Audience::City],
        ..with_pages("甲", &["电机绝缘检查"])
    };
    let shown = with_pages("乙", &["电机绝缘检查"]);
    let (_dir, index) = holding(&[hidden, shown.clone()]);

    let answer = index.search(&asking("绝缘")).unwrap();

    assert_eq!(ids(&answer), [shown.id]);
    assert_eq!(answer.hits[0].passages.len(), 1);
    assert_eq!(answer.hits[0].passages[0].file_id, shown.files[0].id);
}

#[test]
fn a_phrase_is_meant_to_the_letter() {
    let exact = with_pages("甲", &["发动机构造与维修"]);
    let loose = with_pages("乙", &["发动机的构造"]);
    let (_dir, index) = holding(&[exact.clone(), loose.clone()]);

    assert_eq!(find(&index, "\"发动机构造\""), [exact.id]);
    assert_eq!(find(&index, "\"动机构\""), [exact.id]);
    assert_eq!(find(&index, "\"机的构造\""), [loose.id]);
    assert_eq!(find(&index, "\"不在此处\""), []);
}

#[test]
fn what_is_excluded_is_not_shown() {
    let video = titled("电机控制视频");
    let page = titled("电机控制工作页");
    let (_dir, index) = holding(&[video.clone(), page.clone()]);

    assert_eq!(find(&index, "电机 -视频"), [page.id]);
    assert_eq!(find(&index, "-视频"), [page.id]);
    assert_eq!(find(&index, "-\"控制工作页\" 电机"), [video.id]);
}

#[test]
fn codes_are_found_in_all_their_spellings() {
    let repair = Document {
        level: Some("advanced".to_owned()),
        major: Some(Named {
            id: Id::new(),
            code: Some("0403".to_owned()),
            name: "汽车维修".to_owned(),
        }),
        ..titled("制动系统")
    };
    let plc = titled("西门子S7-1200应用与G71指令");
    let language = titled("C++ 入门");
    let (_dir, index) = holding(&[repair.clone(), plc.clone(), language.clone()]);

    for (typed, found) in [
        ("0403-3", &repair),
        ("０４０３－３", &repair),
        ("0403", &repair),
        ("S7-1200", &plc),
        ("s71200", &plc),
        ("1200", &plc),
        ("g71", &plc),
        ("c++", &language),
    ] {
        assert_eq!(find(&index, typed), [found.id], "{typed}");
    }
}

#[test]
fn spellings_sounds_and_other_names_find_the_same() {
    let lathe = titled("数控车床编程 CNC");
    let slides = titled("安全教育课件");
    let (_dir, index) = holding(&[lathe.clone(), slides.clone()]);

    for typed in [
        "数控车床",
        "數控車床",
        "数 控 车 床",
        "ｃｎｃ",
        "shukong",
        "SHUKONGCHE",
        "skcc",
        "数空车床",
    ] {
        assert_eq!(find(&index, typed).first(), Some(&lathe.id), "{typed}");
    }
    assert_eq!(find(&index, "安全教育PPT").first(), Some(&slides.id));
}

#[test]
fn a_table_of_synonyms_works_at_once() {
    let (_dir, index) = holding(&[titled("游标卡尺的读数")]);
    assert_eq!(find(&index, "量具甲"), []);

    index.set_synonyms(Synonyms::parse("量具甲 = 游标卡尺"));

    assert_eq!(find(&index, "量具甲").len(), 1);
}

#[test]
fn every_stretch_of_han_characters_finds_its_resource() {
    let texts = [
        "先切断电源，再用万用表测量三相绕组的直流电阻；阻值应基本相等。",
        "台阶轴的粗车、精车与检测：保证尺寸公差和表面粗糙度。",
        "焊接飞溅过大的原因有电流过大、电弧过长\n与工件表面不洁。",
        "液压动力滑台的快进、工进 和 快退由行程开关控制。",
    ];
    let documents: Vec<Document> = texts.iter().map(|text| with_pages("资料", &[text])).collect();
    let (_dir, index) = holding(&documents);
    let mut chance = Chance(3);

    for _ in 0..400 {
        let which = chance.below(texts.len());
        let chars: Vec<char> = texts[which].chars().collect();
        let start = chance.below(chars.len() - 2);
        let length = 2 + chance.below((chars.len() - start - 1).min(12));
        let stretch: String = chars[start..chars.len().min(start + length)].iter().collect();
        if stretch.chars().filter(|char| char.is_alphabetic()).count() < 2 {
            continue;
        }
        for typed in [
            stretch.clone(),
            format!("\"{stretch}\""),
            format!("{stretch} -不在其中"),
        ] {
            assert!(find(&index, &typed).contains(&documents[which].id), "{typed:?}");
        }
    }
}

#[test]
fn one_character_is_a_question_too() {
    let shaft = with_pages("甲", &["台阶轴，轴承。"]);
    let (_dir, index) = holding(&[shaft.clone(), titled("乙")]);

    for typed in ["轴", "承", "台", "\"轴\""] {
        let answer = index.search(&asking(typed)).unwrap();
        assert_eq!(ids(&answer), [shaft.id], "{typed}");
    }
}

#[test]
fn whatever_is_typed_gets_an_answer() {
    let (_dir, index) = holding(&[with_pages("电机PLC", &["正反转 C++ 5㎜"])]);
    let alphabet: Vec<char> = "电机正反转PLCplc\"-＂－ +#.\u{0}\u{7}\n🙂()[]{}:*?~^\\/|&é\u{301}㎜Ⅳ轴S71"
        .chars()
        .collect();
    let mut chance = Chance(11);
    let mut typed: Vec<String> = vec![
        "\"".repeat(10_000),
        "电".repeat(10_000),
        "-".repeat(300),
        "\"-\"-".to_owned(),
    ];
    typed.extend((0..300).map(|_| {
        let length = chance.below(30);
        (0..length).map(|_| alphabet[chance.below(alphabet.len())]).collect()
    }));

    for text in typed {
        for sort in [Sort::Relevance, Sort::Newest] {
            index.search(&Question { sort, ..asking(&text) }).unwrap();
        }
    }
    assert_eq!(find(&index, "？？！"), []);
    assert_eq!(find(&index, " \u{0} ").len(), 1);
}

#[test]
fn some_words_will_do_where_not_all_are_found() {
    let motor = titled("三相电动机缺相判断");
    let (_dir, index) = holding(&[motor.clone(), titled("烹饪")]);

    let answer = index.search(&asking("怎么判断电动机缺相和漏水")).unwrap();

    assert!(answer.relaxed);
    assert_eq!(ids(&answer), [motor.id]);
}

#[test]
fn facets_count_what_matches_and_keep_the_other_choices() {
    let kinds = ["worksheet", "worksheet", "video"];
    let documents: Vec<Document> = (2023..)
        .zip(kinds)
        .map(|(year, kind)| Document {
            kind: kind.to_owned(),
            year: Some(year),
            ..titled("电机")
        })
        .collect();
    let (_dir, index) = holding(&documents);
    let filters = Filters {
        kind: vec!["video".to_owned()],
        ..Filters::default()
    };

    let answer = index
        .search(&Question {
            filters,
            ..asking("电机")
        })
        .unwrap();

    assert_eq!(answer.total, 1);
    assert_eq!(
        answer.facets.kind,
        [("worksheet".to_owned(), 2), ("video".to_owned(), 1)]
    );
    assert_eq!(answer.facets.year, [("2025".to_owned(), 1)]);
}

#[test]
fn filters_of_one_field_are_alternatives_and_fields_add_up() {
    let (here, there) = (Id::new(), Id::new());
    let of = |school: Id, year: i32, scope: Scope| Document {
        school: Some(Named {
            id: school,
            code: None,
            name: "学校".to_owned(),
        }),
        year: Some(year),
        scope,
        ..titled("电机")
    };
    let documents = [
        of(here, 2024, Scope::Public),
        of(there, 2025, Scope::City),
        of(there, 2023, Scope::Public),
    ];
    let (_dir, index) = holding(&documents);
    let total = |filters: Filters| {
        index
            .search(&Question {
                filters,
                ..asking("电机")
            })
            .unwrap()
            .total
    };

    assert_eq!(
        total(Filters {
            school: vec![here, there],
            ..Filters::default()
        }),
        3
    );
    assert_eq!(
        total(Filters {
            school: vec![there],
            year: vec![2024, 2025],
            ..Filters::default()
        }),
        1
    );
    assert_eq!(
        total(Filters {
            scope: vec![Scope::Public],
            ..Filters::default()
        }),
        2
    );
}

#[test]
fn the_newest_come_first_when_asked_and_when_nothing_is_asked() {
    let documents: Vec<Document> = [3, 1, 2]
        .map(|moment| Document {
            updated_at: Timestamp(moment),
            ..titled("电机")
        })
        .to_vec();
    let (_dir, index) = holding(&documents);
    let newest_first = [documents[0].id, documents[2].id, documents[1].id];

    assert_eq!(find(&index, ""), newest_first);
    let answer = index
        .search(&Question {
            sort: Sort::Newest,
            ..asking("电机")
        })
        .unwrap();
    assert_eq!(ids(&answer), newest_first);
}

/// Goes through all pages, changing the library between them.
fn leaf_through(index: &Index, question: &Question, mut between: impl FnMut()) -> Vec<Id> {
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let answer = index
            .search(&Question {
                cursor,
                ..question.clone()
            })
            .unwrap();
        seen.extend(ids(&answer));
        cursor = answer.next_cursor;
        if cursor.is_none() {
            return seen;
        }
        between();
    }
}

#[test]
fn pages_neither_repeat_nor_leave_out_while_documents_come_in() {
    let documents: Vec<Document> = (0..40)
        .map(|number| with_pages(&"电机".repeat(1 + number % 5), &[&"保养说明".repeat(number % 7)]))
        .collect();
    let (_dir, index) = holding(&documents);
    let mut change = 1;

    for sort in [Sort::Relevance, Sort::Newest] {
        let question = Question {
            sort,
            limit: 7,
            ..asking("电机")
        };
        let seen = leaf_through(&index, &question, || {
            change += 1;
            index
                .apply([with_pages("电机与别的", &["很多别的内容"])], [], change)
                .unwrap();
        });

        for document in &documents {
            assert_eq!(seen.iter().filter(|id| **id == document.id).count(), 1, "{sort:?}");
        }
    }
}

#[test]
fn pages_go_on_when_the_last_hit_is_gone() {
    let documents: Vec<Document> = (0..9)
        .map(|number| titled(&format!("电机{}", "修".repeat(number))))
        .collect();
    let (_dir, index) = holding(&documents);
    let question = Question {
        limit: 3,
        ..asking("电机")
    };
    let first = index.search(&question).unwrap();

    index.apply(Vec::<Document>::new(), [first.hits[2].id], 2).unwrap();
    let second = index
        .search(&Question {
            cursor: first.next_cursor.clone(),
            ..question
        })
        .unwrap();

    assert_eq!(second.hits.len(), 3);
    assert!(ids(&second).iter().all(|id| !ids(&first).contains(id)));
}

#[test]
fn a_cursor_that_is_none_is_refused() {
    let documents: Vec<Document> = (0..3).map(|_| titled("电机")).collect();
    let (_dir, index) = holding(&documents);
    let ask = |cursor: &str, sort| {
        index.search(&Question {
            cursor: Some(cursor.to_owned()),
            sort,
            limit: 1,
            ..asking("电机")
        })
    };
    let next = index
        .search(&Question {
            limit: 1,
            ..asking("电机")
        })
        .unwrap()
        .next_cursor
        .unwrap();

    assert!(matches!(ask("nonsense", Sort::Relevance), Err(SearchError::Cursor)));
    assert!(matches!(ask(&next, Sort::Newest), Err(SearchError::Cursor)));
    assert_eq!(ask(&next, Sort::Relevance).unwrap().hits.len(), 1);
}

#[test]
fn changes_replace_and_remove_with_all_passages() {
    let before = with_pages("旧题", &["旧文甲", "旧文乙"]);
    let (_dir, index) = holding(&[before.clone()]);

    index
        .apply(
            [Document {
                title: "新题".to_owned(),
                files: vec![],
                ..before.clone()
            }],
            [],
            2,
        )
        .unwrap();

    assert_eq!(find(&index, "旧文"), []);
    assert_eq!(find(&index, "新题"), [before.id]);
    assert_eq!((index.entries(), index.applied_change()), (1, 2));

    index.apply(Vec::<Document>::new(), [before.id], 3).unwrap();

    assert_eq!((index.entries(), index.applied_change()), (0, 3));
}

#[test]
fn what_is_not_committed_never_was() {
    let (dir, index) = holding(&[titled("电机")]);

    let mut writer = index.writer().unwrap();
    writer.put(&titled("水泵")).unwrap();
    drop(writer);
    index.apply([titled("风机")], [], 2).unwrap();

    assert_eq!(find(&index, "水泵"), []);
    drop(index);
    let index = open(dir.path());
    assert_eq!(find(&index, "水泵"), []);
    assert_eq!((index.entries(), index.applied_change()), (2, 2));
}

#[test]
fn an_index_is_rebuilt_beside_the_one_that_serves() {
    let (dir, index) = holding(&[titled("电机")]);
    assert!(
        index.needs_rebuild(),
        "it began empty and may lack what was there before"
    );
    let fresh = titled("水泵");

    let rebuild = index.rebuild().unwrap();
    rebuild.add(&fresh).unwrap();
    index.apply([titled("风机")], [], 7).unwrap();
    assert_eq!(find(&index, "风机").len(), 1);
    assert_eq!(find(&index, "水泵"), []);
    rebuild.finish(9).unwrap();

    assert_eq!(find(&index, "水泵"), [fresh.id]);
    assert_eq!(find(&index, "电机"), []);
    assert_eq!((index.applied_change(), index.needs_rebuild()), (9, false));
    index.apply([titled("阀门")], [], 10).unwrap();
    drop(index);
    let index = open(dir.path());
    assert_eq!(
        (index.applied_change(), index.needs_rebuild(), index.entries()),
        (10, false, 2)
    );
    assert_eq!(generations(dir.path()), 1);
}

fn generations(dir: &Path) -> usize {
    fs::read_dir(dir)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().is_dir())
        .count()
}

#[test]
fn a_rebuild_that_is_given_up_leaves_nothing() {
    let (dir, index) = holding(&[titled("电机")]);

    let rebuild = index.rebuild().unwrap();
    rebuild.add(&titled("水泵")).unwrap();
    drop(rebuild);
    assert_eq!(generations(dir.path()), 1);

    // What a killed process leaves is swept at the next start.
    drop(index);
    fs::create_dir(dir.path().join(Id::new().to_string())).unwrap();
    let index = open(dir.path());
    assert_eq!(generations(dir.path()), 1);
    assert_eq!(find(&index, "电机").len(), 1);
}

#[test]
fn only_one_may_write() {
    let (dir, first) = holding(&[titled("电机")]);

    let second = open(dir.path());

    assert_eq!(find(&second, "电机").len(), 1);
    assert!(matches!(second.writer(), Err(SearchError::Locked(_))));
    assert!(matches!(second.rebuild(), Err(SearchError::Locked(_))));
    drop(first);
}

/// The folder of the live generation.
fn live_folder(dir: &Path) -> std::path::PathBuf {
    dir.join(fs::read_to_string(dir.join("current")).unwrap())
}

#[test]
fn a_broken_index_heals() {
    let harms: [(&str, fn(&Path)); 5] = [
        ("no pointer", |dir| fs::remove_file(dir.join("current")).unwrap()),
        ("a pointer to nowhere", |dir| {
            fs::write(dir.join("current"), "../../etc").unwrap()
        }),
        ("no index", |dir| fs::remove_dir_all(live_folder(dir)).unwrap()),
        ("a torn list of segments", |dir| {
            fs::write(live_folder(dir).join("meta.json"), "{\"segm").unwrap()
        }),
        ("torn segments", |dir| {
            for entry in fs::read_dir(live_folder(dir)).unwrap() {
                let path = entry.unwrap().path();
                if path
                    .extension()
                    .is_some_and(|ending| ending != "json" && ending != "lock")
                {
                    fs::File::options().write(true).open(path).unwrap().set_len(10).unwrap();
                }
            }
        }),
    ];
    for (harm, harmed) in harms {
        let (dir, index) = holding(&[titled("电机")]);
        let rebuild = index.rebuild().unwrap();
        rebuild.add(&titled("电机")).unwrap();
        rebuild.finish(5).unwrap();
        drop(index);
        harmed(dir.path());

        let index = open(dir.path());

        assert!(index.needs_rebuild(), "{harm}");
        assert_eq!(index.applied_change(), 0, "{harm}");
        assert_eq!(find(&index, "电机"), [], "{harm}");
        let rebuild = index.rebuild().unwrap();
        rebuild.add(&titled("电机")).unwrap();
        rebuild.finish(6).unwrap();
        assert_eq!(find(&index, "电机").len(), 1, "{harm}");
        assert!(!index.needs_rebuild(), "{harm}");
    }
}

#[test]
fn flipped_bits_are_noticed_and_never_stop_the_service() {
    let (dir, index) = holding(&[with_pages("电机", &["正反转控制"]), titled("电机保养")]);
    drop(index);
    for entry in fs::read_dir(live_folder(dir.path())).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|ending| ending == "store" || ending == "idx" || ending == "term")
        {
            let mut bytes = fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            bytes[..middle].fill(0xff);
            fs::write(&path, bytes).unwrap();
        }
    }

    let index = open(dir.path());
    let _ = index.search(&asking("电机"));
    let damaged = index.verify();

    assert!(index.needs_rebuild());
    assert!(damaged.is_err() || damaged.is_ok_and(|files| !files.is_empty()) || index.entries() == 0);
}

#[test]
fn a_title_is_marked_safely() {
    let (_dir, index) = holding(&[titled("<b>電機</b> & ＰＬＣ")]);

    let answer = index.search(&asking("电机plc")).unwrap();

    assert_eq!(
        answer.hits[0].title_html,
        "&lt;b&gt;<mark>電機</mark>&lt;/b&gt; &amp; <mark>ＰＬＣ</mark>"
    );
}
