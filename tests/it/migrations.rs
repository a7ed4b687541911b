//! The tables of a library: made by many at once, cut off in the middle, upgraded.

use std::process::Stdio;
use std::time::Duration;

use futures_util::future::join_all;
use gongxue::domain::id::{AccountId, FileId, PackId, ResourceId, Sha256};
use migrations::{Migrator, MigratorTrait as _};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SimpleExpr};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, Statement};
use tokio::process::Command;

use crate::app::kills;
use crate::backends::TestDatabase;

/// What a command takes that does not end.
const PATIENCE: Duration = Duration::from_mins(2);

/// `gongxue migrate` over a folder, or over a database of the server that the suite runs on.
fn migrate(folder: &std::path::Path, database: Option<&TestDatabase>) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_gongxue"));
    program
        .arg("migrate")
        .env("GONGXUE_DATA_DIR", folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    if let Some(database) = database {
        program.env("GONGXUE_DATABASE__URL", database.url());
    }
    program
}

async fn succeeds(mut program: Command) -> Result<(), String> {
    let ended = tokio::time::timeout(PATIENCE, program.output()).await;
    let output = ended.expect("it waits for ever").unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(()) } else { Err(said) }
}

#[tokio::test]
async fn killed_while_it_makes_its_tables_a_library_opens_the_next_time() {
    let mut dice = 0x9e37_79b9_7f4a_7c15_u64;
    for round in 0..kills(10) {
        let folder = tempfile::tempdir().unwrap();
        let database = TestDatabase::make_empty();
        let mut first = migrate(folder.path(), database.as_ref()).spawn().unwrap();
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        // Not a wait for anything: the moment is what this test varies.
        tokio::time::sleep(Duration::from_millis((dice >> 33) % 250)).await;
        first.kill().await.unwrap();

        let again = succeeds(migrate(folder.path(), database.as_ref())).await;

        assert_eq!(again, Ok(()), "after kill {round} the library never opens again");
    }
}

#[tokio::test]
async fn nodes_that_start_together_on_a_new_database_all_come_up() {
    let database = TestDatabase::make_empty();
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    // Each has its own folder, as on three machines; on SQLite they share the one that holds the database.
    let nodes = folders.iter().map(|own| {
        let folder = if database.is_some() { own } else { &folders[0] };
        succeeds(migrate(folder.path(), database.as_ref()))
    });

    let ended = join_all(nodes).await;

    assert_eq!(ended, [Ok(()), Ok(()), Ok(())]);
}

/// A database as it was before a migration ran.
async fn before(migration: &str, url: &str) -> DatabaseConnection {
    let database = Database::connect(url).await.unwrap();
    let names = migrations::names();
    let earlier = names
        .iter()
        .position(|name| name == migration)
        .expect("there is such a one");
    let steps = u32::try_from(earlier).unwrap();
    Migrator::up(&database, Some(steps)).await.unwrap();
    database
}

async fn insert(database: &DatabaseConnection, table: &'static str, row: Vec<(&'static str, SimpleExpr)>) {
    let (columns, values): (Vec<&str>, Vec<SimpleExpr>) = row.into_iter().unzip();
    let mut insert = Query::insert();
    insert.into_table(table).columns(columns).values_panic(values);
    database.execute(&insert).await.unwrap();
}

/// A resource at a revision, with a file of some content.
async fn add_resource(database: &DatabaseConnection, revision: i64, content: &Sha256) -> ResourceId {
    let id = ResourceId::new();
    let words = ["status", "scope", "kind", "title", "description"].map(|column| (column, "x".into()));
    let lists = ["keywords", "authors"].map(|column| (column, serde_json::json!([]).into()));
    let numbers = ["version", "file_count", "size", "created_at", "updated_at"].map(|column| (column, 1.into()));
    let mut row = vec![
        ("id", id.0.into()),
        ("owner_id", AccountId::new().0.into()),
        ("revision", revision.into()),
    ];
    row.extend(words.into_iter().chain(lists).chain(numbers));
    insert(database, "resource", row).await;
    for path in ["a.txt", "b.txt"] {
        let words = [
            ("path", path.into()),
            ("kind", "text".into()),
            ("media_type", "text/plain".into()),
        ];
        let mut row = vec![
            ("id", FileId::new().0.into()),
            ("resource_id", id.0.into()),
            ("size", 1.into()),
        ];
        row.extend(words);
        row.extend([("sha256", content.hex().into()), ("added_in", 1.into())]);
        insert(database, "file", row).await;
    }
    id
}

async fn mirrored_at(database: &DatabaseConnection, resource: ResourceId, revision: i64) {
    let row = vec![
        ("resource_id", resource.0.into()),
        ("hub", "https://hub.example".into()),
        ("revision", revision.into()),
        ("fingerprint", "x".into()),
        ("conflict", false.into()),
    ];
    insert(database, "mirror_resource", row).await;
}

/// What a hub gave it may name without giving it again. Of what was changed here, was never taken, or came from no hub,
/// a file may be this node's own: a word of the hub's would bring out a draft.
#[tokio::test]
async fn an_upgrade_believes_a_hub_to_have_given_what_came_and_was_not_changed_here() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestDatabase::make_empty();
    let file = format!("sqlite://{}?mode=rwc", folder.path().join("library.db").display());
    let url = server.as_ref().map_or(file.as_str(), TestDatabase::url);
    let database = before("m20261129_000032_mirror_memory", url).await;
    let contents = [1, 2, 3, 4].map(|byte| Sha256::from_bytes([byte; 32]));
    let [given, changed, refused, own] = &contents;
    let as_it_came = add_resource(&database, 3, given).await;
    mirrored_at(&database, as_it_came, 3).await;
    let changed_here = add_resource(&database, 4, changed).await;
    mirrored_at(&database, changed_here, 3).await;
    let never_taken = add_resource(&database, 0, refused).await;
    mirrored_at(&database, never_taken, 0).await;
    add_resource(&database, 1, own).await;

    Migrator::up(&database, None).await.unwrap();

    let select = "SELECT hub, sha256 FROM mirror_content";
    let select = Statement::from_string(database.get_database_backend(), select);
    let rows = database.query_all_raw(select).await.unwrap();
    let believed = rows.iter().map(|row| row.try_get_many_by_index().unwrap());
    let believed: Vec<(String, String)> = believed.collect();
    assert_eq!(believed, [("https://hub.example".to_owned(), given.hex())]);
    database.close().await.unwrap();
}

/// Nobody knows any more whether somebody looked at the versions before the one that is published: nobody is shown them, and
/// a file that others may have read in them is not its owner's alone to erase.
#[tokio::test]
async fn what_was_published_before_an_upgrade_counts_as_approved_as_it_stands_and_nothing_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestDatabase::make_empty();
    let file = format!("sqlite://{}?mode=rwc", folder.path().join("library.db").display());
    let url = server.as_ref().map_or(file.as_str(), TestDatabase::url);
    let database = before("m20261129_000040_approved", url).await;
    let content = Sha256::from_bytes([1; 32]);
    let published = add_resource(&database, 5, &content).await;
    let submitted = add_resource(&database, 6, &content).await;
    for (id, status, published_at) in [(published, "published", Some(7)), (submitted, "submitted", None)] {
        for number in [1, 2] {
            let row = vec![
                ("resource_id", id.0.into()),
                ("number", number.into()),
                ("metadata", serde_json::json!({}).into()),
                ("author_id", AccountId::new().0.into()),
                ("created_at", 1.into()),
            ];
            insert(&database, "version", row).await;
        }
        let mut stands = Query::update();
        stands.table("resource").and_where(Expr::col("id").eq(id.0));
        stands.values([
            ("status", status.into()),
            ("version", 2.into()),
            ("published_at", published_at.into()),
        ]);
        database.execute(&stands).await.unwrap();
    }
    let (pack, owner) = (PackId::new(), AccountId::new());
    let words = [
        ("title", "包".into()),
        ("description", "说明".into()),
        ("scope", "city".into()),
    ];
    let numbers = ["revision", "created_at", "updated_at"].map(|column| (column, 1.into()));
    let mut row = vec![
        ("id", pack.0.into()),
        ("owner_id", owner.0.into()),
        ("contents", serde_json::json!([]).into()),
    ];
    row.extend(words.into_iter().chain(numbers));
    insert(&database, "pack", row).await;
    for (number, audience) in [(1, "school:x"), (2, "city")] {
        let row = vec![
            ("pack_id", pack.0.into()),
            ("number", number.into()),
            ("state", "ready".into()),
            ("note", String::new().into()),
            ("author_id", owner.0.into()),
            ("audience", audience.into()),
            ("created_at", 1.into()),
        ];
        insert(&database, "pack_version", row).await;
    }

    Migrator::up(&database, None).await.unwrap();

    let all = async |select: &str| {
        let select = Statement::from_string(database.get_database_backend(), select);
        let rows = database.query_all_raw(select).await.unwrap();
        let read = rows.iter().map(|row| row.try_get_by_index::<i64>(0).unwrap());
        read.collect::<Vec<i64>>()
    };
    let approved = "SELECT CAST(number * 100 + approved_at AS BIGINT) FROM version WHERE approved_at IS NOT NULL";
    assert_eq!(all(&format!("{approved} ORDER BY number")).await, [107, 207]);
    let shown = "SELECT CAST(number AS BIGINT) FROM version WHERE approved_metadata IS NOT NULL";
    assert_eq!(all(shown).await, [0; 0]);
    let bound = "SELECT submitted_revision FROM resource WHERE submitted_revision IS NOT NULL";
    assert_eq!(all(bound).await, [6], "what waits is decided on as it waits");
    let words = "SELECT CAST(number AS BIGINT) FROM pack_version
        WHERE title = '包' AND description = '说明' AND contents IS NOT NULL ORDER BY number";
    assert_eq!(all(words).await, [1, 2], "a pack lost its words");
    let read = "SELECT CAST(number AS BIGINT) FROM pack_version WHERE approved_by IS NOT NULL";
    assert_eq!(all(read).await, [2], "what a school alone read is read by more");
    database.close().await.unwrap();
}

/// What waited for one approval, of whomever, would have waited at no step: in no queue, and nobody's to decide.
#[tokio::test]
async fn what_waited_before_an_upgrade_waits_at_a_step_of_those_who_could_approve_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestDatabase::make_empty();
    let file = format!("sqlite://{}?mode=rwc", folder.path().join("library.db").display());
    let url = server.as_ref().map_or(file.as_str(), TestDatabase::url);
    let database = before("m20261130_000065_review_steps", url).await;
    let content = Sha256::from_bytes([1; 32]);
    let cases = [
        ("submitted", "school", "worksheet", None, "学校专业审核"),
        ("submitted", "city", "worksheet", None, "市级专家审核"),
        ("submitted", "public", "textbook", None, "市级专家审定"),
        ("submitted", "school", "textbook", None, "学校初审"),
        (
            "published",
            "school",
            "video",
            Some(("submitted", "city")),
            "市级专家审核",
        ),
        ("published", "city", "video", Some(("returned", "city")), ""),
        ("draft", "city", "video", None, ""),
    ];
    let mut waits = Vec::new();
    for (status, scope, kind, waiting, step) in cases {
        let id = add_resource(&database, 1, &content).await;
        let mut stands = Query::update();
        stands.table("resource").and_where(Expr::col("id").eq(id.0));
        stands.values([
            ("status", status.into()),
            ("scope", scope.into()),
            ("kind", kind.into()),
        ]);
        if let Some((status, scope)) = waiting {
            stands.values([("waiting_status", status.into()), ("waiting_scope", scope.into())]);
        }
        database.execute(&stands).await.unwrap();
        waits.extend((!step.is_empty()).then_some(step));
    }

    Migrator::up(&database, None).await.unwrap();

    let select = "SELECT review_step.name_zh FROM review_state
        JOIN review_step ON review_step.id = review_state.step_id ORDER BY review_state.resource_id";
    let select = Statement::from_string(database.get_database_backend(), select);
    let rows = database.query_all_raw(select).await.unwrap();
    let steps: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    assert_eq!(steps, waits);
    database.close().await.unwrap();
}

/// Where a library was used already, an upgrade would have taken away what its schools do every day; a new one asks the city.
#[tokio::test]
async fn who_published_for_the_city_before_an_upgrade_still_may_and_in_a_new_library_nobody_does() {
    for is_used in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let server = TestDatabase::make_empty();
        let file = format!("sqlite://{}?mode=rwc", folder.path().join("library.db").display());
        let url = server.as_ref().map_or(file.as_str(), TestDatabase::url);
        let database = before("m20261130_000111_review_rules", url).await;
        if is_used {
            let words = ["name", "display", "role"].map(|column| (column, "x".into()));
            let flags = ["disabled", "password_once"].map(|column| (column, false.into()));
            let numbers = ["failures", "created_at"].map(|column| (column, 0.into()));
            let id = [("id", AccountId::new().0.into())];
            let row = id.into_iter().chain(words).chain(flags).chain(numbers);
            insert(&database, "account", row.collect()).await;
        }

        Migrator::up(&database, None).await.unwrap();

        let select = "SELECT may_publish, may_publish_beyond FROM review_path ORDER BY code";
        let select = Statement::from_string(database.get_database_backend(), select);
        let rows = database.query_all_raw(select).await.unwrap();
        let rules: Vec<(bool, bool)> = rows
            .iter()
            .map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap()))
            .collect();
        // The general path, and that of textbooks.
        assert_eq!(rules, [(true, is_used), (false, false)]);
        database.close().await.unwrap();
    }
}

/// Who had made a version that still waited would have decided on it after the upgrade.
#[tokio::test]
async fn what_waits_while_its_authors_are_written_down_knows_who_made_its_versions() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestDatabase::make_empty();
    let file = format!("sqlite://{}?mode=rwc", folder.path().join("library.db").display());
    let url = server.as_ref().map_or(file.as_str(), TestDatabase::url);
    let database = before("m20261130_000111_review_rules", url).await;
    let mut authors = Vec::new();
    for (status, number, is_known) in [("submitted", 1, true), ("draft", 2, true), ("published", 1, false)] {
        let id = add_resource(&database, 1, &Sha256::from_bytes([1; 32])).await;
        let mut stands = Query::update();
        stands.table("resource").and_where(Expr::col("id").eq(id.0));
        stands.values([("status", status.into())]);
        database.execute(&stands).await.unwrap();
        let author = AccountId::new();
        let row = vec![
            ("resource_id", id.0.into()),
            ("number", number.into()),
            ("metadata", serde_json::json!({}).into()),
            ("author_id", author.0.into()),
            ("created_at", 1.into()),
        ];
        insert(&database, "version", row).await;
        authors.extend(is_known.then_some(author.0));
    }

    Migrator::up(&database, None).await.unwrap();

    let mut select = Query::select();
    select
        .column("account_id")
        .from("review_author")
        .order_by("resource_id", sea_orm::Order::Asc);
    let rows = database.query_all(&select).await.unwrap();
    let known: Vec<uuid::Uuid> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    assert_eq!(known, authors);
    database.close().await.unwrap();
}

/// A company whose only gift had been removed could never be removed, and uses of what was gone stayed for ever.
#[tokio::test]
async fn an_upgrade_drops_what_removed_resources_left_behind_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestDatabase::make_empty();
    let file = format!("sqlite://{}?mode=rwc", folder.path().join("library.db").display());
    let url = server.as_ref().map_or(file.as_str(), TestDatabase::url);
    let database = before("m20261130_000130_left_behind", url).await;
    let there = add_resource(&database, 1, &Sha256::from_bytes([1; 32])).await;
    for resource in [there, ResourceId::new()] {
        let of = || ("resource_id", SimpleExpr::from(resource.0));
        let used = vec![of(), ("uses", 2.into()), ("updated_at", 1.into())];
        insert(&database, "resource_use", used).await;
        let by_month = vec![of(), ("month", 202_611.into()), ("uses", 2.into())];
        insert(&database, "resource_use_month", by_month).await;
        let given = vec![of(), ("company_id", AccountId::new().0.into()), ("at", 1.into())];
        insert(&database, "company_contribution", given).await;
    }

    Migrator::up(&database, None).await.unwrap();

    for table in ["resource_use", "resource_use_month", "company_contribution"] {
        let mut select = Query::select();
        select.column("resource_id").from(table);
        let rows = database.query_all(&select).await.unwrap();
        let left: Vec<uuid::Uuid> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        assert_eq!(left, [there.0], "{table}");
    }
    database.close().await.unwrap();
}
