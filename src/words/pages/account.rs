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
        passkey: "通行密钥" | "Passkey";
        passkeys: "通行密钥" | "Passkeys";
        passkeys_lead: "用手机或电脑的指纹、面容或 PIN 码登录，不用输密码，假网站也骗不走。一个账号可以添加几个，例如手机和办公室电脑各一个。" |
            "Sign in by the finger, face or PIN of your phone or computer, without a password, and no false site can take it from you. Add several, such as one of the phone and one of the office computer.";
        passkeys_none: "还没有通行密钥。" | "No passkeys yet.";
        passkeys_need_script: "添加和使用通行密钥需要较新的浏览器，并开启 JavaScript。其他登录方式不受影响。" |
            "Passkeys need a newer browser with JavaScript. Every other way of signing in works without.";
        passkeys_need_https: "本站还没有配置 https 网址，浏览器不允许使用通行密钥。需要时请联系管理员。" |
            "This site has no https address yet, and browsers make no passkeys without. Ask the administrator if you need them.";
        passkeys_check: "您的账号还可以用通行密钥登录，请在下面核对，删除不认识的。" |
            " Passkeys sign in to your account, too: look at them below and remove what you do not know.";
        password_chosen: "新密码已生效。" | "Your password is set.";
        passkey_name: "名称" | "Name";
        passkey_name_note: "写上是哪台设备，例如“我的手机”。" | "Which device it is on, such as “my phone”.";
        passkey_name_fault: "名称没有改：请填写 1 到 60 个字。" | "The name stays: 1 to 60 characters, please.";
        passkey_add: "添加通行密钥" | "Add a passkey";
        passkey_added_done: "已添加通行密钥，下次可以用它登录。" | "Added. You can sign in with it from now on.";
        passkey_change: "改名或删除" | "Rename or remove";
        passkey_rename: "改名" | "Rename";
        passkey_renamed_done: "已改名。" | "Renamed.";
        passkey_remove: "删除这个通行密钥" | "Remove this passkey";
        passkey_remove_note: "删除后不能再用它登录，设备里保存的那一份请自行删除。" | "It signs in no more. What your device keeps of it is removed there.";
        passkey_removed_done: "已删除通行密钥。" | "Removed.";
        passkey_unused: "还没有用过" | "not used yet";
        passkey_synced: "已同步备份" | "synced";
        passkey_of_device: "只在这台设备上" | "on one device only";
        passkey_sign_in: "用通行密钥登录" | "Sign in with a passkey";
        passkey_confirm: "用通行密钥确认" | "Confirm with a passkey";
        passkey_cancelled: "没有完成：已取消或超时。可以再试一次，或改用密码。" | "Not done: it was cancelled or took too long. Try again, or use the password.";
        passkey_there: "这台设备上已经有本账号的通行密钥。" | "This device has a passkey of your account already.";
        passkey_failed: "没有完成，请检查网络后再试一次，或改用密码。" | "Not done. Check the connection and try again, or use the password.";
        confirm_identity: "请再次确认身份" | "Confirm who you are";
        confirm_identity_why: "接下来的操作不能撤销，或者会扩大权限。为防止别人在您离开时操作，请再输入一次密码；确认后，已经填写的内容会继续提交。" |
            "What comes next cannot be undone or gives power away. Type your password again, so that nobody else does it while you are away; what you filled in is sent on.";
        confirm_form_lost: "刚才的表单内容较多，没能一起带过来。确认后请回到原来的页面重新提交。" |
            "The form held more than could be carried along. Confirm, then send it once more from its own page.";
        confirm_instead: "（也可以不输密码，只输动态验证码）" | "(in place of the password)";
        confirm_go: "确认并继续" | "Confirm and go on";
        confirm_cancel: "取消，返回" | "Cancel and go back";
        confirm_by_sign_in: "这个账号在本站没有密码。请在下面重新登录一次，再回来重新填写。" |
            "This account has no password here. Sign in once more below, then come back and fill it in again.";
        sign_on_by: "用已有的账号登录" | "Sign in with an account you have";
        sign_on_or_password: "用本站密码登录" | "With a password of this site";
        sign_in_otherwise: "用其他方式登录" | "Sign in otherwise";
        sign_on_password_here: "本站密码" | "The password of this site";
        sign_on_name_there: "那里的登录名" | "The name there";
        sign_on_password_there: "那里的密码" | "The password there";
        leaving: "正在前往另一个网站……" | "Going on to another site …";
        leave_now: "没有自动跳转时，请点这里" | "If nothing happens, go on here";
        signing_out_there: "已退出本站，正在退出统一认证" | "Signed out here; signing out of the sign-on service";
        sign_on: "统一认证" | "Sign-on";
        sign_on_none: "这个账号还没有关联统一认证。" | "No sign-on is linked to this account.";
        sign_on_alone: "这个账号用统一认证登录，没有本站密码；密码和两步验证由统一认证管理。" |
            "This account is opened by sign-on and has no password here: password and second factor are looked after there.";
        sign_on_link_lead: "关联后，可以用统一认证直接登录这个账号。请输入现在的本站密码。" |
            "Once linked, that sign-on opens this account. Type your present password of this site.";
        sign_on_linked: "已关联，以后可以用它登录。" | "Linked. You can sign in by it from now on.";
        sign_on_unlink: "取消关联" | "Unlink";
        sign_on_unlinked: "已取消关联。" | "Unlinked.";
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
            TokenScope::Work => said!(
                self.0,
                zh: "协助：只供别的电脑识别扫描件、听写视频",
                en: "Work: another computer reads scans and hears films, and nothing else"
            ),
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

    /// "请输入“校园账号”的登录名和密码，不是本站的密码。"
    pub fn sign_in_at_directory(self, provider: &str) -> String {
        said!(self.0, zh: "请输入“{provider}”的登录名和密码，不是本站的密码。", en: "Type your name and password of {provider}, not those of this site.")
    }

    /// "关联“市统一认证”"
    pub fn link_at(self, provider: &str) -> String {
        said!(self.0, zh: "关联“{provider}”", en: "Link {provider}")
    }

    /// "可用“市统一认证”登录"
    pub fn opened_by(self, provider: &str) -> String {
        said!(self.0, zh: "可用“{provider}”登录", en: "signs in by {provider}")
    }

    /// "通过“市统一认证”登录"
    pub fn signed_in_by(self, provider: &str) -> String {
        said!(self.0, zh: "通过“{provider}”登录", en: "signed in by {provider}")
    }

    /// "2026-11-24 15:40 登录"
    pub fn signed_in_at(self, moment: &str) -> String {
        said!(self.0, zh: "{moment} 登录", en: "signed in {moment}")
    }

    /// "最近使用 2026-11-24 15:40"
    pub fn last_used(self, moment: &str) -> String {
        said!(self.0, zh: "最近使用 {moment}", en: "last used {moment}")
    }

    /// "2026-11-24 添加"
    pub fn passkey_added(self, day: &str) -> String {
        said!(self.0, zh: "{day} 添加", en: "added {day}")
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
