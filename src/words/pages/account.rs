//! Words of one's own account: password, browsers, tokens.

use super::PageWords;
use crate::domain::role::TokenScope;
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        own_account: "我的账号" | "My account";
        change_password: "修改密码" | "Change the password";
        old_password: "现在的密码" | "The present password";
        new_password: "新密码" | "The new password";
        change_password_go: "修改" | "Change it";
        password_changed: "密码已修改，其他设备上的登录已退出。" | "Changed. Every other browser was signed out.";
        choose_password: "设置自己的密码" | "Choose your own password";
        choose_password_why: "您用的是管理员给的一次性密码。请再输入一次，并设置一个自己的密码。" |
            "That was a password for once. Type it again, and choose one of your own.";
        choose_password_go: "设置并登录" | "Set it and sign in";
        sessions: "登录的设备" | "Where you are signed in";
        session_here: "这台设备" | "This browser";
        session_other: "其他设备" | "Another browser";
        session_end: "退出" | "Sign out";
        session_ended: "已退出那台设备。" | "That browser was signed out.";
        tokens: "程序令牌" | "Tokens for programs";
        tokens_lead: "让程序以您的名义访问，例如学校的镜像。令牌等同密码，请妥善保管。" |
            "They let a program speak for you, such as your school's mirror. Keep a token as you keep a password.";
        tokens_none: "还没有令牌。" | "No tokens yet.";
        token_made: "新令牌（只显示这一次，请现在复制）" | "The new token, shown this once: copy it now";
        token_make: "生成令牌" | "Make a token";
        token_name: "用途" | "What it is for";
        token_scope: "权限" | "What it may do";
        token_days: "有效期" | "How long it lasts";
        token_withdraw: "撤销" | "Withdraw";
        token_withdraw_note: "使用它的程序马上不能访问，撤销后不能恢复；可以再生成一个新的。" | "Programs that use it are shut out at once, for good; a new one can be made.";
        token_withdraw_really: "确认撤销" | "Really withdraw";
        token_withdrawn: "已撤销，使用它的程序马上不能访问。" | "Withdrawn. Programs that used it are shut out at once.";
        token_nameless: "未写用途" | "No purpose given";
        token_for_ever: "长期有效" | "does not expire";
    }

    /// What a token may do.
    pub fn scope_of_token(self, scope: TokenScope) -> String {
        match scope {
            TokenScope::Read => said!(self.0, zh: "只读：查看和下载", en: "Read: look and fetch"),
            TokenScope::Write => said!(self.0, zh: "读写：还能上传和修改", en: "Write: share and edit as well"),
            TokenScope::Admin => said!(self.0, zh: "全部：账号能做的都能做", en: "All that the account may do"),
        }
    }

    /// "至少 10 个字符。可以用几个不相关的词连在一起。"
    pub fn password_note(self, min: usize) -> String {
        said!(self.0, zh: "至少 {min} 个字符。可以用几个不相关的词连在一起，不必混用符号。", en: "At least {min} characters. A few unrelated words in a row do well; no signs are needed.")
    }

    /// "90 天"
    pub fn days(self, n: u64) -> String {
        said!(self.0, zh: "{n} 天", en: "{n} days")
    }

    /// "2026-11-24 15:40 登录"
    pub fn signed_in_at(self, moment: &str) -> String {
        said!(self.0, zh: "{moment} 登录", en: "signed in {moment}")
    }

    /// "最近使用 2026-11-24 15:40"
    pub fn last_used(self, moment: &str) -> String {
        said!(self.0, zh: "最近使用 {moment}", en: "last used {moment}")
    }

    /// "有效至 2026-11-24"
    pub fn valid_until(self, day: &str) -> String {
        said!(self.0, zh: "有效至 {day}", en: "valid until {day}")
    }

    /// "已于 2026-11-24 到期"
    pub fn expired_on(self, day: &str) -> String {
        said!(self.0, zh: "已于 {day} 到期", en: "expired {day}")
    }
}
