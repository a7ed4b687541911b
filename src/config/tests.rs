use std::collections::BTreeSet;
use std::io::Write;

use tempfile::NamedTempFile;

use super::*;

const DEFAULTS: &str = include_str!("../../config/default.toml");

fn file(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn variables(pairs: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect::<Vec<_>>()
        .into_iter()
}

fn load(text: &str, pairs: &[(&str, &str)]) -> Result<Config, SettingFaults> {
    Config::load(Some(file(text).path()), variables(pairs))
}

/// The keys at fault, in order.
fn keys_at_fault(result: Result<Config, SettingFaults>) -> Vec<String> {
    result.unwrap_err().iter().map(|fault| fault.key.clone()).collect()
}

#[test]
fn the_default_file_lists_every_key_with_its_default() {
    let mut listed = BTreeSet::new();
    for (name, value) in DEFAULTS.parse::<Table>().unwrap() {
        match value {
            Value::Table(section) => listed.extend(section.keys().map(|key| format!("{name}.{key}"))),
            _ => drop(listed.insert(name)),
        }
    }

    assert_eq!(listed, Config::keys().into_iter().map(str::to_owned).collect());
    assert_eq!(load(DEFAULTS, &[]).unwrap(), Config::default());
}

#[test]
fn the_default_file_explains_every_key_in_both_languages() {
    let lines: Vec<&str> = DEFAULTS.lines().collect();

    for (place, line) in lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.contains(" = ") && !line.starts_with('#'))
    {
        let (zh, en) = (lines[place - 2], lines[place - 1]);
        assert!(
            zh.starts_with("# ") && !zh.is_ascii(),
            "no Chinese sentence above `{line}`"
        );
        assert!(
            en.starts_with("# ") && en.ends_with('.'),
            "no English sentence above `{line}`"
        );
    }
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let config = load(
        "data_dir = '/srv/a'\n[server]\nworkers = 3\nmax_connections = 7",
        &[
            ("GONGXUE_SERVER__WORKERS", "5"),
            ("GONGXUE_DATA_DIR", "/srv/b"),
            ("PATH", "/bin"),
        ],
    )
    .unwrap();

    assert_eq!(config.data_dir, Path::new("/srv/b"));
    assert_eq!(config.server.workers, 5);
    assert_eq!(config.server.max_connections, 7);
    assert_eq!(config.people, AccountSettings::default());
}

#[test]
fn every_fault_is_told_at_once_by_key_and_in_both_languages() {
    let faults = load(
        "[server]\nlisten = 'somewhere'\nworkers = 'two'\n[people]\npassword_min_chars = 3",
        &[
            ("GONGXUE_STORAGE__REDIRECT_DOWNLOADS", "maybe"),
            ("GONGXUE_DATABASE__URL", "mysql://db"),
        ],
    )
    .unwrap_err();

    let told = faults.to_string();
    let keys: Vec<_> = faults.iter().map(|fault| fault.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "database.url",
            "people.password_min_chars",
            "server.listen",
            "server.workers",
            "storage.redirect_downloads"
        ]
    );
    assert!(
        told.contains("environment variable GONGXUE_DATABASE__URL): must begin with sqlite: or postgres:"),
        "{told}"
    );
    assert!(told.contains("应以 sqlite: 或 postgres: 开头"), "{told}");
    assert!(told.contains("需要整数，不加引号"), "{told}");
}

#[test]
fn unknown_keys_are_refused_by_name() {
    let faults = load(
        "datadir = 'x'\n[server]\nport = 80\n[sever]\nlisten = 'x'",
        &[("GONGXUE_SITE__NAME", "x")],
    );

    assert_eq!(
        keys_at_fault(faults),
        ["datadir", "server.port", "sever.listen", "site.name"]
    );
}

#[test]
fn a_variable_that_was_meant_as_a_setting_is_refused_and_others_are_left_alone() {
    let meant = Config::load(
        None,
        variables(&[("GONGXUE_SERVER_LISTEN", "x"), ("GONGXUE_DATADIR", "x")]),
    );
    assert_eq!(keys_at_fault(meant), ["data_dir", "server.listen"]);

    let kubernetes = Config::load(
        None,
        variables(&[("GONGXUE_PORT", "tcp://10.0.0.1:80"), ("GONGXUE_TOKEN", "x")]),
    );
    assert_eq!(kubernetes.unwrap(), Config::default());
}

#[test]
fn a_file_that_cannot_be_read_does_not_hide_other_faults() {
    let result = Config::load(
        Some(Path::new("/nowhere.toml")),
        variables(&[("GONGXUE_SERVER__WORKERS", "-1")]),
    );

    assert_eq!(keys_at_fault(result), ["", "server.workers"]);
}

#[test]
fn a_broken_file_is_named_by_place_without_quoting_it() {
    let told = load("[database]\nurl = 'postgres://u:geheim@db\n", &[])
        .unwrap_err()
        .to_string();

    assert!(told.contains("2:"), "{told}");
    assert!(!told.contains("geheim"), "{told}");
}

#[test]
fn secrets_are_shown_nowhere() {
    let config = load("[database]\nurl = 'postgres://u:geheim@db/x'", &[]).unwrap();

    assert_eq!(config.database_url(), "postgres://u:geheim@db/x");
    assert!(config.show().contains("postgres://u:***@db/x"));
    assert!(!format!("{config:?}{}", config.show()).contains("geheim"));
}

#[test]
fn the_secret_of_the_keys_is_long_and_is_never_shown() {
    let secret = "0123456789abcdef0123456789abcdef";
    let config = load("", &[("GONGXUE_KEYS__SECRET", secret)]).unwrap();

    assert_eq!(config.keys.secret.expose(), Some(secret));
    assert!(!format!("{config:?}{}", config.show()).contains(secret));
    let short = load("[keys]\nsecret = 'geheim'", &[]);
    assert!(!short.clone().unwrap_err().to_string().contains("geheim"));
    assert_eq!(keys_at_fault(short), ["keys.secret"]);
}

#[test]
fn the_file_of_the_database_is_known_where_it_is_one() {
    let file = |url: &str| load("", &[("GONGXUE_DATABASE__URL", url)]).unwrap().database_file();

    assert_eq!(file("sqlite:///srv/a%20b.db?mode=rwc"), Some("/srv/a b.db".into()));
    assert_eq!(file("sqlite::memory:"), None);
    assert_eq!(file("postgres://u@db/x"), None);
}

#[test]
fn what_is_shown_can_be_read_again() {
    let text = "[server]\ntrusted_proxies = ['10.0.0.0/8', '::1']\npublic_url = 'https://a.cn'\n[site]\ndefault_language = 'en'";
    let config = load(text, &[]).unwrap();

    assert_eq!(load(&config.show(), &[]).unwrap(), config);
}

#[test]
fn a_list_comes_from_the_environment_with_commas() {
    let config = Config::load(
        None,
        variables(&[("GONGXUE_SERVER__TRUSTED_PROXIES", "10.0.0.0/8, 192.168.1.1")]),
    );

    assert_eq!(config.unwrap().server.trusted_proxies.len(), 2);
}

#[test]
fn numbers_too_great_for_the_database_are_refused() {
    let faults = Config::load(
        None,
        variables(&[("GONGXUE_UPLOADS__MAX_FILE_BYTES", "9223372036854775808")]),
    );

    assert_eq!(keys_at_fault(faults), ["uploads.max_file_bytes"]);
}

#[test]
fn values_that_contradict_each_other_are_refused() {
    let faults = load(
        "[people]\nsession_idle_hours = 48\nsession_max_days = 1\n[storage]\nredirect_downloads = true",
        &[],
    );

    assert_eq!(
        keys_at_fault(faults),
        ["people.session_idle_hours", "storage.redirect_downloads"]
    );
}

#[test]
fn places_are_derived_from_the_data_folder() {
    let config = Config::load(None, variables(&[("GONGXUE_DATA_DIR", "/srv/资源 库?")])).unwrap();

    assert_eq!(
        config.database_url(),
        "sqlite:///srv/%E8%B5%84%E6%BA%90%20%E5%BA%93%3F/gongxue.db?mode=rwc"
    );
    assert_eq!(
        config.storage_url(),
        "file:///srv/%E8%B5%84%E6%BA%90%20%E5%BA%93%3F/objects"
    );
    assert_eq!(config.index_dir(), Path::new("/srv/资源 库?/index"));
    assert_eq!(config.staging_dir(), Path::new("/srv/资源 库?/staging"));
    assert_eq!(config.scratch_dir(), Path::new("/srv/资源 库?/scratch"));
}
