//! Who asks: the account behind a request, and what it may do.

use crate::domain::authority::{Act, Authority, Reach};
use crate::domain::id::{AccountId, SchoolId, TokenId};
use crate::domain::role::{Role, TokenArea, TokenScope};
use crate::domain::search::Audience;

/// Somebody who asks the library for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account; nobody for a guest.
    pub account: Option<Member>,
    /// Where the request comes from, for the audit log.
    pub address: Option<String>,
    /// What makes the request act once, if its sender said so.
    pub once: Option<IdempotencyKey>,
}

/// A request's own name for itself: sent twice under it, it acts once.
///
/// It travels with whoever asks, because every act records in its own transaction who did it, and takes the key there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The client's `Idempotency-Key`.
    pub key: String,
    /// The SHA-256 of method, path and body: the same key with another request is a mistake.
    pub request_hash: String,
}

/// The account of somebody who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The account's id.
    pub id: AccountId,
    /// Its sign-in name.
    pub name: String,
    /// The name shown to others.
    pub display: String,
    /// What it is for.
    pub role: Role,
    /// Its school.
    pub school_id: Option<SchoolId>,
    /// How much of its rights this request carries; everything for a browser.
    pub token: TokenScope,
    /// What of others' own this request reads, where the account may; everything for a browser.
    pub areas: Vec<TokenArea>,
    /// What the forms of its session carry; none for a token.
    pub csrf: Option<String>,
    /// The token that the request carries; none for a session and the command line.
    pub token_id: Option<TokenId>,
}

impl Member {
    /// What they may do.
    pub fn authority(&self) -> Authority {
        Authority {
            account: self.id,
            role: self.role,
            school: self.school_id,
        }
    }

    /// Whether this request carries the account's right to do this.
    pub fn carries(&self, act: Act) -> bool {
        self.token.holds(act.token()) && act.area().is_none_or(|area| self.areas.contains(&area))
    }
}

impl Actor {
    /// Somebody who has not signed in.
    pub fn guest() -> Self {
        Self {
            account: None,
            address: None,
            once: None,
        }
    }

    /// The audiences the actor belongs to: what they may see is what is shown to one of these.
    pub fn audiences(&self) -> Vec<Audience> {
        let mut audiences = vec![Audience::Public];
        let Some(member) = &self.account else { return audiences };
        audiences.push(Audience::Owner(member.id));
        if member.authority().may_at_all(Act::ReadInternal) {
            audiences.push(Audience::City);
            audiences.extend(member.school_id.map(Audience::School));
        }
        audiences.extend(member.authority().reach(Act::Review).map(|reach| match reach {
            Reach::School(school) => Audience::SchoolAdmin(school),
            Reach::City => Audience::Reviewers,
        }));
        if member.authority().stands_in_for_schools() {
            audiences.push(Audience::Bureau);
        }
        audiences
    }

    /// Whether there is anything that the actor may do this with. Whether a token carries it is asked where it is done.
    pub fn may(&self, act: Act) -> bool {
        let member = self.account.as_ref();
        member.is_some_and(|member| member.authority().may_at_all(act))
    }

    /// How far the actor's lists of what an act is about reach.
    pub fn reach(&self, act: Act) -> Option<Reach> {
        self.account.as_ref()?.authority().reach(act)
    }

    /// The account's id.
    pub fn id(&self) -> Option<AccountId> {
        self.account.as_ref().map(|member| member.id)
    }
}
