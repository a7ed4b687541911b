//! Refusals about recognition, companies and visits of experts.

use super::{Both, said};
use crate::domain::recognition::fault::RecognitionFault;

pub(super) fn visit_closed() -> Both {
    (
        said(
            "记录不能再修改",
            "学校提交落实情况以后，指导内容和建议不再修改；办结以后，落实情况也不再修改。需要补充的请另行登记。",
        ),
        said(
            "The visit does not change any more",
            "What was asked and advised stands once the school answered; its answer stands once the visit is closed. Record another for what is missing.",
        ),
    )
}

pub(super) fn visit_not_answered() -> Both {
    (
        said("学校还没有提交落实情况", "请等学校填写落实情况以后再办结。"),
        said(
            "The school has not answered yet",
            "It is closed once the school has said what it did.",
        ),
    )
}

pub(super) fn visit_answered() -> Both {
    (
        said(
            "记录不能删除",
            "学校已经提交落实情况，这次指导要留存备查。登记有误的，请另行登记一次，并在建议里写明。",
        ),
        said(
            "The visit is not removed",
            "The school has answered it, so it is kept for the record. Where it is wrong, record another that says so.",
        ),
    )
}

pub(super) fn company_in_use() -> Both {
    (
        said(
            "企业不能删除",
            "这家企业有企业账号，或者已经提供过资源。只有登记错、还没有用过的企业能删除；请先把账号移出企业；提供过资源的，可以填上协议结束日期。",
        ),
        said(
            "The company is not removed",
            "It has people, or gave something. Only what was added by mistake and never used is removed: take its people out first; where it gave something, say the last day of the agreement instead.",
        ),
    )
}

pub(super) fn agreement_over() -> Both {
    (
        said(
            "企业不在协议期内",
            "只有在协议期内才能以企业名义提供资源；请联系合作学校续签并更新协议日期。",
        ),
        said(
            "The company's agreement does not hold",
            "Things are given under its name while the agreement holds. Ask the school to renew it and to change its days.",
        ),
    )
}

#[expect(clippy::too_many_lines, reason = "two sentences for each")]
pub(super) fn refused(fault: RecognitionFault) -> Both {
    match fault {
        RecognitionFault::Announced => (
            said(
                "通知已发布，不能这样修改",
                "发布以后只能推迟截止日期；报名结束后只能推迟评审截止日期。要改别的，请取消这次活动，另建一个。",
            ),
            said(
                "It was announced and does not change so",
                "Its last days may be put off; once it is judged, only the jury's. For anything else cancel it and make another.",
            ),
        ),
        RecognitionFault::NotOpen => (
            said("现在不能申报", "申报只在活动页面写明的日期内进行，以本站的日期为准。"),
            said(
                "No entries are taken today",
                "Entries are taken on the days that the call names, by this site's calendar.",
            ),
        ),
        RecognitionFault::NotJudging => (
            said("现在不能评审", "评审从申报截止的第二天开始，到评审截止日期为止。"),
            said(
                "It is not judged today",
                "The jury scores from the day after the last one for entries to its own last day.",
            ),
        ),
        RecognitionFault::Entered => (
            said("已经申报过", "同一对象在一次活动里只能申报一次；请修改原来的申报。"),
            said(
                "It is entered already",
                "The same is entered once for a call. Change the entry that is there.",
            ),
        ),
        RecognitionFault::SchoolFull => (
            said("学校的申报名额已满", "请先撤回本校的另一项申报。"),
            said(
                "The school has all its entries",
                "Withdraw another entry of the school first.",
            ),
        ),
        RecognitionFault::NotForThem => (
            said(
                "这次活动不由您申报",
                "面向学校的活动由学校管理员申报；没有所属学校的账号不能申报。",
            ),
            said(
                "You do not enter for this call",
                "Calls for schools are entered by their administrators; an account without a school enters nothing.",
            ),
        ),
        RecognitionFault::Withdrawn => (
            said("申报已撤回", "撤回的申报不再修改和评分；申报期内可以重新申报。"),
            said(
                "The entry was withdrawn",
                "It is neither changed nor scored. While the call is open it can be entered anew.",
            ),
        ),
        RecognitionFault::Conflict => (
            said(
                "您需要回避这项申报",
                "评委不评本校的申报和登记过回避的申报；本人有申报、或有申报以其作品为材料的，这次活动的申报一项也不评。",
            ),
            said(
                "You have something to do with this entry",
                "Nobody scores an entry of their school or one that they stepped back from. Whoever has an entry, or whose work shows one, scores nothing of the call.",
            ),
        ),
        RecognitionFault::Involved => (
            said(
                "您需要回避这次活动",
                "有申报、或给申报打过分的人不公布、不更正结果。请由其他人办理。",
            ),
            said(
                "You have something to do with this call",
                "Whoever entered or scored something of a call neither publishes nor corrects its results. Ask somebody else.",
            ),
        ),
        RecognitionFault::TooFewVoices => (
            said(
                "有申报的评分人数不够",
                "请在评审情况里查看缺几票，增聘评委或推迟评审截止日期。",
            ),
            said(
                "Some entries have too few voices",
                "See how many are missing among the standings; appoint more of the jury, or put off its last day.",
            ),
        ),
        RecognitionFault::JuryAtWork => (
            said("评委还在评分", "请等评委评完，或等评审截止日期过后再公布。"),
            said(
                "The jury is at work",
                "Wait until all have scored, or until the jury's last day is over.",
            ),
        ),
        RecognitionFault::Published => (
            said("结果已公布", "公布以后不能再改动；确有差错，请写明原因更正。"),
            said(
                "The results are out",
                "They do not change any more. Mistakes are corrected, with a reason.",
            ),
        ),
        RecognitionFault::Cancelled => (
            said("活动已取消", "请选择其他活动。"),
            said("The call was cancelled", "Choose another."),
        ),
        RecognitionFault::NoEntries => (
            said("没有可评的申报", "没有申报的活动不能公布结果，可以取消。"),
            said(
                "Nothing was entered",
                "A call without entries has no results; it can be cancelled.",
            ),
        ),
    }
}
