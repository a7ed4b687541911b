//! Limits on requests at the door: what kind a request is of, and what its answer says of the limit that is nearest
//! (`RateLimit` and `RateLimit-Policy`, draft-ietf-httpapi-ratelimit-headers-10).

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::web::Data;

use super::{proxy, session_cookie};
use crate::actor::Actor;
use crate::domain::id::AccountId;
use crate::domain::rate::{PACK_UNIT_BYTES, RequestKind, WINDOW};
use crate::library::Library;
use crate::library::rates::{LimitMet, RateStanding, Requester};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What everybody's browser and every monitor fetches, and costs nothing.
const NOT_COUNTED: &[&str] = &["/assets/{name}", "/favicon.ico", "/healthz", "/readyz", "/metrics"];

/// Where passwords and codes are compared, when something is sent there.
const SIGN_IN: &[&str] = &[
    "/sign-in",
    "/api/v1/session",
    "/account/password",
    "/account/second-factor",
    "/account/second-factor/confirm",
    "/account/second-factor/end",
    "/account/sign-on/{provider}",
    "/confirm",
    "/api/v1/session/confirm",
    "/api/v1/passkeys",
    "/api/v1/passkeys/options",
    "/api/v1/passkeys/sign-in",
    "/api/v1/passkeys/sign-in/options",
    "/api/v1/passkeys/confirm/options",
    "/training/{id}/sign-in",
    "/api/v1/training/sessions/{id}/sign-in",
];

/// Where anybody sends something that is kept, and keys of secret links could be tried: as seldom as passwords.
const BY_ANYBODY: &[&str] = &[
    "/copyright",
    "/copyright/{key}",
    "/api/v1/notices",
    "/api/v1/notices/followed/{key}",
];

/// Where a provider of sign-on is asked, and what it says is checked.
const SIGN_ON: &[&str] = &["/sign-on/{provider}", "/sign-on/{provider}/answer"];

const SEARCH: &[&str] = &[
    "/search",
    "/search.atom",
    "/feeds/{key}",
    "/api/v1/search",
    "/api/v1/suggest",
    "/api/v1/suggestions",
    "/api/v1/resources/{id}/similar",
];

const UPLOAD: &[&str] = &["/api/v1/uploads", "/api/v1/uploads/{id}"];

/// What brings files when something is sent there.
const UPLOAD_BY_FORM: &[&str] = &["/upload", "/api/v1/resources", "/api/v1/resources/{id}/versions"];

const RENDERING: &[&str] = &[
    "/api/v1/files/{id}/pages/{page}",
    "/api/v1/files/{id}/searchable",
    "/api/v1/files/{id}/thumbnail",
    "/api/v1/files/{id}/subtitles",
    "/api/v1/files/{id}/speech",
    "/api/v1/files/{id}/chapters",
    "/api/v1/files/{id}/members",
];

const PACKS: &[&str] = &[
    "/api/v1/blobs/sha256/{hex}",
    "/api/v1/packs/{id}/timestamp.json",
    "/api/v1/packs/{id}/tuf/{document}",
    "/api/v1/packs/{id}/tuf/targets/{path:.*}",
    "/api/v1/packs/{id}/versions/{number}/manifest.json",
    "/api/v1/packs/{id}/versions/{number}/manifest.patch.json",
    "/api/v1/packs/{id}/versions/{number}/snapshot.json",
    "/api/v1/packs/{id}/versions/{number}/evidence/{name}",
    "/api/v1/packs/{id}/versions/{number}/archive.{ending}",
    "/api/v1/packs/{id}/versions/{number}/bundle",
    "/api/v1/packs/{id}/versions/{number}/passages",
    "/api/v1/packs/{id}/versions/{number}/files/{sha256}",
    "/api/v1/packs/{id}/versions/{number}/files/{sha256}/chunks",
    "/api/v1/trust/root.json",
    "/api/v1/trust/{version}.root.json",
];

/// A request that was counted and let through.
#[derive(Debug)]
pub struct CountedRequest {
    library: Data<Library>,
    kind: RequestKind,
    who: Requester,
    standing: Option<RateStanding>,
}

/// Counts a request for whoever sent it; nothing where it is not counted.
pub async fn count(request: &ServiceRequest, actor: Option<&Actor>) -> Result<Option<CountedRequest>, LimitMet> {
    let pattern = request.match_pattern().unwrap_or_default();
    let Some((kind, library)) = kind_of(request.method(), &pattern).zip(request.app_data::<Data<Library>>()) else {
        return Ok(None);
    };
    let address = client_address(request);
    if proxy::came_by_an_unknown_proxy(request.request()) {
        library.rates.notice_unknown_proxy(address);
    }
    let member = actor.and_then(|actor| actor.account.as_ref());
    let who = match known_in(request, kind, library).await {
        Some(account) if member.is_none() => Requester::known(account),
        _ => Requester::of(member, address),
    };
    let standing = library.rates.count(kind, who)?;
    Ok(Some(CountedRequest {
        library: library.clone(),
        kind,
        who,
        standing,
    }))
}

/// Whose browser it is that signs in: whoever floods a school's address keeps none of its people out of theirs.
async fn known_in(request: &ServiceRequest, kind: RequestKind, library: &Library) -> Option<AccountId> {
    let browser = session_cookie::browser_of(request.request()).filter(|_| kind == RequestKind::SignIn)?;
    library.accounts.account_of_browser(&browser).await.ok().flatten()
}

/// Counts a form that brings a password or a code along with an act of another kind: it is no way to guess more often.
pub fn count_proof(request: &ServiceRequest, actor: &Actor) -> Result<(), LimitMet> {
    let pattern = request.match_pattern().unwrap_or_default();
    let counted_as = kind_of(request.method(), &pattern);
    let library = request.app_data::<Data<Library>>();
    let Some(library) = library.filter(|_| counted_as != Some(RequestKind::SignIn)) else {
        return Ok(());
    };
    let who = Requester::of(actor.account.as_ref(), client_address(request));
    library.rates.count(RequestKind::SignIn, who).map(|_| ())
}

fn client_address(request: &ServiceRequest) -> IpAddr {
    proxy::client(request.request()).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

impl CountedRequest {
    /// Counts what is only known with the answer, and says there how much is left.
    pub fn settle<B: MessageBody>(self, response: &mut ServiceResponse<B>) {
        if self.kind == RequestKind::Packs
            && *response.request().method() != Method::HEAD
            && let BodySize::Sized(bytes) = response.response().body().size()
        {
            let units = u32::try_from(bytes / PACK_UNIT_BYTES).unwrap_or(u32::MAX);
            self.library.rates.charge(self.kind, self.who, units);
        }
        if let Some(standing) = self.standing {
            tell(response.headers_mut(), &standing);
        }
    }
}

/// Says how much of a limit is left.
pub fn tell(headers: &mut HeaderMap, standing: &RateStanding) {
    let (kind, subject) = (standing.kind.code(), standing.subject.code());
    let (unit, name) = match standing.kind {
        RequestKind::Packs => (PACK_UNIT_BYTES, ";qu=\"content-bytes\""),
        _ => (1, ""),
    };
    let full_in = standing.full_in();
    let full_in = full_in.as_secs() + u64::from(full_in.subsec_nanos() > 0);
    let mut policy = String::with_capacity(64);
    let mut left = String::with_capacity(48);
    let (quota, remaining) = (
        u64::from(standing.quota.get()) * unit,
        u64::from(standing.remaining) * unit,
    );
    let written = write!(policy, "\"{kind}-{subject}\";q={quota}{name};w={}", WINDOW.as_secs())
        .and_then(|()| write!(left, "\"{kind}-{subject}\";r={remaining};t={full_in}"));
    if written.is_err() {
        return;
    }
    for (name, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, left)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
}

/// What a request asks for; none where it is not counted.
fn kind_of(method: &Method, pattern: &str) -> Option<RequestKind> {
    let is_of = |patterns: &[&str]| patterns.contains(&pattern);
    let sends = [Method::POST, Method::PUT, Method::PATCH].contains(method);
    let kind = if is_of(SEARCH) {
        RequestKind::Search
    } else if is_of(RENDERING) {
        RequestKind::Rendering
    } else if is_of(PACKS) {
        RequestKind::Packs
    } else if is_of(UPLOAD) || sends && is_of(UPLOAD_BY_FORM) {
        RequestKind::Upload
    } else if sends && (is_of(SIGN_IN) || is_of(BY_ANYBODY)) || is_of(SIGN_ON) {
        RequestKind::SignIn
    } else if is_of(NOT_COUNTED) {
        return None;
    } else {
        RequestKind::Other
    };
    Some(kind)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::http::routes::TABLE;

    /// A route that was renamed would be counted as anything, and a limit on it be none.
    #[test]
    fn every_address_that_is_counted_by_its_kind_is_one() {
        for pattern in [
            NOT_COUNTED,
            SIGN_IN,
            BY_ANYBODY,
            SEARCH,
            UPLOAD,
            UPLOAD_BY_FORM,
            RENDERING,
            PACKS,
        ]
        .concat()
        {
            assert!(TABLE.iter().any(|route| route.path == pattern), "{pattern}");
        }
    }

    /// The functions of a folder, tests aside: the file, the name, what it says.
    fn functions(folder: &str) -> Vec<(PathBuf, String, String)> {
        let mut functions: Vec<(PathBuf, String, String)> = Vec::new();
        for entry in walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) {
            let path = entry.unwrap().into_path();
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for line in text.split("#[cfg(test)]").next().unwrap().lines() {
                let declared = line.split_once("fn ").filter(|(before, _)| {
                    let words = ["pub", "const", "async"];
                    before
                        .split_whitespace()
                        .all(|word| words.contains(&word) || word.starts_with("pub(") || word.ends_with(')'))
                });
                match declared {
                    Some((_, rest)) => {
                        let name = rest.split(['(', '<']).next().unwrap().to_owned();
                        functions.push((path.clone(), name, String::new()));
                    }
                    None => {
                        if let Some((_, _, body)) = functions.last_mut().filter(|(of, ..)| *of == path) {
                            body.push_str(line);
                            body.push('\n');
                        }
                    }
                }
            }
        }
        functions
    }

    /// The form that links an account to a directory's compared two passwords and counted as any other.
    #[test]
    fn whatever_compares_a_password_counts_as_signing_in() {
        let mut compares: BTreeSet<String> = ["turn_to_compare", "turn_at", "count_attempt", "count_confirmation"]
            .map(str::to_owned)
            .into();
        let of_library = functions("src/library/accounts");
        loop {
            let calls = |body: &str| compares.iter().any(|name| body.contains(&format!(".{name}(")));
            let callers = of_library.iter().filter(|(_, _, body)| calls(body));
            let callers: Vec<String> = callers.map(|(_, name, _)| name.clone()).collect();
            let before = compares.len();
            compares.extend(callers);
            if compares.len() == before {
                break;
            }
        }
        assert!(compares.contains("confirm_identity") && compares.contains("sign_in_at_directory"));
        let of_door = functions("src/http");
        let asks =
            |(_, _, body): &&(PathBuf, String, String)| compares.iter().any(|name| body.contains(&format!(".{name}(")));
        let direct: Vec<_> = of_door.iter().filter(asks).collect();
        let handlers = of_door.iter().filter(|(path, _, body)| {
            let in_file = |name: &str| body.contains(&format!(" {name}(")) || body.contains(&format!("::{name}("));
            direct.iter().any(|(of, name, _)| of == path && in_file(name))
        });
        let handlers: BTreeSet<String> = direct
            .iter()
            .copied()
            .chain(handlers)
            .map(|(path, name, _)| format!("{}::{name}", path.file_stem().unwrap().to_str().unwrap()))
            .collect();

        let routes = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/routes.rs")).unwrap();
        let mut seen = 0;
        let mut pattern = "";
        for line in routes.lines() {
            if let Some((path, _)) = line
                .trim()
                .strip_prefix('"')
                .and_then(|line| line.split_once("\" => {"))
            {
                pattern = path;
            }
            for method in [Method::POST, Method::PUT, Method::PATCH] {
                let Some((_, rest)) = line.split_once(&format!("{method} ")) else {
                    continue;
                };
                let handler = rest.split([' ', ',']).nth(1).unwrap_or_default().replace("_api", "");
                let parts: Vec<&str> = handler.rsplitn(3, "::").collect();
                let [name, module, ..] = parts[..] else { continue };
                if handlers.contains(&format!("{module}::{name}")) {
                    assert_eq!(
                        kind_of(&method, pattern),
                        Some(RequestKind::SignIn),
                        "{method} {pattern}"
                    );
                    seen += 1;
                }
            }
        }
        assert!(seen >= 10, "{seen}: the table is read no more");
    }

    #[test]
    fn what_is_sent_counts_as_what_it_is() {
        let kind = |method, pattern| kind_of(&method, pattern);

        assert_eq!(kind(Method::GET, "/sign-in"), Some(RequestKind::Other));
        assert_eq!(kind(Method::POST, "/sign-in"), Some(RequestKind::SignIn));
        assert_eq!(kind(Method::GET, "/api/v1/resources"), Some(RequestKind::Other));
        assert_eq!(kind(Method::POST, "/api/v1/resources"), Some(RequestKind::Upload));
        assert_eq!(kind(Method::GET, ""), Some(RequestKind::Other));
        assert_eq!(kind(Method::GET, "/healthz"), None);
    }
}
