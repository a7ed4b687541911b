//! Rows as their owner takes them along.

use super::{OwnCertificate, OwnComment, OwnFile, OwnPack, OwnRecord, OwnSavedSearch, OwnSession, OwnToken, OwnWork};
use crate::db::entity;

pub(super) fn session(row: entity::session::Model) -> OwnSession {
    OwnSession {
        address: row.address,
        created_at: row.created_at,
        seen_at: row.seen_at,
        expires_at: row.expires_at,
    }
}

pub(super) fn token(row: entity::token::Model) -> OwnToken {
    OwnToken {
        id: row.id,
        name: row.name,
        scope: row.scope,
        created_at: row.created_at,
        expires_at: row.expires_at,
    }
}

pub(super) fn saved_search(row: entity::saved_search::Model) -> OwnSavedSearch {
    OwnSavedSearch {
        name: row.name,
        query: row.query,
        created_at: row.created_at,
    }
}

pub(super) fn work(row: entity::resource::Model) -> OwnWork {
    let row = row.working_copy();
    OwnWork {
        url: format!("/r/{}", row.id),
        id: row.id,
        title: row.title,
        description: row.description,
        authors: row.authors.0,
        status: row.status,
        scope: row.scope,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

pub(super) fn file(row: entity::file::Model) -> OwnFile {
    OwnFile {
        url: format!("/api/v1/files/{}/content", row.id),
        id: row.id,
        resource: row.resource_id,
        path: row.path,
        size: row.size,
        sha256: row.sha256,
    }
}

pub(super) fn pack(row: entity::pack::Model) -> OwnPack {
    OwnPack {
        id: row.id,
        title: row.title,
        description: row.description,
        scope: row.scope,
        version: row.version,
        created_at: row.created_at,
    }
}

pub(super) fn comment(row: entity::comment::Model) -> OwnComment {
    OwnComment {
        id: row.id,
        resource: row.resource_id,
        text: row.text,
        created_at: row.created_at,
    }
}

pub(super) fn certificate(row: entity::training_certificate::Model) -> OwnCertificate {
    OwnCertificate {
        url: format!("/training/certificates/{}", row.number),
        number: row.number,
        holder: row.holder,
        session: row.title,
        hours: row.hours,
        attended_on: row.attended_on,
        issued_at: row.issued_at,
        revoked_at: row.revoked_at,
        reason: row.reason,
    }
}

pub(super) fn record(row: entity::audit::Model) -> OwnRecord {
    OwnRecord {
        at: row.at,
        action: row.action,
        subject: row.subject,
        title: row.subject_title,
        outcome: row.outcome,
        address: row.address,
        times: row.times.unwrap_or(1),
    }
}
