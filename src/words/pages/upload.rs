//! Words of signing in, uploading, and one's own resources.

use super::{PageWords, grouped};
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        sign_in_heading: "登录" | "Sign in";
        sign_in_why: "登录后可以上传资源，查看本校和全市共享的资源。" |
            "Sign in to upload, and to see what your school and the city share.";
        name: "登录名" | "Name";
        password: "密码" | "Password";
        no_account: "没有账号？请联系本校的管理员开通。" | "No account? Ask your school's administrator.";

        upload_heading: "上传资源" | "Upload a resource";
        upload_lead: "先选文件，标题和类型填好就能保存；其余的以后再补。" |
            "Choose the files, give a title and a type, and it is saved. Everything else can follow later.";
        choose_files: "选择文件" | "Files";
        choose_folder: "或选择整个文件夹" | "Or a whole folder";
        choose_folder_note: "保留里面的目录结构" | "keeps its structure";
        drop_here: "把文件或文件夹拖到这里" | "Drop files or folders here";
        pick_files: "选文件" | "Choose files";
        pick_folder: "选文件夹" | "Choose a folder";
        title: "标题" | "Title";
        title_note: "老师们会按标题认出它，例如：电动机星三角启动控制线路安装 工作页" |
            "Teachers recognise it by this, for example: Star-delta starting of a motor, worksheet";
        type_label: "类型" | "Type";
        choose_one: "请选择" | "Please choose";
        types_plan: "计划中的五类资源和资源包" | "Named in the plan";
        types_other: "其他" | "Others";
        place_label: "用在哪门课程、哪个学习任务" | "For which course and learning task";
        place_later: "以后再定" | "Decide later";
        whole_course: "整门课程" | "The whole course";
        scope_question: "通过审核后谁能看到" | "Who sees it after the review";
        details: "更多信息（选填）" | "More about it (optional)";
        submit_now: "保存后马上提交审核" | "Submit for review at once";
        save: "保存资源" | "Save";
        check_form: "有几处需要改一下，已填的内容都还在。文件请重新选择。" |
            "A few things need a change. What you typed is still here; please choose the files again.";

        edit: "修改" | "Edit";
        edit_heading: "修改资源" | "Edit a resource";
        edit_published_note: "已发布的资源，改动保存后待审核；通过之前，别人看到的还是现在的内容。缩小共享范围马上生效；换了文件，示范资源要重新评。" |
            "It is published: changes wait for review, and others see it as it is until they are approved. Sharing it with fewer people counts at once. With other files it is no model any more.";
        edit_files_note: "勾了“去掉”的文件，保存后就不在新版本里了；旧版本里还在。" |
            "Files ticked “Leave out” are not in the new version. Older versions keep them.";
        edit_leave_out: "去掉" | "Leave out";
        edit_no_file_left: "这样就一个文件也不剩了。留一个，或者再传一个。" | "No file would be left. Keep one, or add one.";
        edit_check_form: "有几处需要改一下，已填的内容和已传的文件都还在。" |
            "A few things need a change. What you typed and the files you sent are still here.";
        edit_add_note: "同名的文件会换成新的，其他的加进来；保存后成为新版本。" |
            "A file with the same name takes the old one's place, others are added. Saving makes a new version.";
        edit_save: "保存修改" | "Save the changes";
        edit_recovered: "找回了您上次没保存的修改。" | "What you changed last time and did not save is back.";
        edit_as_it_is: "不要了，看现在的内容" | "Drop it, show the resource as it is";
        edit_back: "不改了" | "Leave it as it is";
        edit_arrived: "刚才传好的，不用再选" | "Sent already; no need to choose them again";
        edit_meanwhile: "您打开这一页以后，这个资源改过了。您填的都还在：核对后再保存，就以您填的为准。" |
            "This resource was changed since you opened the page. What you typed is still here: look again, and saving once more makes it count.";
        edit_remove: "删除这个资源" | "Remove this resource";
        edit_remove_note: "删除后，文件和所有版本都不能恢复，链接也会失效。只想让别人看不到，请在资源页上点“下架”，以后还能恢复。" |
            "Its files and all versions cannot be brought back, and its address will be gone. To hide it only, withdraw it on its page: that can be undone.";
        edit_remove_go: "确认删除" | "Remove it";
        done_edited: "修改保存好了。" | "The changes are saved.";
        done_edited_submitted: "保存好了，现在待审核；通过之前，改动只有您、本校管理员和审核人看得到。" |
            "Saved, and waiting for review. Until it is approved only you, your school's administrators and its reviewers see the changes.";
        done_version: "新版本保存好了。文件读完后就能按内容搜到。" | "The new version is saved. Its contents are findable once its files are read.";
        done_removed: "已删除。" | "Removed.";

        queue: "要上传的文件" | "Files to upload";
        state_waiting: "等待" | "Waiting";
        state_sending: "上传中" | "Uploading";
        state_paused: "已暂停" | "Paused";
        state_done: "已传完" | "Done";
        state_failed: "没有传成，可以重试" | "Failed, try again";
        state_lost: "没有传完，等着接着传" | "Not finished yet, waiting to go on";
        pause_all: "全部暂停" | "Pause all";
        resume_all: "全部继续" | "Resume all";
        pause: "暂停" | "Pause";
        resume: "继续" | "Resume";
        retry: "重试" | "Try again";
        remove: "移除" | "Remove";
        save_when_done: "传完后自动保存" | "Saved when all files are there";
        saving: "正在保存…" | "Saving…";
        no_files_yet: "还没有选文件。" | "No files chosen yet.";
        offline: "网络断开了。连上后会自动接着传。" | "The connection is gone. Uploading goes on when it is back.";
        unread_template: "这些没有读出来，没有加进来：{names}" | "These could not be read and were left out: {names}";
        restored: "找回了上次没传完的内容。把同样的文件或文件夹再选一次，就从断点接着传。" |
            "What you had not finished last time is back. Choose the same files or folder again, and uploading goes on where it stopped.";
        restored_here: "找回了上次没传完的内容。点“接着传”，就从断点继续。" |
            "What you had not finished last time is back. Press “Go on uploading”, and it continues where it stopped.";
        restored_done: "找回了上次填的内容，文件都已传完，可以保存了。" |
            "What you filled in last time is back, and all its files are here: it can be saved.";
        go_on: "接着传" | "Go on uploading";
        forget: "全部清除重来" | "Start afresh";
        forget_really: "清除后，填好的内容和已传的文件都不能恢复。确认清除吗？" |
            "What you filled in and the files that were sent are gone for good. Start afresh?";
        progress_template: "已传 {done} / {total}（{percent} %）· {speed}/s · 还要 {left}" |
            "{done} of {total} ({percent} %) · {speed}/s · {left} left";
        seconds_template: "{n} 秒" | "{n} s";
        minutes_template: "{n} 分钟" | "{n} min";
        hours_template: "{n} 小时" | "{n} h";

        pace_template: "· {speed}/s · 还要 {left}" | "· {speed}/s · {left} left";

        ways_question: "这些文件怎么保存" | "How are these files saved";
        way_one: "合成一个资源" | "As one resource";
        way_one_note: "一次课的课件、工作页、视频放在一起。" | "Slides, worksheet and film of one lesson together.";
        way_folder: "每个文件夹一个资源" | "A resource for each folder";
        way_folder_note: "一个文件夹是一次课或一个任务时选这个。" | "When a folder is a lesson or a task.";
        way_file: "每个文件一个资源" | "A resource for each file";
        way_file_note: "每个文件单独就能用时选这个。" | "When each file can be used alone.";
        proposals: "要保存的资源" | "The resources to be";
        proposals_note: "标题、类型、课程和任务是按文件夹和文件的名字填好的。看一眼，不对的改掉，然后一次全部采纳。" |
            "Titles, types and places are filled in from the names of folders and files. Have a look, change what is wrong, and accept them all at once.";
        leave_out: "不要这个" | "Leave out";
        held: "已在库中：" | "Already here: ";
        held_some_template: "（其中 {n} 个文件）" | "({n} of these files)";
        saved_one: "已保存：" | "Saved: ";
        save_many_template: "采纳并保存 {n} 个资源" | "Accept and save {n} resources";
        files_template: "{n} 个文件" | "{n} files";
        type_reason_template: "类型：按{reason}" | "Type: by {reason}";
        place_reason_template: "课程和任务：按{reason}" | "Course and task: by {reason}";
        all_saved: "全部保存好了。" | "All are saved.";

        mine_heading: "我的资源" | "My resources";
        mine_empty: "这里还没有资源。" | "Nothing here yet.";
        mine_empty_more: "把备课用的课件、工作页、视频传上来，换台电脑也能用，同行也能搜到。" |
            "Upload slides, worksheets and films: at hand on any computer, and found by colleagues.";
        mine_limited: "只列出了这个任务的一类资源。" | "Only one type of one learning task is listed.";
        all: "全部" | "All";
        tabs: "按状态查看" | "By status";
    }

    /// "还有 1,200 个文件没有列出来。"
    pub fn edit_more_files(self, n: u64) -> String {
        let n = grouped(n);
        said!(
            self.0,
            zh: "还有 {n} 个文件没有列出来；要换其中一个，上传同名的文件就行。",
            en: "{n} more are not listed. To replace one, upload a file of the same name."
        )
    }

    /// "单个文件不超过 5 GB"
    pub fn file_limit(self, size: &str) -> String {
        said!(self.0, zh: "单个文件不超过 {size}，文件个数不限", en: "Up to {size} for each file, any number of files")
    }
}
