//! A service that is killed again and again while teachers work with it, as a power cut does it: whatever was acknowledged
//! is there in its next life, whatever was not is there once or not at all.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout};

use crate::app::{TestApp, kills};
use crate::client::{Answer, Caller, id, sha256, text};

const RESOURCES: &str = "/api/v1/resources";
const UPLOADS: &str = "/api/v1/uploads";
/// Whoever works at once.
const TEACHERS: u64 = 4;
/// A teacher who has shared so many resources only works on them: all that is shared is also read, which takes time.
const MANY: usize = 40;
/// One piece of an upload, and one of the last that are smaller.
const PIECE: usize = 20_000;
/// Longer than the claim of any worker.
const LEASE: Duration = Duration::from_mins(10);
/// How often something is asked again that nobody answered.
const AGAIN: usize = 5;

/// What the service may show of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    description: String,
    status: &'static str,
    sha256: String,
}

/// Something asked of the service whose answer never came: done or not done, nothing between.
#[derive(Debug)]
enum Asked {
    Share {
        title: String,
        file: Vec<u8>,
        upload: Option<String>,
    },
    Change {
        resource: String,
        to: Known,
    },
}

/// An upload under way.
#[derive(Debug)]
struct Sending {
    address: String,
    file: Vec<u8>,
    acknowledged: usize,
}

/// A teacher at work, who remembers all that was acknowledged.
#[derive(Debug)]
pub(crate) struct Teacher {
    caller: Caller,
    admin: Caller,
    number: u64,
    turn: usize,
    acknowledged: usize,
    shared: BTreeMap<String, Known>,
    sending: Option<Sending>,
    open: Option<Asked>,
    /// What was shared without an answer, even to the second request.
    unanswered: Vec<(String, Vec<u8>)>,
}

impl Teacher {
    /// Teachers of one school who begin to work.
    pub(crate) async fn several(app: &TestApp) -> Vec<Self> {
        let admin = app.admin("S1").await;
        let mut teachers = Vec::new();
        for number in 0..TEACHERS {
            teachers.push(Self {
                caller: app.teacher("S1").await,
                admin: admin.clone(),
                number,
                turn: 0,
                acknowledged: 0,
                shared: BTreeMap::new(),
                sending: None,
                open: None,
                unanswered: Vec::new(),
            });
        }
        teachers
    }

    /// Asks another process from now on.
    pub(crate) fn turn_to(&mut self, base: &str) {
        self.caller = self.caller.at(base.to_owned());
        self.admin = self.admin.at(base.to_owned());
    }

    /// How many things were acknowledged.
    pub(crate) fn acknowledged(&self) -> usize {
        self.acknowledged
    }

    /// Works until the service is gone.
    async fn work(&mut self) {
        while self.act().await.is_some() {}
    }

    /// Does the next thing; `None` when no answer came.
    pub(crate) async fn act(&mut self) -> Option<()> {
        self.turn += 1;
        match self.turn % 5 {
            0 if self.shared.len() < MANY => self.share().await,
            1 | 3 => self.send_piece().await,
            2 => self.step().await,
            _ => self.edit().await,
        }
    }

    fn title(&self) -> String {
        format!("teacher{}turn{}", self.number, self.turn)
    }

    /// Shares a file at once, under a key: asked again, it is still one.
    async fn share(&mut self) -> Option<()> {
        let title = self.title();
        let file = content_of(&title);
        let request = self.sharing(&title, &file, None);
        let asked = Asked::Share {
            title,
            file,
            upload: None,
        };
        self.ask(request, asked).await
    }

    fn sharing(&self, title: &str, file: &[u8], upload: Option<&str>) -> RequestBuilder {
        let mut metadata = json!({"title": title, "type": "worksheet", "description": ""});
        let request = match upload {
            Some(upload) => {
                metadata["uploads"] = json!([upload]);
                self.caller.request("POST", RESOURCES).json(&metadata)
            }
            None => self.caller.form(RESOURCES, &metadata, &[("a.txt", file)]),
        };
        request.header("idempotency-key", title)
    }

    /// Changes the words of the resource whose turn it is.
    async fn edit(&mut self) -> Option<()> {
        let Some((resource, known)) = self.next() else {
            return Some(());
        };
        let description = self.title();
        let request = self.caller.request("PATCH", &format!("{RESOURCES}/{resource}"));
        let request = request
            .header("if-match", "*")
            .json(&json!({"description": description}));
        // What is published stays, and the change waits beside it.
        let status = if known.status == "published" {
            "submitted"
        } else {
            known.status
        };
        let to = Known {
            description,
            status,
            ..known
        };
        self.ask(request, Asked::Change { resource, to }).await
    }

    /// Publishes the resource whose turn it is, or withdraws it.
    async fn step(&mut self) -> Option<()> {
        let Some((resource, known)) = self.next() else {
            return Some(());
        };
        let (step, status) = match known.status {
            "published" | "submitted" => ("withdraw", "withdrawn"),
            _ => ("publish", "published"),
        };
        let address = format!("{RESOURCES}/{resource}");
        let seen = answer(self.admin.request("GET", &address))
            .await?
            .expect(200)
            .header("etag");
        let request = self.admin.request("POST", &format!("{address}/{step}"));
        let request = request.header("if-match", seen);
        let to = Known { status, ..known };
        self.ask(request, Asked::Change { resource, to }).await
    }

    fn next(&self) -> Option<(String, Known)> {
        let nth = self.turn % self.shared.len().max(1);
        let (resource, known) = self.shared.iter().nth(nth)?;
        Some((resource.clone(), known.clone()))
    }

    /// Begins an upload, sends its next piece, or shares it when it is whole.
    async fn send_piece(&mut self) -> Option<()> {
        let Some(sending) = &self.sending else {
            return self.begin().await;
        };
        let from = sending.acknowledged;
        if from == sending.file.len() {
            return self.share_sent().await;
        }
        let piece = sending.file[from..].iter().take(PIECE).copied().collect::<Vec<u8>>();
        let request = tus(&self.caller, "PATCH", &sending.address)
            .header("upload-offset", from)
            .header("content-type", "application/offset+octet-stream")
            .body(piece);
        let answer = answer(request).await?.expect(204);
        self.acknowledged += 1;
        let sending = self.sending.as_mut().unwrap();
        sending.acknowledged = answer.header("upload-offset").parse().unwrap();
        Some(())
    }

    async fn begin(&mut self) -> Option<()> {
        if self.shared.len() >= MANY {
            return Some(());
        }
        let file = content_of(&self.title()).repeat(40);
        let request = tus(&self.caller, "POST", UPLOADS)
            .header("upload-length", file.len())
            .header("upload-metadata", "filename YS50eHQ=");
        let address = answer(request).await?.expect(201).header("location");
        self.acknowledged += 1;
        self.sending = Some(Sending {
            address,
            file,
            acknowledged: 0,
        });
        Some(())
    }

    async fn share_sent(&mut self) -> Option<()> {
        let sent = self.sending.take().unwrap();
        let title = self.title();
        let upload = sent.address.rsplit('/').next().map(str::to_owned);
        let request = self.sharing(&title, &sent.file, upload.as_deref());
        let asked = Asked::Share {
            title,
            file: sent.file,
            upload,
        };
        self.ask(request, asked).await
    }

    /// Sends a request, and takes note of what was acknowledged, or that nobody knows.
    async fn ask(&mut self, request: RequestBuilder, asked: Asked) -> Option<()> {
        self.open = Some(asked);
        let answer = answer(request).await?;
        let asked = self.open.take().unwrap();
        self.acknowledged += 1;
        let status = if matches!(asked, Asked::Share { .. }) { 201 } else { 200 };
        self.note(asked, &answer.expect(status).json());
        Some(())
    }

    fn note(&mut self, asked: Asked, resource: &Value) {
        match asked {
            Asked::Share { file, .. } => {
                let known = Known {
                    description: String::new(),
                    status: "draft",
                    sha256: sha256(&file),
                };
                let twin = self.shared.insert(id(resource), known);
                assert_eq!(twin, None, "two acts made one resource");
            }
            Asked::Change { resource, to } => {
                self.shared.insert(resource, to);
            }
        }
    }

    /// Asks again, at a process that lives, what another one did not answer any more: done twice, it is done once.
    pub(crate) async fn ask_again(&mut self) {
        match self.open.take() {
            Some(Asked::Share { title, file, upload }) => self.share_again(title, file, upload).await,
            Some(Asked::Change { resource, to }) => self.change_again(resource, to).await,
            None => {}
        }
        self.hear_of_upload().await;
    }

    async fn share_again(&mut self, title: String, file: Vec<u8>, upload: Option<String>) {
        let again = Answer::of(self.sharing(&title, &file, upload.as_deref())).await;
        if again.status == 201 {
            self.note(Asked::Share { title, file, upload }, &again.json());
        } else {
            // The first request counts as being at work for a while, or has taken the upload.
            self.unanswered.push((title, file));
        }
    }

    async fn change_again(&mut self, resource: String, to: Known) {
        let path = format!("{RESOURCES}/{resource}");
        for _ in 0..AGAIN {
            if self.shown(&resource).await == to {
                self.shared.insert(resource, to);
                return;
            }
            let is_moved = to.status != self.shared[&resource].status;
            let request = match to.status {
                "published" if is_moved => self.admin.decision(&resource, "publish").await,
                "withdrawn" if is_moved => self.admin.request("POST", &format!("{path}/withdraw")),
                _ => {
                    let change = json!({"description": to.description});
                    self.caller
                        .request("PATCH", &path)
                        .header("if-match", "*")
                        .json(&change)
                }
            };
            // It may be refused: what the dead process had asked of the database still comes between.
            Answer::of(request).await;
        }
        panic!("`{resource}` does not become {to:?}");
    }

    /// In the end: what was shared without an answer is there or is not.
    pub(crate) async fn look_for_unanswered(&mut self) {
        for (title, file) in std::mem::take(&mut self.unanswered) {
            if let Some(resource) = self.find(&title).await {
                let asked = Asked::Share {
                    title,
                    file,
                    upload: None,
                };
                self.note(asked, &resource);
            }
        }
    }

    /// A resource of the teacher's own by its title.
    async fn find(&self, title: &str) -> Option<Value> {
        let listed = everything(&self.caller).await;
        listed.into_iter().find(|resource| resource["title"] == title)
    }

    /// After a restart: what was under way at the kill is done or is not, and goes on.
    pub(crate) async fn settle(&mut self) {
        match self.open.take() {
            Some(Asked::Share { title, file, upload }) => {
                // The key lives and dies with the act: it is done now, or the answer that was lost comes again.
                let again = Answer::of(self.sharing(&title, &file, upload.as_deref())).await;
                let resource = again.expect(201).json();
                self.note(Asked::Share { title, file, upload }, &resource);
            }
            Some(Asked::Change { resource, to }) => {
                let shown = self.shown(&resource).await;
                if shown == to {
                    self.shared.insert(resource, to);
                } else {
                    assert_eq!(Some(&shown), self.shared.get(&resource), "half of an act: {resource}");
                }
            }
            None => {}
        }
        self.hear_of_upload().await;
        if let Some((resource, known)) = self.next() {
            assert_eq!(self.shown(&resource).await, known, "{resource}");
        }
    }

    /// Asks how far the upload under way has come.
    async fn hear_of_upload(&mut self) {
        let Some(sending) = &mut self.sending else { return };
        let told = Answer::of(tus(&self.caller, "HEAD", &sending.address)).await;
        let offset: usize = told.expect(200).header("upload-offset").parse().unwrap();
        assert!(offset >= sending.acknowledged, "acknowledged bytes are gone");
        sending.acknowledged = offset;
    }

    /// The state of a resource, whose file must be there with its bytes.
    async fn shown(&self, resource: &str) -> Known {
        let shown = self.caller.get_json(&format!("{RESOURCES}/{resource}")).await;
        let content = self.caller.get(&text(&shown["files"][0]["url"])).await.expect(200);
        let statuses = ["draft", "submitted", "published", "withdrawn"];
        let status = statuses.into_iter().find(|status| shown["status"] == *status);
        Known {
            description: text(&shown["description"]),
            status: status.unwrap_or_else(|| panic!("{shown}")),
            sha256: sha256(&content.body),
        }
    }

    /// Everything, in the end: as it was acknowledged, found by its text, and nothing besides.
    pub(crate) async fn look_at_everything(&self) {
        for (resource, known) in &self.shared {
            assert_eq!(&self.shown(resource).await, known, "{resource}");
        }
        let listed = everything(&self.caller).await;
        let known: Vec<&String> = self.shared.keys().collect();
        let mut ids: Vec<String> = listed.iter().map(id).collect();
        ids.sort();
        assert_eq!(
            ids.iter().collect::<Vec<_>>(),
            known,
            "something is there twice or not at all"
        );
        for resource in &listed {
            let shown = self.caller.get_json(&format!("{RESOURCES}/{}", id(resource))).await;
            assert_eq!(shown["files"][0]["state"], "ready", "{shown}");
        }
    }

    /// Some of it is found by what its file says.
    pub(crate) async fn find_some(&self) {
        for (nth, resource) in self.shared.keys().enumerate().step_by(5) {
            let shown = self.caller.get_json(&format!("{RESOURCES}/{resource}")).await;
            let found = self.caller.finds(&format!("\"{}\"", text(&shown["title"]))).await;
            assert!(found.contains(resource), "{nth}: {shown}");
        }
    }
}

fn tus(caller: &Caller, method: &str, path: &str) -> RequestBuilder {
    caller.request(method, path).header("tus-resumable", "1.0.0")
}

/// A whole answer, if one came: only that is an acknowledgement.
async fn answer(request: RequestBuilder) -> Option<Answer> {
    Answer::try_of(request).await.ok()
}

/// What the file of a resource holds: a sentence of its own.
fn content_of(title: &str) -> Vec<u8> {
    format!("工序卡 {title} 完。\n{}", "车削 铣削 磨削 钻削\n".repeat(50)).into_bytes()
}

/// Every resource of the teacher's own.
async fn everything(teacher: &Caller) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = teacher
            .get_json(&format!("{RESOURCES}?mine=true&limit=100&cursor={cursor}"))
            .await;
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return all,
        }
    }
}

/// The program, once it says where it listens.
async fn serve(app: &TestApp) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut program = app
        .program()
        .arg("serve")
        .stdout(Stdio::piped())
        // If it does not come up, this says why.
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(program.stdout.take().unwrap()).lines();
    let address = said.next_line().await.unwrap();
    assert_eq!(address, Some(app.base()), "it comes up again");
    (program, said)
}

#[tokio::test]
async fn killed_at_any_moment_of_any_work_it_has_all_that_was_acknowledged_once_and_whole() {
    // Below the ports that the system hands out: between two lives nobody else may take it.
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], 21_987));
    let mut app = TestApp::with(|config| config.server.listen = address).await;
    let bureau = app.bureau().await;
    let mut teachers = Teacher::several(&app).await;
    app.stop().await;

    let mut dice = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..kills(20) {
        let (mut program, _said) = serve(&app).await;
        futures_util::future::join_all(teachers.iter_mut().map(Teacher::settle)).await;
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let moment = Duration::from_millis(20 + (dice >> 33) % 400);
        let work = futures_util::future::join_all(teachers.iter_mut().map(Teacher::work));
        tokio::join!(work, async {
            // Not a wait for anything: the moment is what this test varies.
            tokio::time::sleep(moment).await;
            program.kill().await.unwrap();
        });
    }

    come_to_rest(&mut app, &bureau).await;
    let acknowledged: usize = teachers.iter().map(Teacher::acknowledged).sum();
    assert!(
        acknowledged > 40,
        "only {acknowledged} were acknowledged: this test has gone blind"
    );
    println!("{} kills, {acknowledged} acknowledged", kills(20));
    for teacher in &mut teachers {
        teacher.settle().await;
        app.settled().await;
        teacher.look_at_everything().await;
        teacher.find_some().await;
    }
    app.finish().await;
}

/// Starts a service whose processes were killed, and waits until all that was under way is done.
pub(crate) async fn come_to_rest(app: &mut TestApp, bureau: &Caller) {
    // Claims of workers that were killed end by the clock.
    app.advance(LEASE);
    app.resume().await;
    app.settled().await;
    // What was being read at three of the kills looks as if it had ended its process, and waits for somebody to say so.
    let dead = bureau.get_json("/api/v1/jobs?state=dead&limit=100").await;
    for job in dead["items"].as_array().unwrap() {
        let retry = format!("/api/v1/jobs/{}/retry", id(job));
        bureau.send("POST", &retry).await.expect(204);
    }
    app.settled().await;
}
