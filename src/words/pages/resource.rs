//! Words of a resource's page and of the error page.

use super::PageWords;
use crate::words::sizes::size;
use crate::words::{said, sentences};

/// What a citation names.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "each is the part it names")]
pub struct Cited<'a> {
    pub who: &'a str,
    pub title: &'a str,
    pub version: i32,
    pub site: &'a str,
    pub day: &'a str,
}

impl PageWords {
    sentences! {
        download: "下载原件" | "Download the original";
        download_file: "下载" | "Download";
        files_heading: "文件" | "Files";
        may_i_use: "可以怎么用" | "May I use it?";
        scope_label: "共享范围" | "Shared with";
        author: "作者" | "Author";
        language_of: "语言" | "Language";
        updated: "更新" | "Updated";
        keywords: "关键词" | "Keywords";
        look: "查看" | "View";
        turn_pages: "翻页" | "Turn pages";
        pages_around: "前后各页" | "The pages around";
        page_number: "页码" | "Page";
        go: "转到" | "Go";
        found_on: "找到的词在这些页" | "Pages with your words";
        text_of_page: "这一页的文字" | "The text of this page";
        copy_place: "复制这一处的链接" | "Copy a link to this place";
        pages_waiting: "正在生成页面图片，通常只要几秒钟，好了会自动出现；下面先看文字。" |
            "Page pictures are being made; they appear by themselves in a few seconds. Meanwhile, its text:";
        pages_failed: "这个文件没能生成页面图片。下面是里面的文字；图和版式请下载原件看。" |
            "No page pictures could be made of this file. Here is its text; pictures and layout are in the original.";
        pages_never: "这里只显示文字；图和版式请下载原件看。" |
            "Only its text is shown here; pictures and layout are in the original.";
        files_added: "新增" | "Added";
        files_replaced: "替换" | "Replaced";
        files_removed: "去掉" | "Removed";
        fields_changed: "改了" | "Changed";
        film_odd: "这种格式的视频或音频，浏览器可能无法播放；无法播放时请下载后播放。" |
            "Browsers may not play this format; if yours does not, fetch it and play it on your computer.";
        film_copy: "原件的格式浏览器无法播放，这里播放的是转换后的版本；下载得到的是原件。" |
            "Browsers do not play the original's format; this is a copy of it. Downloading gives you the original.";
        film_waiting: "正在转换成浏览器能播放的版本，大约要几分钟，好了会自动出现；也可以先下载原件。" |
            "A copy that browsers play is being made; it appears by itself in some minutes. You can fetch the original now.";
        chapters: "章节" | "Chapters";
        transcript: "字幕" | "What is said";
        open_here: "打开原文件看这一处" | "Open the file at this place";
        versions: "版本" | "Versions";
        this_version: "当前版本" | "this one";
        review_heading: "审核与发布" | "Review";
        review_note: "审核意见" | "Reviewer's note";
        still_reading: "正在读取文件内容，读完就能搜到里面的文字。" |
            "The files are being read; their contents will be findable in a moment.";
        similar: "相似资源" | "Similar resources";
        cite: "引用" | "Cite";
        share: "分享链接" | "Share";
        copy: "复制" | "Copy";
        copied: "已复制" | "Copied";
        copy_by_hand: "已选中，请按 Ctrl+C 复制" | "Selected: press Ctrl+C to copy";
        print: "打印" | "Print";
        request_number: "请求编号" | "Request number";
        back_home: "回到首页" | "Go to the home page";
        return_question: "退回的原因（作者会看到）" | "Why it is sent back (the author will read it)";
        model: "示范" | "Model";
        mark: "评为示范资源" | "Hold up as a model";
        unmark: "取消示范" | "No longer a model";
        review_note_before: "上次退回的原因" | "Why it was sent back last time";
        done_stale: "您打开以后，这个资源变了。请看一遍现在的样子，再决定。" |
            "It changed since you opened it. Look at it as it is now, and decide then.";
        done_mark: "已评为示范资源。" | "It is a model for others now.";
        done_unmark: "已取消示范。" | "It is no model any more.";
        done_submit: "已提交审核。" | "Submitted for review.";
        done_approve: "已通过并发布。" | "Approved and published.";
        done_return: "已退回作者。" | "Sent back to its author.";
        done_publish: "已发布。" | "Published.";
        done_withdraw: "已下架，别人看不到了。要恢复，在下面再提交审核。" | "Withdrawn: others no longer see it. To bring it back, submit it for review again, below.";
        done_shared: "已保存。文件读完后就能按内容搜到。" | "Saved. Its contents are findable once its files are read.";
        done_shared_submitted: "已保存并提交审核。" | "Saved and submitted for review.";
        erase: "从历史中删除" | "Erase from the history";
        erase_note: "所有旧版本里都不再有这个文件，收了它的资源包也不再提供。不能恢复；谁删的会记下来。" |
            "No earlier version has this file any more, and packs give it no more. It cannot be undone; the log says who did it.";
        erase_really: "确认删除" | "Erase it";
        done_erase: "已从历史中删除。" | "Erased from the history.";
        discard: "撤销这些修改" | "Discard these changes";
        discard_note: "这些修改和新传的文件会删除，不能恢复；别人看到的那一版不变。" |
            "These changes and the files that came with them go and cannot be brought back; what others see stays as it is.";
        discard_really: "确认撤销" | "Really discard";
        done_discard: "已撤销，现在和别人看到的一样。" | "Discarded: it is again as others see it.";
        see_approved: "看通过的那一版" | "See the approved version";
        note_submit: "提交后由学校审核，通过后才会对外可见。" | "Your school reviews it before others can see it.";
        note_approve: "最后一步通过后自动发布，共享范围内的老师马上能搜到。" |
            "After the last step it is published, and teachers within its scope find it at once.";
        note_return: "作者可以修改后再次提交。" | "The author can change it and submit again.";
        note_publish: "不经提交直接发布，共享范围内马上可见。" | "Published without a submission, visible within its scope at once.";
        note_withdraw: "下架后别人看不到、搜不到；文件、版本和批注都留着。要恢复，再提交审核，通过后就回来了。" |
            "Others no longer see or find it; files, versions and comments stay. To bring it back, submit it again and have it approved.";
        withdraw_really: "确认下架" | "Really withdraw";
    }

    /// "第 2 版"
    pub fn version(self, n: i32) -> String {
        said!(self.0, zh: "第 {n} 版", en: "Version {n}")
    }

    /// That what is shown waits beside a version that was approved.
    pub fn changed_since_approved(self, approved: i32) -> String {
        said!(self.0,
            zh: "这里是通过以后改过的内容，只有作者、本校管理员和审核人看得到。通过之前，别人看到的还是第 {approved} 版。",
            en: "This was changed since it was approved; only its author, the school's administrators and its reviewers see it. Until it is approved, others see version {approved}.")
    }

    /// "通过后改过：标题、附图.pdf"
    pub fn changed_in(self, names: &str) -> String {
        said!(self.0, zh: "通过后改过：{names}", en: "Changed since approved: {names}")
    }

    /// "2026-11-24 评为示范资源"
    pub fn model_since(self, day: &str) -> String {
        said!(self.0, zh: "{day} 评为示范资源", en: "A model for others since {day}")
    }

    /// The way to a film's lighter copy of so many bytes.
    pub fn film_light(self, bytes: u64) -> String {
        let size = size(bytes);
        said!(self.0, zh: "网速慢？看流畅版（{size}）", en: "Slow line? Play the lighter copy ({size})")
    }

    /// The way back to the film itself.
    pub fn film_whole(self, bytes: u64) -> String {
        let size = size(bytes);
        said!(self.0, zh: "看原画质（{size}）", en: "Play the original ({size})")
    }

    /// Some names, and how many more there are.
    pub fn names(self, names: &[String], at_most: usize) -> String {
        let some = names[..names.len().min(at_most)].join(self.0.pick("、", ", "));
        if names.len() <= at_most {
            return some;
        }
        let all = names.len();
        said!(self.0, zh: "{some} 等 {all} 项", en: "{some} and others, {all} in all")
    }

    /// How to name a resource in a document.
    pub fn citation(self, cited: &Cited<'_>) -> String {
        let Cited {
            who,
            title,
            version,
            site,
            day,
        } = cited;
        said!(self.0,
            zh: "{who}．{title}．第 {version} 版．{site}，{day}．",
            en: "{who}. {title}. Version {version}. {site}, {day}.")
    }
}
