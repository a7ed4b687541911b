//! Passkeys (WebAuthn): for which site they are, what they are called, and why one is refused.

use std::net::IpAddr;
use std::time::Duration;

use serde_json::{Map, Value};

use super::fault::FieldFault;
use super::form::FieldReader;

/// A browser answers a challenge in this time: long enough to look for the phone.
pub const CEREMONY_LASTS: Duration = Duration::from_mins(5);
/// The longest name of a passkey, in characters.
const MAX_PASSKEY_NAME_CHARS: usize = 60;
/// Where browsers trust a site without https: the machine they run on.
const LOCALHOST: &str = "localhost";

/// The site that passkeys are made for and used at. A browser gives one to no other site, so that nobody can be led to type
/// it elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    /// The host's name, which passkeys are bound to for good.
    pub id: String,
    /// The address of its pages, as browsers say it: `https://library.example.org`.
    pub origin: String,
}

impl RelyingParty {
    /// The site at its public address; without one, this machine alone, whatever a request claims to have asked for. None
    /// where browsers make no passkeys: without https, and at a number in place of a name.
    pub fn of(public_url: Option<&str>, asked_for: &str) -> Option<Self> {
        let origin = public_url.unwrap_or(asked_for).trim_end_matches('/');
        let (scheme, place) = origin.split_once("://")?;
        let id = host(place);
        let is_trusted = id == LOCALHOST || public_url.is_some() && scheme == "https";
        let is_name = !id.is_empty() && id.parse::<IpAddr>().is_err() && !place.starts_with('[');
        (is_trusted && is_name).then(|| Self {
            id: id.to_owned(),
            origin: origin.to_owned(),
        })
    }
}

fn host(place: &str) -> &str {
    place.split([':', '/']).next().unwrap_or(place)
}

/// Why the answer of an authenticator is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyFault {
    /// Nobody asked for it here, it was asked for too long ago, or it was answered before.
    Over,
    /// It was given to another site.
    OtherSite,
    /// The authenticator did not ask its owner for finger, face or PIN.
    NotVerified,
    /// The authenticator counts fewer signatures than before: there is a copy of it.
    Copied,
    /// The passkey is unknown, somebody else's, or did not sign this.
    Wrong,
}

impl PasskeyFault {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Over => "passkey-over",
            Self::OtherSite => "passkey-other-site",
            Self::NotVerified => "passkey-not-verified",
            Self::Copied => "passkey-copied",
            Self::Wrong => "wrong-passkey",
        }
    }
}

/// Reads the name of a passkey.
pub fn passkey_name(fields: &Map<String, Value>) -> Result<String, Vec<FieldFault>> {
    let mut reader = FieldReader::new(fields);
    let name = reader.required("name", MAX_PASSKEY_NAME_CHARS);
    reader.refuse_others();
    reader.finish(|| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_known_by_its_public_name_and_this_machine_by_its_own() {
        let site =
            |public: Option<&str>, asked: &str| RelyingParty::of(public, asked).map(|site| (site.id, site.origin));
        let known = |id: &str, origin: &str| Some((id.to_owned(), origin.to_owned()));

        let public = Some("https://ku.example.cn");
        assert_eq!(
            site(public, "http://10.0.0.5"),
            known("ku.example.cn", "https://ku.example.cn")
        );
        assert_eq!(
            site(Some("https://ku.example.cn:8443"), ""),
            known("ku.example.cn", "https://ku.example.cn:8443")
        );
        assert_eq!(
            site(None, "http://localhost:8080"),
            known("localhost", "http://localhost:8080")
        );
        // What anybody can write into a request is no site of ours.
        assert_eq!(site(None, "https://evil.example"), None);
        assert_eq!(site(None, "http://localhost.evil.example"), None);
        for without in [
            "http://ku.example.cn",
            "https://10.0.0.5",
            "https://[::1]:8443",
            "https://",
        ] {
            assert_eq!(site(Some(without), "http://localhost"), None, "{without}");
        }
    }
}
