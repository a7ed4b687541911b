//! Words of curriculum standards.

use super::{PageWords, plural};
use crate::domain::standard::StandardState;
use crate::domain::standard::comparison::{ChangeTarget, StandardChange, StandardChangeKind, StandardRank};
use crate::domain::standard::followup::cause::FollowUpCause;
use crate::domain::standard::followup::{FollowUpKind, FollowUpState};
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        standards: "课程标准" | "Curriculum standards";
        standards_lead: "每个专业的课程和学习任务依据哪一版课程标准，每一版改了什么。" |
            "By which version of its standard each major is taught, and what each version changed.";
        standards_none: "还没有课程标准。" | "There are no standards yet.";
        standards_filter: "筛选课程标准" | "Narrow the standards";
        standards_any_major: "全部专业" | "All majors";
        standards_go: "筛选" | "Narrow";
        standard_new: "新建一版" | "New version";
        standard_edit: "修改说明" | "Change the words";
        standard_title: "标题" | "Title";
        standard_issued_no: "文号" | "Document number";
        standard_effective_on: "施行日期" | "In force from";
        standard_document: "文件原文在资源库里的编号" | "Id of the resource that holds the document";
        standard_document_note: "资源页面网址里 /r/ 后面的一串；没有可以不填。" | "What stands behind /r/ in the address of its page.";
        standard_document_link: "文件原文" | "The document";
        standard_notes: "说明" | "Notes";
        standard_make: "建立草稿" | "Make the draft";
        standard_made: "草稿已建立，接下来请上传表格。" | "The draft is made. Now send its table.";
        standard_saved: "已保存。" | "Saved.";
        standard_removed: "草稿已删除。" | "The draft is removed.";
        standard_table_kept: "表格已保存，下面是发布后的变化。" | "The table is kept. Below is what it would change.";
        standard_published: "已发布，现行课程和学习任务已经更新。" | "Published: courses and tasks are as it lays them down.";
        standard_stale: "您打开以后，现行课程或这份草稿又有改动，没有发布。请按下面的最新对比重新核对。" |
            "What is taught, or this draft, changed since you opened the page. Nothing was published; look at the changes anew.";
        standard_table: "课程和学习任务的表格" | "The table";
        standard_table_note: "XLSX 或 CSV，第一行写列名。先下载现行课程的表格，直接在上面改：改名称就是更名，一个任务写成几行就是拆分，删去一行就是退出；“原课程”“原任务”两列不要动。" |
            "XLSX or CSV with headings. Begin with the table of what is taught: a changed name is a new name, a row that is doubled a split, a row left out is retired. Leave the last two columns as they are.";
        standard_template: "下载现行课程的表格" | "Table of what is taught";
        standard_download: "下载这一版的表格" | "Table of this version";
        standard_send: "上传并对比" | "Send and compare";
        standard_changes: "变化" | "Changes";
        standard_would_change: "发布后的变化" | "What it would change";
        standard_no_changes: "与现行课程完全一致。" | "Nothing but what is taught already.";
        standard_no_changes_then: "课程和学习任务没有变化。" | "Courses and tasks stayed as they were.";
        standard_touches: "发布后牵涉的内容" | "What it would touch";
        standard_touches_nothing: "没有资源、资源包和排序受影响。" | "No resource, pack or order is touched.";
        standard_structure: "课程和学习任务" | "Courses and tasks";
        standard_publish: "发布这一版" | "Publish this version";
        standard_publish_note: "发布后不能撤回：现行课程立即按这一版更新，退出的课程和任务不再接收新资源，已有的资源保留。" |
            "This cannot be undone: courses and tasks change at once; what is retired takes nothing new and keeps what it has.";
        standard_remove: "删除草稿" | "Remove the draft";
        standard_remove_note: "草稿和导入的表格会一起删除；已发布的版本不受影响。" |
            "The draft goes with the table that was brought. What is published stays.";
        standard_remove_really: "确认删除" | "Really remove it";
        standard_departs: "发布以后，有人通过导入课程目录改动了这个专业，现行课程与这一版不再一致。" |
            "Since it was published somebody imported a catalogue: what is taught is not as this version lays it down any more.";
        standard_in_force: "现行" | "in force";
        standard_versions: "各版对比" | "Other versions";
        standard_faulty: "表格与现行课程对不上，请改好后重新上传。" | "The table does not go with what is taught; mend it and send it again.";
        standard_retired: "已退出" | "retired";
        standard_published_on: "发布于" | "published";
        followups: "课程标准跟进" | "Follow-ups of standards";
        followups_lead: "新一版课程标准牵涉到的资源、资源包和排序，逐项核对：改到现行任务的会自动完成，其余的看过后标记。" |
            "Resources, packs and orders that a new version touches. What goes to a task that is taught is done by that; mark the rest when you have looked at it.";
        followups_filter: "筛选跟进事项" | "Narrow the follow-ups";
        followups_none: "没有需要跟进的事项。" | "Nothing to follow up.";
        followups_export: "导出清单（XLSX）" | "Export the list (XLSX)";
        followups_of_version: "牵涉的资源、资源包和排序" | "What it touches, and how far that is looked after";
        followup_what: "事项" | "What";
        followup_title: "名称" | "Title";
        followup_why: "原因" | "Why";
        followup_state: "进度" | "State";
        followup_any_state: "全部进度" | "Any state";
        followup_any_school: "全部学校" | "All schools";
        followup_of_city: "市级" | "The city";
        followup_reason: "不处理的原因" | "Why it is waived";
        followup_decided: "处理日期" | "Decided on";
        followup_id: "编号" | "Id";
        followup_revision: "修订号" | "Revision";
        followups_import: "导入处理结果" | "Import decisions";
        followups_import_lead: "先导出清单，填好后在这里导入：先核对，确认后一次记下。有一行填错，就一行也不记。" |
            "Export the list, fill it in, and send it here: it is looked at first, and noted at once when you say yes. With one faulty row nothing is.";
        followups_import_note: "在“进度”一列填 待处理、已处理 或 不处理；不处理的，在“不处理的原因”里写明原因。“编号”“修订号”两列不要动，其余各列只供查看。没有改动的行不受影响。一次最多 5000 行。" |
            "Write open, done or waived under State, and for what is waived why. Leave Id and Revision as they are; other columns are only for reading. Rows that say what is noted already change nothing. At most 5,000 rows at a time.";
        followups_import_same: "与现在记录的完全一致，没有要记的。" | "Nothing but what is noted already.";
        followups_imported: "处理结果已全部记录。" | "All decisions are noted.";
        followups_import_stale: "您核对以后，有人处理过其中的事项，这次什么也没有记。请重新导出清单再填。" |
            "Somebody decided about some of it since you looked. Nothing was noted; export the list anew.";
        followup_hidden: "（未公开）" | "(not public)";
        followup_own: "我的" | "mine";
        followup_own_alone: "只看等我处理的" | "What waits for me alone";
        followup_done: "已处理" | "Done";
        followup_waive: "不处理" | "Waive";
        followup_waive_really: "确认不处理" | "Really waive it";
        followup_reopen: "重新打开" | "Open again";
        followup_saved: "已记录。" | "Noted.";
        followup_stale: "这一项刚被别人处理过，请看现在的情况。" | "Somebody decided about it meanwhile; this is how it stands.";
        followup_reason_missing: "请写明不处理的原因。" | "Say why it is waived.";
        retired_tasks: "已退出课程标准" | "No longer in the standard";
        retired_tasks_note: "已有的资源保留在这里；新资源请放到现行的学习任务。" |
            "What is there stays; something new goes to a task that is taught.";
    }

    /// Where a version stands: `草稿`, `第 3 版`.
    pub fn standard_number(self, state: StandardState, number: Option<i32>) -> String {
        match (state, number) {
            (StandardState::Published, Some(number)) => said!(self.0, zh: "第 {number} 版", en: "version {number}"),
            _ => self.0.pick("草稿", "draft").to_owned(),
        }
    }

    /// A link that compares with an earlier or later version.
    pub fn standard_compare(self, number: i32) -> String {
        said!(self.0, zh: "与第 {number} 版对比", en: "compare with version {number}")
    }

    /// The heading of such a comparison.
    pub fn standard_compared(self, number: i32) -> String {
        said!(self.0, zh: "与第 {number} 版相比的变化", en: "Changes since version {number}")
    }

    /// How much changes: `12 处变化`.
    pub fn standard_change_count(self, n: u64) -> String {
        let noun = plural(n, "change", "changes");
        said!(self.0, zh: "{n} 处变化", en: "{n} {noun}")
    }

    /// What a draft would touch: `12 个资源、2 个资源包、1 项排序。发布后……`.
    pub fn standard_touches_so_much(self, resources: usize, packs: usize, orders: usize) -> String {
        said!(self.0,
            zh: "{resources} 个资源、{packs} 个资源包、{orders} 项排序。发布后逐项列入“课程标准跟进”，由所属教师和学校核对。",
            en: "Resources: {resources}, packs: {packs}, orders: {orders}. Once it is published each is listed for its owner and school to look after.")
    }

    /// That an import departs from a standard in force.
    pub fn import_departs(self, major: &str, number: i32, title: &str) -> String {
        said!(self.0,
            zh: "注意：与“{major}”第 {number} 版课程标准《{title}》不一致。确认导入后，现行课程会偏离这一版；已退出的课程和任务不会恢复。",
            en: "This departs from version {number} of the standard of {major} ({title}). What that retired stays retired.")
    }

    /// What became of something, in a word.
    pub fn standard_change_kind(self, kind: StandardChangeKind) -> &'static str {
        let (zh, en) = match kind {
            StandardChangeKind::Retired => ("退出", "retired"),
            StandardChangeKind::Split => ("拆分", "split"),
            StandardChangeKind::Merged => ("合并", "merged"),
            StandardChangeKind::Moved => ("移动", "moved"),
            StandardChangeKind::Renamed => ("更名", "renamed"),
            StandardChangeKind::Hours => ("学时调整", "other hours"),
            StandardChangeKind::Reordered => ("顺序调整", "other order"),
            StandardChangeKind::Added => ("新增", "new"),
        };
        self.0.pick(zh, en)
    }

    /// What a change is about, in a word.
    pub fn standard_rank(self, rank: StandardRank) -> &'static str {
        match rank {
            StandardRank::Course => self.course(),
            StandardRank::WorkTask => self.work_task(),
            StandardRank::Task => self.task(),
        }
    }

    /// What is touched, in a word.
    pub fn followup_kind(self, kind: FollowUpKind) -> &'static str {
        match kind {
            FollowUpKind::Resource => self.0.pick("资源", "Resource"),
            FollowUpKind::Pack => self.0.pick("资源包", "Pack"),
            FollowUpKind::Order => self.0.pick("任务资源的排序", "Order of a task"),
        }
    }

    /// Says yes to a table of decisions: `记录 12 项处理结果`.
    pub fn followups_decide_all(self, n: u64) -> String {
        let noun = plural(n, "decision", "decisions");
        said!(self.0, zh: "记录 {n} 项处理结果", en: "Note {n} {noun}")
    }

    /// What stands for the title of something that has none to show.
    pub fn followup_untitled(self, is_gone: bool) -> &'static str {
        if is_gone {
            self.0.pick("（已删除）", "(removed)")
        } else {
            self.followup_hidden()
        }
    }

    /// How far it has come, in a word.
    pub fn followup_state_of(self, state: FollowUpState) -> &'static str {
        match state {
            FollowUpState::Open => self.0.pick("待处理", "open"),
            FollowUpState::Done => self.0.pick("已处理", "done"),
            FollowUpState::Waived => self.0.pick("不处理", "waived"),
        }
    }

    /// Why it is to be looked after: `“锥轴”拆分`, `“数控加工”里有课程或任务调整`.
    pub fn followup_because(self, cause: Option<FollowUpCause>, subject: &str) -> String {
        let kind = match cause {
            None => None,
            Some(FollowUpCause::Retired) => Some(StandardChangeKind::Retired),
            Some(FollowUpCause::Split) => Some(StandardChangeKind::Split),
            Some(FollowUpCause::Merged) => Some(StandardChangeKind::Merged),
            Some(FollowUpCause::Moved) => Some(StandardChangeKind::Moved),
            Some(FollowUpCause::Renamed) => Some(StandardChangeKind::Renamed),
            Some(FollowUpCause::Within) => {
                return said!(self.0,
                    zh: "“{subject}”里有课程或任务调整", en: "“{subject}”: courses or tasks in it go elsewhere");
            }
        };
        let change = kind.map_or("", |kind| self.standard_change_kind(kind));
        said!(self.0, zh: "“{subject}”{change}", en: "“{subject}”: {change}")
    }

    /// A change in one line, behind its kind: `学习任务“锥轴”（车削）→“外锥”“内锥”`.
    pub fn standard_change(self, change: &StandardChange) -> String {
        let place = |course: &Option<String>| match course {
            Some(course) => self.0.pick(format!("（{course}）"), format!(" ({course})")),
            None => String::new(),
        };
        let quoted = |name: &str| self.0.pick(format!("“{name}”"), format!(" “{name}”"));
        let what = self.standard_rank(change.rank);
        let mut line = format!("{what}{}{}", quoted(&change.name), place(&change.course));
        let target = |target: &ChangeTarget| {
            let elsewhere = target.course.as_ref().filter(|_| target.course != change.course);
            format!("{}{}", quoted(&target.name), place(&elsewhere.cloned()))
        };
        let into: Vec<String> = change.into.iter().map(target).collect();
        let none = || self.0.pick("未注明", "not given").to_owned();
        match change.kind {
            StandardChangeKind::Split | StandardChangeKind::Merged => {
                line.push_str(" → ");
                line.push_str(&into.join(self.0.pick("、", ",")));
            }
            StandardChangeKind::Moved | StandardChangeKind::Hours => {
                let (from, to) = (change.from.clone(), change.to.clone());
                let (from, to) = (from.unwrap_or_else(none), to.unwrap_or_else(none));
                line = format!("{line}{}{from} → {to}", self.colon());
            }
            StandardChangeKind::Renamed => {
                let to = change.to.as_deref().unwrap_or_default();
                line = format!("{line} →{}", quoted(to));
            }
            StandardChangeKind::Retired | StandardChangeKind::Reordered | StandardChangeKind::Added => {}
        }
        line
    }
}
