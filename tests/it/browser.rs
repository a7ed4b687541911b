//! Pages as a browser without JavaScript asks for them.

use gongxue::domain::role::Role;
use reqwest::RequestBuilder;

use crate::app::TestApp;
use crate::client::{Answer, Caller};

/// Everybody's.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A browser in which somebody has signed in.
pub(crate) struct Browser {
    caller: Caller,
    cookie: String,
    /// The session's CSRF token.
    pub(crate) csrf: String,
}

impl Browser {
    /// Somebody of `S1`.
    pub(crate) async fn sign_in(app: &TestApp, role: Role) -> Self {
        Self::sign_in_at(app, role, "S1").await
    }

    /// Somebody of a school.
    pub(crate) async fn sign_in_at(app: &TestApp, role: Role, school: &str) -> Self {
        let name = app.account(role, Some(school), Some(PASSWORD)).await;
        Self::of(app, &name).await
    }

    /// Somebody who has an account.
    pub(crate) async fn of(app: &TestApp, name: &str) -> Self {
        let caller = app.guest();
        let fields = [("name", name), ("password", PASSWORD), ("return_to", "/mine")];
        let answer = send(urlencoded(&caller, "/sign-in", &fields)).await.expect(303);
        assert_eq!(answer.header("location"), "/mine");
        let cookie = answer.cookie("gongxue_session");
        let mut browser = Self {
            caller,
            cookie,
            csrf: String::new(),
        };
        browser.csrf = value_of(&browser.open("/account").await, "csrf");
        browser
    }

    /// Asks for an address, whatever the answer.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.with_cookie(self.caller.request("GET", path))).await
    }

    /// A request of a script's, still to be dressed and sent.
    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.with_cookie(self.caller.request(method, path))
    }

    fn with_cookie(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("cookie", &self.cookie)
    }

    /// Opens a page that must be there.
    pub(crate) async fn open(&self, path: &str) -> String {
        html(self.get(path).await.expect(200))
    }

    /// A form, still to be dressed and sent.
    pub(crate) fn urlencoded(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.with_cookie(urlencoded(&self.caller, path, fields))
    }

    /// Sends a form.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        send(self.urlencoded(path, fields)).await
    }

    /// Sends the upload form, with a file.
    pub(crate) async fn upload(&self, fields: &[(&str, &str)], file: Option<(&str, &str)>) -> Answer {
        self.post_file("/upload", fields, file).await
    }

    /// Sends a form that takes files, with one.
    pub(crate) async fn post_file(&self, path: &str, fields: &[(&str, &str)], file: Option<(&str, &str)>) -> Answer {
        let body = multipart(fields, file);
        let request = self.caller.request("POST", path).body(body);
        let request = request.header("content-type", "multipart/form-data; boundary=here");
        send(self.with_cookie(request)).await
    }
}

/// Sends a request.
pub(crate) async fn send(request: RequestBuilder) -> Answer {
    Answer::of(request).await
}

/// A page's text.
pub(crate) fn html(answer: Answer) -> String {
    String::from_utf8(answer.body).unwrap()
}

/// A form as browsers send it.
pub(crate) fn urlencoded(caller: &Caller, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", crate::client::escape(value)))
        .collect();
    let request = caller.request("POST", path).body(pairs.join("&"));
    request.header("content-type", "application/x-www-form-urlencoded")
}

/// The fields in the order given; the file after the second, where the form has it.
fn multipart(fields: &[(&str, &str)], file: Option<(&str, &str)>) -> String {
    let field = |(name, value): &(&str, &str)| {
        format!("--here\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let mut parts: Vec<String> = fields.iter().map(field).collect();
    if let Some((name, text)) = file {
        let head = format!("content-disposition: form-data; name=\"file\"; filename=\"{name}\"");
        let part = format!("--here\r\n{head}\r\ncontent-type: text/plain\r\n\r\n{text}\r\n");
        parts.insert(2.min(parts.len()), part);
    }
    parts.concat() + "--here--\r\n"
}

/// What a hidden field of a page holds.
pub(crate) fn value_of(page: &str, field: &str) -> String {
    let begin = format!("name=\"{field}\" value=\"");
    let rest = page
        .split(&begin)
        .nth(1)
        .unwrap_or_else(|| panic!("no field `{field}`"));
    rest.split('"').next().unwrap().to_owned()
}
