//! What is left to say about the rights in a resource, and what does not go together.

use super::EmployerConsent;
use crate::domain::code::codes;
use crate::domain::licence::Licence;
use crate::domain::metadata::Metadata;
use crate::domain::role::Scope;

/// Types of resources in which people are seen or heard.
const SHOW_PEOPLE: [&str; 4] = ["video", "audio", "image", "animation"];

/// Something about its rights that a resource leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RightsGap {
    /// Nobody is named who made it.
    Authors,
    /// No licence is given.
    Licence,
    /// Its licence is for fewer people than it is shared with.
    LicenceNarrower,
    /// Nobody said whether the employer agrees, and it is for more than one school.
    Employer,
    /// The employer was asked and has not answered, and it is for everyone.
    EmployerWaits,
    /// Nobody said whether others made parts of it.
    ThirdParty,
    /// It holds a part without permission, and is for more than one school.
    WithoutPermission,
    /// Nobody said whether people can be recognised.
    People,
    /// Nobody said whether AI made any of it.
    Ai,
    /// AI made some of it, and nobody said with which tool.
    AiTool,
}

codes!(
    RightsGap:
    Authors "authors",
    Licence "licence",
    LicenceNarrower "licence-narrower",
    Employer "employer",
    EmployerWaits "employer-waits",
    ThirdParty "third-party",
    WithoutPermission "without-permission",
    People "people",
    Ai "ai",
    AiTool "ai-tool",
);

impl RightsGap {
    /// The field that fills it, by its name in the interface.
    pub fn field(self) -> &'static str {
        match self {
            Self::Authors => "authors",
            Self::Licence | Self::LicenceNarrower => "licence",
            Self::Employer | Self::EmployerWaits => "employer_consent",
            Self::ThirdParty | Self::WithoutPermission => "third_party",
            Self::People => "people_filmed",
            Self::Ai => "ai_use",
            Self::AiTool => "ai_tool",
        }
    }

    /// Whether it contradicts how far the resource is shared, and is not only unsaid.
    pub fn is_contradiction(self) -> bool {
        matches!(
            self,
            Self::LicenceNarrower | Self::EmployerWaits | Self::WithoutPermission
        )
    }
}

/// What is left to say about the rights in a resource, in the order of the form.
pub fn rights_gaps(metadata: &Metadata) -> Vec<RightsGap> {
    let rights = &metadata.rights;
    let is_for_others = metadata.scope > Scope::School;
    let licence = metadata.licence.as_deref();
    let widest = licence.and_then(Licence::of_text).map(Licence::widest);
    let waits = rights.employer_consent == Some(EmployerConsent::Asked);
    let gaps = [
        (RightsGap::Authors, metadata.authors.is_empty()),
        (RightsGap::Licence, licence.is_none()),
        (
            RightsGap::LicenceNarrower,
            widest.is_some_and(|widest| widest < metadata.scope),
        ),
        (RightsGap::Employer, is_for_others && rights.employer_consent.is_none()),
        (RightsGap::EmployerWaits, waits && metadata.scope == Scope::Public),
        (RightsGap::ThirdParty, rights.third_party.is_none()),
        (RightsGap::WithoutPermission, is_for_others && rights.lacks_permission()),
        (
            RightsGap::People,
            rights.people_filmed.is_none() && SHOW_PEOPLE.contains(&metadata.kind.as_str()),
        ),
        (RightsGap::Ai, rights.ai_use.is_none()),
        (
            RightsGap::AiTool,
            rights.ai_label().is_some() && rights.ai_tool.is_none(),
        ),
    ];
    gaps.into_iter()
        .filter(|(_, is_open)| *is_open)
        .map(|(gap, _)| gap)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rights::{AiUse, PeopleFilmed, Permission, Rights, ThirdPartyPart};

    fn complete() -> Metadata {
        Metadata {
            kind: "video".to_owned(),
            scope: Scope::Public,
            authors: vec!["王敏".to_owned()],
            licence: Some("cc-by-4.0".to_owned()),
            rights: Rights {
                employer_consent: Some(EmployerConsent::Granted),
                third_party: Some(vec![]),
                people_filmed: Some(PeopleFilmed::Nobody),
                ai_use: Some(AiUse::None),
                ..Rights::default()
            },
            ..Metadata::default()
        }
    }

    #[test]
    fn a_title_and_a_type_leave_everything_open_and_contradict_nothing() {
        let bare = Metadata {
            kind: "worksheet".to_owned(),
            ..Metadata::default()
        };

        let gaps = rights_gaps(&bare);

        use RightsGap::{Ai, Authors, Licence, ThirdParty};
        assert_eq!(gaps, [Authors, Licence, ThirdParty, Ai]);
        assert!(!gaps.iter().any(|gap| gap.is_contradiction()));
        assert_eq!(rights_gaps(&complete()), []);
    }

    #[test]
    fn what_is_said_must_go_together_with_how_far_it_is_shared() {
        let part = ThirdPartyPart {
            what: "照片".to_owned(),
            source: "网上".to_owned(),
            permission: Permission::None,
        };
        let mut narrow = complete();
        narrow.licence = Some("仅限校内".to_owned());
        narrow.rights.third_party = Some(vec![part]);
        narrow.rights.employer_consent = Some(EmployerConsent::Asked);
        narrow.rights.ai_use = Some(AiUse::Generated);

        use RightsGap::{AiTool, EmployerWaits, LicenceNarrower, WithoutPermission};
        assert_eq!(
            rights_gaps(&narrow),
            [LicenceNarrower, EmployerWaits, WithoutPermission, AiTool]
        );
        narrow.scope = Scope::School;
        assert_eq!(rights_gaps(&narrow), [AiTool]);
    }
}
