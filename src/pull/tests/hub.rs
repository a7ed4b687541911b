//! A small hub of its own for one test: it serves what `docs/packs.md` promises, and fails where it is told to.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::domain::file::Kind;
use crate::domain::id::{FileId, PackId, ResourceId, Sha256};
use crate::domain::role::Scope;
use crate::domain::time::Timestamp;
use crate::pack::canonical::{self, sha256};
use crate::pack::manifest::{Crc32, Hashes, Manifest, PackInfo, Target, TargetInfo};
use crate::pack::patch;
use crate::pack::trust::{
    Expiry, Meta, RoleKeys, Root, RootType, SNAPSHOT, SPEC_VERSION, Signed, SignedDocument, SigningKey, Snapshot,
    TARGETS, TimestampRole, TimestampType,
};

mod serve;

use self::serve::serve;

const DAY: std::time::Duration = std::time::Duration::from_hours(24);
/// Bytes go out in pieces, so that a cut may come anywhere.
const PIECE: usize = 16 * 1024;

/// A hub with one pack.
pub(super) struct Hub {
    pub(super) url: String,
    pub(super) pack: PackId,
    shelf: Arc<Mutex<Shelf>>,
    handle: ServerHandle,
}

/// What it has, and how it fails.
#[expect(clippy::struct_excessive_bools, reason = "each is a way to fail by itself")]
pub(super) struct Shelf {
    keys: Keys,
    clock: Clock,
    root_version: u32,
    timestamp_version: u32,
    /// By address.
    documents: HashMap<String, Vec<u8>>,
    files: HashMap<Sha256, Vec<u8>>,
    manifests: BTreeMap<u32, Manifest>,
    /// Each answer with files' bytes is cut after so many of them.
    pub(super) cuts: VecDeque<usize>,
    /// So many answers have one byte of this file changed.
    pub(super) flips: (Option<Sha256>, usize),
    /// These may no longer be shared.
    pub(super) gone: HashSet<Sha256>,
    /// It does not say which of those asked for these are.
    pub(super) keeps_quiet: bool,
    /// It does not understand ranges.
    pub(super) ignores_ranges: bool,
    /// Documents travel compressed.
    pub(super) compresses: bool,
    /// It sends those who ask for an address elsewhere.
    pub(super) redirects: Option<(String, String)>,
    /// It asks who is there.
    pub(super) wants_token: bool,
    /// What was asked for.
    pub(super) asked: Vec<String>,
    /// Bytes of files that went out.
    pub(super) sent: usize,
}

struct Keys {
    root: SigningKey,
    timestamp: SigningKey,
    snapshot: SigningKey,
    targets: SigningKey,
}

impl Hub {
    pub(super) fn start(clock: &Clock) -> Self {
        let pack = PackId::new();
        let shelf = Arc::new(Mutex::new(Shelf::new(clock)));
        let (tell, told) = std::sync::mpsc::channel();
        let served = Arc::clone(&shelf);
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let app = move || {
                    App::new()
                        .app_data(web::Data::from(Arc::clone(&served)))
                        .default_service(web::to(serve))
                };
                let server = HttpServer::new(app)
                    .workers(1)
                    .disable_signals()
                    .bind("127.0.0.1:0")
                    .unwrap();
                let url = format!("http://{}", server.addrs()[0]);
                let server = server.run();
                tell.send((url, server.handle())).unwrap();
                server.await.unwrap();
            });
        });
        let (url, handle) = told.recv().unwrap();
        Self {
            url,
            pack,
            shelf,
            handle,
        }
    }

    pub(super) fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap()
    }

    /// Publishes a version with these files.
    pub(super) fn publish(&self, files: &Files) -> u32 {
        self.shelf().publish(self.pack, files)
    }

    /// Signs the timestamp anew; it names a version.
    pub(super) fn stamp(&self, version: u32) {
        self.shelf().stamp(self.pack, version);
    }

    /// The address of a document of a version.
    pub(super) fn address(&self, version: u32, name: &str) -> String {
        format!("packs/{}/versions/{version}/{name}", self.pack)
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

/// Files by path.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

impl Shelf {
    fn new(clock: &Clock) -> Self {
        let key = |secret| SigningKey::from_secret(&[secret; 32]);
        let mut shelf = Self {
            keys: Keys {
                root: key(1),
                timestamp: key(2),
                snapshot: key(3),
                targets: key(4),
            },
            clock: clock.clone(),
            root_version: 0,
            timestamp_version: 0,
            documents: HashMap::new(),
            files: HashMap::new(),
            manifests: BTreeMap::new(),
            cuts: VecDeque::new(),
            flips: (None, 0),
            gone: HashSet::new(),
            keeps_quiet: false,
            ignores_ranges: false,
            compresses: false,
            redirects: None,
            wants_token: false,
            asked: Vec::new(),
            sent: 0,
        };
        shelf.sign_root(&[]);
        shelf
    }

    fn sign_root(&mut self, also: &[&SigningKey]) {
        let Keys {
            root,
            timestamp,
            snapshot,
            targets,
        } = &self.keys;
        self.root_version += 1;
        let role = |key: &SigningKey| RoleKeys {
            keyids: [key.id()].into(),
            threshold: 1,
        };
        let document = Root {
            kind: RootType::Root,
            spec_version: SPEC_VERSION.to_owned(),
            consistent_snapshot: false,
            version: self.root_version,
            expires: self.expiry(365),
            keys: [root, timestamp, snapshot, targets]
                .map(|key| (key.id(), key.public().clone()))
                .into(),
            roles: [
                ("root", root),
                ("timestamp", timestamp),
                ("snapshot", snapshot),
                ("targets", targets),
            ]
            .map(|(name, key)| (name.to_owned(), role(key)))
            .into(),
        };
        let signers: Vec<&SigningKey> = also.iter().copied().chain([root]).collect();
        let bytes = Signed::by(&signers, document).to_vec();
        let named = format!("trust/{}.root.json", self.root_version);
        self.documents.insert(named, bytes.clone());
        self.documents.insert("trust/root.json".to_owned(), bytes);
    }

    /// Takes other keys for everything; the old root signs the new one.
    pub(super) fn rotate_keys(&mut self, pack: PackId) {
        let key = |secret| SigningKey::from_secret(&[secret; 32]);
        let old = std::mem::replace(
            &mut self.keys,
            Keys {
                root: key(11),
                timestamp: key(12),
                snapshot: key(13),
                targets: key(14),
            },
        );
        self.sign_root(&[&old.root]);
        for manifest in self.manifests.clone().into_values() {
            self.sign_version(pack, manifest);
        }
        let newest = *self.manifests.keys().last().unwrap();
        self.stamp(pack, newest);
    }

    fn expiry(&self, days: u32) -> Expiry {
        Expiry(self.clock.now().plus(DAY * days))
    }

    fn publish(&mut self, pack: PackId, files: &Files) -> u32 {
        let version = self.manifests.keys().last().map_or(1, |last| last + 1);
        let manifest = manifest(pack, version, self.expiry(365).0, files);
        for bytes in files.values() {
            self.files.insert(sha256(bytes), bytes.clone());
        }
        self.sign_version(pack, manifest);
        self.stamp(pack, version);
        version
    }

    /// Signs a manifest and its snapshot, whatever is in it.
    pub(super) fn sign_version(&mut self, pack: PackId, manifest: Manifest) {
        let version = manifest.version;
        let base = format!("packs/{pack}/versions/{version}");
        let bytes = Signed::by(&[&self.keys.targets], manifest.clone()).to_vec();
        let snapshot = Snapshot::new(version, self.expiry(365).0, &Meta::of(version, &bytes));
        let snapshot = Signed::by(&[&self.keys.snapshot], snapshot).to_vec();
        let before = format!("packs/{pack}/versions/{}/manifest.json", version - 1);
        if let Some(before) = self.documents.get(&before) {
            let [before, after] = [before, &bytes].map(|bytes| serde_json::from_slice::<Value>(bytes).unwrap());
            let change = canonical::to_vec(&patch::between(&before, &after));
            self.documents.insert(format!("{base}/manifest.patch.json"), change);
        }
        self.documents.insert(format!("{base}/manifest.json"), bytes);
        self.documents.insert(format!("{base}/snapshot.json"), snapshot);
        self.manifests.insert(version, manifest);
    }

    /// Signs a version as hubs did before: in the form of RFC 8785 alone, and with one name in the snapshot.
    pub(super) fn sign_as_before(&mut self, pack: PackId, manifest: &Manifest) {
        let version = manifest.version;
        let base = format!("packs/{pack}/versions/{version}");
        let signed = |key: &SigningKey, document: &Value| {
            let signature = key.sign(&canonical::to_vec(document));
            canonical::to_vec(&json!({"signatures": [signature], "signed": document}))
        };
        let bytes = signed(&self.keys.targets, &serde_json::to_value(manifest).unwrap());
        let mut snapshot = Snapshot::new(version, self.expiry(365).0, &Meta::of(version, &bytes));
        snapshot.meta.remove(TARGETS);
        let snapshot = signed(&self.keys.snapshot, &serde_json::to_value(snapshot).unwrap());
        for (path, target) in &manifest.targets {
            let bytes = (1..=u8::MAX)
                .map(|byte| vec![byte])
                .find(|bytes| sha256(bytes) == target.hashes.sha256);
            self.files.insert(
                target.hashes.sha256.clone(),
                bytes.unwrap_or_else(|| panic!("{path} has one byte")),
            );
        }
        self.documents.insert(format!("{base}/manifest.json"), bytes);
        self.documents.insert(format!("{base}/snapshot.json"), snapshot);
        self.manifests.insert(version, manifest.clone());
        self.stamp(pack, version);
    }

    /// Signs a snapshot that says another length of its manifest.
    pub(super) fn claim_length(&mut self, pack: PackId, version: u32, length: u64) {
        let base = format!("packs/{pack}/versions/{version}");
        let bytes = &self.documents[&format!("{base}/manifest.json")];
        let meta = Meta {
            length,
            ..Meta::of(version, bytes)
        };
        let snapshot = Snapshot::new(version, self.expiry(365).0, &meta);
        let snapshot = Signed::by(&[&self.keys.snapshot], snapshot).to_vec();
        self.documents.insert(format!("{base}/snapshot.json"), snapshot);
        self.stamp(pack, version);
    }

    fn stamp(&mut self, pack: PackId, version: u32) {
        self.timestamp_version += 1;
        self.put_timestamp(pack, self.timestamp_version, version);
    }

    /// Signs a timestamp of any version.
    pub(super) fn put_timestamp(&mut self, pack: PackId, timestamp: u32, version: u32) {
        let snapshot = &self.documents[&format!("packs/{pack}/versions/{version}/snapshot.json")];
        let document = TimestampRole {
            kind: TimestampType::Timestamp,
            spec_version: SPEC_VERSION.to_owned(),
            version: timestamp,
            expires: self.expiry(7),
            meta: [(SNAPSHOT.to_owned(), Meta::of(version, snapshot))].into(),
        };
        let bytes = Signed::by(&[&self.keys.timestamp], document).to_vec();
        self.documents.insert(format!("packs/{pack}/timestamp.json"), bytes);
    }

    pub(super) fn document(&self, address: &str) -> &[u8] {
        &self.documents[address]
    }

    pub(super) fn put(&mut self, address: &str, bytes: Vec<u8>) {
        self.documents.insert(address.to_owned(), bytes);
    }

    pub(super) fn manifest(&self, version: u32) -> &Manifest {
        &self.manifests[&version]
    }

    /// Writes everything into a folder that is laid out as the addresses are.
    pub(super) fn bring_on_a_stick(&self, folder: &std::path::Path) {
        let documents = self.documents.iter().map(|(path, bytes)| (path.clone(), bytes));
        let files = self.files.iter().map(|(sha256, bytes)| {
            let sha256 = sha256.hex();
            (format!("files/{}/{sha256}", &sha256[..2]), bytes)
        });
        for (path, bytes) in documents.chain(files) {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
}

/// A manifest of files; each folder at the top is a resource.
pub(super) fn manifest(pack: PackId, version: u32, expires: Timestamp, files: &Files) -> Manifest {
    let head = PackInfo {
        id: pack,
        title: "数控车床加工".to_owned(),
        description: String::new(),
        audience: Scope::City,
        school: None,
        hub: None,
        published_at: expires.minus(DAY),
        note: String::new(),
    };
    let mut manifest = Manifest::new(version, expires, head);
    manifest.targets = files
        .iter()
        .map(|(path, bytes)| (path.clone(), target(path, bytes)))
        .collect();
    manifest
}

fn target(path: &str, bytes: &[u8]) -> Target {
    Target {
        length: bytes.len() as u64,
        hashes: Hashes { sha256: sha256(bytes) },
        custom: TargetInfo {
            crc32: Crc32(crc32fast::hash(bytes)),
            media_type: "application/octet-stream".to_owned(),
            kind: Kind::Pdf,
            resource: resource_of(path),
            file: FileId(resource_of(path).0),
            name: path.to_owned(),
            text: None,
        },
    }
}

/// The id of the resource that a path belongs to in these tests: always the same for the same folder.
pub(super) fn resource_of(path: &str) -> ResourceId {
    let digest = sha256(path.split('/').next().unwrap_or(path).as_bytes());
    ResourceId(uuid::Uuid::from_slice(&digest.as_bytes()[..16]).unwrap())
}

/// What is read in a file, in these tests.
pub(super) fn text_of(sha256: &Sha256) -> Vec<u8> {
    format!("{{\"text\":\"{sha256}\"}}\n").into_bytes()
}

/// A document signed with a key of somebody's choice.
pub(super) fn signed_by<T: SignedDocument>(secret: u8, document: T) -> Vec<u8> {
    Signed::by(&[&SigningKey::from_secret(&[secret; 32])], document).to_vec()
}
