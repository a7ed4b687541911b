//! Signing in with a directory's password: a real OpenLDAP where the machine has one, and one that never answers.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gongxue::config::Setting as _;
use gongxue::domain::role::Role;
use ldap3::{LdapConnAsync, Mod};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinHandle;

use crate::app::TestApp;
use crate::client::{Answer, Caller, id, text};

const SLAPD: &str = "/usr/sbin/slapd";
const PASSWORD: &str = "correct horse battery";
const WANG: &str = "uid=wang.min,dc=example";
const TEACHERS: &str = "cn=teachers,dc=example";

/// OpenLDAP with two people and a group; it ends when this is dropped.
struct Directory {
    url: String,
    process: Child,
    _folder: TempDir,
}

impl Directory {
    /// None where the machine has none: `.ci/run` tries real ones on every run.
    async fn start() -> Option<Self> {
        if !std::path::Path::new(SLAPD).exists() {
            eprintln!("no {SLAPD}: this story is told in CI");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display().to_string();
        std::fs::create_dir(folder.path().join("db")).unwrap();
        let settings = format!(
            "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
             include /etc/ldap/schema/inetorgperson.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n\
             database mdb\nsuffix dc=example\nrootdn cn=admin,dc=example\nrootpw secret\ndirectory {path}/db\n"
        );
        let person = |uid: &str| {
            format!(
                "dn: uid={uid},dc=example\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: 王敏\nsn: w\n\
                 userPassword: {PASSWORD}\n\n"
            )
        };
        let entries = format!(
            "dn: dc=example\nobjectClass: domain\ndc: example\n\n{}{}dn: {TEACHERS}\nobjectClass: groupOfNames\n\
             cn: teachers\nmember: {WANG}\n",
            person("wang.min"),
            person("li.na"),
        );
        let (conf, ldif) = (format!("{path}/slapd.conf"), format!("{path}/entries.ldif"));
        std::fs::write(&conf, settings).unwrap();
        std::fs::write(&ldif, entries).unwrap();
        let added = Command::new("/usr/sbin/slapadd")
            .args(["-f", &conf, "-l", &ldif])
            .output()
            .unwrap();
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("ldap://127.0.0.1:{port}");
        let process = Command::new(SLAPD)
            .args(["-f", &conf, "-d", "0", "-h", &url])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let directory = Self {
            url,
            process,
            _folder: folder,
        };
        while LdapConnAsync::new(&directory.url).await.is_err() {
            tokio::task::yield_now().await;
        }
        Some(directory)
    }

    fn settings(&self, more: &str) -> String {
        settings(&self.url, more)
    }

    async fn as_admin(&self) -> ldap3::Ldap {
        let (connection, mut ldap) = LdapConnAsync::new(&self.url).await.unwrap();
        ldap3::drive!(connection);
        ldap.simple_bind("cn=admin,dc=example", "secret")
            .await
            .unwrap()
            .success()
            .unwrap();
        ldap
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn settings(url: &str, more: &str) -> String {
    format!(
        r#"[{{id = "ad", kind = "ldap", name_zh = "校园账号", url = "{url}", starttls = false, base = "dc=example",
            bind_dn = "cn=admin,dc=example", bind_password = "secret", group_filter = "(member={{dn}})",
            rules = [{{attribute = "groups", values = ["{TEACHERS}"], role = "teacher", school = "S1"}}] {more}}}]"#
    )
}

async fn with_directory(more: &str) -> Option<(TestApp, Directory)> {
    let directory = Directory::start().await?;
    let settings = directory.settings(more);
    let app = TestApp::with(|config| config.sign_on.providers.set(&settings).expect("these settings")).await;
    Some((app, directory))
}

async fn sign_in(caller: &Caller, name: &str, password: &str) -> Answer {
    let body = json!({"provider": "ad", "name": name, "password": password});
    caller.post_json("/api/v1/session", &body).await
}

async fn account(app: &TestApp, name: &str) -> Value {
    let answer = sign_in(&app.guest(), name, PASSWORD).await;
    answer.expect(201).json()["account"].clone()
}

#[tokio::test]
async fn a_directorys_password_opens_the_same_account_whatever_the_name_and_groups_are_then() {
    let Some((app, directory)) = with_directory("").await else {
        return;
    };
    let ours = app.account(Role::Bureau, None, None).await;
    let me = account(&app, "Wang.Min").await;
    assert_eq!(
        (text(&me["name"]), text(&me["display"])),
        ("wang.min".to_owned(), "王敏".to_owned())
    );
    assert_eq!((&me["role"], &me["school"]["code"]), (&json!("teacher"), &json!("S1")));
    assert_eq!(account(&app, "li.na").await["role"], "reader");

    let mut ldap = directory.as_admin().await;
    let out = Mod::Replace("member", ["cn=admin,dc=example"].into());
    ldap.modify(TEACHERS, vec![out]).await.unwrap().success().unwrap();
    let moved = ldap.modifydn(WANG, &format!("uid={ours}"), true, None).await;
    moved.unwrap().success().unwrap();

    let later = account(&app, &ours).await;
    assert_eq!(later["id"], me["id"], "a renamed person is somebody else");
    assert_eq!((&later["role"], &later["school"]), (&json!("reader"), &Value::Null));
    app.finish().await;
}

#[tokio::test]
async fn what_is_no_password_and_what_is_no_name_let_nobody_in() {
    let Some((app, _directory)) = with_directory("").await else {
        return;
    };
    for (name, password) in [
        ("wang.min", ""),
        ("wang.min", "not it at all"),
        ("*", PASSWORD),
        ("wang.min)(uid=*", PASSWORD),
        ("wang.min\0", PASSWORD),
        ("nobody", PASSWORD),
        ("", PASSWORD),
    ] {
        let caller = app.guest().at_address(u8::try_from(name.len()).unwrap() + 2);
        let answer = sign_in(&caller, name, password).await;
        assert_eq!(answer.refusal(401), "wrong-password", "{name:?}");
    }
    let ours = app.account(Role::Teacher, Some("S1"), Some(PASSWORD)).await;
    assert_eq!(
        sign_in(&app.guest(), &ours, PASSWORD).await.refusal(401),
        "wrong-password"
    );
    let body = json!({"name": "wang.min", "password": PASSWORD});
    assert_eq!(
        app.guest().post_json("/api/v1/session", &body).await.refusal(401),
        "wrong-password"
    );
    app.finish().await;
}

/// A directory locks its people after five wrong passwords; through our form anybody could have made it do so.
#[tokio::test]
async fn nobody_guesses_at_the_directory_through_us_nor_locks_others_out_there() {
    let Some((app, _directory)) = with_directory(", lockout_failures = 4").await else {
        return;
    };
    let known = sign_in(&app.guest(), "wang.min", PASSWORD)
        .await
        .expect(201)
        .cookie("gongxue_browser");

    for at in 0..4 {
        let guesser = app.guest().at_address(100 + at);
        assert_eq!(
            sign_in(&guesser, "wang.min", "a guess").await.refusal(401),
            "wrong-password"
        );
    }
    let guesser = app.guest().at_address(120);
    assert_eq!(sign_in(&guesser, "WANG.MIN", PASSWORD).await.refusal(429), "locked-out");
    assert_eq!(
        sign_in(&guesser, "nobody", PASSWORD).await.refusal(401),
        "wrong-password"
    );

    let guest = app.guest();
    let body = json!({"provider": "ad", "name": "wang.min", "password": PASSWORD});
    let owner = guest
        .request("POST", "/api/v1/session")
        .header("cookie", known)
        .json(&body);
    let me = Answer::of(owner).await.expect(201).json()["account"].clone();

    let bureau = app.bureau().await;
    let path = format!("/api/v1/accounts/{}", id(&me));
    let unlock = bureau.request("PATCH", &path).json(&json!({"unlock": true}));
    Answer::of(unlock).await.expect(200);
    sign_in(&guesser, "wang.min", PASSWORD).await.expect(201);
    app.advance(Duration::from_mins(30));
    app.finish().await;
}

/// Takes connections one after the other, and of each what is said; says `answer` once, and after it `more` as long as
/// anybody listens. In the end: how much was taken of it.
async fn scripted(answer: Vec<u8>, more: Vec<u8>) -> (String, JoinHandle<usize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    let script = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let heard = stream.read(&mut [0; 1024]).await.unwrap();
        assert!(heard > 0, "nobody asks anything");
        let mut said = answer.len();
        stream.write_all(&answer).await.unwrap();
        while !more.is_empty() && stream.write_all(&more).await.is_ok() {
            said += more.len();
        }
        said
    });
    (url, script)
}

/// Sequences in sequences.
fn nested(deep: usize) -> Vec<u8> {
    let lengths = (0..u32::try_from(deep).unwrap())
        .rev()
        .map(|inner| (inner * 6).to_be_bytes());
    lengths
        .flat_map(|length| [&[0x30, 0x84][..], &length].concat())
        .collect()
}

/// It ended the process, with everything that everybody was doing: the reader goes one call deeper for each.
#[tokio::test]
async fn an_answer_of_elements_in_elements_is_refused_and_ends_nothing() {
    let (in_the_clear, _script) = scripted(nested(100_000), Vec::new()).await;
    let (before_tls, _script) = scripted(nested(100_000), Vec::new()).await;
    let both = format!(
        "[{}, {}]",
        settings(&in_the_clear, "").trim_matches(['[', ']']),
        settings(&before_tls, "")
            .trim_matches(['[', ']'])
            .replace(r#"id = "ad""#, r#"id = "tls""#)
            .replace("starttls = false", "starttls = true"),
    );
    let app = TestApp::with(|config| config.sign_on.providers.set(&both).expect("these settings")).await;

    for provider in ["ad", "tls"] {
        let body = json!({"provider": provider, "name": "wang.min", "password": PASSWORD});
        let answer = app.guest().post_json("/api/v1/session", &body).await;
        assert_eq!(answer.refusal(503), "sign-on-unavailable", "{provider}");
    }
    app.guest().get("/healthz").await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_directory_that_never_stops_answering_is_heard_no_further() {
    let bound = b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\0\x04\0\x04\0".to_vec();
    // An entry without attributes, in answer to the second question.
    let entry = b"\x30\x0f\x02\x01\x02\x64\x0a\x04\x06dc=cn,\x30\0".to_vec();
    let (url, script) = scripted(bound, entry.repeat(4_096)).await;
    let settings = settings(&url, "");
    let app = TestApp::with(|config| config.sign_on.providers.set(&settings).expect("these settings")).await;

    let answer = sign_in(&app.guest(), "wang.min", PASSWORD).await;

    assert_eq!(answer.refusal(503), "sign-on-unavailable");
    // What the sockets held besides.
    assert!(
        script.await.unwrap() < 32 << 20,
        "it was listened to for as long as it spoke"
    );
    app.finish().await;
}

/// Takes connections and never says a word: how many came, and how many are open at once at most.
async fn silent() -> (String, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    let (came, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, highest) = (Arc::clone(&came), Arc::clone(&most));
    let open = Arc::new(AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let open = Arc::clone(&open);
            highest.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::spawn(async move {
                while stream.read(&mut [0; 1024]).await.is_ok_and(|read| read > 0) {}
                open.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    (url, came, most)
}

#[tokio::test]
async fn a_directory_that_never_answers_is_said_to_be_away_and_counts_against_nobody() {
    let (url, _, most) = silent().await;
    let settings = settings(&url, "");
    let app = TestApp::with(|config| {
        config.sign_on.providers.set(&settings).expect("these settings");
        config.people.lockout_failures = 3;
    })
    .await;
    let guest = app.guest();

    let tries = (0..20).map(|_| sign_in(&guest, "wang.min", PASSWORD));
    let answers = futures_util::future::join_all(tries).await;

    let away = answers.iter().filter(|answer| answer.status == 503).count();
    assert_eq!(away, 20, "the directory's silence was counted as guesses");
    let most = most.load(Ordering::SeqCst);
    assert!(most <= 8, "{most} connections were open to it at once");
    let form = guest.get("/sign-on/ad").await.expect(200);
    assert!(crate::browser::html(form).contains("action=\"/sign-on/ad\""));
    app.finish().await;
}

#[tokio::test]
async fn whoever_has_tried_too_much_asks_the_directory_nothing_more() {
    let (url, came, _) = silent().await;
    let settings = settings(&url, "");
    let app = TestApp::with(|config| {
        config.sign_on.providers.set(&settings).expect("these settings");
        config.people.lockout_network_attempts = 3;
    })
    .await;
    let guesser = app.guest();
    for name in ["a", "b", "c"] {
        let body = json!({"name": name, "password": "a guess of mine"});
        guesser.post_json("/api/v1/session", &body).await.refusal(401);
    }

    let answer = sign_in(&guesser, "wang.min", PASSWORD).await;

    assert_eq!(answer.refusal(429), "locked-out");
    assert_eq!(came.load(Ordering::SeqCst), 0, "the directory was asked in their name");
    app.finish().await;
}

/// An element of a message.
fn element(tag: u8, content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82][..], &length, &content].concat()
}

/// What came of an operation.
fn result(tag: u8, code: u8, text: &str) -> Vec<u8> {
    element(tag, &[&[0x0a, 1, code, 4, 0], &element(4, &[text.as_bytes()])])
}

/// A directory in which one person is, who has an id or not; whoever binds as them is answered so.
async fn of_one_person(has_id: bool, code: u8, said: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut heard = [0; 4096];
                while let Ok(length @ 1..) = stream.read(&mut heard).await {
                    let heard = &heard[..length];
                    // Before the number of the message stand its tag and its length.
                    let at = 2 + usize::from(heard[1].saturating_sub(0x80));
                    let (number, operation) = (&heard[at..at + 3], heard[at + 3]);
                    let is_person = heard.windows(4).any(|part| part == b"uid=");
                    let answers = match operation {
                        0x60 if is_person => vec![result(0x61, code, said)],
                        0x60 => vec![result(0x61, 0, "")],
                        0x63 => vec![person(has_id), result(0x65, 0, "")],
                        _ => return,
                    };
                    for answer in answers {
                        stream.write_all(&element(0x30, &[number, &answer])).await.unwrap();
                    }
                }
            });
        }
    });
    url
}

fn person(has_id: bool) -> Vec<u8> {
    let value = |name: &str, value: &str| {
        let values = element(0x31, &[&element(4, &[value.as_bytes()])]);
        element(0x30, &[&element(4, &[name.as_bytes()]), &values])
    };
    let id = if has_id { value("entryUUID", "7f3") } else { Vec::new() };
    let attributes = element(0x30, &[&id, &value("uid", "wang.min")]);
    element(0x64, &[&element(4, &[WANG.as_bytes()]), &attributes])
}

/// What the log says of sign-ins.
async fn outcomes(app: &TestApp) -> Vec<String> {
    let log = app.auditor().await.get_json("/api/v1/audit?action=session.begin").await;
    let lines = log["items"].as_array().unwrap().iter();
    lines.map(|line| text(&line["outcome"])).collect()
}

#[tokio::test]
async fn whom_a_directory_does_not_let_in_stands_in_the_log() {
    let expired = "80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data 532, v3839";
    let cases = [
        (
            of_one_person(true, 49, expired).await,
            PASSWORD,
            401,
            "answer-password-expired",
        ),
        (of_one_person(false, 0, "").await, PASSWORD, 401, "answer-subject"),
        (of_one_person(true, 0, "").await, "", 401, "wrong-password"),
        ("ldap://127.0.0.1:9".to_owned(), PASSWORD, 503, "sign-on-unavailable"),
    ];
    for (url, password, status, outcome) in cases {
        let settings = settings(&url, "").replace(", group_filter = \"(member={dn})\"", "");
        let app = TestApp::with(|config| config.sign_on.providers.set(&settings).expect("these settings")).await;

        sign_in(&app.guest(), "wang.min", password).await.refusal(status);

        let outcomes = outcomes(&app).await;
        assert!(outcomes.iter().any(|said| said == outcome), "{outcome}: {outcomes:?}");
        app.finish().await;
    }
}

/// Every teacher who signed in while the directory was started anew was locked out after it.
#[tokio::test]
async fn a_directory_that_is_busy_locks_nobody_out() {
    let busy = of_one_person(true, 51, "busy").await;
    let settings = settings(&busy, ", lockout_failures = 3");
    let app = TestApp::with(|config| {
        config.sign_on.providers.set(&settings).expect("these settings");
        config.people.lockout_failures = 3;
        config.people.lockout_network_attempts = 3;
    })
    .await;

    for _ in 0..5 {
        let answer = sign_in(&app.guest(), "wang.min", PASSWORD).await;
        assert_eq!(answer.refusal(503), "sign-on-unavailable");
    }
    app.finish().await;
}
