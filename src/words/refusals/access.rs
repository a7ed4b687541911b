//! Refusals of the person: who asks, and what their account or token may do.

use std::time::Duration;

use super::{Both, said};
use crate::domain::passkey::PasskeyFault;

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

pub(super) fn passkey(fault: PasskeyFault) -> Both {
    match fault {
        PasskeyFault::Over => (
            said(
                "操作已超时",
                "通行密钥的验证要在 5 分钟内、在同一个浏览器里完成，且只能用一次。请再试一次。",
            ),
            said(
                "That took too long",
                "A passkey answers within 5 minutes, in the same browser, once. Try again.",
            ),
        ),
        PasskeyFault::OtherSite => (
            said(
                "通行密钥是在别的网址上使用的",
                "请检查地址栏里的网址，并从学校公布的网址进入本站；如果网址没有错，请把这件事告诉管理员。",
            ),
            said(
                "The passkey was used at another address",
                "Check the address and come by the one that your school gave you; if it is right, tell the administrator.",
            ),
        ),
        PasskeyFault::NotVerified => (
            said(
                "没有确认是本人",
                "请在设备上用指纹、面容或 PIN 码确认；不支持这些的安全密钥不能用来登录。",
            ),
            said(
                "The device did not ask who you are",
                "Confirm by finger, face or PIN; a security key that asks for none of them does not sign in.",
            ),
        ),
        PasskeyFault::Copied => (
            said(
                "这个通行密钥可能被复制过",
                "设备报告的使用次数比上一次少。请改用密码登录，删除这个通行密钥，并告诉管理员。",
            ),
            said(
                "This passkey may have been copied",
                "The device counts fewer uses than before. Sign in by password, remove this passkey, and tell the administrator.",
            ),
        ),
        PasskeyFault::Wrong => (
            said(
                "通行密钥不对",
                "本站不认识这个通行密钥，或者它属于另一个账号。请改用密码登录，再到“我的账号”查看。",
            ),
            said(
                "The passkey does not fit",
                "It is unknown here or belongs to another account. Sign in by password and look at the page of your account.",
            ),
        ),
    }
}

pub(super) fn passkeys_unavailable() -> Both {
    (
        said(
            "本站暂不能使用通行密钥",
            "浏览器只在 https 域名上提供通行密钥。请管理员为本站配置 https 网址（server.public_url）。",
        ),
        said(
            "No passkeys at this address",
            "Browsers make passkeys at https addresses with a name alone. The operator sets one as server.public_url.",
        ),
    )
}

pub(super) fn confirm_identity() -> Both {
    (
        said(
            "请再次确认身份",
            "这个操作不能撤销，或者会扩大权限，而您已经登录了一段时间。请重新输入密码；程序先发送 `POST /api/v1/session/confirm`，再发一次原来的请求。",
        ),
        said(
            "Confirm who you are",
            "This cannot be undone or gives power away, and you signed in a while ago. Type your password again; \
             programs send `POST /api/v1/session/confirm`, then the same request once more.",
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
        said(
            "不能审核自己的作品",
            "您上传或修改过的内容也算自己的作品。请由另一位审核人来审。",
        ),
        said(
            "Nobody decides on their own work",
            "What you uploaded or changed is your own work as well. Another reviewer has to decide.",
        ),
    )
}

pub(super) fn held_by_others() -> Both {
    (
        said(
            "这个文件也在别人的资源里",
            "别人已发布的资源里有同一个文件，改动会显示在那里。请那份资源的作者或其学校管理员来改正。",
        ),
        said(
            "Others hold this file, too",
            "The same file is in something published by others, where the change would be shown. Ask its author or their school's administrator.",
        ),
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
