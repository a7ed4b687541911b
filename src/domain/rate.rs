//! How much may be asked for: kinds of requests, whom they are counted for, and how many of each there are in a minute.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::code::codes;

/// The time that limits are counted in.
pub const WINDOW: Duration = Duration::from_mins(1);

/// How long it is kept who met limits. Addresses are among it.
pub const NOTICES_KEPT: Duration = Duration::from_hours(30 * 24);
/// The most lines that are kept of it: the newest.
pub const MOST_NOTICES: u64 = 20_000;

/// A proxy that nobody told us of, and that nothing came by for so long, is gone.
pub const PROXY_SEEN_WITHIN: Duration = Duration::from_hours(24);

/// What packs are counted by: their bytes are the work, so that a pull of a hundred thousand small files is no more than
/// one of a large one. Each request counts for one at least.
pub const PACK_UNIT_BYTES: u64 = 64 << 10;

/// Units of a mebibyte.
const PACK_UNITS_PER_MIB: u64 = (1 << 20) / PACK_UNIT_BYTES;

/// What a request asks for, as far as limits go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RequestKind {
    /// Has a password compared or changed.
    SignIn,
    /// Searches, and completions of what is typed.
    Search,
    /// Brings files.
    Upload,
    /// Has something made of a file: page pictures, thumbnails, subtitles, members of archives.
    Rendering,
    /// Fetches what packs consist of: lists, files, archives.
    Packs,
    /// Everything else.
    Other,
}

codes!(
    RequestKind:
    SignIn "sign-in",
    Search "search",
    Upload "upload",
    Rendering "rendering",
    Packs "packs",
    Other "other",
);

/// Whom requests are counted for. Those of somebody who has signed in are never counted for an address: a whole school
/// stands behind one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RateSubject {
    /// An account, with all its sessions and tokens.
    Account,
    /// One token of an account.
    Token,
    /// All accounts of a school.
    School,
    /// All guests of an address, and those who try to be somebody.
    Address,
}

codes!(RateSubject: Account "account", Token "token", School "school", Address "address");

/// What the door notices and tells those who run things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// A limit was met.
    Limit,
    /// A request came by a proxy that `server.trusted_proxies` does not name, so that all who come by it look like one.
    UnknownProxy,
}

codes!(NoticeKind: Limit "limit", UnknownProxy "unknown-proxy");

/// How much each may ask for in a minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimits {
    /// Requests of an account by kind, in the order of [`RequestKind::ALL`], of packs mebibytes; 0: no limit.
    pub per_account: [u32; RequestKind::ALL.len()],
    /// How many hundredths of that one token has; 0: tokens are not counted by themselves.
    pub token_percent: u32,
    /// As much as how many accounts a school has; 0: schools are not counted.
    pub school_times: u32,
    /// As much as how many accounts the guests of an address have; 0: addresses are not counted.
    pub address_times: u32,
}

impl RateLimits {
    /// The units that a subject has in a minute; none where there is no limit.
    pub fn of(&self, kind: RequestKind, subject: RateSubject) -> Option<NonZeroU32> {
        let set = u64::from(self.per_account[kind as usize]);
        let account = set
            * if kind == RequestKind::Packs {
                PACK_UNITS_PER_MIB
            } else {
                1
            };
        let units = match subject {
            RateSubject::Account => account,
            RateSubject::Token if self.token_percent == 0 => 0,
            RateSubject::Token => (account * u64::from(self.token_percent) / 100).max(account.min(1)),
            RateSubject::School => account.saturating_mul(self.school_times.into()),
            RateSubject::Address => account.saturating_mul(self.address_times.into()),
        };
        NonZeroU32::new(u32::try_from(units).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_has_follows_from_what_an_account_has() {
        let limits = RateLimits {
            per_account: [1, 10, 0, 4_000_000_000, 3, 1],
            token_percent: 50,
            school_times: 20,
            address_times: 0,
        };
        let of = |kind, subject| limits.of(kind, subject).map(NonZeroU32::get);

        assert_eq!(of(RequestKind::Search, RateSubject::Account), Some(10));
        assert_eq!(of(RequestKind::Search, RateSubject::Token), Some(5));
        assert_eq!(of(RequestKind::Search, RateSubject::School), Some(200));
        assert_eq!(of(RequestKind::Search, RateSubject::Address), None);
        // A limit that is set is not rounded away, and one that is not set is none for anybody.
        assert_eq!(of(RequestKind::SignIn, RateSubject::Token), Some(1));
        assert_eq!(of(RequestKind::Upload, RateSubject::School), None);
        assert_eq!(of(RequestKind::Upload, RateSubject::Token), None);
        assert_eq!(of(RequestKind::Rendering, RateSubject::School), Some(u32::MAX));
        assert_eq!(of(RequestKind::Packs, RateSubject::Account), Some(48));
    }
}
