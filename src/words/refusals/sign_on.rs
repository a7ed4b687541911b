//! Refusals of sign-on by others.

use super::{Both, said};
use crate::domain::sign_on::AnswerFault;

pub(super) fn unavailable() -> Both {
    (
        said(
            "统一认证没有应答",
            "不是您的账号有问题。请稍后再试；有本站密码的账号（例如学校的应急账号）可以直接在登录页登录。一直不行，请告诉管理员。",
        ),
        said(
            "The sign-on service does not answer",
            "Nothing is wrong with your account. Try again later; accounts with a password of this site sign in on the sign-in \
             page as ever. If it goes on, tell the administrator.",
        ),
    )
}

pub(super) fn refused(fault: AnswerFault) -> Both {
    match fault {
        AnswerFault::NotAsked => (
            said(
                "这次登录已经失效",
                "等待太久、页面被打开了两次，或换了浏览器。请回到登录页，重新点一次统一认证。",
            ),
            said(
                "This sign-in is over",
                "It took too long, the page was opened twice, or in another browser. Go back to the sign-in page and begin again.",
            ),
        ),
        AnswerFault::Denied => (
            said(
                "统一认证没有同意登录",
                "可能是您取消了登录，或您的账号没有使用本站的权限。请重新登录，或联系统一认证的管理员。",
            ),
            said(
                "The sign-on service said no",
                "You may have left it, or your account there may not use this site. Try again, or ask those who run it.",
            ),
        ),
        AnswerFault::PasswordExpired => (
            said(
                "密码已到期，要先更改",
                "密码是对的，但学校的账号系统要求先换一个新密码。请在学校的电脑上登录并更改密码，或联系学校的网络管理员，然后再回来登录。",
            ),
            said(
                "Your password has to be changed first",
                "It is right, and your school's directory wants a new one. Change it at a computer of the school, or ask \
                 those who run the directory; then sign in here.",
            ),
        ),
        other => {
            let (zh, en) = answer_fault(other);
            (
                said(
                    "统一认证的回答不可信，没有登录",
                    format!("原因：{zh}。请回到登录页重新登录；再次出现时请告诉管理员，记录里有这一次。"),
                ),
                said(
                    "What came in the name of the sign-on service was not believed",
                    format!(
                        "The reason: {en}. Sign in again; if it happens again tell the administrator, it was recorded."
                    ),
                ),
            )
        }
    }
}

/// Why an answer is not believed, in Chinese and English.
pub fn answer_fault(fault: AnswerFault) -> (&'static str, &'static str) {
    match fault {
        AnswerFault::NotAsked => (
            "不是本浏览器发起的、已用过或已过期的登录",
            "not begun in this browser, used before, or too old",
        ),
        AnswerFault::Denied => ("统一认证没有同意", "the sign-on service said no"),
        AnswerFault::Code => (
            "登录凭据不被统一认证承认",
            "its code is not known to the sign-on service",
        ),
        AnswerFault::Unreadable => ("回答无法读取", "it cannot be read"),
        AnswerFault::Unsigned => ("没有签名", "it is not signed"),
        AnswerFault::Algorithm => ("签名算法不被接受", "it is signed in a way that is not accepted"),
        AnswerFault::Signature => ("签名不对", "the signature is wrong"),
        AnswerFault::Expired => ("已过期", "its time is over"),
        AnswerFault::Audience => ("是发给别的系统的", "it was made for another service"),
        AnswerFault::Issuer => ("签发者不对", "another issuer made it"),
        AnswerFault::Nonce => ("不是对这次登录的回答", "it answers another sign-in"),
        AnswerFault::Subject => ("没有说明是谁，或前后不一致", "it names nobody, or two people"),
        AnswerFault::PasswordExpired => ("密码已到期，要先更改", "the password has to be changed first"),
    }
}

pub(super) fn account_disabled() -> Both {
    (
        said("账号已停用", "这个账号在本站已被停用。需要时请联系学校管理员重新启用。"),
        said(
            "The account is disabled",
            "It was disabled on this site. Ask your school's administrator to enable it again.",
        ),
    )
}

pub(super) fn identity_taken() -> Both {
    (
        said(
            "这个统一认证身份已关联另一个账号",
            "一个身份只能打开一个账号。请先在那个账号的“我的账号”页面取消关联。",
        ),
        said(
            "This sign-on opens another account",
            "It can open one only. Unlink it first on the page of that account.",
        ),
    )
}

pub(super) fn last_identity() -> Both {
    (
        said(
            "这个统一认证不能取消关联",
            "账号是由它开通的，或者没有它就进不来。需要时请联系学校管理员。",
        ),
        said(
            "This sign-on cannot be unlinked",
            "It opened the account, or nothing else opens it. Ask your school's administrator if you need to.",
        ),
    )
}
