//! Words of the synonyms' page.

use super::{PageWords, grouped};
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        synonyms: "同义词" | "Synonyms";
        synonyms_lead: "同一事物的不同叫法。搜其中一个词，写着其他词的资源也会找到。改动马上对下一次搜索生效。" |
            "Different names for the same thing: who searches for one finds the others. A change counts for the very next search.";
        synonyms_city: "全市通用" | "The whole city";
        synonyms_school: "本校" | "This school";
        synonyms_whose: "哪一级的同义词" | "Whose synonyms";
        synonyms_empty: "这里还没有同义词。" | "No synonyms here yet.";
        synonyms_not_found: "没有包含这些字的词。" | "No word holds this text.";
        synonyms_filter: "在词里搜索" | "Find a word";
        synonyms_filter_go: "搜索" | "Find";
        synonyms_add: "新增一组" | "Add a group";
        synonyms_edit: "修改这一组" | "Change the group";
        synonym_words: "词" | "Words";
        synonym_words_note: "2 到 20 个词，一行一个；也可以写在一行里，用“=”或“、”隔开。" |
            "2 to 20 words, one a line; or all in one line with “=” between them.";
        synonym_remark: "备注" | "Remark";
        synonym_add_go: "添加" | "Add";
        synonym_save: "保存修改" | "Save";
        synonym_cancel: "不改了" | "Cancel";
        synonym_change: "修改" | "Change";
        synonym_delete_note: "下一次搜索就不用它了；以后可以再添加。" | "The next search does without it; it can be added again.";
        synonym_delete_really: "确认删除" | "Really delete";
        synonyms_added: "已添加，下一次搜索就生效。" | "Added. The next search is read with it.";
        synonyms_saved: "已修改，下一次搜索就生效。" | "Changed. The next search is read with it.";
        synonyms_removed: "已删除。" | "Deleted.";
        try_it: "试一试" | "Try it";
        try_it_label: "输入一个问题，看系统怎么理解" | "Type a question to see how it is read";
        try_go: "看看" | "Show";
        read_none: "没有用到同义词。" | "No synonyms are used.";
        read_also: "也找" | "also";
        read_words: "其余的词" | "Other words";
        read_phrases: "原样搜索" | "To the letter";
        read_excluded: "不要" | "Without";
        try_search: "用它搜索" | "Search for it";
        synonym_by: "修改人" | "Changed by";
        synonym_shipped: "系统自带" | "Came with the program";
    }

    /// "修改“课件”这一组"
    pub fn edit_group(self, first: &str) -> String {
        said!(self.0, zh: "修改“{first}”这一组", en: "Change the group “{first}”")
    }

    /// "删除“课件”这一组"
    pub fn delete_group(self, first: &str) -> String {
        said!(self.0, zh: "删除“{first}”这一组", en: "Delete the group “{first}”")
    }

    /// "第 2 个词：重复了"
    pub fn word_fault(self, number: usize, fault: &str) -> String {
        let number = grouped(number as u64);
        said!(self.0, zh: "第 {number} 个词：{fault}", en: "Word {number}: {fault}")
    }
}
