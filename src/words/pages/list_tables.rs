//! Words of lists that are taken along as tables.

use super::PageWords;
use crate::words::sentences;

impl PageWords {
    sentences! {
        schools_import: "导入学校名单" | "Bring a list of schools";
        synonyms_import: "导入同义词" | "Bring a list of synonyms";
        list_export: "导出表格（XLSX）" | "Take along as XLSX";
        marks_export: "导出有效的称号（XLSX）" | "Marks that are valid as XLSX";
        company_given_export: "导出企业提供的资源（XLSX）" | "What it gave as XLSX";
        company_people_export: "导出企业账号（XLSX）" | "Its people as XLSX";
        pack_is_draft: "草稿" | "draft";
        pack_is_published: "已发布" | "published";
        pack_is_withdrawn: "已下架" | "withdrawn";
        company_given_table: "企业提供的资源" | "What the company gave";
        marks_table: "有效的称号" | "Marks that are valid";
    }

    /// The headings of accounts; the first four are those of the roster that opens accounts.
    pub fn account_heads(self) -> [&'static str; 11] {
        self.lang().pick(
            [
                "登录名",
                "姓名",
                "角色",
                "学校",
                "停用",
                "锁定",
                "两步验证",
                "通行密钥",
                "一次性密码未改",
                "统一认证",
                "开通时间",
            ],
            [
                "name",
                "display",
                "role",
                "school",
                "Disabled",
                "Locked",
                "Second factor",
                "Passkeys",
                "Password for once",
                "Sign-on",
                "Added",
            ],
        )
    }

    /// The headings of resources; those of fields are those of the sheet of an import.
    pub fn resource_heads(self) -> [&'static str; 26] {
        self.lang().pick(
            [
                "标题",
                "类型",
                "专业代码",
                "专业",
                "课程",
                "任务",
                "学习环节",
                "层次",
                "关键词",
                "作者",
                "年份",
                "许可",
                "人工智能",
                "共享范围",
                "简介",
                "学校",
                "分享人",
                "企业",
                "状态",
                "版本",
                "文件数",
                "字节",
                "有称号",
                "发布时间",
                "更新时间",
                "网址",
            ],
            [
                "title",
                "type",
                "Code",
                "major",
                "course",
                "task",
                "stage",
                "level",
                "keywords",
                "authors",
                "year",
                "licence",
                "ai",
                "scope",
                "description",
                "School",
                "Shared by",
                "Company",
                "State",
                "Version",
                "Files",
                "Bytes",
                "Bears a mark",
                "Published",
                "Changed",
                "Address",
            ],
        )
    }

    /// The headings of packs.
    pub fn pack_heads(self) -> [&'static str; 9] {
        self.lang().pick(
            [
                "标题",
                "简介",
                "学校",
                "制作人",
                "共享范围",
                "状态",
                "版本",
                "更新时间",
                "网址",
            ],
            [
                "Title",
                "Description",
                "School",
                "Made by",
                "For whom",
                "State",
                "Version",
                "Changed",
                "Address",
            ],
        )
    }

    /// The headings of versions of standards.
    pub fn standard_heads(self) -> [&'static str; 8] {
        self.lang().pick(
            [
                "专业代码",
                "专业",
                "版本",
                "标题",
                "文号",
                "施行日期",
                "备注",
                "发布时间",
            ],
            [
                "Code",
                "Major",
                "Version",
                "Title",
                "Number of the document",
                "Holds from",
                "Notes",
                "Published",
            ],
        )
    }

    /// The headings of marks.
    pub fn mark_heads(self) -> [&'static str; 8] {
        self.lang().pick(
            ["称号", "奖项", "学校", "课程", "专业", "个人", "生效日期", "失效日期"],
            [
                "Mark",
                "Award",
                "School",
                "Course",
                "Major",
                "Person",
                "First day",
                "Last day",
            ],
        )
    }

    /// The headings of one's own tokens.
    pub fn token_heads(self) -> [&'static str; 5] {
        self.lang().pick(
            ["名称", "权限", "另可读取", "生成时间", "有效期至"],
            ["Name", "What it may do", "What it reads besides", "Made", "Until"],
        )
    }

    /// The headings of background jobs.
    pub fn job_heads(self) -> [&'static str; 6] {
        self.lang().pick(
            ["工作", "对象", "状态", "次数", "原因", "时间"],
            ["Work", "On what", "State", "Attempts", "Why it failed", "Asked for"],
        )
    }

    /// The headings of what a company gave.
    pub fn given_heads(self) -> [&'static str; 8] {
        self.lang().pick(
            [
                "资源",
                "学校",
                "状态",
                "审核意见",
                "提供时间",
                "发布时间",
                "使用次数",
                "网址",
            ],
            [
                "Resource",
                "School",
                "State",
                "What the reviewer said",
                "Given",
                "Published",
                "Uses",
                "Address",
            ],
        )
    }
}
