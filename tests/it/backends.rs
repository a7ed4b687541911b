//! Where a test's service keeps its things: a file and a folder, unless the environment names a database server
//! (`TEST_DATABASE_URL`) or an S3 store (`TEST_S3_ENDPOINT`, `TEST_S3_BUCKET`).

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use gongxue::db::Db;
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, Statement};
use uuid::Uuid;

/// A database on a server, made for one test and dropped after it.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    name: String,
    url: String,
}

impl TestDatabase {
    /// Makes one, if a server is named.
    pub(crate) fn make() -> Option<Self> {
        let server = std::env::var("TEST_DATABASE_URL").ok()?;
        let name = format!("gongxue_test_{}", Uuid::now_v7().simple());
        let template = template(&server);
        on_server(&server, format!("CREATE DATABASE {name} TEMPLATE {template}"));
        let url = with_name(&server, &name);
        Some(Self { name, url })
    }

    /// Makes one without a table in it, if a server is named.
    pub(crate) fn make_empty() -> Option<Self> {
        let server = std::env::var("TEST_DATABASE_URL").ok()?;
        let name = format!("gongxue_test_{}", Uuid::now_v7().simple());
        on_server(&server, format!("CREATE DATABASE {name}"));
        let url = with_name(&server, &name);
        Some(Self { name, url })
    }

    /// Its address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let server = std::env::var("TEST_DATABASE_URL").expect("it was there");
        on_server(&server, format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// Puts a database with all tables and nothing in them where the service would make its own, unless one is there. Made
/// anew for each story, its tables were a fifth of what a story costs.
pub(crate) fn put_tables(file: &Path) {
    static TABLES: OnceLock<Vec<u8>> = OnceLock::new();
    if file.exists() {
        return;
    }
    let folder = file.parent().expect("it lies in a folder");
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .expect("make the folder");
    let mut options = OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(0o600).open(file);
    let tables = TABLES.get_or_init(|| {
        let folder = tempfile::tempdir().expect("make a folder");
        let file = folder.path().join("tables.db");
        let url = format!("sqlite://{}?mode=rwc", file.display());
        apart(async move {
            let db = Db::open(&url, 1).await.expect("make the tables");
            db.close().await;
        });
        fs::read(file).expect("read the tables")
    });
    opened
        .and_then(|mut file| file.write_all(tables))
        .expect("put the tables");
}

/// A database with all tables and nothing in them: copying it is quicker than making the tables again.
fn template(server: &str) -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let name = format!("gongxue_template_{}", std::process::id());
        on_server(server, format!("DROP DATABASE IF EXISTS {name}"));
        on_server(server, format!("CREATE DATABASE {name}"));
        let url = with_name(server, &name);
        apart(async move {
            let db = Db::open(&url, 1).await.expect("make the tables");
            db.close().await;
        });
        name
    })
}

fn on_server(server: &str, statement: String) {
    let server = server.to_owned();
    apart(async move {
        let connection = Database::connect(server).await.expect("reach the database server");
        connection
            .execute_unprepared(&statement)
            .await
            .expect("the server obeys");
        connection.close().await.expect("close");
    });
}

/// Runs on an event loop of its own: the caller may be inside one, and in a destructor.
fn apart(act: impl Future<Output = ()> + Send + 'static) {
    let thread = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("make an event loop").block_on(act);
    });
    thread.join().expect("the database server answers");
}

/// The server's address with another database in it.
fn with_name(server: &str, name: &str) -> String {
    let (address, query) = server.split_once('?').unwrap_or((server, ""));
    let (place, _) = address.rsplit_once('/').expect("TEST_DATABASE_URL names a database");
    format!("{place}/{name}?{query}")
}

/// A place of its own in the S3 store, if one is named.
pub(crate) fn store_url() -> Option<String> {
    std::env::var_os("TEST_S3_ENDPOINT")?;
    // The store reads the usual names, and a test may not set its own environment.
    let endpoint = std::env::var_os("AWS_ENDPOINT").or_else(|| std::env::var_os("AWS_ENDPOINT_URL"));
    assert!(
        endpoint.is_some(),
        "with TEST_S3_ENDPOINT, set AWS_ENDPOINT to the same"
    );
    let bucket = std::env::var("TEST_S3_BUCKET").expect("with TEST_S3_ENDPOINT, set TEST_S3_BUCKET");
    Some(format!("s3://{bucket}/test-{}", Uuid::now_v7()))
}

/// Whether the service keeps its rows on a server.
pub(crate) fn is_postgres() -> bool {
    std::env::var_os("TEST_DATABASE_URL").is_some()
}

/// Waits until somebody waits for a lock of a kind: `advisory`, or `transactionid` for that of a row. SQLite tells nobody who
/// waits: there it goes on at once.
pub(crate) async fn somebody_waits(database: &DatabaseConnection, kind: &str) {
    if !is_postgres() {
        return;
    }
    // The lock of a row belongs to no database; that of whoever waits for it does.
    let waits = format!(
        "SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid) \
         WHERE locktype = '{kind}' AND NOT granted AND datname = current_database()"
    );
    let waits = Statement::from_string(database.get_database_backend(), waits);
    let waited = tokio::time::timeout(Duration::from_secs(20), async {
        while database.query_one_raw(waits.clone()).await.unwrap().is_none() {
            tokio::task::yield_now().await;
        }
    });
    waited
        .await
        .unwrap_or_else(|_| panic!("nobody waits for a lock of the kind `{kind}`"));
}
