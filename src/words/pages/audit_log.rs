//! Words of the audit log.

use super::PageWords;
use crate::error::Refusal;
use crate::words::{Lang, said, sentences};

/// Acts by their stable names, the family first; an act that is not named here stands for itself.
const ACTS: [(&str, &str, &str); 73] = [
    ("resource", "资源", "Resources"),
    ("resource.create", "新建资源", "shared a resource"),
    ("resource.edit", "修改资源", "changed a resource"),
    ("resource.version", "上传新版本", "added a version"),
    ("resource.submit", "提交审核", "submitted for review"),
    ("resource.approve", "审核通过", "approved"),
    ("resource.return", "退回修改", "sent back"),
    ("resource.publish", "直接发布", "published"),
    ("resource.publish-imported", "导入并发布", "published an import"),
    ("resource.withdraw", "下架", "withdrew"),
    (
        "resource.take-down",
        "立即下架（镜像同时删除）",
        "took down, on mirrors too",
    ),
    ("resource.mark", "评为示范资源", "held up as a model"),
    ("resource.unmark", "取消示范", "took a mark away"),
    ("resource.remove", "删除资源", "removed a resource"),
    ("comment", "批注", "Comments"),
    ("comment.add", "写批注", "wrote a comment"),
    ("comment.resolve", "解决批注", "was done with a comment"),
    ("comment.reopen", "重新打开批注", "opened a comment again"),
    ("comment.remove", "删除批注", "deleted a comment"),
    ("session", "登录", "Signing in"),
    ("session.begin", "登录", "signed in"),
    ("session.end", "退出", "signed out"),
    ("account", "账号", "Accounts"),
    ("account.add", "新建账号", "added an account"),
    ("account.edit", "修改账号", "changed an account"),
    ("account.disable", "停用账号", "disabled an account"),
    ("account.enable", "重新启用账号", "enabled an account again"),
    ("account.unlock", "解除登录锁定", "unlocked an account"),
    ("account.password", "重设别人的密码", "reset somebody's password"),
    ("password", "密码", "Passwords"),
    ("password.change", "修改自己的密码", "changed their own password"),
    ("school", "学校", "Schools"),
    ("school.add", "新建学校", "added a school"),
    ("school.edit", "修改学校", "changed a school"),
    ("token", "令牌", "Tokens"),
    ("token.add", "生成令牌", "made a token"),
    ("token.remove", "撤销令牌", "withdrew a token"),
    ("curriculum", "课程目录", "Curriculum"),
    ("curriculum.import", "导入课程目录", "imported the curriculum"),
    ("task", "学习任务", "Learning tasks"),
    ("task.order", "排学习任务的顺序", "put a task's resources in order"),
    ("pack", "资源包", "Packs"),
    ("pack.create", "新建资源包", "made a pack"),
    ("pack.edit", "修改资源包", "changed a pack"),
    ("pack.publish", "发布资源包", "published a pack"),
    ("pack.withdraw", "下架资源包", "withdrew a pack"),
    ("pack.restore", "恢复共享资源包", "shared a pack again"),
    ("pack.remove", "删除资源包", "removed a pack"),
    ("pack.receipt", "登记回执", "kept a receipt"),
    ("synonyms", "同义词", "Synonyms"),
    ("synonyms.add", "新增同义词", "added synonyms"),
    ("synonyms.edit", "修改同义词", "changed synonyms"),
    ("synonyms.remove", "删除同义词", "removed synonyms"),
    ("saved-search", "已存搜索", "Saved searches"),
    ("saved-search.add", "保存搜索", "saved a search"),
    ("saved-search.edit", "修改已存搜索", "changed a saved search"),
    ("saved-search.remove", "删除已存搜索", "removed a saved search"),
    ("saved-search.feed-add", "生成订阅地址", "made a feed address"),
    ("saved-search.feed-remove", "停用订阅地址", "ended a feed"),
    ("mirror", "镜像", "Mirrors"),
    ("mirror.take", "收取镜像内容", "took over from a hub"),
    ("mirror.remove", "删除镜像资源", "removed a mirrored resource"),
    ("mirror.withdraw", "下架镜像资源", "withdrew a mirrored resource"),
    ("keys", "签名密钥", "Signing keys"),
    ("keys.rotate", "更换签名密钥", "changed signing keys"),
    ("keys.revoke", "作废签名密钥", "revoked signing keys"),
    ("keys.seal", "加密保存签名密钥", "sealed the signing keys"),
    ("keys.unseal", "取消签名密钥的加密保存", "unsealed the signing keys"),
    ("store", "存储", "Storage"),
    ("store.join", "认定存储属于本库", "joined a store to this library"),
    ("job", "后台任务", "Background work"),
    ("job.retry", "重试任务", "tried a job again"),
    ("job.retry-all", "重试一类任务", "tried all dead jobs of a kind again"),
];

/// Whether an act has a name here.
pub fn is_act(action: &str) -> bool {
    ACTS.iter().any(|(code, ..)| *code == action)
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
        match action {
            "job.retry-all" => {
                let (kind, count) = subject.split_once(": ")?;
                Some(format!("{} × {count}", self.job_of(kind)))
            }
            "token.add" | "token.remove" => Some(self.token_nameless().to_owned()),
            "curriculum.import" => Some(self.curriculum_admin().to_owned()),
            "keys.rotate" | "keys.revoke" => Some(subject.replace(' ', self.0.pick("、", ", "))),
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

    /// An act in words; one that nobody named stands for itself.
    pub fn act(self, action: &str) -> String {
        let named = ACTS.iter().find(|(code, ..)| *code == action);
        named.map_or_else(|| action.to_owned(), |(_, zh, en)| self.0.pick(*zh, *en).to_owned())
    }

    /// The families of acts: code and name.
    pub fn act_families(self) -> Vec<(&'static str, &'static str)> {
        let families = ACTS.iter().filter(|(code, ..)| !code.contains('.'));
        families.map(|(code, zh, en)| (*code, self.0.pick(*zh, *en))).collect()
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
