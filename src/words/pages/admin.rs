//! Words of the administrators' pages.

use super::{PageWords, grouped, plural};
use crate::domain::damage::DamageKind;
use crate::domain::file::Kind;
use crate::domain::job::JobKind;
use crate::domain::roster::{self, RosterColumn, RosterProblem};
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        admin: "管理" | "Administration";
        admin_pages: "管理页面" | "Administration pages";
        admin_overview: "概览" | "Overview";
        admin_of_city: "全市" | "The whole city";
        admin_attention: "需要处理" | "Needs attention";
        admin_calm: "目前没有需要处理的事。" | "Nothing needs attention just now.";
        admin_figures: "现有规模" | "What there is";
        admin_figure_schools: "学校" | "Schools";
        admin_figure_accounts: "在用账号" | "Accounts in use";
        admin_figure_published: "已发布资源" | "Published resources";
        admin_figure_waiting: "待审核资源" | "Waiting for review";
        admin_figure_working: "后台任务进行中" | "Jobs at work";
        admin_go_review: "去审核" | "Review";
        admin_go_look: "查看" | "Look";
        audit_log: "操作记录" | "Audit log";
        read_only: "您可以查看，不能更改。" | "You may look, not change.";
        new_rows: "新增" | "Added";
        cancel: "不改了" | "Cancel";
        save_changes: "保存修改" | "Save";
        add_go: "添加" | "Add";

        accounts: "账号" | "Accounts";
        accounts_lead: "给老师开通账号，重设密码，停用不再使用的账号。" | "Open accounts for teachers, reset passwords, disable what is no longer used.";
        accounts_find: "按登录名或姓名搜索" | "Find by sign-in name or name";
        find_go: "搜索" | "Find";
        role_label: "角色" | "Role";
        any_role: "全部角色" | "Any role";
        school_label: "学校" | "School";
        accounts_empty: "还没有账号。" | "No accounts yet.";
        accounts_not_found: "没有符合条件的账号。" | "No account fits.";
        account_add: "开通账号" | "Open an account";
        account_add_many: "用表格批量开通" | "Open many from a table";
        account_edit: "修改账号" | "Change the account";
        login_name: "登录名" | "Sign-in name";
        login_name_note: "字母、汉字、数字和 - _ . @，例如工号或姓名拼音。" | "Letters, digits and - _ . @, such as a staff number.";
        display_name: "姓名" | "Name shown";
        account_open_go: "开通" | "Open";
        account_disabled: "已停用" | "Disabled";
        account_locked: "有人多次输错密码" | "Somebody guesses the password";
        account_password_once: "等待首次登录" | "Waits for the first sign-in";
        account_new_password: "重设密码" | "Reset the password";
        account_new_password_note: "生成一个一次性密码，只显示一次；现在的密码马上失效，所有登录都会退出，令牌、通行密钥和关联的统一认证一并失效。" | "Makes a password for once, shown this once. The present one ends, the account is signed out everywhere, and its tokens, passkeys and linked sign-ons end.";
        account_new_password_really: "确认重设" | "Really reset";
        account_unlock: "解除锁定" | "Unlock";
        account_disable: "停用账号" | "Disable the account";
        account_disable_note: "马上退出所有登录，令牌全部失效，资源保留。以后可以重新启用，令牌要重新生成。" | "Signs it out everywhere at once and withdraws its tokens. Its resources stay. It can be enabled again; tokens are made anew.";
        account_disable_really: "确认停用" | "Really disable";
        account_enable: "重新启用" | "Enable again";
        account_more: "密码与停用" | "Password and disabling";
        account_saved: "已保存。" | "Saved.";
        account_disabled_done: "已停用，这个账号的登录和令牌已全部失效。" | "Disabled. Its sessions and tokens are over.";
        account_enabled_done: "已重新启用。" | "Enabled again.";
        account_unlocked_done: "已解除锁定。" | "Unlocked.";
        account_end_second_factor: "解除两步验证和通行密钥" | "Take second factor and passkeys away";
        account_end_second_factor_note: "手机和备用码都丢失，或怀疑账号被盗时使用：请先当面或电话确认是本人。通行密钥全部删除，解除后只凭密码即可登录。" |
            "For those who lost phone and recovery codes, or whose account was taken over: make sure first that it is them. Passkeys go, too; the password alone signs in then.";
        account_has_passkeys: "这个账号有通行密钥：重设密码会把它们一并删除，本人登录后可以重新添加。" |
            "This account has passkeys: a new password removes them, and their owner adds them again.";
        account_end_second_factor_really: "确认解除" | "Really take it away";
        second_factor_ended_done: "已解除两步验证，通行密钥已删除。" | "Second factor and passkeys were taken away.";
        password_once: "一次性密码" | "Password for once";
        password_given: "一次性密码（只显示这一次）" | "Password for once, shown this once";
        password_given_note: "离开本页后就看不到了，请先打印、复制或导出。请当面或用可靠的方式转告本人；第一次登录时会要求换成自己的密码。" |
            "It is gone once you leave this page: print, copy or export it first. Tell it to the owner in person; the first sign-in asks for a password of their own.";

        roster: "用表格批量开通账号" | "Open many accounts from a table";
        roster_lead: "上传 XLSX、XLS、ODS 或 CSV，先看预览，确认后才开通。" | "Send XLSX, XLS, ODS or CSV, look at the preview, and say yes to open them.";
        roster_note: "第一行写列名：登录名、姓名、角色、学校。角色不填就是教师；最多 300 行。" |
            "The first row names the columns: name, display, role, school. Without a role it is a teacher; at most 300 rows.";
        roster_opened: "账号已开通" | "The accounts are open";
        roster_opened_note: "下面的一次性密码只显示这一次，请先打印、复制或导出，再离开本页。每人第一次登录时会换成自己的密码。" |
            "These passwords for once are shown this once: print, copy or export them before you leave this page. Each owner chooses another at the first sign-in.";
        back_to_accounts: "返回账号列表" | "Back to the accounts";

        sheet_file: "选择表格文件" | "The table";
        sheet_go: "上传并预览" | "Send and preview";
        sheet_none: "请选择一个文件。" | "Choose a file.";
        sheet_preview: "预览" | "Preview";
        sheet_faults: "需要先改正" | "To be mended first";
        sheet_faults_note: "改好表格后重新上传。目前没有写入任何内容。" | "Mend the table and send it again. Nothing was written.";
        sheet_nothing: "和现有内容完全一样，不需要导入。" | "All of it is known already; there is nothing to import.";
        sheet_empty: "表格里没有数据行。" | "The table has no rows.";
        sheet_wait_note: "预览保留一小时；不确认就什么都不会改。" | "The preview is kept for an hour; without a yes nothing changes.";
        sheet_row: "行" | "Row";

        schools_admin: "学校" | "Schools";
        schools_lead: "参加共享的学校，以及每所学校的空间配额。" | "The schools that share, and the room each has.";
        school_add: "添加学校" | "Add a school";
        school_edit: "修改学校" | "Change the school";
        school_code_note: "简短、不再更改，例如 S1；程序和导入表格用它。" | "Short and for good, such as S1; programs and tables use it.";
        school_name: "全称" | "Full name";
        school_kind: "学校类别" | "Kind of school";
        school_phase: "加入试点的批次" | "Pilot phase";
        school_phase_note: "工作方案的第几期，例如 1；进度按它计算试点学校。" | "The number of the plan's phase, such as 1: progress counts pilot schools by it.";
        school_quota: "空间配额（GB）" | "Quota (GB)";
        school_quota_note: "例如 200 或 1.5 TB；留空按系统设置，填 0 表示不限。" | "Such as 200 or 1.5 TB. Empty: as the settings say; 0: no limit.";
        school_added: "已添加。" | "Added.";
        school_saved: "已保存。" | "Saved.";
        schools_empty: "还没有学校。" | "No schools yet.";
        no_limit: "不限" | "no limit";
        change: "修改" | "Change";
        expected_gb: "请写数字，例如 200 或 1.5 TB。" | "A number, such as 200 or 1.5 TB.";

        curriculum_admin: "课程目录" | "Curriculum";
        curriculum_lead: "上传专业、课程和任务的目录（JSON、CSV、XLSX、XLS 或 ODS）。先看会改什么，确认后才写入。" |
            "Send a catalogue of majors, courses and tasks (JSON, CSV, XLSX, XLS or ODS). See what would change, then say yes.";
        curriculum_note: "按编码或名称识别：已有的保留编号，文件里没有的不会删除。表头例：专业编码、专业、层次、课程、典型工作任务、参考性学习任务、学时。" |
            "Rows are recognised by code or name: what is known keeps its id, and what the file does not name stays.";
        curriculum_go: "确认导入" | "Import it";
        curriculum_done: "已导入，首页和各专业页面马上生效。" | "Imported; the pages show it at once.";
        fate_added: "新增" | "new";
        fate_changed: "更改" | "changed";
        fate_retired: "停用" | "retired";
        column_fate: "变化" | "Change";
        column_rank: "类别" | "Kind";
        column_code: "编码" | "Code";
        column_what: "名称" | "Name";

        jobs_admin: "后台任务" | "Jobs";
        jobs_lead: "读取文件文字、生成资源包等工作在后台进行。多次失败的会停下来，等人处理。" |
            "Reading files, building packs and the like happen in the background. What fails too often stops and waits for somebody.";
        jobs_now: "现在" | "Now";
        jobs_idle: "后台空闲，没有任务。" | "Idle: there are no jobs.";
        workers_heading: "协助的电脑" | "Computers that help";
        workers_lead: "学校的电脑可以帮着识别扫描件、听写视频（gongxue work）。停用会撤销它的令牌，正在做的任务马上交给别处。" |
            "Computers of a school can read scans and hear films (gongxue work). Sending one away withdraws its token; others take up what it is at.";
        workers_none: "还没有电脑协助。" | "No computer helps yet.";
        worker_drop: "停用" | "Send away";
        worker_dropped: "已停用，令牌已撤销。" | "Sent away, and its token withdrawn.";
        jobs_dead: "失败的任务" | "Dead jobs";
        jobs_none_dead: "没有失败的任务。" | "No job has died.";
        job_kind: "工作" | "Work";
        job_queued: "等待" | "Waiting";
        job_running: "进行中" | "Running";
        job_dead: "失败" | "Dead";
        job_retry: "再试一次" | "Try again";
        job_reason: "失败原因" | "Why it failed";
        job_retried: "已重新排队。" | "Back in the queue.";

        storage_admin: "存储" | "Storage";
        storage_lead: "各校占用的空间。同样的文件在服务器上只存一份。" | "The room that each school takes. The same file is kept once.";
        storage_schools: "各校空间" | "By school";
        storage_kinds: "按文件格式" | "By kind of file";
        storage_largest: "最大的资源" | "The largest resources";
        storage_total: "实际存储" | "Kept in the store";
        storage_free: "服务器磁盘剩余" | "Free on the server's disk";
        storage_hidden: "未公开的资源" | "A resource not shown to you";
        storage_empty: "还没有文件。" | "No files yet.";
        files_admin: "读不出文字的文件" | "Files without readable text";
        files_lead: "这些文件搜不到内容：可能是扫描件、加密或损坏。打开后可以看原因和办法。" |
            "No search finds these by their words: scans, locked or damaged files. Each page says why and what helps.";
        damage_admin: "丢失或损坏的文件" | "Lost or damaged files";
        damage_lead: "存储里的这些内容丢失了，或与当初上传的不一致，因此不再提供下载。有原件的人把同一个文件再上传一次（放在哪个资源都可以），所有用到它的资源就都恢复了；系统管理员也可以运行 gongxue scrub --known --from 备份目录或上级资源库网址。" |
            "The store has lost these, or has other bytes in their place, so they are not given. Whoever has the file uploads it again, to any resource, and every resource that holds it is whole again; or the operator runs gongxue scrub --known --from with a backup or a hub.";
        damage_none: "没有丢失或损坏的文件。" | "Nothing is lost or damaged.";
        damage_of_nobody: "不属于任何资源的文件（例如资源包的清单）" | "Of no resource: a list of a pack, for instance";
        damage_hash: "SHA-256（在备份里核对用）" | "SHA-256, to look for it in a backup";
        mirror_admin: "镜像" | "Mirror";
        mirror_lead: "从上级资源库取来的资源包，以及本校提交上去的资源。命令 gongxue mirror 负责更新。" |
            "Packs taken from a hub, and what this node offered to it. The command gongxue mirror keeps them up to date.";
        mirror_packs: "镜像的资源包" | "Mirrored packs";
        mirror_none: "还没有镜像任何资源包。在服务器上运行 gongxue mirror 资源库地址 即可。" |
            "Nothing is mirrored yet. Run gongxue mirror with a hub's address on the server.";
        mirror_conflicts: "两边都改过的资源" | "Changed here and at the hub";
        mirror_conflicts_note: "本地的保留不动，没有被覆盖。请比较后决定留哪一个。" |
            "What is here was left as it is. Compare both and decide which one stays.";
        mirror_no_conflicts: "没有冲突。" | "No conflicts.";
        mirror_offers: "提交给上级的资源" | "Offered to the hub";
        mirror_no_offers: "还没有提交过资源。" | "Nothing has been offered yet.";
        files_none: "所有文件都能按内容搜到。" | "Every file is found by its words.";
    }

    /// Files without a short name of their own, by what teachers call them.
    pub fn family_of(self, kind: Kind) -> &'static str {
        let lang = self.0;
        match kind {
            Kind::Video => lang.pick("视频", "Video"),
            Kind::Audio => lang.pick("音频", "Audio"),
            Kind::Image => lang.pick("图片", "Pictures"),
            Kind::Html => lang.pick("网页", "Web pages"),
            _ => lang.pick("其他", "Others"),
        }
    }

    /// What a kind of job does.
    pub fn job_of(self, kind: &str) -> String {
        let Some(known) = JobKind::of_code(kind) else {
            return kind.to_owned();
        };
        match known {
            JobKind::Extract => said!(self.0, zh: "读取文件文字", en: "Reading files"),
            JobKind::BuildPack => said!(self.0, zh: "生成资源包", en: "Building packs"),
            JobKind::RenewPack => said!(self.0, zh: "更新资源包", en: "Renewing packs"),
            JobKind::PlaceReviews => said!(self.0, zh: "重新安排待审资源", en: "Placing reviews"),
            JobKind::Reindex => said!(self.0, zh: "重建搜索索引", en: "Rebuilding the index"),
            JobKind::Render => said!(self.0, zh: "生成页面图片", en: "Making page pictures"),
            JobKind::Film => said!(self.0, zh: "转换视频", en: "Converting films"),
            JobKind::Ocr => said!(self.0, zh: "识别扫描页", en: "Recognising scans"),
            JobKind::Speech => said!(self.0, zh: "听写视频", en: "Hearing films"),
            JobKind::SearchablePdf => said!(self.0, zh: "生成可搜索的 PDF", en: "Making PDFs in which one can search"),
            JobKind::Text => said!(self.0, zh: "整理识别和听写的文字", en: "Filing what was recognised and heard"),
        }
    }

    /// "个资源待审核", after the number.
    pub fn waiting_review(self, n: u64) -> String {
        let noun = plural(n, "resource waits", "resources wait");
        said!(self.0, zh: "个资源待审核", en: "{noun} for review")
    }

    /// "个后台任务失败", after the number.
    pub fn dead_jobs(self, n: u64) -> String {
        let noun = plural(n, "job has", "jobs have");
        said!(self.0, zh: "个后台任务失败", en: "{noun} died")
    }

    /// "个文件搜不到内容", after the number.
    pub fn unfindable_files(self, n: u64) -> String {
        let noun = plural(n, "file is", "files are");
        said!(self.0, zh: "个文件搜不到内容", en: "{noun} not found by words")
    }

    /// "个文件的内容丢失或损坏", after the number.
    pub fn damaged_files(self, n: u64) -> String {
        let noun = plural(n, "content is", "contents are");
        said!(self.0, zh: "份文件内容丢失或损坏", en: "{noun} lost or damaged")
    }

    /// "其余文件自 2026-11-24 15:40 以来都核对过。"
    pub fn verified_since(self, at: &str) -> String {
        said!(
            self.0,
            zh: "其余文件自 {at} 以来都逐一核对过。",
            en: "Everything else has been read and verified since {at}."
        )
    }

    /// "内容不一致，2026-11-24 15:40 发现"
    pub fn found_damaged(self, found: DamageKind, at: &str) -> String {
        let what = match found {
            DamageKind::Missing => self.0.pick("内容丢失", "Lost"),
            DamageKind::Size => self.0.pick("长短不对", "Of the wrong size"),
            DamageKind::Bytes => self.0.pick("内容不一致", "Other bytes"),
            DamageKind::Unreadable => self.0.pick("磁盘读不出来", "Unreadable on the disk"),
        };
        said!(self.0, zh: "{what}，{at} 发现", en: "{what}, found {at}")
    }

    /// "还有 3 个文件"
    pub fn more_holders(self, n: u64) -> String {
        let noun = plural(n, "more file", "more files");
        said!(self.0, zh: "还有 {n} 个文件用到它。", en: "{n} {noun} hold it.")
    }

    /// "天津市第一技师学院的空间快满了"
    pub fn room_is_tight(self, school: &str) -> String {
        said!(self.0, zh: "{school}的空间快满了", en: "{school} is nearly full")
    }

    /// "服务器磁盘剩余不多"
    pub fn disk_is_short(self) -> String {
        said!(self.0, zh: "磁盘剩余空间不多", en: "left on the disk")
    }

    /// "天没有备份", after the number.
    pub fn days_without_backup(self, n: u64) -> String {
        let noun = plural(n, "day", "days");
        said!(
            self.0,
            zh: "天没有备份；请在服务器上运行 gongxue backup",
            en: "{noun} without a backup: run gongxue backup on the server"
        )
    }

    /// "个对象没有登记"
    pub fn orphans_ask(self, n: u64) -> String {
        let noun = plural(n, "object", "objects");
        said!(
            self.0,
            zh: "个存储对象没有登记，清理已停止；请在服务器上运行 gongxue check --orphans",
            en: "stored {noun} named by no row, the sweep has stopped: run gongxue check --orphans on the server"
        )
    }

    /// "已用 3.2 GB，共 10 GB"
    pub fn used_of(self, used: &str, quota: &str) -> String {
        said!(self.0, zh: "已用 {used}，配额 {quota}", en: "{used} of {quota} used")
    }

    /// "已用 3.2 GB，不限"
    pub fn used_unlimited(self, used: &str) -> String {
        said!(self.0, zh: "已用 {used}，不限", en: "{used} used, no limit")
    }

    /// "12 个账号"
    pub fn account_count(self, n: u64) -> String {
        let noun = plural(n, "account", "accounts");
        let n = grouped(n);
        said!(self.0, zh: "{n} 个账号", en: "{n} {noun}")
    }

    /// "1,024 个不同文件"
    pub fn contents(self, n: u64) -> String {
        let noun = plural(n, "different file", "different files");
        let n = grouped(n);
        said!(self.0, zh: "{n} 个不同文件", en: "{n} {noun}")
    }

    /// "去重后 3.2 GB"
    pub fn counted_once(self, bytes: &str) -> String {
        said!(self.0, zh: "去重后 {bytes}", en: "{bytes} counted once")
    }

    /// "试过 5 次"
    pub fn attempts(self, n: u64) -> String {
        let noun = plural(n, "time", "times");
        said!(self.0, zh: "试过 {n} 次", en: "tried {n} {noun}")
    }

    /// "最后联系 2026-12-01 09:30"
    pub fn worker_seen(self, minute: &str) -> String {
        said!(self.0, zh: "最后联系 {minute}", en: "last heard of {minute}")
    }

    /// "正在做 2 项"
    pub fn worker_at(self, n: u64) -> String {
        said!(self.0, zh: "正在做 {n} 项", en: "at work on {n}")
    }

    /// "24 小时内识别 640 页、听写 2 个视频，退回 1 项"
    pub fn worker_did(self, pages: u64, films: u64, refused: u64) -> String {
        let (pages, films, refused) = (grouped(pages), grouped(films), grouped(refused));
        said!(
            self.0,
            zh: "24 小时内识别 {pages} 页、听写 {films} 个视频，退回 {refused} 项",
            en: "in 24 hours: pages {pages}, films {films}, refused {refused}"
        )
    }

    /// "3 个全部再试"
    pub fn retry_all(self, n: u64) -> String {
        let n = grouped(n);
        said!(self.0, zh: "{n} 个全部再试", en: "Try all {n} again")
    }

    /// "确认开通 12 个账号"
    pub fn open_all(self, n: u64) -> String {
        let noun = plural(n, "account", "accounts");
        let n = grouped(n);
        said!(self.0, zh: "确认开通 {n} 个账号", en: "Open {n} {noun}")
    }

    /// "共 3 处需要改正"
    pub fn faults_found(self, n: u64) -> String {
        let noun = plural(n, "fault", "faults");
        let n = grouped(n);
        said!(self.0, zh: "共 {n} 处需要改正", en: "{n} {noun}")
    }

    /// "另有 40 项未列出"
    pub fn and_more(self, n: u64) -> String {
        let n = grouped(n);
        said!(self.0, zh: "另有 {n} 项未列出", en: "and {n} more")
    }

    /// "专业：新增 2，更改 1，不变 9"
    pub fn counted(self, what: &str, new: usize, changed: usize, same: usize) -> String {
        said!(self.0, zh: "{what}：新增 {new}，更改 {changed}，不变 {same}", en: "{what}: {new} new, {changed} changed, {same} same")
    }

    /// "停用，由 0403 代替"
    pub fn replaced_by(self, code: &str) -> String {
        said!(self.0, zh: "停用，由 {code} 代替", en: "retired for {code}")
    }

    /// "第 3 行「登录名」：已有人使用。"
    pub fn roster_fault(self, fault: &roster::RosterFault) -> String {
        let row = fault.row;
        let column = fault.column.map(|column| self.roster_column(column));
        let problem = self.roster_problem(&fault.problem);
        match column {
            Some(column) => {
                said!(self.0, zh: "第 {row} 行「{column}」：{problem}", en: "Row {row}, {column}: {problem}")
            }
            None => said!(self.0, zh: "第 {row} 行：{problem}", en: "Row {row}: {problem}"),
        }
    }

    fn roster_column(self, column: RosterColumn) -> &'static str {
        match column {
            RosterColumn::Name => self.login_name(),
            RosterColumn::Display => self.display_name(),
            RosterColumn::Role => self.role_label(),
            RosterColumn::School => self.school_label(),
        }
    }

    fn roster_problem(self, problem: &RosterProblem) -> String {
        match problem {
            RosterProblem::NoNameColumn => {
                said!(self.0, zh: "表头里没有“登录名”列，请在第一行写上列名。", en: "no column is called `name`; the first row must hold the headings.")
            }
            RosterProblem::TooManyRows => {
                let limit = roster::MAX_ROWS;
                said!(self.0, zh: "一次最多 {limit} 行，请分成几个表格。", en: "at most {limit} rows at a time; make several tables.")
            }
            RosterProblem::SameAsRow(row) => {
                said!(self.0, zh: "与第 {row} 行相同，请只保留一行。", en: "the same as row {row}; keep one.")
            }
            RosterProblem::Taken(name) => {
                said!(self.0, zh: "“{name}”已有人使用，请换一个。", en: "“{name}” is in use; choose another.")
            }
            RosterProblem::NoSuchSchool(name) => {
                said!(self.0, zh: "没有“{name}”这所学校，请写学校的代码或全称。", en: "no school is called “{name}”; write its code or full name.")
            }
            RosterProblem::NotYours => {
                said!(self.0, zh: "您只能开通本校读者和教师的账号。", en: "you may open accounts of your own school's readers and teachers only.")
            }
            RosterProblem::Cell(fault) => fault.kind.say(self.0),
        }
    }
}
