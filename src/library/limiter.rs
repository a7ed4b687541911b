//! Limits on costly work that people can ask for: so much side by side, fairly by school, and a queue with a bound.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::actor::Actor;
use crate::domain::address::network_of;
use crate::domain::id::{AccountId, SchoolId};
use crate::error::{Error, Refusal, Result};

/// Sharers that are remembered before those without work are forgotten.
const REMEMBERED: usize = 1_024;

/// Lets so much of one kind of work run side by side.
///
/// A school never has more than its share of it, and neither have the guests of an address, so that whoever sends a hundred
/// requests waits for themselves; and no more than a number of their requests wait, because each holds a connection. What
/// comes then is refused as busy.
#[derive(Debug)]
pub struct Limiter {
    all: Arc<Semaphore>,
    share: usize,
    queue: usize,
    sharers: Mutex<HashMap<Sharer, Arc<Share>>>,
}

/// Who has a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Sharer {
    /// All accounts of a school, wherever they are.
    School(SchoolId),
    /// An account of no school.
    Account(AccountId),
    /// All guests of an address.
    Address(Option<IpAddr>),
}

impl Sharer {
    fn of(actor: &Actor) -> Self {
        match &actor.account {
            Some(member) => member.school_id.map_or(Self::Account(member.id), Self::School),
            None => Self::Address(actor.network()),
        }
    }
}

/// One sharer's part and its place in the queue.
#[derive(Debug)]
struct Share {
    part: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

/// A place in the queue.
#[derive(Debug)]
pub struct QueuePermit {
    all: Arc<Semaphore>,
    share: Arc<Share>,
    place: OwnedSemaphorePermit,
}

/// Leave to work until it is dropped.
#[derive(Debug)]
pub struct Permit {
    // In this order: the place is given back last, after what it waited for.
    _all: OwnedSemaphorePermit,
    _share: Option<OwnedSemaphorePermit>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Limiter {
    /// At most `all` side by side, `share` of them for one sharer, of whose requests at most `queue` more wait.
    pub fn new(all: usize, share: usize, queue: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(all)),
            share,
            queue: queue + share,
            sharers: Mutex::default(),
        }
    }

    /// Waits for leave to work.
    pub async fn acquire(&self, actor: &Actor) -> Result<Permit> {
        self.enter(actor)?.permit().await
    }

    /// Waits for leave to do work of the service's own: its workers are few, and share nobody's queue.
    pub async fn acquire_own(&self) -> Result<Permit> {
        let all = Arc::clone(&self.all).acquire_owned().await;
        Ok(Permit {
            _all: all.map_err(Error::unexpected)?,
            _share: None,
            _place: None,
        })
    }

    /// Takes leave to work if nothing has to be waited for.
    pub fn try_acquire(&self, actor: &Actor) -> Result<Permit> {
        self.enter(actor)?.try_permit()
    }

    /// Takes a place in the queue, for those who have something else to wait for before they work.
    pub fn enter(&self, actor: &Actor) -> Result<QueuePermit> {
        let share = self.share(Sharer::of(actor));
        let place = Arc::clone(&share.queue)
            .try_acquire_owned()
            .map_err(|_| Refusal::Busy)?;
        Ok(QueuePermit {
            all: Arc::clone(&self.all),
            share,
            place,
        })
    }

    fn share(&self, sharer: Sharer) -> Arc<Share> {
        let mut sharers = self.sharers.lock().unwrap_or_else(PoisonError::into_inner);
        if sharers.len() >= REMEMBERED {
            sharers.retain(|_, share| share.is_at_work(self.queue));
        }
        let known = sharers.entry(sharer).or_insert_with(|| {
            Arc::new(Share {
                part: Arc::new(Semaphore::new(self.share)),
                queue: Arc::new(Semaphore::new(self.queue)),
            })
        });
        Arc::clone(known)
    }
}

impl Share {
    fn is_at_work(&self, queue: usize) -> bool {
        self.queue.available_permits() < queue
    }
}

impl QueuePermit {
    /// Waits for leave to work: first for one's own others, then for everybody's.
    pub async fn permit(self) -> Result<Permit> {
        // In the other order those who wait for their own share would hold everybody's places.
        let share = Arc::clone(&self.share.part).acquire_owned().await;
        let share = share.map_err(Error::unexpected)?;
        let all = self.all.acquire_owned().await.map_err(Error::unexpected)?;
        Ok(Permit {
            _all: all,
            _share: Some(share),
            _place: Some(self.place),
        })
    }

    fn try_permit(self) -> Result<Permit> {
        let share = Arc::clone(&self.share.part).try_acquire_owned();
        let share = share.map_err(|_| Refusal::Busy)?;
        let all = self.all.try_acquire_owned().map_err(|_| Refusal::Busy)?;
        Ok(Permit {
            _all: all,
            _share: Some(share),
            _place: Some(self.place),
        })
    }
}

impl Actor {
    /// Where the actor is, as far as addresses tell: everybody behind one together.
    pub(super) fn network(&self) -> Option<IpAddr> {
        let address = self.address.as_ref()?.parse().ok()?;
        Some(network_of(address))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::Limiter;
    use crate::actor::{Actor, Member};
    use crate::domain::id::{AccountId, SchoolId};
    use crate::domain::role::{Role, TokenScope};
    use crate::error::{Error, Refusal};

    fn at(address: &str) -> Actor {
        Actor {
            account: None,
            address: Some(address.to_owned()),
            once: None,
        }
    }

    fn is_busy<T>(answer: Result<T, Error>) -> bool {
        matches!(answer, Err(Error::Refused(refusal)) if matches!(*refusal, Refusal::Busy))
    }

    #[tokio::test]
    async fn who_asks_for_much_waits_for_themselves_and_not_others_for_them() {
        let limiter = Limiter::new(3, 2, 1);
        let (flood, other) = (at("192.0.2.1"), at("192.0.2.2"));

        let _first = limiter.acquire(&flood).await.unwrap();
        let second = limiter.acquire(&flood).await.unwrap();
        let third = limiter.enter(&flood).unwrap().permit();
        let mut third = std::pin::pin!(third);

        assert!(third.as_mut().now_or_never().is_none(), "it waits for the first two");
        assert!(is_busy(limiter.enter(&flood)), "one waits, so the next is told at once");
        assert!(is_busy(limiter.try_acquire(&flood)));
        assert!(limiter.acquire(&other).now_or_never().unwrap().is_ok());
        drop(second);
        assert!(third.now_or_never().unwrap().is_ok());
    }

    fn of_school(school: SchoolId, address: &str) -> Actor {
        let member = Member {
            id: AccountId::new(),
            name: "wang".to_owned(),
            display: "王敏".to_owned(),
            role: Role::Teacher,
            school_id: Some(school),
            token: TokenScope::Read,
            areas: Vec::new(),
            csrf: None,
            token_id: None,
        };
        Actor {
            account: Some(member),
            ..at(address)
        }
    }

    #[tokio::test]
    async fn a_school_has_one_share_wherever_its_people_are() {
        let limiter = Limiter::new(3, 1, 0);
        let (school, other) = (SchoolId::new(), SchoolId::new());

        let _first = limiter.acquire(&of_school(school, "192.0.2.1")).await.unwrap();

        assert!(is_busy(limiter.enter(&of_school(school, "192.0.2.9"))));
        assert!(limiter.try_acquire(&of_school(other, "192.0.2.1")).is_ok());
        assert!(limiter.try_acquire(&at("192.0.2.1")).is_ok(), "guests have their own");
    }

    #[tokio::test]
    async fn the_services_own_work_waits_in_nobodys_queue() {
        let limiter = Limiter::new(2, 1, 0);
        let (flood, other) = (at("192.0.2.1"), at("192.0.2.2"));

        let reading = limiter.acquire(&flood).await.unwrap();
        assert!(is_busy(limiter.enter(&flood)), "it has its share and may not wait");
        let _own = limiter
            .acquire_own()
            .now_or_never()
            .expect("nobody's queue is full")
            .unwrap();
        let waiting = limiter.acquire(&other);
        let mut waiting = std::pin::pin!(waiting);

        assert!(waiting.as_mut().now_or_never().is_none(), "two are at work");
        drop(reading);
        assert!(waiting.now_or_never().unwrap().is_ok());
    }

    #[tokio::test]
    async fn addresses_without_work_are_forgotten_and_those_with_work_are_not() {
        let limiter = Limiter::new(2_000, 1, 0);
        let busy = at("192.0.2.1");
        let _at_work = limiter.acquire(&busy).await.unwrap();

        for number in 0..3_000_u32 {
            let address = std::net::Ipv4Addr::from(0x0a00_0000 + number);
            drop(limiter.acquire(&at(&address.to_string())).await.unwrap());
        }

        assert!(limiter.sharers.lock().unwrap().len() <= super::REMEMBERED);
        assert!(is_busy(limiter.enter(&busy)));
    }
}
