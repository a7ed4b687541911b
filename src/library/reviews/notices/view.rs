//! Notices of infringement as their parties are told of them.

use data_encoding::BASE32_NOPAD;
use serde::Serialize;

use crate::db::entity::{account, rights_notice, rights_notice_step, school};
use crate::domain::id::{NoticeId, ResourceId};
use crate::domain::notice::{NoticeParty, NoticeState, NoticeStep};
use crate::domain::search::{NamedAccount, NamedRef, NamedSchool};
use crate::domain::time::Timestamp;

/// Characters of a number behind its day.
const NUMBER_CHARS: usize = 6;

/// A notice as it is told to whoever handles it, or shared the resource.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RightsNotice {
    /// Its id.
    pub id: NoticeId,
    /// What people call it by: `20261130-K7QF2M`.
    pub number: String,
    /// Where it stands.
    pub state: NoticeState,
    /// The resource that it is about.
    pub resource_id: ResourceId,
    /// What that was called when the notice was sent.
    pub resource_title: String,
    /// The school that it belonged to.
    pub school: Option<NamedSchool>,
    /// Who holds the right; empty once that is forgotten.
    pub sender_name: String,
    /// How to reach them: for whoever handles the notice alone, and until that is forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_contact: Option<String>,
    /// Which work the resource infringes.
    pub work: String,
    /// Why.
    pub statement: String,
    /// Every step, oldest first; in lists the last of each kind.
    pub steps: Vec<NoticeStepTaken>,
    /// The steps that the asker could take now.
    pub may: Vec<NoticeStep>,
    /// The page about it, as a path on this site.
    pub url: String,
    /// Counts every step; `seen` of the next one.
    pub revision: i64,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When its last step was taken.
    pub updated_at: Timestamp,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NoticeStepTaken {
    /// What was done.
    pub step: NoticeStep,
    /// By whom, for whoever handles the notice; whoever sent it has no account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<NamedAccount>,
    /// What was said with it.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// What whoever sent a notice is told of it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FollowedNotice {
    /// What people call it by.
    pub number: String,
    /// Where it stands.
    pub state: NoticeState,
    /// The page of the resource, as a path on this site.
    pub resource_url: String,
    /// Which work it infringes.
    pub work: String,
    /// Why.
    pub statement: String,
    /// Every step, oldest first.
    pub steps: Vec<NoticeStepTaken>,
    /// Whether an answer is waited for, or more can be said.
    pub may_answer: bool,
    /// When it was sent.
    pub created_at: Timestamp,
}

/// A notice that was just sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SentNotice {
    /// What people call it by.
    pub number: String,
    /// Where its sender sees what becomes of it, as a path on this site. Told once: whoever has it sees the notice.
    pub url: String,
}

pub(super) fn shown(
    row: rights_notice::Model,
    party: NoticeParty,
    steps: Vec<NoticeStepTaken>,
    school: Option<NamedSchool>,
    may: Vec<NoticeStep>,
) -> RightsNotice {
    let page = match party {
        NoticeParty::Handler => "/admin/notices",
        NoticeParty::Sender | NoticeParty::Uploader => "/notices",
    };
    RightsNotice {
        url: format!("{page}/{}", row.id),
        id: row.id,
        number: row.number,
        state: row.state,
        resource_id: row.resource_id,
        resource_title: row.resource_title,
        school,
        sender_name: row.sender_name,
        sender_contact: Some(row.sender_contact).filter(|_| party == NoticeParty::Handler),
        work: row.work,
        statement: row.statement,
        steps,
        may,
        revision: row.revision,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// A step without what was said.
pub(super) fn last_taken(step: NoticeStep, at: Timestamp) -> NoticeStepTaken {
    NoticeStepTaken {
        step,
        by: None,
        text: String::new(),
        at,
    }
}

pub(super) fn taken(row: rights_notice_step::Model, accounts: &[account::Model]) -> NoticeStepTaken {
    let by = row
        .account_id
        .and_then(|id| accounts.iter().find(|account| account.id == id));
    NoticeStepTaken {
        step: row.step,
        by: by.map(|account| NamedRef {
            id: account.id,
            code: None,
            name: account.display.clone(),
        }),
        text: row.text,
        at: row.at,
    }
}

pub(super) fn named_school(row: &school::Model) -> NamedSchool {
    NamedRef {
        id: row.id,
        code: Some(row.code.clone()),
        name: row.name.clone(),
    }
}

/// The day it was sent, and six characters of its id: nobody needs to guess another's, and everybody can read it out.
pub(super) fn number(id: NoticeId, now: Timestamp) -> String {
    let tail = BASE32_NOPAD.encode(&id.0.as_bytes()[10..]);
    format!("{}-{}", now.day().replace('-', ""), &tail[..NUMBER_CHARS])
}
