//! Words of teacher training.

use super::{PageWords, clock, grouped, plural};
use crate::domain::day::Day;
use crate::domain::time::Timestamp;
use crate::domain::training::attendance::AttendanceState;
use crate::domain::training::list::{ListColumn, ListFault, ListProblem, MAX_ROWS};
use crate::domain::training::{TrainingMode, TrainingState};
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        training: "师资培训" | "Teacher training";
        training_lead: "全市和本校的工学一体化师资培训：培训班、研修基地。" |
            "Training in work-learning integration, of the city and of your school: sessions and bases.";
        training_tabs: "师资培训的页面" | "Pages of teacher training";
        training_sessions: "培训班" | "Sessions";
        training_bases: "研修基地" | "Bases";
        training_filter: "筛选培训班" | "Narrow the sessions";
        training_words: "标题或主题" | "Title or topic";
        training_state: "状态" | "State";
        training_any_state: "全部状态" | "Any state";
        training_mode: "方式" | "How it is held";
        training_any_mode: "现场和线上" | "On site and online";
        training_of: "举办" | "Of";
        training_any_school: "全市和各学校" | "The city and all schools";
        training_go: "筛选" | "Narrow";
        training_none: "没有符合条件的培训班。" | "No sessions fit.";
        training_add: "新建培训班" | "New session";
        training_edit: "修改培训班" | "Change the session";
        training_city: "全市" | "The city";
        training_all_schools: "面向全市各学校" | "for all schools";
        training_counts: "计入工作方案" | "counted for the plan";
        training_title: "标题" | "Title";
        training_topic: "主题" | "Topic";
        training_base: "研修基地" | "Base";
        training_no_base: "不在基地举办" | "At no base";
        training_from: "开始日期" | "First day";
        training_until: "结束日期" | "Last day";
        training_until_note: "只有一天的不用填。" | "Leave empty if it is one day.";
        training_days: "培训天数" | "Days";
        training_days_note: "隔天或隔周上课的填实际天数；不填按起止日期计算。" |
            "Of one that is not held every day; all days from the first to the last when empty.";
        training_hours: "学时" | "Class hours";
        training_place: "地点" | "Place";
        training_holder: "举办人或主讲" | "Held by";
        training_schools: "面向的学校" | "For these schools";
        training_schools_note: "一所都不选，就是面向全市各学校。" | "None chosen: for all schools.";
        training_capacity: "名额" | "Seats";
        training_capacity_note: "不填为不限。" | "No limit when empty.";
        training_counts_tick: "培训人次计入工作方案" | "Those trained are counted for the city's plan";
        training_share: "线上学完的比例（%）" | "How much must be seen online (%)";
        training_note: "说明" | "Note";
        training_import: "导入培训班" | "Bring sessions";
        training_make: "建立培训班" | "Make the session";
        training_made: "培训班已建立。" | "The session is made.";
        training_saved: "已保存。" | "Saved.";
        training_cancel: "取消培训班" | "Cancel the session";
        training_cancel_note: "取消以后不能再报名和签到；已经计入的学时保留。" |
            "Nobody joins it any more. Hours that were counted stay.";
        training_cancel_really: "确认取消" | "Really cancel it";
        training_cancelled: "培训班已取消。" | "The session is cancelled.";
        training_facts: "基本情况" | "About it";
        training_unlimited: "不限名额" | "no limit of seats";
        training_people_list: "参训名单" | "Who takes part";
        training_signed_days: "签到日期" | "Days";
        training_corrections: "更正记录" | "Corrections";
        training_reason: "原因" | "Why";
        training_join: "报名" | "Take part";
        training_joined: "报名成功。" | "You take part.";
        training_leave: "退出" | "Withdraw";
        training_leave_note: "退出后名额会让给别人；开班前还可以再报名。" | "Your seat goes to somebody else. You can join again before it is over.";
        training_leave_really: "确认退出" | "Really withdraw";
        training_left: "已退出。" | "You withdrew.";
        training_sign_in: "签到" | "Sign in here";
        training_signed_in: "签到成功。" | "You are signed in.";
        training_my_part: "我的参训情况" | "My part";
        training_code: "签到码" | "Code of the day";
        training_code_show: "显示签到码" | "Show the code";
        training_code_lead: "请参训老师用手机扫码，或在培训班页面点“签到”输入数字。" |
            "Scan it with a telephone, or open the session's page and type the digits.";
        training_code_next: "显示新的签到码" | "Show the new code";
        training_code_note: "现场屏幕上的 8 位数字，每分钟更换。" | "The 8 digits that the room shows; they change every minute.";
        trainees_none: "还没有人报名。" | "Nobody takes part yet.";
        trainees_enrol: "按名单报名" | "Enrol people";
        trainees_names: "登录名" | "Sign-in names";
        trainees_names_note: "每行一个，或用逗号、空格分开；一次最多 300 人。" | "One a line, or apart by commas or blanks; up to 300 at a time.";
        trainees_enrol_go: "报名这些老师" | "Enrol them";
        trainees_enrolled: "已报名。" | "They are enrolled.";
        trainee_correct: "更正" | "Correct";
        trainee_correct_note: "更正前后的情况、原因和更正人会长期保留。不写学时，按签到天数或全部学时计。" |
            "What it was, why it is changed and by whom is kept for good. Hours follow from the days when empty.";
        trainee_correct_go: "保存更正" | "Save the correction";
        trainee_corrected: "已更正。" | "Corrected.";
        list_bring: "导入参训名单" | "Bring a list";
        list_lead: "培训结束后，用表格登记实际参加的老师和学时。" | "After the session, bring a table of who took part and for how many hours.";
        list_note: "第一行写列名：登录名（必填）、姓名、学时。不写学时按全部学时计；一次最多 1000 行。" |
            "The first row holds the headings: name (must be given), display, hours. Without hours all are counted; up to 1,000 rows.";
        list_counted: "名单已导入。" | "The list is counted.";
        training_mine: "我的培训记录" | "My training";
        training_mine_none: "还没有参加过培训。" | "You were in no session yet.";
        trainees: "教师培训情况" | "Teachers trained";
        trainees_lead: "每位老师参加了多少次培训、共多少学时。同一位老师参加几次，人次就计几次。" |
            "In how many sessions each teacher took part, and for how many hours. Whoever came three times counts three times, and is one person.";
        trainees_none_yet: "还没有人参加过培训。" | "Nobody was trained yet.";
        trained_times: "参加次数" | "Sessions";
        trained_counted: "其中计入工作方案" | "Counted for the plan";
        certificate: "培训证书" | "Certificate of training";
        certificate_number: "证书编号" | "Number";
        certificate_number_note: "写成 GX26-7K3M-9QTX-4HZD 的样子，大小写和连字符不限。" | "Such as GX26-7K3M-9QTX-4HZD; small letters and missing hyphens do not matter.";
        certificate_verify: "核验培训证书" | "Verify a certificate";
        certificate_verify_lead: "输入证书上的编号，查看它是否有效。" | "Type the number on a certificate to see whether it is valid.";
        certificate_verify_go: "核验" | "Verify";
        certificate_unknown: "没有这个编号的证书，请核对后再试。" | "There is no certificate with this number; check it.";
        certificate_valid: "证书有效" | "This certificate is valid";
        certificate_attended: "培训日期" | "Took part on";
        certificate_issued: "颁发日期" | "Issued on";
        certificate_how: "扫描二维码或在本站输入编号，可以核验证书是否有效。" | "Scan the picture, or type the number on this site, to see whether the certificate is valid.";
        certificate_revoke: "撤销证书" | "Revoke the certificate";
        certificate_revoke_note: "撤销后不能恢复，核验页会显示已撤销；原因只供查考，不公开。" |
            "This cannot be undone: whoever verifies it sees that it is revoked. The reason is kept and not shown to everybody.";
        certificate_revoke_really: "确认撤销" | "Really revoke it";
        certificates_issue: "颁发证书" | "Issue certificates";
        certificates_issue_note: "给所有已参加、还没有有效证书的老师颁发。" | "To everybody who took part and has no valid one.";
        certificates_issued: "证书已颁发。" | "The certificates are issued.";
        items: "培训内容" | "What to look at";
        items_edit: "安排培训内容" | "Choose what it shows";
        items_label: "资源，每行一个，按学习顺序" | "Resources, one a line, in their order";
        items_note: "粘贴资源页面的地址。资源要已发布，能让参训老师看到，并且是有页数的文档或能播放的视频；最多 100 项。" |
            "Paste the addresses of resources: published, open to those who take part, a document with pages or a film; up to 100.";
        item_reached: "已学" | "Seen";
        item_finished: "已学完" | "Finished";
        item_original: "资源页面" | "The resource";
        item_withdrawn: "（已停止共享）" | "(no longer shared)";
        item_uncounted: "现在不计进度" | "Nothing is counted now";
        item_previous: "上一页" | "Page before";
        item_next: "下一页" | "Next page";
        item_read: "学到这里" | "Seen up to here";
        item_read_note: "进度按实际停留的时间计；没有自动记下时，请按这个按钮。" | "Counted is the time that you really looked; press this where it is not noted by itself.";
        bases_import: "导入研修基地" | "Bring a list of bases";
        base_add: "新增研修基地" | "Add a base";
        base_edit: "修改研修基地" | "Change the base";
        base_name: "基地名称" | "Name";
        base_since: "设立日期" | "Since";
        base_majors: "培训的专业" | "Majors";
        base_majors_note: "写代码或名称，用逗号或换行分开。" | "Codes or names, apart by commas or lines.";
        base_school: "所属学校" | "School";
        base_of_city: "全市（不属于某一所学校）" | "The city's own";
        base_added: "研修基地已新增。" | "The base is added.";
        base_saved: "研修基地已保存。" | "The base is saved.";
        base_removed: "研修基地已删除。" | "The base is removed.";
        base_remove: "删除研修基地" | "Remove the base";
        base_remove_note: "没有办过培训班的基地才能删除，删除后不能恢复。" | "Only a base that held no session is removed, for good.";
        bases_none: "还没有研修基地。" | "No bases yet.";
    }

    /// How a session is held.
    pub fn training_mode_of(self, mode: TrainingMode) -> &'static str {
        match mode {
            TrainingMode::OnSite => self.0.pick("现场", "On site"),
            TrainingMode::Online => self.0.pick("线上", "Online"),
        }
    }

    /// How far a session is.
    pub fn training_state_of(self, state: TrainingState) -> &'static str {
        match state {
            TrainingState::Planned => self.0.pick("未开始", "Planned"),
            TrainingState::Running => self.0.pick("进行中", "Running"),
            TrainingState::Over => self.0.pick("已结束", "Over"),
            TrainingState::Cancelled => self.0.pick("已取消", "Cancelled"),
        }
    }

    /// "2026-11-24" or "2026-11-24 至 2026-11-26"
    pub fn training_dates(self, from: Day, until: Day) -> String {
        if from == until {
            return from.to_string();
        }
        said!(self.0, zh: "{from} 至 {until}", en: "{from} to {until}")
    }

    /// "12 人"
    pub fn training_people(self, n: u64) -> String {
        let noun = plural(n, "person", "people");
        let n = grouped(n);
        said!(self.0, zh: "{n} 人", en: "{n} {noun}")
    }

    /// "12 人，名额 30"
    pub fn training_seats(self, people: u64, seats: i32) -> String {
        let people = self.training_people(people);
        said!(self.0, zh: "{people}，名额 {seats}", en: "{people} of {seats} seats")
    }

    /// "2 天"
    pub fn training_day_count(self, n: i32) -> String {
        let noun = plural(u64::from(n.unsigned_abs()), "day", "days");
        said!(self.0, zh: "{n} 天", en: "{n} {noun}")
    }

    /// "面向第一技师学院、第二技师学院"
    pub fn training_for(self, schools: &[String]) -> String {
        let schools = schools.join(self.0.pick("、", ", "));
        said!(self.0, zh: "面向{schools}", en: "for {schools}")
    }

    /// "参加“工学一体化课程开发”培训，计 16 学时。"
    pub fn certificate_text(self, session: &str, hours: i32) -> String {
        let hours = self.hours(hours.unsigned_abs());
        said!(self.0, zh: "参加“{session}”培训，计 {hours}。", en: "took part in “{session}”: {hours}.")
    }

    /// "证书已于 2026-11-24 撤销"
    pub fn certificate_revoked(self, day: Day) -> String {
        said!(self.0, zh: "证书已于 {day} 撤销", en: "This certificate was revoked on {day}")
    }

    /// "12 / 40 页"
    pub fn item_pages(self, reached: i32, total: i32) -> String {
        said!(self.0, zh: "{reached} / {total} 页", en: "{reached} of {total} pages")
    }

    /// "01:10 / 03:00"
    pub fn item_seconds(self, reached: i32, total: i32) -> String {
        let at = |seconds: i32| clock(u64::from(seconds.unsigned_abs()) * 1000);
        format!("{} / {}", at(reached), at(total))
    }

    /// "第 3 页，共 40 页"
    pub fn item_page(self, number: i32, total: i32) -> String {
        said!(self.0, zh: "第 {number} 页，共 {total} 页", en: "Page {number} of {total}")
    }

    /// "这些资源不能用：/r/1"
    pub fn items_unfit(self, lines: &[String]) -> String {
        let lines = lines.join(self.0.pick("、", ", "));
        said!(self.0, zh: "这些资源不能用，请检查是否已发布、参训老师能否看到、有没有页数或时长：{lines}", en: "These cannot be shown (published? open to those who take part? with pages or a film?): {lines}")
    }

    /// How somebody's part stands.
    pub fn attendance_state(self, state: AttendanceState) -> &'static str {
        match state {
            AttendanceState::Enrolled => self.0.pick("已报名", "Enrolled"),
            AttendanceState::Attended => self.0.pick("已参加", "Took part"),
            AttendanceState::Withdrawn => self.0.pick("已退出", "Withdrew"),
        }
    }

    /// "签到：2026-11-24，2026-11-25"
    pub fn training_signed(self, days: &str) -> String {
        said!(self.0, zh: "签到：{days}", en: "signed in: {days}")
    }

    /// "2026-11-24 15:40 王敏 更正为已参加，8 学时：漏签"
    pub fn training_correction(
        self,
        at: Timestamp,
        by: &str,
        state: AttendanceState,
        hours: i32,
        reason: &str,
    ) -> String {
        let (at, state) = (at.minute(), self.attendance_state(state));
        let hours = self.hours(hours.unsigned_abs());
        let why = if reason.is_empty() {
            String::new()
        } else {
            format!("{}{reason}", self.colon())
        };
        said!(self.0, zh: "{at} {by} 改为{state}，{hours}{why}", en: "{at} {by}: {state}, {hours}{why}")
    }

    /// "没有这些登录名，或培训班不面向他们：wang、li"
    pub fn trainees_unknown(self, names: &[String]) -> String {
        let names = names.join(self.0.pick("、", ", "));
        said!(self.0, zh: "没有这些登录名，或培训班不面向他们：{names}", en: "No such sign-in names, or the session is not for them: {names}")
    }

    /// "42 秒后更换"
    pub fn training_code_changes(self, seconds: u64) -> String {
        said!(self.0, zh: "{seconds} 秒后更换", en: "changes in {seconds} seconds")
    }

    /// "计入这 12 人"
    pub fn list_count(self, n: u64) -> String {
        let noun = plural(n, "person", "people");
        said!(self.0, zh: "计入这 {n} 人", en: "Count these {n} {noun}")
    }

    /// What is wrong with a row of a list.
    pub fn list_fault(self, fault: &ListFault) -> String {
        let row = fault.row;
        let problem = self.list_problem(&fault.problem);
        let column = fault.column.map(|column| match column {
            ListColumn::Name => self.login_name(),
            ListColumn::Display => self.display_name(),
            ListColumn::Hours => self.training_hours(),
        });
        match column {
            Some(column) => {
                said!(self.0, zh: "第 {row} 行「{column}」：{problem}", en: "Row {row}, {column}: {problem}")
            }
            None => said!(self.0, zh: "第 {row} 行：{problem}", en: "Row {row}: {problem}"),
        }
    }

    fn list_problem(self, problem: &ListProblem) -> String {
        match problem {
            ListProblem::NoNameColumn => {
                said!(self.0, zh: "表头里没有“登录名”列，请在第一行写上列名。", en: "no column is called `name`; the first row must hold the headings.")
            }
            ListProblem::TooManyRows => {
                let limit = MAX_ROWS;
                said!(self.0, zh: "一次最多 {limit} 行，请分成几个表格。", en: "at most {limit} rows at a time; make several tables.")
            }
            ListProblem::NoName => said!(self.0, zh: "没有登录名。", en: "there is no sign-in name."),
            ListProblem::SameAsRow(row) => {
                said!(self.0, zh: "与第 {row} 行相同，请只保留一行。", en: "the same as row {row}; keep one.")
            }
            ListProblem::NoSuchAccount(name) => {
                said!(self.0, zh: "没有“{name}”这个账号，请核对登录名，或先开通账号。", en: "no account is called “{name}”; check it, or open one first.")
            }
            ListProblem::OtherPerson(name) => {
                said!(self.0, zh: "这个登录名是“{name}”的，请核对。", en: "this sign-in name is that of “{name}”; check it.")
            }
            ListProblem::NotForThem => {
                said!(self.0, zh: "培训班不面向这位老师，或不归您登记。", en: "the session is not for them, or they are not yours to add.")
            }
            ListProblem::Own => {
                said!(self.0, zh: "不能登记自己的学时，请由别人登记。", en: "nobody counts their own hours; ask somebody else.")
            }
            ListProblem::Hours(text) => {
                said!(self.0, zh: "“{text}”不是学时数，或超过了培训班的学时。", en: "“{text}” is no number of hours, or more than the session has.")
            }
            ListProblem::Counted(hours) => {
                said!(self.0, zh: "已经计了 {hours} 学时；要改，请在名单中更正并写明原因。", en: "{hours} hours are counted already; correct them in the list, with a reason.")
            }
        }
    }

    /// A field of a session or of a base by its name in the interface.
    pub fn training_field(self, field: &str) -> String {
        let said = match field {
            "title" => self.training_title(),
            "state" => self.training_state(),
            "topic" => self.training_topic(),
            "base" => self.training_base(),
            "mode" => self.training_mode(),
            "from" => self.training_from(),
            "until" => self.training_until(),
            "days" => self.training_days(),
            "hours" => self.training_hours(),
            "place" => self.training_place(),
            "holder" => self.training_holder(),
            "schools" => self.training_schools(),
            "capacity" => self.training_capacity(),
            "counts" => self.training_counts(),
            "share" => self.training_share(),
            "note" => self.training_note(),
            other => return other.to_owned(),
        };
        said.to_owned()
    }
}
