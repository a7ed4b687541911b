//! Stories about what is meant by what is typed.

use super::*;

fn of_kind(title: &str, kind: &str) -> Document {
    Document {
        metadata: Metadata {
            kind: kind.to_owned(),
            ..worksheet(title)
        },
        ..titled(title)
    }
}

fn named<I: Default>(name: &str) -> NamedRef<I> {
    NamedRef {
        id: I::default(),
        code: None,
        name: name.to_owned(),
    }
}

fn of_school(title: &str, school: &NamedSchool, page: &str) -> Document {
    Document {
        school: Some(school.clone()),
        ..with_pages(title, &[page])
    }
}

#[test]
fn a_slip_finds_what_was_meant_and_says_so() {
    let converter = titled("变频器参数设置");
    let (_dir, index) = holding(&[converter.clone(), titled("台阶轴加工")]);

    for (typed, meant) in [
        ("变屏器参数", "变频器参数"),
        ("变品器", "变频器"),
        ("变频气 设置", "变频器 设置"),
    ] {
        let answer = index.search(&asking(typed), &synonyms()).unwrap();
        assert_eq!(ids(&answer), [converter.id], "{typed}");
        assert_eq!(answer.corrected.as_deref(), Some(meant));
    }
    let quoted = index.search(&asking("\"变屏器\""), &synonyms()).unwrap();
    assert_eq!((quoted.total, quoted.corrected), (0, None));
}

#[test]
fn a_word_that_stands_somewhere_is_left_as_it_is() {
    let (_dir, index) = holding(&[titled("变频器参数"), titled("变屏器拆解")]);

    let answer = index.search(&asking("变屏器"), &synonyms()).unwrap();

    assert_eq!(answer.corrected, None);
    assert!(answer.hits[0].title_html.contains("变屏器"), "{answer:?}");
}

#[test]
fn no_mending_tells_of_what_is_hidden() {
    let secret = Document {
        audiences: vec![Audience::Owner(AccountId::new())],
        ..titled("变频器参数设置")
    };
    let (_dir, index) = holding(&[secret, titled("台阶轴加工")]);

    let answer = index.search(&asking("变屏器"), &synonyms()).unwrap();

    assert_eq!((answer.total, answer.corrected), (0, None));
    assert_eq!(answer.did_you_mean, Vec::<String>::new());
}

#[test]
fn a_latin_slip_in_a_sentence_still_counts() {
    let adobe = with_pages("软件", &["用Adobe OnLocation录制视频素材的步骤。"]);
    let (_dir, index) = holding(&[adobe.clone(), with_pages("其他", &["录制视频素材的步骤和类型是什么。"])]);

    assert_eq!(find(&index, "Aodbe OnLocation录制素材是什么类型的软件？")[0], adobe.id);
}

#[test]
fn the_type_that_was_named_comes_first_and_the_others_follow() {
    let slides = of_kind("台阶轴加工工艺讲解，配合工作页", "courseware");
    let sheet = of_kind("台阶轴加工", "worksheet");
    let (_dir, index) = holding(&[slides.clone(), sheet.clone()]);

    assert_eq!(find(&index, "台阶轴工作页"), [sheet.id, slides.id]);
    assert_eq!(find(&index, "台阶轴课件"), [slides.id, sheet.id]);
}

/// Who asked for the course standard of pneumatics saw the standards of every other course before anything on pneumatics.
#[test]
fn what_is_near_by_the_subject_comes_before_what_is_only_of_the_type() {
    let both = of_kind("液压与气动系统装调 课程标准", "course_standard");
    let subject = of_kind("气动冲压机构装调", "worksheet");
    let mut documents = vec![both.clone(), subject.clone()];
    for course in ["网店运营", "基础热菜制作", "继电控制线路"] {
        documents.push(of_kind(&format!("{course} 校本课程标准"), "course_standard"));
    }
    documents.extend((0..40).map(|number| of_kind(&format!("钳工划线 {number}"), "video")));
    let (_dir, index) = holding(&documents);

    for typed in ["气动课程标准", "气动 课标"] {
        assert_eq!(find(&index, typed)[..2], [both.id, subject.id], "{typed}");
    }
}

#[test]
fn the_school_that_was_named_comes_first() {
    let (first, second) = (named("天津市第一示范技师学院"), named("天津市第二示范技师学院"));
    let theirs = of_school("PLC编程，PLC接线，PLC调试", &second, "PLC与PLC通信");
    let ours = of_school(
        "可编程控制器",
        &first,
        "用PLC控制交通灯，先画时序图再写程序，最后接线调试。",
    );
    let (_dir, index) = holding(&[theirs.clone(), ours.clone()]);

    assert_eq!(find(&index, "第一示范技师学院 PLC"), [ours.id, theirs.id]);
    assert_eq!(find(&index, "第二示范技师学院 PLC"), [theirs.id, ours.id]);
}

#[test]
fn near_copies_of_other_schools_are_one_hit() {
    let steps: Vec<String> = (0..60)
        .map(|number| format!("第{number}步检查接触器{number}的触点。"))
        .collect();
    let text = steps.concat();
    let (a, b, c) = (named("甲校"), named("乙校"), named("丙校"));
    let original = of_school("接触器检修", &a, &text);
    let copy = of_school("接触器检修", &b, &text.replace("第3步", "第三步"));
    let again = of_school("接触器检修（二）", &a, &text);
    let own = of_school(
        "接触器检修",
        &c,
        &"接触器检修的另一种讲法，先断电再拆盖，逐个清洁触点，测量线圈电阻并记录在表格里。".repeat(4),
    );
    let (_dir, index) = holding(&[original.clone(), copy.clone(), again.clone(), own.clone()]);

    let answer = index.search(&asking("接触器检修"), &synonyms()).unwrap();

    assert_eq!((answer.total, answer.hits.len()), (4, 3), "{answer:?}");
    let normalized: Vec<ResourceId> = answer.hits.iter().flat_map(|hit| hit.family.clone()).collect();
    assert_eq!(normalized.len(), 1);
    let shown = ids(&answer);
    assert!(shown.contains(&own.id) && shown.contains(&again.id) || normalized.contains(&again.id));
    assert!([original.id, copy.id, again.id].contains(&normalized[0]));
}

/// A film and the slides it was made of were one hit, and one of them was on no list of its course.
#[test]
fn only_what_is_of_one_type_is_folded_and_nothing_where_all_is_looked_at() {
    let text = "先断电再拆盖，逐个清洁触点，测量线圈电阻并记录在表格里。".repeat(20);
    let (a, b, c) = (named("甲校"), named("乙校"), named("丙校"));
    let sheet = of_school("接触器检修", &a, &text);
    let copy = of_school("接触器检修", &b, &text);
    let film = Document {
        metadata: Metadata {
            kind: "video".to_owned(),
            ..worksheet("接触器检修")
        },
        ..of_school("接触器检修", &c, &text)
    };
    let (_dir, index) = holding(&[sheet.clone(), copy.clone(), film.clone()]);

    let asked = index.search(&asking("接触器检修"), &synonyms()).unwrap();
    assert_eq!(asked.hits.len(), 2, "{asked:?}");
    assert!(ids(&asked).contains(&film.id));
    let all = index.search(&asking(""), &synonyms()).unwrap();
    assert_eq!(all.hits.len(), 3, "{all:?}");
}

#[test]
fn the_only_one_is_followed_by_what_is_most_like_it() {
    let only = with_pages("LM317电路", &["可调直流稳压电源的整流与滤波"]);
    let like = with_pages("稳压电源制作", &["可调直流稳压电源的整流与滤波，散热片"]);
    let other = with_pages("台阶轴", &["外圆车刀与切削用量"]);
    let rest: Vec<Document> = (0..60)
        .map(|number| with_pages(&format!("无关{number}"), &["钳工划线与锉削"]))
        .collect();
    let all: Vec<Document> = [only.clone(), like.clone(), other].into_iter().chain(rest).collect();
    let (_dir, index) = holding(&all);

    let answer = index.search(&asking("LM317"), &synonyms()).unwrap();

    assert_eq!(ids(&answer), [only.id, like.id]);
    assert_eq!((answer.total, answer.near_total), (1, 0));
    assert_eq!(answer.hits[1].fit, Fit::Akin);
}

/// Who has the only resource on a thing wants to see what else there is for its task, though it shares no word with it.
#[test]
fn what_there_is_for_the_same_course_follows_the_one_that_holds_it() {
    let course = NamedRef {
        id: CourseId::new(),
        code: None,
        name: "电子线路安装与调试".to_owned(),
    };
    let of_course = |title: &str| Document {
        course: Some(course.clone()),
        ..titled(title)
    };
    let mut documents = vec![of_course("示波器入门"), of_course("稳压电源制作")];
    documents.extend((0..60).map(|number| titled(&format!("热菜烹调 {number}"))));
    let (_dir, index) = holding(&documents);

    let answer = index.search(&asking("示波器"), &synonyms()).unwrap();

    let shown: Vec<(ResourceId, Fit)> = answer.hits.iter().map(|hit| (hit.id, hit.fit)).collect();
    assert_eq!(
        shown,
        [(documents[0].id, Fit::Holds), (documents[1].id, Fit::Akin)],
        "{answer:?}"
    );
}
