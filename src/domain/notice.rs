//! Notices of infringement 侵权通知, and what becomes of them: Regulation on the Protection of the Right of Communication
//! through Information Networks 信息网络传播权保护条例, articles 14 to 17.
//!
//! | step | by whom | from | to |
//! |---|---|---|---|
//! | send | anybody | | received |
//! | ask | who handles it | received | asked |
//! | answer | who sent it | received, asked | received |
//! | reject | who handles it | received, asked | rejected |
//! | take down | who handles it | received, asked | taken down |
//! | counter | who shared it | taken down | countered |
//! | restore | who handles it | taken down, countered | restored |

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::code::codes;
use super::fault::{FaultKind, FieldFault};
use super::form::FieldReader;
use super::id::ResourceId;

/// The most notices on one resource that nobody has decided on: a flood of them is one case.
pub const MAX_OPEN: u64 = 20;
/// The most steps of a notice.
pub const MAX_STEPS: u64 = 200;
/// After so many steps its sender says nothing more, so that those who handle it can.
pub const MAX_STEPS_BEFORE_ANSWER: u64 = 100;
/// The longest name or way to reach somebody, in characters.
pub const MAX_CONTACT_CHARS: usize = 200;
/// The longest statement or answer, in characters.
pub const MAX_STATEMENT_CHARS: usize = 5_000;

/// Where a notice stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum NoticeState {
    /// It waits for whoever handles it.
    Received,
    /// Who sent it was asked for more.
    Asked,
    /// The resource was taken down.
    TakenDown,
    /// Who shared the resource says that it infringes nothing.
    Countered,
    /// The resource is back.
    Restored,
    /// The notice was rejected: the resource stays.
    Rejected,
}

codes!(
    NoticeState:
    Received "received",
    Asked "asked",
    TakenDown "taken-down",
    Countered "countered",
    Restored "restored",
    Rejected "rejected",
);

/// What was done about a notice.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum NoticeStep {
    /// It was sent.
    Send,
    /// More was asked for.
    Ask,
    /// Who sent it answered.
    Answer,
    /// It was rejected.
    Reject,
    /// The resource was taken down.
    TakeDown,
    /// Who shared the resource objected.
    Counter,
    /// The resource was brought back.
    Restore,
}

codes!(
    NoticeStep:
    Send "send",
    Ask "ask",
    Answer "answer",
    Reject "reject",
    TakeDown "take-down",
    Counter "counter",
    Restore "restore",
);

/// Who takes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeParty {
    /// Whoever sent the notice, by its secret link.
    Sender,
    /// Whoever handles it.
    Handler,
    /// Whoever shared the resource, or looks after its school's.
    Uploader,
}

impl NoticeStep {
    /// Who takes it.
    pub fn party(self) -> NoticeParty {
        match self {
            Self::Send | Self::Answer => NoticeParty::Sender,
            Self::Ask | Self::Reject | Self::TakeDown | Self::Restore => NoticeParty::Handler,
            Self::Counter => NoticeParty::Uploader,
        }
    }

    /// Whether it needs a reason in words.
    pub fn needs_text(self) -> bool {
        !matches!(self, Self::TakeDown | Self::Restore)
    }
}

impl NoticeState {
    /// Where a step leads from here; nowhere, where it cannot be taken.
    pub fn after(self, step: NoticeStep) -> Option<Self> {
        use NoticeState::{Asked, Countered, Received, Rejected, Restored, TakenDown};
        match (step, self) {
            (NoticeStep::Ask, Received) => Some(Asked),
            (NoticeStep::Answer, Received | Asked) => Some(Received),
            (NoticeStep::Reject, Received | Asked) => Some(Rejected),
            (NoticeStep::TakeDown, Received | Asked) => Some(TakenDown),
            (NoticeStep::Counter, TakenDown) => Some(Countered),
            (NoticeStep::Restore, TakenDown | Countered) => Some(Restored),
            _ => None,
        }
    }

    /// The steps of a party that can be taken from here.
    pub fn steps(self, party: NoticeParty) -> Vec<NoticeStep> {
        let of_party = NoticeStep::ALL.into_iter().filter(|step| step.party() == party);
        of_party.filter(|step| self.after(*step).is_some()).collect()
    }

    /// Whether it waits for whoever handles notices.
    pub fn waits(self) -> bool {
        matches!(self, Self::Received | Self::Countered)
    }

    /// Whether nobody has decided on it yet.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Received | Self::Asked)
    }
}

/// A notice as somebody sends it (article 14).
#[derive(Debug, Clone, PartialEq, Eq, utoipa::ToSchema)]
#[schema(as = NoticeBody, description = "A notice of infringement; the schema of its JSON.")]
pub struct NewNotice {
    /// The address of the resource's page, or its id.
    #[schema(rename = "link", value_type = String)]
    pub resource: ResourceId,
    /// Who holds the right: a person's or an organisation's name, up to 200 characters.
    pub name: String,
    /// How to reach them: telephone, e-mail, postal address, up to 200 characters.
    pub contact: String,
    /// Which work it infringes, up to 200 characters.
    pub work: String,
    /// Why, and what shows that the right is theirs, up to 5,000 characters.
    pub statement: String,
    /// `true`: whoever sends it answers for its being true.
    #[schema(rename = "is_true", value_type = bool)]
    pub is_vouched: (),
}

impl NewNotice {
    /// Parses the JSON of a new one.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let link = reader.required("link", 2 * MAX_CONTACT_CHARS);
        let resource = linked(&link);
        if resource.is_none() && !link.is_empty() {
            let expected = "the address of a resource's page";
            reader.fault("link", FaultKind::Malformed { expected });
        }
        let name = reader.required("name", MAX_CONTACT_CHARS);
        let contact = reader.required("contact", MAX_CONTACT_CHARS);
        let work = reader.required("work", MAX_CONTACT_CHARS);
        let statement = reader.required("statement", MAX_STATEMENT_CHARS);
        if !reader.flag("is_true") {
            reader.fault("is_true", FaultKind::Required);
        }
        reader.refuse_others();
        reader.finish(|| Self {
            resource: resource.expect("no fault, so it was read"),
            name,
            contact,
            work,
            statement,
            is_vouched: (),
        })
    }
}

/// The resource that an address leads to: `https://library.example.org/r/018f…?page=3`, `/r/018f…`, or the id alone.
fn linked(link: &str) -> Option<ResourceId> {
    let id = link.rsplit_once("/r/").map_or(link, |(_, rest)| rest);
    let end = id.find(['/', '?', '#']).unwrap_or(id.len());
    id[..end].parse().ok()
}

/// What is said with a step.
pub fn step_text(step: NoticeStep, given: &str) -> Result<String, FieldFault> {
    let text = given.trim();
    if text.is_empty() && step.needs_text() {
        return Err(FieldFault::at("text", FaultKind::Required));
    }
    if text.chars().count() > MAX_STATEMENT_CHARS {
        let max = MAX_STATEMENT_CHARS;
        return Err(FieldFault::at("text", FaultKind::TooLong { max }));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "019385f0-0000-7000-8000-000000000001";

    #[test]
    fn a_resource_is_found_by_any_address_of_its_page() {
        for link in [
            ID.to_owned(),
            format!("/r/{ID}"),
            format!("https://library.example.org/r/{ID}?version=2#files"),
        ] {
            assert_eq!(linked(&link), ID.parse().ok(), "{link}");
        }
        assert_eq!(linked("https://library.example.org/p/1"), None);
    }

    #[test]
    fn every_fault_of_a_notice_is_named_at_once() {
        let fields = json!({"link": "https://elsewhere.example.org/", "name": " ", "is_true": false, "phone": "1"});

        let faults = NewNotice::parse(fields.as_object().unwrap()).unwrap_err();

        let mut pointers: Vec<String> = faults.into_iter().map(|fault| fault.pointer).collect();
        pointers.sort();
        let expected = [
            "/contact",
            "/is_true",
            "/link",
            "/name",
            "/phone",
            "/statement",
            "/work",
        ];
        assert_eq!(pointers, expected);
    }

    #[test]
    fn what_was_decided_is_not_decided_again() {
        for state in [NoticeState::Restored, NoticeState::Rejected] {
            for step in NoticeStep::ALL {
                assert_eq!(state.after(step), None, "{state:?} {step:?}");
            }
        }
        // Who shared it objects to a takedown and to nothing else, and only once.
        for state in NoticeState::ALL {
            let may = state.after(NoticeStep::Counter).is_some();
            assert_eq!(may, state == NoticeState::TakenDown, "{state:?}");
        }
    }
}
