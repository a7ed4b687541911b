//! The rows of every table that lead to one account, for its owner to take along, as far as no other query gives them.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait, IdenStatic as _, Iterable as _, PrimaryKeyToColumn as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::rows;
use crate::db::entity::{
    comment, company, company_member, door_notice, expert_visit, idempotency, identity, known_browser, pack_version,
    receipt, recognition_call, recognition_conflict, recognition_entry, recognition_juror, recognition_mark,
    recognition_result, recognition_voice, resource, review_author, review_decision, review_path, review_state,
    review_step_taker, rights_notice_step, staged, standard_followup, standard_version, synonyms, task_order,
    training_attendance, training_base, training_certificate, training_correction, training_progress, training_session,
    training_sign_in, training_watch, upload, version,
};
use crate::domain::id::{AccountId, AttendanceId, CompanyId, RecognitionEntryId};
use crate::domain::time::Timestamp;
use crate::error::Result;

/// What is kept of an account in these tables, of each as many rows as were asked for.
#[derive(Debug)]
pub(crate) struct OwnRows {
    pub(crate) identities: Vec<identity::Model>,
    pub(crate) browsers: Vec<known_browser::Model>,
    pub(crate) uploads: Vec<upload::Model>,
    pub(crate) previews: Vec<staged::Model>,
    pub(crate) answers: Vec<idempotency::Model>,
    pub(crate) versions: Vec<version::Model>,
    pub(crate) pack_versions: Vec<pack_version::Model>,
    pub(crate) decisions: Vec<review_decision::Model>,
    pub(crate) notice_steps: Vec<rights_notice_step::Model>,
    pub(crate) receipts: Vec<receipt::Model>,
    pub(crate) progress: Vec<training_progress::Model>,
    pub(crate) watches: Vec<training_watch::Model>,
    pub(crate) juries: Vec<recognition_juror::Model>,
    pub(crate) voices: Vec<recognition_voice::Model>,
    pub(crate) conflicts: Vec<recognition_conflict::Model>,
    pub(crate) marks: Vec<recognition_mark::Model>,
    pub(crate) visits: Vec<expert_visit::Model>,
    pub(crate) door_notices: Vec<door_notice::Model>,
    pub(crate) memberships: Vec<company_member::Model>,
}

impl OwnRows {
    pub(crate) async fn load(conn: &impl ConnectionTrait, id: AccountId, most: u64) -> Result<Self> {
        Ok(Self {
            identities: of::<identity::Entity>(conn, identity::Column::AccountId, id, most).await?,
            browsers: of::<known_browser::Entity>(conn, known_browser::Column::AccountId, id, most).await?,
            uploads: of::<upload::Entity>(conn, upload::Column::AccountId, id, most).await?,
            previews: of::<staged::Entity>(conn, staged::Column::AccountId, id, most).await?,
            answers: of::<idempotency::Entity>(conn, idempotency::Column::AccountId, id, most).await?,
            versions: of::<version::Entity>(conn, version::Column::AuthorId, id, most).await?,
            pack_versions: of::<pack_version::Entity>(conn, pack_version::Column::AuthorId, id, most).await?,
            decisions: of::<review_decision::Entity>(conn, review_decision::Column::DecidedBy, id, most).await?,
            notice_steps: of::<rights_notice_step::Entity>(conn, rights_notice_step::Column::AccountId, id, most)
                .await?,
            receipts: of::<receipt::Entity>(conn, receipt::Column::AccountId, id, most).await?,
            progress: of::<training_progress::Entity>(conn, training_progress::Column::AccountId, id, most).await?,
            watches: of::<training_watch::Entity>(conn, training_watch::Column::AccountId, id, most).await?,
            juries: of::<recognition_juror::Entity>(conn, recognition_juror::Column::AccountId, id, most).await?,
            voices: of::<recognition_voice::Entity>(conn, recognition_voice::Column::AccountId, id, most).await?,
            conflicts: of::<recognition_conflict::Entity>(conn, recognition_conflict::Column::AccountId, id, most)
                .await?,
            marks: of::<recognition_mark::Entity>(conn, recognition_mark::Column::PersonId, id, most).await?,
            visits: of::<expert_visit::Entity>(conn, expert_visit::Column::ExpertId, id, most).await?,
            door_notices: of::<door_notice::Entity>(conn, door_notice::Column::AccountId, id, most).await?,
            memberships: of::<company_member::Entity>(conn, company_member::Column::AccountId, id, most).await?,
        })
    }
}

/// That an account did something about a row that is not about it.
#[derive(Debug)]
pub(crate) struct OwnAct {
    /// The column that names the account, as `table.column`.
    pub(crate) what: String,
    /// The row.
    pub(crate) id: String,
    /// When, where the row says it.
    pub(crate) at: Option<Timestamp>,
}

/// What an account did about rows that are not about it: who approved, appointed, corrected, published.
pub(crate) async fn acts(conn: &impl ConnectionTrait, id: AccountId, most: u64) -> Result<Vec<OwnAct>> {
    let mut acts = about_resources(conn, id, most).await?;
    acts.extend(about_standards(conn, id, most).await?);
    acts.extend(about_training(conn, id, most).await?);
    acts.extend(about_recognition(conn, id, most).await?);
    acts.extend(about_companies(conn, id, most).await?);
    Ok(acts)
}

async fn about_resources(conn: &impl ConnectionTrait, id: AccountId, most: u64) -> Result<Vec<OwnAct>> {
    let version = |row: version::Model| (format!("{}/{}", row.resource_id, row.number), row.approved_at);
    let pack = |row: pack_version::Model| (format!("{}/{}", row.pack_id, row.number), row.published_at);
    let mut acts = Vec::new();
    acts.extend(done::<version::Entity>(conn, version::Column::ApprovedBy, id, most, version).await?);
    acts.extend(done::<pack_version::Entity>(conn, pack_version::Column::ApprovedBy, id, most, pack).await?);
    let comment = |row: comment::Model| (row.id.to_string(), row.resolved_at);
    acts.extend(done::<comment::Entity>(conn, comment::Column::ResolvedBy, id, most, comment).await?);
    let resource = |row: resource::Model| (row.id.to_string(), row.marked_at);
    acts.extend(done::<resource::Entity>(conn, resource::Column::MarkedBy, id, most, resource).await?);
    let state = |row: review_state::Model| (row.resource_id.to_string(), row.taken_at);
    acts.extend(done::<review_state::Entity>(conn, review_state::Column::TakenBy, id, most, state).await?);
    let author = |row: review_author::Model| (row.resource_id.to_string(), None);
    acts.extend(done::<review_author::Entity>(conn, review_author::Column::AccountId, id, most, author).await?);
    let path = |row: review_path::Model| (row.code, row.updated_at);
    acts.extend(done::<review_path::Entity>(conn, review_path::Column::UpdatedBy, id, most, path).await?);
    let taker = |row: review_step_taker::Model| (row.step_id.to_string(), None);
    acts.extend(done::<review_step_taker::Entity>(conn, review_step_taker::Column::AccountId, id, most, taker).await?);
    let order = |row: task_order::Model| (row.task_id.to_string(), Some(row.updated_at));
    acts.extend(done::<task_order::Entity>(conn, task_order::Column::UpdatedBy, id, most, order).await?);
    let words = |row: synonyms::Model| (row.id.to_string(), Some(row.updated_at));
    acts.extend(done::<synonyms::Entity>(conn, synonyms::Column::UpdatedBy, id, most, words).await?);
    Ok(acts)
}

async fn about_standards(conn: &impl ConnectionTrait, id: AccountId, most: u64) -> Result<Vec<OwnAct>> {
    let made = |row: standard_version::Model| (row.id.to_string(), Some(row.created_at));
    let published = |row: standard_version::Model| (row.id.to_string(), row.published_at);
    let follow_up = |row: standard_followup::Model| (row.id.to_string(), row.decided_at);
    let mut acts = Vec::new();
    acts.extend(done::<standard_version::Entity>(conn, standard_version::Column::CreatedBy, id, most, made).await?);
    acts.extend(
        done::<standard_version::Entity>(conn, standard_version::Column::PublishedBy, id, most, published).await?,
    );
    acts.extend(
        done::<standard_followup::Entity>(conn, standard_followup::Column::OwnerId, id, most, follow_up).await?,
    );
    acts.extend(
        done::<standard_followup::Entity>(conn, standard_followup::Column::DecidedBy, id, most, follow_up).await?,
    );
    Ok(acts)
}

async fn about_training(conn: &impl ConnectionTrait, id: AccountId, most: u64) -> Result<Vec<OwnAct>> {
    let enrolled = |row: training_attendance::Model| (row.id.to_string(), Some(row.enrolled_at));
    let corrected = |row: training_correction::Model| (row.id.to_string(), Some(row.at));
    let base = |row: training_base::Model| (row.id.to_string(), Some(row.created_at));
    let session = |row: training_session::Model| (row.id.to_string(), Some(row.created_at));
    let issued = |row: training_certificate::Model| (row.number.to_string(), Some(row.issued_at));
    let revoked = |row: training_certificate::Model| (row.number.to_string(), row.revoked_at);
    let mut acts = Vec::new();
    acts.extend(
        done::<training_attendance::Entity>(conn, training_attendance::Column::EnrolledBy, id, most, enrolled).await?,
    );
    acts.extend(
        done::<training_correction::Entity>(conn, training_correction::Column::CorrectedBy, id, most, corrected)
            .await?,
    );
    acts.extend(done::<training_base::Entity>(conn, training_base::Column::CreatedBy, id, most, base).await?);
    acts.extend(done::<training_session::Entity>(conn, training_session::Column::CreatedBy, id, most, session).await?);
    acts.extend(
        done::<training_certificate::Entity>(conn, training_certificate::Column::IssuedBy, id, most, issued).await?,
    );
    acts.extend(
        done::<training_certificate::Entity>(conn, training_certificate::Column::RevokedBy, id, most, revoked).await?,
    );
    Ok(acts)
}

async fn about_recognition(conn: &impl ConnectionTrait, id: AccountId, most: u64) -> Result<Vec<OwnAct>> {
    let made = |row: recognition_call::Model| (row.id.to_string(), Some(row.created_at));
    let published = |row: recognition_call::Model| (row.id.to_string(), row.published_at);
    let juror = |row: recognition_juror::Model| (row.call_id.to_string(), Some(row.appointed_at));
    // By whom it is about: an entry's id would tell whose a blind one is.
    let conflict = |row: recognition_conflict::Model| (row.account_id.to_string(), Some(row.declared_at));
    let result = |row: recognition_result::Model| (row.id.to_string(), Some(row.decided_at));
    let given = |row: recognition_mark::Model| (row.id.to_string(), Some(row.given_at));
    let ended = |row: recognition_mark::Model| (row.id.to_string(), row.ended_at);
    let entered = |row: recognition_entry::Model| (row.id.to_string(), Some(row.created_at));
    let mut acts = Vec::new();
    acts.extend(done::<recognition_call::Entity>(conn, recognition_call::Column::CreatedBy, id, most, made).await?);
    acts.extend(
        done::<recognition_call::Entity>(conn, recognition_call::Column::PublishedBy, id, most, published).await?,
    );
    acts.extend(
        done::<recognition_juror::Entity>(conn, recognition_juror::Column::AppointedBy, id, most, juror).await?,
    );
    acts.extend(
        done::<recognition_conflict::Entity>(conn, recognition_conflict::Column::DeclaredBy, id, most, conflict)
            .await?,
    );
    acts.extend(
        done::<recognition_result::Entity>(conn, recognition_result::Column::DecidedBy, id, most, result).await?,
    );
    acts.extend(done::<recognition_mark::Entity>(conn, recognition_mark::Column::GivenBy, id, most, given).await?);
    acts.extend(done::<recognition_mark::Entity>(conn, recognition_mark::Column::EndedBy, id, most, ended).await?);
    acts.extend(
        done::<recognition_entry::Entity>(conn, recognition_entry::Column::EnteredBy, id, most, entered).await?,
    );
    Ok(acts)
}

async fn about_companies(conn: &impl ConnectionTrait, id: AccountId, most: u64) -> Result<Vec<OwnAct>> {
    let entered = |row: company::Model| (row.id.to_string(), Some(row.created_at));
    let added = |row: company_member::Model| (row.company_id.to_string(), Some(row.added_at));
    let asked = |row: expert_visit::Model| (row.id.to_string(), Some(row.created_at));
    let answered = |row: expert_visit::Model| (row.id.to_string(), row.answered_at);
    let closed = |row: expert_visit::Model| (row.id.to_string(), row.closed_at);
    let mut acts = Vec::new();
    acts.extend(done::<company::Entity>(conn, company::Column::CreatedBy, id, most, entered).await?);
    acts.extend(done::<company_member::Entity>(conn, company_member::Column::AddedBy, id, most, added).await?);
    acts.extend(done::<expert_visit::Entity>(conn, expert_visit::Column::CreatedBy, id, most, asked).await?);
    acts.extend(done::<expert_visit::Entity>(conn, expert_visit::Column::AnsweredBy, id, most, answered).await?);
    acts.extend(done::<expert_visit::Entity>(conn, expert_visit::Column::ClosedBy, id, most, closed).await?);
    Ok(acts)
}

/// Days on which somebody signed in to training, by their parts in its sessions.
pub(crate) async fn training_days(
    conn: &impl ConnectionTrait,
    parts: &[AttendanceId],
) -> Result<Vec<training_sign_in::Model>> {
    let query = training_sign_in::Entity::find();
    rows::where_in(conn, query, training_sign_in::Column::AttendanceId, parts).await
}

/// What was corrected of somebody's parts in sessions of training.
pub(crate) async fn training_corrections(
    conn: &impl ConnectionTrait,
    parts: &[AttendanceId],
) -> Result<Vec<training_correction::Model>> {
    let query = training_correction::Entity::find();
    rows::where_in(conn, query, training_correction::Column::AttendanceId, parts).await
}

/// The entries with these ids, for the numbers under which they were judged.
pub(crate) async fn entries(
    conn: &impl ConnectionTrait,
    ids: &[RecognitionEntryId],
) -> Result<Vec<recognition_entry::Model>> {
    rows::where_in(
        conn,
        recognition_entry::Entity::find(),
        recognition_entry::Column::Id,
        ids,
    )
    .await
}

/// The companies with these ids.
pub(crate) async fn companies(conn: &impl ConnectionTrait, ids: &[CompanyId]) -> Result<Vec<company::Model>> {
    rows::where_in(conn, company::Entity::find(), company::Column::Id, ids).await
}

async fn of<E: EntityTrait>(
    conn: &impl ConnectionTrait,
    whose: E::Column,
    id: AccountId,
    most: u64,
) -> Result<Vec<E::Model>> {
    let mut query = E::find().filter(whose.eq(id));
    for key in E::PrimaryKey::iter() {
        // Ids are drawn in the order of time.
        query = query.order_by_desc(key.into_column());
    }
    Ok(query.limit(most).all(conn).await?)
}

async fn done<E: EntityTrait>(
    conn: &impl ConnectionTrait,
    by: E::Column,
    id: AccountId,
    most: u64,
    row: impl Fn(E::Model) -> (String, Option<Timestamp>),
) -> Result<Vec<OwnAct>> {
    let what = format!("{}.{}", E::default().table_name(), by.as_str());
    let rows = of::<E>(conn, by, id, most).await?.into_iter().map(row);
    let acts = rows.map(|(id, at)| OwnAct {
        what: what.clone(),
        id,
        at,
    });
    Ok(acts.collect())
}

#[cfg(test)]
mod tests {
    use crate::domain::personal_data::TABLE;

    /// Given by the queries of those whose tables they are.
    const ELSEWHERE: [&str; 15] = [
        "session.account_id",
        "second_factor.account_id",
        "recovery_code.account_id",
        "passkey.account_id",
        "token.account_id",
        "saved_searches.account_id",
        "resource.owner_id",
        "pack.owner_id",
        "comment.author_id",
        "training_attendance.account_id",
        "training_certificate.account_id",
        "recognition_entry.person_id",
        "audit.account_id",
        // Minutes, until a browser comes back.
        "pending_sign_on.account_id",
        "passkey_ceremony.counted_by",
    ];

    /// A table that was added would be missing from what people take along, and nobody would notice.
    #[test]
    fn every_column_that_leads_to_an_account_is_asked_for() {
        let source = include_str!("own.rs");
        let camel = |name: &str| -> String {
            let words = name.split('_');
            words.map(|word| word[..1].to_uppercase() + &word[1..]).collect()
        };
        let leads_to_one = |column: &str| {
            ["account_id", "owner_id", "author_id", "person_id", "expert_id"].contains(&column)
                || column.ends_with("_by")
        };
        let columns = TABLE.iter().flat_map(|line| line.columns.iter().copied());
        let forgotten: Vec<&str> = columns
            .filter(|of| leads_to_one(of.split_once('.').unwrap().1))
            // None of an account that is there.
            .filter(|of| !ELSEWHERE.contains(of) && *of != "erasure.account_id")
            .filter(|of| {
                let (table, column) = of.split_once('.').unwrap();
                !source.contains(&format!("{table}::Column::{},", camel(column)))
            })
            .collect();

        assert_eq!(forgotten, Vec::<&str>::new());
    }
}
