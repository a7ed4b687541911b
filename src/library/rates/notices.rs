//! Who met limits, and proxies that nobody told us of: added up in memory, written together, shown to those who run things.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::actor::Actor;
use crate::db::{door_notices, entity, people};
use crate::domain::authority::Act;
use crate::domain::id::{AccountId, SchoolId, TokenId};
use crate::domain::rate::{NoticeKind, RateSubject, RequestKind};
use crate::domain::search::{NamedRef, NamedSchool};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::library::authority::{expect_city, reach, who_may};
use crate::library::paging::{self, Page};
use crate::library::rates::{LimitMet, Rates, Requester};

/// Kinds of notices that wait to be written at most; further ones are not noted.
const MOST_WAITING: usize = 1_000;
/// A proxy that nobody told us of is noted once in so many milliseconds: every request comes by it.
const PROXY_EVERY: i64 = 1_000;

/// What was noticed, and of whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Notice {
    what: NoticeKind,
    kind: Option<RequestKind>,
    subject: Option<RateSubject>,
    account: Option<AccountId>,
    token: Option<TokenId>,
    school: Option<SchoolId>,
    address: Option<IpAddr>,
}

/// How often.
#[derive(Debug, Clone, Copy)]
struct NoticeCount {
    times: i64,
    first_at: Timestamp,
    last_at: Timestamp,
}

/// Notices that wait to be written.
#[derive(Debug, Default)]
pub(super) struct PendingNotices(Mutex<HashMap<Notice, NoticeCount>>);

impl PendingNotices {
    fn add(&self, notice: Notice, count: NoticeCount) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST_WAITING && !waiting.contains_key(&notice) {
            return;
        }
        let known = waiting.entry(notice).or_insert(NoticeCount { times: 0, ..count });
        known.times += count.times;
        known.first_at = known.first_at.min(count.first_at);
        known.last_at = known.last_at.max(count.last_at);
    }

    fn take(&self) -> HashMap<Notice, NoticeCount> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An account as it is named to those who run things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NoticedAccount {
    /// Its id.
    pub id: AccountId,
    /// The sign-in name.
    pub name: String,
    /// The name shown to others.
    pub display: String,
}

/// Something that was noticed at the door, summed over a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DoorNotice {
    /// What.
    pub what: NoticeKind,
    /// What was asked for, where a limit was met.
    pub kind: Option<RequestKind>,
    /// Whom it was counted for.
    pub by: Option<RateSubject>,
    /// The account, also where one of its tokens met the limit; none where the asker does not see who has one.
    pub account: Option<NoticedAccount>,
    /// The token.
    pub token: Option<TokenId>,
    /// The school, also of an account.
    pub school: Option<NamedSchool>,
    /// The address of guests or of a proxy.
    pub address: Option<String>,
    /// How often.
    pub times: u64,
    /// When first on that day.
    pub first_at: Timestamp,
    /// When last.
    pub last_at: Timestamp,
}

impl Rates {
    /// Notes who met a limit.
    pub(super) fn notice_limit(&self, who: Requester, met: &LimitMet) {
        let subject = met.standing.subject;
        let mut notice = Notice {
            what: NoticeKind::Limit,
            kind: Some(met.standing.kind),
            subject: Some(subject),
            account: None,
            token: None,
            school: None,
            address: None,
        };
        match who {
            Requester::Guest(address) => notice.address = Some(address),
            Requester::Member { account, token, school } => {
                notice.school = school;
                notice.account = (subject != RateSubject::School).then_some(account);
                notice.token = token.filter(|_| subject == RateSubject::Token);
            }
        }
        self.notice(notice);
    }

    /// Notes that a request came by a proxy that nobody told us of.
    pub fn notice_unknown_proxy(&self, proxy: IpAddr) {
        use std::sync::atomic::Ordering::Relaxed;
        let (now, last) = (self.library_clock.now().0, self.proxy_noticed_at.load(Relaxed));
        let is_due = now.abs_diff(last) >= PROXY_EVERY.unsigned_abs();
        // Of those who come at one moment, one notes it: all others take no lock.
        if !is_due
            || self
                .proxy_noticed_at
                .compare_exchange(last, now, Relaxed, Relaxed)
                .is_err()
        {
            return;
        }
        if last == 0 {
            tracing::warn!(
                "requests come by a proxy that `server.trusted_proxies` does not name; the page /admin/rates says by which"
            );
        }
        self.notice(Notice {
            what: NoticeKind::UnknownProxy,
            kind: None,
            subject: None,
            account: None,
            token: None,
            school: None,
            address: Some(proxy),
        });
    }

    fn notice(&self, notice: Notice) {
        let now = self.library_clock.now();
        let once = NoticeCount {
            times: 1,
            first_at: now,
            last_at: now,
        };
        self.notices.add(notice, once);
    }

    /// Writes down what was noticed, and forgets whoever has their whole limit again.
    pub async fn keep(&self) -> Result<()> {
        self.forget_idle();
        let waiting = self.notices.take();
        if waiting.is_empty() {
            return Ok(());
        }
        let rows = waiting.iter().map(|(notice, count)| row(notice, count)).collect();
        let written = self.db.write(async |tx| door_notices::add(tx, rows).await).await;
        if written.is_err() {
            for (notice, count) in waiting {
                self.notices.add(notice, count);
            }
        }
        written
    }

    /// A page of what was noticed, as far as the actor sees; the newest comes first.
    pub async fn notices(&self, actor: &Actor, cursor: Option<&str>, limit: u64) -> Result<Page<DoorNotice>> {
        let reach = reach(actor, Act::Oversee)?;
        let conn = self.db.read();
        let after = cursor.map(read_cursor).transpose()?;
        let rows = door_notices::page(conn, reach.school(), after.as_ref(), limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |last| format!("{}:{}", last.last_at.0, last.key));
        // Who has an account is told only to tokens that were made for it.
        let names_people = who_may(actor, Act::SeeAccounts).is_ok();
        let named = rows.iter().filter(|_| names_people).filter_map(|row| row.account_id);
        let accounts = people::accounts_by_id(conn, named.collect()).await?;
        let schools = people::schools_by_id(conn, rows.iter().filter_map(|row| row.school_id).collect()).await?;
        let items = rows.into_iter().filter_map(|row| shown(row, &accounts, &schools));
        Ok(Page {
            items: items.collect(),
            next_cursor,
        })
    }

    /// The proxy that nobody told us of by which a request came last since a moment, and when; for those who see the whole
    /// city.
    pub async fn unknown_proxy(&self, actor: &Actor, since: Timestamp) -> Result<Option<(String, Timestamp)>> {
        expect_city(actor, Act::Oversee)?;
        self.last_unknown_proxy(since).await
    }

    /// The same, for the operator's command line.
    pub async fn last_unknown_proxy(&self, since: Timestamp) -> Result<Option<(String, Timestamp)>> {
        let row = door_notices::last_of(self.db.read(), NoticeKind::UnknownProxy.code(), since).await?;
        Ok(row.and_then(|row| Some((row.address?, row.last_at))))
    }
}

fn row(notice: &Notice, count: &NoticeCount) -> entity::door_notice::Model {
    let (kind, subject) = (
        notice.kind.map(RequestKind::code),
        notice.subject.map(RateSubject::code),
    );
    let address = notice.address.map(|address| address.to_string());
    let whose = match notice.subject {
        Some(RateSubject::Account) => notice.account.map(|id| id.to_string()),
        Some(RateSubject::Token) => notice.token.map(|id| id.to_string()),
        Some(RateSubject::School) => notice.school.map(|id| id.to_string()),
        Some(RateSubject::Address) | None => address.clone(),
    };
    let parts = [
        Some(count.last_at.day()),
        Some(notice.what.code().to_owned()),
        kind.map(str::to_owned),
        subject.map(str::to_owned),
        whose,
    ];
    entity::door_notice::Model {
        key: parts.into_iter().flatten().collect::<Vec<_>>().join(" "),
        what: notice.what.code().to_owned(),
        kind: kind.map(str::to_owned),
        subject: subject.map(str::to_owned),
        account_id: notice.account,
        token_id: notice.token,
        school_id: notice.school,
        address,
        times: count.times,
        first_at: count.first_at,
        last_at: count.last_at,
    }
}

/// What a row says; none for one that a newer version of the program wrote.
fn shown(
    row: entity::door_notice::Model,
    accounts: &[entity::account::Model],
    schools: &[entity::school::Model],
) -> Option<DoorNotice> {
    let account = accounts.iter().find(|account| Some(account.id) == row.account_id);
    let school = schools.iter().find(|school| Some(school.id) == row.school_id);
    Some(DoorNotice {
        what: NoticeKind::of_code(&row.what)?,
        kind: row.kind.as_deref().and_then(RequestKind::of_code),
        by: row.subject.as_deref().and_then(RateSubject::of_code),
        account: account.map(|account| NoticedAccount {
            id: account.id,
            name: account.name.clone(),
            display: account.display.clone(),
        }),
        token: row.token_id,
        school: school.map(|school| NamedRef {
            id: school.id,
            code: Some(school.code.clone()),
            name: school.name.clone(),
        }),
        address: row.address,
        times: row.times.unsigned_abs(),
        first_at: row.first_at,
        last_at: row.last_at,
    })
}

fn read_cursor(cursor: &str) -> Result<door_notices::NoticeCursor> {
    let parsed = cursor
        .split_once(':')
        .and_then(|(at, key)| Some((Timestamp(at.parse().ok()?), key.to_owned())));
    parsed.ok_or_else(|| Refusal::BadCursor.into())
}
