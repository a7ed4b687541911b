//! The site that passkeys are made for: ours, by the address that browsers know it by.

use actix_web::{HttpRequest, web};

use super::proxy;
use crate::config::Config;
use crate::domain::passkey::RelyingParty;
use crate::error::Refusal;

/// The site, if browsers make passkeys at its address.
pub fn of(request: &HttpRequest) -> Option<RelyingParty> {
    let config = request.app_data::<web::Data<Config>>();
    let public_url = config.and_then(|config| config.server.public_url.as_deref());
    RelyingParty::of(public_url, &proxy::origin(request))
}

/// The site, or the refusal that says why there are no passkeys.
pub fn expected(request: &HttpRequest) -> Result<RelyingParty, Refusal> {
    of(request).ok_or(Refusal::PasskeysUnavailable)
}
