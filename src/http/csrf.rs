//! The session's CSRF token in pages and forms, masked so that it is spelt differently in every page.
//!
//! Pages travel compressed and repeat what was searched for. An unmasked token could then be guessed letter by letter from
//! the length of many answers (BREACH, CVE-2013-3587).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::actor::Actor;
use crate::error::Refusal;

/// The hidden field of a form that carries it.
pub const FIELD: &str = "csrf";

/// Refuses what does not carry the token of the actor's session.
pub fn check(actor: &Actor, sent: Option<&str>) -> Result<(), Refusal> {
    // Without a session there is nothing that a foreign page could use.
    let Some(token) = actor.account.as_ref().and_then(|member| member.csrf.as_deref()) else {
        return Ok(());
    };
    if is_token(token, sent) {
        Ok(())
    } else {
        Err(Refusal::Csrf)
    }
}

/// The token as one page carries it: random bytes, then the token added to them.
pub fn masked(token: &str) -> String {
    let mut pad = vec![0; token.len()];
    getrandom::fill(&mut pad).expect("the token itself was made of the system's random bytes");
    let hidden = xor(&pad, token.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode([pad, hidden].concat())
}

/// Whether what was sent is the token, plain as the API tells it or masked as a page carries it.
pub(super) fn is_token(token: &str, sent: Option<&str>) -> bool {
    let Some(sent) = sent else { return false };
    sent == token || unmasked(sent).is_some_and(|plain| plain == token.as_bytes())
}

fn unmasked(sent: &str) -> Option<Vec<u8>> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(sent).ok()?;
    let (pad, hidden) = bytes.split_at(bytes.len() / 2);
    Some(xor(pad, hidden))
}

fn xor(pad: &[u8], bytes: &[u8]) -> Vec<u8> {
    pad.iter().zip(bytes).map(|(pad, byte)| pad ^ byte).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_token, masked};

    #[test]
    fn no_two_pages_spell_the_token_alike_and_each_spelling_is_the_token() {
        let (one, other) = (masked("token"), masked("token"));

        assert_ne!(one, other);
        assert!(is_token("token", Some(&one)) && is_token("token", Some(&other)));
        assert!(is_token("token", Some("token")), "the API tells it plainly");
    }

    #[test]
    fn what_is_not_the_token_is_refused() {
        for sent in [None, Some(""), Some("other"), Some("t"), Some("不是"), Some("AAAA")] {
            assert!(!is_token("token", sent), "{sent:?}");
        }
        assert!(!is_token("token", Some(&masked("other"))));
    }
}
