//! How the databases answer: lists read what they show and no more, however much there is.

use gongxue::db::audit::list::{AuditLineFilter, LineActor, LineOutcome, queries};
use gongxue::db::entity::{audit, resource};
use gongxue::db::figures::page_queries;
use gongxue::db::resources::{Filter, list_query};
use gongxue::domain::id::{AccountId, AuditId, CourseId, MajorId, ResourceId, SchoolId, TaskId};
use gongxue::domain::metadata::Metadata;
use gongxue::domain::resource::Status;
use gongxue::domain::role::Scope;
use gongxue::domain::search::Audience;
use gongxue::domain::time::Timestamp;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, EntityTrait as _, QueryTrait as _, Statement};

use crate::app::TestApp;

/// Enough for a database to tell a walk through all from a walk through an index.
const RESOURCES: usize = 4_000;

/// Places and people that the resources are spread over.
struct Many {
    schools: Vec<SchoolId>,
    owners: Vec<AccountId>,
    courses: Vec<CourseId>,
    tasks: Vec<TaskId>,
}

fn ids<I: Default>(n: usize) -> Vec<I> {
    (0..n).map(|_| I::default()).collect()
}

impl Many {
    fn new() -> Self {
        Self {
            schools: ids(4),
            owners: ids(40),
            courses: ids(20),
            tasks: ids(100),
        }
    }

    fn row(&self, n: usize) -> resource::Model {
        let now = Timestamp(n as i64);
        let metadata = Metadata {
            title: format!("资源{n}"),
            kind: "worksheet".to_owned(),
            scope: [Scope::Public, Scope::City, Scope::School][n % 3],
            ..Metadata::default()
        };
        let row = resource::Model {
            school_id: Some(self.schools[n % self.schools.len()]),
            status: [
                Status::Published,
                Status::Published,
                Status::Published,
                Status::Submitted,
                Status::Draft,
            ][n % 5],
            course_id: Some(self.courses[n % self.courses.len()]),
            task_id: Some(self.tasks[n % self.tasks.len()]),
            ..resource::Model::new(ResourceId::new(), self.owners[n % self.owners.len()], metadata, now)
        };
        // Beside some of what is published something waits, for more people.
        if row.status != Status::Published || !n.is_multiple_of(7) {
            return row;
        }
        let waiting = resource::Model {
            status: [Status::Submitted, Status::Returned][n % 2],
            scope: Scope::Public,
            ..row.clone()
        };
        row.with_waiting(waiting)
    }

    /// Whoever asks: a guest, a teacher, an administrator, the bureau.
    fn askers(&self) -> [(&'static str, Vec<Audience>); 4] {
        let (school, owner) = (self.schools[1], self.owners[1]);
        let member = [Audience::Public, Audience::City, Audience::Owner(owner)];
        let teacher = [&member[..], &[Audience::School(school)]].concat();
        let administrator = [&teacher[..], &[Audience::SchoolAdmin(school)]].concat();
        [
            ("guest", vec![Audience::Public]),
            ("teacher", teacher),
            ("administrator", administrator),
            ("bureau", [&member[..], &[Audience::Reviewers]].concat()),
        ]
    }

    /// What may be asked for, and the index whose order answers it.
    fn filters(&self) -> Vec<(&'static str, Filter)> {
        vec![
            ("all", Filter::default()),
            (
                "published",
                Filter {
                    status: Some(Status::Published),
                    ..Filter::default()
                },
            ),
            (
                "mine",
                Filter {
                    owner: Some(self.owners[1]),
                    ..Filter::default()
                },
            ),
            (
                "school",
                Filter {
                    school: Some(self.schools[2]),
                    ..Filter::default()
                },
            ),
            (
                "course",
                Filter {
                    course: Some(self.courses[3]),
                    ..Filter::default()
                },
            ),
            (
                "task",
                Filter {
                    task: Some(self.tasks[3]),
                    course: Some(self.courses[3]),
                    ..Filter::default()
                },
            ),
        ]
    }
}

async fn filled(app: &TestApp, many: &Many) -> DatabaseConnection {
    let database = app.database().await;
    let rows: Vec<resource::Model> = (0..RESOURCES).map(|n| many.row(n)).collect();
    for chunk in rows.chunks(500) {
        let rows = chunk.iter().cloned().map(sea_orm::IntoActiveModel::into_active_model);
        resource::Entity::insert_many(rows)
            .exec_without_returning(&database)
            .await
            .unwrap();
    }
    if database.get_database_backend() == DbBackend::Postgres {
        database.execute_unprepared("ANALYZE resource").await.unwrap();
    }
    database
}

/// The lines in which a database says how it goes about a question.
async fn plan(database: &DatabaseConnection, question: Statement) -> Vec<String> {
    let backend = database.get_database_backend();
    let (how, column) = match backend {
        DbBackend::Sqlite => ("EXPLAIN QUERY PLAN", 3),
        _ => ("EXPLAIN", 0),
    };
    let asked = Statement::from_sql_and_values(backend, format!("{how} {}", question.sql), question.values.unwrap().0);
    let rows = database.query_all_raw(asked).await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index::<String>(column).unwrap())
        .collect()
}

#[tokio::test]
async fn a_list_walks_an_index_in_the_order_it_is_shown_in() {
    let app = TestApp::start().await;
    let many = Many::new();
    let database = filled(&app, &many).await;
    let backend = database.get_database_backend();

    for (who, audiences) in many.askers() {
        for (what, filter) in many.filters() {
            for before in [None, Some(ResourceId::new())] {
                let query = list_query(&filter, &audiences, before, 21).expect("there may be some");
                let plan = plan(&database, query.build(backend)).await;
                let told = format!("{who} asks for {what}: {plan:#?}");
                assert!(!plan.iter().any(|line| line.contains("MULTI-INDEX")), "{told}");
                assert!(!plan.iter().any(|line| line.contains("SCAN resource")), "{told}");
                assert!(!plan.iter().any(|line| line.contains("Seq Scan on resource")), "{told}");
                // PostgreSQL knows how few rows a place has and may rather sort those.
                let merges = backend == DbBackend::Postgres || what == "all" || what == "published";
                let sorts = plan.iter().filter(|line| line.contains("TEMP B-TREE"));
                // A handful from each audience is put in order; never all of them.
                assert!(sorts.count() <= usize::from(merges), "{told}");
            }
        }
    }
    database.close().await.unwrap();
    app.finish().await;
}

#[tokio::test]
async fn a_list_holds_the_newest_that_the_asker_may_see_and_goes_on_where_it_ended() {
    let app = TestApp::start().await;
    let many = Many::new();
    let database = filled(&app, &many).await;
    let all = resource::Entity::find().all(&database).await.unwrap();

    for (who, audiences) in many.askers() {
        for (what, filter) in many.filters() {
            let is_wanted = |row: &&resource::Model| {
                let mut of_row = Audience::of_resource(row.status, row.scope, row.school_id, row.owner_id);
                if filter.status.is_none() {
                    let working = row.working_copy();
                    let (status, scope) = (working.status, working.scope);
                    of_row.extend(Audience::of_working_copy(status, scope, row.school_id, row.owner_id));
                }
                of_row.iter().any(|audience| audiences.contains(audience))
                    && filter.status.is_none_or(|status| status == row.status)
                    && filter.owner.is_none_or(|owner| owner == row.owner_id)
                    && filter.school.is_none_or(|school| Some(school) == row.school_id)
                    && filter.course.is_none_or(|course| Some(course) == row.course_id)
                    && filter.task.is_none_or(|task| Some(task) == row.task_id)
            };
            let mut wanted: Vec<ResourceId> = all.iter().filter(is_wanted).map(|row| row.id).collect();
            wanted.sort_unstable_by(|a, b| b.cmp(a));

            let mut told = Vec::new();
            while told.len() < wanted.len() {
                let query = list_query(&filter, &audiences, told.last().copied(), 150).expect("there may be some");
                let page = query.all(&database).await.unwrap();
                assert!(
                    !page.is_empty(),
                    "{who} is told {} of {} of {what}",
                    told.len(),
                    wanted.len()
                );
                told.extend(page.iter().map(|row| row.id));
            }

            assert!(told == wanted, "{who} asks for {what}");
        }
    }
    database.close().await.unwrap();
    app.finish().await;
}

/// The report of progress added up every resource, and that of use every resource's months, each time that it was opened.
#[tokio::test]
async fn the_pages_of_figures_and_evidence_walk_nothing_that_grows_with_what_is_shared_and_used() {
    const GROWING: [&str; 6] = [
        "resource",
        "version",
        "use_place",
        "training_attendance",
        "holding_sum",
        "holding_change",
    ];
    let app = TestApp::start().await;
    let many = Many::new();
    let database = filled(&app, &many).await;
    let backend = database.get_database_backend();
    let is_walk = |line: &str| {
        let walked = line
            .trim_start()
            .strip_prefix("SCAN ")
            .map(|rest| rest.split(' ').next());
        walked.flatten().is_some_and(|table| GROWING.contains(&table))
    };

    for (who, audiences) in many.askers() {
        for school in [None, Some(many.schools[1])] {
            let limits = (school, MajorId::new());
            for (what, question) in page_queries(backend, limits, &audiences, Timestamp(0)) {
                let plan = plan(&database, question).await;
                // PostgreSQL knows how little there is here, and reads a small table whole; that it takes the question is seen.
                if backend == DbBackend::Postgres {
                    continue;
                }
                let told = format!("{what} of {school:?} for {who}: {plan:#?}");
                assert!(!plan.iter().any(|line| is_walk(line)), "{told}");
                let along = |index: &str| plan.iter().any(|line| line.contains(index));
                assert!(what != "authors" || along("resource_owner"), "{told}");
                assert!(what != "growth" || along("resource_published"), "{told}");
                assert!(what != "documents" || along("resource_major"), "{told}");
                assert!(what != "training" || along("training_attendance_counted"), "{told}");
            }
        }
    }
    database.close().await.unwrap();
    app.finish().await;
}

/// Lines of the audit log of many people, acts, things and addresses, a few of them refused.
async fn with_lines(app: &TestApp, people: &[AccountId], things: &[ResourceId]) -> DatabaseConnection {
    let database = app.database().await;
    let actions = ["resource.read", "resource.edit", "session.begin", "account.edit"];
    let line = |n: usize| audit::Model {
        id: AuditId::new(),
        at: Timestamp(n as i64),
        account_id: Some(people[n % people.len()]),
        actor: format!("t{n}"),
        school_id: None,
        action: actions[n % actions.len()].to_owned(),
        subject: Some(things[n % things.len()].to_string()),
        subject_title: Some("台阶轴".to_owned()),
        changes: None,
        times: None,
        outcome: if n.is_multiple_of(97) { "not-allowed" } else { "done" }.to_owned(),
        address: Some(format!("10.0.0.{}", n % 250)),
        seq: None,
        chain: None,
    };
    let lines: Vec<audit::Model> = (0..20_000).map(line).collect();
    for chunk in lines.chunks(1_000) {
        let rows = chunk.iter().cloned().map(sea_orm::IntoActiveModel::into_active_model);
        audit::Entity::insert_many(rows)
            .exec_without_returning(&database)
            .await
            .unwrap();
    }
    if database.get_database_backend() == DbBackend::Postgres {
        database.execute_unprepared("ANALYZE audit").await.unwrap();
    }
    database
}

/// Ten million lines are looked through by those who wait for the page.
#[tokio::test]
async fn the_audit_log_is_narrowed_along_an_index_and_never_sorted_or_read_whole() {
    let app = TestApp::start().await;
    let (people, things): (Vec<AccountId>, Vec<ResourceId>) = (ids(200), ids(900));
    let database = with_lines(&app, &people, &things).await;
    let backend = database.get_database_backend();
    let all = AuditLineFilter::default;
    let filters = [
        ("all", all()),
        (
            "a person",
            AuditLineFilter {
                actor: Some(LineActor::Accounts(vec![people[7]])),
                ..all()
            },
        ),
        (
            "people",
            AuditLineFilter {
                actor: Some(LineActor::Accounts(people[..9].to_vec())),
                ..all()
            },
        ),
        (
            "an act",
            AuditLineFilter {
                actions: Some(vec!["account.edit".to_owned()]),
                ..all()
            },
        ),
        (
            "a family",
            AuditLineFilter {
                actions: Some(vec!["account.edit".to_owned(), "account.add".to_owned()]),
                ..all()
            },
        ),
        (
            "a thing",
            AuditLineFilter {
                subject: Some(things[3].to_string()),
                ..all()
            },
        ),
        (
            "an address",
            AuditLineFilter {
                address: Some("10.0.0.9".to_owned()),
                ..all()
            },
        ),
        (
            "refusals",
            AuditLineFilter {
                outcome: Some(LineOutcome::Refused),
                ..all()
            },
        ),
        (
            "a text",
            AuditLineFilter {
                text: Some("轴".to_owned()),
                ..all()
            },
        ),
        (
            "a person and an act",
            AuditLineFilter {
                actor: Some(LineActor::Accounts(vec![people[7]])),
                actions: Some(vec!["account.edit".to_owned()]),
                text: Some("轴".to_owned()),
                ..all()
            },
        ),
    ];

    for (what, filter) in filters {
        for before in [None, Some(AuditId::new())] {
            let (floor, lines) = queries(&filter, before, 51);
            for query in floor.into_iter().chain([lines]) {
                let plan = plan(&database, backend.build(&query)).await;
                let told = format!("{what}: {plan:#?}");
                assert!(!plan.iter().any(|line| line.contains("Seq Scan on audit")), "{told}");
                let scans = plan.iter().filter(|line| line.contains("SCAN audit"));
                assert!(
                    scans
                        .clone()
                        .all(|line| line.contains("USING") && line.contains("INDEX")),
                    "{told}"
                );
                // What a few walks end with is put in order; never all that fits.
                let merges = what == "people" || what == "a family" || backend == DbBackend::Postgres;
                let sorts = plan.iter().filter(|line| line.contains("TEMP B-TREE"));
                assert!(merges || sorts.count() == 0, "{told}");
            }
        }
    }
    database.close().await.unwrap();
    app.finish().await;
}
