//! Words of companies.

use super::PageWords;
use crate::domain::day::Day;
use crate::domain::resource::Status;
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        companies: "合作企业" | "Partner companies";
        companies_lead: "与学校共建的企业、协议期限、企业账号，以及企业提供的案例和视频。" |
            "Companies that work with schools: agreements, people, and the cases and films that they gave.";
        companies_none: "还没有合作企业。" | "There are no companies yet.";
        companies_export: "导出企业名单（XLSX）" | "Companies as XLSX";
        companies_import: "导入企业名单" | "Bring a list of companies";
        company_add: "登记企业" | "Add a company";
        company_added: "企业已登记。" | "The company is added.";
        company_edit: "修改企业信息" | "Change the company";
        company_name: "企业名称" | "Name";
        company_code: "统一社会信用代码" | "Unified social credit code";
        company_code_note: "18 位，会按校验码核对。" | "18 characters; the last one is checked.";
        company_contact: "联系人" | "Whom to ask";
        company_schools: "合作学校" | "Schools";
        company_schools_note: "填学校代码或名称，用逗号分开。" | "Codes or names, apart by commas.";
        company_from: "协议开始日期" | "First day of the agreement";
        company_until: "协议结束日期" | "Last day of the agreement";
        company_holds: "协议有效" | "agreement holds";
        company_over: "不在协议期内" | "no agreement today";
        company_given: "企业提供的资源" | "What it gave";
        company_given_note: "可以看到审核到哪一步、被用了多少次；不显示是谁用的。" | "Where it stands and how often it was used; never by whom.";
        company_given_none: "还没有提供资源。" | "Nothing was given yet.";
        company_people: "企业账号" | "Its people";
        company_people_import: "导入企业账号" | "Bring its people";
        company_people_none: "还没有企业账号。" | "Nobody yet.";
        company_member: "登录名" | "Sign-in name";
        company_member_note: "填企业合作方账号的登录名，账号所属学校要在合作学校里。" |
            "Of a partner's account, of a school that the company works with.";
        company_member_add: "加入企业" | "Add to the company";
        company_member_added: "账号已加入企业，以后分享的资源会署企业名。" | "Added: what they share from now on carries the company's name.";
        company_member_remove_note: "账号保留，以后分享的资源不再署这家企业；以前的署名不变。" |
            "The account stays. What it shares from now on does not bear the company's name; what it shared does.";
        company_member_remove: "移出企业" | "Take out";
        company_member_removed: "账号已移出企业；已提供的资源仍署企业名。" | "Taken out; what they gave stays under its name.";
        company_remove: "删除这家企业" | "Remove this company";
        company_remove_note: "只用于登记错的企业：删除后，企业信息和合作学校不再保留，不能恢复。" |
            "For what was added by mistake: its name, code and schools are gone for good.";
        company_removed: "企业已删除。" | "The company is removed.";
        company_source: "企业" | "Company";
    }

    /// "联系人现在是“张三”"
    pub fn field_now(self, label: &str, present: &str) -> String {
        match present {
            "" => said!(self.lang(), zh: "“{label}”现在是空的", en: "“{label}” is empty now"),
            _ => said!(self.lang(), zh: "“{label}”现在是“{present}”", en: "“{label}” is “{present}” now"),
        }
    }

    /// Told to whoever saved a form behind somebody else: what they typed is kept, and what differs is named.
    pub fn changed_meanwhile(self, differing: &[String]) -> String {
        let told = differing.join(self.comma());
        if told.is_empty() {
            return said!(self.lang(),
                zh: "您打开这一页以后，别人已经改成和您填的一样了。",
                en: "Somebody else made the same change since you opened this page.");
        }
        said!(self.lang(),
            zh: "您打开这一页以后，别人改过。您填的都还在，和您填的不同的是：{told}。核对后再保存，就以您填的为准。",
            en: "Somebody else changed it since you opened this page. What you typed is still here; what differs from it: {told}. Look again, and saving once more makes yours count.")
    }

    /// "2026-01-01 至 2028-12-31"
    pub fn company_days(self, from: Day, until: Option<Day>) -> String {
        match until {
            Some(until) => said!(self.lang(), zh: "协议 {from} 至 {until}", en: "agreement {from} to {until}"),
            None => said!(self.lang(), zh: "协议 {from} 起", en: "agreement from {from}"),
        }
    }

    /// "另有第 2 版：待审核"
    pub fn company_waits(self, version: Option<i32>, status: Status) -> String {
        let status = self.status(status);
        match version {
            Some(version) => {
                said!(self.lang(), zh: "另有第 {version} 版：{status}", en: "Version {version} besides: {status}")
            }
            None => said!(self.lang(), zh: "另有修改：{status}", en: "Changes besides: {status}"),
        }
    }

    /// "被使用 12 次"
    pub fn company_uses(self, uses: i64) -> String {
        said!(self.lang(), zh: "被使用 {uses} 次", en: "used {uses} times")
    }
}
