//! Stories about questions and what is found.

use super::*;

#[test]
fn a_page_is_found_with_its_place_and_its_marks() {
    let book = with_pages(
        "电工基础",
        &["直流电路。", "三相异步电动机的正反转控制<线路>。", "电动机的保养。"],
    );
    let (_dir, index) = holding(&[book.clone(), titled("台阶轴加工")]);

    let answer = index.search(&asking("電動機正反轉"), &synonyms()).unwrap();

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
            machine: None,
        })
    );
}

#[test]
fn nobody_finds_what_they_may_not_see() {
    let (school, other, owner) = (SchoolId::new(), SchoolId::new(), AccountId::new());
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
        let answer = index.search(&question, &synonyms()).unwrap();
        assert_eq!(
            answer.facets.kind.iter().map(|(_, count)| count).sum::<u64>(),
            answer.total as u64
        );
        let mut seen = ids(&answer);
        seen.sort_unstable();
        seen
    };

    for text in ["电机", "", "-视频", "电机 -公开", "dianji", "\"电机\"", "什么电机"] {
        let excludes_open = text.contains("-公开");
        let expect = |documents: &[&Document]| -> Vec<ResourceId> {
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

    let answer = index.search(&asking("绝缘"), &synonyms()).unwrap();

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
        metadata: Metadata {
            level: Some("advanced".to_owned()),
            ..worksheet("制动系统")
        },
        major: Some(NamedRef {
            id: MajorId::new(),
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

    let table = Synonyms::parse("量具甲 = 游标卡尺");

    assert_eq!(index.search(&asking("量具甲"), &table).unwrap().total, 1);
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
        let answer = index.search(&asking(typed), &synonyms()).unwrap();
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
            index.search(&Question { sort, ..asking(&text) }, &synonyms()).unwrap();
        }
    }
    assert_eq!(find(&index, "？？！"), []);
    assert_eq!(find(&index, " \u{0} ").len(), 1);
}

#[test]
fn marks_alone_are_not_said_to_be_held_by_everything() {
    let (_dir, index) = holding(&[titled("电机"), titled("台阶轴加工")]);
    let total = |text: &str| index.search(&asking(text), &synonyms()).unwrap().total;

    for marks in ["\"", "\"\"", "＂", "-", "-、", "，。", "\" \""] {
        assert_eq!(total(marks), 0, "{marks}");
    }
    // Nothing typed asks for everything; what is not wanted asks for all else.
    assert_eq!((total(" "), total("-电机")), (2, 1));
}

#[test]
fn some_words_will_do_where_not_all_are_found() {
    let motor = titled("三相电动机缺相判断");
    let (_dir, index) = holding(&[motor.clone(), titled("烹饪")]);

    let answer = index.search(&asking("怎么判断电动机缺相和漏水"), &synonyms()).unwrap();

    assert!(answer.relaxed);
    assert_eq!(ids(&answer), [motor.id]);
    let answer = index.search(&asking("怎么判断三相电动机缺相"), &synonyms()).unwrap();
    assert!(!answer.relaxed, "every word was found together");
}

#[test]
fn facets_count_what_matches_and_keep_the_other_choices() {
    let kinds = ["worksheet", "worksheet", "video"];
    let documents: Vec<Document> = (2023..)
        .zip(kinds)
        .map(|(year, kind)| Document {
            metadata: Metadata {
                kind: kind.to_owned(),
                year: Some(year),
                ..worksheet("电机")
            },
            ..titled("电机")
        })
        .collect();
    let (_dir, index) = holding(&documents);
    let filters = Filters {
        kind: vec!["video".to_owned()],
        ..Filters::default()
    };

    let answer = index
        .search(
            &Question {
                filters,
                ..asking("电机")
            },
            &synonyms(),
        )
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
    let (here, there) = (SchoolId::new(), SchoolId::new());
    let of = |school: SchoolId, year: i32, scope: Scope| Document {
        metadata: Metadata {
            year: Some(year),
            scope,
            ..worksheet("电机")
        },
        school: Some(NamedRef {
            id: school,
            code: None,
            name: "学校".to_owned(),
        }),
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
            .search(
                &Question {
                    filters,
                    ..asking("电机")
                },
                &synonyms(),
            )
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
fn a_title_is_marked_safely() {
    let (_dir, index) = holding(&[titled("<b>電機</b> & ＰＬＣ")]);

    let answer = index.search(&asking("电机plc"), &synonyms()).unwrap();

    assert_eq!(
        answer.hits[0].title_html,
        "&lt;b&gt;<mark>電機</mark>&lt;/b&gt; &amp; <mark>ＰＬＣ</mark>"
    );
}

#[test]
fn a_whole_question_in_pinyin_finds_the_titles_nearest_to_it() {
    let shaft = titled("台阶轴数控车加工");
    let (_dir, index) = holding(&[titled("水泵保养"), shaft.clone()]);

    assert_eq!(
        find(&index, "zenmeshukongchejiagongtaijiezhou").first(),
        Some(&shaft.id)
    );
}
