//! The passkeys on the page of one's own account: what they are called, taking one away. Adding one needs a script
//! (`web/src/passkeys.js`), which speaks to the API.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::Map;

use crate::domain::id::PasskeyId;
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedForm};
use crate::http::web::page_context::{PageContext, see_other};
use crate::library::Library;
use crate::library::accounts::passkeys::Passkey;
use crate::words::pages::PageWords;

/// A passkey.
#[derive(Debug, Clone)]
pub struct PasskeyRow {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was added and last used, and where it is kept.
    pub facts: Vec<String>,
}

/// The row of a passkey.
pub fn row(say: PageWords, passkey: Passkey) -> PasskeyRow {
    let used = match passkey.last_used_at {
        Some(at) => say.last_used(&at.minute()),
        None => say.passkey_unused().to_owned(),
    };
    let kept = if passkey.is_synced {
        say.passkey_synced()
    } else {
        say.passkey_of_device()
    };
    PasskeyRow {
        id: passkey.id.to_string(),
        name: passkey.name,
        facts: vec![used, say.passkey_added(&passkey.created_at.day()), kept.to_owned()],
    }
}

/// A name, as the form sends it.
#[derive(Debug, Deserialize)]
pub struct NameTyped {
    /// What the passkey is called.
    #[serde(default)]
    pub name: String,
}

/// `POST /account/passkeys/{id}`
pub async fn rename(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<PasskeyId>,
    typed: ProtectedForm<NameTyped>,
) -> Result<HttpResponse, Problem> {
    let fields = Map::from_iter([("name".to_owned(), typed.name.clone().into())]);
    let renamed = library.accounts.rename_passkey(&visit.actor, *id, &fields).await;
    let done = match renamed.map_err(Problem::from) {
        Ok(()) => "passkey-renamed",
        // Nothing was typed, or more than fits: the name stays, and the page says so.
        Err(problem) if matches!(problem.refusal(), Some(Refusal::Fields(_))) => "passkey-name",
        Err(problem) => return Err(problem),
    };
    Ok(see_other(&format!("/account?done={done}")))
}

/// `POST /account/passkeys/{id}/remove`
pub async fn remove(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<PasskeyId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.accounts.remove_passkey(&visit.actor, *id).await?;
    Ok(see_other("/account?done=passkey-removed"))
}
