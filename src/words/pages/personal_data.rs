//! Words of what is kept of people: the page about it, and one's own data to take along.

use super::PageWords;
use crate::domain::personal_data::{AfterErasure, LegalGround, PersonalDataKind};
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        personal_data: "个人信息" | "Personal data";
        personal_data_lead: "本站保存哪些与个人有关的信息、为什么、保存多久。本页与系统实际执行的清理规则出自同一张表。" |
            "What this site keeps of people, why, and for how long. This page is drawn from the table that the service itself goes by.";
        personal_data_what: "保存什么" | "What";
        personal_data_why: "为什么" | "What for";
        personal_data_period: "保存多久" | "For how long";
        personal_data_ground: "依据" | "On which ground";
        personal_data_after: "注销账号之后" | "After the account is erased";
        personal_data_rights: "您的权利" | "What you may ask for";
        personal_data_rights_text: "登录后在“我的账号”里可以下载自己的全部信息，也可以注销账号；更正姓名、登录名请找本校管理员。搜索的内容不与账号一起保存，也不写入日志。" |
            "Signed in, under “My account”, you can take a copy of all that is kept of you, or erase your account; to have a name corrected ask your school's administrator. What people search for is kept with no account and written into no log.";
        personal_data_law: "《个人信息保护法》第十三条、第四十四至四十七条" | "Personal Information Protection Law, articles 13 and 44 to 47";
        own_data: "我的个人信息" | "My data";
        own_data_lead: "本站保存了您的哪些信息，可以全部下载；不再使用本站时可以注销账号。" | "Take along all that is kept of you, or erase your account when you no longer use this site.";
        own_data_table: "保存哪些、保存多久" | "What is kept, and for how long";
        own_data_get: "下载我的信息" | "Take a copy of my data";
        own_data_get_note: "一个 ZIP：网页、JSON 和表格；文件以地址、大小和 SHA-256 列出，可逐个下载。" | "A ZIP with a page, JSON and tables; files are listed with their addresses, sizes and SHA-256, and fetched one by one.";
        own_data_cut: "以下各项超过 20,000 行，这里只列出最近的 20,000 行；其余可用 REST 接口逐页取得，或向管理员索取：" |
            "More than 20,000 rows: the newest 20,000 stand here, the rest is given page by page by the REST interface, or by the administrator:";
        own_data_without: "不在其中的" | "Not in this copy";
        own_data_without_why: "只有摘要、几分钟内清除，或不属于任何账号：" | "What is kept as a hash alone, goes within minutes, or is of no account:";
        own_data_erase: "注销账号" | "Erase my account";
        own_data_erase_note: "不能撤销。登录名、密码、登录状态、令牌、两步验证、已存搜索立即删除；分享过的资源和写过的批注保留，署名以资源里填写的作者为准，账号显示为“已注销用户”。" |
            "This cannot be undone. Sign-in name, password, sessions, tokens, second factor and saved searches go at once; resources and comments stay, with the authors named in them, and the account is shown as “已注销用户”.";
        own_data_erase_sure: "我明白不能恢复" | "I know that nothing brings it back";
        own_data_erase_really: "注销" | "Erase";
        account_erase: "注销账号" | "Erase the account";
        account_erase_note: "不能撤销：登录名、密码、登录状态、令牌、两步验证、已存搜索立即删除；资源和批注保留，显示为“已注销用户”。" |
            "This cannot be undone: name, password, sessions, tokens, second factor and saved searches go at once; resources and comments stay and show “已注销用户”.";
        account_erase_really: "确认注销" | "Erase it";
        account_erased_done: "账号已注销。" | "The account is erased.";
        period_account: "账号存在期间" | "As long as there is the account";
        period_work: "随资源保存" | "As long as there is the work";
        period_recognition: "长期保存（评优结果和专家指导的依据）" | "For good: recognition and advice rest on it";
        period_company: "企业登记期间" | "As long as the company is entered";
        period_training: "长期保存（学时和证书的依据）" | "For good: hours and certificates rest on it";
        period_never: "不保存个人信息" | "Nothing of people is kept";
    }

    /// What a kind of data is, and what it is kept for.
    #[expect(clippy::too_many_lines, reason = "a list of sentences, in the order of the table")]
    pub fn personal_data_kind(self, kind: PersonalDataKind) -> [&'static str; 2] {
        let (zh, en): ([&str; 2], [&str; 2]) = match kind {
            PersonalDataKind::Account => (
                ["登录名、姓名、角色、学校", "登录；让别人知道资源是谁分享的"],
                [
                    "Sign-in name, shown name, role, school",
                    "To sign in; to say who shared a resource",
                ],
            ),
            PersonalDataKind::Password => (
                ["密码的摘要（不存密码本身）、暂停登录到何时", "确认是本人登录"],
                [
                    "A hash of the password, never the password; until when sign-in is paused",
                    "To know that it is you who signs in",
                ],
            ),
            PersonalDataKind::Session => (
                [
                    "登录状态：何时、从哪个网络地址登录",
                    "保持登录；让您看到并结束别处的登录",
                ],
                [
                    "Sessions: when and from which address",
                    "To stay signed in; so that you can see and end them",
                ],
            ),
            PersonalDataKind::KnownBrowser => (
                [
                    "登录过的浏览器（一个随机标记的摘要）",
                    "别人猜您的密码时，不影响您在常用浏览器登录",
                ],
                [
                    "Browsers that signed in before (a hash of a random mark)",
                    "So that nobody who guesses your password keeps you out",
                ],
            ),
            PersonalDataKind::SignInAttempt => (
                ["登录尝试的次数（登录名的摘要）、尝试登录的网络地址", "防止猜密码"],
                [
                    "How often a name was tried (a hash of it), and from which network",
                    "Against guessing",
                ],
            ),
            PersonalDataKind::SecondFactor => (
                [
                    "两步验证的密钥、备用码的摘要，通行密钥的名称和公钥",
                    "两步验证与通行密钥",
                ],
                [
                    "The secret of the second factor, hashes of recovery codes; names and public keys of passkeys",
                    "The second factor and passkeys",
                ],
            ),
            PersonalDataKind::Identity => (
                ["统一认证给出的编号和登录名", "用学校或全市的账号登录"],
                [
                    "Your number and name at a provider of sign-on",
                    "To sign in by an account of your school or the city",
                ],
            ),
            PersonalDataKind::PendingSignOn => (
                ["正在进行的统一认证或通行密钥登录", "核对认证结果"],
                [
                    "Sign-ins by a provider or a passkey that are under way",
                    "To check the answer",
                ],
            ),
            PersonalDataKind::Token => (
                ["令牌的名称和摘要（不存令牌本身）", "让您的程序使用本站"],
                [
                    "Names and hashes of tokens, never the tokens",
                    "To let your programs in",
                ],
            ),
            PersonalDataKind::SavedSearch => (
                ["您保存的搜索", "再次搜索、提醒新资源"],
                ["Searches that you saved", "To search again, to tell what is new"],
            ),
            PersonalDataKind::Upload => (
                ["未完成的上传及文件名", "断线后接着传"],
                [
                    "Uploads that are not finished, with file names",
                    "To go on after an interruption",
                ],
            ),
            PersonalDataKind::Preview => (
                ["管理员导入、尚未确认的名单", "确认前检查"],
                [
                    "Lists of accounts that were sent and not confirmed yet",
                    "To look at them before",
                ],
            ),
            PersonalDataKind::Answer => (
                ["程序请求的应答（按请求编号）", "网络中断后重发不会做两遍"],
                [
                    "Answers to programs' requests, by their keys",
                    "So that what is sent twice is done once",
                ],
            ),
            PersonalDataKind::Work => (
                ["谁分享了资源、版本和资源包；资源里填写的作者", "署名、修改权限"],
                [
                    "Who shared resources, versions and packs; the authors named in them",
                    "Credits; who may change them",
                ],
            ),
            PersonalDataKind::Comment => (
                ["批注的内容和作者", "作者与审核人沟通"],
                ["Comments and who wrote them", "For authors and reviewers to talk"],
            ),
            PersonalDataKind::Decision => (
                ["谁审核、评为示范、排序、改同义词、发布课程标准", "说明决定由谁作出"],
                [
                    "Who approved, marked, ordered, changed synonyms, published standards",
                    "To know whose decision it was",
                ],
            ),
            PersonalDataKind::NoticeSender => (
                [
                    "发来侵权通知的人：姓名或名称、联系方式（联系方式只有处理人看得到）",
                    "处理通知，转告结果",
                ],
                [
                    "Who sent a notice of infringement: name, and how to reach them for whoever handles it alone",
                    "To handle the notice and tell what became of it",
                ],
            ),
            PersonalDataKind::NoticeStep => (
                ["侵权通知的内容、每一步由谁处理、说了什么", "说明下架和恢复的依据"],
                [
                    "What notices say; who took each step and what was said with it",
                    "To show why something was taken down or restored",
                ],
            ),
            PersonalDataKind::Receipt => (
                ["收取资源包的回执：由哪个账号登记", "知道哪些学校有哪一版"],
                [
                    "Receipts of packs: by which account",
                    "To know which schools hold which version",
                ],
            ),
            PersonalDataKind::Training => (
                [
                    "参加的培训班、签到的日期、线上学习进度、计入的学时，更正及其原因；谁登记、谁更正",
                    "计算学时；说明全市和各学校培训了多少人次",
                ],
                [
                    "Sessions of training: days, progress online, hours, corrections with their reasons; by whom",
                    "To count hours; to show how many the city and each school trained",
                ],
            ),
            PersonalDataKind::Certificate => (
                [
                    "培训证书：姓名、培训班、学时、日期、是否有效；知道编号的任何人都能看到",
                    "别人可以核验您的证书；注销后证书仍可核验，但不再显示姓名",
                ],
                [
                    "Certificates of training: name, session, hours, date, validity; anyone who knows the number sees them",
                    "So that others can verify yours; after erasure it is still verified, without the name",
                ],
            ),
            PersonalDataKind::Visit => (
                [
                    "专家指导记录：哪位专家、何时到哪所学校、谁登记、谁提交落实情况、谁办结",
                    "说明专家指导了什么、学校落实得怎样",
                ],
                [
                    "Visits of experts: who came when to which school, who recorded, answered and closed it",
                    "To show what was advised and what was done",
                ],
            ),
            PersonalDataKind::CompanyMember => (
                ["账号属于哪家合作企业", "以企业名义提供资源"],
                ["Which company an account is of", "To give things under its name"],
            ),
            PersonalDataKind::Company => (
                [
                    "企业联系人；企业由谁登记、账号由谁加入",
                    "学校能联系到企业；登记有据可查",
                ],
                [
                    "Whom to ask at a company; who entered it, and who added accounts to it",
                    "So that schools can reach it, and to show who said so",
                ],
            ),
            PersonalDataKind::Recognition => (
                [
                    "评优：谁申报、申报人和对象、说明；谁是评委、评分和意见、登记的回避；谁公布、更正结果",
                    "评优有据可查；公布的获奖者姓名任何人都能看到，注销后不再显示",
                ],
                [
                    "Recognition: who entered what, about whom, with which words; juries, their points, words and conflicts; who published and corrected results",
                    "So that recognition can be accounted for; names of those awarded are open to all, and not shown after erasure",
                ],
            ),
            PersonalDataKind::RateNotice => (
                ["请求过多被限制的账号或网络地址、次数", "让管理员看到谁受了限制"],
                [
                    "Accounts and addresses that met a limit of requests, and how often",
                    "So that administrators see who met one",
                ],
            ),
            PersonalDataKind::AuditLog => (
                [
                    "操作记录：谁、何时、从哪个地址、对什么、做了什么、结果",
                    "发现和查清越权与泄露",
                ],
                [
                    "The audit log: who, when, from where, on what, what, with which result",
                    "To find out misuse and leaks",
                ],
            ),
            PersonalDataKind::Erasure => (
                ["哪些账号编号已注销（无姓名）", "证明已经注销"],
                [
                    "Which account numbers were erased, without names",
                    "To show that they were",
                ],
            ),
            PersonalDataKind::ServiceLog => (
                ["运行日志：只有请求编号、网页类别、状态和用时", "维护"],
                [
                    "The service's own log: request numbers, kinds of pages, status and time alone",
                    "To run the service",
                ],
            ),
        };
        match self.0 {
            crate::words::Lang::Zh => zh,
            crate::words::Lang::En => en,
        }
    }

    /// Why that is lawful.
    pub fn legal_ground(self, ground: LegalGround) -> &'static str {
        match ground {
            LegalGround::Service => self.0.pick(
                "提供账号与服务所必需（第十三条第二项）",
                "Needed for the account (item 2)",
            ),
            LegalGround::Security => self.0.pick(
                "履行网络安全义务（第十三条第三项、网络安全法第二十一条）",
                "Duty of security (item 3; Cybersecurity Law, article 21)",
            ),
            LegalGround::Authorship => self.0.pick(
                "保护作者署名（第十三条第三项、著作权法第十条）",
                "Authors' credits (item 3; Copyright Law, article 10)",
            ),
            LegalGround::Notices => self.0.pick(
                "处理侵权通知（第十三条第三项、信息网络传播权保护条例第十四至十七条）",
                "Notices of infringement (item 3; Regulation on Communication through Information Networks, articles 14 to 17)",
            ),
            LegalGround::Proof => self
                .0
                .pick("履行删除义务的证明（第十三条第三项）", "Proof of erasure (item 3)"),
        }
    }

    /// What becomes of it.
    pub fn after_erasure(self, after: AfterErasure) -> &'static str {
        match after {
            AfterErasure::Removed => self.0.pick("立即删除", "Removed at once"),
            AfterErasure::Nameless => self.0.pick("保留，显示为“已注销用户”", "Stays, shown as “已注销用户”"),
            AfterErasure::Hidden => self.0.pick(
                "到期前保留，但不再显示姓名",
                "Stays until its time is over, without a name",
            ),
            AfterErasure::RunsOut => self.0.pick("到期自动删除", "Goes when its own time is over"),
        }
    }

    /// "12 个月"
    pub fn months(self, n: u64) -> String {
        said!(self.0, zh: "{n} 个月", en: "{n} months")
    }

    /// "最后一次使用后 365 天"
    pub fn days_after_last_use(self, n: u64) -> String {
        said!(self.0, zh: "到期或最后一次使用后 {n} 天", en: "{n} days after its end or last use")
    }

    /// "1 小时"
    pub fn hours_kept(self, n: u64) -> String {
        said!(self.0, zh: "{n} 小时", en: "{n} hours")
    }

    /// "15 分钟"
    pub fn minutes_kept(self, n: u64) -> String {
        said!(self.0, zh: "{n} 分钟", en: "{n} minutes")
    }

    /// "最长 30 天"
    pub fn days_at_most(self, n: u64) -> String {
        said!(self.0, zh: "最长 {n} 天", en: "{n} days at most")
    }
}
