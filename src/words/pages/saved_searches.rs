//! Words of saved searches and their feeds.

use super::{PageWords, grouped, plural};
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        saved: "已存搜索" | "Saved searches";
        save_search: "保存这个搜索" | "Save this search";
        save_it: "保存" | "Save";
        saved_name: "名称" | "Name";
        feed_of_search: "Atom 订阅" | "Atom feed";
        since_label: "更新" | "Changed";
        owner_label: "来自" | "From";
        saved_lead: "保存常用的搜索，回来时先看新的和改过的。" |
            "Keep the searches you come back to, and see first what is new or changed.";
        saved_empty: "还没有保存的搜索。" | "No searches saved yet.";
        saved_empty_more: "搜索之后，在结果页点“保存这个搜索”。" | "Search for something, then choose “Save this search” on the results page.";
        saved_done: "已保存。以后有新内容，会在这里显示个数。" | "Saved. What is new will be counted here.";
        saved_renamed: "已改名。" | "Renamed.";
        saved_removed: "已删除。" | "Deleted.";
        saved_seen: "已全部标为看过。" | "All marked as seen.";
        feed_ended: "订阅地址已停用。" | "The feed's address leads nowhere from now on.";
        no_news: "没有新内容" | "Nothing new";
        open_news: "查看新内容" | "See what is new";
        all_results: "全部结果" | "All results";
        saved_manage: "改名、订阅、删除" | "Rename, feed, delete";
        saved_rename: "改名" | "Rename";
        saved_delete: "删除" | "Delete";
        saved_delete_note: "订阅地址也会失效。以后可以再搜一次，重新保存。" | "Its feed ends with it. You can search again and save it anew.";
        feed_make: "生成订阅地址" | "Make a feed address";
        feed_renew: "换一个订阅地址" | "Make a new feed address";
        feed_renew_note: "旧地址马上失效，阅读器里要换成新的。" | "The old address ends at once; readers need the new one.";
        feed_renew_really: "确认换地址" | "Really renew";
        feed_end: "停用订阅地址" | "End the feed";
        feed_end_note: "阅读器马上收不到更新；以后可以再生成一个新地址。" | "Readers get no more news at once; a new address can be made later.";
        feed_end_really: "确认停用" | "Really end it";
        feed_note: "凭这个地址，阅读器不用登录就能看到您能看到的内容，请不要转给别人。换新地址后，旧地址马上失效。" |
            "With this address a feed reader sees what you may see, without signing in. Do not pass it on. A new address ends the old one at once.";
        feed_once: "订阅地址（只显示这一次，请现在复制到阅读器）" | "The feed's address, shown this once: copy it into your reader now";
    }

    /// "3 个新的或改过的"
    pub fn saved_news(self, n: u64) -> String {
        let n = grouped(n);
        said!(self.0, zh: "{n} 个新的或改过的", en: "{n} new or changed")
    }

    /// "自 2026-11-24 15:40 以来"
    pub fn since_moment(self, moment: &str) -> String {
        said!(self.0, zh: "自 {moment} 以来", en: "since {moment}")
    }

    /// "2026-11-24 15:40 看过"
    pub fn saved_seen_at(self, moment: &str) -> String {
        said!(self.0, zh: "{moment} 看过", en: "seen {moment}")
    }

    /// "2 项限定"
    pub fn saved_limits(self, n: u64) -> String {
        let noun = plural(n, "limit", "limits");
        said!(self.0, zh: "{n} 项限定", en: "{n} {noun}")
    }
}
