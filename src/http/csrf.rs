//! The session's mark in pages and forms, veiled so that it is spelt differently in every page.
//!
//! Pages travel compressed and repeat what was searched for. An unveiled mark could then be guessed letter by letter from
//! the length of many answers (BREACH, CVE-2013-3587).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// The mark as one page carries it: random bytes, then the mark added to them.
pub fn veiled(mark: &str) -> String {
    let mut pad = vec![0; mark.len()];
    getrandom::fill(&mut pad).expect("the mark itself was made of the system's random bytes");
    let hidden = added(&pad, mark.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode([pad, hidden].concat())
}

/// Whether what was sent is the mark, plain as the API tells it or veiled as a page carries it.
pub fn is_of(mark: &str, sent: Option<&str>) -> bool {
    let Some(sent) = sent else { return false };
    sent == mark || unveiled(sent).is_some_and(|plain| plain == mark.as_bytes())
}

fn unveiled(sent: &str) -> Option<Vec<u8>> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(sent).ok()?;
    let (pad, hidden) = bytes.split_at(bytes.len() / 2);
    Some(added(pad, hidden))
}

fn added(pad: &[u8], bytes: &[u8]) -> Vec<u8> {
    pad.iter().zip(bytes).map(|(pad, byte)| pad ^ byte).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_of, veiled};

    #[test]
    fn no_two_pages_spell_the_mark_alike_and_each_spelling_is_the_mark() {
        let (one, other) = (veiled("mark"), veiled("mark"));

        assert_ne!(one, other);
        assert!(is_of("mark", Some(&one)) && is_of("mark", Some(&other)));
        assert!(is_of("mark", Some("mark")), "the API tells it plainly");
    }

    #[test]
    fn what_is_not_the_mark_is_refused() {
        for sent in [None, Some(""), Some("other"), Some("m"), Some("不是"), Some("AAAA")] {
            assert!(!is_of("mark", sent), "{sent:?}");
        }
        assert!(!is_of("mark", Some(&veiled("other"))));
    }
}
