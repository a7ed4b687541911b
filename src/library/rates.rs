//! How much may be asked for in a minute, by whom: one token bucket (GCRA, by `governor`) for each kind of request and each
//! account, token, school or address.
//!
//! Each process counts by itself, in memory: of several nodes each lets so much through. An admitted request takes no lock
//! that all take: the buckets lie in shards, and each is one number that is compared and swapped.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::AtomicI64;
use std::time::{Duration, Instant};

use governor::clock::Clock as _;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::{Quota, RateLimiter};
use metrics::counter;

use crate::actor::Member;
use crate::clock::Clock;
use crate::db::Db;
use crate::domain::address::network_of;
use crate::domain::id::{AccountId, SchoolId, TokenId};
use crate::domain::rate::{RateSubject, RequestKind, WINDOW};
use crate::error::Refusal;
use crate::library::Base;
use crate::library::rates::bounded_keys::BoundedKeys;
use crate::library::rates::notices::PendingNotices;
use crate::telemetry::metric;

mod bounded_keys;
pub mod notices;

/// A bucket for each of one kind of subject.
type Buckets = RateLimiter<u128, BoundedKeys, RateClock, StateInformationMiddleware>;

/// Whom a request counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Requester {
    /// Somebody who has signed in, wherever they are.
    Member {
        /// The account.
        account: AccountId,
        /// The token that the request carries, if it does.
        token: Option<TokenId>,
        /// The account's school.
        school: Option<SchoolId>,
    },
    /// Everybody else behind one address.
    Guest(IpAddr),
}

/// The limit that a requester is nearest to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateStanding {
    /// What was asked for.
    pub kind: RequestKind,
    /// Whom it is counted for.
    pub subject: RateSubject,
    /// The units that they have in a minute.
    pub quota: NonZeroU32,
    /// How many are left.
    pub remaining: u32,
}

/// A limit that was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitMet {
    /// The limit, of which nothing is left.
    pub standing: RateStanding,
    /// When one more is let through, if nobody else takes it.
    pub retry_after: Duration,
}

/// Counts requests, and says when there are too many.
#[derive(Debug)]
pub struct Rates {
    db: Db,
    library_clock: Clock,
    clock: RateClock,
    buckets: [[Option<SubjectLimit>; RateSubject::ALL.len()]; RequestKind::ALL.len()],
    /// Who met limits, until it is written down.
    notices: PendingNotices,
    proxy_noticed_at: AtomicI64,
}

#[derive(Debug)]
struct SubjectLimit {
    quota: NonZeroU32,
    buckets: Buckets,
}

/// The time as limits count it: it never goes back when the machine's clock is put right, and a test that moves the
/// library's clock moves it.
#[derive(Debug, Clone)]
struct RateClock {
    begun: Instant,
    moved: Clock,
}

impl governor::clock::Clock for RateClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        (self.begun.elapsed() + self.moved.ahead()).into()
    }
}

impl Requester {
    /// Whom a request counts for that was sent by this account, or by nobody who is known.
    pub fn of(member: Option<&Member>, address: IpAddr) -> Self {
        match member {
            Some(member) => Self::Member {
                account: member.id,
                token: member.token_id,
                school: member.school_id,
            },
            None => Self::Guest(network_of(address)),
        }
    }

    /// Somebody who is not signed in, in a browser in which this account was.
    pub fn known(account: AccountId) -> Self {
        Self::Member {
            account,
            token: None,
            school: None,
        }
    }

    /// What it is counted by, the narrowest first.
    fn keys(self) -> [Option<(RateSubject, u128)>; 3] {
        match self {
            Self::Member { account, token, school } => [
                token.map(|id| (RateSubject::Token, id.0.as_u128())),
                Some((RateSubject::Account, account.0.as_u128())),
                school.map(|id| (RateSubject::School, id.0.as_u128())),
            ],
            Self::Guest(IpAddr::V4(address)) => [
                Some((RateSubject::Address, address.to_ipv6_mapped().to_bits())),
                None,
                None,
            ],
            Self::Guest(IpAddr::V6(address)) => [Some((RateSubject::Address, address.to_bits())), None, None],
        }
    }
}

impl RateStanding {
    /// When all of it is there again, if nothing more is asked for.
    pub fn full_in(&self) -> Duration {
        let used = self.quota.get() - self.remaining.min(self.quota.get());
        WINDOW * used / self.quota.get()
    }
}

impl From<LimitMet> for Refusal {
    fn from(met: LimitMet) -> Self {
        Self::TooManyRequests {
            kind: met.standing.kind,
            subject: met.standing.subject,
            retry_after: met.retry_after,
        }
    }
}

impl Rates {
    pub(super) fn new(base: &Base) -> Self {
        let clock = RateClock {
            begun: Instant::now(),
            moved: base.clock.clone(),
        };
        let limit = |kind, subject| {
            let quota = base.rules.rates.of(kind, subject)?;
            let buckets = RateLimiter::new(Quota::per_minute(quota), BoundedKeys::default(), clock.clone());
            Some(SubjectLimit { quota, buckets })
        };
        Self {
            db: base.db.clone(),
            library_clock: base.clock.clone(),
            notices: PendingNotices::default(),
            proxy_noticed_at: AtomicI64::new(0),
            buckets: RequestKind::ALL.map(|kind| RateSubject::ALL.map(|subject| limit(kind, subject))),
            clock: clock.clone(),
        }
    }

    /// Counts a request; says which limit it came nearest to, or which it met. What meets a limit has been counted for the
    /// narrower ones.
    pub fn count(&self, kind: RequestKind, who: Requester) -> Result<Option<RateStanding>, LimitMet> {
        let counted = self.count_each(kind, who);
        if let Err(met) = &counted {
            counter!(metric::RATE_LIMITED, "kind" => kind.code(), "by" => met.standing.subject.code()).increment(1);
            self.notice_limit(who, met);
        }
        counted
    }

    fn count_each(&self, kind: RequestKind, who: Requester) -> Result<Option<RateStanding>, LimitMet> {
        let mut nearest: Option<RateStanding> = None;
        for (subject, key) in who.keys().into_iter().flatten() {
            let Some(limit) = self.limit(kind, subject) else {
                continue;
            };
            let remaining = limit.take_one(key, self.clock.now()).map_err(|retry_after| LimitMet {
                standing: limit.standing(kind, subject, 0),
                retry_after,
            })?;
            let standing = limit.standing(kind, subject, remaining);
            if nearest.is_none_or(|nearest| standing.is_nearer_than(&nearest)) {
                nearest = Some(standing);
            }
        }
        Ok(nearest)
    }

    /// Counts so many units more for what was let through, as far as there are any left: what has begun is not taken back,
    /// and whoever asks next waits.
    pub fn charge(&self, kind: RequestKind, who: Requester, units: u32) {
        for (subject, key) in who.keys().into_iter().flatten() {
            if let Some(limit) = self.limit(kind, subject) {
                limit.take_what_is_left(key, units);
            }
        }
    }

    fn forget_idle(&self) {
        for limit in self.buckets.iter().flatten().flatten() {
            limit.buckets.retain_recent();
        }
    }

    fn limit(&self, kind: RequestKind, subject: RateSubject) -> Option<&SubjectLimit> {
        self.buckets[kind as usize][subject as usize].as_ref()
    }
}

impl RateStanding {
    fn is_nearer_than(&self, other: &Self) -> bool {
        u64::from(self.remaining) * u64::from(other.quota.get())
            < u64::from(other.remaining) * u64::from(self.quota.get())
    }
}

impl SubjectLimit {
    fn standing(&self, kind: RequestKind, subject: RateSubject, remaining: u32) -> RateStanding {
        RateStanding {
            kind,
            subject,
            quota: self.quota,
            remaining,
        }
    }

    /// How many are left after one more, or how long that one has to wait.
    fn take_one(&self, key: u128, now: Nanos) -> Result<u32, Duration> {
        let taken = self.buckets.check_key(&key);
        taken
            .map(|state| state.remaining_burst_capacity())
            .map_err(|until| until.wait_time_from(now))
    }

    fn take_what_is_left(&self, key: u128, units: u32) {
        let is_taken = |units| matches!(self.buckets.check_key_n(&key, units), Ok(Ok(_)));
        let (mut left, mut step) = (units, units);
        while let Some(some) = NonZeroU32::new(step) {
            if is_taken(some) {
                left -= some.get();
            } else {
                step /= 2;
            }
            step = step.min(left);
        }
    }
}
