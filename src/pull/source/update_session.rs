//! Update session with a source: root, timestamp, snapshot and manifest, checked in TUF's order (`docs/packs.md`).

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{DocumentResponse, Source};
use crate::domain::id::PackId;
use crate::domain::time::Timestamp;
use crate::pack::limits::{MAX_PATCH_BYTES, expect_bearable, expect_length, expect_total};
use crate::pack::manifest::Manifest;
use crate::pack::trust::{
    Meta, RoleKeys, Root, SNAPSHOT, SeenVersions, SignedDocument as _, Snapshot, TimestampRole, VerificationError,
    expect_time, expect_version, named,
};
use crate::pack::{canonical, patch};
use crate::pull::error::{Error, Result};

/// Longest root, timestamp or snapshot that is read: none of them grows with the pack.
const MAX_ROOT_BYTES: u64 = 1024 * 1024;
/// Root rotations followed in one session: nobody changes keys so often, and a hostile source could always have one
/// more.
const MAX_ROTATIONS: u32 = 256;
/// Patches applied one after the other; further behind, the whole manifest in one request is cheaper.
const MAX_PATCHES: u32 = 16;

/// Trust state kept from one session to the next, so that nobody can show an older state or other keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TrustState {
    /// The newest root that was believed, as it came.
    pub root: Box<RawValue>,
    /// The newest versions that were seen.
    #[serde(default)]
    pub seen: SeenVersions,
    /// The newest timestamp, as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<StoredTimestamp>,
}

/// A timestamp document, as it came.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredTimestamp {
    /// Its bytes.
    pub document: Box<RawValue>,
    /// What to ask with whether it is still the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
}

/// Documents held of some version. They are checked like fetched ones.
#[derive(Debug, Clone, Default)]
pub struct HeldDocuments {
    /// A snapshot.
    pub snapshot: Option<Bytes>,
    /// A manifest.
    pub manifest: Option<Bytes>,
}

/// A verified version.
#[derive(Debug)]
pub struct Release {
    /// What is in it.
    pub manifest: Manifest,
    /// The root that its keys stand in, as it came.
    pub root: Bytes,
    /// The timestamp that named it; none if an older version was asked for.
    pub timestamp: Option<Bytes>,
    /// Its snapshot, as it came.
    pub snapshot: Bytes,
    /// Its manifest, as it came.
    pub manifest_bytes: Bytes,
    /// What was made for a version that is evidence, once it was fetched ([`Source::made_for`]).
    pub made: BTreeMap<String, Bytes>,
}

/// An update session: a source whose keys are verified, and whose newest version is known if it was asked for.
#[derive(Debug)]
pub struct UpdateSession<'a> {
    source: &'a Source,
    pack: PackId,
    root: Root,
    now: Timestamp,
    newest: Option<Meta>,
    trust_state: TrustState,
}

impl TrustState {
    /// Whose keys were believed.
    pub fn identity(&self) -> Option<RoleKeys> {
        let mut root = Root::first(self.root.get().as_bytes()).ok()?;
        root.roles.remove(Root::ROLE)
    }
}

impl<'a> UpdateSession<'a> {
    /// Asks which version of a pack is the newest. If nothing has changed since the last session that is one request.
    pub async fn newest(
        source: &'a Source,
        pack: PackId,
        trust_state: Option<TrustState>,
        now: Timestamp,
    ) -> Result<Self> {
        let held = trust_state
            .as_ref()
            .and_then(|trust_state| trust_state.timestamp.clone());
        let (timestamp, is_new) = fetch_timestamp(source, pack, held).await?;
        let keys = match trust_state {
            None => TrustedKeys::first(source).await?,
            Some(trust_state) => {
                let mut keys = TrustedKeys::remembered(&trust_state)?;
                // A timestamp that is still the newest and still good needs no new keys.
                if is_new || keys.believe(&timestamp, now).is_err() {
                    keys.follow_rotations(source).await?;
                }
                keys
            }
        };
        let newest = keys.believe(&timestamp, now)?;
        let seen = keys.seen.accept(&newest)?;
        let meta = named(TimestampRole::ROLE, &newest.meta, SNAPSHOT)?.clone();
        let trust_state = TrustState {
            root: raw(Root::ROLE, &keys.bytes)?,
            seen,
            timestamp: Some(timestamp),
        };
        Ok(Self {
            source,
            pack,
            root: keys.root,
            now,
            newest: Some(meta),
            trust_state,
        })
    }

    /// Goes to a source for a certain version, which may be older than what was seen.
    pub async fn of_any_version(
        source: &'a Source,
        pack: PackId,
        trust_state: Option<TrustState>,
        now: Timestamp,
    ) -> Result<Self> {
        let timestamp = trust_state
            .as_ref()
            .and_then(|trust_state| trust_state.timestamp.clone());
        let keys = match trust_state {
            None => TrustedKeys::first(source).await?,
            Some(trust_state) => {
                let mut keys = TrustedKeys::remembered(&trust_state)?;
                keys.follow_rotations(source).await?;
                keys
            }
        };
        expect_time(&keys.root, now)?;
        let trust_state = TrustState {
            root: raw(Root::ROLE, &keys.bytes)?,
            seen: keys.seen,
            timestamp,
        };
        Ok(Self {
            source,
            pack,
            root: keys.root,
            now,
            newest: None,
            trust_state,
        })
    }

    /// The newest version, if it was asked for.
    pub fn newest_version(&self) -> Option<u32> {
        self.newest.as_ref().map(|meta| meta.version)
    }

    /// Whose keys these are: two sources with the same keys for their keys are one.
    pub fn identity(&self) -> Option<&RoleKeys> {
        self.root.roles.get(Root::ROLE)
    }

    /// Trust state to save until the next session. It is valid already, whether or not files are fetched.
    pub fn trust_state(&self) -> &TrustState {
        &self.trust_state
    }

    /// The documents of the newest version.
    pub async fn newest_release(&self, held: &HeldDocuments) -> Result<Release> {
        let meta = self.newest.as_ref().expect("the newest version was asked for");
        let is_it = |bytes: &Bytes| meta.check(Snapshot::ROLE, bytes).is_ok();
        let bytes = if let Some(bytes) = held.snapshot.clone().filter(is_it) {
            bytes
        } else {
            let max = meta.length.min(MAX_ROOT_BYTES);
            self.source.require(&self.snapshot(meta.version), max).await?
        };
        meta.check(Snapshot::ROLE, &bytes)?;
        let snapshot: Snapshot = self.root.open(&bytes, self.now)?;
        expect_version(Snapshot::ROLE, snapshot.version, meta.version)?;
        self.release(bytes, &snapshot, held).await
    }

    /// The documents of a version, however old. It stands under no timestamp, and its own time may be over.
    pub async fn release_of(&self, version: u32, held: &HeldDocuments) -> Result<Release> {
        let bytes = self.source.require(&self.snapshot(version), MAX_ROOT_BYTES).await?;
        let snapshot: Snapshot = self.root.open_at_any_time(&bytes)?;
        expect_version(Snapshot::ROLE, snapshot.version, version)?;
        self.release(bytes, &snapshot, held).await
    }

    async fn release(&self, bytes: Bytes, snapshot: &Snapshot, held: &HeldDocuments) -> Result<Release> {
        let meta = snapshot.manifest()?;
        expect_length(Manifest::ROLE, meta.length)?;
        let manifest_bytes = self.manifest(snapshot.version, meta, held.manifest.as_ref()).await?;
        expect_bearable(Manifest::ROLE, &manifest_bytes)?;
        let manifest: Manifest = self.root.open_at_any_time(&manifest_bytes)?;
        expect_total(&manifest)?;
        expect_version(Manifest::ROLE, manifest.version, snapshot.version)?;
        if manifest.pack.id != self.pack {
            return Err(VerificationError::OtherPack.into());
        }
        if let Some(path) = manifest.unsafe_path() {
            let path = path.to_owned();
            return Err(VerificationError::UnsafePath { path }.into());
        }
        let timestamp = self.trust_state.timestamp.as_ref().filter(|_| self.newest.is_some());
        Ok(Release {
            manifest,
            root: bytes_of(&self.trust_state.root),
            timestamp: timestamp.map(|timestamp| bytes_of(&timestamp.document)),
            snapshot: bytes,
            manifest_bytes,
            made: BTreeMap::new(),
        })
    }

    fn snapshot(&self, version: u32) -> String {
        format!("packs/{}/versions/{version}/snapshot.json", self.pack)
    }

    /// The manifest that a snapshot means: the held one, or made of it by patches, or whole.
    async fn manifest(&self, version: u32, meta: &Meta, held: Option<&Bytes>) -> Result<Bytes> {
        let role = Manifest::ROLE;
        if let Some(held) = held {
            if meta.check(role, held).is_ok() {
                return Ok(held.clone());
            }
            if let Some(patched) = self.patched(version, meta, held).await? {
                return Ok(patched);
            }
        }
        let address = format!("packs/{}/versions/{version}/manifest.json", self.pack);
        let bytes = self.source.require(&address, meta.length).await?;
        meta.check(role, &bytes)?;
        Ok(bytes)
    }

    /// Goes from the held manifest to the one meant, patch by patch. Whatever does not fit: none.
    async fn patched(&self, version: u32, meta: &Meta, held: &Bytes) -> Result<Option<Bytes>> {
        let role = Manifest::ROLE;
        let Ok(mut document) = serde_json::from_slice::<Value>(held) else {
            return Ok(None);
        };
        let from = document["signed"]["version"]
            .as_u64()
            .and_then(|from| u32::try_from(from).ok());
        let Some(from) = from.filter(|from| *from < version && version - *from <= MAX_PATCHES) else {
            return Ok(None);
        };
        for next in from + 1..=version {
            let address = format!("packs/{}/versions/{next}/manifest.patch.json", self.pack);
            // A patch longer than the whole is worth nothing.
            let max = meta.length.min(MAX_PATCH_BYTES);
            let answer = self.source.document(&address, None, max).await;
            let Ok(DocumentResponse::Found { bytes, .. }) = answer else {
                return Ok(None);
            };
            if expect_bearable(Manifest::ROLE, &bytes).is_err() {
                return Ok(None);
            }
            let Ok(change) = serde_json::from_slice(&bytes) else {
                return Ok(None);
            };
            patch::apply(&mut document, change);
        }
        // Hubs wrote lists in the order of UTF-16 before; there is a difference where a name has rare characters.
        let spellings = [canonical::signed_form(&document), canonical::to_vec(&document)];
        let right = spellings.into_iter().map(Bytes::from);
        Ok(right.into_iter().find(|bytes| meta.check(role, bytes).is_ok()))
    }
}

/// The timestamp, and whether it is another one than the one held.
async fn fetch_timestamp(
    source: &Source,
    pack: PackId,
    held: Option<StoredTimestamp>,
) -> Result<(StoredTimestamp, bool)> {
    let address = format!("packs/{pack}/timestamp.json");
    let etag = held.as_ref().and_then(|timestamp| timestamp.etag.as_deref());
    match (source.document(&address, etag, MAX_ROOT_BYTES).await?, held) {
        (DocumentResponse::Same, Some(timestamp)) => Ok((timestamp, false)),
        (DocumentResponse::Found { bytes, etag }, held) => {
            let document = raw(TimestampRole::ROLE, &bytes)?;
            let is_new = held.is_none_or(|timestamp| timestamp.document.get() != document.get());
            Ok((StoredTimestamp { document, etag }, is_new))
        }
        (DocumentResponse::Same | DocumentResponse::Missing, _) => Err(Error::Missing { address }),
    }
}

/// The verified keys of a source.
struct TrustedKeys {
    root: Root,
    bytes: Bytes,
    seen: SeenVersions,
}

impl TrustedKeys {
    /// The keys of the last session.
    fn remembered(trust_state: &TrustState) -> Result<Self> {
        let bytes = bytes_of(&trust_state.root);
        Ok(Self {
            root: Root::first(&bytes)?,
            bytes,
            seen: trust_state.seen,
        })
    }

    /// The first keys that are seen: they are trusted on first use.
    async fn first(source: &Source) -> Result<Self> {
        let bytes = source.require("trust/root.json", MAX_ROOT_BYTES).await?;
        Ok(Self {
            root: Root::first(&bytes)?,
            bytes,
            seen: SeenVersions::default(),
        })
    }

    /// Follows root rotations one by one to the newest root.
    async fn follow_rotations(&mut self, source: &Source) -> Result<()> {
        for _ in 0..MAX_ROTATIONS {
            let address = format!("trust/{}.root.json", self.root.version.saturating_add(1));
            let DocumentResponse::Found { bytes, .. } = source.document(&address, None, MAX_ROOT_BYTES).await? else {
                return Ok(());
            };
            let next = self.root.next(&bytes)?;
            self.forget_versions_of_lost_keys(&next);
            (self.root, self.bytes) = (next, bytes);
        }
        Ok(())
    }

    /// Whoever stole a key may have signed a version that no honest one reaches (TUF §5.3.11): with the key goes what it
    /// said.
    fn forget_versions_of_lost_keys(&mut self, next: &Root) {
        let has_changed = |role| self.root.roles.get(role) != next.roles.get(role);
        if has_changed(TimestampRole::ROLE) || has_changed(Snapshot::ROLE) {
            self.seen = SeenVersions::default();
        }
    }

    fn believe(&self, timestamp: &StoredTimestamp, now: Timestamp) -> Result<TimestampRole> {
        expect_time(&self.root, now)?;
        Ok(self.root.open(timestamp.document.get().as_bytes(), now)?)
    }
}

/// A document as it came, to be kept inside another one.
fn raw(role: &'static str, bytes: &Bytes) -> Result<Box<RawValue>> {
    serde_json::from_slice(bytes).map_err(|error| {
        let detail = error.to_string();
        VerificationError::Malformed { role, detail }.into()
    })
}

fn bytes_of(document: &RawValue) -> Bytes {
    Bytes::copy_from_slice(document.get().as_bytes())
}
