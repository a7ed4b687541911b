//! No container engine runs here, so the deployment files are held against the code: settings, ports, names, secrets.

use std::collections::{BTreeMap, BTreeSet};

use gongxue::config::Config;
use serde_json::Value;

const COMPOSE: &str = include_str!("../../docker-compose.yml");
const DOCKERFILE: &str = include_str!("../../Dockerfile");
const EXAMPLE: &str = include_str!("../../.env.example");

/// What an operator would write into `.env`.
const SECRETS: [(&str, &str); 4] = [
    ("POSTGRES_PASSWORD", "geheim-db"),
    ("S3_ACCESS_KEY", "GK0123456789abcdef01234567"),
    ("S3_SECRET_KEY", "geheim-s3"),
    ("GARAGE_RPC_SECRET", "geheim-rpc"),
];

fn compose() -> Value {
    serde_saphyr::from_str(COMPOSE).unwrap()
}

/// The environment of one service with `${…}` filled in as compose would.
fn environment(compose: &Value, service: &str) -> BTreeMap<String, String> {
    let listed = compose["services"][service]["environment"].as_object().unwrap();
    listed
        .iter()
        .map(|(name, value)| (name.clone(), fill(value.as_str().unwrap())))
        .collect()
}

/// Replaces `${NAME:-default}` and `${NAME:?hint}`.
fn fill(text: &str) -> String {
    let Some((before, rest)) = text.split_once("${") else {
        return text.to_owned();
    };
    let (reference, after) = rest.split_once('}').unwrap();
    let (name, default) = reference.split_once(":-").unwrap_or((reference, ""));
    let name = name.split(':').next().unwrap();
    let given = SECRETS
        .iter()
        .find(|(secret, _)| *secret == name)
        .map_or(default, |(_, value)| value);
    format!("{before}{given}{}", fill(after))
}

/// The settings as the service inside its container would read them.
fn settings() -> Config {
    Config::load(None, environment(&compose(), "gongxue").into_iter()).unwrap_or_else(|faults| panic!("{faults}"))
}

/// Every `${NAME…}` of a text, with what follows the name.
fn references(text: &str) -> Vec<(&str, &str)> {
    let bodies = text.split("${").skip(1).map(|rest| rest.split_once('}').unwrap().0);
    bodies
        .map(|body| body.split_at(body.find(':').unwrap_or(body.len())))
        .collect()
}

#[test]
fn every_setting_the_compose_file_names_is_one_of_ours() {
    let config = settings();

    assert_eq!(
        config.database_url(),
        "postgres://gongxue:geheim-db@database:5432/gongxue"
    );
    assert_eq!(config.storage_url(), "s3://gongxue");
    assert_eq!(config.data_dir.to_str(), Some("/data"));
}

#[test]
fn every_setting_the_image_names_is_one_of_ours() {
    let known: BTreeSet<String> = Config::keys().into_iter().map(Config::variable).collect();
    let words = DOCKERFILE
        .split_whitespace()
        .filter(|word| word.starts_with("GONGXUE_"));

    let named: Vec<&str> = words.map(|word| word.split('=').next().unwrap()).collect();

    assert_eq!(named.len(), 2);
    assert!(named.iter().all(|name| known.contains(*name)), "{named:?}");
}

#[test]
fn the_port_that_is_published_is_the_port_that_is_listened_on() {
    let listen = settings().server.listen;

    assert!(
        listen.ip().is_unspecified(),
        "{listen} is not reached from outside its container"
    );
    assert_eq!(
        compose()["services"]["gongxue"]["ports"][0],
        "${HTTP_ADDRESS:-127.0.0.1:8080}:8080"
    );
    assert_eq!(listen.port(), 8080);
    assert!(DOCKERFILE.contains("EXPOSE 8080") && DOCKERFILE.contains("http://127.0.0.1:8080/readyz"));
}

#[test]
fn database_and_service_agree_on_name_user_and_password() {
    let database = environment(&compose(), "database");

    let (user, password, name) = (
        &database["POSTGRES_USER"],
        &database["POSTGRES_PASSWORD"],
        &database["POSTGRES_DB"],
    );

    assert_eq!(
        settings().database_url(),
        format!("postgres://{user}:{password}@database:5432/{name}")
    );
}

#[test]
fn object_store_and_service_agree_on_bucket_keys_region_and_port() {
    let compose = compose();
    let (service, objects) = (environment(&compose, "gongxue"), environment(&compose, "objects"));
    let garage: toml::Table = compose["configs"]["garage"]["content"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();

    assert_eq!(
        settings().storage_url(),
        format!("s3://{}", objects["GARAGE_DEFAULT_BUCKET"])
    );
    assert_eq!(service["AWS_ACCESS_KEY_ID"], objects["GARAGE_DEFAULT_ACCESS_KEY"]);
    assert_eq!(service["AWS_SECRET_ACCESS_KEY"], objects["GARAGE_DEFAULT_SECRET_KEY"]);
    assert_eq!(
        Some(service["AWS_REGION"].as_str()),
        garage["s3_api"]["s3_region"].as_str()
    );
    assert_eq!(service["AWS_ENDPOINT"], "http://objects:3900");
    assert_eq!(garage["s3_api"]["api_bind_addr"].as_str(), Some("0.0.0.0:3900"));
}

#[test]
fn what_the_stores_keep_outlives_their_containers() {
    let compose = compose();
    let garage: toml::Table = compose["configs"]["garage"]["content"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let kept = [
        ("gongxue", settings().data_dir.to_str().unwrap().to_owned()),
        ("database", "/var/lib/postgresql/data".to_owned()),
        ("objects", garage["metadata_dir"].as_str().unwrap().to_owned()),
        ("objects", garage["data_dir"].as_str().unwrap().to_owned()),
    ];

    for (service, folder) in kept {
        let mounts = compose["services"][service]["volumes"].as_array().unwrap();
        let mounted = mounts.iter().filter_map(|mount| mount.as_str()?.split_once(':'));
        let (volume, _) = mounted.into_iter().find(|(_, inside)| *inside == folder).unwrap();
        assert!(
            compose["volumes"].as_object().unwrap().contains_key(volume),
            "{volume} is not declared"
        );
    }
}

#[test]
fn the_service_waits_for_the_health_of_what_it_needs() {
    let compose = compose();

    for (service, needed) in compose["services"]["gongxue"]["depends_on"].as_object().unwrap() {
        assert_eq!(needed["condition"], "service_healthy", "{service}");
        assert!(
            compose["services"][service]["healthcheck"]["test"].is_array(),
            "{service}"
        );
    }
    assert!(
        DOCKERFILE.contains("HEALTHCHECK"),
        "the service's own check is in its image"
    );
}

#[test]
fn stopping_waits_longer_than_the_service_does() {
    let compose = compose();
    let period = compose["services"]["gongxue"]["stop_grace_period"].as_str().unwrap();

    let seconds: u64 = period.strip_suffix('s').unwrap().parse().unwrap();

    assert!(seconds > settings().server.shutdown_grace_secs);
}

#[test]
fn no_secret_has_a_default() {
    let secrets: BTreeSet<&str> = SECRETS.iter().map(|(name, _)| *name).collect();

    let required: BTreeSet<&str> = references(COMPOSE)
        .into_iter()
        .filter(|(_, rule)| rule.starts_with(":?"))
        .map(|(name, _)| name)
        .collect();

    assert_eq!(required, secrets);
    for secret in secrets {
        assert!(
            EXAMPLE.lines().any(|line| line == format!("{secret}=")),
            "{secret} has a value in .env.example"
        );
    }
}

#[test]
fn the_example_lists_every_variable_of_the_compose_file() {
    let listed: BTreeSet<&str> = EXAMPLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('=').map(|(name, _)| name))
        .collect();

    assert_eq!(listed, references(COMPOSE).into_iter().map(|(name, _)| name).collect());
}

#[test]
fn the_image_runs_one_known_command_as_nobody_special() {
    assert_eq!(
        compose()["services"]["gongxue"]["command"],
        serde_json::json!(["serve"])
    );
    assert!(DOCKERFILE.contains("ENTRYPOINT [\"gongxue\"]") && DOCKERFILE.contains("CMD [\"serve\"]"));
    let last_user = DOCKERFILE.lines().rfind(|line| line.starts_with("USER ")).unwrap();
    assert_eq!(last_user, "USER gongxue");
}
