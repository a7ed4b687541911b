//! Who may do what: one table of rights, by role and act. Whoever asks whether somebody may do a thing (a verb of the
//! library, a page that shows a button, a list that ends at a school) asks here.
//!
//! The table names each role, so that a new one may do nothing until somebody has written down what; an act that a role
//! does not name is not its.

use super::id::{AccountId, SchoolId};
use super::role::{Role, Scope, TokenArea, TokenScope};

/// Something that not everybody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Reads what is published for one's school or for all schools, and not for everyone.
    ReadInternal,
    /// Uploads, shares resources, makes packs.
    Share,
    /// Changes, submits, withdraws and removes a resource or a pack.
    Edit,
    /// Sees what waits for review, and sends it back.
    Review,
    /// Approves what waits for review.
    Approve,
    /// Takes a step of the review in place of whoever is asked there.
    ReviewOnBehalf,
    /// Handles notices of infringement: asks for more, takes down, restores, rejects.
    HandleNotices,
    /// Publishes without a review.
    Publish,
    /// Erases a file that others have seen from the history of a resource.
    EraseFile,
    /// Sees the versions of a pack that are not handed out, and who holds it.
    SeeDrafts,
    /// Says what one holds of a pack.
    SendReceipt,
    /// Reads the comments on a resource.
    Discuss,
    /// Writes comments.
    Comment,
    /// Features a published resource as a model for others.
    Feature,
    /// Puts the resources of a task in order.
    OrderTask,
    /// Edits synonyms.
    EditSynonyms,
    /// Sees what a version of a standard asks to be looked after.
    SeeFollowUps,
    /// Says that such a thing is done, or why it is not.
    FollowUp,
    /// Takes part in training.
    JoinTraining,
    /// Makes bases and sessions of training, and keeps who took part.
    HoldTraining,
    /// Sees who took part in training.
    SeeTrainees,
    /// Makes calls for recognition, appoints their juries, publishes what comes of them.
    HoldRecognition,
    /// Puts something forward to be recognized.
    EnterRecognition,
    /// Scores what was put forward, where one is of the jury.
    JudgeRecognition,
    /// Sees what others put forward, and how it stands.
    SeeRecognition,
    /// Looks after companies and their people.
    ManageCompanies,
    /// Sees which companies work with whom.
    SeeCompanies,
    /// Is one of a company's people, and shares under its name.
    ShareForCompany,
    /// Records visits of experts, and closes them.
    RecordVisits,
    /// Says what a school did about a visit.
    AnswerVisits,
    /// Sees visits of experts.
    SeeVisits,
    /// Sees the paths that schools have in place of the city's, which everybody sees.
    SeeReviewPaths,
    /// Changes the paths of the review: the city's, or one's school's own steps.
    EditReviewPaths,
    /// Sees coverage, progress and use.
    SeeFigures,
    /// Sees storage, damage and mirrors as those who run things do.
    Oversee,
    /// Sees who has an account.
    SeeAccounts,
    /// Reads the audit log.
    ReadAuditLog,
    /// Opens, changes and disables accounts.
    ManageAccounts,
    /// Runs what is the whole city's: schools, the catalogue, failed jobs.
    Operate,
    /// Has another machine read scans and hear films for the library, which reads them for that.
    Work,
    /// Keeps searches for oneself.
    KeepSearches,
    /// Changes the own password, tokens and sessions.
    ChangeOwnAccount,
}

/// What an act is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A resource or a pack.
    Work {
        /// Whose it is.
        owner: AccountId,
        /// The school that it belongs to.
        school: Option<SchoolId>,
        /// How far it is meant to be shared.
        scope: Scope,
    },
    /// A resource that waits for its school alone, where that has too few people to decide on it.
    LeftToBureau {
        /// Whose it is.
        owner: AccountId,
        /// The school that it belongs to.
        school: Option<SchoolId>,
    },
    /// Somebody's account.
    Account {
        /// What it is for.
        role: Role,
        /// Its school.
        school: Option<SchoolId>,
    },
    /// A base or a session of training, or those who take part in it.
    Training {
        /// The school that it belongs to; none for the city's.
        school: Option<SchoolId>,
    },
}

/// How far a role's right to an act reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// Not at all.
    Nothing,
    /// What is one's own.
    Own,
    /// What belongs to one's school, whoever made it.
    School,
    /// What is one's own, and what belongs to one's school.
    OwnAndSchool,
    /// What is meant for more than one school.
    Shared,
    /// The same, and what a school has too few people to decide on.
    SharedAndLeft,
    /// Everything.
    All,
}

/// How far somebody's lists and orders reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All schools.
    City,
    /// One school.
    School(SchoolId),
}

/// Somebody with an account, as far as rights go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authority {
    /// The account.
    pub account: AccountId,
    /// What it is for.
    pub role: Role,
    /// Its school.
    pub school: Option<SchoolId>,
}

/// The table: what each role may do, and with what.
fn extent(role: Role, act: Act) -> Extent {
    use Act::{
        AnswerVisits, Approve, ChangeOwnAccount, Comment, Discuss, Edit, EditReviewPaths, EditSynonyms,
        EnterRecognition, EraseFile, Feature, FollowUp, HandleNotices, HoldRecognition, HoldTraining, JoinTraining,
        JudgeRecognition, KeepSearches, ManageAccounts, ManageCompanies, Operate, OrderTask, Oversee, Publish,
        ReadAuditLog, ReadInternal, RecordVisits, Review, ReviewOnBehalf, SeeAccounts, SeeCompanies, SeeDrafts,
        SeeFigures, SeeFollowUps, SeeRecognition, SeeReviewPaths, SeeTrainees, SeeVisits, SendReceipt, Share,
        ShareForCompany, Work,
    };
    use Extent::{All, Nothing, Own, OwnAndSchool, School, Shared, SharedAndLeft};
    match role {
        Role::Reader => match act {
            ReadInternal => All,
            SeeDrafts | SendReceipt | Discuss | JoinTraining | KeepSearches | ChangeOwnAccount => Own,
            SeeReviewPaths => School,
            _ => Nothing,
        },
        Role::Teacher => match act {
            ReadInternal => All,
            Share | Edit | SeeDrafts | SendReceipt | Discuss | Comment | SeeFollowUps | FollowUp | JoinTraining
            | EnterRecognition | JudgeRecognition | KeepSearches | ChangeOwnAccount => Own,
            OrderTask | SeeReviewPaths => School,
            _ => Nothing,
        },
        // What schools share among themselves is not for companies.
        Role::Partner => match act {
            Share | Edit | SeeDrafts | SendReceipt | Discuss | Comment | SeeFollowUps | FollowUp | SeeCompanies
            | ShareForCompany | KeepSearches | ChangeOwnAccount => Own,
            SeeReviewPaths => School,
            _ => Nothing,
        },
        Role::SchoolAdmin => match act {
            ReadInternal => All,
            Share | SendReceipt | JoinTraining | JudgeRecognition | KeepSearches | ChangeOwnAccount => Own,
            Edit | SeeDrafts | Discuss | Comment | SeeFollowUps | FollowUp | EnterRecognition => OwnAndSchool,
            Review | Approve | Publish | HandleNotices | EraseFile | OrderTask | SeeReviewPaths | EditReviewPaths
            | EditSynonyms | HoldTraining | ManageCompanies | AnswerVisits | SeeCompanies | SeeVisits | SeeTrainees
            | SeeRecognition | SeeFigures | Oversee | SeeAccounts | ReadAuditLog | ManageAccounts | Work => School,
            ReviewOnBehalf | ShareForCompany | Feature | HoldRecognition | RecordVisits | Operate => Nothing,
        },
        Role::Expert => match act {
            Share | Edit | SeeDrafts | SendReceipt | SeeFollowUps | FollowUp | JudgeRecognition | RecordVisits
            | SeeVisits | KeepSearches | ChangeOwnAccount => Own,
            Review | Approve => Shared,
            ReadInternal | Discuss | Comment | Feature | OrderTask | SeeReviewPaths | SeeFigures => All,
            _ => Nothing,
        },
        Role::Bureau => match act {
            Share | Edit | SeeDrafts | SendReceipt | KeepSearches | ChangeOwnAccount => Own,
            Review | Approve | ReviewOnBehalf => SharedAndLeft,
            ReadInternal | HandleNotices | EraseFile | Discuss | Comment | Feature | OrderTask | SeeReviewPaths
            | EditReviewPaths | EditSynonyms | SeeFollowUps | FollowUp | HoldRecognition | HoldTraining
            | ManageCompanies | RecordVisits | SeeVisits | SeeCompanies | SeeRecognition | SeeTrainees | SeeFigures
            | Oversee | SeeAccounts | ReadAuditLog | ManageAccounts | Operate | Work => All,
            // Whoever publishes results has entered and scored nothing.
            EnterRecognition | JudgeRecognition | AnswerVisits | Publish | JoinTraining | ShareForCompany => Nothing,
        },
        Role::Auditor => match act {
            SeeDrafts | Discuss | KeepSearches | ChangeOwnAccount => Own,
            ReadInternal | SeeFollowUps | SeeCompanies | SeeVisits | SeeRecognition | SeeReviewPaths | SeeTrainees
            | SeeFigures | Oversee | SeeAccounts | ReadAuditLog => All,
            _ => Nothing,
        },
    }
}

/// Whether a school's administrators look after accounts of this role.
fn is_managed_by_schools(role: Role) -> bool {
    match role {
        Role::Reader | Role::Teacher | Role::Partner => true,
        Role::SchoolAdmin | Role::Expert | Role::Bureau | Role::Auditor => false,
    }
}

impl Act {
    /// How much of an account's rights a token must carry for this. Looking asks for nothing beyond reading.
    pub fn token(self) -> TokenScope {
        match self {
            Self::Work => TokenScope::Work,
            Self::ReadInternal
            | Self::SeeDrafts
            // A school pulls by a token that reads; what it says it holds opens nothing.
            | Self::SendReceipt
            | Self::Discuss
            | Self::SeeCompanies
            | Self::SeeVisits
            | Self::SeeFollowUps
            | Self::SeeRecognition
            | Self::SeeReviewPaths
            | Self::SeeTrainees
            | Self::SeeFigures
            | Self::Oversee
            | Self::SeeAccounts
            | Self::ReadAuditLog => TokenScope::Read,
            Self::Share
            | Self::Edit
            | Self::Review
            | Self::Approve
            | Self::ReviewOnBehalf
            | Self::HandleNotices
            | Self::Publish
            | Self::EraseFile
            | Self::Comment
            | Self::Feature
            | Self::OrderTask
            | Self::EditSynonyms
            | Self::FollowUp
            | Self::JoinTraining
            | Self::EnterRecognition
            | Self::HoldRecognition
            | Self::HoldTraining
            | Self::JudgeRecognition
            | Self::ManageCompanies
            | Self::ShareForCompany
            | Self::RecordVisits
            | Self::AnswerVisits
            | Self::KeepSearches => TokenScope::Write,
            Self::ManageAccounts | Self::Operate | Self::EditReviewPaths | Self::ChangeOwnAccount => TokenScope::Admin,
        }
    }

    /// The area that a token must have been made for besides.
    pub fn area(self) -> Option<TokenArea> {
        match self {
            Self::SeeAccounts | Self::ManageAccounts | Self::SeeTrainees => Some(TokenArea::Accounts),
            Self::ReadAuditLog => Some(TokenArea::Audit),
            _ => None,
        }
    }

    /// Whether nobody does this with their own work, whatever their role: two people stand behind it.
    pub fn needs_another(self) -> bool {
        matches!(self, Self::Approve | Self::Publish | Self::Feature)
    }
}

impl Reach {
    /// The school that it ends at; none for the whole city.
    pub fn school(self) -> Option<SchoolId> {
        match self {
            Self::City => None,
            Self::School(id) => Some(id),
        }
    }
}

impl Authority {
    /// Whether there is anything that one may do this with.
    pub fn may_at_all(self, act: Act) -> bool {
        match extent(self.role, act) {
            Extent::Nothing => false,
            Extent::School => self.school.is_some(),
            Extent::Own | Extent::OwnAndSchool | Extent::Shared | Extent::SharedAndLeft | Extent::All => true,
        }
    }

    /// Whether one may do this with `target`. That nobody decides about their own work ([`Act::needs_another`]) is asked
    /// beside it, because it has an answer of its own.
    pub fn may(self, act: Act, target: Target) -> bool {
        let (is_own, school) = match target {
            Target::Work { owner, school, .. } | Target::LeftToBureau { owner, school } => {
                (owner == self.account, school)
            }
            Target::Account { school, .. } | Target::Training { school } => (false, school),
        };
        let is_of_school = school.is_some() && school == self.school;
        match extent(self.role, act) {
            Extent::Nothing => false,
            Extent::Own => is_own,
            Extent::School => is_of_school && is_within_school(target),
            Extent::OwnAndSchool => is_own || is_of_school && is_within_school(target),
            Extent::Shared => is_shared(target),
            Extent::SharedAndLeft => is_shared(target) || matches!(target, Target::LeftToBureau { .. }),
            Extent::All => true,
        }
    }

    /// Whether one decides in place of a school that has too few people to.
    pub fn stands_in_for_schools(self) -> bool {
        extent(self.role, Act::Approve) == Extent::SharedAndLeft
    }

    /// How far one's lists of what an act is about reach; not at all for those who may do it with their own alone.
    pub fn reach(self, act: Act) -> Option<Reach> {
        match extent(self.role, act) {
            Extent::Nothing | Extent::Own => None,
            Extent::School | Extent::OwnAndSchool => self.school.map(Reach::School),
            Extent::Shared | Extent::SharedAndLeft | Extent::All => Some(Reach::City),
        }
    }

    /// The roles of accounts that one may open, at one's school if it is a school's administrator who asks.
    pub fn assignable_roles(self) -> Vec<Role> {
        let school = self.school;
        let may_open = |role: &Role| self.may(Act::ManageAccounts, Target::Account { role: *role, school });
        Role::ALL.into_iter().filter(may_open).collect()
    }
}

fn is_shared(target: Target) -> bool {
    matches!(target, Target::Work { scope, .. } if scope > Scope::School)
}

/// Whether what belongs to a school is its administrators' business: an account of the city's people is not, wherever
/// they work.
fn is_within_school(target: Target) -> bool {
    match target {
        Target::Work { .. } | Target::LeftToBureau { .. } | Target::Training { .. } => true,
        Target::Account { role, .. } => is_managed_by_schools(role),
    }
}

/// The roles that look after all accounts. One such account must be left, or nobody could be let in again.
pub fn stewards() -> Vec<Role> {
    Role::ALL
        .into_iter()
        .filter(|role| extent(*role, Act::ManageAccounts) == Extent::All)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody(role: Role, school: Option<SchoolId>) -> Authority {
        Authority {
            account: AccountId::new(),
            role,
            school,
        }
    }

    #[test]
    fn who_looks_after_whose_account() {
        let (own, other) = (Some(SchoolId::new()), Some(SchoolId::new()));
        let manages = |role, school, of_role, of_school| {
            let target = Target::Account {
                role: of_role,
                school: of_school,
            };
            somebody(role, school).may(Act::ManageAccounts, target)
        };

        for of_role in Role::ALL {
            let is_simple = matches!(of_role, Role::Reader | Role::Teacher | Role::Partner);
            assert!(manages(Role::Bureau, None, of_role, own), "{of_role:?}");
            assert_eq!(manages(Role::SchoolAdmin, own, of_role, own), is_simple, "{of_role:?}");
            // Not at another school, not of no school, and not by one who has none.
            assert!(!manages(Role::SchoolAdmin, own, of_role, other), "{of_role:?}");
            assert!(!manages(Role::SchoolAdmin, own, of_role, None), "{of_role:?}");
            assert!(!manages(Role::SchoolAdmin, None, of_role, None), "{of_role:?}");
            for role in [Role::Reader, Role::Teacher, Role::Expert, Role::Auditor] {
                assert!(!manages(role, own, of_role, own), "{role:?} {of_role:?}");
            }
        }
    }

    #[test]
    fn whose_work_each_edits_and_reviews() {
        let (own, other) = (Some(SchoolId::new()), Some(SchoolId::new()));
        for role in Role::ALL {
            let who = somebody(role, own);
            let work = |owner, school, scope| Target::Work { owner, school, scope };
            let makes_works = who.may_at_all(Act::Share);
            let is_admin = role == Role::SchoolAdmin;
            let is_of_city = matches!(role, Role::Expert | Role::Bureau);
            let mine = work(who.account, other, Scope::School);
            let colleagues = work(AccountId::new(), own, Scope::Public);
            let strangers = work(AccountId::new(), other, Scope::School);
            let for_all = work(AccountId::new(), other, Scope::City);

            assert_eq!(makes_works, !matches!(role, Role::Reader | Role::Auditor), "{role:?}");
            assert_eq!(who.may(Act::Edit, mine), makes_works, "{role:?}");
            assert_eq!(who.may(Act::Edit, colleagues), is_admin, "{role:?}");
            assert!(!who.may(Act::Edit, strangers), "{role:?}");
            assert_eq!(who.may(Act::Review, colleagues), is_admin || is_of_city, "{role:?}");
            assert_eq!(who.may(Act::Approve, for_all), is_of_city, "{role:?}");
            assert!(!who.may(Act::Review, strangers), "{role:?}");
            assert_eq!(who.may(Act::Publish, colleagues), is_admin, "{role:?}");
            assert!(!who.may(Act::Publish, for_all), "{role:?}");
            assert!(who.may(Act::Discuss, mine), "{role:?}");
            assert_eq!(who.may(Act::Discuss, strangers), is_of_city, "{role:?}");
            let (owner, is_bureau) = (AccountId::new(), role == Role::Bureau);
            let left = |school| Target::LeftToBureau { owner, school };
            assert_eq!(who.may(Act::Approve, left(other)), is_bureau, "{role:?}");
            assert_eq!(who.may(Act::Approve, left(own)), is_admin || is_bureau, "{role:?}");
            assert_eq!(
                who.may_at_all(Act::Approve) && who.stands_in_for_schools(),
                is_bureau,
                "{role:?}"
            );
        }
    }

    #[test]
    fn an_administrator_without_a_school_reaches_nothing_but_their_own() {
        let who = somebody(Role::SchoolAdmin, None);
        let of_no_school = Target::Work {
            owner: AccountId::new(),
            school: None,
            scope: Scope::School,
        };
        for act in [Act::Edit, Act::Review, Act::Publish, Act::Discuss] {
            assert!(!who.may(act, of_no_school), "{act:?}");
            assert_eq!(who.reach(act), None, "{act:?}");
        }
    }

    #[test]
    fn for_whom_each_puts_in_order() {
        let school = Some(SchoolId::new());
        let orders = |role, school| somebody(role, school).reach(Act::OrderTask);

        for role in [Role::Bureau, Role::Expert] {
            assert_eq!(orders(role, school), Some(Reach::City), "{role:?}");
        }
        for role in [Role::Teacher, Role::SchoolAdmin] {
            assert_eq!(orders(role, school).and_then(Reach::school), school, "{role:?}");
            assert_eq!(orders(role, None), None, "{role:?}");
        }
        for role in [Role::Reader, Role::Auditor] {
            assert_eq!(orders(role, school), None, "{role:?}");
        }
    }

    #[test]
    fn a_school_holds_its_own_training_and_never_the_citys() {
        let (own, other) = (Some(SchoolId::new()), Some(SchoolId::new()));
        let holds = |role, school| somebody(role, own).may(Act::HoldTraining, Target::Training { school });

        for (school, admin) in [(own, true), (other, false), (None, false)] {
            assert_eq!(holds(Role::SchoolAdmin, school), admin, "{school:?}");
            assert!(holds(Role::Bureau, school), "{school:?}");
            for role in [Role::Reader, Role::Teacher, Role::Partner, Role::Expert, Role::Auditor] {
                assert!(!holds(role, school), "{role:?} {school:?}");
            }
        }
    }

    #[test]
    fn how_far_each_sees() {
        let school = Some(SchoolId::new());
        let sees = |role, school| somebody(role, school).reach(Act::Oversee);

        assert_eq!(sees(Role::Bureau, None), Some(Reach::City));
        assert_eq!(sees(Role::Auditor, school), Some(Reach::City));
        assert_eq!(sees(Role::SchoolAdmin, school).and_then(Reach::school), school);
        assert_eq!(sees(Role::SchoolAdmin, None), None);
        for role in [Role::Reader, Role::Teacher, Role::Expert] {
            assert_eq!(sees(role, school), None, "{role:?}");
        }
    }

    #[test]
    fn auditors_change_nothing_but_what_is_their_own() {
        let who = somebody(Role::Auditor, Some(SchoolId::new()));
        let theirs = Target::Work {
            owner: who.account,
            school: who.school,
            scope: Scope::Public,
        };
        for act in [
            Act::Share,
            Act::Edit,
            Act::Review,
            Act::Publish,
            Act::Comment,
            Act::Feature,
        ] {
            assert!(!who.may(act, theirs), "{act:?}");
        }
        for act in [Act::OrderTask, Act::EditSynonyms, Act::ManageAccounts, Act::Operate] {
            assert!(!who.may_at_all(act), "{act:?}");
        }
    }

    /// A teacher who had become a reader could no longer see who holds the packs they had made.
    #[test]
    fn what_somebody_made_stays_theirs_to_see_when_their_role_is_narrowed() {
        for role in Role::ALL {
            let who = somebody(role, Some(SchoolId::new()));
            let theirs = Target::Work {
                owner: who.account,
                school: None,
                scope: Scope::School,
            };
            assert!(who.may(Act::SeeDrafts, theirs), "{role:?}");
            assert!(who.may(Act::Discuss, theirs), "{role:?}");
        }
    }

    #[test]
    fn the_bureau_alone_looks_after_all_accounts() {
        assert_eq!(stewards(), [Role::Bureau]);
    }

    #[test]
    fn what_the_citys_people_alone_see_and_do_in_the_review() {
        let school = Some(SchoolId::new());
        for role in Role::ALL {
            let who = somebody(role, school);
            let is_of_city = matches!(role, Role::Expert | Role::Bureau | Role::Auditor);
            let seen = if is_of_city { None } else { school };

            assert_eq!(
                who.reach(Act::SeeReviewPaths).map(Reach::school),
                Some(seen),
                "{role:?}"
            );
            assert_eq!(who.may_at_all(Act::ReviewOnBehalf), role == Role::Bureau, "{role:?}");
        }
    }

    #[test]
    fn companies_people_are_partners_and_see_their_own_company() {
        for role in Role::ALL {
            let who = somebody(role, Some(SchoolId::new()));
            let sees = who.reach(Act::SeeCompanies).is_some();
            let is_partner = role == Role::Partner;

            assert_eq!(who.may_at_all(Act::ShareForCompany), is_partner, "{role:?}");
            assert_eq!(who.may_at_all(Act::SeeCompanies), sees || is_partner, "{role:?}");
            assert!(!(sees && is_partner), "a partner sees other companies");
        }
    }
}
