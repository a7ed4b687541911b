//! Whose session or API token a request carries.

use crate::actor::{Actor, Member};
use crate::db::{entity, people};
use crate::domain::audit::AuditAction;
use crate::domain::id::TokenId;
use crate::domain::role::{TokenArea, TokenScope};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result};
use crate::library::accounts::{Accounts, hashed, member};

/// A session's last use is written at most this often.
const TOUCH_EVERY: std::time::Duration = std::time::Duration::from_mins(1);
/// A page waits this long at most for that to be noted.
const TOUCH_PATIENCE: std::time::Duration = std::time::Duration::from_millis(500);

/// What of others' own a token reads, where its account may. A token for everything needs no areas.
pub(super) fn areas(row: &entity::token::Model) -> Vec<TokenArea> {
    match &row.areas {
        Some(codes) if row.scope < TokenScope::Admin => codes.split(',').filter_map(TokenArea::of_code).collect(),
        _ => TokenArea::ALL.to_vec(),
    }
}

impl Accounts {
    /// Who holds this session; nobody when it is unknown or over.
    pub async fn member_of_session(&self, key: &str) -> Result<Option<Member>> {
        let now = self.clock.now();
        let Some((session, account)) = people::session(self.db.read(), &hashed(key)).await? else {
            return Ok(None);
        };
        let idle = session.seen_at.plus(self.rules.session_idle) <= now;
        if account.disabled || idle || session.expires_at <= now {
            return Ok(None);
        }
        let member = member(&account, TokenScope::Admin, Some(session.csrf.clone()));
        if session.seen_at.plus(TOUCH_EVERY) <= now {
            self.touch(session, now).await;
        }
        Ok(Some(member))
    }

    /// Notes that a session is used. Nobody waits for a page until other writers are done: a busy moment is let pass, and
    /// the next request notes it.
    async fn touch(&self, session: entity::session::Model, now: Timestamp) {
        if !self.db.is_quiet() {
            return;
        }
        let library = self.clone();
        // In a task of its own: what has begun to write is not to be dropped.
        let touching = tokio::task::spawn_local(async move {
            let touch = async |tx: &_| people::touch_session(tx, &session.key_hash, now).await;
            if let Err(error) = library.db.write(touch).await {
                tracing::warn!("the use of a session could not be noted: {error:?}");
            }
        });
        let _ = tokio::time::timeout(TOUCH_PATIENCE, touching).await;
    }

    /// Who holds this token. What is no token of ours, or none any more, is recorded of whoever sent it.
    pub async fn member_of_token(&self, token: &str, guest: &Actor) -> Result<Member> {
        let now = self.clock.now();
        let found = people::token(self.db.read(), &hashed(token)).await?;
        let Some((row, account)) = found else {
            return Err(self.refuse_token(guest, None));
        };
        let over = row.expires_at.is_some_and(|end| end <= now);
        if over || account.disabled {
            let holder = Actor {
                account: Some(member(&account, row.scope, None)),
                ..guest.clone()
            };
            return Err(self.refuse_token(&holder, Some(row.id)));
        }
        let areas = areas(&row);
        Ok(Member {
            areas,
            token_id: Some(row.id),
            ..member(&account, row.scope, None)
        })
    }

    fn refuse_token(&self, holder: &Actor, id: Option<TokenId>) -> Error {
        let subject = id.map(|id| id.to_string());
        let refusal = Refusal::InvalidToken;
        self.audit
            .refused(holder, AuditAction::TokenRefuse, subject, refusal.code());
        refusal.into()
    }
}
