//! Stories about why one resource is found, or is not.

use crate::domain::explain::{Explanation, MatchKind, TermMatch};
use crate::domain::metadata::SearchedField;

use super::super::explain::explain;
use super::*;

fn book() -> Document {
    Document {
        metadata: Metadata {
            keywords: vec!["S7-1200".to_owned()],
            level: Some("advanced".to_owned()),
            ..worksheet("星三角启动 教学课件")
        },
        major: Some(NamedRef {
            id: MajorId::new(),
            code: Some("0403".to_owned()),
            name: "汽车维修".to_owned(),
        }),
        ..with_pages(
            "星三角启动 教学课件",
            &["按下启动按钮。", "三相异步电动机的正反转控制线路。", "电动机的保养。"],
        )
    }
}

fn explained(asked: &str) -> Explanation {
    explain(asked, &synonyms(), &book())
}

fn word(asked: &str) -> TermMatch {
    let mut words = explained(asked).words;
    assert_eq!(words.len(), 1, "{asked}: {words:?}");
    words.remove(0)
}

#[test]
fn a_word_is_found_where_it_stands() {
    let motor = word("電動機");

    assert_eq!(
        (motor.text.as_str(), motor.how, motor.passages),
        ("电动机", MatchKind::Exact, 2)
    );
    assert_eq!(motor.places[0].locator, Locator::Page { page: 2 });
    assert_eq!(word("S71200").fields, [SearchedField::Keywords]);
    assert_eq!(word("0403").fields, [SearchedField::Major, SearchedField::Level]);
    let code = &explained("0403-3").words[0];
    assert_eq!(
        (code.text.as_str(), code.fields.as_slice()),
        ("04033", &[SearchedField::Level][..])
    );
    assert_eq!(word("轴").how, MatchKind::Missing);
    assert_eq!(word("线路").passages, 1);
}

#[test]
fn other_names_sounds_and_parts_are_told_apart() {
    let slides = word("PPT");
    assert_eq!(slides.how, MatchKind::Synonym);
    assert!(
        slides.by.iter().any(|name| name == "课件" || name == "教学课件"),
        "{slides:?}"
    );
    assert!(slides.others.contains(&"课件".to_owned()), "{slides:?}");

    assert_eq!(word("xingsanjiao").how, MatchKind::Sound);
    assert_eq!(word("气动").how, MatchKind::Sound);
    assert_eq!(word("气动").fields, [SearchedField::Title]);
    assert_eq!(word("\u{a0}三角洲").how, MatchKind::Part);
}

#[test]
fn phrases_and_exclusions_are_taken_to_the_letter() {
    let explanation = explained("\"正反转控制\" \"控制正反转\" -保养 -台阶轴");

    let how = |meetings: &[TermMatch]| meetings.iter().map(|meeting| meeting.how).collect::<Vec<_>>();
    assert_eq!(how(&explanation.phrases), [MatchKind::Exact, MatchKind::Missing]);
    assert_eq!(how(&explanation.excluded), [MatchKind::Exact, MatchKind::Missing]);
    assert!(explanation.words.is_empty(), "{explanation:?}");
    assert!(explained("-保养").browses);
}

#[test]
fn what_is_typed_comes_back_in_its_order() {
    let words = explained("保养 课件 电动机").words;
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();

    assert_eq!(texts, ["保养", "课件", "电动机"]);
}

/// What a search finds strictly is what the explanation calls found, for every stretch of the text.
#[test]
fn explaining_agrees_with_finding() {
    let book = book();
    let (_dir, index) = holding(&[book.clone(), titled("别的")]);
    for asked in [
        "电动机",
        "\"动机的\"",
        "\"反转控\"",
        "\"制线路\"",
        "正反转",
        "\"三相 异步\"",
        "S7-1200",
        "\"转控制反\"",
        "\"电动车\"",
        "0403-3",
        "xsj",
        "启动按钮 -保养",
        "启动 -台阶",
    ] {
        let standing = index.rank(asking(asked), &synonyms(), book.id).unwrap();
        let reasons = explain(asked, &synonyms(), &book).reasons(standing.relaxed);

        assert_eq!(
            standing.rank.is_some(),
            reasons.is_empty(),
            "{asked}: {standing:?} {reasons:?}"
        );
    }
}

#[test]
fn a_rank_counts_over_pages() {
    let documents: Vec<Document> = (0..150).map(|number| titled(&format!("电机 {number}"))).collect();
    let (_dir, index) = holding(&documents);
    let all = Question {
        limit: 100,
        ..asking("电机")
    };
    let first = index.search(&all, &synonyms()).unwrap();
    let rest = index
        .search(
            &Question {
                cursor: first.next_cursor.clone(),
                ..all
            },
            &synonyms(),
        )
        .unwrap();
    let order: Vec<ResourceId> = ids(&first).into_iter().chain(ids(&rest)).collect();

    for at in [0, 19, 20, 119, 149] {
        assert_eq!(
            index.rank(asking("电机"), &synonyms(), order[at]).unwrap().rank,
            Some(at + 1)
        );
    }
    let stranger = index.rank(asking("电机"), &synonyms(), ResourceId::new()).unwrap();
    assert_eq!((stranger.rank, stranger.is_whole, stranger.total), (None, true, 150));
}
