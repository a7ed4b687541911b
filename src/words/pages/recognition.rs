//! Words of recognition.

use super::{PageWords, plural};
use crate::domain::day::Day;
use crate::domain::recognition::jury::ConflictKind;
use crate::domain::recognition::mark::MarkState;
use crate::domain::recognition::{CallState, Criterion, Entrants, RecognitionKind};
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        recognition: "评优" | "Recognition";
        recognition_lead: "优质课堂、精品课程、示范专业、骨干院校和教师职业能力大赛：通知、申报、评审、结果。" |
            "Model lessons, courses, majors, schools and the teachers' competition: calls, entries, judging, results.";
        recognition_none: "还没有评优活动。" | "There are no calls yet.";
        jury_import: "导入评委名单" | "Bring a list of the jury";
        entries_import: "导入申报" | "Bring entries";
        calls_import: "导入评优活动" | "Bring calls";
        recognition_add: "新建评优活动" | "New call";
        recognition_edit: "修改评优活动" | "Change the call";
        recognition_announced_note: "通知已发布：只能推迟申报截止日期和评审截止日期。" |
            "It was announced: its last day for entries and the jury's may be put off, nothing else.";
        call_title: "活动名称" | "Title";
        call_kind: "评选类别" | "What is recognized";
        call_rules: "评选办法" | "Rules";
        call_entrants: "由谁申报" | "Who enters";
        call_opens: "申报开始日期" | "First day for entries";
        call_closes: "申报截止日期" | "Last day for entries";
        call_jury_due: "评审截止日期" | "The jury's last day";
        call_blind: "匿名评审：评委看不到学校和姓名" | "Blind: the jury sees neither schools nor names";
        call_voices: "每项申报至少几位评委评分" | "Voices that each entry needs";
        call_per_school: "每校限报几项" | "Entries of a school";
        call_unlimited: "不填为不限。" | "No limit when empty.";
        call_valid_years: "称号有效几年" | "Years that marks are valid";
        call_for_good: "不填为长期有效。" | "For good when empty.";
        call_criteria: "评分标准" | "Criteria";
        call_criteria_note: "每行一项：名称、权重、满分，用空格分开，例如“教学设计 40 100”。最多 12 项，权重和满分都不超过 100。" |
            "One a line: name, weight and most points, apart by blanks, such as “Design 40 100”. Up to 12; both numbers up to 100.";
        call_weight: "权重" | "Weight";
        call_max: "满分" | "Most points";
        call_make: "保存为草稿" | "Keep as a draft";
        call_made: "已保存为草稿。核对无误后请发布通知。" | "Kept as a draft. Announce it when it is right.";
        call_saved: "已保存。" | "Saved.";
        call_announce: "发布通知" | "Announce it";
        call_announce_note: "发布后所有人都能看到；评选办法和评分标准不能再改，截止日期只能推迟。" |
            "Everybody sees it from then on. Rules and criteria do not change any more; last days can only be put off.";
        call_announced: "通知已发布。" | "It is announced.";
        call_cancel: "取消活动" | "Cancel the call";
        call_cancel_note: "取消后不能再申报和评审；已有的申报留作记录。" | "Nobody enters or judges any more. What was entered stays for the record.";
        call_cancel_really: "确认取消" | "Really cancel it";
        call_cancelled: "活动已取消。" | "The call is cancelled.";
        call_enter: "我要申报" | "Enter";
        call_judge: "进入评审" | "Judge";
        call_jury: "评委" | "Jury";
        call_export: "导出申报表（XLSX）" | "Entries as XLSX";
        entries: "申报" | "Entries";
        entry_number: "编号" | "Number";
        entry_title: "申报标题" | "Title of the entry";
        entry_person: "参评教师" | "Teacher";
        entry_person_note: "填登录名；教师本人申报不用填。" | "A sign-in name; teachers who enter for themselves leave it empty.";
        entry_course: "课程" | "Course";
        entry_course_note: "填课程的全名。" | "The course's exact name.";
        entry_major: "专业" | "Major";
        entry_major_note: "填专业代码或全名。" | "Its code or exact name.";
        course_or_major: "课程或专业" | "Course or major";
        entry_statement: "申报说明" | "Statement";
        entry_evidence: "材料" | "Evidence";
        entry_evidence_note: "粘贴资源或资源包页面的地址，每行一个，最多 30 个。材料要已发布，并且共享给全市或公开；以现在的版本为准。" |
            "Paste addresses of resources and packs, one a line, up to 30: published, and shared with the city or everyone. Their present version counts.";
        entry_blind_note: "这次活动匿名评审：评委逐个打开文件，看不到文件名、文件夹和资源包的目录；资源包不超过 200 个文件。请勿在标题、申报说明和文件里写校名、姓名。" |
            "This call is blind: the jury opens files one by one and sees neither their names nor folders, nor what packs list; a pack has 200 files at most. Write neither schools nor names into titles, words and files.";
        entry_state: "状态" | "State";
        entry_go: "提交申报" | "Send the entry";
        entry_sent: "申报已提交。截止日期以前可以修改或撤回。" | "It is entered. It can be changed or withdrawn until the last day.";
        entry_saved: "申报已修改。" | "The entry is changed.";
        entry_withdraw: "撤回申报" | "Withdraw it";
        entry_withdraw_note: "撤回的申报不参加评审；申报期内可以重新申报。" | "It is not judged. While the call is open it can be entered anew.";
        entry_withdraw_really: "确认撤回" | "Really withdraw it";
        entry_withdrawn: "申报已撤回。" | "The entry is withdrawn.";
        entry_gone: "（已删除）" | "(removed)";
        judge: "评审" | "Judging";
        judge_lead: "请逐项打开申报，按评分标准打分。评审截止以前可以改分；公布以前看不到别人的评分。" |
            "Open each entry and score it by the criteria. Points can be changed until the jury's last day; nobody sees those of others before the results are out.";
        judge_blind_note: "匿名评审：学校、姓名、文件名已隐去。材料内容、片头、水印和简称里的校名、姓名不能隐去；请不要据此推测，也不要在本站另行搜索。" |
            "Blind: schools, names and names of files are hidden. What is written inside files, said in films or told by short names cannot be: do not guess, and do not search for it.";
        judge_none: "现在没有要评的申报：评审从申报截止的第二天开始。" | "Nothing is to be judged now: it begins the day after the last one for entries.";
        judge_scored: "已评分" | "scored";
        judge_to_score: "待评分" | "to be scored";
        judge_points: "得分" | "Points";
        judge_comment: "评审意见" | "What you say of it";
        judge_comment_note: "只给组织者看，不署名。" | "For those who hold the call, without your name.";
        judge_go: "提交评分" | "Give these points";
        judge_done: "评分已提交。" | "Your points are kept.";
        judge_conflict: "我要回避" | "Step back";
        judge_conflict_note: "与这项申报有利害关系的，请回避。登记后不能取消，已打的分不计。" |
            "If you have something to do with it, step back. It cannot be taken back, and points you gave are not counted.";
        judge_conflict_really: "确认回避" | "Really step back";
        judge_conflict_done: "已登记回避。" | "You stepped back.";
        jury_lead: "评委不评本校的申报；本人有申报、或有申报以其作品为材料的，这次活动的申报一项也不评。后来聘请的评委也一样。" |
            "Nobody scores an entry of their school. Whoever has an entry, or whose work shows one, scores nothing of the call, whenever they were appointed.";
        jury_none: "还没有评委。" | "There is no jury yet.";
        jury_appoint: "聘请评委" | "Appoint people";
        jury_names: "登录名" | "Sign-in names";
        jury_names_note: "每行一个，或用逗号、空格分开。可以聘请专家、教师和学校管理员。" | "One a line, or apart by commas or blanks: experts, teachers, schools' administrators.";
        jury_appoint_go: "聘请" | "Appoint";
        jury_appointed: "已聘请。" | "They are appointed.";
        jury_dismiss: "解聘" | "Dismiss";
        jury_dismissed: "已解聘；其评分保留，不再计入。" | "Dismissed; the points they gave are kept and not counted.";
        jury_is_dismissed: "已解聘" | "dismissed";
        jury_is_disabled: "账号已停用" | "account disabled";
        jury_excluded: "回避" | "May not score";
        jury_competes: "本人参加这次评选，全部回避" | "takes part in this call and scores nothing of it";
        standings: "评审情况" | "Standings";
        standings_lead: "按计入的评分排列；同分的名次相同。回避、解聘和按旧版申报打的分不计。" |
            "By the voices that count; equal scores share a place. Those of people who stepped back or were dismissed, and those on an earlier revision, do not count.";
        standings_export: "导出评审情况（XLSX）" | "Standings as XLSX";
        result_place: "名次" | "Place";
        result_score: "得分（百分制）" | "Score out of 100";
        result_voices: "计入的评分" | "Voices";
        result_comments: "评审意见" | "What the jury said";
        result_award: "奖项或称号" | "Award";
        result_award_note: "不授奖的留空。" | "Leave empty for none.";
        result_reason: "理由" | "Reason";
        result_decided: "评定日期" | "Decided on";
        results_export: "导出结果（XLSX）" | "Results as XLSX";
        results: "结果" | "Results";
        results_none: "这次活动没有授奖。" | "Nothing was awarded.";
        results_publish: "公布结果" | "Publish the results";
        results_publish_note: "公布后所有人都能看到授奖的申报、得分和理由，不能再改，只能写明原因更正。" |
            "Everybody sees what was awarded, with score and reason. It does not change any more; mistakes are corrected, with a reason.";
        results_published: "结果已公布。" | "The results are out.";
        results_correct: "更正" | "Correct";
        results_correct_note: "原来的结果和理由会保留并显示。奖项留空为撤销。" | "What it was stays and is shown, with its reason. An empty award takes it away.";
        results_corrected: "已更正。" | "Corrected.";
        results_revoked: "已撤销" | "taken away";
        result_earlier: "更正前" | "Before";
        marks: "获得的称号" | "Recognized";
        own_marks: "我的称号" | "My marks";
        own_marks_lead: "评优活动授予您本人的称号，以及有效期。称号所在的评优活动里写明理由。" |
            "What calls for recognition awarded to you, and how long it is valid. The call says why.";
        own_marks_export: "导出我的称号（XLSX）" | "My marks as XLSX";
        mark_kind: "称号" | "Mark";
        mark_award: "奖项" | "Award";
        mark_first_day: "有效期自" | "Valid from";
        mark_last_day: "有效期至" | "Valid until";
        mark_state_heading: "状态" | "State";
    }

    /// What is recognized.
    pub fn recognition_kind(self, kind: RecognitionKind) -> &'static str {
        let (zh, en) = match kind {
            RecognitionKind::Lesson => ("优质课堂", "Model lesson"),
            RecognitionKind::Course => ("精品课程", "Model course"),
            RecognitionKind::Major => ("示范专业", "Model major"),
            RecognitionKind::School => ("骨干院校", "Leading school"),
            RecognitionKind::Competition => ("教师职业能力大赛", "Teachers' competition"),
            RecognitionKind::Resource => ("示范资源", "Model resource"),
        };
        self.lang().pick(zh, en)
    }

    /// How far a call is.
    pub fn call_state(self, state: CallState) -> &'static str {
        let (zh, en) = match state {
            CallState::Draft => ("草稿", "draft"),
            CallState::Planned => ("即将开始", "to come"),
            CallState::Open => ("申报中", "open"),
            CallState::Judging => ("评审中", "being judged"),
            CallState::Judged => ("待公布", "judged"),
            CallState::Published => ("已公布", "published"),
            CallState::Cancelled => ("已取消", "cancelled"),
        };
        self.lang().pick(zh, en)
    }

    /// Who enters.
    pub fn entrants(self, entrants: Entrants) -> &'static str {
        let (zh, en) = match entrants {
            Entrants::Schools => ("学校（由学校管理员申报）", "Schools, by their administrators"),
            Entrants::Teachers => ("教师本人或学校", "Teachers, or their schools"),
        };
        self.lang().pick(zh, en)
    }

    /// Why somebody may not score an entry.
    pub fn conflict_kind(self, why: ConflictKind) -> &'static str {
        let (zh, en) = match why {
            ConflictKind::Own => ("本人的申报", "their own"),
            ConflictKind::School => ("本校的申报", "their school's"),
            ConflictKind::Evidence => ("材料是本人的作品", "their work shows it"),
            ConflictKind::Declared => ("登记了回避", "declared"),
            ConflictKind::Competitor => ("本人参加这次评选", "they take part in this call"),
        };
        self.lang().pick(zh, en)
    }

    /// "申报 2026-12-01 至 2026-12-10，评审至 2026-12-20"
    pub fn call_days(self, opens: Day, closes: Day, due: Day) -> String {
        said!(self.lang(), zh: "申报 {opens} 至 {closes}，评审至 {due}", en: "entries {opens} to {closes}, judged until {due}")
    }

    /// "第 3 号"
    pub fn entry_called(self, number: i32) -> String {
        said!(self.lang(), zh: "第 {number} 号", en: "No. {number}")
    }

    /// Whether an entry stands.
    pub fn entry_state_of(self, is_withdrawn: bool) -> &'static str {
        if is_withdrawn {
            self.lang().pick("已撤回", "withdrawn")
        } else {
            self.lang().pick("已申报", "entered")
        }
    }

    /// "教学设计（权重 40，满分 100）"
    pub fn criterion(self, criterion: &Criterion) -> String {
        let Criterion { name, weight, max } = criterion;
        said!(self.lang(), zh: "{name}（权重 {weight}，满分 {max}）", en: "{name} (weight {weight}, out of {max})")
    }

    /// "已评 3 / 5 项"
    pub fn jury_progress(self, given: u64, due: u64) -> String {
        said!(self.lang(), zh: "已评 {given} / {due} 项", en: "{given} of {due} scored")
    }

    /// "还缺 2 票"
    pub fn voices_lacking(self, lacking: u32) -> String {
        let s = plural(u64::from(lacking), "", "s");
        said!(self.lang(), zh: "还缺 {lacking} 票", en: "{lacking} voice{s} missing")
    }

    /// "第 1 名"
    pub fn place_of(self, place: i32) -> String {
        said!(self.lang(), zh: "第 {place} 名", en: "place {place}")
    }

    /// "92.5 分"
    pub fn score_of(self, score: &str) -> String {
        said!(self.lang(), zh: "{score} 分", en: "{score} of 100")
    }

    /// "3 票"
    pub fn voices(self, count: u32) -> String {
        let s = plural(u64::from(count), "", "s");
        said!(self.lang(), zh: "{count} 票", en: "{count} voice{s}")
    }

    /// Where a mark stands.
    pub fn mark_state(self, state: MarkState) -> &'static str {
        let (zh, en) = match state {
            MarkState::Valid => ("有效", "valid"),
            MarkState::Over => ("已过期", "over"),
            MarkState::TakenAway => ("已撤销", "taken away"),
        };
        self.lang().pick(zh, en)
    }

    /// "自 2026-11-30"
    pub fn mark_from(self, day: Day) -> String {
        said!(self.lang(), zh: "自 {day}", en: "from {day}")
    }

    /// "有效期至 2029-11-30"
    pub fn mark_until(self, day: Day) -> String {
        said!(self.lang(), zh: "有效期至 {day}", en: "valid until {day}")
    }

    /// The name of a field of a call, in the audit log.
    pub fn recognition_field(self, field: &str) -> String {
        let said = match field {
            "opens" => self.call_opens(),
            "closes" => self.call_closes(),
            "jury_due" => self.call_jury_due(),
            "blind" => self.lang().pick("匿名评审", "blind"),
            "criteria" => self.call_criteria(),
            other => return other.to_owned(),
        };
        said.to_owned()
    }
}
