//! Refusals of the person: who asks, and what their account or token may do.

use std::time::Duration;

use super::{Both, said};

pub(super) fn wrong_password() -> Both {
    (
        said("登录名或密码不对", "请检查后重新输入。忘记密码请找学校管理员重设。"),
        said(
            "Wrong name or password",
            "Check both and try again. If you forgot it, ask your school's administrator.",
        ),
    )
}

pub(super) fn locked_out(retry_after: Duration) -> Both {
    let minutes = retry_after.as_secs().div_ceil(60);
    (
        said(
            "此处暂停登录",
            format!("从这里输错密码的次数太多，请 {minutes} 分钟后再试；在平时使用的浏览器中可以照常登录。"),
        ),
        said(
            "Signing in has to wait here",
            format!(
                "Too many wrong passwords from here. Try again in {minutes} minutes, or in the browser you always use."
            ),
        ),
    )
}

pub(super) fn second_factor_required() -> Both {
    (
        said(
            "请再输入动态验证码",
            "这个账号开启了两步验证。请输入手机验证器上的 6 位数字（或一个备用码），程序用 `code` 随登录请求一起发送。",
        ),
        said(
            "A code is needed as well",
            "This account has a second factor. Type the 6 digits that your app shows, or a recovery code; programs send it along as `code`.",
        ),
    )
}

pub(super) fn wrong_code() -> Both {
    (
        said(
            "验证码不对或已经用过",
            "请输入手机验证器上当前显示的 6 位数字；每个验证码、每个备用码只能用一次。请检查手机时间是否准确。",
        ),
        said(
            "The code is wrong or was used before",
            "Type the 6 digits that your app shows now; each code and each recovery code works once. Check the clock of your phone.",
        ),
    )
}

pub(super) fn password_once() -> Both {
    (
        said(
            "请先设置自己的密码",
            "这个密码是管理员给的，只能用来设置新密码。请在登录页设置，或随请求一起发送 `new_password`。",
        ),
        said(
            "Choose a password of your own first",
            "This one was given to you and opens nothing else. Choose yours on the sign-in page, or send `new_password` along.",
        ),
    )
}

pub(super) fn own_account() -> Both {
    (
        said(
            "这是您自己的账号",
            "自己的密码和两步验证请在“我的账号”页面修改；忘记密码或丢失手机时，请找另一位管理员。",
        ),
        said(
            "This is your own account",
            "Change your own password and second factor on the page of your account; without them ask another administrator.",
        ),
    )
}

pub(super) fn last_bureau() -> Both {
    (
        said(
            "这是最后一个市人社局账号",
            "停用或改动它以后就没有人能管理账号了。请先再开一个市人社局账号。",
        ),
        said(
            "The last account of the bureau",
            "Without it nobody could look after accounts. Open another account of the bureau first.",
        ),
    )
}

pub(super) fn invalid_token() -> Both {
    (
        said("令牌无效", "令牌不存在、已过期或已撤销。请在“我的账号”里重新生成。"),
        said(
            "Invalid token",
            "The token is unknown, expired or withdrawn. Make a new one on the page of your account.",
        ),
    )
}

pub(super) fn token_too_narrow() -> Both {
    (
        said(
            "令牌权限不够",
            "这个操作需要权限更大的令牌（write 或 admin）；读取账号名单或操作记录，需要在生成时为此勾选（areas）的令牌。",
        ),
        said(
            "The token is too narrow",
            "This needs a token of a wider scope (write or admin); reading accounts or the audit log needs one that was made \
             for these areas.",
        ),
    )
}

pub(super) fn not_allowed() -> Both {
    (
        said("没有权限", "您的账号不能做这个操作。需要时请联系学校管理员。"),
        said(
            "Not allowed",
            "Your account may not do this. Ask your school's administrator if you need to.",
        ),
    )
}

pub(super) fn own_work() -> Both {
    (
        said("不能审核自己的作品", "请由另一位审核人来通过。"),
        said("Nobody approves their own work", "Another reviewer has to approve it."),
    )
}

pub(super) fn csrf() -> Both {
    (
        said("页面已失效", "请刷新页面后再提交一次。"),
        said("The page is out of date", "Reload the page and send it again."),
    )
}

pub(super) fn not_signed_in() -> Both {
    (
        said("请先登录", "登录后再试，或在请求里带上令牌。"),
        said(
            "Sign in first",
            "Sign in and try again, or send a token with the request.",
        ),
    )
}
