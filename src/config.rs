//! Settings: defaults, then a file, then the environment; all faults told at once, no secret ever shown.
//!
//! A [`Config`] that exists is sound: every value was read by its own type and the rules between values hold. To add a
//! setting, add a field to its section, a line to that section's `each`, and a sentence to `config/default.toml`; a
//! test fails until all three agree. This room knows nothing of what the settings are for.

mod accounts;
mod check;
mod fault;
mod keys;
mod layers;
mod network;
mod ocr;
mod rates;
mod records;
mod server;
mod setting;
mod sign_on;
mod site;
mod speech;
mod stores;
mod table;
mod url;
mod work;

use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use toml::{Table, Value};

pub use self::accounts::AccountSettings;
pub use self::fault::{InvalidValue, SettingFault, SettingFaults, SettingOrigin};
pub use self::keys::KeySettings;
pub use self::network::IpNetwork;
pub use self::ocr::OcrSettings;
pub use self::rates::RateSettings;
pub use self::records::RecordSettings;
pub use self::server::ServerSettings;
pub use self::setting::{Setting, SettingKind};
pub use self::sign_on::{
    CAS_USER, CasSettings, LdapSettings, OidcSettings, ProviderKind, ProviderList, ProviderSettings, SignOnSettings,
};
pub use self::site::{Language, SiteSettings};
pub use self::speech::SpeechSettings;
pub use self::stores::{DatabaseSettings, SearchSettings, StorageSettings};
pub use self::url::{PublicUrl, SecretUrl};
pub use self::work::{ExtractSettings, SharingSettings, UploadSettings};

use self::layers::Layers;

/// Called with each setting's key and place.
type SettingVisitor<'a> = dyn FnMut(&'static str, &mut dyn Setting) + 'a;

/// What must not stand bare in the path of an address.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'%')
    .add(b'?')
    .add(b'#')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'`');

/// Everything that an operator can choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The folder in which everything is kept that has no place of its own.
    pub data_dir: PathBuf,
    /// How the service listens.
    pub server: ServerSettings,
    /// Where rows are kept.
    pub database: DatabaseSettings,
    /// Where objects are kept.
    pub storage: StorageSettings,
    /// Where the index is kept.
    pub search: SearchSettings,
    /// What may be uploaded.
    pub uploads: UploadSettings,
    /// How much reading a file may cost.
    pub extract: ExtractSettings,
    /// How scans and pictures are read.
    pub ocr: OcrSettings,
    /// How what is said in films is heard.
    pub speech: SpeechSettings,
    /// Rules of signing in.
    pub people: AccountSettings,
    /// By whom people sign on besides.
    pub sign_on: SignOnSettings,
    /// How much may be asked for in a minute.
    pub rates: RateSettings,
    /// How long the audit log is kept.
    pub records: RecordSettings,
    /// How the keys that sign packs are kept.
    pub keys: KeySettings,
    /// What the site says about itself.
    pub site: SiteSettings,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("./data"),
            server: ServerSettings::default(),
            database: DatabaseSettings::default(),
            storage: StorageSettings::default(),
            search: SearchSettings::default(),
            uploads: UploadSettings::default(),
            extract: ExtractSettings::default(),
            ocr: OcrSettings::default(),
            speech: SpeechSettings::default(),
            people: AccountSettings::default(),
            sign_on: SignOnSettings::default(),
            rates: RateSettings::default(),
            records: RecordSettings::default(),
            keys: KeySettings::default(),
            site: SiteSettings::default(),
        }
    }
}

impl Config {
    /// Joins defaults, `file` and `environment`, the later over the earlier, or tells everything that is wrong.
    ///
    /// ```
    /// use gongxue::config::Config;
    ///
    /// let environment = [("GONGXUE_SERVER__LISTEN".to_owned(), "[::]:80".to_owned())];
    /// let config = Config::load(None, environment.into_iter())?;
    /// assert_eq!(config.server.listen.port(), 80);
    /// # Ok::<(), gongxue::config::SettingFaults>(())
    /// ```
    pub fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingFaults> {
        let known = Self::keys();
        let mut layers = Layers::default();
        if let Some(path) = file {
            layers.add_file(path);
        }
        layers.add_environment(environment, &known);

        let mut config = Self::default();
        config.each(&mut |key, setting| layers.fill(key, setting));
        layers.refuse_the_rest(&known);
        check::check(&config, &mut layers);

        let mut faults = layers.faults;
        faults.sort_by(|one, other| one.key.cmp(&other.key));
        if faults.is_empty() {
            Ok(config)
        } else {
            Err(SettingFaults(faults))
        }
    }

    /// Every key, as a settings file writes it: `data_dir`, `server.listen`, …
    pub fn keys() -> Vec<&'static str> {
        let mut keys = Vec::new();
        Self::default().each(&mut |key, _| keys.push(key));
        keys
    }

    /// The environment variable that sets `key`: `GONGXUE_SERVER__LISTEN` for `server.listen`.
    pub fn variable(key: &str) -> String {
        layers::variable(key)
    }

    /// The settings in force as a TOML file, without secrets.
    pub fn show(&self) -> String {
        let mut table = Table::new();
        self.clone()
            .each(&mut |key, setting| put(&mut table, key, setting.show()));
        table.to_string()
    }

    fn each(&mut self, visit: &mut SettingVisitor<'_>) {
        visit("data_dir", &mut self.data_dir);
        self.server.each(visit);
        self.database.each(visit);
        self.storage.each(visit);
        self.search.each(visit);
        self.uploads.each(visit);
        self.extract.each(visit);
        self.ocr.each(visit);
        self.speech.each(visit);
        self.people.each(visit);
        self.sign_on.each(visit);
        self.rates.each(visit);
        self.records.each(visit);
        self.keys.each(visit);
        self.site.each(visit);
    }

    /// The address of the database: what was set, or a SQLite file that is made when it is missing. Holds secrets.
    pub fn database_url(&self) -> String {
        if !self.database.url.is_empty() {
            return self.database.url.expose().to_owned();
        }
        format!("sqlite://{}?mode=rwc", as_path(&self.in_data_dir("gongxue.db")))
    }

    /// The file of the database, if it is one.
    pub fn database_file(&self) -> Option<PathBuf> {
        let url = self.database_url();
        let rest = url.strip_prefix("sqlite:")?;
        let path = rest.strip_prefix("//").unwrap_or(rest);
        let path = path.split('?').next().unwrap_or_default();
        let path = percent_decode_str(path).decode_utf8().ok()?;
        (path != ":memory:").then(|| PathBuf::from(path.into_owned()))
    }

    /// The address of the object store: what was set, or a folder under `data_dir`. May hold secrets.
    pub fn storage_url(&self) -> String {
        if !self.storage.url.is_empty() {
            return self.storage.url.expose().to_owned();
        }
        format!("file://{}", as_path(&self.in_data_dir("objects")))
    }

    /// The folder of the object store, if it is one.
    pub fn storage_folder(&self) -> Option<PathBuf> {
        let url = self.storage_url();
        let path = percent_decode_str(url.strip_prefix("file://")?).decode_utf8().ok()?;
        Some(PathBuf::from(path.into_owned()))
    }

    /// Whether an upload may go on at another process than where it began: then bytes are acknowledged only once the
    /// object store holds them.
    pub fn shares_uploads(&self) -> bool {
        match self.uploads.shared {
            // A database in a file is one machine's: nowhere else could an upload go on.
            SharingSettings::Auto => !self.database_url().starts_with("sqlite:"),
            SharingSettings::Always => true,
            SharingSettings::Never => false,
        }
    }

    /// The folder of the index.
    pub fn index_dir(&self) -> PathBuf {
        if self.search.dir.as_os_str().is_empty() {
            self.in_data_dir("index")
        } else {
            self.search.dir.clone()
        }
    }

    /// The folder in which unfinished uploads grow.
    pub fn staging_dir(&self) -> PathBuf {
        self.in_data_dir("staging")
    }

    /// The folder for files on their way to or from the object store.
    pub fn scratch_dir(&self) -> PathBuf {
        self.in_data_dir("scratch")
    }

    /// `name` under `data_dir`, as an absolute path so that no later change of folder moves it.
    fn in_data_dir(&self, name: &str) -> PathBuf {
        let path = self.data_dir.join(name);
        std::path::absolute(&path).unwrap_or(path)
    }
}

/// The variables of this process. One that is not UTF-8 comes with `U+FFFD` in the place of its faults, and is then
/// refused by whoever reads it.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    std::env::vars_os().map(move |(name, value)| (text(name), text(value)))
}

fn put(table: &mut Table, key: &str, value: Value) {
    let Some((section, name)) = key.split_once('.') else {
        table.insert(key.to_owned(), value);
        return;
    };
    let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
    section
        .as_table_mut()
        .expect("a section is a table")
        .insert(name.to_owned(), value);
}

fn as_path(path: &Path) -> String {
    utf8_percent_encode(&path.to_string_lossy(), PATH).to_string()
}

fn or_cores(count: u32) -> usize {
    match usize::try_from(count) {
        Ok(0) => std::thread::available_parallelism().map_or(1, usize::from),
        Ok(count) => count,
        Err(_) => usize::MAX,
    }
}

fn hours(count: u64) -> Duration {
    Duration::from_secs(count.saturating_mul(60 * 60))
}

fn mebibytes(count: u64) -> usize {
    usize::try_from(count.saturating_mul(1 << 20)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
