//! Words of notices of infringement: the public page, the case, and the mails about it.

use super::{PageWords, plural};
use crate::domain::notice::{NoticeParty, NoticeState, NoticeStep};
use crate::words::{said, sentences};

/// A mail about a notice, ready to be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeMailKind {
    /// To its sender: it came.
    Received,
    /// To its sender: more is needed.
    Asked,
    /// To its sender: the resource was taken down (article 15).
    TakenDown,
    /// To whoever shared the resource: the notice, and how to object (articles 15 and 16).
    Forwarded,
    /// To its sender: whoever shared the resource objects (article 17).
    Countered,
    /// To its sender: the resource is back (article 17).
    Restored,
    /// To whoever shared the resource: it is back.
    Back,
    /// To its sender: it was rejected.
    Rejected,
}

/// What a mail names.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "each is the part it names")]
pub struct NoticeMail<'a> {
    pub number: &'a str,
    pub day: &'a str,
    pub title: &'a str,
    pub resource_url: &'a str,
    pub case_url: &'a str,
    pub sender: &'a str,
    pub work: &'a str,
    pub statement: &'a str,
    /// What was said with the step.
    pub text: &'a str,
    pub site: &'a str,
}

impl PageWords {
    sentences! {
        copyright: "侵权通知与处理" | "Notice of infringement";
        copyright_lead: "认为本站的资源侵犯了您的著作权等权利，可以在这里通知我们，不需要账号。" |
            "If a resource here infringes your rights, tell us here; you need no account.";
        copyright_law: "依据《信息网络传播权保护条例》第十四条至第十七条" |
            "Regulation on the Protection of the Right of Communication through Information Networks, articles 14 to 17";
        copyright_how: "怎样处理" | "What happens then";
        copyright_how_1: "填写下面的通知书：谁、哪个资源、哪部作品、理由和权利证明。提交后得到编号和查询链接。" |
            "Fill in the notice: who, which resource, which work, why, and what shows that the right is yours. You get a number and a link to follow it.";
        copyright_how_2: "学校或市人社局的管理员处理：材料不全的请您补充；成立的立即下架，各校镜像同时删除，并把通知书转给上传者。" |
            "An administrator of the school or the bureau handles it: asks for what is missing; or takes the resource down at once, on all mirrors, and forwards the notice to whoever shared it.";
        copyright_how_3: "上传者认为没有侵权的，可以提交书面说明；我们转给您，并恢复资源。此后有争议的，请向法院起诉或向版权部门投诉。" |
            "Whoever shared it may object in writing; we forward that to you and restore the resource. A dispute then goes to court or to the copyright authority.";
        copyright_how_4: "通知书由提交的人负责；不实的通知造成损失的，要承担责任。" |
            "Whoever sends a notice answers for it, and for damage that an untrue one does.";
        copyright_form: "通知书" | "The notice";
        notice_link: "资源网页的链接" | "Address of the resource's page";
        notice_link_note: "打开资源页，复制地址栏里的链接" | "Open its page and copy the address";
        notice_name: "权利人（姓名或单位名称）" | "Who holds the right (a person or an organisation)";
        notice_contact: "联系方式（电话、邮箱、通信地址）" | "How to reach you (telephone, e-mail, postal address)";
        notice_contact_note: "只有处理人看得到，用来告诉您结果" | "Seen by whoever handles the notice alone, to tell you what became of it";
        notice_work: "被侵权的作品" | "Which work";
        notice_statement: "理由和权利证明" | "Why, and what shows that the right is yours";
        notice_statement_note: "哪些内容侵权、您是怎样享有权利的；证明材料写明在哪里可以看到，也可以等我们联系后再给" |
            "Which parts infringe it and why the right is yours; say where evidence can be seen, or give it when we write to you";
        notice_is_true: "我保证通知书内容真实，并承担法律责任" | "I vouch for what this notice says";
        notice_send: "提交通知书" | "Send the notice";
        notice_sent: "通知书已收到" | "The notice has arrived";
        notice_keep_link: "请保存这个链接：用它查看处理情况、补充材料。没有它，谁也看不到您的通知。" |
            "Keep this link: by it you see what becomes of the notice and add to it. Without it nobody sees your notice.";
        notice_number: "编号" | "Number";
        notice_state_heading: "状态" | "State";
        notice_steps: "处理经过" | "What was done";
        notice_answer: "补充说明" | "Say more";
        notice_answer_send: "提交补充" | "Send";
        notices_admin: "侵权通知" | "Notices of infringement";
        notices_lead: "收到的侵权通知，新的在前。成立的先下架、再转告上传者；每一步都有日期，永久保存。" |
            "Notices of infringement, newest first. Take down what is right and tell whoever shared it; every step is dated and kept.";
        notices_none: "没有侵权通知" | "There are no notices";
        notices_all: "全部" | "All";
        notices_which: "哪些通知" | "Which notices";
        notice_sender: "通知人" | "Sent by";
        notice_reach: "联系方式" | "How to reach them";
        notice_forgotten: "保存期已过，不再保留" | "No longer kept";
        notice_about: "资源" | "Resource";
        notice_handle: "处理" | "Handle it";
        notice_mails: "通知用的邮件文字" | "Mails, ready to copy";
        notice_mails_note: "复制后发给对方；发出后在这里不用再登记。" | "Copy and send them; nothing is noted here.";
        notice_counter_lead: "您（或本校）上传的这个资源因侵权通知下架了。认为没有侵权的，可以在下面提交书面说明：您的姓名、联系方式，为什么没有侵权，有什么证明。说明会转给通知人，管理员随后恢复资源（条例第十六、十七条）。" |
            "This resource of yours or of your school was taken down for a notice. If it infringes nothing, object in writing below: your name and how to reach you, why, and what shows it. That is forwarded to whoever sent the notice, and the resource is restored (articles 16 and 17).";
        notice_of_resource: "这个资源有侵权通知" | "There is a notice of infringement on this resource";
        notice_by_sender: "通知人" | "whoever sent it";
        notice_by_uploader: "上传者" | "whoever shared it";
        notice_by_handler: "管理员" | "whoever handles it";
        notice_restore_note: "下架后没有改动的，恢复成审核通过的样子，不用重新审核；改动过的，先进入审核。" |
            "If nothing changed since, it is again as it was approved, without a review; else it waits for one.";
        notice_take_down_note: "资源立即下架，各校镜像和资源包里的也同时停止提供；上传者自己仍看得到。" |
            "It is withdrawn at once, on mirrors and in packs too; whoever shared it still sees it.";
        notice_done: "已登记。" | "Noted.";

    }

    /// "份侵权通知待处理"
    pub fn notices_wait(self, n: u64) -> String {
        let noun = plural(n, "notice of infringement waits", "notices of infringement wait");
        said!(self.0, zh: "份侵权通知待处理", en: "{noun}")
    }

    /// Where a notice stands.
    pub fn notice_state(self, state: NoticeState) -> &'static str {
        match state {
            NoticeState::Received => self.0.pick("待处理", "received"),
            NoticeState::Asked => self.0.pick("等待补充", "more asked for"),
            NoticeState::TakenDown => self.0.pick("已下架", "taken down"),
            NoticeState::Countered => self.0.pick("上传者已说明，待恢复", "objected to"),
            NoticeState::Restored => self.0.pick("已恢复", "restored"),
            NoticeState::Rejected => self.0.pick("不受理", "rejected"),
        }
    }

    /// A step: on its button, and where it was taken.
    pub fn notice_step(self, step: NoticeStep) -> &'static str {
        match step {
            NoticeStep::Send => self.0.pick("提交通知书", "Send the notice"),
            NoticeStep::Ask => self.0.pick("要求补充", "Ask for more"),
            NoticeStep::Answer => self.0.pick("补充说明", "Say more"),
            NoticeStep::Reject => self.0.pick("不受理", "Reject"),
            NoticeStep::TakeDown => self.0.pick("下架", "Take down"),
            NoticeStep::Counter => self.0.pick("提交不侵权说明", "Object"),
            NoticeStep::Restore => self.0.pick("恢复", "Restore"),
        }
    }

    /// What is asked for in words with a step.
    pub fn notice_step_asks(self, step: NoticeStep) -> &'static str {
        match step {
            NoticeStep::Ask => self
                .0
                .pick("还缺什么（通知人会看到）", "What is missing (its sender sees it)"),
            NoticeStep::Reject => self.0.pick("不受理的理由（通知人会看到）", "Why (its sender sees it)"),
            NoticeStep::Counter => self.0.pick(
                "书面说明（会转给通知人）",
                "Your objection (forwarded to whoever sent the notice)",
            ),
            NoticeStep::Send | NoticeStep::Answer | NoticeStep::TakeDown | NoticeStep::Restore => self
                .0
                .pick("说明（选填，各方会看到）", "In words (optional; all parties see it)"),
        }
    }

    /// Who took a step.
    pub fn notice_party(self, party: NoticeParty) -> &'static str {
        match party {
            NoticeParty::Sender => self.notice_by_sender(),
            NoticeParty::Handler => self.notice_by_handler(),
            NoticeParty::Uploader => self.notice_by_uploader(),
        }
    }

    /// To whom a mail goes, and what it is for.
    pub fn notice_mail_name(self, kind: NoticeMailKind) -> &'static str {
        match kind {
            NoticeMailKind::Received => self.0.pick("给通知人：已收到", "To its sender: it has arrived"),
            NoticeMailKind::Asked => self.0.pick("给通知人：请补充", "To its sender: more is needed"),
            NoticeMailKind::TakenDown => self.0.pick("给通知人：已下架", "To its sender: taken down"),
            NoticeMailKind::Forwarded => self.0.pick("给上传者：转送通知书", "To whoever shared it: the notice"),
            NoticeMailKind::Countered => self.0.pick("给通知人：转送不侵权说明", "To its sender: the objection"),
            NoticeMailKind::Restored => self.0.pick("给通知人：已恢复", "To its sender: restored"),
            NoticeMailKind::Back => self.0.pick("给上传者：已恢复", "To whoever shared it: restored"),
            NoticeMailKind::Rejected => self.0.pick("给通知人：不受理", "To its sender: rejected"),
        }
    }

    /// A mail: its subject, and what it says.
    pub fn notice_mail(self, kind: NoticeMailKind, mail: &NoticeMail<'_>) -> [String; 2] {
        let NoticeMail { number, site, .. } = mail;
        let what = self.notice_mail_name(kind);
        let what = what.split_once(self.colon()).map_or(what, |(_, what)| what);
        let subject = said!(self.0, zh: "【{site}】侵权通知 {number}：{what}", en: "[{site}] Notice {number}: {what}");
        let to = self.mail_greeting(kind, mail);
        let says = self.mail_says(kind, mail);
        let end = said!(self.0, zh: "{site}", en: "{site}");
        [subject, [to, says, end].join("\n\n")]
    }

    fn mail_greeting(self, kind: NoticeMailKind, mail: &NoticeMail<'_>) -> String {
        let sender = mail.sender;
        match kind {
            NoticeMailKind::Forwarded | NoticeMailKind::Back => said!(self.0, zh: "老师您好：", en: "Dear colleague,"),
            _ if sender.is_empty() => said!(self.0, zh: "您好：", en: "Dear sir or madam,"),
            _ => said!(self.0, zh: "{sender}：", en: "Dear {sender},"),
        }
    }

    fn mail_says(self, kind: NoticeMailKind, mail: &NoticeMail<'_>) -> String {
        let NoticeMail {
            number,
            day,
            title,
            resource_url,
            case_url,
            work,
            statement,
            text,
            sender,
            ..
        } = mail;
        match kind {
            NoticeMailKind::Received => said!(self.0,
                zh: "您 {day} 提交的侵权通知（编号 {number}）已收到，涉及 {resource_url}。我们会尽快处理；处理情况可以用提交时得到的链接查看。",
                en: "Your notice of {day} (number {number}) about {resource_url} has arrived. We handle it soon; the link that you were given shows what becomes of it."),
            NoticeMailKind::Asked => said!(self.0,
                zh: "您的侵权通知（编号 {number}，{resource_url}）还需要补充：\n{text}\n请用提交时得到的链接补充。",
                en: "Your notice (number {number}, {resource_url}) needs more:\n{text}\nPlease add it by the link that you were given."),
            NoticeMailKind::TakenDown => said!(self.0,
                zh: "根据您的侵权通知（编号 {number}），{resource_url} 已按《信息网络传播权保护条例》第十五条下架，通知书已转送上传者。上传者提交不侵权说明的，我们会转送给您。",
                en: "On your notice (number {number}), {resource_url} was taken down under article 15 of the Regulation, and the notice forwarded to whoever shared it. Should they object, we forward that to you."),
            NoticeMailKind::Forwarded => said!(self.0,
                zh: "您上传的资源“{title}”（{resource_url}）收到侵权通知（编号 {number}），已按《信息网络传播权保护条例》第十五条下架。通知书转送如下：\n权利人：{sender}\n作品：{work}\n理由：{statement}\n认为没有侵权的，请按第十六条提交书面说明：{case_url}。资源您自己仍看得到，不要删除。",
                en: "A notice of infringement (number {number}) came on your resource “{title}” ({resource_url}), which was taken down under article 15 of the Regulation. The notice:\nHolder of the right: {sender}\nWork: {work}\nReasons: {statement}\nIf it infringes nothing, object in writing under article 16: {case_url}. You still see the resource; do not delete it."),
            NoticeMailKind::Countered => said!(self.0,
                zh: "您的侵权通知（编号 {number}，{resource_url}）的上传者提交了不侵权说明，现按《信息网络传播权保护条例》第十七条转送：\n{text}\n我们将恢复该资源；按规定，您不得再就此通知我们。有争议的，可以向人民法院起诉或向版权部门投诉。",
                en: "Whoever shared what your notice (number {number}, {resource_url}) is about objects; we forward that under article 17 of the Regulation:\n{text}\nThe resource will be restored, and no further notice can be sent about it. A dispute goes to court or to the copyright authority."),
            NoticeMailKind::Restored => said!(self.0,
                zh: "侵权通知 {number} 涉及的 {resource_url} 已按《信息网络传播权保护条例》第十七条恢复。\n{text}",
                en: "{resource_url}, which notice {number} is about, was restored under article 17 of the Regulation.\n{text}"),
            NoticeMailKind::Back => said!(self.0,
                zh: "您的资源“{title}”（{resource_url}）已恢复，侵权通知 {number} 了结。下架以后改动过的，正在重新审核。\n{text}",
                en: "Your resource “{title}” ({resource_url}) was restored, and notice {number} is settled. If it changed since, it waits for review.\n{text}"),
            NoticeMailKind::Rejected => said!(self.0,
                zh: "您的侵权通知（编号 {number}，{resource_url}）不予受理，理由：\n{text}\n有新的材料可以重新提交。",
                en: "Your notice (number {number}, {resource_url}) was rejected:\n{text}\nWith new evidence you can send another."),
        }
    }
}
