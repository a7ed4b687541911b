//! Refusals of the review: whose turn it is, and whose it is not.

use super::{Both, said};
use crate::domain::role::Role;
use crate::words::Lang;
use crate::words::pages::PageWords;

pub(super) fn step_of_others((zh, en): &(String, String), takers: &[Role], people: &[String]) -> Both {
    let who = |lang: Lang| match people {
        [] => takers_in(lang, takers),
        people => people.join(lang.pick("、", ", ")),
    };
    let (who_zh, who_en) = (who(Lang::Zh), who(Lang::En));
    (
        said(
            "还没有轮到您审核",
            format!("现在是“{zh}”这一步，由{who_zh}审核。走到您这一步时，会出现在您的审核页上。"),
        ),
        said(
            "It is not your turn",
            format!("It waits at “{en}”, which is for: {who_en}. When it comes to you, it shows in your queue."),
        ),
    )
}

fn takers_in(lang: Lang, takers: &[Role]) -> String {
    let say = PageWords(lang);
    let names: Vec<String> = takers.iter().map(|role| say.role(*role)).collect();
    names.join(lang.pick("、", ", "))
}

pub(super) fn own_school() -> Both {
    (
        said(
            "本校的作品由别人审核",
            "向全市或公众共享的作品，由其他学校的专家或市人社局审核。请交给他们。",
        ),
        said(
            "It is of your own school",
            "What a school shares with the city is decided on by experts of other schools or by the bureau. Leave it to them.",
        ),
    )
}

pub(super) fn nothing_to_review() -> Both {
    (
        said("还没有文件", "教材须有文件才能提交审核。请先上传文件，再提交。"),
        said(
            "There is no file yet",
            "A textbook is reviewed by its files. Upload them first, then submit it.",
        ),
    )
}

pub(super) fn rejected() -> Both {
    (
        said(
            "这一版不予通过，不能原样再提交",
            "请按审核意见修改，上传新版本以后再提交。审核意见在资源页上。",
        ),
        said(
            "This version was not approved for good",
            "Make a new version that answers the reviewer's note, which is on the resource's page, and submit that.",
        ),
    )
}

pub(super) fn required((zh, en): &(String, String)) -> Both {
    (
        said(
            "须经审核才能发布",
            format!("“{zh}”流程不能直接发布。请提交审核，各步通过后自动发布。"),
        ),
        said(
            "It must be reviewed",
            format!(
                "On the path “{en}” nothing is published without a review. Submit it; once every step is done it is published."
            ),
        ),
    )
}

pub(super) fn taken(by: &str) -> Both {
    (
        said(
            "已有人领取",
            format!("现由{by}审核。请和{by}商量，或等交还以后再领取；一天没有处理，会自动放回。"),
        ),
        said(
            "Somebody has taken it",
            format!(
                "{by} is reviewing it. Ask {by}, or wait until it is given back; after a day it is anybody's again."
            ),
        ),
    )
}
