//! OpenID Connect: the authorization code flow with PKCE, state and nonce; discovery; keys as the provider has them now;
//! signing out there.
//!
//! What an ID token must be is asked of `openidconnect`: signed by a key of the issuer, for this client, in time, to this
//! question. Only signatures that need the provider's private key count, whatever its description allows.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreJwsSigningAlgorithm,
    CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpResponse, IssuerUrl, LogoutRequest, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout,
    RedirectUrl, RequestTokenError, Scope, SignatureVerificationError, TokenResponse as _, TokenUrl, UserInfoUrl, http,
    url,
};
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use super::http::HttpClient;
use super::{Identified, ProviderAnswer, ProviderError, SignOnQuestion};
use crate::domain::address::keeps_secrets;
use crate::domain::sign_on::{AnswerFault, Attributes, Identity};
use crate::domain::time::Timestamp;

/// A provider's description and keys are asked for again after this long: a key that was withdrawn is believed no longer.
const KNOWN_FOR: Duration = Duration::from_mins(10);
/// Before a browser is sent there, so that one which is down is said to be by our own page and not by the browser's.
const SENT_WITHIN: Duration = Duration::from_secs(10);
/// Somebody who is asked anew types a password in this time before the answer.
const ANEW_WITHIN: Duration = Duration::from_mins(15);
/// Objects within objects that attributes are taken from: `realm_access.roles` is two deep.
const MAX_DEPTH: usize = 4;

/// What is signed by these only the provider can have signed.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// What came of asking a provider to describe itself.
#[derive(Debug, Default)]
struct Asked {
    metadata: Option<KnownMetadata>,
    failed_at: Option<Instant>,
}

/// What a provider says of itself, and since when that is known.
type KnownMetadata = (ProviderMetadataWithLogout, Instant);

/// What an OpenID Connect provider is, and what we are to it.
#[derive(Debug, Clone)]
pub struct OidcProvider {
    /// Its issuer.
    pub issuer: String,
    /// What we are called there.
    pub client_id: String,
    /// What we prove it with, if by anything but PKCE.
    pub client_secret: Option<String>,
    /// What is asked for besides `openid`.
    pub scopes: Vec<String>,
    /// The claim of the name that is signed in with.
    pub name_attribute: String,
    /// The claim of the name that is shown.
    pub display_attribute: String,
    /// Whether signing out here signs out there as well.
    pub sign_out: bool,
}

/// A client of one provider.
pub struct OidcClient {
    provider: OidcProvider,
    http: HttpClient,
    known: Mutex<Asked>,
}

impl std::fmt::Debug for OidcClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OidcClient").field(&self.provider.issuer).finish()
    }
}

impl OidcClient {
    /// Asks nothing yet; `certificates` (PEM) are trusted besides the system's.
    pub fn new(provider: OidcProvider, certificates: Option<&[u8]>) -> anyhow::Result<Self> {
        Ok(Self {
            provider,
            http: HttpClient::new(certificates)?,
            known: Mutex::default(),
        })
    }

    pub(super) async fn address(&self, question: &SignOnQuestion) -> Result<String, ProviderError> {
        let (metadata, _) = self.metadata(SENT_WITHIN).await?;
        let client = self.client(&metadata, question)?;
        let verifier = PkceCodeVerifier::new(question.verifier.clone());
        let (state, nonce) = (question.state.clone(), question.nonce.clone());
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(self.provider.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if question.is_anew {
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
        }
        let (url, ..) = request.url();
        Ok(url.into())
    }

    pub(super) async fn identify(
        &self,
        question: &SignOnQuestion,
        answer: &ProviderAnswer<'_>,
        now: Timestamp,
    ) -> Result<Identified, ProviderError> {
        if answer.issuer.is_some_and(|issuer| issuer != self.provider.issuer) {
            return Err(ProviderError::answer(
                AnswerFault::Issuer,
                "the answer names another issuer",
            ));
        }
        let code = answer.code.filter(|code| !code.is_empty());
        let code = code.ok_or_else(|| ProviderError::answer(AnswerFault::Unreadable, "no code"))?;
        let (metadata, since) = self.metadata(KNOWN_FOR).await?;
        let response = self.exchange(&metadata, question, code).await?;
        let token = response
            .id_token()
            .ok_or_else(|| ProviderError::answer(AnswerFault::Unreadable, "no ID token"))?;
        match self.verify(&metadata, question, &response, token, now) {
            // The provider may have changed its keys since it was last asked.
            Err(error) if is_about_keys(&error) => {
                let metadata = self.metadata_after(since).await?;
                let verified = self.verify(&metadata, question, &response, token, now);
                verified.map_err(not_believed)?;
            }
            verified => verified.map_err(not_believed)?,
        }
        let mut claims = payload(token)?;
        self.add_user_info(&metadata, &response, &mut claims).await?;
        Ok(Identified {
            identity: self.identity(&claims)?,
            sign_out_url: self.sign_out_url(&metadata, question),
        })
    }

    /// What the provider says of itself and since when, asked for again if that is older.
    async fn metadata(&self, than: Duration) -> Result<KnownMetadata, ProviderError> {
        self.metadata_if(|since| since.elapsed() < than).await
    }

    /// What it says of itself later than that.
    async fn metadata_after(&self, before: Instant) -> Result<ProviderMetadataWithLogout, ProviderError> {
        let (metadata, _) = self.metadata_if(|since| since > before).await?;
        Ok(metadata)
    }

    async fn metadata_if(&self, is_fresh: impl FnOnce(Instant) -> bool) -> Result<KnownMetadata, ProviderError> {
        let began = Instant::now();
        // Held while it is asked, so that a class that signs in asks once.
        let mut asked = self.known.lock().await;
        if let Some((metadata, since)) = &asked.metadata
            && is_fresh(*since)
        {
            return Ok((metadata.clone(), *since));
        }
        // In vain as well: one after the other each would wait as long as the first.
        if asked.failed_at.is_some_and(|failed| failed > began) {
            return Err(away(anyhow::anyhow!("it did not answer whoever asked before")));
        }
        match self.discover().await {
            Ok(metadata) => Ok(asked.metadata.insert((metadata, Instant::now())).clone()),
            Err(error) => {
                asked.failed_at = Some(Instant::now());
                Err(error)
            }
        }
    }

    async fn discover(&self) -> Result<ProviderMetadataWithLogout, ProviderError> {
        let issuer = IssuerUrl::new(self.provider.issuer.clone()).map_err(away)?;
        let call = |request| self.http.call(request);
        let metadata = ProviderMetadataWithLogout::discover_async(issuer, &call).await;
        let metadata = metadata.map_err(away)?;
        expect_secure(&metadata)?;
        Ok(metadata)
    }

    fn client(
        &self,
        metadata: &ProviderMetadataWithLogout,
        question: &SignOnQuestion,
    ) -> Result<Client, ProviderError> {
        let provider = &self.provider;
        let secret = provider.client_secret.clone().map(ClientSecret::new);
        let answer_url = RedirectUrl::new(question.answer_url.clone()).map_err(away)?;
        let client =
            CoreClient::from_provider_metadata(metadata.clone(), ClientId::new(provider.client_id.clone()), secret);
        Ok(client.set_redirect_uri(answer_url).set_auth_type(auth_type(metadata)))
    }

    async fn exchange(
        &self,
        metadata: &ProviderMetadataWithLogout,
        question: &SignOnQuestion,
        code: &str,
    ) -> Result<CoreTokenResponse, ProviderError> {
        let client = self.client(metadata, question)?;
        let call = |request| self.http.call(request);
        let exchange = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(away)?
            .set_pkce_verifier(PkceCodeVerifier::new(question.verifier.clone()));
        exchange.request_async(&call).await.map_err(|error| match error {
            RequestTokenError::ServerResponse(said) => ProviderError::answer(AnswerFault::Code, said.error().as_ref()),
            RequestTokenError::Parse(error, _) => ProviderError::answer(AnswerFault::Unreadable, error),
            error => away(error),
        })
    }

    fn verify(
        &self,
        metadata: &ProviderMetadataWithLogout,
        question: &SignOnQuestion,
        response: &CoreTokenResponse,
        token: &CoreIdToken,
        now: Timestamp,
    ) -> Result<(), ClaimsVerificationError> {
        let now = UNIX_EPOCH + Duration::from_millis(now.0.try_into().unwrap_or_default());
        let client_id = ClientId::new(self.provider.client_id.clone());
        // As of a public client: what is signed by the secret that both know counts for nothing.
        let verifier = openidconnect::IdTokenVerifier::new_public_client(
            client_id,
            metadata.issuer().clone(),
            metadata.jwks().clone(),
        )
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || now.into());
        // Asked for with `max_age`, it must be said (OpenID Connect Core §3.1.2.1).
        let is_anew = question.is_anew;
        let verifier = verifier.set_auth_time_verifier_fn(move |at| match at {
            Some(at) if SystemTime::from(at) + ANEW_WITHIN >= now => Ok(()),
            _ if !is_anew => Ok(()),
            _ => Err("the password was not asked for anew".to_owned()),
        });
        let claims = token.claims(&verifier, &Nonce::new(question.nonce.clone()))?;
        let Some(expected) = claims.access_token_hash() else {
            return Ok(());
        };
        let signature = ClaimsVerificationError::SignatureVerification;
        let algorithm = token.signing_alg().map_err(signature)?;
        let key = token.signing_key(&verifier).map_err(signature)?;
        let hash = AccessTokenHash::from_token(response.access_token(), algorithm, key);
        let is_it = hash.is_ok_and(|hash| hash == *expected);
        is_it
            .then_some(())
            .ok_or_else(|| ClaimsVerificationError::InvalidSubject("the access token is another one's".to_owned()))
    }

    /// Adds what the provider says of its people only where it is asked for it.
    async fn add_user_info(
        &self,
        metadata: &ProviderMetadataWithLogout,
        response: &CoreTokenResponse,
        claims: &mut Map<String, Value>,
    ) -> Result<(), ProviderError> {
        let Some(url) = metadata.userinfo_endpoint() else {
            return Ok(());
        };
        let token = response.access_token().secret();
        let answer = self.http.get(url.as_str(), Some(token)).await.map_err(away)?;
        if answer.status() != http::StatusCode::OK {
            // Without it somebody would lose for a day what a rule gives.
            return Err(away(anyhow::anyhow!("userinfo was answered {}", answer.status())));
        }
        // Left out, what it says of groups would be taken for none.
        if !is_json(&answer) {
            return Err(away(anyhow::anyhow!(
                "userinfo is no JSON; have the provider not sign it"
            )));
        }
        let unreadable = |error| ProviderError::answer(AnswerFault::Unreadable, error);
        let more: Map<String, Value> = serde_json::from_slice(answer.body()).map_err(unreadable)?;
        if more.get("sub") != claims.get("sub") {
            return Err(ProviderError::answer(
                AnswerFault::Subject,
                "userinfo speaks of somebody else",
            ));
        }
        for (name, value) in more {
            claims.entry(name).or_insert(value);
        }
        Ok(())
    }

    fn identity(&self, claims: &Map<String, Value>) -> Result<Identity, ProviderError> {
        let mut attributes = Attributes::new();
        gather(claims, "", MAX_DEPTH, &mut attributes);
        let first = |name: &str| attributes.get(name).and_then(|values| values.first()).cloned();
        let subject = first("sub").filter(|subject| !subject.is_empty());
        let subject = subject.ok_or_else(|| ProviderError::answer(AnswerFault::Subject, "it names nobody"))?;
        Ok(Identity {
            issuer: self.provider.issuer.trim_end_matches('/').to_owned(),
            name: first(&self.provider.name_attribute).unwrap_or_default(),
            display: first(&self.provider.display_attribute),
            subject,
            attributes,
        })
    }

    /// Without the ID token, which says who somebody is to whoever reads addresses; a provider may ask once more instead.
    fn sign_out_url(&self, metadata: &ProviderMetadataWithLogout, question: &SignOnQuestion) -> Option<String> {
        let there = metadata.additional_metadata().end_session_endpoint.clone()?;
        let is_secure = keeps_secrets(there.url().scheme(), there.url().host_str().unwrap_or_default());
        if !self.provider.sign_out || !is_secure {
            return None;
        }
        let mut home = there.url().join(&question.answer_url).ok()?;
        home.set_path("/");
        let request = LogoutRequest::from(there)
            .set_client_id(ClientId::new(self.provider.client_id.clone()))
            .set_post_logout_redirect_uri(PostLogoutRedirectUrl::from_url(home));
        Some(request.http_get_url().into())
    }
}

/// What a provider says of itself is held to what the settings are held to: nobody on the way reads or changes anything.
fn expect_secure(metadata: &ProviderMetadataWithLogout) -> Result<(), ProviderError> {
    let named = [
        Some(metadata.authorization_endpoint().url()),
        metadata.token_endpoint().map(TokenUrl::url),
        metadata.userinfo_endpoint().map(UserInfoUrl::url),
        Some(metadata.jwks_uri().url()),
    ];
    let is_secure = |url: &&url::Url| keeps_secrets(url.scheme(), url.host_str().unwrap_or_default());
    match named.into_iter().flatten().find(|url| !is_secure(url)) {
        Some(url) => Err(away(anyhow::anyhow!(
            "it names `{}`, which is not https",
            url.origin().ascii_serialization()
        ))),
        None => Ok(()),
    }
}

fn away(error: impl Into<anyhow::Error>) -> ProviderError {
    ProviderError::Away(error.into())
}

/// By a header, as all must take it, unless the provider says that it takes the secret in the body alone.
fn auth_type(metadata: &ProviderMetadataWithLogout) -> AuthType {
    let takes = metadata.token_endpoint_auth_methods_supported();
    let takes = |method: &CoreClientAuthMethod| takes.is_none_or(|all| all.contains(method));
    if takes(&CoreClientAuthMethod::ClientSecretBasic) || !takes(&CoreClientAuthMethod::ClientSecretPost) {
        AuthType::BasicAuth
    } else {
        AuthType::RequestBody
    }
}

fn is_about_keys(error: &ClaimsVerificationError) -> bool {
    use SignatureVerificationError as Signature;
    let ClaimsVerificationError::SignatureVerification(error) = error else {
        return false;
    };
    matches!(
        error,
        Signature::NoMatchingKey | Signature::CryptoError(_) | Signature::AmbiguousKeyId(_) | Signature::InvalidKey(_)
    )
}

fn not_believed(error: ClaimsVerificationError) -> ProviderError {
    use ClaimsVerificationError as Claims;
    use SignatureVerificationError as Signature;
    let fault = match &error {
        Claims::Expired(_) | Claims::InvalidAuthTime(_) => AnswerFault::Expired,
        Claims::InvalidAudience(_) => AnswerFault::Audience,
        Claims::InvalidIssuer(_) => AnswerFault::Issuer,
        Claims::InvalidNonce(_) => AnswerFault::Nonce,
        Claims::InvalidSubject(_) => AnswerFault::Subject,
        Claims::SignatureVerification(Signature::NoSignature) => AnswerFault::Unsigned,
        Claims::SignatureVerification(Signature::DisallowedAlg(_) | Signature::UnsupportedAlg(_)) => {
            AnswerFault::Algorithm
        }
        Claims::SignatureVerification(_) => AnswerFault::Signature,
        _ => AnswerFault::Unreadable,
    };
    ProviderError::answer(fault, error)
}

/// The claims of a token that was verified, those among them that no standard names.
fn payload(token: &CoreIdToken) -> Result<Map<String, Value>, ProviderError> {
    let token = token.to_string();
    let middle = token.split('.').nth(1).unwrap_or_default();
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(middle).unwrap_or_default();
    serde_json::from_slice(&bytes).map_err(|error| ProviderError::answer(AnswerFault::Unreadable, error))
}

fn is_json(answer: &HttpResponse) -> bool {
    let kind = answer.headers().get(http::header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.starts_with("application/json")
}

/// Texts, numbers and lists of them, by their names; those in an object by `outer.inner`.
fn gather(claims: &Map<String, Value>, outer: &str, depth: usize, into: &mut Attributes) {
    for (name, value) in claims {
        let name = format!("{outer}{name}");
        match value {
            Value::Object(inner) if depth > 0 => gather(inner, &format!("{name}."), depth - 1, into),
            Value::Array(items) => drop(into.insert(name, items.iter().filter_map(scalar).collect())),
            value => into.extend(scalar(value).map(|text| (name, vec![text]))),
        }
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn attributes_are_found_where_providers_put_them() {
        let claims = json!({
            "sub": "7", "groups": ["a", "b", {"x": 1}], "realm_access": {"roles": ["teacher"]}, "age": 41, "nothing": null,
        });
        let mut found = Attributes::new();

        gather(claims.as_object().unwrap(), "", MAX_DEPTH, &mut found);

        assert_eq!(found["groups"], ["a", "b"]);
        assert_eq!(found["realm_access.roles"], ["teacher"]);
        assert_eq!(found["age"], ["41"]);
        assert!(!found.contains_key("nothing"));
    }
}
