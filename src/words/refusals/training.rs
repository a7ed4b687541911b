//! Refusals about teacher training.

use super::{Both, said};
use crate::domain::training::fault::TrainingFault;

pub(super) fn refused(fault: TrainingFault) -> Both {
    match fault {
        TrainingFault::BaseInUse => (
            said(
                "基地已办过培训班",
                "办过培训班的基地要留作记录，不能删除；可以修改名称或说明。",
            ),
            said(
                "The base held sessions",
                "A base that held sessions stays for the record. Its name can be changed.",
            ),
        ),
        TrainingFault::Cancelled => (
            said("培训班已取消", "请选择其他培训班；要重新举办，请新建一个培训班。"),
            said(
                "The session is cancelled",
                "Choose another session; to hold it after all, make a new one.",
            ),
        ),
        TrainingFault::Over => (
            said(
                "培训班已结束",
                "结束以后不能再报名或退出；确有差错，请举办方写明原因更正。",
            ),
            said(
                "The session is over",
                "Nobody joins or leaves it any more. Whoever holds it corrects mistakes, with a reason.",
            ),
        ),
        TrainingFault::Full => (
            said("名额已满", "请联系举办方增加名额，或报名其他培训班。"),
            said(
                "All seats are taken",
                "Ask whoever holds the session for more seats, or choose another.",
            ),
        ),
        TrainingFault::Attended => (
            said("已经签到", "签到以后不能自行退出；确有差错，请举办方写明原因更正。"),
            said(
                "You took part already",
                "Nobody leaves a session that they signed in to. Whoever holds it corrects mistakes, with a reason.",
            ),
        ),
        TrainingFault::NotToday => (
            said(
                "今天不是培训日",
                "签到只在培训当天，计学时要等开班以后；漏签请联系举办方补登。",
            ),
            said(
                "It is not held today",
                "One signs in on its days, and hours are counted once it has begun. Whoever holds it can add somebody who was forgotten.",
            ),
        ),
        TrainingFault::WrongCode => (
            said(
                "签到码不对或已过期",
                "签到码每分钟更换，请输入现场正在显示的 8 位数字。",
            ),
            said(
                "The code is wrong or over",
                "It changes every minute. Type the 8 digits that are shown in the room now.",
            ),
        ),
        TrainingFault::IsOnline => (
            said("线上培训不用签到", "请按顺序学习培训内容，学完自动计入学时。"),
            said(
                "Online sessions need no signing in",
                "Look at what the session shows; its hours are counted when you are through.",
            ),
        ),
        TrainingFault::IsOnSite => (
            said("现场培训没有线上内容", "请把培训班改为线上，或到现场参加。"),
            said(
                "On-site sessions show nothing online",
                "Make the session an online one, or go where it is held.",
            ),
        ),
        TrainingFault::NotEnrolled => (
            said("还没有报名", "请先在培训班页面报名，再学习；报名以后才计进度。"),
            said(
                "You do not take part yet",
                "Join the session on its page first; progress is counted from then on.",
            ),
        ),
        TrainingFault::OtherItem => (
            said(
                "已在别处打开另一项内容",
                "同一时间只计一项的进度。要继续学这一项，请刷新页面。",
            ),
            said(
                "Something else was opened",
                "Only one thing is counted at a time. Reload this page to go on with this one.",
            ),
        ),
    }
}
