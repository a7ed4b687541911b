//! Words of "why isn't mine found?": who finds a resource, what of it, and how a query matches it.

use super::{PageWords, grouped, plural};
use crate::domain::explain::{ExclusionReason, MatchKind, TermMatch};
use crate::domain::file::{ExtractionFault, ExtractionReport, ExtractionState, Kind};
use crate::domain::resource::Status;
use crate::domain::role::Scope;
use crate::words::{Lang, said, sentences};

/// Whose a resource is and how far it is shared, as its reader sees it.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
    /// It is the reader's own.
    pub is_own: bool,
    /// Its school.
    pub school: Option<&'a str>,
    /// Where it stands.
    pub status: Status,
    /// How far it is shared once published.
    pub scope: Scope,
}

/// What a question comes to for one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindabilityVerdict {
    /// It is found at this rank.
    Rank(usize),
    /// It is folded into the hit at this rank.
    Folded(usize),
    /// It is found, behind all that was looked through.
    Beyond,
    /// It is not found.
    NotFound,
}

impl PageWords {
    sentences! {
        see_findability: "查看能不能搜到" | "Is it found?";
        who_finds_heading: "谁能找到它" | "Who finds it";
        index_heading: "索引" | "The index";
        try_question: "用什么词搜？" | "Search words to try";
        ask_this: "看看" | "Try";
        how_read: "这样理解您的搜索" | "How your words are read";
        word_column: "词" | "Word";
        how_column: "在这个资源里" | "In this resource";
        where_column: "在哪里" | "Where";
        phrase_mark: "一字不差" | "to the letter";
        excluded_mark: "不要" | "not wanted";
        synonyms_label: "也算" | "as good as";
        next_label: "下一步" | "What to do";
        nothing_to_do: "不用做什么。" | "Nothing needs to be done.";
        no_files: "还没有文件，只能按标题、简介和关键词搜到。" |
            "It has no files yet; it is found by its title, description and keywords only.";
        see_results: "看搜索结果" | "See the results";
        why_not_mine: "自己上传的资源搜不到？在“我的资源”里打开它，点“查看能不能搜到”，能看到原因。" |
            "Isn't your own resource found? Open it under “My resources” and follow “Is it found?” to see why.";
        index_has_it: "本站的索引里有它，而且是最新的。" | "This site's index has it, and it is up to date.";
        index_waits: "刚有改动，正在写入索引，一般一两秒就好。" |
            "It has just changed and is on its way into the index; that takes a second or two.";
        index_is_rebuilt: "本站的索引正在重建，建好之前可能搜不到它。不用做什么，建好后会自动恢复。" |
            "This site's index is being rebuilt; until that is done it may not be found. It comes back by itself.";
    }

    /// Who finds it and why.
    pub fn who_finds(self, whose: Whose<'_>) -> String {
        if whose.status != Status::Published {
            return self.who_finds_unpublished(whose);
        }
        match (whose.scope, whose.school) {
            (Scope::School, Some(school)) => said!(self.0,
                zh: "{school}有账号的人都能找到它；外校和没有登录的人找不到，因为它只在本校共享。",
                en: "Everyone with an account at {school} finds it; others do not, because it is shared within its school."),
            (Scope::School, None) => {
                let who = self.its_author(whose.is_own);
                said!(self.0,
                    zh: "只有{who}能找到它，因为它只在本校共享，却不属于任何学校。",
                    en: "Only {who} can find it, because it is shared within its school and belongs to none.")
            }
            (Scope::City, _) => said!(self.0,
                zh: "全市有账号的人都能找到它；没有登录的人找不到。",
                en: "Everyone with an account in the city finds it; those who are not signed in do not."),
            (Scope::Public, _) => said!(self.0,
                zh: "任何人都能找到它，不登录也可以。",
                en: "Everyone finds it, signed in or not."),
        }
    }

    fn who_finds_unpublished(self, whose: Whose<'_>) -> String {
        let why = self.why_unpublished(whose.status);
        let who = self.its_author(whose.is_own);
        match (whose.school, whose.is_own) {
            (Some(_), true) => said!(self.0,
                zh: "只有您和本校管理员能找到它，因为它{why}。",
                en: "Only you and your school's administrators can find it, because it {why}."),
            (Some(_), false) => said!(self.0,
                zh: "只有作者和本校管理员能找到它，因为它{why}。",
                en: "Only its author and the administrators of its school can find it, because it {why}."),
            (None, _) => said!(self.0,
                zh: "只有{who}能找到它，因为它{why}。",
                en: "Only {who} can find it, because it {why}."),
        }
    }

    fn its_author(self, is_own: bool) -> &'static str {
        match (self.0, is_own) {
            (Lang::Zh, true) => "您",
            (Lang::Zh, false) => "作者",
            (Lang::En, true) => "you",
            (Lang::En, false) => "its author",
        }
    }

    fn why_unpublished(self, status: Status) -> &'static str {
        match status {
            Status::Draft => self.0.pick("还是草稿", "is a draft"),
            Status::Submitted => self.0.pick("还没有通过审核", "is still in review"),
            Status::Returned => self
                .0
                .pick("被退回修改，还没有重新提交", "was sent back and not submitted again"),
            Status::Withdrawn => self.0.pick("已经下架", "was withdrawn"),
            Status::Published => self.0.pick("已发布", "is published"),
        }
    }

    /// What would let more people find it; nothing when everyone does.
    pub fn to_widen(self, whose: Whose<'_>) -> Option<String> {
        let scope = self.scope(whose.scope);
        Some(match (whose.status, whose.scope) {
            (Status::Draft, _) => said!(self.0,
                zh: "提交审核。通过后，共享范围（{scope}）内的人就能找到它。",
                en: "Submit it for review. Once it is approved, those it is shared with ({scope}) find it."),
            (Status::Submitted, _) => said!(self.0,
                zh: "等学校管理员审核。通过后，共享范围（{scope}）内的人就能找到它。",
                en: "Its school's administrators have to approve it. Then those it is shared with ({scope}) find it."),
            (Status::Returned, _) => said!(self.0,
                zh: "按审核意见修改，再提交一次。",
                en: "Change it as the reviewer asks and submit it again."),
            (Status::Withdrawn, _) => said!(self.0,
                zh: "再提交审核，通过后又能被找到。",
                en: "Submit it for review again; once approved it is found again."),
            (Status::Published, Scope::School) => said!(self.0,
                zh: "把共享范围改为“全市”或“公开”，更多人就能找到它。范围扩大后要再审核一次。",
                en: "Share it with the whole city or the public and more people find it. It is reviewed again for that."),
            (Status::Published, Scope::City) => said!(self.0,
                zh: "把共享范围改为“公开”，没有登录的人也能找到它。范围扩大后要再审核一次。",
                en: "Share it with the public and those who are not signed in find it, too. It is reviewed again for that."),
            (Status::Published, Scope::Public) => return None,
        })
    }

    /// "最后一次改动是第 128 号，索引已到第 130 号"
    pub fn index_numbers(self, last_change: u64, applied_change: u64) -> String {
        said!(self.0,
            zh: "最后一次改动是第 {last_change} 号，索引已到第 {applied_change} 号。",
            en: "Its last change is number {last_change}; the index is true up to number {applied_change}.")
    }

    /// "分成 12 段，每段都能单独搜到"
    pub fn passages_found(self, n: usize) -> String {
        let noun = plural(n as u64, "passage", "passages");
        let n = grouped(n as u64);
        said!(self.0, zh: "分成 {n} 段，每段都能单独搜到并打开", en: "{n} {noun}, each found and opened by itself")
    }

    /// What to do so that more of a file is found; nothing when all is well.
    pub fn next_for_file(self, kind: Kind, state: ExtractionState, report: &ExtractionReport) -> Vec<String> {
        let step = match state {
            ExtractionState::Queued | ExtractionState::Extracting => Some(said!(self.0,
                zh: "等一会儿：读完就能搜到里面的文字。",
                en: "Wait a moment: its text is found once it is read.")),
            ExtractionState::Failed => {
                Some(self.next_after_fault(report.fault.unwrap_or(ExtractionFault::ReaderCrashed)))
            }
            ExtractionState::NoText => Some(self.next_without_text(kind, report)),
            ExtractionState::Ready if report.needs_ocr => Some(self.next_for_scan(report)),
            ExtractionState::Ready if report.truncated => Some(said!(self.0,
                zh: "拆成几个文件再上传，后面的部分也能搜到。",
                en: "Split it into several files and upload them; the rest is found then, too.")),
            ExtractionState::Ready => None,
        };
        step.into_iter().collect()
    }

    fn next_for_scan(self, report: &ExtractionReport) -> String {
        if report.ocr.is_some_and(|pages| pages.waiting > 0) {
            return said!(self.0,
                zh: "等一会儿：机器识别完就能搜到里面的文字。",
                en: "Wait a while: its text is found once a machine has read it.");
        }
        said!(self.0,
            zh: "上传由文档直接导出的 PDF 或原来的 Word 文件；没有的话，把要紧的词写进简介或关键词。",
            en: "Upload a PDF exported from the document, or the document itself; failing that, put the words that matter into the description or the keywords.")
    }

    fn next_without_text(self, kind: Kind, report: &ExtractionReport) -> String {
        match kind {
            Kind::Video | Kind::Audio => self.next_for_film(report),
            _ if report.needs_ocr || report.ocr.is_some_and(|pages| pages.waiting > 0) => self.next_for_scan(report),
            _ => said!(self.0,
                zh: "把别人会用来搜的词写进标题、简介或关键词。",
                en: "Put the words that others would search for into the title, the description or the keywords."),
        }
    }

    fn next_after_fault(self, fault: ExtractionFault) -> String {
        match fault {
            ExtractionFault::Encrypted => said!(self.0,
                zh: "去掉密码后上传新版本。",
                en: "Upload a new version without the password."),
            ExtractionFault::Damaged => said!(self.0,
                zh: "在电脑上打开检查，另存一份再上传。",
                en: "Open it on your computer, save a sound copy and upload that."),
            ExtractionFault::Bomb | ExtractionFault::TimeLimit | ExtractionFault::MemoryLimit => said!(self.0,
                zh: "拆成几个小一些的文件再上传。",
                en: "Split it into several smaller files and upload those."),
            ExtractionFault::ReaderCrashed => said!(self.0,
                zh: "另存为 PDF 再上传一次；还不行请联系管理员。",
                en: "Save it as PDF and upload that; if it fails again, tell the administrator."),
            ExtractionFault::Unsupported => said!(self.0,
                zh: "另外附上一份 PDF 或 Word 文件，里面的文字就能搜到。",
                en: "Add a PDF or a Word document of it; the text in that is found."),
        }
    }

    /// How a word stands in a resource.
    pub fn how_it_stands(self, meeting: &TermMatch) -> String {
        let by = self.enumerated(&meeting.by);
        match meeting.how {
            MatchKind::Exact => said!(self.0, zh: "有", en: "It stands there."),
            MatchKind::Synonym => said!(self.0, zh: "只以别的说法出现：{by}", en: "Only by another name: {by}"),
            MatchKind::Sound => said!(self.0, zh: "只有读音相同的字", en: "Only by its sound"),
            MatchKind::Part => said!(self.0, zh: "只有其中一部分：{by}", en: "Only parts of it: {by}"),
            MatchKind::Missing => said!(self.0, zh: "没有", en: "It does not stand there."),
        }
    }

    /// "3 处"
    pub fn in_passages(self, n: usize) -> String {
        let noun = plural(n as u64, "place", "places");
        let n = grouped(n as u64);
        said!(self.0, zh: "文件里 {n} 处", en: "{n} {noun} in its files")
    }

    /// What a question comes to.
    pub fn verdict(self, verdict: FindabilityVerdict, total: usize) -> String {
        let resources = self.resources(total as u64);
        match verdict {
            FindabilityVerdict::Rank(rank) => said!(self.0,
                zh: "您这样搜能找到它：在 {resources}中排第 {rank}。",
                en: "You find it like this: it is number {rank} of {resources}."),
            FindabilityVerdict::Folded(rank) => said!(self.0,
                zh: "您这样搜能找到它：别的学校有内容几乎相同的资源，它和那一个合在一起，排第 {rank}（共 {resources}）。",
                en: "You find it like this: it says nearly the same as a resource of another school and is folded into that one, number {rank} of {resources}."),
            FindabilityVerdict::Beyond => said!(self.0,
                zh: "您这样搜能找到它，但要翻很久：在 {resources}中排在第 1,000 之后（>1000）。多写一两个它特有的词，就会靠前。",
                en: "You find it like this, far down: it is behind the first 1,000 of {resources} (>1000). One or two words more that only it has bring it forward."),
            FindabilityVerdict::NotFound if total == 0 => said!(self.0,
                zh: "您这样搜找不到它，也找不到别的资源。",
                en: "You do not find it like this, nor anything else."),
            FindabilityVerdict::NotFound => said!(self.0,
                zh: "您这样搜找不到它，找到的是另外 {resources}。",
                en: "You do not find it like this; you find {resources} without it."),
        }
    }

    /// Why it is no answer, and what helps. `words` are those that it is about.
    pub fn why_not_found(self, reason: ExclusionReason, words: &[String]) -> String {
        let words = self.enumerated(words);
        match reason {
            ExclusionReason::NotVisible => said!(self.0,
                zh: "它没有共享给您。",
                en: "It is not shared with you."),
            ExclusionReason::NotIndexed => said!(self.0,
                zh: "它的最新内容还没有写入索引。过一会儿再试。",
                en: "The index does not have its present state yet. Try again in a moment."),
            ExclusionReason::Excluded => said!(self.0,
                zh: "它里面有您不要的词：{words}。去掉前面的减号再试。",
                en: "It holds what you do not want: {words}. Leave the minus sign out and try again."),
            ExclusionReason::PhraseMissing => said!(self.0,
                zh: "引号里的话要一字不差，它里面没有：{words}。去掉引号再试。",
                en: "What stands in quotes is wanted to the letter and does not stand there: {words}. Leave the quotes out and try again."),
            ExclusionReason::TooFewWords => said!(self.0,
                zh: "它里面缺少这些词：{words}。少用几个词，或把它们写进它的标题、简介或关键词。",
                en: "It lacks these words: {words}. Use fewer words, or put them into its title, description or keywords."),
            ExclusionReason::NoWords => said!(self.0,
                zh: "您写的不是词，没有可以搜的。",
                en: "Nothing that you typed is a word."),
        }
    }

    /// "甲、乙"
    pub fn enumerated(self, words: &[String]) -> String {
        words.join(self.0.pick("、", ", "))
    }

    /// The name of the page of one resource.
    pub fn findability_of(self, title: &str) -> String {
        said!(self.0, zh: "“{title}”能不能搜到", en: "Is “{title}” found?")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_says_who_finds_it_and_what_would_change_that() {
        let whose = Whose {
            is_own: true,
            school: Some("第一技师学院"),
            status: Status::Draft,
            scope: Scope::City,
        };

        assert_eq!(
            PageWords(Lang::Zh).who_finds(whose),
            "只有您和本校管理员能找到它，因为它还是草稿。"
        );
        assert_eq!(
            PageWords(Lang::En).who_finds(whose),
            "Only you and your school's administrators can find it, because it is a draft."
        );
        assert!(PageWords(Lang::Zh).to_widen(whose).unwrap().contains("全市"));
    }

    #[test]
    fn what_everyone_finds_needs_no_widening() {
        let whose = Whose {
            is_own: false,
            school: None,
            status: Status::Published,
            scope: Scope::Public,
        };

        assert_eq!(PageWords(Lang::Zh).to_widen(whose), None);
    }

    #[test]
    fn a_film_without_subtitles_is_told_of_them() {
        let next =
            PageWords(Lang::Zh).next_for_file(Kind::Video, ExtractionState::NoText, &ExtractionReport::default());
        assert!(next[0].contains(".srt"));
        assert!(
            PageWords(Lang::Zh)
                .next_for_file(Kind::Pdf, ExtractionState::Ready, &ExtractionReport::default())
                .is_empty()
        );
    }
}
