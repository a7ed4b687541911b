//! Codes of the day (RFC 6238): what a session's room shows, and what is typed or scanned there.
//!
//! A code is made of the session's own secret and the minute, so that a photograph of it is worth nothing on the way home, and
//! that of one session nothing in another.

use totp_rs::{Builder, Secret, Totp};

use crate::domain::time::Timestamp;
use crate::error::{Error, Result};

/// Bytes of a session's secret (RFC 4226 §4, R6).
const SECRET_BYTES: usize = 20;
/// Digits of a code: at thirty tries a minute nobody finds one by guessing.
const DIGITS: u8 = 8;
/// How long a code is shown, in seconds.
const STEP_SECS: u64 = 60;

/// A new secret for a session.
pub(in crate::library) fn secret() -> Result<String> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| Error::unexpected(anyhow::anyhow!("ask for random bytes: {error}")))?;
    Ok(Secret::from(bytes.to_vec()).to_base32())
}

/// The code of a moment, and for how many seconds it is shown.
pub(super) fn shown(secret: &str, now: Timestamp) -> Result<(String, u64)> {
    let seconds = seconds(now);
    let code = totp(secret)?.generate(seconds).to_string();
    Ok((code, STEP_SECS - seconds % STEP_SECS))
}

/// Whether a code is the one that is shown, or the one before: somebody was typing it while it changed. The one to come never
/// fits.
pub(super) fn fits(secret: &str, typed: &str, now: Timestamp) -> Result<bool> {
    let digits: String = typed.chars().filter(|sign| !sign.is_whitespace()).collect();
    let seconds = seconds(now);
    let step = totp(secret)?.check(&digits, seconds);
    Ok(step.is_some_and(|step| step <= seconds / STEP_SECS))
}

fn seconds(now: Timestamp) -> u64 {
    u64::try_from(now.0 / 1000).unwrap_or(0)
}

fn totp(secret: &str) -> Result<Totp> {
    let secret = Secret::try_from_base32(secret).map_err(Error::unexpected)?;
    let totp = Builder::new()
        .with_secret(secret)
        .with_digits(DIGITS)
        .with_step_duration(STEP_SECS)
        .with_skew(1)
        .with_account_name("session");
    totp.build().map_err(Error::unexpected)
}
