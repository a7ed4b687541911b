//! An OpenID Connect provider, and a CAS server beside it, that do what a test has them do: honest answers, and each kind
//! of forged one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::Digest as _;

/// What the service is called there, and what it proves it with.
pub(crate) const CLIENT: &str = "gongxue";
pub(crate) const SECRET: &str = "a secret that only both know";

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forgery {
    /// Signed by somebody else's key that bears the same name.
    OtherKey,
    /// `alg: none`, and no signature.
    Unsigned,
    /// `HS256` by the bytes of the public key, which everybody knows.
    PublicKeyAsSecret,
    /// `HS256` by the client's secret, which schools' copies of the settings know.
    SharedSecret,
    /// An hour too late.
    Expired,
    /// Made for another service.
    Audience,
    /// Made for this service and another.
    TwoAudiences,
    /// By another issuer.
    Issuer,
    /// To another question.
    Nonce,
    /// To no question at all.
    NoNonce,
    /// The text that userinfo gives is of somebody else.
    Userinfo,
    /// It names nobody.
    NoSubject,
    /// No token at all.
    NoToken,
    /// Asked anew, nobody typed a password: they were signed in there already.
    NotAnew,
    /// The answer names another issuer.
    AnswerIssuer,
}

/// What it was asked and will answer.
struct Grant {
    nonce: String,
    challenge: String,
    redirect_uri: String,
    claims: Value,
}

#[derive(Default)]
struct Script {
    url: String,
    keys: Vec<(String, Vec<u8>)>,
    grants: HashMap<String, Grant>,
    tickets: HashMap<String, (String, String)>,
    tokens: HashMap<String, Value>,
    forgery: Option<Forgery>,
    is_silent: bool,
    /// How often its keys were fetched.
    keys_fetched: usize,
    /// Seconds since 1970, as the service's own clock has it.
    now: i64,
    count: usize,
}

/// The provider; it ends when this is dropped.
pub(crate) struct ScriptedProvider {
    pub(crate) url: String,
    script: Arc<Mutex<Script>>,
    handle: ServerHandle,
}

impl ScriptedProvider {
    pub(crate) fn start() -> Self {
        let script = Arc::new(Mutex::new(Script::default()));
        let (tell, told) = std::sync::mpsc::channel();
        let shared = Arc::clone(&script);
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let app = move || {
                    App::new()
                        .app_data(web::Data::new(Arc::clone(&shared)))
                        .default_service(web::to(answer))
                };
                let server = HttpServer::new(app).workers(1).disable_signals().shutdown_timeout(0);
                let server = server.bind("127.0.0.1:0").unwrap();
                let url = format!("http://{}", server.addrs()[0]);
                let server = server.run();
                tell.send((url, server.handle())).unwrap();
                server.await.unwrap();
            });
        });
        let (url, handle) = told.recv().unwrap();
        let provider = Self { url, script, handle };
        provider.script().url.clone_from(&provider.url);
        provider.rotate_keys();
        provider
    }

    /// Lines of settings for it.
    pub(crate) fn settings(&self, more: &str) -> String {
        format!(
            r#"{{id = "city", kind = "oidc", name_zh = "市统一认证", name_en = "City sign-on", issuer = "{}",
                client_id = "{CLIENT}", client_secret = "{SECRET}", {more}}}"#,
            self.url
        )
    }

    /// The same as a CAS server.
    pub(crate) fn cas_settings(&self, more: &str) -> String {
        format!(
            r#"{{id = "campus", kind = "cas", name_zh = "校园 CAS", url = "{}/cas", id_attribute = "user", {more}}}"#,
            self.url
        )
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap()
    }

    /// Signs with a new key from now on, and forgets the old one.
    pub(crate) fn rotate_keys(&self) {
        let key = new_key();
        let mut script = self.script();
        script.count += 1;
        let name = format!("key-{}", script.count);
        script.keys = vec![(name, key)];
    }

    /// How often its keys were fetched.
    pub(crate) fn keys_fetched(&self) -> usize {
        self.script().keys_fetched
    }

    /// Forges what it answers from now on, or no more.
    pub(crate) fn forge(&self, forgery: Option<Forgery>) {
        self.script().forgery = forgery;
    }

    /// Takes questions and answers none.
    pub(crate) fn fall_silent(&self) {
        self.script().is_silent = true;
    }

    /// Has somebody sign in who was sent here; returns the address that they are sent back to.
    pub(crate) fn sign_in(&self, asked: &str, claims: Value, now: i64) -> String {
        let asked = reqwest::Url::parse(asked).unwrap();
        let query: HashMap<String, String> = asked.query_pairs().into_owned().collect();
        let mut script = self.script();
        script.count += 1;
        script.now = now;
        if asked.path() == "/cas/login" {
            let ticket = format!("ST-{}", script.count);
            let service = query["service"].clone();
            let user = claims["sub"].as_str().unwrap().to_owned();
            script.tickets.insert(ticket.clone(), (service.clone(), user));
            return format!("{service}&ticket={ticket}");
        }
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["client_id"], CLIENT);
        assert_eq!(query["code_challenge_method"], "S256");
        assert!(query["scope"].starts_with("openid"), "{query:?}");
        let code = format!("code-{}", script.count);
        let grant = Grant {
            nonce: query["nonce"].clone(),
            challenge: query["code_challenge"].clone(),
            redirect_uri: query["redirect_uri"].clone(),
            claims,
        };
        script.grants.insert(code.clone(), grant);
        let issuer = match script.forgery {
            Some(Forgery::AnswerIssuer) => "&iss=https%3A%2F%2Fevil.example",
            _ => "",
        };
        format!("{}?code={code}&state={}{issuer}", query["redirect_uri"], query["state"])
    }
}

impl Drop for ScriptedProvider {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

fn new_key() -> Vec<u8> {
    let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    pair.unwrap().as_ref().to_vec()
}

fn pair(pkcs8: &[u8]) -> EcdsaKeyPair {
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &SystemRandom::new()).unwrap()
}

async fn answer(request: HttpRequest, body: web::Bytes, script: web::Data<Arc<Mutex<Script>>>) -> HttpResponse {
    if script.lock().unwrap().is_silent {
        std::future::pending::<()>().await;
    }
    let mut script = script.lock().unwrap();
    match request.path() {
        "/.well-known/openid-configuration" => HttpResponse::Ok().json(script.description()),
        "/jwks" => {
            script.keys_fetched += 1;
            HttpResponse::Ok().json(script.key_set())
        }
        "/token" => script.token(&request, &body),
        "/userinfo" => script.userinfo(&request),
        "/cas/p3/serviceValidate" => script.validate(&request),
        _ => HttpResponse::NotFound().finish(),
    }
}

impl Script {
    fn description(&self) -> Value {
        let url = &self.url;
        json!({
            "issuer": url,
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"),
            "userinfo_endpoint": format!("{url}/userinfo"),
            "end_session_endpoint": format!("{url}/logout"),
            "jwks_uri": format!("{url}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            // Whatever it says that it allows: only what needs its private key counts.
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
        })
    }

    fn key_set(&self) -> Value {
        let keys = self.keys.iter().map(|(name, pkcs8)| {
            let public = pair(pkcs8).public_key().as_ref().to_vec();
            let part = |range: std::ops::Range<usize>| BASE64_URL_SAFE_NO_PAD.encode(&public[range]);
            json!({"kty": "EC", "use": "sig", "crv": "P-256", "kid": name, "x": part(1..33), "y": part(33..65)})
        });
        json!({ "keys": keys.collect::<Vec<_>>() })
    }

    fn token(&mut self, request: &HttpRequest, body: &[u8]) -> HttpResponse {
        let form: HashMap<String, String> = serde_urlencoded::from_bytes(body).unwrap();
        let refused = |error: &str| HttpResponse::BadRequest().json(json!({ "error": error }));
        let secret = SECRET.replace(' ', "+");
        let known = base64::prelude::BASE64_STANDARD.encode(format!("{CLIENT}:{secret}"));
        let said = request
            .headers()
            .get("authorization")
            .map(|value| value.to_str().unwrap());
        if said != Some(&format!("Basic {known}")) {
            return refused("invalid_client");
        }
        let Some(grant) = self.grants.remove(&form["code"]) else {
            return refused("invalid_grant");
        };
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(form["code_verifier"].as_bytes()));
        if challenge != grant.challenge || form["redirect_uri"] != grant.redirect_uri {
            return refused("invalid_grant");
        }
        self.count += 1;
        let access = format!("access-{}", self.count);
        let mut said = json!({"access_token": access, "token_type": "Bearer"});
        if self.forgery != Some(Forgery::NoToken) {
            said["id_token"] = json!(self.id_token(&grant));
        }
        self.tokens.insert(access, grant.claims);
        HttpResponse::Ok().json(said)
    }

    /// The claims that are in the token; the rest is told by userinfo.
    fn id_token(&self, grant: &Grant) -> String {
        let forgery = self.forgery;
        let mut claims = json!({
            "iss": self.url, "aud": CLIENT, "sub": grant.claims["sub"], "nonce": grant.nonce,
            "iat": self.now, "exp": self.now + 300, "auth_time": self.now,
        });
        match forgery {
            Some(Forgery::Expired) => claims["exp"] = json!(self.now - 3_600),
            Some(Forgery::Audience) => claims["aud"] = json!("another-service"),
            Some(Forgery::TwoAudiences) => claims["aud"] = json!([CLIENT, "another-service"]),
            Some(Forgery::Issuer) => claims["iss"] = json!("https://evil.example"),
            Some(Forgery::Nonce) => claims["nonce"] = json!("of another question"),
            Some(Forgery::NoNonce) => drop(claims.as_object_mut().unwrap().remove("nonce")),
            Some(Forgery::NotAnew) => claims["auth_time"] = json!(self.now - 3_600),
            Some(Forgery::NoSubject) => claims["sub"] = json!(""),
            _ => {}
        }
        let (name, pkcs8) = &self.keys[0];
        let algorithm = match forgery {
            Some(Forgery::Unsigned) => "none",
            Some(Forgery::PublicKeyAsSecret | Forgery::SharedSecret) => "HS256",
            _ => "ES256",
        };
        let head = json!({"alg": algorithm, "typ": "JWT", "kid": name});
        let text = [head, claims]
            .map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string()))
            .join(".");
        let hmac = |key: &[u8]| {
            let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key);
            ring::hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
        };
        let sign = |pkcs8: &[u8]| {
            let signature = pair(pkcs8).sign(&SystemRandom::new(), text.as_bytes());
            signature.unwrap().as_ref().to_vec()
        };
        let signature = match forgery {
            Some(Forgery::Unsigned) => Vec::new(),
            Some(Forgery::PublicKeyAsSecret) => hmac(pair(pkcs8).public_key().as_ref()),
            Some(Forgery::SharedSecret) => hmac(SECRET.as_bytes()),
            Some(Forgery::OtherKey) => sign(&new_key()),
            _ => sign(pkcs8),
        };
        format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    fn userinfo(&self, request: &HttpRequest) -> HttpResponse {
        let said = request.headers().get("authorization").unwrap().to_str().unwrap();
        let Some(claims) = self.tokens.get(said.trim_start_matches("Bearer ")) else {
            return HttpResponse::build(StatusCode::UNAUTHORIZED).finish();
        };
        let mut claims = claims.clone();
        if self.forgery == Some(Forgery::Userinfo) {
            claims["sub"] = json!("somebody else");
        }
        HttpResponse::Ok().json(claims)
    }

    fn validate(&mut self, request: &HttpRequest) -> HttpResponse {
        let query: HashMap<String, String> = serde_urlencoded::from_str(request.query_string()).unwrap();
        // A ticket is of use once, whatever it is shown with.
        let found = self.tickets.remove(&query["ticket"]);
        let found = found.filter(|(service, _)| *service == query["service"]);
        let inner = match found {
            Some((_, user)) => format!(
                "<cas:authenticationSuccess><cas:user>{user}</cas:user><cas:attributes>\
                 <cas:displayName>王敏</cas:displayName><cas:groups>staff</cas:groups><cas:groups>teachers</cas:groups>\
                 <cas:uid>{user}</cas:uid></cas:attributes></cas:authenticationSuccess>"
            ),
            None => "<cas:authenticationFailure code=\"INVALID_TICKET\">no</cas:authenticationFailure>".to_owned(),
        };
        let body =
            format!("<cas:serviceResponse xmlns:cas=\"http://www.yale.edu/tp/cas\">{inner}</cas:serviceResponse>");
        HttpResponse::Ok().content_type("application/xml").body(body)
    }
}
