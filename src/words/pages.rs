//! Words of the pages. Those that several pages share are here; each page's own stand in a file of its name.

use super::{Lang, said, sentences};
use crate::domain::passage::Locator;
use crate::domain::resource::{ResourceType, Status, StatusTransition};
use crate::domain::role::{Role, Scope};
use crate::domain::stage::known_stage;

mod account;
mod admin;
mod audit_log;
mod companies;
mod curriculum;
mod docs;
mod evidence;
mod fields;
mod file;
mod findability;
mod form_sheets;
mod list_tables;
mod mirror;
mod notices;
mod ocr;
mod packs;
mod personal_data;
mod rates;
mod recognition;
mod reports;
mod resource;
mod review;
mod review_checks;
mod review_paths;
mod review_steps;
mod rights;
mod saved_searches;
mod search;
mod speech;
mod standards;
mod synonyms;
mod todos;
mod training;
mod upload;
mod visits;

pub use findability::{FindabilityVerdict, Whose};
pub use notices::{NoticeMail, NoticeMailKind};
pub use resource::Cited;

/// The pages' words in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageWords(pub Lang);

impl PageWords {
    /// The language spoken.
    pub fn lang(self) -> Lang {
        self.0
    }

    sentences! {
        site: "工学资源库" | "Gongxue Resource Library";
        skip: "跳到正文" | "Skip to content";
        menu: "菜单" | "Menu";
        main_menu: "主菜单" | "Main menu";
        close: "关闭" | "Close";
        home: "首页" | "Home";
        upload: "上传资源" | "Upload";
        mine: "我的资源" | "My resources";
        review: "审核" | "Review";
        api: "接口" | "API";
        keys: "快捷键 / j k" | "Keys / j k";
        keys_note: "/ 到搜索框，j、k 在结果之间移动；再按一次可关闭" |
            "/ goes to the search box, j and k from hit to hit; press to switch them off";
        sign_in: "登录" | "Sign in";
        sign_out: "退出" | "Sign out";
        signed_in_as: "已登录" | "Signed in as";
        contact: "联系我们" | "Contact";
        report_problem: "侵权与内容投诉" | "Report a rights or content problem";
        colon: "：" | ": ";
        comma: "，" | ", ";
        optional: "选填" | "optional";
        delete_really: "确认删除" | "Really delete";
        you_are_here: "当前位置" | "You are here";
    }

    /// A number with its thousands apart, as both languages write it.
    pub fn number(self, n: u64) -> String {
        grouped(n)
    }

    /// What a table that scrolls by itself is called, apart from the part of the page that it stands in.
    pub fn table_of(self, what: &str) -> String {
        said!(self.0, zh: "表格：{what}", en: "Table: {what}")
    }

    /// "12 个资源"
    pub fn resources(self, n: u64) -> String {
        let noun = plural(n, "resource", "resources");
        let n = grouped(n);
        said!(self.0, zh: "{n} 个资源", en: "{n} {noun}")
    }

    /// "3 个文件"
    pub fn files(self, n: u64) -> String {
        let noun = plural(n, "file", "files");
        let n = grouped(n);
        said!(self.0, zh: "{n} 个文件", en: "{n} {noun}")
    }

    /// "6 门课程"
    pub fn courses(self, n: u64) -> String {
        let noun = plural(n, "course", "courses");
        said!(self.0, zh: "{n} 门课程", en: "{n} {noun}")
    }

    /// "2 个学习任务"
    pub fn tasks(self, n: u64) -> String {
        let noun = plural(n, "learning task", "learning tasks");
        said!(self.0, zh: "{n} 个学习任务", en: "{n} {noun}")
    }

    /// "24 学时"
    pub fn hours(self, n: u32) -> String {
        let noun = plural(u64::from(n), "class hour", "class hours");
        said!(self.0, zh: "{n} 学时", en: "{n} {noun}")
    }

    /// A type by the name teachers use.
    pub fn kind(self, kind: &'static ResourceType) -> &'static str {
        match self.0 {
            Lang::Zh => kind.zh,
            Lang::En => kind.en,
        }
    }

    /// A stage by its code; a school's own name stands for itself.
    pub fn stage(self, key: &str) -> String {
        known_stage(key)
            .map_or(key, |stage| self.0.pick(stage.zh, stage.en))
            .to_owned()
    }

    /// A training level by its code; an unknown code stands for itself.
    pub fn level(self, code: &str) -> String {
        match code {
            "intermediate" => said!(self.0, zh: "中级工", en: "Intermediate"),
            "advanced" => said!(self.0, zh: "高级工", en: "Advanced"),
            "pre_technician" => said!(self.0, zh: "预备技师", en: "Pre-technician"),
            other => other.to_owned(),
        }
    }

    /// What an account is for.
    pub fn role(self, role: Role) -> String {
        match role {
            Role::Reader => said!(self.0, zh: "读者", en: "Reader"),
            Role::Teacher => said!(self.0, zh: "教师", en: "Teacher"),
            Role::Partner => said!(self.0, zh: "企业合作方", en: "Company partner"),
            Role::SchoolAdmin => said!(self.0, zh: "学校管理员", en: "School administrator"),
            Role::Expert => said!(self.0, zh: "专家", en: "Expert"),
            Role::Bureau => said!(self.0, zh: "市人社局", en: "Bureau"),
            Role::Auditor => said!(self.0, zh: "审计员", en: "Auditor"),
        }
    }

    /// Where a resource stands.
    pub fn status(self, status: Status) -> String {
        match status {
            Status::Draft => said!(self.0, zh: "草稿", en: "Draft"),
            Status::Submitted => said!(self.0, zh: "待审核", en: "In review"),
            Status::Returned => said!(self.0, zh: "退回修改", en: "Sent back"),
            Status::Published => said!(self.0, zh: "已发布", en: "Published"),
            Status::Withdrawn => said!(self.0, zh: "已下架", en: "Withdrawn"),
        }
    }

    /// A step of the review, as its button says it.
    pub fn step(self, step: StatusTransition) -> String {
        match step {
            StatusTransition::Submit => said!(self.0, zh: "提交审核", en: "Submit for review"),
            StatusTransition::Approve => said!(self.0, zh: "通过", en: "Approve"),
            StatusTransition::Return => said!(self.0, zh: "退回修改", en: "Send back"),
            StatusTransition::Reject => said!(self.0, zh: "不予通过", en: "Reject"),
            StatusTransition::Recall => said!(self.0, zh: "撤回", en: "Take back"),
            StatusTransition::Publish => said!(self.0, zh: "直接发布", en: "Publish"),
            StatusTransition::Withdraw => said!(self.0, zh: "下架", en: "Withdraw"),
        }
    }

    /// How far a resource is shared, in a word.
    pub fn scope(self, scope: Scope) -> String {
        match scope {
            Scope::School => said!(self.0, zh: "本校", en: "Own school"),
            Scope::City => said!(self.0, zh: "全市", en: "Whole city"),
            Scope::Public => said!(self.0, zh: "公开", en: "Public"),
        }
    }

    /// Who that means, in a sentence.
    pub fn scope_note(self, scope: Scope) -> String {
        match scope {
            Scope::School => {
                said!(self.0, zh: "只有本校老师能看到和下载。", en: "Only teachers of this school see and fetch it.")
            }
            Scope::City => {
                said!(self.0, zh: "全市有账号的老师都能看到和下载。", en: "Everyone with an account in the city sees and fetches it.")
            }
            Scope::Public => said!(self.0, zh: "任何人都能看到和下载。", en: "Anyone can see and fetch it."),
        }
    }

    /// A place in a file, as a reader would point at it.
    pub fn place(self, locator: &Locator) -> String {
        match locator {
            Locator::Page { page } => said!(self.0, zh: "第 {page} 页", en: "Page {page}"),
            Locator::Slide { slide } => said!(self.0, zh: "第 {slide} 张", en: "Slide {slide}"),
            Locator::Sheet { sheet, row } => said!(self.0, zh: "{sheet} · 第 {row} 行", en: "{sheet} · row {row}"),
            Locator::Section { title: Some(title), .. } => title.clone(),
            Locator::Section { section, .. } => said!(self.0, zh: "第 {section} 节", en: "Section {section}"),
            Locator::Time { start_ms, .. } => clock(*start_ms),
        }
    }
}

/// Chooses the English form that a number asks for.
fn plural<'a>(n: u64, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

/// Writes `12345` as `12,345`.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes milliseconds as players do: `02:10`, `1:02:10`.
pub fn clock(ms: u64) -> String {
    let seconds = ms / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::{PageWords, clock, grouped};
    use crate::domain::passage::Locator;
    use crate::words::Lang;

    #[test]
    fn numbers_and_times_read_as_people_write_them() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(clock(130_999), "02:10");
        assert_eq!(clock(3_730_000), "1:02:10");
    }

    #[test]
    fn a_place_is_named_in_the_readers_language() {
        let page = Locator::Page { page: 12 };

        assert_eq!(PageWords(Lang::Zh).place(&page), "第 12 页");
        assert_eq!(PageWords(Lang::En).place(&page), "Page 12");
        assert_eq!(PageWords(Lang::En).resources(1), "1 resource");
    }
}
