//! Words of one's own account: password, browsers, tokens.

use super::PageWords;
use crate::domain::role::{TokenArea, TokenScope};
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        own_account: "我的账号" | "My account";
        change_password: "修改密码" | "Change the password";
        old_password: "现在的密码" | "The present password";
        new_password: "新密码" | "The new password";
        change_password_go: "修改" | "Change it";
        password_ends_tokens: "同时作废我的全部令牌（怀疑密码被别人知道时请勾选）" | "Withdraw all my tokens as well (if somebody else may have known the password)";
        password_changed: "密码已修改，其他设备上的登录已退出。" | "Changed. Every other browser was signed out.";
        choose_password: "设置自己的密码" | "Choose your own password";
        choose_password_why: "您用的是管理员给的一次性密码。请再输入一次，并设置一个自己的密码。" |
            "That was a password for once. Type it again, and choose one of your own.";
        choose_password_go: "设置并登录" | "Set it and sign in";
        second_factor: "两步验证" | "Second factor";
        second_factor_lead: "登录时除密码外再输入手机上的动态验证码，密码被别人知道也进不来。" |
            "Signing in then asks for a code from your phone as well; a password that somebody else knows is not enough.";
        second_factor_open: "设置两步验证" | "Set it up";
        second_factor_why: "开启后，每次登录除密码外还要输入手机验证器（任何支持 TOTP 的应用或小程序）显示的 6 位数字。请先输入现在的密码。" |
            "Each sign-in then asks for the 6 digits that an app on your phone shows (any TOTP app). Type your present password first.";
        second_factor_begin: "开始设置" | "Begin";
        second_factor_scan: "用手机验证器扫描这个图案，再输入它显示的 6 位数字。输入正确后才会生效，其他设备上的登录会退出。" |
            "Scan this with the app, then type the 6 digits that it shows. Nothing changes before they are right; other browsers are signed out then.";
        second_factor_secret: "不能扫描时，在验证器中手工输入：" | "If it cannot be scanned, type this into the app:";
        second_factor_confirm: "确认开启" | "Turn it on";
        second_factor_end: "关闭两步验证" | "Turn it off";
        second_factor_end_note: "关闭后只凭密码就能登录，备用码同时作废。换手机时先关闭、再重新设置。" |
            "The password alone signs in then, and the recovery codes end. With a new phone, turn it off and set it up again.";
        second_factor_end_really: "确认关闭" | "Really turn it off";
        recovery_codes: "备用码（只显示这一次，请抄下或打印）" | "Recovery codes, shown this once: write them down or print them";
        recovery_codes_note: "手机不在身边时，可以用一个备用码代替动态验证码登录，每个只能用一次。全部用完又没有手机时，请找管理员解除。" |
            "Without the phone, one of these signs in in place of a code, each once. If all are used, an administrator can help.";
        one_time_code: "动态验证码" | "Code from your phone";
        one_time_code_note: "手机验证器上的 6 位数字，或一个备用码。" | "The 6 digits that your app shows, or a recovery code.";
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
        token_areas: "还能读取" | "It also reads";
        token_areas_note: "别人的信息，需要时才勾选。“全部”权限的令牌不必勾选。" | "What is others' own: only where it is needed. A token for all that the account may do needs neither.";
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

    /// What of others' own a token reads.
    pub fn area_of_token(self, area: TokenArea) -> String {
        match area {
            TokenArea::Accounts => said!(self.0, zh: "账号名单", en: "The list of accounts"),
            TokenArea::Audit => said!(self.0, zh: "操作记录", en: "The audit log"),
        }
    }

    /// "至少 10 个字符。可以用几个不相关的词连在一起。"
    pub fn password_note(self, min: usize) -> String {
        said!(self.0, zh: "至少 {min} 个字符。可以用几个不相关的词连在一起，不必混用符号。", en: "At least {min} characters. A few unrelated words in a row do well; no signs are needed.")
    }

    /// "已开启。还有 9 个备用码没有用过。"
    pub fn second_factor_on(self, codes: u64) -> String {
        said!(self.0, zh: "已开启。还有 {codes} 个备用码没有用过。", en: "It is on. {codes} recovery codes are left.")
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
