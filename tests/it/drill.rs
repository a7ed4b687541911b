//! Three processes on one database and one store, killed in turn while teachers work with all of them.
//!
//! On PostgreSQL two of them serve and one works, and any may die: whoever gets no answer asks another one. On SQLite, which
//! is for one machine, one serves and one works, and the one that works dies; the other's deaths are told in
//! [`crate::lives`].
//!
//! And the other drill: a library is backed up while teachers work, destroyed, and restored.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout};
use tokio::sync::watch;

use crate::app::{TestApp, kills};
use crate::backends::store_url;
use crate::backups::check;
use crate::lives::{Teacher, come_to_rest};
use crate::store::Store;
use crate::uploads::{run, until};

/// A process of the service, which may be killed and started again.
#[derive(Debug)]
struct Process {
    command: &'static str,
    listen: SocketAddr,
    data_dir: PathBuf,
    running: Option<(Child, BufReader<ChildStdout>)>,
}

impl Process {
    fn new(command: &'static str, port: u16, folder: &TempDir) -> Self {
        Self {
            command,
            listen: SocketAddr::from(([127, 0, 0, 1], port)),
            data_dir: folder.path().join(format!("{command}-{port}")),
            running: None,
        }
    }

    fn base(&self) -> String {
        format!("http://{}", self.listen)
    }

    /// Starts it; one that serves is awaited until it says where.
    async fn start(&mut self, app: &TestApp) {
        let mut program = app.program();
        program
            .arg(self.command)
            .env("GONGXUE_DATA_DIR", &self.data_dir)
            .env("GONGXUE_SERVER__LISTEN", self.listen.to_string())
            .env("GONGXUE_UPLOADS__SHARED", "always")
            .env("GONGXUE_LOG", "warn")
            .stdout(Stdio::piped());
        let mut child = program.spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        if self.command == "serve" {
            let mut line = String::new();
            said.read_line(&mut line).await.unwrap();
            assert_eq!(line.trim_end(), self.base(), "it comes up again");
        }
        self.running = Some((child, said));
    }

    async fn kill(&mut self) {
        let (mut child, _) = self.running.take().expect("it runs");
        child.kill().await.unwrap();
    }
}

/// Works at all processes by turns until it is over; whoever gets no answer asks the next, for only one is dead at a time.
async fn work(teacher: &mut Teacher, bases: &[String], over: watch::Receiver<bool>) {
    let mut turns = bases.iter().cycle();
    while !*over.borrow() {
        teacher.turn_to(turns.next().expect("there is one"));
        if teacher.act().await.is_none() {
            teacher.turn_to(turns.next().expect("there is one"));
            teacher.ask_again().await;
        }
    }
}

/// Waits until a process is elected for the tidying, which is due from now on.
async fn another_is_elected(app: &TestApp) {
    run(app, "UPDATE lease SET until = 0 WHERE name = 'tidy'").await;
    let database = app.database().await;
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM lease WHERE name = 'tidy' AND until > 0";
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let is_elected = async || {
        let row = database.query_one_raw(statement.clone()).await.unwrap().unwrap();
        row.try_get_by_index::<i64>(0).unwrap() > 0
    };
    until("another process is elected", is_elected).await;
    database.close().await.unwrap();
}

#[tokio::test]
async fn killed_in_turn_three_processes_keep_all_that_any_of_them_acknowledged() {
    let mut app = TestApp::start().await;
    let bureau = app.bureau().await;
    let mut teachers = Teacher::several(&app).await;
    app.stop().await;
    let folder = tempfile::tempdir().unwrap();
    // Below the ports that the system hands out: between two lives nobody else may take them.
    let mut processes = vec![Process::new("work", 0, &folder), Process::new("serve", 21_985, &folder)];
    let is_on_server = app.config().database_url().starts_with("postgres");
    if is_on_server {
        processes.push(Process::new("serve", 21_986, &folder));
    }
    for process in &mut processes {
        process.start(&app).await;
    }
    let bases: Vec<String> = processes[1..].iter().map(Process::base).collect();
    let victims = if is_on_server { processes.len() } else { 1 };

    let mut dice = 0x2545_f491_4f6c_dd1d_u64;
    for round in 0..kills(6) {
        let process = &mut processes[usize::try_from(round).unwrap() % victims];
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let moment = Duration::from_millis(20 + (dice >> 33) % 400);
        let over = watch::Sender::new(false);
        let working = teachers
            .iter_mut()
            .map(|teacher| work(teacher, &bases, over.subscribe()));
        let killing = async {
            // Not a wait for anything: the moment is what this test varies.
            tokio::time::sleep(moment).await;
            process.kill().await;
            if round < 3 {
                another_is_elected(&app).await;
            }
            process.start(&app).await;
            over.send_replace(true);
        };
        tokio::join!(futures_util::future::join_all(working), killing);
    }
    for process in &mut processes {
        process.kill().await;
    }

    for teacher in &mut teachers {
        teacher.turn_to(&app.base());
    }
    come_to_rest(&mut app, &bureau).await;
    let acknowledged: usize = teachers.iter().map(Teacher::acknowledged).sum();
    assert!(
        acknowledged > 20,
        "only {acknowledged} were acknowledged: this test has gone blind"
    );
    println!("{} kills, {acknowledged} acknowledged", kills(6));
    for teacher in &mut teachers {
        teacher.settle().await;
        teacher.look_for_unanswered().await;
        app.settled().await;
        teacher.look_at_everything().await;
        teacher.find_some().await;
    }
    app.finish().await;
}

/// Works until it is over.
async fn work_on(teacher: &mut Teacher, over: watch::Receiver<bool>) {
    while !*over.borrow() {
        teacher.act().await.expect("the service answers");
    }
}

/// Destroys all that a service keeps: its rows, its objects, its folder.
async fn destroy(app: &TestApp) {
    let database = app.database().await;
    if database.get_database_backend() == DbBackend::Postgres {
        for statement in ["DROP SCHEMA public CASCADE", "CREATE SCHEMA public"] {
            database.execute_unprepared(statement).await.unwrap();
        }
    }
    database.close().await.unwrap();
    Store::of(app).empty().await;
    std::fs::remove_dir_all(&app.config().data_dir).unwrap();
}

async fn succeeds(app: &TestApp, args: &[&str]) {
    let done = app.program().args(args).output().await.unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(0), "{args:?}: {said}");
}

#[tokio::test]
async fn backed_up_under_load_destroyed_and_restored_it_has_all_that_was_acknowledged_before() {
    let mut app = TestApp::start().await;
    let bureau = app.bureau().await;
    let folder = tempfile::tempdir().unwrap();
    // Where objects are in a bucket, backups are in another part of it.
    let place = store_url().unwrap_or_else(|| folder.path().to_str().unwrap().to_owned());
    let (mut before, mut meanwhile) = (Teacher::several(&app).await, Teacher::several(&app).await);
    for teacher in &mut before {
        for _ in 0..15 {
            teacher.act().await.expect("the service answers");
        }
    }
    app.settled().await;
    let over = watch::Sender::new(false);
    let working = meanwhile.iter_mut().map(|teacher| work_on(teacher, over.subscribe()));
    let backing_up = async {
        for _ in 0..2 {
            succeeds(&app, &["backup", &place]).await;
        }
        over.send_replace(true);
    };
    tokio::join!(futures_util::future::join_all(working), backing_up);
    app.stop().await;
    destroy(&app).await;

    succeeds(&app, &["restore", &place, "--dry-run", "--deep"]).await;
    succeeds(&app, &["restore", &place]).await;

    come_to_rest(&mut app, &bureau).await;
    let checked = check(&app, None).await;
    assert!(checked.is_well(), "{checked:?}");
    assert!(checked.contents > 0, "{checked:?}");
    for teacher in &before {
        teacher.look_at_everything().await;
        teacher.find_some().await;
    }
    app.finish().await;
}
