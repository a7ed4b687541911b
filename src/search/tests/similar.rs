//! Stories about resources like one another.

use crate::domain::search::{NamedRef, NamedTask, Similar, SimilarQuestion};

use super::*;

fn like(index: &Index, document: &Document, audiences: &[Audience]) -> Vec<Similar> {
    let question = SimilarQuestion {
        document: Document {
            files: Vec::new(),
            ..document.clone()
        },
        audiences: audiences.to_vec(),
        limit: 6,
    };
    index.similar(&question).unwrap()
}

fn ids(similar: &[Similar]) -> Vec<ResourceId> {
    similar.iter().map(|similar| similar.id).collect()
}

fn task(name: &str) -> NamedTask {
    NamedRef {
        id: TaskId::new(),
        code: None,
        name: name.to_owned(),
    }
}

fn of_task(task: &NamedTask, kind: &str, title: &str, page: &str) -> Document {
    Document {
        metadata: Metadata {
            kind: kind.to_owned(),
            ..worksheet(title)
        },
        task: Some(task.clone()),
        ..with_pages(title, &[page])
    }
}

/// Two tasks with a worksheet and slides each, and something else.
fn documents() -> [Document; 5] {
    let (lathe, motor) = (task("台阶轴数控车加工"), task("电动机正反转控制线路安装"));
    [
        of_task(
            &lathe,
            "worksheet",
            "台阶轴工作页",
            "装夹毛坯，对刀，车削台阶外圆，测量直径。",
        ),
        of_task(&lathe, "courseware", "台阶轴课件", "对刀的步骤，车削用量的选择。"),
        of_task(
            &motor,
            "worksheet",
            "正反转控制工作页",
            "接触器互锁，按钮互锁，通电试车。",
        ),
        of_task(&motor, "courseware", "正反转控制课件", "互锁的作用，接触器的结构。"),
        with_pages("宫保鸡丁", &["鸡肉切丁，花生炸脆。"]),
    ]
}

#[test]
fn what_is_of_the_same_task_comes_first_and_what_shares_nothing_not_at_all() {
    let documents = documents();
    let (_dir, index) = holding(&documents);

    for (asked, other) in [(0, 1), (1, 0), (2, 3), (3, 2)] {
        let similar = like(&index, &documents[asked], &[Audience::Public]);

        assert_eq!(
            similar.first().map(|it| it.id),
            Some(documents[other].id),
            "{asked}: {similar:?}"
        );
        assert!(!ids(&similar).contains(&documents[asked].id));
        assert!(!ids(&similar).contains(&documents[4].id));
        assert!(
            similar.iter().all(|it| it.score > 0.0 && it.score <= 1.0),
            "{similar:?}"
        );
    }
    assert_eq!(like(&index, &documents[4], &[Audience::Public]), []);
}

#[test]
fn the_text_inside_counts_where_titles_say_nothing() {
    let pages = ["时间继电器整定后，星形接触器断开，三角形接触器吸合。"];
    let (one, two, other) = (
        with_pages("讲义一", &pages),
        with_pages("讲义二", &pages),
        with_pages("讲义三", &["面团醒发，擀成薄片。"]),
    );
    let (_dir, index) = holding(&[one.clone(), two.clone(), other]);

    assert_eq!(ids(&like(&index, &one, &[Audience::Public]))[0], two.id);
}

#[test]
fn nobody_is_shown_what_they_may_not_see() {
    let [asked, hidden, ..] = documents();
    let owner = AccountId::new();
    let hidden = Document {
        audiences: Audience::of_resource(Status::Draft, Scope::Public, None, owner),
        ..hidden
    };
    let (_dir, index) = holding(&[asked.clone(), hidden.clone()]);

    assert_eq!(like(&index, &asked, &[Audience::Public]), []);
    assert_eq!(like(&index, &asked, &[]), []);
    assert_eq!(ids(&like(&index, &asked, &[Audience::Owner(owner)])), [hidden.id]);
    index.apply(Vec::<Document>::new(), [hidden.id], 2).unwrap();
    assert_eq!(like(&index, &asked, &[Audience::Owner(owner)]), []);
}

#[test]
fn a_resource_that_is_not_indexed_yet_has_its_likes_already() {
    let [new, other, ..] = documents();
    let (_dir, index) = holding(std::slice::from_ref(&other));

    assert_eq!(ids(&like(&index, &new, &[Audience::Public])), [other.id]);
    assert_eq!(like(&index, &titled(""), &[Audience::Public]), []);
}
