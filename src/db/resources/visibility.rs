//! Who sees a resource, as conditions of a query.

use sea_orm::{
    ActiveEnum, ColumnTrait as _, Condition, ExprTrait as _,
    sea_query::{Expr, Func},
};

use crate::db::entity::resource;
use crate::domain::id::SchoolId;
use crate::domain::resource::Status;
use crate::domain::role::Scope;
use crate::domain::search::Audience;

/// The rule of [`Audience::of_resource`], said in SQL.
pub(in crate::db) fn seen_by(audiences: &[Audience]) -> Condition {
    any_of(audiences.iter().flat_map(standing_runs))
}

/// The same, and what waits for some of `audiences` beside what is published.
pub(super) fn seen_or_worked_on_by(audiences: &[Audience]) -> Condition {
    any_of(audiences.iter().flat_map(runs))
}

fn any_of(runs: impl Iterator<Item = Run>) -> Condition {
    runs.fold(Condition::any(), |any, (_, run)| any.add(run))
}

/// Rows of an index that is in the order of ids, with their status, where they have one.
pub(super) type Run = (Option<Status>, Condition);

/// What an audience sees and what waits for it, as runs.
pub(super) fn runs(audience: &Audience) -> Vec<Run> {
    match audience {
        Audience::Reviewers => submitted_beyond_school(working_status, working_scope).into(),
        Audience::Bureau => vec![left_to_bureau(working_status, working_scope)],
        other => standing_runs(other),
    }
}

/// What an audience sees, as runs.
fn standing_runs(audience: &Audience) -> Vec<Run> {
    let published = |scope: Scope| {
        let all = Condition::all()
            .add(resource::Column::Status.eq(Status::Published))
            .add(resource::Column::Scope.eq(scope));
        (Some(Status::Published), all)
    };
    let of_school = |id: SchoolId| resource::Column::SchoolId.eq(id);
    let status = || Expr::col(resource::Column::Status);
    let scope = || Expr::col(resource::Column::Scope);
    match audience {
        Audience::Public => vec![published(Scope::Public)],
        Audience::City => vec![published(Scope::City)],
        Audience::School(id) => {
            let (status, shared) = published(Scope::School);
            vec![(status, shared.add(of_school(*id)))]
        }
        Audience::SchoolAdmin(id) => vec![(None, Condition::all().add(of_school(*id)))],
        Audience::Reviewers => submitted_beyond_school(status, scope).into(),
        Audience::Bureau => vec![left_to_bureau(status, scope)],
        Audience::Owner(id) => vec![(None, Condition::all().add(resource::Column::OwnerId.eq(*id)))],
    }
}

fn submitted_beyond_school(status: impl Fn() -> Expr, scope: impl Fn() -> Expr) -> [Run; 2] {
    [Scope::City, Scope::Public].map(|wanted| {
        let all = Condition::all()
            .add(status().eq(Status::Submitted.to_value()))
            .add(scope().eq(wanted.to_value()));
        (Some(Status::Submitted), all)
    })
}

/// What its school has too few people to decide on. The scope is named as well, so that the index of what waits answers it.
fn left_to_bureau(status: impl Fn() -> Expr, scope: impl Fn() -> Expr) -> Run {
    let all = Condition::all()
        .add(status().eq(Status::Submitted.to_value()))
        .add(scope().eq(Scope::School.to_value()))
        .add(resource::Column::LeftToBureau.eq(true));
    (Some(Status::Submitted), all)
}

/// Where the working copy of a resource stands. An index holds it, spelled like this.
pub(in crate::db) fn working_status() -> Expr {
    coalesce(resource::Column::WaitingStatus, resource::Column::Status)
}

/// How far the working copy of a resource is meant to be shared. An index holds it, spelled like this.
pub(in crate::db) fn working_scope() -> Expr {
    coalesce(resource::Column::WaitingScope, resource::Column::Scope)
}

/// Condition that resources stand so: what is published as others see it, everything else as its people work on it.
pub(in crate::db) fn stands(status: Status) -> Expr {
    match status {
        Status::Published => resource::Column::Status.eq(status),
        _ => working_status().eq(status.to_value()),
    }
}

fn coalesce(first: resource::Column, otherwise: resource::Column) -> Expr {
    let of = |column| Expr::col((resource::Entity, column));
    Func::coalesce([of(first), of(otherwise)]).into()
}

/// What comes to the bureau: what was submitted to be shared beyond its school, and what a school leaves to it.
pub(in crate::db) fn waits_for_the_bureau() -> Condition {
    let (_, left) = left_to_bureau(working_status, working_scope);
    Condition::any().add(waits_for_the_city()).add(left)
}

/// What was submitted to be shared beyond its school.
pub(in crate::db) fn waits_for_the_city() -> Condition {
    let beyond = [Scope::City, Scope::Public].map(|scope| scope.to_value());
    Condition::all()
        .add(working_status().eq(Status::Submitted.to_value()))
        .add(working_scope().is_in(beyond))
}
