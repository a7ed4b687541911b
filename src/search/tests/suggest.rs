//! Stories about completions of what is typed.

use crate::domain::search::{Completion, CompletionKind, NamedRef, SuggestQuestion};

use super::*;

fn named<I: Default>(name: &str, code: Option<&str>) -> NamedRef<I> {
    NamedRef {
        id: I::default(),
        code: code.map(str::to_owned),
        name: name.to_owned(),
    }
}

/// Three resources of one course, and two others.
fn documents() -> Vec<Document> {
    let course = Some(named("数控车床编程与模拟加工", None));
    let task = Some(named("台阶轴数控车加工", None));
    let of_course = |title: &str, kind: &str| Document {
        metadata: Metadata {
            kind: kind.to_owned(),
            keywords: vec!["对刀".to_owned()],
            ..worksheet(title)
        },
        course: course.clone(),
        task: task.clone(),
        ..titled(title)
    };
    vec![
        of_course("台阶轴工作页", "worksheet"),
        of_course("台阶轴课件", "courseware"),
        of_course("数控车床编程与模拟加工", "video"),
        Document {
            metadata: Metadata {
                level: Some("advanced".to_owned()),
                keywords: vec!["S7-1200".to_owned()],
                ..worksheet("三相异步电动机正反转控制线路")
            },
            major: Some(named("汽车维修", Some("0403"))),
            ..titled("三相异步电动机正反转控制线路")
        },
        Document {
            metadata: Metadata {
                keywords: vec!["线路".to_owned()],
                ..worksheet("PLC（S7-1500）编程入门")
            },
            ..titled("PLC（S7-1500）编程入门")
        },
    ]
}

fn suggest(index: &Index, text: &str) -> Vec<Completion> {
    let question = SuggestQuestion {
        text: text.to_owned(),
        audiences: vec![Audience::Public],
        limit: 8,
    };
    index.suggest(&question).unwrap()
}

fn texts(index: &Index, text: &str) -> Vec<String> {
    suggest(index, text)
        .into_iter()
        .map(|completion| completion.text)
        .collect()
}

#[test]
fn a_name_is_completed_however_it_is_typed() {
    let (_dir, index) = holding(&documents());

    for (typed, expected) in [
        ("台阶", "台阶轴数控车加工"),
        ("控制", "三相异步电动机正反转控制线路"),
        ("shukongch", "数控车床编程与模拟加工"),
        ("shu'kong che", "数控车床编程与模拟加工"),
        ("sanxiangy", "三相异步电动机正反转控制线路"),
        ("taijiez", "台阶轴数控车加工"),
        ("skcc", "数控车床编程与模拟加工"),
        ("数控che", "数控车床编程与模拟加工"),
        ("台jie", "台阶轴数控车加工"),
        ("duid", "对刀"),
        ("S7-15", "PLC（S7-1500）编程入门"),
        ("s7-1", "S7-1200"),
        ("plc", "PLC（S7-1500）编程入门"),
        ("ＰＬＣ", "PLC（S7-1500）编程入门"),
        ("數控車床", "数控车床编程与模拟加工"),
        ("0403", "汽车维修"),
        ("0403-3", "汽车维修"),
        ("維修", "汽车维修"),
        ("模拟", "数控车床编程与模拟加工"),
        ("工作", "工作页"),
        ("gongzuoy", "工作页"),
        ("works", "Worksheet"),
        ("三相异步电动机正反转控制线", "三相异步电动机正反转控制线路"),
    ] {
        let found = texts(&index, typed);
        assert!(found.iter().any(|text| text == expected), "{typed}: {found:?}");
    }
}

#[test]
fn courses_stand_before_titles_and_what_begins_so_before_what_goes_on_so() {
    let (_dir, index) = holding(&documents());

    let found = suggest(&index, "数控");

    let [course, task] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!((course.kind, course.count), (CompletionKind::Course, 3));
    assert_eq!(course.html, "<mark>数控</mark>车床编程与模拟加工");
    assert!(course.target.is_some());
    // The title of the same words is folded into the course.
    assert_eq!((task.kind, task.count), (CompletionKind::Task, 3));
    assert_eq!(task.html, "台阶轴<mark>数控</mark>车加工");
    assert_eq!(suggest(&index, "0403-3")[0].html, "<mark>0403-3</mark> 汽车维修");
    let first = texts(&index, "台阶");
    assert_eq!(first, ["台阶轴数控车加工", "台阶轴课件", "台阶轴工作页"]);
}

#[test]
fn a_title_leads_to_its_resource_while_it_is_the_only_one() {
    let (first, second) = (titled("点动控制"), titled("点动控制"));
    let (_dir, index) = holding(std::slice::from_ref(&first));

    assert_eq!(suggest(&index, "点动")[0].target, Some(first.id.to_string()));
    index.apply(&[second], [], 2).unwrap();
    let found = suggest(&index, "点动");

    assert_eq!(found.len(), 1);
    assert_eq!((found[0].count, &found[0].target), (2, &None));
}

#[test]
fn two_courses_of_one_name_are_one_completion_that_leads_to_neither() {
    let of = |title: &str| Document {
        course: Some(named("电子线路安装与调试", None)),
        ..titled(title)
    };
    let (_dir, index) = holding(&[of("甲"), of("乙")]);

    let found = suggest(&index, "电子");

    assert_eq!(found.len(), 1);
    assert_eq!((found[0].count, &found[0].target), (2, &None));
}

#[test]
fn a_name_that_only_hidden_resources_carry_is_not_told() {
    let (school, owner) = (SchoolId::new(), AccountId::new());
    let hidden = |status, title: &str| Document {
        metadata: Metadata {
            keywords: vec!["绝密词".to_owned()],
            ..worksheet(title)
        },
        audiences: Audience::of_resource(status, Scope::School, Some(school), owner),
        course: Some(named("绝密工艺", None)),
        ..titled(title)
    };
    let open = Document {
        metadata: Metadata {
            keywords: vec!["绝活".to_owned()],
            ..worksheet("公开")
        },
        ..titled("公开")
    };
    let documents = [
        hidden(Status::Draft, "绝密草稿"),
        hidden(Status::Published, "绝密讲义"),
        Document {
            metadata: Metadata {
                keywords: vec!["绝活".to_owned()],
                ..worksheet("绝活草稿")
            },
            ..hidden(Status::Draft, "绝活草稿")
        },
        open,
    ];
    let (_dir, index) = holding(&documents);
    let told = |audiences: &[Audience], text: &str| {
        let question = SuggestQuestion {
            text: text.to_owned(),
            audiences: audiences.to_vec(),
            limit: 20,
        };
        let found = index.suggest(&question).unwrap();
        found
            .into_iter()
            .map(|it| format!("{} {}", it.text, it.count))
            .collect::<Vec<_>>()
    };

    for typed in ["绝", "jue", "jm", "绝密", "密", "绝mi"] {
        let guest = told(&[Audience::Public], typed);
        assert!(guest.iter().all(|text| text == "绝活 1"), "{typed}: {guest:?}");
        assert_eq!(told(&[], typed), [""; 0], "{typed}");
    }
    assert_eq!(told(&[Audience::Public], ""), [""; 0]);
    assert_eq!(told(&[Audience::School(school)], ""), ["绝密工艺 1"]);
    let member = told(&[Audience::Public, Audience::School(school)], "绝");
    assert_eq!(member, ["绝密工艺 1", "绝活 1", "绝密词 1", "绝密讲义 1"]);
    assert_eq!(told(&[Audience::Owner(owner)], "绝")[0], "绝密工艺 3");
}

#[test]
fn what_is_gone_is_no_longer_suggested() {
    let documents = documents();
    let (_dir, index) = holding(&documents);

    index.apply(Vec::<Document>::new(), [documents[0].id], 2).unwrap();
    assert!(!texts(&index, "台阶轴").contains(&"台阶轴工作页".to_owned()));
    assert_eq!(suggest(&index, "数控")[0].count, 2);
    let renamed = Document {
        metadata: Metadata {
            title: "梯形螺纹课件".to_owned(),
            ..documents[1].metadata.clone()
        },
        ..documents[1].clone()
    };
    index.apply(&[renamed], [documents[2].id], 3).unwrap();

    assert_eq!(texts(&index, "台阶轴"), ["台阶轴数控车加工"]);
    assert_eq!(texts(&index, "梯形"), ["梯形螺纹课件"]);
    index
        .apply(Vec::<Document>::new(), documents.iter().map(|it| it.id), 4)
        .unwrap();
    assert_eq!(texts(&index, "台阶轴"), [""; 0]);
}

#[test]
fn nothing_typed_tells_where_to_begin() {
    let (_dir, index) = holding(&documents());

    for typed in ["", " ", "　"] {
        assert_eq!(
            texts(&index, typed),
            ["数控车床编程与模拟加工", "汽车维修"],
            "{typed:?}"
        );
    }
}

#[test]
fn whatever_is_typed_is_answered() {
    let (_dir, index) = holding(&documents());
    let odd = [
        "\0",
        "\u{1f}",
        "n数控\u{1f}c",
        "\"",
        "-",
        "？",
        "<mark>",
        "🔧",
        "\u{10ffff}",
        "台\u{1f}c",
        "%",
        "'",
        "e\u{301}",
    ];
    for typed in odd {
        suggest(&index, typed);
    }
    for typed in [
        "长".repeat(10_000),
        "a".repeat(10_000),
        "那啊".repeat(100),
        "na".repeat(100),
    ] {
        assert_eq!(suggest(&index, &typed), []);
    }
    let hostile = titled("<script>alert('台')</script> & \u{1f}");
    index.apply(&[hostile], [], 2).unwrap();
    let found = suggest(&index, "script");
    assert_eq!(
        found[0].html,
        "&lt;<mark>script</mark>&gt;alert(&#39;台&#39;)&lt;/script&gt; &amp;  "
    );
}

#[test]
fn titles_leave_room_for_names_that_begin_later() {
    let mut documents: Vec<Document> = (0..40).map(|number| titled(&format!("数控练习{number}"))).collect();
    documents.push(Document {
        task: Some(named("轴类零件数控加工", None)),
        ..titled("轴")
    });
    let (_dir, index) = holding(&documents);

    let found = suggest(&index, "数控");

    assert_eq!(found.len(), 8);
    assert!(found.iter().any(|it| it.kind == CompletionKind::Task), "{found:?}");
    assert_eq!(found[0].kind, CompletionKind::Title);
}
