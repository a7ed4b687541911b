//! Who sees a resource, as conditions of a query.

use sea_orm::{ColumnTrait as _, Condition};

use crate::db::entity::resource;
use crate::domain::id::SchoolId;
use crate::domain::resource::Status;
use crate::domain::role::Scope;
use crate::domain::search::Audience;

/// The rule of [`Audience::of_resource`], said in SQL.
pub(in crate::db) fn seen_by(audiences: &[Audience]) -> Condition {
    let runs = audiences.iter().flat_map(runs);
    runs.fold(Condition::any(), |any, (_, run)| any.add(run))
}

/// What an audience sees, as runs of rows of an index that is in the order of ids; each with its status, where it has one.
pub(super) fn runs(audience: &Audience) -> Vec<(Option<Status>, Condition)> {
    let all = |status: Status, scope: Scope| {
        let all = Condition::all()
            .add(resource::Column::Status.eq(status))
            .add(resource::Column::Scope.eq(scope));
        (Some(status), all)
    };
    let published = |scope| all(Status::Published, scope);
    let of_school = |id: SchoolId| resource::Column::SchoolId.eq(id);
    match audience {
        Audience::Public => vec![published(Scope::Public)],
        Audience::City => vec![published(Scope::City)],
        Audience::School(id) => {
            let (status, shared) = published(Scope::School);
            vec![(status, shared.add(of_school(*id)))]
        }
        Audience::SchoolAdmin(id) => vec![(None, Condition::all().add(of_school(*id)))],
        Audience::Reviewers => [Scope::City, Scope::Public]
            .map(|scope| all(Status::Submitted, scope))
            .into(),
        Audience::Owner(id) => vec![(None, Condition::all().add(resource::Column::OwnerId.eq(*id)))],
    }
}

/// What was submitted to be shared beyond its school.
pub(in crate::db) fn waits_for_the_city() -> Condition {
    Condition::all()
        .add(resource::Column::Status.eq(Status::Submitted))
        .add(resource::Column::Scope.is_in([Scope::City, Scope::Public]))
}
