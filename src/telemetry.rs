//! Logs and figures: how they are set up, and the names under which they appear.
//!
//! A log line reads alone and repeats its ids as fields; a failure is logged once, where it is handled; names, tokens,
//! contents and addresses of people are never logged. Figures are kept by a Prometheus recorder that our own `/metrics`
//! renders, so no second port is opened. To add a figure, add its name to [`metric`] and a line to `describe`.

use std::io::IsTerminal;
use std::str::FromStr;
use std::sync::OnceLock;

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// Names of fields in spans and log lines: one word per thing, everywhere.
pub mod field {
    /// Names one request; the same as its `X-Request-Id`.
    pub const REQUEST_ID: &str = "request.id";
    /// `GET`, `POST`, …
    pub const METHOD: &str = "http.method";
    /// The pattern of the route, such as `/files/{id}/content`; never the path itself.
    pub const ROUTE: &str = "http.route";
    /// The status that was answered.
    pub const STATUS: &str = "http.status";
    /// How long it took.
    pub const DURATION_MS: &str = "duration_ms";
    /// How many bytes went out.
    pub const SIZE_BYTES: &str = "size_bytes";
    /// The resource it is about.
    pub const RESOURCE_ID: &str = "resource.id";
    /// The unfinished upload it is about.
    pub const UPLOAD_ID: &str = "upload.id";
    /// The job it is about.
    pub const JOB_ID: &str = "job.id";
    /// What kind of job.
    pub const JOB_KIND: &str = "job.kind";
    /// How often the job was begun.
    pub const JOB_ATTEMPTS: &str = "job.attempts";
}

/// Names of figures, as `/metrics` shows them.
pub mod metric {
    /// Seconds from the first byte asked to the last byte answered, by `route`, `method` and `status` class.
    pub const HTTP_REQUEST_SECONDS: &str = "gongxue_http_request_duration_seconds";
    /// Requests that are being answered now.
    pub const HTTP_REQUESTS_ACTIVE: &str = "gongxue_http_requests_active";
    /// Bytes of answers sent, by `route`.
    pub const HTTP_RESPONSE_BYTES: &str = "gongxue_http_response_bytes_total";
    /// Bytes of uploads taken.
    pub const UPLOAD_BYTES: &str = "gongxue_upload_bytes_total";
    /// Seconds a search took.
    pub const SEARCH_SECONDS: &str = "gongxue_search_duration_seconds";
    /// Seconds the reading of one file took, by `kind` and `outcome`.
    pub const EXTRACT_SECONDS: &str = "gongxue_extract_duration_seconds";
    /// Jobs that ended, by `kind` and `outcome`: `done`, `failed` (and waits to be tried again), `dead`,
    /// `refused` (what another machine sent back).
    pub const JOBS_FINISHED: &str = "gongxue_jobs_finished_total";
    /// Jobs by `kind` and `state`, as last counted.
    pub const JOBS: &str = "gongxue_jobs";
    /// Changes that the index has not seen yet.
    pub const INDEX_LAG_CHANGES: &str = "gongxue_index_lag_changes";
    /// Resources that are not in the index as they should be; the log names them.
    pub const INDEX_LEFT_OUT: &str = "gongxue_index_left_out";
    /// Entries of the index, resources and passages together.
    pub const INDEX_ENTRIES: &str = "gongxue_index_entries";
    /// Contents that are lost or damaged in the store.
    pub const DAMAGED_OBJECTS: &str = "gongxue_damaged_objects";
    /// Seconds since the object that was verified longest ago was verified.
    pub const SCRUB_AGE_SECONDS: &str = "gongxue_scrub_age_seconds";
    /// When the library was last backed up to another place.
    pub const LAST_BACKUP: &str = "gongxue_last_backup_timestamp_seconds";
    /// Objects in the store that no row names, as the last look through it found them.
    pub const ORPHANS: &str = "gongxue_orphans";
    /// Requests that met a limit, by `kind` of request and `by` whom they are counted: `account`, `token`, `school`, `address`.
    pub const RATE_LIMITED: &str = "gongxue_rate_limited_total";
    /// Always 1; its label `version` says what runs.
    pub const BUILD: &str = "gongxue_build_info";
}

/// Bounds of duration histograms in seconds: fine where a search lives, coarse where a school's uplink does.
const SECONDS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 600.0,
];

/// What is logged when nobody says otherwise. What a client sends that is no HTTP is answered with 400; actix calls it an
/// error of ours, and a scanner would fill the log with it. tantivy warns of a segment that it "couldn't find" where one that
/// was being merged lost its last document to a commit meanwhile: that merge is given up and begun again, and nothing is
/// lost. An import, where each resource is put in twice within a second, does that all the time.
const DEFAULT_FILTER: &str = "info,tantivy=warn,tantivy::indexer::segment_manager=error,sqlx=warn,sea_orm=warn,\
    actix_http::h1::dispatcher=off";

/// The variable that chooses what is logged, such as `gongxue=debug,info`.
const FILTER_VARIABLE: &str = "GONGXUE_LOG";

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line, for collectors.
    Json,
    /// Lines for a person at a terminal.
    Human,
}

impl LogFormat {
    /// Human on a terminal, JSON elsewhere.
    pub fn of_stderr() -> Self {
        if std::io::stderr().is_terminal() {
            Self::Human
        } else {
            Self::Json
        }
    }
}

/// The text is neither `json` nor `human`.
#[derive(Debug, thiserror::Error)]
#[error("a log format is `json` or `human`")]
pub struct NotALogFormat;

impl FromStr for LogFormat {
    type Err = NotALogFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "json" => Ok(Self::Json),
            "human" => Ok(Self::Human),
            _ => Err(NotALogFormat),
        }
    }
}

/// Starts logging to standard error; standard output belongs to data. `GONGXUE_LOG` chooses what is logged.
///
/// Fails when logging has been started before.
pub fn start_logs(format: LogFormat) -> Result<(), TryInitError> {
    let chosen = std::env::var(FILTER_VARIABLE).ok().filter(|text| !text.is_empty());
    let filter = EnvFilter::builder().parse_lossy(chosen.as_deref().unwrap_or(DEFAULT_FILTER));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .finish()
            .try_init(),
        LogFormat::Human => lines
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false)
            .finish()
            .try_init(),
    }
}

/// The figures of this process. The first call starts keeping them; later calls give the same.
pub fn figures() -> &'static PrometheusHandle {
    static FIGURES: OnceLock<PrometheusHandle> = OnceLock::new();
    FIGURES.get_or_init(|| {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            .expect("the bounds are a constant that is not empty")
            .build_recorder();
        let handle = recorder.handle();
        // Only a test harness could have set another recorder before; it then keeps its own figures and ours stay empty.
        let _ = metrics::set_global_recorder(recorder);
        describe();
        handle
    })
}

/// What `/metrics` answers, in Prometheus' text format.
pub fn render_figures() -> String {
    let figures = figures();
    // Histograms gather raw samples until somebody drains them; whoever looks does it.
    figures.run_upkeep();
    figures.render()
}

fn describe() {
    describe_histogram!(
        metric::HTTP_REQUEST_SECONDS,
        Unit::Seconds,
        "Time from request to the last byte of its answer."
    );
    describe_gauge!(metric::HTTP_REQUESTS_ACTIVE, "Requests being answered.");
    describe_counter!(metric::HTTP_RESPONSE_BYTES, Unit::Bytes, "Bytes of answers sent.");
    describe_counter!(metric::UPLOAD_BYTES, Unit::Bytes, "Bytes of uploads taken.");
    describe_histogram!(metric::SEARCH_SECONDS, Unit::Seconds, "Time of one search.");
    describe_histogram!(metric::EXTRACT_SECONDS, Unit::Seconds, "Time of reading one file.");
    describe_counter!(metric::JOBS_FINISHED, "Jobs that were done, failed for now, or died.");
    describe_counter!(metric::RATE_LIMITED, "Requests that met a limit.");
    describe_gauge!(metric::JOBS, "Jobs by kind and state.");
    describe_gauge!(metric::INDEX_LAG_CHANGES, "Changes the index has not seen yet.");
    describe_gauge!(
        metric::INDEX_LEFT_OUT,
        "Resources that are not in the index as they should be."
    );
    describe_gauge!(
        metric::INDEX_ENTRIES,
        "Entries of the index, resources and passages together."
    );
    describe_gauge!(
        metric::DAMAGED_OBJECTS,
        "Contents that are lost or damaged in the store."
    );
    describe_gauge!(
        metric::SCRUB_AGE_SECONDS,
        Unit::Seconds,
        "Time since the object that was verified longest ago was verified."
    );
    describe_gauge!(
        metric::LAST_BACKUP,
        Unit::Seconds,
        "When the library was last backed up to another place; absent before the first time."
    );
    describe_gauge!(
        metric::ORPHANS,
        "Objects in the store that no row names, as last looked for; absent before the first time."
    );
    describe_gauge!(metric::BUILD, "Always 1; the label says which version runs.");
    metrics::gauge!(metric::BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_rendered_with_their_meaning_and_bounds() {
        figures();
        metrics::histogram!(metric::SEARCH_SECONDS).record(0.004);

        let text = render_figures();

        assert!(
            text.contains("# HELP gongxue_search_duration_seconds Time of one search."),
            "{text}"
        );
        assert!(
            text.contains(r#"gongxue_search_duration_seconds_bucket{le="0.005"} 1"#),
            "{text}"
        );
        assert!(text.contains("gongxue_build_info{version="), "{text}");
    }

    #[test]
    fn a_log_format_is_one_of_two_words() {
        assert_eq!("json".parse::<LogFormat>().unwrap(), LogFormat::Json);
        assert!("xml".parse::<LogFormat>().is_err());
    }
}
