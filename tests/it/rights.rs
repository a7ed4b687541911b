//! Who may do and see what: every route as every role, and everything that could tell of a thing one may not know.

use std::fmt::Write as _;

use gongxue::domain::curriculum;
use gongxue::domain::role::{TokenArea, TokenScope};
use gongxue::http::routes::{Route, TABLE};
use serde_json::{Value, json};
use sha2::Digest as _;

use crate::app::TestApp;
use crate::client::{Answer, Caller, escape, id, text};
use crate::fixture;

/// The resources that are asked for, by how far each is shared. All are of the owner's, a teacher of `S1`.
const SHARED: [&str; 4] = ["draft", "school", "city", "public"];
/// Parts of the table that are tried at once.
const SIDE_BY_SIDE: usize = 4;

/// Everybody who knocks, in the order of the table's columns, and what they see of [`SHARED`].
struct People {
    owner: Caller,
    admin: Caller,
    all: Vec<(&'static str, Caller, &'static [&'static str])>,
}

impl People {
    async fn of(app: &TestApp) -> Self {
        let head = ["专业", "课程"].map(str::to_owned);
        let row = (2, ["数控加工", "零件车削"].map(str::to_owned).to_vec());
        let catalogue = curriculum::table::read(1, &head, &[row]).expect("a catalogue");
        app.ask(async move |library| library.curriculum.import_catalogue(&catalogue, false).await.map(|_| ()))
            .await
            .expect("import it");
        let (owner, admin) = (app.teacher("S1").await, app.admin("S1").await);
        let (expert, bureau) = (app.expert().await, app.bureau().await);
        let (read, write) = (TokenScope::Read, TokenScope::Write);
        let areas = TokenArea::ALL;
        let all = vec![
            ("guest", app.guest(), &SHARED[3..]),
            ("reader of S1", app.reader("S1").await, &SHARED[1..]),
            ("partner of S1", app.partner("S1").await, &SHARED[3..]),
            ("teacher of S2", app.teacher("S2").await, &SHARED[2..]),
            ("the owner", owner.clone(), &SHARED[..]),
            (
                "the owner by a token that reads",
                app.by_token(&owner, read, &[]).await,
                &SHARED[..],
            ),
            (
                "the owner by one that writes",
                app.by_token(&owner, write, &[]).await,
                &SHARED[..],
            ),
            ("teacher of S1", app.teacher("S1").await, &SHARED[1..]),
            ("admin of S1", admin.clone(), &SHARED[..]),
            (
                "admin of S1 by a token that reads",
                app.by_token(&admin, read, &[]).await,
                &SHARED[..],
            ),
            (
                "admin of S1 by one that writes",
                app.by_token(&admin, write, &[]).await,
                &SHARED[..],
            ),
            ("admin of S2", app.admin("S2").await, &SHARED[2..]),
            ("expert", expert.clone(), &SHARED[2..]),
            (
                "expert by a token that writes",
                app.by_token(&expert, write, &[]).await,
                &SHARED[2..],
            ),
            ("bureau", bureau.clone(), &SHARED[2..]),
            (
                "bureau by a token that reads",
                app.by_token(&bureau, read, &[]).await,
                &SHARED[2..],
            ),
            (
                "bureau by one that reads accounts and records, too",
                app.by_token(&bureau, read, &areas).await,
                &SHARED[2..],
            ),
            (
                "bureau by one that writes",
                app.by_token(&bureau, write, &[]).await,
                &SHARED[2..],
            ),
            ("auditor", app.auditor().await, &SHARED[2..]),
        ];
        Self { owner, admin, all }
    }

    /// Shares one of [`SHARED`], with a document of its own.
    async fn share(&self, how: &str) -> Value {
        let scope = if how == "draft" { "school" } else { how };
        let metadata = json!({"title": format!("台阶轴 {how}"), "type": "worksheet", "scope": scope});
        let shared = self.owner.share_as(&metadata, &[("a.pdf", &document(how))]).await;
        let mut shared = shared.expect(201).json();
        let comments = format!("/api/v1/resources/{}/comments", id(&shared));
        let comment = self.owner.post_json(&comments, &json!({"text": "甲"})).await;
        shared["comment"] = comment.expect(201).json()["id"].clone();
        if how != "draft" {
            self.admin.step(&id(&shared), "publish").await.expect(200);
        }
        shared
    }

    /// Something new that people keep, for routes about one: words of `S1`, a saved search of the owner.
    async fn keep(&self, route: &Route, pack: &Value) -> Option<Value> {
        if route.path.contains("synonyms/{id}") {
            let words = json!({"words": ["甲", "乙"]});
            let added = self.admin.post_json("/api/v1/synonyms", &words).await;
            return Some(added.expect(201).json());
        }
        if route.path.contains("notices/") {
            return Some(self.complain().await);
        }
        if let Some(kept) = self.keep_of_administration(route).await {
            return Some(kept);
        }
        if route.path.contains("standards/{id}") && !route.path.contains("followups") {
            let (_, bureau, _) = self.all.iter().find(|(who, ..)| *who == "bureau").unwrap();
            // Anybody's, so that a draft and the table of one are there to be asked for.
            let body = json!({"major": "数控加工", "title": "标准"});
            return Some(bureau.post_json("/api/v1/standards", &body).await.expect(201).json());
        }
        if let Some(kept) = self.keep_of_recognition(route).await {
            return Some(kept);
        }
        if let Some(kept) = self.keep_of_partners(route).await {
            return Some(kept);
        }
        if let Some(kept) = self.keep_of_training(route).await {
            return Some(kept);
        }
        if route.path.contains("/packs/{id}") || route.path.starts_with("/p/{id}") {
            let is_looked_at = route.method == "GET";
            return Some(if is_looked_at {
                pack.clone()
            } else {
                self.publish_pack().await
            });
        }
        if route.path.contains("saved") && route.path.contains("{id}") || route.path.contains("{key}") {
            let search = json!({"name": "甲", "query": "q=x"});
            let added = self.owner.post_json("/api/v1/saved-searches", &search).await;
            let path = format!("/api/v1/saved-searches/{}", id(&added.expect(201).json()));
            let feed = self.owner.request("PATCH", &path).json(&json!({"feed": true}));
            return Some(Answer::of(feed).await.expect(200).json());
        }
        None
    }

    /// The one company, which works with `S1`; a visit there.
    async fn keep_of_partners(&self, route: &Route) -> Option<Value> {
        let (_, bureau, _) = self.all.iter().find(|(who, ..)| *who == "bureau").unwrap();
        if route.path.contains("/companies/{id}") {
            // Its code is taken from the second time on.
            bureau.post_json("/api/v1/companies", &a_company()).await;
            return Some(bureau.get_json("/api/v1/companies").await["items"][0].clone());
        }
        if !route.path.contains("/visits/{id}") {
            return None;
        }
        let (_, expert, _) = self.all.iter().find(|(who, ..)| *who == "expert").unwrap();
        let visit = expert.post_json("/api/v1/visits", &a_visit()).await.expect(201).json();
        if route.path.ends_with("/close") {
            let answer = format!("/api/v1/visits/{}/answer", id(&visit));
            let done = json!({"done": "已落实"});
            self.admin.post_json(&answer, &done).await.expect(200);
        }
        Some(visit)
    }

    /// An open call of the bureau's, and an entry of the owner's.
    async fn keep_of_recognition(&self, route: &Route) -> Option<Value> {
        if !route.path.contains("/recognition/calls/{id}") && !route.path.contains("/recognition/entries/{id}") {
            return None;
        }
        let (_, bureau, _) = self.all.iter().find(|(who, ..)| *who == "bureau").unwrap();
        let call = bureau
            .post_json("/api/v1/recognition/calls", &a_call())
            .await
            .expect(201)
            .json();
        let path = format!("/api/v1/recognition/calls/{}", id(&call));
        let call = bureau
            .send("POST", &format!("{path}/announce"))
            .await
            .expect(200)
            .json();
        if route.path.contains("/calls/") {
            return Some(call);
        }
        let entry = json!({"title": "甲", "statement": "乙"});
        let entered = self.owner.post_json(&format!("{path}/entries"), &entry).await;
        Some(entered.expect(201).json())
    }

    /// A base and a session of `S1`.
    async fn keep_of_training(&self, route: &Route) -> Option<Value> {
        let name = uuid::Uuid::now_v7().to_string();
        let (path, body) = if route.path.contains("/bases/{id}") {
            ("/api/v1/training/bases", json!({"name": name}))
        } else if route.path.contains("/training/sessions/{id}") {
            let body = json!({"title": name, "mode": "on-site", "from": "2026-11-24", "hours": 8});
            ("/api/v1/training/sessions", body)
        } else {
            return None;
        };
        Some(self.admin.post_json(path, &body).await.expect(201).json())
    }

    /// A notice of infringement on a resource of the owner's, with its secret link.
    async fn complain(&self) -> Value {
        let resource = id(&self.share("city").await);
        let (_, guest, _) = &self.all[0];
        let notice =
            json!({"link": resource, "name": "甲", "contact": "乙", "work": "丙", "statement": "丁", "is_true": true});
        let sent = guest.post_json("/api/v1/notices", &notice).await.expect(201).json();
        let newest = self.admin.get_json("/api/v1/notices?limit=1").await;
        json!({"id": newest["items"][0]["id"], "feed_url": sent["url"]})
    }

    /// A teacher of `S1`, a token of the owner's, a school.
    async fn keep_of_administration(&self, route: &Route) -> Option<Value> {
        let name = uuid::Uuid::now_v7().to_string();
        let (keeper, path, body) = if route.path.contains("/accounts/{id}") {
            let body = json!({"name": name, "role": "teacher", "school": "S1"});
            (&self.admin, "/api/v1/accounts", body)
        } else if route.path.contains("/tokens/{id}") {
            (&self.owner, "/api/v1/tokens", json!({}))
        } else if route.path.contains("/schools/{id}") {
            let (_, bureau, _) = self.all.iter().find(|(who, ..)| *who == "bureau").unwrap();
            (bureau, "/api/v1/schools", json!({"code": name, "name": name}))
        } else {
            return None;
        };
        Some(keeper.post_json(path, &body).await.expect(201).json())
    }

    /// A pack of the owner's for the city, with one file.
    async fn publish_pack(&self) -> Value {
        let resource = id(&self.share("city").await);
        let body = json!({"title": "包", "scope": "city", "resources": [resource]});
        let pack = self.owner.post_json("/api/v1/packs", &body).await.expect(201).json();
        let published = self
            .owner
            .send("POST", &format!("/api/v1/packs/{}/publish", id(&pack)))
            .await;
        published.expect(201);
        pack
    }

    async fn share_all(&self) -> Vec<Value> {
        let mut shared = Vec::new();
        for how in SHARED {
            shared.push(self.share(how).await);
        }
        shared
    }
}

fn a_company() -> Value {
    json!({"name": "甲公司", "credit_code": "9144030071526726XG", "schools": ["S1"], "from": "2022-01-01"})
}

fn a_visit() -> Value {
    json!({"school": "S1", "day": "2024-05-06", "kind": "exchange", "asked": "课程标准"})
}

/// A call that takes entries of teachers for years.
fn a_call() -> Value {
    json!({"kind": "competition", "title": "大赛", "entrants": "teachers", "opens": "2020-01-01",
        "closes": "2199-01-01", "jury_due": "2199-01-02", "criteria": [{"name": "甲", "weight": 1, "max": 10}]})
}

/// A document whose bytes no other resource holds.
fn document(how: &str) -> Vec<u8> {
    let mut pdf = fixture("outline.pdf");
    pdf.extend_from_slice(format!("\n% {how}\n").as_bytes());
    pdf
}

#[tokio::test]
async fn every_route_answers_every_role_as_it_should() {
    // What looks comes before what changes.
    let (looks, changes): (Vec<_>, Vec<_>) = TABLE
        .iter()
        .filter(|route| is_in_table(route))
        .partition(|route| route.method == "GET");
    let routes: Vec<&Route> = looks.into_iter().chain(changes).collect();
    // Side by side at services of their own: one after the other, it is by far the longest of all stories.
    let parts = routes.chunks(routes.len().div_ceil(SIDE_BY_SIDE)).map(answers);
    let parts = futures_util::future::join_all(parts).await;

    let mut table = String::new();
    for (at, who) in parts[0].0.iter().enumerate() {
        writeln!(table, "{:>2} {who}", at + 1).unwrap();
    }
    table.extend(parts.into_iter().map(|(_, answers)| answers));

    // Uploads are begun by the owner, saved searches, their feeds, tokens and packs are the owner's, words those of S1. The
    // account is a teacher's of S1, and no job has died.
    // What may not be seen is 404 to read; readers and auditors may never write, and are told so before
    // anything is looked up. Comments are the owner's. 409: the move is theirs, but not from this state. No major or course has the id asked for.
    insta::assert_snapshot!("routes", table);
}

/// Who knocks, and the part of the table about some routes.
async fn answers(routes: &[&Route]) -> (Vec<&'static str>, String) {
    // All knock from one address with one name.
    let app = TestApp::with(|config| config.people.lockout_failures = 1_000).await;
    let people = People::of(&app).await;
    let mut resources = people.share_all().await;
    let pack = people.publish_pack().await;
    // From the second time on its code is taken, whichever routes come before.
    app.bureau().await.post_json("/api/v1/companies", &a_company()).await;
    app.settled().await;

    let mut table = String::new();
    let mut columns = String::new();
    for at in 1..=people.all.len() {
        write!(columns, " {at:>3}").unwrap();
    }
    for route in routes {
        let rows: &[usize] = if is_about_a_resource(route) {
            &[0, 1, 2, 3]
        } else {
            &[0]
        };
        writeln!(table, "\n{} {}\n        {columns}", route.method, route.path).unwrap();
        for &row in rows {
            let name = if rows.len() > 1 { SHARED[row] } else { "" };
            write!(table, "  {name:<6}").unwrap();
            for (_, caller, _) in &people.all {
                let answer = if route.path == "/api/v1/uploads/{id}" {
                    knock_at_upload(route, caller, &begin_upload(&people.owner).await).await
                } else if let Some(kept) = people.keep(route, &pack).await {
                    knock_at_kept(route, caller, &kept).await
                } else {
                    knock(route, caller, &resources[row]).await
                };
                write!(table, " {}", answer.status).unwrap();
                let is_changed = matches!(answer.status, 200..300 | 303) && route.method != "GET";
                if is_changed && rows.len() > 1 {
                    resources[row] = people.share(SHARED[row]).await;
                }
            }
            table.push('\n');
        }
    }
    app.finish().await;
    (people.all.iter().map(|(who, ..)| *who).collect(), table)
}

/// All but pages that say the same to everybody, what is about one's own account alone, and forms that carry files: these have
/// their own stories.
fn is_in_table(route: &Route) -> bool {
    let is_operation = ["/healthz", "/readyz", "/metrics"].contains(&route.path);
    let begins = [
        "/api/",
        "/search.atom",
        "/feeds/",
        "/saved",
        "/admin",
        "/review",
        "/reports",
        "/r/{id}",
        "/p/{id}",
        "/notices/",
        "/standards",
        "/companies",
        "/visits",
        "/recognition",
        "/training",
        "/sheets/",
        "/tasks/",
        "/packs",
    ];
    let with_files = [
        "/admin/accounts/import",
        "/admin/curriculum",
        "/admin/plan/import",
        "/r/{id}/edit",
        "/standards/{id}/table",
        "/standards/followups/import",
        "/training/{id}/people/import",
        "/sheets/{list}",
    ];
    let carries_files = route.method == "POST" && with_files.contains(&route.path);
    let is_told = begins.iter().any(|begin| route.path.starts_with(begin));
    is_operation || is_told && !carries_files
}

fn is_about_a_resource(route: &Route) -> bool {
    ["/r/{id}", "/resources/{id}", "/files/{id}", "/blobs/"]
        .iter()
        .any(|part| route.path.contains(part))
}

async fn knock(route: &Route, caller: &Caller, resource: &Value) -> Answer {
    let file = &resource["files"][0];
    let of = if route.path.contains("/files/") {
        &file["id"]
    } else {
        &resource["id"]
    };
    let path = route
        .path
        .replace("{id}", &text(of))
        .replace("{hex}", &text(&file["sha256"]))
        .replace("{comment}", &text(&resource["comment"]))
        .replace("{version}", "1")
        .replace("{number}", "1")
        .replace("{page}", "1")
        .replace("{line}", "1")
        .replace("{list}", "companies")
        .replace("{preview}", "0190a000-0000-7000-8000-000000000000")
        .replace("{file}", &text(&file["id"]))
        .replace("{start}", "0")
        .replace("{act}", "resolve")
        .replace("{step}", "withdraw");
    let request = caller.request(route.method, &path);
    let request = match (route.method, route.path) {
        ("POST", path) if is_form(path) => {
            let file = text(&file["id"]);
            return Answer::of(form(request, format!("{FIELDS}&file={file}"))).await;
        }
        ("POST", "/api/v1/session") => request.json(&json!({"name": "nobody", "password": "wrong"})),
        ("POST", "/api/v1/resources") => request.json(&json!({"title": "新", "type": "video"})),
        ("POST", "/api/v1/accounts") => {
            let name = uuid::Uuid::now_v7().to_string();
            request.json(&json!({"name": name, "role": "reader", "school": "S1"}))
        }
        ("POST", "/api/v1/schools") => {
            let name = uuid::Uuid::now_v7().to_string();
            request.json(&json!({"code": name, "name": name}))
        }
        ("POST", "/api/v1/tokens") => request.json(&json!({"scope": "write"})),
        ("POST", "/api/v1/synonyms") => request.json(&json!({"words": ["甲", "乙"]})),
        ("POST", "/api/v1/packs") => request.json(&json!({"title": "包", "course": "没有"})),
        ("POST", "/api/v1/saved-searches") => request.json(&json!({"name": "甲", "query": "q=x"})),
        ("POST", "/api/v1/training/bases") => request.json(&json!({"name": uuid::Uuid::now_v7().to_string()})),
        ("POST", "/api/v1/training/sessions") => {
            request.json(&json!({"title": "班", "mode": "on-site", "from": "2026-11-24", "hours": 8}))
        }
        ("POST", "/api/v1/standards") => request.json(&json!({"major": "没有", "title": "标准"})),
        ("POST", "/api/v1/recognition/calls") => request.json(&a_call()),
        ("POST", "/api/v1/companies") => request.json(&a_company()),
        ("POST", "/api/v1/visits") => request.json(&a_visit()),
        ("POST", "/api/v1/recognition/results/{id}/correct") => request.json(&json!({"reason": "甲"})),
        ("POST", "/api/v1/work/claims") => request.json(&json!({"name": "甲", "kinds": ["speech"], "version": "1"})),
        ("POST", "/api/v1/suggestions") => request.json(&json!({"files": []})),
        ("POST", "/api/v1/notices" | "/api/v1/training/items/{id}/progress" | "/api/v1/resources/{id}/versions") => {
            request.json(&json!({}))
        }
        ("POST", "/api/v1/resources/{id}/comments") => request.json(&json!({"text": "乙"})),
        ("PATCH", "/api/v1/standards/followups/{id}") => {
            request.header("if-match", "*").json(&json!({"state": "done"}))
        }
        ("PATCH", "/api/v1/resources/{id}/comments/{comment}") => request.json(&json!({"resolved": true})),
        ("PATCH", _) => request.header("if-match", "*").json(&json!({"title": "改"})),
        ("POST", "/api/v1/resources/{id}/discard") => request.header("if-match", "*"),
        ("PUT", "/api/v1/files/{id}/speech/{start}") => request.json(&json!({"seen": "想断电", "text": "先断电"})),
        ("PUT", "/api/v1/tasks/{id}/order") => request.header("if-match", "\"r0\"").json(&json!({"resources": []})),
        ("PUT", "/api/v1/files/{id}/pages/{page}/lines/{line}") => request.json(&json!({"seen": "甲", "text": "乙"})),
        ("POST", "/api/v1/uploads") => request.header("tus-resumable", "1.0.0").header("upload-length", "10"),
        _ => request,
    };
    Answer::of(request).await
}

/// What any of the forms asks for; of what was seen there is none with this number.
const FIELDS: &str =
    "query=q%3Dx&name=a&words=a%3Db&text=a&title=a&type=worksheet&scope=school&note=a&seen=999&page=1&line=1";

fn is_form(path: &str) -> bool {
    !path.starts_with("/api/")
}

fn form(request: reqwest::RequestBuilder, fields: String) -> reqwest::RequestBuilder {
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.body(fields)
}

async fn knock_at_kept(route: &Route, caller: &Caller, kept: &Value) -> Answer {
    let key = kept["feed_url"].as_str().and_then(|url| url.rsplit('/').next());
    let path = route
        .path
        .replace("{id}", &id(kept))
        .replace("{key}", key.unwrap_or_default())
        .replace("{account}", &id(kept))
        .replace("{step}", "ask")
        .replace("{number}", "1")
        .replace("{sha256}", &sha256_of(&document("city")))
        .replace("{ending}", "zip")
        .replace(
            "{act}",
            if route.path.starts_with("/saved") {
                "rename"
            } else {
                "disable"
            },
        )
        + if route.path.ends_with("/bundle") || route.path.ends_with("/passages") {
            "?items=0"
        } else {
            ""
        };
    let request = caller.request(route.method, &path);
    let request = match (route.method, route.path.starts_with("/api/")) {
        ("PATCH", _) if route.path.contains("accounts") => request.json(&json!({"display": "改"})),
        ("PATCH", _) if route.path.contains("schools") => request.json(&json!({"name": "改"})),
        ("PATCH", _) if route.path.contains("synonyms") => request.json(&json!({"remark": "甲"})),
        ("PATCH", _) if route.path.contains("packs") => request.header("if-match", "*").json(&json!({"title": "改"})),
        ("PATCH" | "DELETE" | "PUT", _) if route.path.contains("standards") => {
            request.header("if-match", "*").json(&json!({"title": "改"}))
        }
        ("POST", true) if route.path.contains("standards") => {
            request.header("if-match", "*").json(&json!({"base": sha256_of(b"")}))
        }
        ("PATCH", _) if route.path.contains("training/bases") => request.json(&json!({"since": "2023-09-01"})),
        ("PATCH", _) if route.path.contains("training/sessions") => request.json(&json!({"title": "改"})),
        ("PATCH", _) if route.path.contains("companies/") => request.json(&json!({"contact": "改"})),
        ("PATCH", _) if route.path.contains("visits/") => request.json(&json!({"advice": "改"})),
        ("POST", true) if route.path.contains("companies/") => request.json(&json!({"name": "nobody"})),
        ("POST", true) if route.path.ends_with("/answer") && route.path.contains("visits/") => {
            request.json(&json!({"done": "已落实"}))
        }
        ("PATCH", _) if route.path.contains("recognition/") => request.json(&json!({"title": "改"})),
        ("POST", true) if route.path.ends_with("calls/{id}/entries") => {
            request.json(&json!({"title": "甲", "statement": "乙"}))
        }
        ("POST", true) if route.path.ends_with("recognition/calls/{id}/publish") => {
            request.json(&json!({"standings": "0", "awards": []}))
        }
        ("POST", true) if route.path.contains("recognition/") => request.json(&json!({})),
        ("PATCH", _) => request.json(&json!({"name": "甲"})),
        // As its owner published it: those who approve what it says tell what they saw.
        ("PUT", true) => request.json(&json!({"items": []})),
        ("POST", true) if route.path.ends_with("/attendance") => request.json(&json!({})),
        ("POST", true) if route.path.ends_with("/sign-in") => request.json(&json!({"code": "00000000"})),
        ("POST", true) if route.path == "/api/v1/packs/{id}/publish" => request.header("if-match", "\"r1\""),
        ("POST", _) if route.path.ends_with("/receipts") => request.json(&json!({})),
        ("POST", true) if route.path.contains("notices/") => request.json(&json!({"text": "甲"})),
        ("POST", false) => form(request, FIELDS.to_owned()),
        _ => request,
    };
    Answer::of(request).await
}

fn sha256_of(bytes: &[u8]) -> String {
    gongxue::pack::canonical::sha256(bytes).hex()
}

/// An upload that the owner has begun.
async fn begin_upload(owner: &Caller) -> String {
    let request = owner
        .request("POST", "/api/v1/uploads")
        .header("tus-resumable", "1.0.0");
    let begun = Answer::of(request.header("upload-length", "10")).await.expect(201);
    let address = begun.header("location");
    address.rsplit('/').next().unwrap().to_owned()
}

async fn knock_at_upload(route: &Route, caller: &Caller, upload: &str) -> Answer {
    let request = caller
        .request(route.method, &route.path.replace("{id}", upload))
        .header("tus-resumable", "1.0.0");
    let request = match route.method {
        "PATCH" | "POST" => request
            .header("x-http-method-override", "PATCH")
            .header("content-type", "application/offset+octet-stream")
            .header("upload-offset", "0")
            .body("12345"),
        _ => request,
    };
    Answer::of(request).await
}

#[tokio::test]
async fn lists_searches_and_the_feed_show_each_exactly_what_they_may_see() {
    let app = TestApp::start().await;
    let people = People::of(&app).await;
    let resources = people.share_all().await;
    app.settled().await;

    for (name, caller, sees) in &people.all {
        let mut expected: Vec<String> = SHARED
            .iter()
            .zip(&resources)
            .filter(|(how, _)| sees.contains(how))
            .map(|(_, resource)| id(resource))
            .collect();
        expected.sort();
        let sorted = |mut ids: Vec<String>| {
            ids.sort();
            ids
        };

        let list = caller.get_json("/api/v1/resources").await;
        assert_eq!(sorted(ids(&list["items"], "id")), expected, "{name}: list");
        let feed = caller.get_json("/api/v1/changes?since=0").await;
        let mut told = sorted(ids(&feed["items"], "resource_id"));
        told.dedup();
        assert_eq!(told, expected, "{name}: changes");
        // By a word of the title, by a sentence inside, by what is not in it, by nothing at all.
        for q in ["台阶轴", "阶梯轴的车削", "-没有的词", "台阶轴 -没有的词", ""] {
            let found = caller.search(q).await;
            let hits: Vec<String> = hits(&found);
            assert_eq!(sorted(hits), expected, "{name}: {q}: {found}");
            let own = found["unpublished_total"].as_u64().expect("a count");
            let total = found["total"].as_u64().expect("a count");
            assert_eq!(total + own, expected.len() as u64, "{name}: {q}: {found}");
            for facet in found["facets"].as_object().expect("facets").values() {
                let counts = facet
                    .as_array()
                    .expect("counts")
                    .iter()
                    .map(|entry| entry["count"].as_u64().expect("a count"));
                assert!(
                    counts.max().unwrap_or(0) <= expected.len() as u64,
                    "{name}: {q}: {found}"
                );
            }
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn leaving_words_out_tells_nothing_about_what_one_may_not_see() {
    let app = TestApp::start().await;
    let people = People::of(&app).await;
    people.share_all().await;
    let secret = json!({"title": "保密方案 zxqceramik", "type": "worksheet"});
    people
        .owner
        .share_as(&secret, &[("绝密.txt", "绝密内容三号炉".as_bytes())])
        .await
        .expect(201);
    app.settled().await;

    let guest = app.guest();
    assert_eq!(people.owner.search("绝密内容三号炉").await["unpublished_total"], 1);
    for q in [
        "zxqceramik",
        "绝密内容三号炉",
        "绝密",
        "\"三号炉\"",
        "zxqcerami",
        "zxqceramiks",
        "绝密内容三号卢",
    ] {
        let found = guest.search(q).await;
        let said = found.to_string();
        assert_eq!(found["total"].as_u64(), Some(0), "{q}: {said}");
        let beyond = said.replace(&json!(q).to_string(), "").replace(q, "");
        assert!(
            !beyond.contains("zxqceramik") && !beyond.contains("三号炉"),
            "{q}: {said}"
        );
    }
    // What is left when the secret's words are excluded is what was there without it.
    let all = guest.search("").await["total"].clone();
    for q in ["-zxqceramik", "-绝密", "-\"三号炉\""] {
        assert_eq!(guest.search(q).await["total"], all, "{q}");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_one_may_not_know_is_said_to_be_missing_in_the_same_words_as_what_is_not_there() {
    let app = TestApp::start().await;
    let people = People::of(&app).await;
    let draft = people.share("draft").await;
    app.settled().await;
    let stranger = app.teacher("S2").await;
    let nothing = "00000000-0000-7000-8000-000000000000";
    let nowhere = "0".repeat(64);
    let hash: [u8; 32] = sha2::Sha256::digest(document("draft")).into();
    let hash = gongxue::domain::id::Sha256::from_bytes(hash).hex();

    let file = text(&draft["files"][0]["id"]);
    let pairs = [
        (
            format!("/api/v1/resources/{}", id(&draft)),
            format!("/api/v1/resources/{nothing}"),
        ),
        (
            format!("/api/v1/resources/{}/similar", id(&draft)),
            format!("/api/v1/resources/{nothing}/similar"),
        ),
        (
            format!("/api/v1/files/{file}/content"),
            format!("/api/v1/files/{nothing}/content"),
        ),
        (
            format!("/api/v1/files/{file}/passages"),
            format!("/api/v1/files/{nothing}/passages"),
        ),
        (
            format!("/api/v1/files/{file}/thumbnail"),
            format!("/api/v1/files/{nothing}/thumbnail"),
        ),
        (
            format!("/api/v1/blobs/sha256/{hash}"),
            format!("/api/v1/blobs/sha256/{nowhere}"),
        ),
    ];
    for (hidden, missing) in pairs {
        let said = |answer: Answer| {
            let mut body = answer.expect(404).json();
            body["instance"] = json!("");
            body
        };
        assert_eq!(
            said(stranger.get(&hidden).await),
            said(stranger.get(&missing).await),
            "{hidden}"
        );
    }
    let patch = stranger.patch(&id(&draft), Some("*"), &json!({"title": "我的"})).await;
    assert_eq!(patch.refusal(404), "no-such-resource");
    // Not even by saying that one's own work is based on it.
    let based = json!({"title": "改编", "type": "video", "based_on": id(&draft)});
    assert_eq!(
        stranger.share_as(&based, &[]).await.faults(),
        ["/based_on unknown-value"]
    );
    app.finish().await;
}

#[tokio::test]
async fn an_old_version_with_what_was_taken_out_is_for_those_who_keep_the_resource() {
    let app = TestApp::start().await;
    let people = People::of(&app).await;
    let shared = people.share("public").await;
    let old = text(&shared["files"][0]["url"]);
    let versions = format!("/api/v1/resources/{}/versions", id(&shared));
    people
        .owner
        .post_json(&versions, &json!({"remove": ["a.pdf"]}))
        .await
        .expect(201);
    app.approve(&id(&shared)).await;
    app.settled().await;

    // The old version is history that readers may see: it was public.
    assert_eq!(app.guest().get(&old).await.status, 200);
    // Its content is no longer what the resource holds.
    let by_hash = format!("/api/v1/blobs/sha256/{}", text(&shared["files"][0]["sha256"]));
    assert_eq!(app.guest().get(&by_hash).await.refusal(404), "no-such-file");
    app.finish().await;
}

fn ids(items: &Value, field: &str) -> Vec<String> {
    items
        .as_array()
        .expect("items")
        .iter()
        .map(|item| text(&item[field]))
        .collect()
}

fn hits(found: &Value) -> Vec<String> {
    let hits = found["hits"].as_array().expect("hits");
    hits.iter().map(|hit| text(&hit["resource"]["id"])).collect()
}

#[tokio::test]
async fn filters_by_school_or_type_show_nothing_more() {
    let app = TestApp::start().await;
    let people = People::of(&app).await;
    let resources = people.share_all().await;
    app.settled().await;

    for query in [
        "school=S1",
        "type=worksheet",
        "status=draft",
        "status=published&school=S1",
    ] {
        let list = app.guest().get_json(&format!("/api/v1/resources?{query}")).await;
        let expected = if query == "status=draft" {
            vec![]
        } else {
            vec![id(&resources[3])]
        };
        assert_eq!(ids(&list["items"], "id"), expected, "{query}");
    }
    let found = app
        .guest()
        .get_json(&format!(
            "/api/v1/search?q={}&school=S1&scope=school,city,public",
            escape("台阶轴")
        ))
        .await;
    assert_eq!(hits(&found), [id(&resources[3])]);
    app.finish().await;
}
