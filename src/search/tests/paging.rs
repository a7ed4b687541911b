//! Stories about order and pages.

use super::super::cursor::{Cursor, Hint};
use super::*;

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
        .search(
            &Question {
                sort: Sort::Newest,
                ..asking("电机")
            },
            &synonyms(),
        )
        .unwrap();
    assert_eq!(ids(&answer), newest_first);
}

/// Goes through all pages, changing the library between them.
fn leaf_through(index: &Index, question: &Question, mut between: impl FnMut()) -> Vec<ResourceId> {
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let answer = index
            .search(
                &Question {
                    cursor,
                    ..question.clone()
                },
                &synonyms(),
            )
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
    let first = index.search(&question, &synonyms()).unwrap();

    index.apply(Vec::<Document>::new(), [first.hits[2].id], 2).unwrap();
    let second = index
        .search(
            &Question {
                cursor: first.next_cursor.clone(),
                ..question
            },
            &synonyms(),
        )
        .unwrap();

    assert_eq!(second.hits.len(), 3);
    assert!(ids(&second).iter().all(|id| !ids(&first).contains(id)));
}

#[test]
fn a_cursor_that_is_none_is_refused() {
    let documents: Vec<Document> = (0..3).map(|_| titled("电机")).collect();
    let (_dir, index) = holding(&documents);
    let ask = |cursor: &str, sort| {
        index.search(
            &Question {
                cursor: Some(cursor.to_owned()),
                sort,
                limit: 1,
                ..asking("电机")
            },
            &synonyms(),
        )
    };
    let next = index
        .search(
            &Question {
                limit: 1,
                ..asking("电机")
            },
            &synonyms(),
        )
        .unwrap()
        .next_cursor
        .unwrap();

    assert!(matches!(ask("nonsense", Sort::Relevance), Err(SearchError::Cursor)));
    assert!(matches!(ask(&next, Sort::Newest), Err(SearchError::Cursor)));
    assert_eq!(ask(&next, Sort::Relevance).unwrap().hits.len(), 1);
}

/// The numbers of a cursor are not ours once it has been away. Great ones made keys overflow, which was a fault of the service.
#[test]
fn numbers_that_somebody_wrote_into_a_cursor_are_no_fault_of_ours() {
    let documents: Vec<Document> = (0..30).map(|_| titled("电机")).collect();
    let (_dir, index) = holding(&documents);
    let question = Question {
        limit: 1,
        ..asking("电机 变频器")
    };
    let first = index.search(&question, &synonyms()).unwrap().next_cursor.unwrap();

    for weight in [f32::MAX, f32::MIN] {
        let mut cursor = Cursor::decode(&first).unwrap();
        cursor.measures.hints = vec![Hint(None, "电机".to_owned(), weight, u64::MAX)];
        let forged = Question {
            cursor: Some(cursor.encode()),
            ..question.clone()
        };
        assert!(index.search(&forged, &synonyms()).is_ok(), "{weight}");
    }
}
