//! Somebody who calls the service over HTTP, and the answers.

use std::net::{IpAddr, Ipv4Addr};

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::Digest as _;

/// Parts of a form are told apart by this.
const BOUNDARY: &str = "-----gongxue-test-boundary";

/// Somebody who calls: a guest, or the bearer of a token.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    base: String,
    token: Option<String>,
    name: String,
    client: Client,
}

impl Caller {
    pub(crate) fn new(base: String, token: Option<String>, name: &str) -> Self {
        gongxue::tls::use_ring();
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            // A connection that is kept may be one to a service that was stopped meanwhile.
            .pool_max_idle_per_host(0)
            .build()
            .expect("make a client");
        Self {
            base,
            token,
            name: name.to_owned(),
            client,
        }
    }

    /// The same person at another address of this machine, `127.0.0.x`.
    pub(crate) fn at_address(&self, last: u8) -> Self {
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .local_address(IpAddr::from(Ipv4Addr::new(127, 0, 0, last)))
            .pool_max_idle_per_host(0)
            .build()
            .expect("make a client");
        Self { client, ..self.clone() }
    }

    /// The sign-in name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The token.
    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().expect("only a guest has none")
    }

    /// The same person with another token, or with none.
    pub(crate) fn with_token(&self, token: Option<&str>) -> Self {
        Self {
            token: token.map(str::to_owned),
            ..self.clone()
        }
    }

    /// The same person at another address.
    pub(crate) fn at(&self, base: String) -> Self {
        Self { base, ..self.clone() }
    }

    /// A request that is still to be dressed and sent.
    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Fetches.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request("GET", path)).await
    }

    /// Fetches what must be there, as JSON.
    pub(crate) async fn get_json(&self, path: &str) -> Value {
        self.get(path).await.expect(200).json()
    }

    /// Sends a request without a body.
    pub(crate) async fn send(&self, method: &str, path: &str) -> Answer {
        Answer::of(self.request(method, path)).await
    }

    /// Sends JSON.
    pub(crate) async fn post_json(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request("POST", path).json(body)).await
    }

    /// Changes a resource's words, as it was seen with this entity tag.
    pub(crate) async fn patch(&self, id: &str, tag: Option<&str>, body: &Value) -> Answer {
        let mut request = self.request("PATCH", &format!("/api/v1/resources/{id}")).json(body);
        if let Some(tag) = tag {
            request = request.header("if-match", tag);
        }
        Answer::of(request).await
    }

    /// A form with files, to be sent to a path.
    pub(crate) fn form(&self, path: &str, metadata: &Value, files: &[(&str, &[u8])]) -> RequestBuilder {
        self.request("POST", path)
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
            .body(form_body(metadata, files))
    }

    /// Shares files as a new resource, with these metadata.
    pub(crate) async fn share_as(&self, metadata: &Value, files: &[(&str, &[u8])]) -> Answer {
        Answer::of(self.form("/api/v1/resources", metadata, files)).await
    }

    /// Shares files as a new draft; returns the resource.
    pub(crate) async fn share(&self, title: &str, files: &[(&str, &[u8])]) -> Value {
        let metadata = json!({ "title": title, "type": "worksheet" });
        self.share_as(&metadata, files).await.expect(201).json()
    }

    /// Makes a move in the review of a resource.
    pub(crate) async fn step(&self, id: &str, step: &str) -> Answer {
        self.send("POST", &format!("/api/v1/resources/{id}/{step}")).await
    }

    /// Approves a resource as this caller sees it now; returns it.
    pub(crate) async fn approve(&self, id: &str) -> Value {
        let approve = self.decision(id, "approve").await;
        Answer::of(approve).await.expect(200).json()
    }

    /// Publishes a resource as this caller sees it now; returns it.
    pub(crate) async fn publish(&self, id: &str) -> Value {
        let publish = self.decision(id, "publish").await;
        Answer::of(publish).await.expect(200).json()
    }

    /// Publishes a new version of a pack as this caller sees it now.
    pub(crate) async fn publish_pack(&self, id: &str, body: &Value) -> Answer {
        let path = format!("/api/v1/packs/{id}");
        let seen = self.get(&path).await.expect(200).header("etag");
        let publish = self.request("POST", &format!("{path}/publish"));
        Answer::of(publish.header("if-match", seen).json(body)).await
    }

    /// A decision on a resource as this caller sees it now, still to be sent.
    pub(crate) async fn decision(&self, id: &str, step: &str) -> RequestBuilder {
        let path = format!("/api/v1/resources/{id}");
        let seen = self.get(&path).await.expect(200).header("etag");
        let decision = self.request("POST", &format!("{path}/{step}"));
        decision.header("if-match", seen)
    }

    /// Searches; returns the answer.
    pub(crate) async fn search(&self, q: &str) -> Value {
        self.get_json(&format!("/api/v1/search?q={}", escape(q))).await
    }

    /// The ids of the resources that a search finds, best first.
    pub(crate) async fn finds(&self, q: &str) -> Vec<String> {
        let found = self.search(q).await;
        let hits = found["hits"].as_array().expect("hits");
        hits.iter().map(|hit| text(&hit["resource"]["id"])).collect()
    }
}

/// A string in JSON.
pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("a string was expected, not {value}"))
        .to_owned()
}

/// The id of a resource.
pub(crate) fn id(resource: &Value) -> String {
    text(&resource["id"])
}

/// The SHA-256 of bytes, as the service writes it.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let hash: [u8; 32] = sha2::Sha256::digest(bytes).into();
    gongxue::domain::id::Sha256::from_bytes(hash).hex()
}

/// Text as an address can hold it.
pub(crate) fn escape(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// The body of a form with files.
pub(crate) fn form_body(metadata: &Value, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    let mut part = |disposition: &str, content: &[u8]| {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    };
    part("name=\"metadata\"", metadata.to_string().as_bytes());
    for (path, bytes) in files {
        part(&format!("name=\"file\"; filename=\"{path}\""), bytes);
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

/// What the service answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The body.
    pub(crate) body: Vec<u8>,
    asked: String,
}

impl Answer {
    /// Sends a request and takes the whole answer.
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let answer = Self::try_of(request).await;
        answer.unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// Sends a request and takes the whole answer, if a whole one comes.
    pub(crate) async fn try_of(request: RequestBuilder) -> reqwest::Result<Self> {
        let (client, request) = request.build_split();
        let request = request.expect("a request that can be sent");
        let asked = format!("{} {}", request.method(), request.url());
        let response = client.execute(request).await?;
        Ok(Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.bytes().await?.to_vec(),
            asked,
        })
    }

    /// This answer, if it has the status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        let Self { asked, .. } = &self;
        assert_eq!(
            self.status,
            status,
            "{asked} said: {}",
            String::from_utf8_lossy(&self.body)
        );
        self
    }

    /// A header that must be there.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> String {
        let value = self.headers.get(name);
        let value = value.unwrap_or_else(|| panic!("{}: no `{name}` among {:?}", self.asked, self.headers));
        String::from_utf8_lossy(value.as_bytes()).into_owned()
    }

    /// What a cookie was set to, with its attributes.
    #[track_caller]
    pub(crate) fn set_cookie(&self, name: &str) -> String {
        let lines = self.headers.get_all("set-cookie").iter();
        let mut lines = lines.map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned());
        let is_it = |line: &String| line.split('=').next().is_some_and(|said| said.ends_with(name));
        lines
            .find(is_it)
            .unwrap_or_else(|| panic!("{}: no cookie `{name}` among {:?}", self.asked, self.headers))
    }

    /// A cookie that was set, as a browser sends it back.
    #[track_caller]
    pub(crate) fn cookie(&self, name: &str) -> String {
        let line = self.set_cookie(name);
        line.split(';').next().expect("there is always one").to_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.asked, String::from_utf8_lossy(&self.body)))
    }

    /// The stable code of a refusal with this status.
    #[track_caller]
    pub(crate) fn refusal(self, status: u16) -> String {
        let answer = self.expect(status);
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{}",
            answer.asked
        );
        let body = answer.json();
        assert_eq!(body["status"], status, "{body}");
        text(&body["code"])
    }

    /// The wrong fields of a refusal, as `pointer code`.
    #[track_caller]
    pub(crate) fn faults(self) -> Vec<String> {
        let body = self.expect(422).json();
        let faults = body["errors"].as_array().expect("errors");
        faults
            .iter()
            .map(|fault| format!("{} {}", text(&fault["pointer"]), text(&fault["code"])))
            .collect()
    }
}
