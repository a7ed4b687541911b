//! Words of the audit log.

use super::PageWords;
use crate::domain::audit::{AuditAction, AuditFamily, SEVERAL};
use crate::domain::audit_changes::AuditChange;
use crate::domain::role::{Role, Scope, TokenArea, TokenScope};
use crate::domain::sign_on::AnswerFault;
use crate::error::Refusal;
use crate::words::refusals::answer_fault;
use crate::words::{Lang, said, sentences};

/// What actions are about, in Chinese and English.
fn family_words(family: AuditFamily) -> (&'static str, &'static str) {
    match family {
        AuditFamily::Resource => ("资源", "Resources"),
        AuditFamily::Notice => ("侵权通知", "Notices of infringement"),
        AuditFamily::Comment => ("批注", "Comments"),
        AuditFamily::Session => ("登录", "Signing in"),
        AuditFamily::Account => ("账号", "Accounts"),
        AuditFamily::Address => ("网络地址", "Addresses"),
        AuditFamily::Password => ("密码", "Passwords"),
        AuditFamily::SignOn => ("统一认证", "Sign-on"),
        AuditFamily::SecondFactor => ("两步验证", "Second factors"),
        AuditFamily::Passkey => ("通行密钥", "Passkeys"),
        AuditFamily::School => ("学校", "Schools"),
        AuditFamily::Token => ("令牌", "Tokens"),
        AuditFamily::Curriculum => ("课程目录", "Curriculum"),
        AuditFamily::Standard => ("课程标准", "Standards"),
        AuditFamily::Task => ("学习任务", "Learning tasks"),
        AuditFamily::Company => ("合作企业", "Companies"),
        AuditFamily::Visit => ("专家指导", "Visits of experts"),
        AuditFamily::Recognition => ("评优", "Recognition"),
        AuditFamily::Training => ("师资培训", "Training"),
        AuditFamily::Pack => ("资源包", "Packs"),
        AuditFamily::Synonyms => ("同义词", "Synonyms"),
        AuditFamily::SavedSearch => ("已存搜索", "Saved searches"),
        AuditFamily::Mirror => ("镜像", "Mirrors"),
        AuditFamily::Keys => ("签名密钥", "Signing keys"),
        AuditFamily::Store => ("存储", "Storage"),
        AuditFamily::Backup => ("备份", "Backups"),
        AuditFamily::Index => ("搜索索引", "Search index"),
        AuditFamily::ReviewPath => ("审核流程", "Review paths"),
        AuditFamily::Plan => ("方案目标", "The plan"),
        AuditFamily::Report => ("报表", "Reports"),
        AuditFamily::Audit => ("操作记录", "Audit log"),
        AuditFamily::Access => ("越权访问", "Refused access"),
        AuditFamily::Job => ("后台任务", "Background work"),
    }
}

/// What was done, in Chinese and English.
#[expect(clippy::too_many_lines, reason = "a list: a line for each act")]
fn action_words(action: AuditAction) -> (&'static str, &'static str) {
    match action {
        AuditAction::ResourceCreate => ("新建资源", "shared a resource"),
        AuditAction::ResourceEdit => ("修改资源", "changed a resource"),
        AuditAction::ResourceVersion => ("上传新版本", "added a version"),
        AuditAction::ResourceSubmit => ("提交审核", "submitted for review"),
        AuditAction::ResourceApprove => ("审核通过", "approved"),
        AuditAction::ResourceReturn => ("退回修改", "sent back"),
        AuditAction::ResourceReject => ("不予通过", "rejected"),
        AuditAction::ResourceRecall => ("撤回提交", "took a submission back"),
        AuditAction::ResourceTake => ("领取待审资源", "took a resource to review it"),
        AuditAction::ResourceGiveBack => ("交还待审资源", "gave a resource back"),
        AuditAction::ResourcePublish => ("直接发布", "published"),
        AuditAction::ResourcePublishImported => ("导入并发布", "published an import"),
        AuditAction::ResourceWithdraw => ("下架", "withdrew"),
        AuditAction::ResourceTakeDown => ("立即下架（镜像同时删除）", "took down, on mirrors too"),
        AuditAction::ResourceRestore => ("恢复下架的资源", "restored a resource"),
        AuditAction::ResourceFeature => ("评为示范资源", "held up as a model"),
        AuditAction::ResourceUnfeature => ("取消示范", "took a mark away"),
        AuditAction::ResourceSpeechCorrect => ("更正听写的一行", "corrected a line that a machine heard"),
        AuditAction::ResourceSpeechAgain => ("重新听写视频", "had a film heard again"),
        AuditAction::ResourceDiscard => ("撤销未通过的修改", "discarded what waited"),
        AuditAction::ResourceEraseFile => ("从历史中删除文件", "erased a file from the history"),
        AuditAction::ResourceReadFirst => ("优先识别文件", "had a file recognised first"),
        AuditAction::ResourceCorrectText => ("更正机器识别的文字", "put right what a machine read"),
        AuditAction::ResourceRemove => ("删除资源", "removed a resource"),
        AuditAction::ResourceRead => ("查看未公开的内容", "looked into what is not public"),
        AuditAction::ResourceFetch => ("下载未公开的文件", "fetched files that are not public"),
        AuditAction::NoticeSend => ("发来侵权通知", "sent a notice of infringement"),
        AuditAction::NoticeAsk => ("要求补充侵权通知", "asked for more about a notice"),
        AuditAction::NoticeAnswer => ("补充侵权通知", "said more about a notice"),
        AuditAction::NoticeReject => ("不受理侵权通知", "rejected a notice"),
        AuditAction::NoticeTakeDown => ("因侵权通知下架资源", "took a resource down for a notice"),
        AuditAction::NoticeCounter => ("提交不侵权说明", "objected to a notice"),
        AuditAction::NoticeRestore => ("侵权通知了结后恢复", "restored after a notice"),
        AuditAction::NoticeRead => ("查看侵权通知", "read notices"),
        AuditAction::NoticeExport => ("导出侵权通知", "exported notices"),
        AuditAction::CommentAdd => ("写批注", "wrote a comment"),
        AuditAction::CommentResolve => ("解决批注", "was done with a comment"),
        AuditAction::CommentReopen => ("重新打开批注", "opened a comment again"),
        AuditAction::CommentRemove => ("删除批注", "deleted a comment"),
        AuditAction::SessionBegin => ("登录", "signed in"),
        AuditAction::SessionEnd => ("退出", "signed out"),
        AuditAction::SessionLock => ("多次输错密码（该处暂停登录）", "guessed too often and waits"),
        AuditAction::SessionConfirm => ("再次确认身份", "confirmed who they are"),
        AuditAction::AccountAdd => ("新建账号", "added an account"),
        AuditAction::AccountEdit => ("修改账号", "changed an account"),
        AuditAction::AccountDisable => ("停用账号", "disabled an account"),
        AuditAction::AccountEnable => ("重新启用账号", "enabled an account again"),
        AuditAction::AccountUnlock => ("解除登录锁定", "unlocked an account"),
        AuditAction::AccountPassword => ("重设别人的密码", "reset somebody's password"),
        AuditAction::AccountRead => ("查看账号名单", "looked at the accounts"),
        AuditAction::AccountExport => ("下载自己的个人信息", "took a copy of their own data"),
        AuditAction::AccountErase => ("注销账号", "erased an account"),
        AuditAction::AddressFree => ("解除地址的登录暂停", "let an address sign in again"),
        AuditAction::PasswordChange => ("修改自己的密码", "changed their own password"),
        AuditAction::SignOnLink => ("关联统一认证", "linked a sign-on"),
        AuditAction::SignOnUnlink => ("取消关联统一认证", "unlinked a sign-on"),
        AuditAction::SecondFactorAdd => ("开启两步验证", "turned their second factor on"),
        AuditAction::SecondFactorRemove => ("关闭两步验证", "turned their second factor off"),
        AuditAction::SecondFactorReset => ("解除别人的两步验证", "took somebody's second factor away"),
        AuditAction::PasskeyAdd => ("添加通行密钥", "added a passkey"),
        AuditAction::PasskeyEdit => ("给通行密钥改名", "renamed a passkey"),
        AuditAction::PasskeyRemove => ("删除通行密钥", "removed a passkey"),
        AuditAction::SchoolAdd => ("新建学校", "added a school"),
        AuditAction::SchoolList => ("导入学校名单", "brought a list of schools"),
        AuditAction::SchoolEdit => ("修改学校", "changed a school"),
        AuditAction::TokenAdd => ("生成令牌", "made a token"),
        AuditAction::TokenRemove => ("撤销令牌", "withdrew a token"),
        AuditAction::TokenRefuse => ("使用无效或过期的令牌", "used a token that is not valid"),
        AuditAction::CurriculumImport => ("导入课程目录", "imported the curriculum"),
        AuditAction::StandardAdd => ("新建课程标准草稿", "made a draft of a standard"),
        AuditAction::StandardEdit => ("修改课程标准草稿", "changed a draft of a standard"),
        AuditAction::StandardTable => ("上传课程标准的表格", "gave a draft of a standard its table"),
        AuditAction::StandardRemove => ("删除课程标准草稿", "removed a draft of a standard"),
        AuditAction::StandardPublish => ("发布课程标准", "published a standard"),
        AuditAction::StandardDone => ("完成课程标准的跟进事项", "was done with a follow-up of a standard"),
        AuditAction::StandardWaive => ("不处理课程标准的跟进事项", "waived a follow-up of a standard"),
        AuditAction::StandardReopen => ("重新打开课程标准的跟进事项", "opened a follow-up of a standard again"),
        AuditAction::StandardExport => ("导出课程标准的跟进清单", "exported follow-ups of standards"),
        AuditAction::TaskOrder => ("排学习任务的顺序", "put a task's resources in order"),
        AuditAction::CompanyAdd => ("登记企业", "added a company"),
        AuditAction::CompanyList => ("导入企业名单", "brought a list of companies"),
        AuditAction::CompanyEdit => ("修改企业信息", "changed a company"),
        AuditAction::CompanyRemove => ("删除企业", "removed a company"),
        AuditAction::CompanyMember => ("账号加入企业", "added somebody to a company"),
        AuditAction::CompanyMemberRemove => ("账号移出企业", "took somebody out of a company"),
        AuditAction::CompanyExport => ("导出企业名单", "exported companies"),
        AuditAction::VisitAdd => ("登记专家指导", "recorded a visit"),
        AuditAction::VisitEdit => ("修改专家指导记录", "changed a visit"),
        AuditAction::VisitAnswer => ("提交落实情况", "answered a visit"),
        AuditAction::VisitClose => ("办结专家指导", "closed a visit"),
        AuditAction::VisitRemove => ("删除专家指导记录", "removed a visit"),
        AuditAction::VisitList => ("导入专家指导记录", "brought a list of visits"),
        AuditAction::VisitExport => ("导出专家指导记录", "exported visits"),
        AuditAction::RecognitionAdd => ("新建评优活动", "made a call for recognition"),
        AuditAction::RecognitionSheet => ("导入评优活动", "brought a table of calls"),
        AuditAction::RecognitionEntrySheet => ("导入申报", "brought a table of entries"),
        AuditAction::RecognitionEdit => ("修改评优活动", "changed a call for recognition"),
        AuditAction::RecognitionAnnounce => ("发布评优通知", "announced a call for recognition"),
        AuditAction::RecognitionCancel => ("取消评优活动", "cancelled a call for recognition"),
        AuditAction::RecognitionEnter => ("申报评优", "entered something for recognition"),
        AuditAction::RecognitionEntryEdit => ("修改申报", "changed an entry for recognition"),
        AuditAction::RecognitionWithdraw => ("撤回申报", "withdrew an entry for recognition"),
        AuditAction::RecognitionAppoint => ("聘请评委", "appointed a jury"),
        AuditAction::RecognitionDismiss => ("解聘评委", "dismissed somebody from a jury"),
        AuditAction::RecognitionConflict => ("登记回避", "declared a conflict of interest"),
        AuditAction::RecognitionScore => ("评分", "scored an entry"),
        AuditAction::RecognitionPublish => ("公布评优结果", "published results of recognition"),
        AuditAction::RecognitionCorrect => ("更正评优结果", "corrected a result of recognition"),
        AuditAction::RecognitionRead => ("查看评审情况", "looked at entries and scores"),
        AuditAction::RecognitionExport => ("导出评优名单", "exported entries or scores"),
        AuditAction::TrainingBaseAdd => ("新增研修基地", "added a training base"),
        AuditAction::TrainingBaseEdit => ("修改研修基地", "changed a training base"),
        AuditAction::TrainingSheet => ("导入培训班", "brought a table of sessions"),
        AuditAction::TrainingBaseList => ("导入研修基地名单", "brought a list of training bases"),
        AuditAction::TrainingBaseRemove => ("删除研修基地", "removed a training base"),
        AuditAction::TrainingAdd => ("新建培训班", "added a training session"),
        AuditAction::TrainingEdit => ("修改培训班", "changed a training session"),
        AuditAction::TrainingCancel => ("取消培训班", "cancelled a training session"),
        AuditAction::TrainingEnrol => ("报名培训班", "enrolled in a training session"),
        AuditAction::TrainingWithdraw => ("退出培训班", "withdrew from a training session"),
        AuditAction::TrainingSignIn => ("培训签到", "signed in to a training session"),
        AuditAction::TrainingCorrect => ("更正参训记录", "corrected who took part in training"),
        AuditAction::TrainingList => ("导入参训名单", "brought a list of who took part in training"),
        AuditAction::TrainingCertify => ("颁发培训证书", "issued certificates of training"),
        AuditAction::TrainingRevoke => ("撤销培训证书", "revoked a certificate of training"),
        AuditAction::TrainingItems => ("安排线上培训内容", "said what an online session shows"),
        AuditAction::TrainingFinish => ("学完线上培训", "finished an online session"),
        AuditAction::TrainingRead => ("查看参训名单", "looked at who takes part in training"),
        AuditAction::TrainingExport => ("导出培训名单", "exported lists of training"),
        AuditAction::PackCreate => ("新建资源包", "made a pack"),
        AuditAction::PackEdit => ("修改资源包", "changed a pack"),
        AuditAction::PackPublish => ("发布资源包", "published a pack"),
        AuditAction::PackWithdraw => ("下架资源包", "withdrew a pack"),
        AuditAction::PackRestore => ("恢复共享资源包", "shared a pack again"),
        AuditAction::PackRemove => ("删除资源包", "removed a pack"),
        AuditAction::PackReceipt => ("登记回执", "kept a receipt"),
        AuditAction::PackFetch => ("下载未公开的资源包", "fetched a pack that is not public"),
        AuditAction::SynonymsList => ("导入同义词", "brought a list of synonyms"),
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
        AuditAction::StoreScrub => ("核对存储中的文件", "verified the stored files"),
        AuditAction::StoreRepair => ("核对并修复数据库与存储", "mended database and store"),
        AuditAction::StoreClear => ("清理存储中的多余文件", "removed files that nothing names"),
        AuditAction::BackupMake => ("备份", "made a backup"),
        AuditAction::BackupRestore => ("从备份恢复", "restored from a backup"),
        AuditAction::IndexRebuild => ("重建搜索索引", "built the search index anew"),
        AuditAction::IndexReadAgain => ("重新读取全部文件", "had all files read again"),
        AuditAction::IndexRecognizeAgain => ("重新识别扫描件和图片", "had scans and pictures recognised again"),
        AuditAction::IndexHearAgain => ("重新听写音像", "had films heard again"),
        AuditAction::ReviewPathEdit => ("修改审核流程", "changed a path of the review"),
        AuditAction::ReviewPathExport => ("导出审核流程", "took the paths of the review along"),
        AuditAction::ReviewPathRemove => ("删除审核流程", "removed a path of the review"),
        AuditAction::PlanEdit => ("修改方案目标", "changed the plan's targets"),
        AuditAction::ListExport => ("导出清单", "exported a list"),
        AuditAction::ReportExport => ("导出报表", "exported a report"),
        AuditAction::AuditRead => ("查看操作记录", "read the audit log"),
        AuditAction::AuditExport => ("导出操作记录", "exported the audit log"),
        AuditAction::AuditCheckpoint => ("取走操作记录的校验点", "took a checkpoint of the audit log"),
        AuditAction::AuditMiss => ("来不及逐条记下的请求", "requests too many to be noted each"),
        AuditAction::AuditCut => ("按保存期限清理操作记录", "removed lines that were kept long enough"),
        AuditAction::AccessRefuse => ("请求被拒绝", "was refused"),
        AuditAction::AccessHidden => ("访问无权查看的内容", "asked for what they may not see"),
        AuditAction::JobRetry => ("重试任务", "tried a job again"),
        AuditAction::JobRetryAll => ("重试一类任务", "tried all dead jobs of a kind again"),
        AuditAction::WorkerJoin => ("电脑开始协助", "had a computer help"),
        AuditAction::WorkerDrop => ("停用协助的电脑", "sent a helping computer away"),
    }
}

impl PageWords {
    sentences! {
        audit: "操作记录" | "Audit log";
        audit_lead: "谁、什么时候、做了什么、结果怎样。只能查看，不能修改或删除。" |
            "Who did what, when, with what result. To be read only: nothing here can be changed or removed.";
        audit_filter: "筛选记录" | "Narrow the log";
        audit_who: "谁" | "Who";
        audit_who_note: "登录名或姓名，或其中一段" | "a name, or a part of it";
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
        audit_changed: "改动" | "What changed";
        audit_times: "次数" | "Times";
        audit_nothing: "无" | "none";
        audit_text: "文字" | "Text";
        audit_text_note: "对象名称或改动里的一段" | "a part of a title or a change";
        audit_address_note: "地址，或 10.1.* 这样的开头" | "an address, or its beginning: 10.1.*";
        audit_go_on: "这一段里没有更多符合的，继续往前找" | "No more fit in this stretch: look further back";
        take_checkpoint: "取走签名的检查点" | "Take a signed checkpoint";
        take_checkpoint_note: "每月取一份检查点，存到服务器以外的地方：以后谁改了、删了操作记录，用它都查得出来。" |
            "Take a checkpoint each month to a place outside of the server: with it a line that was changed or removed is found out.";
        export_jsonl: "导出 JSON" | "Export JSON lines";
        erased_person: "已注销用户" | "Erased account";
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
            AuditAction::SessionBegin | AuditAction::SessionConfirm => Some(self.sign_in_method(subject)?.to_owned()),
            AuditAction::CurriculumImport => Some(self.curriculum_admin().to_owned()),
            AuditAction::KeysRotate | AuditAction::KeysRevoke => Some(subject.replace(' ', self.0.pick("、", ", "))),
            _ => None,
        }
    }

    /// What somebody proved with who they are.
    fn sign_in_method(self, method: &str) -> Option<&'static str> {
        Some(match method {
            "password" => self.password(),
            "password code" => self.0.pick("密码和动态验证码", "password and code"),
            "code" => self.one_time_code(),
            "passkey" => self.passkey(),
            _ => return None,
        })
    }

    /// The heads of the columns that are only in the table to take along, behind the others.
    pub fn audit_more_heads(self) -> [&'static str; 4] {
        [
            self.audit_act_named(),
            self.audit_subject_named(),
            self.audit_changed(),
            self.audit_times(),
        ]
    }

    /// What was changed: what decides over rights from what to what, the rest by name.
    pub fn audit_changes(self, changes: &[AuditChange]) -> String {
        let stop = self.0.pick("；", "; ");
        let (named, told): (Vec<_>, Vec<_>) = changes
            .iter()
            .partition(|change| change.from.is_none() && change.to.is_none());
        let mut parts: Vec<String> = told.into_iter().map(|change| self.audit_change(change)).collect();
        let names: Vec<String> = named
            .into_iter()
            .map(|change| self.audit_field(&change.field))
            .collect();
        if !names.is_empty() {
            let names = names.join(self.0.pick("、", ", "));
            parts.push(said!(self.0, zh: "改了{names}", en: "changed: {names}"));
        }
        parts.join(stop)
    }

    fn audit_change(self, change: &AuditChange) -> String {
        let field = self.audit_field(&change.field);
        let value = |value: &Option<String>| match value {
            Some(code) => self.audit_value(&change.field, code),
            None => self.audit_nothing().to_owned(),
        };
        let (from, to) = (value(&change.from), value(&change.to));
        if change.from.is_none() {
            return said!(self.0, zh: "{field}：{to}", en: "{field}: {to}");
        }
        said!(self.0, zh: "{field}：{from} → {to}", en: "{field}: {from} → {to}")
    }

    fn audit_field(self, field: &str) -> String {
        let (zh, en) = match field {
            "role" => ("角色", "role"),
            "school" => ("学校", "school"),
            "school_name" => ("校名", "name of the school"),
            "name" => ("登录名", "sign-in name"),
            "display" => ("显示的姓名", "shown name"),
            "token_scope" => ("令牌权限", "what the token may do"),
            "areas" => ("可读取", "what it reads besides"),
            "expires_at" => ("有效期至", "until"),
            "quota_bytes" => ("空间配额（字节）", "quota in bytes"),
            "words" => ("词", "words"),
            "remark" => ("备注", "remark"),
            "contents" => ("所选内容", "what is chosen"),
            "format" => ("格式", "form"),
            "from" => ("从", "from"),
            "until" => ("到", "to"),
            "action" => ("操作", "act"),
            "actor" => ("操作人", "who"),
            "subject" => ("对象", "on what"),
            "outcome" => ("结果", "result"),
            "address" => ("来源地址", "address"),
            "text" => ("文字", "text"),
            "lines" => ("条数", "lines"),
            "account" => ("账号", "account"),
            "steps" => ("步骤数", "steps"),
            "types" => ("资源类型", "types"),
            "may_reject" => ("可以不予通过", "may reject"),
            "may_publish" => ("可以不审发布", "may publish without a review"),
            "may_publish_beyond" => ("给全市也可以不审发布", "may publish so for the city"),
            "appointed" => ("指定审核人", "who is appointed"),
            "voices" => ("需几人通过", "how many must approve"),
            "joined_phase" => ("第几期加入", "phase in which it joined"),
            "opens" | "closes" | "jury_due" | "blind" | "criteria" => return self.recognition_field(field),
            "days" | "hours" | "mode" | "capacity" | "counts" | "share" | "schools" | "state" => {
                return self.training_field(field);
            }
            other => return self.field_of(other),
        };
        self.0.pick(zh, en).to_owned()
    }

    /// A value by its name, where it is a code.
    fn audit_value(self, field: &str, code: &str) -> String {
        let named = match field {
            "role" => Role::of_code(code).map(|role| self.role(role)),
            "scope" => Scope::of_code(code).map(|scope| self.scope(scope)),
            "token_scope" => TokenScope::of_code(code).map(|scope| self.scope_of_token(scope)),
            "areas" => {
                let areas = code.split(',').filter_map(TokenArea::of_code);
                let areas: Vec<String> = areas.map(|area| self.area_of_token(area)).collect();
                Some(areas.join(self.0.pick("、", ", ")))
            }
            "action" => Some(self.act(code)),
            _ => None,
        };
        named.unwrap_or_else(|| code.to_owned())
    }

    /// "共 12 次", of a line that stands for several.
    pub fn audit_count(self, times: i32) -> Option<String> {
        (times > 1).then(|| said!(self.0, zh: "共 {times} 次", en: "{times} times"))
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
            (SEVERAL, Lang::Zh) => "被拒绝（多种原因）".to_owned(),
            (SEVERAL, Lang::En) => "refused (for several reasons)".to_owned(),
            (code, lang) if code == Refusal::WrongPassword.code() => {
                let why = Refusal::WrongPassword.say(lang).title;
                said!(lang, zh: "被拒绝（{why}）", en: "refused ({why})")
            }
            (code, lang) if AnswerFault::of_code(code).is_some() => {
                let why = AnswerFault::of_code(code).map(answer_fault);
                let (zh, en) = why.unwrap_or_default();
                said!(lang, zh: "被拒绝（{zh}）", en: "refused ({en})")
            }
            (code, Lang::Zh) => format!("被拒绝（{code}）"),
            (code, Lang::En) => format!("refused ({code})"),
        }
    }
}
