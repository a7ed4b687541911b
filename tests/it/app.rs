//! A whole service of its own for one test: its folder, its database, its store, its clock.
//!
//! It listens on a free port and works in the background as the real one does. A test that ends waits until nothing is
//! under way, and fails if work has died or never ends.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use gongxue::blob::Blobs;
use gongxue::blob::store::ObjectKind;
use gongxue::clock::Clock;
use gongxue::config::{Config, Setting as _};
use gongxue::domain::role::{Role, TokenArea, TokenScope};
use gongxue::domain::time::Timestamp;
use gongxue::jobs::Workers;
use gongxue::library::Library;
use gongxue::library::accounts::NewAccount;
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::backends::{TestDatabase, put_tables, store_url};
use crate::client::Caller;

/// Work that takes longer than this never ends. Pages are recognised at the lowest priority, after all that other stories do.
const PATIENCE: Duration = Duration::from_mins(5);
/// How often a fact is looked for that rings no bell.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// How often a story about kill -9 kills: a few times, or `GONGXUE_KILLS` times where there is time for it.
pub(crate) fn kills(few: u64) -> u64 {
    let said = std::env::var("GONGXUE_KILLS").ok();
    said.map_or(few, |said| said.parse().expect("`GONGXUE_KILLS` is a number"))
}

/// The service of one test.
#[derive(Debug)]
pub(crate) struct TestApp {
    config: Config,
    clock: Clock,
    service: Option<Service>,
    accounts: std::sync::atomic::AtomicU32,
    // Dropped in this order, after the service has stopped.
    _database: Option<TestDatabase>,
    _folder: TempDir,
}

impl TestApp {
    /// Starts one with nothing in it but the schools `S1` and `S2`.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// Starts one with other settings. Its schools' administrators may publish for the city as well: hardly any story is about
    /// how something came to be published, and those that are [start as it ships](Self::as_shipped).
    pub(crate) async fn with(choose: impl FnOnce(&mut Config)) -> Self {
        let app = Self::as_shipped(choose).await;
        let database = app.database().await;
        let beyond = "UPDATE review_path SET may_publish_beyond = may_publish";
        database.execute_unprepared(beyond).await.expect("loosen the paths");
        database.close().await.expect("close the database");
        app
    }

    /// Starts one with other settings and the rules that a new library has.
    pub(crate) async fn as_shipped(choose: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("make a folder");
        let database = TestDatabase::make();
        let mut config = settings(folder.path(), database.as_ref());
        choose(&mut config);
        if let Some(file) = config.database_file() {
            put_tables(&file);
        }
        let clock = Clock::default();
        let service = Service::start(config.clone(), clock.clone()).await;
        // So that it is found at the same address when it starts again.
        config.server.listen = service.address;
        let app = Self {
            config,
            clock,
            service: Some(service),
            accounts: 0.into(),
            _database: database,
            _folder: folder,
        };
        app.school("S1", "第一技师学院").await;
        app.school("S2", "第二技师学院").await;
        app
    }

    /// Its settings.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// `http://127.0.0.1:<port>`.
    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.config.server.listen)
    }

    /// Lets the library itself do something, on the service's own thread.
    pub(crate) async fn ask<T: Send + 'static>(&self, act: impl AsyncFnOnce(&Library) -> T + Send + 'static) -> T {
        self.service.as_ref().expect("it runs").ask(act).await
    }

    /// Adds a school.
    pub(crate) async fn school(&self, code: &'static str, name: &'static str) {
        self.ask(async move |library| library.accounts.add_school(code, name, None, None).await.map(|_| ()))
            .await
            .expect("add a school");
    }

    /// Somebody who has not signed in.
    pub(crate) fn guest(&self) -> Caller {
        Caller::new(self.base(), None, "guest")
    }

    /// A new reader of a school.
    pub(crate) async fn reader(&self, school: &str) -> Caller {
        self.member(Role::Reader, Some(school)).await
    }

    /// A new teacher of a school.
    pub(crate) async fn teacher(&self, school: &str) -> Caller {
        self.member(Role::Teacher, Some(school)).await
    }

    /// Somebody of a company that works with a school.
    pub(crate) async fn partner(&self, school: &str) -> Caller {
        self.member(Role::Partner, Some(school)).await
    }

    /// A new administrator of a school.
    pub(crate) async fn admin(&self, school: &str) -> Caller {
        self.member(Role::SchoolAdmin, Some(school)).await
    }

    /// A new expert.
    pub(crate) async fn expert(&self) -> Caller {
        self.member(Role::Expert, None).await
    }

    /// A new account of the bureau.
    pub(crate) async fn bureau(&self) -> Caller {
        self.member(Role::Bureau, None).await
    }

    /// Approves a resource as it is now in place of everybody who is still asked; returns it.
    pub(crate) async fn approve(&self, resource: &str) -> Value {
        self.bureau().await.approve(resource).await
    }

    /// A new auditor.
    pub(crate) async fn auditor(&self) -> Caller {
        self.member(Role::Auditor, None).await
    }

    /// A new account with a token that may do all that the account may.
    pub(crate) async fn member(&self, role: Role, school: Option<&str>) -> Caller {
        let name = self.account(role, school, None).await;
        let token = self.token(&name, TokenScope::Admin, None).await;
        Caller::new(self.base(), Some(token), &name)
    }

    /// A new account; returns its name.
    pub(crate) async fn account(&self, role: Role, school: Option<&str>, password: Option<&str>) -> String {
        let number = self.accounts.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("{role:?}-{}-{number}", school.unwrap_or("city")).to_lowercase();
        let new = NewAccount {
            name: name.clone(),
            display: None,
            role,
            school: school.map(str::to_owned),
            password: password.map(str::to_owned),
        };
        self.ask(async move |library| library.accounts.add_account(new).await)
            .await
            .expect("add an account");
        name
    }

    /// A new token for an account.
    pub(crate) async fn token(&self, name: &str, scope: TokenScope, lasts: Option<Duration>) -> String {
        let name = name.to_owned();
        self.ask(async move |library| library.accounts.add_token(&name, scope, &[], lasts).await)
            .await
            .expect("add a token")
    }

    /// Somebody with a new token of theirs, for some areas.
    pub(crate) async fn by_token(&self, person: &Caller, scope: TokenScope, areas: &[TokenArea]) -> Caller {
        let (name, areas) = (person.name().to_owned(), areas.to_vec());
        let token = self
            .ask(async move |library| library.accounts.add_token(&name, scope, &areas, None).await)
            .await
            .expect("add a token");
        person.with_token(Some(&token))
    }

    /// Waits until everything that was asked for is done: no job waits or runs, and the index knows every change.
    pub(crate) async fn settled(&self) {
        self.ask(async |library| settled(library).await)
            .await
            .expect("it settles");
    }

    /// The names of everything in the object store, in order.
    pub(crate) async fn stored(&self) -> Vec<String> {
        self.listed(&[ObjectKind::Blobs, ObjectKind::Derived]).await
    }

    async fn listed(&self, parts: &[ObjectKind]) -> Vec<String> {
        let store = Blobs::open(&self.config.storage_url(), &self.config.scratch_dir()).expect("open the store");
        let listed = futures_util::stream::iter(parts.iter().map(|part| store.list(*part))).flatten();
        let mut names: Vec<String> = listed
            .map_ok(|object| object.name)
            .try_collect()
            .await
            .expect("list the store");
        names.sort();
        names
    }

    /// The names of what the store holds of unfinished uploads, in order.
    pub(crate) async fn segments(&self) -> Vec<String> {
        self.listed(&[ObjectKind::Uploads]).await
    }

    /// The database as the test may look into it, past the service.
    pub(crate) async fn database(&self) -> DatabaseConnection {
        let opened = Database::connect(self.config.database_url()).await;
        opened.expect("reach the database")
    }

    /// The present moment by the service's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the service's clock.
    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Stops the service as a signal does, lets the test do something to what is on the disk, and starts it again at
    /// the same address.
    pub(crate) async fn restart_after(&mut self, meanwhile: impl FnOnce(&Path)) {
        self.stop().await;
        meanwhile(&self.config.data_dir);
        self.resume().await;
    }

    /// Stops the service; what it keeps stays.
    pub(crate) async fn stop(&mut self) {
        let service = self.service.take().expect("it runs");
        let stopped = tokio::task::spawn_blocking(move || service.stop(Leave::Now)).await;
        stopped.expect("it stops").expect("it was well");
    }

    /// Starts the service again, at the same address.
    pub(crate) async fn resume(&mut self) {
        self.service = Some(Service::start(self.config.clone(), self.clock.clone()).await);
    }

    /// Another process on the same database and store, with a data folder of its own.
    pub(crate) async fn node(&self) -> Node {
        self.node_with(self.clock.clone()).await
    }

    /// The same on a machine whose clock runs ahead of all others.
    pub(crate) async fn node_ahead(&self, by: Duration) -> Node {
        self.node_with(self.clock.on_fast_machine(by)).await
    }

    async fn node_with(&self, clock: Clock) -> Node {
        let folder = tempfile::tempdir().expect("make a folder");
        let mut config = self.config.clone();
        config.data_dir = folder.path().join("data");
        config.server.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let urls = [
            (&mut config.database.url, self.config.database_url()),
            (&mut config.storage.url, self.config.storage_url()),
        ];
        for (setting, url) in urls {
            setting.set(&url).expect("it was in use");
        }
        let service = Service::start(config.clone(), clock).await;
        Node {
            service: Some(service),
            _folder: folder,
        }
    }

    /// The program itself, over the same folder, database and store.
    pub(crate) fn program(&self) -> tokio::process::Command {
        let mut program = tokio::process::Command::new(env!("CARGO_BIN_EXE_gongxue"));
        program
            .env("GONGXUE_DATA_DIR", &self.config.data_dir)
            .env("GONGXUE_SERVER__LISTEN", self.config.server.listen.to_string())
            .env("GONGXUE_STORAGE__MIN_FREE_BYTES", "0")
            .env("GONGXUE_DATABASE__URL", self.config.database_url())
            .env("GONGXUE_STORAGE__URL", self.config.storage_url())
            .kill_on_drop(true);
        program
    }

    /// A service over this one's store with a folder, and so a database, of its own.
    pub(crate) async fn joined_with(&self, folder: &Path) -> Self {
        let mut config = self.config.clone();
        config.data_dir = folder.to_owned();
        config.storage.url.set(&self.config.storage_url()).expect("it is one");
        config.database.url.set("").expect("it is none");
        let clock = Clock::default();
        let service = Service::start(config.clone(), clock.clone()).await;
        Self {
            config,
            clock,
            service: Some(service),
            accounts: 0.into(),
            _database: None,
            _folder: tempfile::tempdir().expect("make a folder"),
        }
    }

    /// Where the store keeps an object, if that is a folder.
    pub(crate) fn object(&self, key: &str) -> Option<PathBuf> {
        let folder = self.config.data_dir.join("objects");
        folder.is_dir().then(|| folder.join(key))
    }

    /// Ends the service and checks what it leaves behind. Dropping it does the same.
    pub(crate) async fn finish(self) {
        tokio::task::spawn_blocking(move || drop(self))
            .await
            .expect("nothing is left behind");
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let Some(service) = self.service.take() else { return };
        // A test that has failed already has said why.
        if std::thread::panicking() {
            let _ = service.stop(Leave::Now);
            return;
        }
        let left = service.stop(Leave::WhenSettled).expect("the service ends in peace");
        assert_eq!(left.dead, 0, "jobs died: {left:?}");
    }
}

/// Another process of a test's service.
#[derive(Debug)]
pub(crate) struct Node {
    service: Option<Service>,
    _folder: TempDir,
}

impl Node {
    /// The same person, calling here.
    pub(crate) fn caller(&self, elsewhere: &Caller) -> Caller {
        let address = self.service.as_ref().expect("it runs").address;
        elsewhere.at(format!("http://{address}"))
    }

    /// Stops it and destroys its folder, as a machine that is gone.
    pub(crate) async fn lose(self) {
        tokio::task::spawn_blocking(move || drop(self)).await.expect("it stops");
    }

    /// Lets this process's library do something.
    pub(crate) async fn ask<T: Send + 'static>(&self, act: impl AsyncFnOnce(&Library) -> T + Send + 'static) -> T {
        self.service.as_ref().expect("it runs").ask(act).await
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let Some(service) = self.service.take() else { return };
        let stopped = service.stop(Leave::Now);
        if !std::thread::panicking() {
            stopped.expect("the node ends in peace");
        }
    }
}

fn settings(folder: &Path, database: Option<&TestDatabase>) -> Config {
    let mut config = Config {
        data_dir: folder.join("data"),
        ..Config::default()
    };
    config.server.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    config.server.workers = 1;
    config.database.max_connections = 4;
    config.storage.min_free_bytes = 0;
    // What the machine happens to have must not decide a story.
    config.extract.office_program = "none".into();
    config.extract.film_program = "none".into();
    // Seconds a page, which only stories about it wait for.
    config.ocr.enabled = false;
    if let Some(database) = database {
        config.database.url.set(database.url()).expect("its address is one");
    }
    if let Some(url) = store_url() {
        config.storage.url.set(&url).expect("its address is one");
    }
    config
}

/// Waits until nothing is under way.
async fn settled(library: &Library) -> Result<Left, String> {
    let waited = tokio::time::timeout(PATIENCE, async {
        loop {
            let left = Left::of(library).await;
            if left.waiting == 0 && left.running == 0 && left.unindexed == 0 {
                return left;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    });
    match waited.await {
        Ok(left) => Ok(left),
        Err(_) => Err(format!(
            "after {PATIENCE:?} there is still {:?}",
            Left::of(library).await
        )),
    }
}

/// Work that is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Left {
    waiting: u64,
    running: u64,
    dead: u64,
    unindexed: u64,
}

impl Left {
    async fn of(library: &Library) -> Self {
        // In this order: the act that ends a job writes what the index must follow.
        let (waiting, running, dead) = library.operations.job_counts().await.expect("count jobs");
        let unindexed = library.indexer.index_lag().await.expect("ask how far the index is");
        Self {
            waiting,
            running,
            dead,
            unindexed,
        }
    }
}

/// How the service is to end.
#[derive(Debug, Clone, Copy)]
enum Leave {
    /// When all work is done.
    WhenSettled,
    /// At once; what is under way is given back.
    Now,
}

type Errand = Box<dyn FnOnce(Library) -> LocalBoxFuture<'static, ()> + Send>;

enum Word {
    Do(Errand),
    Leave(Leave),
}

/// A running service: a thread with the event loop that its database connections belong to.
#[derive(Debug)]
struct Service {
    address: SocketAddr,
    words: mpsc::UnboundedSender<Word>,
    thread: JoinHandle<Result<Left, String>>,
}

impl Service {
    async fn start(config: Config, clock: Clock) -> Self {
        let (words, listening) = mpsc::unbounded_channel();
        let (started, address) = oneshot::channel();
        let thread =
            std::thread::spawn(move || actix_web::rt::System::new().block_on(live(config, clock, started, listening)));
        let Ok(address) = address.await else {
            let why = thread.join().expect_err("it said no address");
            std::panic::resume_unwind(why);
        };
        Self { address, words, thread }
    }

    async fn ask<T: Send + 'static>(&self, act: impl AsyncFnOnce(&Library) -> T + Send + 'static) -> T {
        let (done, answer) = oneshot::channel();
        let errand: Errand = Box::new(move |library| {
            async move {
                // Nobody waits for the answer of a test that has failed meanwhile.
                let _ = done.send(act(&library).await);
            }
            .boxed_local()
        });
        assert!(self.words.send(Word::Do(errand)).is_ok(), "the service runs");
        answer.await.expect("what was asked did not panic")
    }

    fn stop(self, leave: Leave) -> Result<Left, String> {
        // An error means that it has ended by itself, which joining tells.
        let _ = self.words.send(Word::Leave(leave));
        match self.thread.join() {
            Ok(left) => left,
            Err(_) => Err("the service's own thread panicked".to_owned()),
        }
    }
}

async fn live(
    config: Config,
    clock: Clock,
    started: oneshot::Sender<SocketAddr>,
    mut words: mpsc::UnboundedReceiver<Word>,
) -> Result<Left, String> {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_gongxue"));
    let library = gongxue::app::open_with(&config, clock, program)
        .await
        .expect("open the library");
    let (server, addresses) = gongxue::http::serve(&library, &config).expect("listen");
    let handle = server.handle();
    let serving = actix_web::rt::spawn(server);
    let workers = Workers::start(&library, 2);
    // An error means that the test is over already; then the words are at their end, too.
    let _ = started.send(addresses[0]);

    let mut errands = JoinSet::new();
    let mut leave = Leave::Now;
    while let Some(word) = words.recv().await {
        match word {
            Word::Do(errand) => drop(errands.spawn_local(errand(library.clone()))),
            Word::Leave(how) => {
                leave = how;
                break;
            }
        }
    }

    let left = match leave {
        Leave::WhenSettled => settled(&library).await,
        Leave::Now => Ok(Left::of(&library).await),
    };
    errands.shutdown().await;
    workers.stop().await;
    handle.stop(false).await;
    serving
        .await
        .expect("the server does not panic")
        .expect("the server ends in order");
    left
}
