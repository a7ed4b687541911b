//! Companies, their schools and people, and what they contributed.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
    sea_query::{Expr, ExprTrait as _, Query},
};

use super::entity::{
    account, company, company_contribution, company_member, company_school, mirror_resource, resource, resource_use,
};
use super::rows;
use crate::domain::day::Day;
use crate::domain::id::{AccountId, CompanyId, ResourceId, SchoolId};
use crate::domain::resource::Status;
use crate::error::{Refusal, Result, conflict};

/// Which companies somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CompaniesSeen {
    /// All of them.
    All,
    /// Those that work with a school.
    School(SchoolId),
    /// The one that an account is of.
    Own(AccountId),
}

fn seen(query: sea_orm::Select<company::Entity>, seen: CompaniesSeen) -> sea_orm::Select<company::Entity> {
    let ids = match seen {
        CompaniesSeen::All => return query,
        CompaniesSeen::School(school) => Query::select()
            .column(company_school::Column::CompanyId)
            .from(company_school::Entity)
            .and_where(company_school::Column::SchoolId.eq(school))
            .to_owned(),
        CompaniesSeen::Own(account) => Query::select()
            .column(company_member::Column::CompanyId)
            .from(company_member::Entity)
            .and_where(company_member::Column::AccountId.eq(account))
            .to_owned(),
    };
    query.filter(company::Column::Id.in_subquery(ids))
}

/// Companies, newest first, behind the one that `after` names.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    who: CompaniesSeen,
    after: Option<CompanyId>,
    limit: u64,
) -> Result<Vec<company::Model>> {
    let mut query = seen(company::Entity::find(), who);
    if let Some(after) = after {
        query = query.filter(company::Column::Id.lt(after));
    }
    Ok(query.order_by_desc(company::Column::Id).limit(limit).all(conn).await?)
}

/// A company that somebody sees.
pub(crate) async fn company(
    conn: &impl ConnectionTrait,
    id: CompanyId,
    who: CompaniesSeen,
) -> Result<Option<company::Model>> {
    Ok(seen(company::Entity::find_by_id(id), who).one(conn).await?)
}

/// A company; nobody else changes or removes it until the transaction ends.
pub(crate) async fn company_for_update(tx: &impl ConnectionTrait, id: CompanyId) -> Result<Option<company::Model>> {
    Ok(company::Entity::find_by_id(id).lock_exclusive().one(tx).await?)
}

/// How many companies work with a school, or are there at all.
pub(crate) async fn count(conn: &impl ConnectionTrait, school: Option<SchoolId>) -> Result<u64> {
    let who = school.map_or(CompaniesSeen::All, CompaniesSeen::School);
    Ok(seen(company::Entity::find(), who).count(conn).await?)
}

/// How many companies work with a school, or with any, by an agreement that holds on a day.
pub(crate) async fn count_at_work(conn: &impl ConnectionTrait, school: Option<SchoolId>, on: Day) -> Result<u64> {
    let who = school.map_or(CompaniesSeen::All, CompaniesSeen::School);
    let until = company::Column::UntilDay;
    let query = seen(company::Entity::find(), who)
        .filter(company::Column::FromDay.lte(on))
        .filter(Condition::any().add(until.is_null()).add(until.gte(on)));
    Ok(query.count(conn).await?)
}

/// How many published resources companies contributed, to a school or at all.
pub(crate) async fn count_published(conn: &impl ConnectionTrait, school: Option<SchoolId>) -> Result<u64> {
    let counted: Option<i64> = published_query(school).into_tuple().one(conn).await?;
    Ok(counted.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
}

/// Each of what they gave is looked up: of all that is published it is little.
pub(super) fn published_query(school: Option<SchoolId>) -> Select<company_contribution::Entity> {
    let its_resource = (resource::Entity, resource::Column::Id);
    let contributed = (company_contribution::Entity, company_contribution::Column::ResourceId);
    let published = Query::select()
        .expr(Expr::val(1))
        .from(resource::Entity)
        .and_where(Expr::col(its_resource).equals(contributed))
        .and_where(resource::Column::Status.eq(Status::Published))
        .and_where_option(school.map(|id| resource::Column::SchoolId.eq(id)))
        .to_owned();
    company_contribution::Entity::find()
        .select_only()
        .expr_as(Expr::cust("COUNT(*)"), "counted")
        .filter(Expr::exists(published))
}

/// Adds a company. No two have the same credit code.
pub(crate) async fn add(tx: &impl ConnectionTrait, row: company::Model) -> Result<()> {
    let taken = code_taken(&row);
    let added = company::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await;
    added.map(drop).map_err(conflict(taken))
}

/// Writes a changed company in place of its revision `seen`; refused where that is not the present one any more.
pub(crate) async fn update(tx: &impl ConnectionTrait, row: company::Model, seen: i64) -> Result<()> {
    use sea_orm::ActiveModelTrait as _;
    let (id, taken) = (row.id, code_taken(&row));
    let changed = company::Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(company::Column::Id.eq(id))
        .filter(company::Column::Revision.eq(seen))
        .exec(tx)
        .await;
    match changed.map_err(conflict(taken))?.rows_affected {
        0 => Err(Refusal::ChangedMeanwhile.into()),
        _ => Ok(()),
    }
}

fn code_taken(row: &company::Model) -> Refusal {
    Refusal::NameTaken {
        name: row.credit_code.clone(),
    }
}

/// Some companies; nobody else changes them until the transaction ends.
pub(crate) async fn hold(tx: &impl ConnectionTrait, ids: impl IntoIterator<Item = CompanyId>) -> Result<()> {
    rows::hold::<company::Entity, _>(tx, company::Column::Id, ids).await
}

/// Writes companies, each new or in place of what it was. That no two have the same credit code was looked at before.
pub(crate) async fn put_all(tx: &impl ConnectionTrait, written: &[company::Model]) -> Result<()> {
    let put = rows::upsert_all(tx, written).await;
    put.map_err(conflict(Refusal::ChangedMeanwhile))
}

/// Says which schools some companies work with, in place of those before.
pub(crate) async fn set_all_schools(
    tx: &impl ConnectionTrait,
    companies: &[CompanyId],
    works_with: &[company_school::Model],
) -> Result<()> {
    for chunk in companies.chunks(rows::ROWS_AT_ONCE) {
        company_school::Entity::delete_many()
            .filter(company_school::Column::CompanyId.is_in(chunk.iter().copied()))
            .exec(tx)
            .await?;
    }
    rows::insert_all(tx, works_with).await
}

/// Says which schools a company works with, in place of those before.
pub(crate) async fn set_schools(tx: &impl ConnectionTrait, company: CompanyId, schools: &[SchoolId]) -> Result<()> {
    company_school::Entity::delete_many()
        .filter(company_school::Column::CompanyId.eq(company))
        .exec(tx)
        .await?;
    let of = |school: &SchoolId| company_school::Model {
        company_id: company,
        school_id: *school,
    };
    let wanted: Vec<company_school::Model> = schools.iter().map(of).collect();
    rows::insert_all(tx, &wanted).await
}

/// The schools that each of some companies works with.
pub(crate) async fn schools(
    conn: &impl ConnectionTrait,
    companies: &[CompanyId],
) -> Result<HashMap<CompanyId, Vec<SchoolId>>> {
    let (all, company) = (company_school::Entity::find(), company_school::Column::CompanyId);
    let mut found: HashMap<CompanyId, Vec<SchoolId>> = HashMap::new();
    for row in rows::where_in(conn, all, company, companies).await? {
        found.entry(row.company_id).or_default().push(row.school_id);
    }
    Ok(found)
}

/// Whether a company has people, or gave something that is there.
pub(crate) async fn is_in_use(conn: &impl ConnectionTrait, id: CompanyId) -> Result<bool> {
    let members = company_member::Entity::find().filter(company_member::Column::CompanyId.eq(id));
    if members.one(conn).await?.is_some() {
        return Ok(true);
    }
    let given = company_contribution::Entity::find().filter(company_contribution::Column::CompanyId.eq(id));
    Ok(given.one(conn).await?.is_some())
}

/// Removes a company, and which schools it worked with.
pub(crate) async fn remove(tx: &impl ConnectionTrait, id: CompanyId) -> Result<()> {
    set_schools(tx, id, &[]).await?;
    company::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// The people of a company, in the order in which they came, up to `limit`.
pub(crate) async fn members(
    conn: &impl ConnectionTrait,
    company: CompanyId,
    limit: u64,
) -> Result<Vec<account::Model>> {
    let of = Query::select()
        .column(company_member::Column::AccountId)
        .from(company_member::Entity)
        .and_where(company_member::Column::CompanyId.eq(company))
        .to_owned();
    let query = account::Entity::find().filter(account::Column::Id.in_subquery(of));
    Ok(query.order_by_asc(account::Column::Id).limit(limit).all(conn).await?)
}

/// The company that an account is of.
pub(crate) async fn of_account(conn: &impl ConnectionTrait, account: AccountId) -> Result<Option<company::Model>> {
    Ok(seen(company::Entity::find(), CompaniesSeen::Own(account))
        .one(conn)
        .await?)
}

/// Makes accounts people of a company; says how many of them were of none before.
pub(crate) async fn add_members(tx: &impl ConnectionTrait, new: &[company_member::Model]) -> Result<u64> {
    rows::insert_new(tx, new).await
}

/// How many people a company has.
pub(crate) async fn count_members(conn: &impl ConnectionTrait, company: CompanyId) -> Result<u64> {
    let of = company_member::Entity::find().filter(company_member::Column::CompanyId.eq(company));
    Ok(of.count(conn).await?)
}

/// Those of some accounts that are of a company.
pub(crate) async fn memberships(
    conn: &impl ConnectionTrait,
    accounts: &[AccountId],
) -> Result<Vec<company_member::Model>> {
    let (all, account) = (company_member::Entity::find(), company_member::Column::AccountId);
    rows::where_in(conn, all, account, accounts).await
}

/// Lets an account be of a company no more; says whether it was.
pub(crate) async fn remove_member(tx: &impl ConnectionTrait, company: CompanyId, account: AccountId) -> Result<bool> {
    let gone = company_member::Entity::delete_many()
        .filter(company_member::Column::CompanyId.eq(company))
        .filter(company_member::Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(gone.rows_affected == 1)
}

/// Lets an account be of no company; returns the one that it was of.
pub(crate) async fn remove_of_account(tx: &impl ConnectionTrait, account: AccountId) -> Result<Option<CompanyId>> {
    let there = company_member::Entity::find_by_id(account).one(tx).await?;
    company_member::Entity::delete_by_id(account).exec(tx).await?;
    Ok(there.map(|there| there.company_id))
}

/// Notes that a resource was shared under a company's name.
pub(crate) async fn add_contribution(tx: &impl ConnectionTrait, row: company_contribution::Model) -> Result<()> {
    rows::insert(tx, row).await
}

/// Forgets under whose name a resource was shared that is removed.
pub(crate) async fn remove_contribution(tx: &impl ConnectionTrait, resource: ResourceId) -> Result<()> {
    company_contribution::Entity::delete_by_id(resource).exec(tx).await?;
    Ok(())
}

/// What a company contributed, newest first, of one school where one is named, behind `after`.
pub(crate) async fn contributions(
    conn: &impl ConnectionTrait,
    company: CompanyId,
    school: Option<SchoolId>,
    after: Option<ResourceId>,
    limit: u64,
) -> Result<Vec<resource::Model>> {
    let of = Query::select()
        .column(company_contribution::Column::ResourceId)
        .from(company_contribution::Entity)
        .and_where(company_contribution::Column::CompanyId.eq(company))
        .to_owned();
    let mut query = resource::Entity::find().filter(resource::Column::Id.in_subquery(of));
    if let Some(school) = school {
        query = query.filter(resource::Column::SchoolId.eq(school));
    }
    if let Some(after) = after {
        query = query.filter(resource::Column::Id.lt(after));
    }
    Ok(query.order_by_desc(resource::Column::Id).limit(limit).all(conn).await?)
}

/// How often each of some resources was used.
pub(crate) async fn uses(conn: &impl ConnectionTrait, of: &[ResourceId]) -> Result<HashMap<ResourceId, i64>> {
    let (all, id) = (resource_use::Entity::find(), resource_use::Column::ResourceId);
    let rows = rows::where_in(conn, all, id, of).await?.into_iter();
    Ok(rows.map(|row| (row.resource_id, row.uses)).collect())
}

/// The names of the companies under which some resources were shared.
pub(crate) async fn names_of(
    conn: &impl ConnectionTrait,
    resources: &[ResourceId],
) -> Result<HashMap<ResourceId, String>> {
    let (all, id) = (
        company_contribution::Entity::find(),
        company_contribution::Column::ResourceId,
    );
    let mut named = names_at_hubs(conn, resources).await?;
    let contributed = rows::where_in(conn, all, id, resources).await?;
    if contributed.is_empty() {
        return Ok(named);
    }
    let companies: Vec<CompanyId> = contributed.iter().map(|row| row.company_id).collect();
    let companies = rows::where_in(conn, company::Entity::find(), company::Column::Id, &companies).await?;
    let names: HashMap<CompanyId, String> = companies.into_iter().map(|row| (row.id, row.name)).collect();
    let given_here = contributed
        .into_iter()
        .filter_map(|row| Some((row.resource_id, names.get(&row.company_id)?.clone())));
    named.extend(given_here);
    Ok(named)
}

/// The same of those that came from hubs, as these named the companies.
async fn names_at_hubs(conn: &impl ConnectionTrait, resources: &[ResourceId]) -> Result<HashMap<ResourceId, String>> {
    let named = mirror_resource::Entity::find().filter(mirror_resource::Column::Company.is_not_null());
    let rows = rows::where_in(conn, named, mirror_resource::Column::ResourceId, resources).await?;
    let names = rows.into_iter().filter_map(|row| Some((row.resource_id, row.company?)));
    Ok(names.collect())
}
