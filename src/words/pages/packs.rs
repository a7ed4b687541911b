//! Words of the packs' pages.

use super::{PageWords, grouped, plural};
use crate::domain::pack::BuildState;
use crate::domain::rights::Withheld;
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        packs: "资源包" | "Packs";
        pack: "资源包" | "Pack";
        packs_lead: "把一门课、一个任务或几个资源制作成一包：目录清楚，整包下载或一条命令拉到学校；以后更新，只传变了的文件。" |
            "A course, a task or a choice of resources as one: in readable folders, fetched whole or pulled by one command; later only what changed is fetched.";
        packs_all: "我能看到的" | "All I can see";
        packs_mine: "我做的" | "Mine";
        packs_tabs: "哪些资源包" | "Which packs";
        packs_empty: "这里还没有资源包。" | "No packs here yet.";
        packs_empty_more: "资源包是选好、排好顺序、可以整包带走的一组资源。打开一门课程，点“制作资源包”，填个标题就行。" |
            "A pack is a choice of resources, in order, to be carried away as one. Open a course, choose “Make a pack”, give it a title: that is all.";
        packs_empty_guest: "资源包是选好、排好顺序、可以整包带走的一组资源。老师登录后，在课程页上就能做一个；全市共享的资源包也要登录才能看到。" |
            "A pack is a choice of resources, in order, to be carried away as one. Teachers make them from a course's page after signing in, and see those shared with the city.";
        find_a_course: "去找一门课程" | "Find a course";
        pack_not_yet: "还没有发布" | "Not published yet";

        make_pack: "制作资源包" | "Make a pack";
        make_pack_lead: "填好标题就能发布。以后随时可以改内容、发新版。" |
            "A title is enough to publish. What is in it can be changed and published anew at any time.";
        make_pack_go: "制作并发布" | "Make and publish";
        pack_contents: "收进去的内容" | "What goes in";
        pack_title: "标题" | "Title";
        pack_description: "简介" | "Description";
        pack_description_note: "怎么用、从哪里开始" | "How to use it, and where to begin";
        pack_made_by: "制作" | "Made by";
        pack_scope: "给谁用" | "For whom";
        pack_scope_note: "只收这些人本来就能看到的资源；其余的在包里留一行说明，写明该联系哪所学校。" |
            "It takes in only what these people may see anyway. For the rest a line in the pack says which school to ask.";
        pack_types: "只收这些类型" | "Only these types";
        pack_types_note: "一个都不选，就是全部类型，以后新增的也收。" | "None chosen means all of them, and those that come later too.";
        pack_stages: "只收这些学习环节" | "Only for these stages";
        pack_stages_note: "一个都不选，就是全部环节，没有写明环节的也收。" | "None chosen means all of them, and what says no stage too.";
        pack_faults: "有几处需要改一下，已填的内容都还在。" | "A few things need a change. What you typed is still here.";

        pack_tree: "目录" | "Contents";
        pack_tree_way: "目录中的位置" | "Where in the contents";
        pack_tree_top: "全部" | "All";
        pack_tree_empty: "这一版里没有文件。" | "This version has no files.";
        pack_here: "文件" | "Files";
        pack_more: "后面的" | "Go on";
        pack_note: "给老师" | "For the teacher";
        pack_points: "重点看" | "Look at";
        pack_refused: "已停止共享" | "No longer shared";
        pack_next: "后一部分" | "Next part";

        pull_heading: "一条命令拉到学校" | "Pull it with one command";
        pull_note: "第一次取全部，以后再运行，只取变了的文件；每个文件都核对签名和指纹。" |
            "The first time it fetches everything, afterwards only what changed, and checks signature and hash of every file.";
        pull_token: "不公开的资源包要用访问令牌，向本校管理员要；公开的不用。" |
            "A pack that is not public needs an access token, from your school's administrator; a public one needs none.";
        pull_label: "命令" | "Command";
        download_pack: "整包下载" | "Download the pack";
        other_forms: "其他格式" | "Other forms";
        form_bagit: "BagIt 存档包" | "BagIt, for archives";
        form_imscc: "Common Cartridge 课程包" | "Common Cartridge, for learning platforms";
        form_scorm: "SCORM 课件包" | "SCORM, for learning platforms";

        pack_versions: "版本" | "Versions";
        pack_compare: "和上一版比" | "What changed";
        pack_newest: "最新版" | "Newest version";
        pack_to_newest: "看最新版" | "See the newest version";
        pack_whats_new: "这一版" | "New in this version";
        pack_gone_heading: "不再收录" | "No longer in it";
        pack_see_changes: "看变了什么" | "See what changed";
        pack_holders: "谁在用" | "Who holds it";
        pack_holders_note: "拉取之后报过平安的，只有您能看到这张表。" | "Those who reported back after pulling. Only those who may edit the pack see this.";
        pack_holders_none: "还没有谁报告收到。" | "Nobody has reported holding it yet.";
        holder: "谁" | "Holder";
        holder_version: "版本" | "Version";
        holder_state: "状态" | "State";
        holder_at: "核对时间" | "Checked";
        holder_whole: "完整" | "Whole";
        holder_damaged: "有损坏" | "Damaged";

        pack_building: "正在生成这一版，页面会自己刷新。" | "This version is being made; the page looks again by itself.";
        pack_look_again: "现在看一下" | "Look now";
        pack_failed: "这一版没有生成" | "This version could not be made";
        pack_failed_unknown: "服务器没能生成，内容没有丢。" | "The service could not make it; nothing you chose is lost.";
        pack_again: "再试一次" | "Try again";
        pack_withdrawn_note: "已下架：别人看不到，拉取过的学校会收到通知。" | "Withdrawn: others no longer see it, and schools that pulled it are told.";
        pack_draft_note: "还没有发布，只有您和本校管理员能看到。" | "Not published yet: only you and your school's administrators see it.";

        pack_manage: "管理" | "Manage";
        pack_edit: "修改内容" | "Change what is in it";
        pack_publish: "发布新版" | "Publish a new version";
        pack_publish_first: "发布" | "Publish";
        pack_publish_note: "这一版有什么新的" | "What is new in this version";
        pack_publish_hint: "会重新收一遍：课程、任务里新增的资源也进来。" | "Everything is gathered anew, so what was added to a course or task since then comes in.";
        pack_checks_note: "只是提醒，不影响发布；和审核时看到的相同。点资源名去改。" | "They only inform, and are the same as in a review. Open a resource to mend it.";
        pack_checks_more: "查后面的资源" | "Check the resources behind these";
        pack_withdraw: "下架" | "Withdraw";
        pack_withdraw_really: "确定下架" | "Yes, withdraw it";
        pack_withdraw_note: "别人不再看到它，也不能再下载；各个版本都留着，随时可以点“恢复共享”。" | "Others no longer see or fetch it. All versions stay, and “Share again” brings it back at any time.";
        pack_restore: "恢复共享" | "Share again";
        pack_restore_note: "别人马上又能看到和下载下架前的版本。" | "Others see and fetch the versions from before at once.";
        pack_remove: "删除" | "Delete";
        pack_remove_really: "确定删除" | "Yes, delete it";
        pack_remove_note: "还没发布过，删除后不能恢复；里面的资源不受影响。" | "It was never published and cannot be brought back; the resources in it stay.";

        pack_edit_heading: "修改资源包" | "Change the pack";
        pack_edit_lead: "改动先保存在这里，发布新版之后别人才看到。" | "Changes are kept here; others see them when a new version is published.";
        pack_entries: "内容和顺序" | "Contents and order";
        pack_entries_none: "里面什么也没有了。到课程、任务或资源的页面上，可以再加进来。" |
            "There is nothing in it. Add something from the page of a course, a task or a resource.";
        pack_entries_hint: "要再加资源，到那个资源的页面上点“加入资源包”。" | "To add a resource, choose “Add to a pack” on its page.";
        entry_note: "给老师的话" | "Note for the teacher";
        entry_drag: "拖动，或用上下键移动" | "Drag, or move with the arrow keys";
        entry_moved_template: "“{name}”移到第 {n} 项。保存后生效。" | "“{name}” is number {n} now. Save to keep it so.";
        entry_up: "上移" | "Move up";
        entry_down: "下移" | "Move down";
        entry_remove: "移出" | "Take out";
        entry_unseen: "（您现在看不到这个资源）" | "(you do not see this resource at present)";
        pack_save: "保存" | "Save";
        pack_back: "回到资源包" | "Back to the pack";

        add_to_pack: "加入资源包" | "Add to a pack";
        add_to_pack_which: "加到哪一个" | "Which one";
        add_to_new: "新做一个…" | "A new one…";
        add_to_pack_go: "加入" | "Add";
        in_packs: "收录它的资源包" | "Packs it is in";

        changes_none: "两版的文件完全一样。" | "Every file is the same in both.";
        changes_of_one: "这是同一版，没有可以比的。" | "This is one and the same version; there is nothing to compare.";
        changes_added: "新增" | "Added";
        changes_changed: "改过" | "Changed";
        changes_renamed: "换了位置或名字" | "Moved or renamed";
        changes_removed: "去掉" | "Removed";
        changes_gone: "不再收录的资源" | "Resources no longer in it";
        changes_compare: "比较" | "Compare";
        changes_from: "从" | "From";
        changes_to: "到" | "To";
        changes_was: "原来在" | "was";

        done_made: "资源包已制作并发布。" | "The pack is made and published.";
        done_made_building: "资源包已制作，正在生成第一版。" | "The pack is made; its first version is under way.";
        done_published: "新版已发布。" | "The new version is published.";
        done_saved: "已保存。发布新版之后别人才看到。" | "Saved. Others see it when a new version is published.";
        done_added: "已加入。发布新版之后别人才看到。" | "Added. Others see it when a new version is published.";
        done_there: "它已经在这个资源包里了。" | "It is in this pack already.";
        done_pack_withdrawn: "已下架，别人看不到了。要恢复，点“恢复共享”。" | "Withdrawn: others no longer see it. “Share again” brings it back.";
        done_pack_stale: "您打开以后，这个资源包改过。请看一遍现在的样子，再发布。" |
            "It changed since you opened it. Look at it as it is now, and publish it then.";
        done_pack_restored: "已恢复，别人又能看到了。" | "Shared again: others see it.";
        done_pack_removed: "已删除。" | "Deleted.";
    }

    /// That the words of a pack wait until somebody who may approve them publishes it.
    pub fn pack_words_wait(self, title: &str) -> String {
        said!(self.0,
            zh: "文件已经给出。标题、简介和备注要由本校管理员发布一次，别的学校才看得到；现在他们看到的标题是“{title}”。",
            en: "Its files are given. Other schools read its title, description and notes once an administrator of your school has published them; now they read “{title}” for a title.")
    }

    /// "零件数控车床加工 资源包"
    pub fn pack_title_of(self, name: &str) -> String {
        said!(self.0, zh: "{name} 资源包", en: "{name} (pack)")
    }

    /// "查了 50 个资源，3 个有要看一看的。"
    pub fn pack_checked(self, looked: u64, open: u64) -> String {
        match open {
            0 => {
                said!(self.0, zh: "查了 {looked} 个资源，没有发现问题。", en: "{looked} resources were checked; nothing was found.")
            }
            _ => {
                said!(self.0, zh: "查了 {looked} 个资源，{open} 个有要看一看的。", en: "{looked} resources were checked; {open} have something to look at.")
            }
        }
    }

    /// "3 个文件 · 24 MB"
    pub fn pack_size(self, files: u64, size: &str) -> String {
        let files = self.files(files);
        said!(self.0, zh: "{files} · {size}", en: "{files} · {size}")
    }

    /// What an entry of a pack is.
    pub fn entry_kind(self, kind: &str) -> String {
        match kind {
            "major" => said!(self.0, zh: "专业", en: "Major"),
            "course" => said!(self.0, zh: "课程", en: "Course"),
            "task" => said!(self.0, zh: "任务", en: "Task"),
            "fragment" => said!(self.0, zh: "片段", en: "Place in a file"),
            _ => said!(self.0, zh: "资源", en: "Resource"),
        }
    }

    /// "正在生成：已看过 120 / 480 个资源"
    pub fn pack_progress(self, state: BuildState, done: u64, total: u64) -> String {
        if state == BuildState::Queued || total == 0 {
            return said!(self.0, zh: "在排队，马上开始", en: "Waiting for its turn");
        }
        let (done, total) = (grouped(done), grouped(total));
        said!(self.0, zh: "已看过 {done} / {total} 个资源", en: "{done} of {total} resources looked at")
    }

    /// "您看的是第 1 版，最新是第 3 版。"
    pub fn pack_old_version(self, shown: i32, newest: i32) -> String {
        said!(self.0, zh: "您看的是第 {shown} 版，最新是第 {newest} 版。", en: "This is version {shown}; the newest is version {newest}.")
    }

    /// "2 个资源未共享"
    pub fn pack_stubs(self, n: u64) -> String {
        let noun = plural(n, "resource is", "resources are");
        let n = grouped(n);
        said!(self.0, zh: "{n} 个资源未共享", en: "{n} {noun} not shared")
    }

    /// "一个工作页未共享（许可范围小于本资源包），请联系 第一技师学院"
    pub fn pack_stub(self, kind: &str, why: &str, school: Option<&str>) -> String {
        let Some(school) = school else {
            return said!(self.0, zh: "一个{kind}未共享（{why}）", en: "Not shared: {kind} ({why})");
        };
        said!(self.0, zh: "一个{kind}未共享（{why}），请联系 {school}", en: "Not shared: {kind} ({why}). Ask {school}")
    }

    /// Why something is not in a pack: not published, for fewer people, or kept back by a right.
    pub fn left_out(self, is_published: bool, withheld: Option<Withheld>) -> &'static str {
        match withheld {
            _ if !is_published => self.0.pick("没有发布，或已下架", "not published, or no longer"),
            None => self
                .0
                .pick("共享范围小于本资源包", "shared with fewer people than the pack is for"),
            Some(Withheld::Licence) => self.0.pick(
                "许可范围小于本资源包",
                "its licence is for fewer people than the pack is for",
            ),
            Some(Withheld::ThirdParty) => self
                .0
                .pick("含没有许可的第三方素材", "holds a part of others without permission"),
            Some(Withheld::Employer) => self.0.pick("等待单位同意对外公开", "the employer has not agreed yet"),
            Some(Withheld::Other) => self.0.pick("权利原因", "for reasons of rights"),
        }
    }

    /// Why a resource is no longer in a pack.
    pub fn pack_gone(self, reason: &str, n: u64) -> String {
        let noun = plural(n, "resource", "resources");
        let n = grouped(n);
        match reason {
            "withdrawn" => said!(self.0, zh: "{n} 个资源停止共享", en: "{n} {noun} no longer shared"),
            "removed" => said!(self.0, zh: "{n} 个资源已删除", en: "{n} {noun} deleted"),
            _ => said!(self.0, zh: "{n} 个资源被移出", en: "{n} {noun} left out"),
        }
    }

    /// Why one resource is no longer in a pack.
    pub fn pack_gone_one(self, reason: &str) -> String {
        match reason {
            "withdrawn" => said!(self.0, zh: "停止共享", en: "no longer shared"),
            "removed" => said!(self.0, zh: "已删除", en: "deleted"),
            _ => said!(self.0, zh: "移出", en: "left out"),
        }
    }

    /// "收到的学校请在 2026-12-08 前删除"
    pub fn pack_keep_until(self, day: &str) -> String {
        said!(self.0, zh: "收到的学校请在 {day} 前删除", en: "holders delete it by {day}")
    }

    /// "第 1 版到第 2 版有什么变化"
    pub fn changes_heading(self, from: i32, to: i32) -> String {
        said!(self.0, zh: "第 {from} 版到第 {to} 版的变化", en: "From version {from} to version {to}")
    }

    /// "已有第 1 版的，要再取 3.2 MB；另有 40 个文件没变。"
    pub fn changes_cost(self, from: i32, size: &str, same: u64) -> String {
        let noun = plural(same, "file is", "files are");
        let same = grouped(same);
        said!(self.0,
            zh: "已有第 {from} 版的，要再取 {size}；另有 {same} 个文件没变。",
            en: "Whoever holds version {from} fetches {size}; {same} {noun} unchanged.")
    }

    /// "还有 1,200 个，这里不列了。"
    pub fn changes_rest(self, n: u64) -> String {
        let n = grouped(n);
        said!(self.0, zh: "还有 {n} 个，这里不列了。", en: "And {n} more, not listed here.")
    }

    /// "第 3 项：台阶轴工作页" for buttons that are read out.
    pub fn entry_named(self, act: &str, at: usize, name: &str) -> String {
        said!(self.0, zh: "{act}：第 {at} 项 {name}", en: "{act}: {at}, {name}")
    }

    /// "第 101–200 项，共 480 项"
    pub fn pack_part(self, from: u64, to: u64, total: u64) -> String {
        let (from, to, total) = (grouped(from), grouped(to), grouped(total));
        said!(self.0, zh: "第 {from}–{to} 项，共 {total} 项", en: "{from}–{to} of {total}")
    }

    /// "3 项内容"
    pub fn pack_parts(self, n: u64) -> String {
        let noun = plural(n, "entry", "entries");
        said!(self.0, zh: "{n} 项内容", en: "{n} {noun}")
    }
}
