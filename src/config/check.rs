//! Validation of settings beyond what a value's own type can tell.

use super::Config;
use super::fault::InvalidValue;
use super::layers::Layers;

/// Below this the reader's own code and fonts do not fit.
const LEAST_EXTRACT_MEMORY_MB: u64 = 64;
/// NIST SP 800-63B's floor; shorter passwords are guessed, whatever else is done.
const LEAST_PASSWORD_CHARS: u64 = 8;

/// 网络安全法 (Cybersecurity Law) article 21 has logs kept for six months.
const LEAST_MONTHS: u64 = 6;

/// Looks at everything and notes each fault.
pub(super) fn check(config: &Config, layers: &mut Layers) {
    for (key, value, least) in floors(config) {
        if value < least {
            layers.fault(
                key,
                InvalidValue::new(format!("至少为 {least}"), format!("must be at least {least}")),
            );
        }
    }
    if config.data_dir.as_os_str().is_empty() {
        layers.fault("data_dir", InvalidValue::new("不能为空", "must not be empty"));
    }
    check_schemes(config, layers);
    check_session(config, layers);
}

fn floors(config: &Config) -> [(&'static str, u64, u64); 22] {
    [
        ("server.stall_timeout_secs", config.server.stall_timeout_secs, 1),
        ("server.max_connections", config.server.max_connections.into(), 1),
        ("database.max_connections", config.database.max_connections.into(), 2),
        ("storage.orphan_grace_hours", config.storage.orphan_grace_hours, 1),
        ("uploads.max_file_bytes", config.uploads.max_file_bytes, 1),
        (
            "uploads.max_files_per_resource",
            config.uploads.max_files_per_resource,
            1,
        ),
        ("uploads.expire_hours", config.uploads.expire_hours, 1),
        ("extract.time_limit_secs", config.extract.time_limit_secs, 1),
        (
            "extract.memory_limit_mb",
            config.extract.memory_limit_mb,
            LEAST_EXTRACT_MEMORY_MB,
        ),
        ("extract.output_limit_mb", config.extract.output_limit_mb, 1),
        ("ocr.pages_per_file", config.ocr.pages_per_file.into(), 1),
        ("speech.time_limit_secs", config.speech.time_limit_secs, 1),
        (
            "speech.memory_limit_mb",
            config.speech.memory_limit_mb,
            LEAST_EXTRACT_MEMORY_MB,
        ),
        ("speech.output_limit_mb", config.speech.output_limit_mb, 1),
        ("speech.film_limit_minutes", config.speech.film_limit_minutes, 1),
        ("records.keep_months", config.records.keep_months.into(), LEAST_MONTHS),
        ("people.session_idle_hours", config.people.session_idle_hours, 1),
        ("people.session_max_days", config.people.session_max_days, 1),
        ("people.lockout_failures", config.people.lockout_failures.into(), 3),
        ("people.lockout_minutes", config.people.lockout_minutes, 1),
        (
            "people.lockout_network_attempts",
            config.people.lockout_network_attempts.into(),
            1,
        ),
        (
            "people.password_min_chars",
            config.people.password_min_chars.into(),
            LEAST_PASSWORD_CHARS,
        ),
    ]
}

fn check_schemes(config: &Config, layers: &mut Layers) {
    let database = &config.database.url;
    if !database.is_empty() && !["sqlite", "postgres", "postgresql"].contains(&database.scheme()) {
        layers.fault(
            "database.url",
            InvalidValue::new("应以 sqlite: 或 postgres: 开头", "must begin with sqlite: or postgres:"),
        );
    }
    let storage = config.storage.url.expose();
    if !storage.is_empty() && !["file:///", "s3://"].iter().any(|start| storage.starts_with(start)) {
        layers.fault(
            "storage.url",
            InvalidValue::new("应以 file:/// 或 s3:// 开头", "must begin with file:/// or s3://"),
        );
    }
    if config.storage.redirect_downloads && config.storage.url.scheme() != "s3" {
        let wrong = InvalidValue::new(
            "仅当 storage.url 以 s3:// 开头时可用",
            "works only when storage.url begins with s3://",
        );
        layers.fault("storage.redirect_downloads", wrong);
    }
}

fn check_session(config: &Config, layers: &mut Layers) {
    if config.people.session_idle() > config.people.session_max() {
        let wrong = InvalidValue::new(
            "不能长于 people.session_max_days",
            "must not be longer than people.session_max_days",
        );
        layers.fault("people.session_idle_hours", wrong);
    }
}
