//! Passwords: hashing and checking them, and making ones for once.

use std::sync::LazyLock;
use std::time::Duration;

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Argon2, PasswordHash};

use crate::actor::Actor;
use crate::domain::fault::FieldFault;
use crate::domain::password::{MAX_PASSWORD_BYTES, password_fault};
use crate::error::{Error, Refusal, Result};
use crate::library::accounts::Accounts;
use crate::library::accounts::turn_queue::{Asker, Tried, Turn};

/// What passwords for once are made of: no two signs that look alike on paper.
const SIGNS: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
/// Signs in a group, and the fewest groups: 79 bits.
const GROUP: usize = 4;
const GROUPS: usize = 4;

/// Until one's turn has come to have a password compared; then the service is busy.
pub(super) const TURN_WITHIN: Duration = Duration::from_secs(30);

/// A password for once.
#[derive(Debug, Clone)]
pub(super) struct Fresh {
    /// As it is told, once.
    pub(super) plain: String,
    /// As it is kept.
    pub(super) hash: String,
}

impl Accounts {
    /// Makes a password for once: `k7mp-3xwd-q9ra-hu6t`.
    pub(super) async fn fresh_password(&self, actor: &Actor) -> Result<Fresh> {
        let plain = readable(self.rules.password_min_chars)?;
        let hash = self.hash_password(actor, plain.clone()).await?;
        Ok(Fresh { plain, hash })
    }

    /// Refuses a password that is too short or guessed at once, on the field it was typed into.
    pub(super) fn expect_good_password(&self, field: &str, password: &str, name: &str) -> Result<()> {
        match password_fault(password, name, self.rules.password_min_chars) {
            Some(kind) => Err(Refusal::Fields(vec![FieldFault::at(field, kind)]).into()),
            None => Ok(()),
        }
    }

    pub(super) async fn hash_password(&self, actor: &Actor, password: String) -> Result<String> {
        if password.chars().count() < self.rules.password_min_chars || password.len() > MAX_PASSWORD_BYTES {
            let detail = format!("a password has at least {} characters", self.rules.password_min_chars);
            return Err(Refusal::Malformed { detail }.into());
        }
        let place = self.hashing.enter(Asker::of(actor, None))?;
        let turn = place.turn(Tried::default()).await?;
        // 19 MiB and two passes, as OWASP asks: 37 ms of a core, in which nobody else on a thread of requests would be
        // answered.
        let hash = turn.work(move || {
            Argon2::default()
                .hash_password(password.as_bytes())
                .map(|hash| hash.to_string())
        });
        hash.await?
            .map_err(|error| Error::unexpected(anyhow::anyhow!("hash a password: {error}")))
    }

    /// Whether a password is the one of the hash, for whoever has their turn.
    pub(super) async fn password_fits(&self, turn: Turn, hash: Option<String>, password: String) -> Result<bool> {
        // None so long was ever accepted: it is wrong, and not worth hashing.
        if password.len() > MAX_PASSWORD_BYTES {
            return Ok(false);
        }
        let known = hash.is_some();
        let check = turn.work(move || {
            let hash = hash.unwrap_or_else(|| NOBODYS_HASH.clone());
            let Ok(hash) = PasswordHash::new(&hash) else {
                return false;
            };
            Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
        });
        Ok(check.await? && known)
    }
}

/// What an unknown name's password is checked against.
static NOBODYS_HASH: LazyLock<String> = LazyLock::new(|| {
    let hash = Argon2::default().hash_password(b"nobody has this password");
    hash.map(|hash| hash.to_string()).unwrap_or_default()
});

/// Random signs in groups, at least as many characters as a password must have.
pub(super) fn readable(min_chars: usize) -> Result<String> {
    let groups = GROUPS.max(min_chars.div_ceil(GROUP + 1) + 1);
    let mut signs = String::new();
    while signs.len() < groups * (GROUP + 1) - 1 {
        if signs.len() % (GROUP + 1) == GROUP {
            signs.push('-');
        }
        signs.push(random_sign()?);
    }
    Ok(signs)
}

/// Each sign as likely as any other: a byte beyond the last whole round is drawn again.
fn random_sign() -> Result<char> {
    let whole = 256 / SIGNS.len() * SIGNS.len();
    loop {
        let mut byte = [0];
        getrandom::fill(&mut byte)
            .map_err(|error| Error::unexpected(anyhow::anyhow!("ask for random bytes: {error}")))?;
        let drawn = usize::from(byte[0]);
        if drawn < whole {
            return Ok(char::from(SIGNS[drawn % SIGNS.len()]));
        }
    }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordHasher as _;
    use argon2::{Argon2, PasswordHash};

    use crate::domain::password::password_fault;
    use crate::library::accounts::password::{NOBODYS_HASH, readable};

    /// How long an answer takes would tell which names there are.
    #[test]
    fn a_name_that_nobody_has_is_compared_by_as_much_work_as_one_that_somebody_has() {
        let kept = Argon2::default()
            .hash_password(b"a password of somebody")
            .unwrap()
            .to_string();
        let (kept, nobodys) = (
            PasswordHash::new(&kept).unwrap(),
            PasswordHash::new(&NOBODYS_HASH).unwrap(),
        );

        assert_eq!(nobodys.algorithm, kept.algorithm);
        assert_eq!(nobodys.version, kept.version);
        assert_eq!(nobodys.params, kept.params);
        assert_eq!(
            nobodys.hash.map(|output| output.as_bytes().len()),
            kept.hash.map(|output| output.as_bytes().len())
        );
    }

    #[test]
    fn a_password_for_once_is_long_enough_and_can_be_read_aloud() {
        for min in [10, 24] {
            let password = readable(min).unwrap();
            assert!(password.split('-').all(|group| group.len() == 4), "{password}");
            assert_eq!(password_fault(&password, "wang", min), None, "{password}");
        }
        assert_ne!(readable(10).unwrap(), readable(10).unwrap());
    }
}
