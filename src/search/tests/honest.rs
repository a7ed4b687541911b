//! How honest an answer is: words of the trade typed alone, and how many resources really hold them.

use super::super::normalize::normalize;
use super::*;

/// What a small library says. Nothing in it is 上料, 与门 or 和面, and every character of these stands somewhere.
const TEXTS: [&str; 13] = [
    "上电之前先检查材料和电源，下班以后断电。",
    "用电压法测量中间继电器的线圈，再读故障码。",
    "时间继电器延时五秒，接触器自锁和互锁。",
    "起动机不转时检查蓄电池，用诊断仪读出故障。",
    "面点的和面与揉面：水温、比例、时间。",
    "对刀以后试切，测量外圆，修改刀具补偿。",
    "W7805 输出 5V，LM317 可调；电源为 DC24V。",
    "任务与要求：门禁系统的接线，或者开门按钮。",
    "从动轮和主动轮的对中，中心距可以调节。",
    "学习任务分六个环节，每个环节都有记录。",
    "冷藏温度 -5℃，误差 -0.021 mm，放在 5℃ 以下会变质。",
    "线圈 24 V，触点 250 V。",
    "星三角降压启动：合上开关，按下按钮，星形接法转为三角形。",
];

const WORDS: &str = "上料 下料 上电 断电 下班 与门 或门 非门 和面 揉面 对刀 对中 从动 从站 主动 主站 起动机 启动 电压法 电流法 故障码 故障 \
    中间继电器 时间继电器 继电器 热继电器 学习环节 环节 自锁 互锁 点动 星三角 三角形 星三角降压启动 降压 刀具补偿 外圆 内圆 7805 W7805 LM317 \
    24V DC24V 5V 不转 不良 不良品 为主 在线 可调 可编程 中心 中心距 给水 给料 会车 由来 或然 以下 以内 面点 蓄电池 诊断仪 门禁 按钮";

/// Of 253 words of the trade, 38 were said to be held by more than hold them: a filler was dropped, or a word cut into
/// characters that were then wanted anywhere.
#[test]
fn as_many_are_said_to_hold_a_word_as_hold_it() {
    let documents: Vec<Document> = TEXTS.iter().map(|text| with_pages("资料", &[text])).collect();
    let (_dir, index) = holding(&documents);

    for word in WORDS.split_whitespace() {
        let normalized = normalize(word);
        let holds = |text: &&&str| normalize(text).replace(' ', "").contains(&normalized);
        let truth = TEXTS.iter().filter(holds).count();
        let answer = index.search(&asking(word), &Synonyms::default()).unwrap();
        assert_eq!((answer.total, &answer.corrected), (truth, &None), "{word}: {answer:?}");
        let held = answer.hits.iter().filter(|hit| hit.fit == Fit::Holds).count();
        assert_eq!(held, truth, "{word}");
    }
}

/// Its characters stand everywhere, and what holds one of them shares nothing with it.
#[test]
fn what_holds_a_character_of_a_torn_word_is_not_near_it() {
    let documents: Vec<Document> = TEXTS.iter().map(|text| with_pages("资料", &[text])).collect();
    let (_dir, index) = holding(&documents);

    for word in ["上料", "会车", "或然"] {
        let answer = index.search(&asking(word), &Synonyms::default()).unwrap();
        assert_eq!((answer.total, answer.near_total), (0, 0), "{word}: {answer:?}");
    }
}

/// Whatever is done by a method was near 电压法.
#[test]
fn a_character_that_was_cut_from_a_word_makes_nothing_near() {
    let texts = ["用电压法测量线圈。", "三种方法的比较。", "先测量电压。"];
    let documents: Vec<Document> = texts.iter().map(|text| with_pages("资料", &[text])).collect();
    let (_dir, index) = holding(&documents);

    let answer = index.search(&asking("电压法"), &Synonyms::default()).unwrap();

    let shown: Vec<(ResourceId, Fit)> = answer.hits.iter().map(|hit| (hit.id, hit.fit)).collect();
    assert_eq!(
        shown,
        [(documents[0].id, Fit::Holds), (documents[2].id, Fit::Near)],
        "{answer:?}"
    );
}

#[test]
fn a_number_below_zero_is_another_than_its_opposite() {
    let documents: Vec<Document> = TEXTS.iter().map(|text| with_pages("资料", &[text])).collect();
    let (_dir, index) = holding(&documents);
    let total = |text: &str| index.search(&asking(text), &synonyms()).unwrap().total;

    assert_eq!(total("24V"), 2, "a unit may stand apart from its number");
    assert_eq!(
        [total("-5℃"), total("-0.021"), total("0.021"), total("-6℃")],
        [1, 1, 1, 0]
    );
}

#[test]
fn a_mark_stands_on_the_part_of_a_code_that_was_asked_for() {
    let (_dir, index) = holding(&[with_pages("稳压", &["三端稳压器W7805的接法"])]);

    let answer = index.search(&asking("7805"), &synonyms()).unwrap();

    assert_eq!(answer.hits[0].passages[0].html, "三端稳压器W<mark>7805</mark>的接法");
}

#[test]
fn another_name_is_said_and_a_word_is_not_replaced_by_another() {
    let (_dir, index) = holding(&[titled("发动机大修"), titled("电动机起动")]);

    let by_name = index.search(&asking("启动"), &synonyms()).unwrap();
    assert_eq!((by_name.total, by_name.synonyms), (1, vec!["起动".to_owned()]));
    let word = index.search(&asking("发电机"), &synonyms()).unwrap();
    assert_eq!((word.total, word.corrected), (0, None));
    assert_eq!(word.did_you_mean, ["发动机"]);
}

#[test]
fn what_is_counted_and_what_is_near_are_told_apart() {
    let documents = [titled("星三角启动"), titled("星三角接线"), titled("启动按钮")];
    let (_dir, index) = holding(&documents);

    let answer = index.search(&asking("星三角启动"), &synonyms()).unwrap();

    assert_eq!((answer.total, answer.near_total), (1, 2));
    assert_eq!(answer.facets.kind, [("worksheet".to_owned(), 1)]);
    assert_eq!(
        answer.hits.iter().map(|hit| hit.fit).collect::<Vec<_>>(),
        [Fit::Holds, Fit::Near, Fit::Near]
    );
}

#[test]
fn ones_own_drafts_are_found_and_not_counted() {
    let owner = AccountId::new();
    let draft = Document {
        audiences: Audience::of_resource(Status::Draft, Scope::Public, None, owner),
        ..titled("台阶轴 草稿")
    };
    let (_dir, index) = holding(&[draft.clone(), titled("台阶轴")]);
    let ask = |mine: bool| {
        let audiences = if mine {
            vec![Audience::Owner(owner)]
        } else {
            vec![Audience::Public, Audience::Owner(owner)]
        };
        let filters = Filters {
            mine,
            ..Filters::default()
        };
        index
            .search(
                &Question {
                    filters,
                    audiences,
                    ..asking("台阶轴")
                },
                &synonyms(),
            )
            .unwrap()
    };

    let all = ask(false);
    assert_eq!((all.total, all.own_total, all.hits.len()), (1, 1, 2));
    assert_eq!((all.hits[1].id, all.hits[1].fit), (draft.id, Fit::Own));
    let mine = ask(true);
    assert_eq!((mine.total, ids(&mine)), (1, vec![draft.id]));
}

#[test]
fn what_lies_inside_an_archive_is_found_by_its_name() {
    let mut archive = with_pages("课件包", &[]);
    archive.files[0].members = vec!["第一章/接线图示例.dwg".to_owned()];
    let (_dir, index) = holding(&[archive.clone(), titled("别的")]);

    assert_eq!(find(&index, "接线图示例"), [archive.id]);
    assert_eq!(
        matched("接线图示例", &synonyms(), &archive),
        [crate::domain::metadata::SearchedField::FileNames]
    );
}
