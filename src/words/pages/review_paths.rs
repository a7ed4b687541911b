//! Words of the review's paths, and of what is exported of reviews.

use super::{PageWords, plural};
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        review_paths: "审核流程" | "Review paths";
        review_paths_lead: "资源按类型走哪条流程、每一步由谁审、几人通过、几天审完。改动马上生效；正在等待的，接着没审完的那一步走。" |
            "Which path each type of resource takes, who takes each step, how many must approve and how soon. Changes count at once; what waits goes on from the first step that is not done.";
        review_queue_xlsx: "导出待审清单（XLSX）" | "Export the queue (XLSX)";
        review_decisions_xlsx: "导出审核记录（XLSX）" | "Export the decisions (XLSX)";
        paths_import: "导入审核流程" | "Bring paths";
        paths_export: "导出审核流程（XLSX）" | "Paths as XLSX";
        path_add: "新建流程" | "Add a path";
        path_saved: "流程已保存。" | "The path is saved.";
        path_removed: "流程已删除，原来在走的改走其他流程。" | "The path is gone; what took it takes another.";
        path_all_others: "其他流程没有列出的所有类型" | "All types that no other path names";
        path_may_reject: "可以判“不予通过”" | "Can be rejected for good";
        path_may_publish: "学校管理员可以不经审核直接发布给本校" | "A school's administrator may publish for their school without a review";
        path_may_publish_note: "勾上就是：一位学校管理员自己就能发布，学校的审核步骤都不走；本校老师只给本校的已发布资源，他改几个字也马上生效，没有第二个人看过。换文件、给全市和公开的，以及自己上传的、等待审核时自己改过的，仍要别人来审。" |
            "Ticked, it means: one administrator of the school publishes alone and none of the school's steps is taken; words that they change in a colleague's published resource for the school count at once, and nobody else has looked. On new files, on what is meant for more than the school, and on what is their own or what they changed while it waited, others still decide.";
        path_may_publish_beyond: "给全市的、公开的也可以不经审核直接发布" | "They may also publish so for the city and for everybody";
        path_may_publish_beyond_note: "勾上就是：学校管理员一个人就能把资源发给全市、对外公开，市级专家的那一步不走。一般不要勾；只有上面一项也勾上才算。" |
            "Ticked, it means: an administrator of a school alone publishes for the city and the public, and the city's experts are not asked. Better left off; it counts only together with the one above.";
        path_is_own: "学校的步骤由本校自定" | "The school's steps are its own";
        path_note_city: "每条流程至少有一步归学校、一步归市级；只在本校共享的资源只走学校的步骤。" |
            "Each path has at least one step of the school and one of the city; what is shared within its school takes the school's steps alone.";
        path_note_school: "这里只改本校的步骤；市级步骤和其他规则由市人社局定。" |
            "Only your school's steps are changed here; the city's steps and the other rules are the bureau's.";
        path_code: "代号" | "Short name";
        path_code_note: "小写字母、数字和连字符，如 video；建好后不能改。" | "Small letters, digits and hyphens, such as video; it stays.";
        path_code_fault: "代号只能用小写字母、数字和连字符，不超过 40 个。" | "Use small letters, digits and hyphens only, up to 40.";
        path_name: "名称" | "Name";
        path_name_en: "英文名称" | "Name in English";
        path_kinds: "哪些类型走这条流程" | "Types that take this path";
        path_remove: "删除这条流程" | "Remove this path";
        path_give_up: "恢复市里的步骤" | "Use the city's steps again";
        path_remove_note: "正在走的不会丢，接着走剩下的流程；审核记录都留着。" |
            "What waits is not lost and goes on along what is left; the history of reviews stays.";
        step_whose: "归谁审" | "Whose step";
        step_of_school: "学校" | "The school's";
        step_of_city: "市级" | "The city's";
        step_experts_only: "市级步骤只由专家审（市人社局仍可代审）" | "Experts alone take the city's step (the bureau may still stand in)";
        step_people: "指定审核人（登录名，用顿号分开）" | "Appointed by sign-in name, apart by commas";
        step_people_note: "填了，就只有这些人能审这一步，别人的待审清单里不出现；留空，就是所有符合的人。指定的人停用、调走了，或者内容是他们自己改的，剩下的不够需要通过的人数时，由所有符合的人审。学校的步骤由学校在自己的步骤里指定本校管理员。" |
            "With names, these people alone take the step, and it comes to nobody else; without, everybody who is asked does. When fewer of them can than must approve, because some are gone or it is their own work, everybody is asked. A school appoints its own administrators in its own steps.";
        step_voices: "需几人通过" | "How many must approve";
        step_voices_note: "学校里能审的人不够这个数时，由市人社局代审。" | "Where a school has fewer who may, the bureau stands in.";
        step_due_days: "几天内审完" | "Days until it is overdue";
        step_remind_days: "几天后提醒" | "Days until a reminder";
        step_empty_note: "名称留空的步骤不算；清空名称就是去掉这一步。" | "A step without a name does not count; empty a name to drop its step.";
        review_sheet_queue: "待审清单" | "Review queue";
        review_sheet_decisions: "审核记录" | "Review decisions";
        sheet_step: "步骤" | "Step";
        sheet_since: "到这一步的时间" | "There since";
        sheet_due: "应审完时间" | "Due";
        sheet_taken_by: "领取人" | "Taken by";
        sheet_when: "时间" | "When";
        sheet_outcome: "结论" | "Outcome";
        sheet_by: "审核人" | "By";
        sheet_on_behalf: "代审" | "Standing in";
        sheet_note: "意见" | "Note";
        sheet_version: "版本" | "Version";
        sheet_round: "轮次" | "Round";
        sheet_title: "资源" | "Resource";
        sheet_yes: "是" | "yes";
    }

    /// That schools publish for the city without its experts, and how to take that away.
    pub fn paths_past_the_city(self, paths: &[&str]) -> String {
        let paths = paths.join(self.0.pick("、", ", "));
        said!(self.0,
            zh: "{paths}：学校管理员一个人就能把资源发给全市、对外公开，市级专家不审。升级以前就在用的库保持原来的规则，所以现在是这样。要收回：打开这条流程的“修改”，取消勾选“给全市的、公开的也可以不经审核直接发布”，保存。",
            en: "{paths}: an administrator of a school alone publishes for the city and the public, past the city's experts. A library in use before the upgrade keeps its rules, which is why. To take it away, open the path with “Change”, untick “They may also publish so for the city and for everybody”, and save.")
    }

    /// "第 2 步"
    pub fn step_number(self, n: usize) -> String {
        said!(self.0, zh: "第 {n} 步", en: "Step {n}")
    }

    /// "7 天内审完"
    pub fn step_due(self, days: u32) -> String {
        let noun = plural(u64::from(days), "day", "days");
        said!(self.0, zh: "{days} 天内审完", en: "due in {days} {noun}")
    }

    /// "第 5 天提醒"
    pub fn step_remind(self, days: u32) -> String {
        let noun = plural(u64::from(days), "day", "days");
        said!(self.0, zh: "{days} 天后提醒", en: "reminder after {days} {noun}")
    }
}
