//! Words of the page of who met limits.

use super::{PageWords, plural};
use crate::domain::rate::RequestKind;
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        rates_admin: "限流" | "Rate limits";
        rates_lead: "谁在一分钟内请求太多、被请求稍候，按天合计，保留 30 天。限额在设置的 rates 一节；每个节点各自计数。" |
            "Who asked for too much in a minute and was told to wait, summed by day and kept for 30 days. The limits are in section rates of the settings; each node counts by itself.";
        limits_met: "达到限额的" | "Who met limits";
        limits_met_none: "没有人达到限额。" | "Nobody met a limit.";
        rates_gone: "已删除的账号" | "An account that is gone";
        shut_out: "暂停登录的地址" | "Addresses that are shut out";
        shut_out_none: "没有暂停登录的地址。" | "No address is shut out.";
        free_address: "解除" | "Let them try again";
        address_freed: "已解除，该地址可以继续登录。" | "Whoever sits there can sign in again.";
        unknown_proxy_short: "未登记的反向代理" | "A proxy that is not named";
    }

    /// "搜索"
    pub fn request_kind(self, kind: RequestKind) -> &'static str {
        match kind {
            RequestKind::SignIn => self.0.pick("登录", "Signing in"),
            RequestKind::Search => self.0.pick("搜索", "Searches"),
            RequestKind::Upload => self.0.pick("上传", "Uploads"),
            RequestKind::Rendering => self.0.pick("页面图片与预览", "Pictures and previews"),
            RequestKind::Packs => self.0.pick("资源包", "Packs"),
            RequestKind::Other => self.0.pick("其他请求", "Other requests"),
        }
    }

    /// "王敏 (wang) 的令牌"
    pub fn token_of(self, account: &str) -> String {
        said!(self.0, zh: "{account} 的令牌", en: "A token of {account}")
    }

    /// "第一技师学院的全部账号"
    pub fn all_of_school(self, school: &str) -> String {
        said!(self.0, zh: "{school}的全部账号合计", en: "All accounts of {school} together")
    }

    /// "超出 12 次"
    pub fn times_met(self, n: u64) -> String {
        let noun = plural(n, "request", "requests");
        said!(self.0, zh: "超出 {n} 次", en: "{n} {noun} too many")
    }

    /// "最近 2026-11-24 15:40"
    pub fn last_met(self, at: &str) -> String {
        said!(self.0, zh: "最近 {at}", en: "last {at}")
    }

    /// "尝试登录 60 次"
    pub fn sign_ins_tried(self, n: u64) -> String {
        let noun = plural(n, "attempt", "attempts");
        said!(self.0, zh: "尝试登录 {n} 次", en: "{n} {noun} to sign in")
    }

    /// "到 2026-11-24 15:40 为止"
    pub fn waits_until(self, at: &str) -> String {
        said!(self.0, zh: "到 {at} 为止", en: "until {at}")
    }

    /// "是没有登记的反向代理", after its address.
    pub fn proxy_is_unknown(self) -> String {
        said!(self.0, zh: "转来请求，但设置里没有登记这个代理", en: "sends requests on and is named by no setting")
    }

    /// What is to be done about a proxy that nobody told us of.
    pub fn unknown_proxy(self, address: &str, at: &str) -> String {
        said!(
            self.0,
            zh: "有请求经 {address} 转来（最近 {at}），但设置里没有登记这个反向代理，所以经它来的人都被当成同一个地址，会互相影响限流和登录。如果它是本站的反向代理，请在 server.trusted_proxies 中加入 \"{address}\" 并重启；如果不是，不必处理。",
            en: "Requests came by way of {address} (last {at}), which no setting names as a proxy, so that all who come by it look like one address and share its limits and attempts to sign in. If it is your reverse proxy, add \"{address}\" to server.trusted_proxies and restart; if it is not, nothing is to be done."
        )
    }
}
