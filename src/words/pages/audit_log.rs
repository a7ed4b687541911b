//! Words of the audit log.

use super::PageWords;
use crate::domain::audit::{AuditAction, AuditFamily};
use crate::error::Refusal;
use crate::words::{Lang, said, sentences};

/// What actions are about, in Chinese and English.
fn family_words(family: AuditFamily) -> (&'static str, &'static str) {
    match family {
        AuditFamily::Resource => ("资源", "Resources"),
        AuditFamily::Comment => ("批注", "Comments"),
        AuditFamily::Session => ("登录", "Signing in"),
        AuditFamily::Account => ("账号", "Accounts"),
        AuditFamily::Password => ("密码", "Passwords"),
        AuditFamily::SecondFactor => ("两步验证", "Second factors"),
        AuditFamily::School => ("学校", "Schools"),
        AuditFamily::Token => ("令牌", "Tokens"),
        AuditFamily::Curriculum => ("课程目录", "Curriculum"),
        AuditFamily::Task => ("学习任务", "Learning tasks"),
        AuditFamily::Pack => ("资源包", "Packs"),
        AuditFamily::Synonyms => ("同义词", "Synonyms"),
        AuditFamily::SavedSearch => ("已存搜索", "Saved searches"),
        AuditFamily::Mirror => ("镜像", "Mirrors"),
        AuditFamily::Keys => ("签名密钥", "Signing keys"),
        AuditFamily::Store => ("存储", "Storage"),
        AuditFamily::Job => ("后台任务", "Background work"),
    }
}

/// What was done, in Chinese and English.
fn action_words(action: AuditAction) -> (&'static str, &'static str) {
    match action {
        AuditAction::ResourceCreate => ("新建资源", "shared a resource"),
        AuditAction::ResourceEdit => ("修改资源", "changed a resource"),
        AuditAction::ResourceVersion => ("上传新版本", "added a version"),
        AuditAction::ResourceSubmit => ("提交审核", "submitted for review"),
        AuditAction::ResourceApprove => ("审核通过", "approved"),
        AuditAction::ResourceReturn => ("退回修改", "sent back"),
        AuditAction::ResourcePublish => ("直接发布", "published"),
        AuditAction::ResourcePublishImported => ("导入并发布", "published an import"),
        AuditAction::ResourceWithdraw => ("下架", "withdrew"),
        AuditAction::ResourceTakeDown => ("立即下架（镜像同时删除）", "took down, on mirrors too"),
        AuditAction::ResourceFeature => ("评为示范资源", "held up as a model"),
        AuditAction::ResourceUnfeature => ("取消示范", "took a mark away"),
        AuditAction::ResourceEraseFile => ("从历史中删除文件", "erased a file from the history"),
        AuditAction::ResourceRemove => ("删除资源", "removed a resource"),
        AuditAction::CommentAdd => ("写批注", "wrote a comment"),
        AuditAction::CommentResolve => ("解决批注", "was done with a comment"),
        AuditAction::CommentReopen => ("重新打开批注", "opened a comment again"),
        AuditAction::CommentRemove => ("删除批注", "deleted a comment"),
        AuditAction::SessionBegin => ("登录", "signed in"),
        AuditAction::SessionEnd => ("退出", "signed out"),
        AuditAction::SessionLock => ("多次输错密码（该处暂停登录）", "guessed too often and waits"),
        AuditAction::AccountAdd => ("新建账号", "added an account"),
        AuditAction::AccountEdit => ("修改账号", "changed an account"),
        AuditAction::AccountDisable => ("停用账号", "disabled an account"),
        AuditAction::AccountEnable => ("重新启用账号", "enabled an account again"),
        AuditAction::AccountUnlock => ("解除登录锁定", "unlocked an account"),
        AuditAction::AccountPassword => ("重设别人的密码", "reset somebody's password"),
        AuditAction::PasswordChange => ("修改自己的密码", "changed their own password"),
        AuditAction::SecondFactorAdd => ("开启两步验证", "turned their second factor on"),
        AuditAction::SecondFactorRemove => ("关闭两步验证", "turned their second factor off"),
        AuditAction::SecondFactorReset => ("解除别人的两步验证", "took somebody's second factor away"),
        AuditAction::SchoolAdd => ("新建学校", "added a school"),
        AuditAction::SchoolEdit => ("修改学校", "changed a school"),
        AuditAction::TokenAdd => ("生成令牌", "made a token"),
        AuditAction::TokenRemove => ("撤销令牌", "withdrew a token"),
        AuditAction::CurriculumImport => ("导入课程目录", "imported the curriculum"),
        AuditAction::TaskOrder => ("排学习任务的顺序", "put a task's resources in order"),
        AuditAction::PackCreate => ("新建资源包", "made a pack"),
        AuditAction::PackEdit => ("修改资源包", "changed a pack"),
        AuditAction::PackPublish => ("发布资源包", "published a pack"),
        AuditAction::PackWithdraw => ("下架资源包", "withdrew a pack"),
        AuditAction::PackRestore => ("恢复共享资源包", "shared a pack again"),
        AuditAction::PackRemove => ("删除资源包", "removed a pack"),
        AuditAction::PackReceipt => ("登记回执", "kept a receipt"),
        AuditAction::SynonymsAdd => ("新增同义词", "added synonyms"),
        AuditAction::SynonymsEdit => ("修改同义词", "changed synonyms"),
        AuditAction::SynonymsRemove => ("删除同义词", "removed synonyms"),
        AuditAction::SavedSearchAdd => ("保存搜索", "saved a search"),
        AuditAction::SavedSearchEdit => ("修改已存搜索", "changed a saved search"),
        AuditAction::SavedSearchRemove => ("删除已存搜索", "removed a saved search"),
        AuditAction::SavedSearchFeedAdd => ("生成订阅地址", "made a feed address"),
        AuditAction::SavedSearchFeedRemove => ("停用订阅地址", "ended a feed"),
        AuditAction::MirrorTake => ("收取镜像内容", "took over from a hub"),
        AuditAction::MirrorRemove => ("删除镜像资源", "removed a mirrored resource"),
        AuditAction::MirrorWithdraw => ("下架镜像资源", "withdrew a mirrored resource"),
        AuditAction::KeysRotate => ("更换签名密钥", "changed signing keys"),
        AuditAction::KeysRevoke => ("作废签名密钥", "revoked signing keys"),
        AuditAction::KeysSeal => ("加密保存签名密钥", "sealed the signing keys"),
        AuditAction::KeysUnseal => ("取消签名密钥的加密保存", "unsealed the signing keys"),
        AuditAction::StoreJoin => ("认定存储属于本库", "joined a store to this library"),
        AuditAction::JobRetry => ("重试任务", "tried a job again"),
        AuditAction::JobRetryAll => ("重试一类任务", "tried all dead jobs of a kind again"),
    }
}

impl PageWords {
    sentences! {
        audit: "操作记录" | "Audit log";
        audit_lead: "谁、什么时候、做了什么、结果怎样。只能查看，不能修改或删除。" |
            "Who did what, when, with what result. To be read only: nothing here can be changed or removed.";
        audit_filter: "筛选记录" | "Narrow the log";
        audit_who: "谁" | "Who";
        audit_who_note: "登录名，或其中一段" | "a sign-in name, or a part of it";
        audit_system: "系统" | "The system";
        audit_what: "做了什么" | "What";
        audit_when: "时间" | "When";
        audit_from: "从" | "From";
        audit_until: "到" | "To";
        audit_subject: "对象" | "On what";
        audit_act_named: "操作名称" | "Act in words";
        audit_subject_named: "对象名称" | "On what, by name";
        audit_outcome: "结果" | "Result";
        audit_address: "来自" | "From where";
        audit_anything: "全部操作" | "Everything";
        audit_any: "全部结果" | "Any result";
        audit_done: "成功" | "done";
        audit_refused: "被拒绝" | "refused";
        audit_clear: "清除条件" | "Clear";
        audit_none: "没有符合条件的记录。" | "No lines fit.";
        audit_day_fault: "日期写成 2026-11-24 的样子。" | "Write the day as 2026-11-24.";
        audit_newest: "回到最新" | "Back to the newest";
    }

    /// What a pack's or a resource's comment is of, and which version: the number behind the slash of its subject.
    pub fn audit_title(self, title: &str, subject: &str) -> String {
        let number = subject.split_once('/').and_then(|(_, number)| number.parse().ok());
        number.map_or_else(
            || title.to_owned(),
            |number| format!("{title} · {}", self.version(number)),
        )
    }

    /// What an act was done on that has no title of its own; nothing where it is only known by its id.
    pub fn audit_untitled(self, action: &str, subject: &str) -> Option<String> {
        match AuditAction::of_code(action)? {
            AuditAction::JobRetryAll => {
                let (kind, count) = subject.split_once(": ")?;
                Some(format!("{} × {count}", self.job_of(kind)))
            }
            AuditAction::TokenAdd | AuditAction::TokenRemove => Some(self.token_nameless().to_owned()),
            AuditAction::CurriculumImport => Some(self.curriculum_admin().to_owned()),
            AuditAction::KeysRotate | AuditAction::KeysRevoke => Some(subject.replace(' ', self.0.pick("、", ", "))),
            _ => None,
        }
    }

    /// The heads of the columns that are only in the table to take along, behind the others.
    pub fn audit_more_heads(self) -> [&'static str; 2] {
        [self.audit_act_named(), self.audit_subject_named()]
    }

    /// The heads of the table, in its order.
    pub fn audit_heads(self) -> [&'static str; 6] {
        [
            self.audit_when(),
            self.audit_who(),
            self.audit_what(),
            self.audit_subject(),
            self.audit_outcome(),
            self.audit_address(),
        ]
    }

    /// An action in words; one that another version recorded stands for itself.
    pub fn act(self, action: &str) -> String {
        let words = AuditAction::of_code(action).map(action_words);
        let words = words.or_else(|| AuditFamily::of_code(action).map(family_words));
        words.map_or_else(|| action.to_owned(), |(zh, en)| self.0.pick(zh, en).to_owned())
    }

    /// What actions are about: code and name.
    pub fn act_families(self) -> Vec<(&'static str, &'static str)> {
        let named = |family: &AuditFamily| {
            let (zh, en) = family_words(*family);
            (family.code(), self.0.pick(zh, en))
        };
        AuditFamily::ALL.iter().map(named).collect()
    }

    /// What came of an act.
    pub fn outcome(self, outcome: &str) -> String {
        match (outcome, self.0) {
            ("done", _) => self.audit_done().to_owned(),
            (code, lang) if code == Refusal::WrongPassword.code() => {
                let why = Refusal::WrongPassword.say(lang).title;
                said!(lang, zh: "被拒绝（{why}）", en: "refused ({why})")
            }
            (code, Lang::Zh) => format!("被拒绝（{code}）"),
            (code, Lang::En) => format!("refused ({code})"),
        }
    }
}
