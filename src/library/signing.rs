//! The hub's keys, and the documents it signs with them.
//!
//! Keys are drawn when the first pack is published and kept in the database, so that every node signs alike. Whoever
//! can read the database can sign, unless the keys are sealed with a secret of the environment ([`mod@seal`]): it holds
//! the library itself, and its backups deserve the same care.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::clock::Clock;
use crate::db::Db;
use crate::db::entity::{pack_timestamp, trust_key, trust_root};
use crate::db::trust;
use crate::domain::audit::AuditAction;
use crate::domain::id::{PackId, Sha256};
use crate::domain::job::JobKind;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::Base;
use crate::library::audit::Audit;
use crate::library::signals::Signals;
use crate::library::signing::seal::{Seal, is_sealed};
use crate::pack::manifest::Manifest;
use crate::pack::trust::{
    Expiry, KeyId, Meta, PublicKey, RoleKeys, Root, RootType, SNAPSHOT, SPEC_VERSION, Signed, SignedDocument as _,
    SigningKey, Snapshot, TimestampRole, TimestampType,
};

pub(in crate::library) mod said;
pub(crate) mod seal;

const DAY: Duration = Duration::from_hours(24);
/// How long a root holds; it is signed anew when half of that is over.
const ROOT_HOLDS: Duration = DAY.saturating_mul(3 * 365);
/// How long a version holds: for good, as TUF wants some end.
const VERSION_HOLDS: Duration = DAY.saturating_mul(10 * 365);
/// How long a timestamp holds: this long an old version can be shown as the newest.
const TIMESTAMP_HOLDS: Duration = DAY.saturating_mul(14);

/// The roles that have keys.
pub const ROLES: [&str; 4] = [Root::ROLE, Manifest::ROLE, Snapshot::ROLE, TimestampRole::ROLE];

/// A key as operators see it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct KeyShown {
    /// Its id.
    pub id: String,
    /// What it signs.
    pub role: String,
    /// When it was drawn.
    pub created_at: Timestamp,
    /// Signs nothing since.
    pub retired_at: Option<Timestamp>,
    /// What it signed no longer counts.
    pub revoked: bool,
    /// Its secret half is sealed in the database.
    pub sealed: bool,
}

/// The keys that sign now.
pub(in crate::library) struct Signers {
    by_role: BTreeMap<String, SigningKey>,
}

impl Signers {
    fn of(rows: &[trust_key::Model], seal: Option<&Seal>) -> Result<Self> {
        let mut by_role = BTreeMap::new();
        for row in rows.iter().filter(|row| row.retired_at.is_none()) {
            by_role.insert(row.role.clone(), signing_key(row, seal)?);
        }
        Ok(Self { by_role })
    }

    pub(in crate::library) fn key(&self, role: &str) -> Result<&SigningKey> {
        let key = self.by_role.get(role);
        Ok(key.ok_or_else(|| anyhow::anyhow!("no key signs for the role `{role}`"))?)
    }

    /// Signs a manifest.
    pub(in crate::library) fn manifest(&self, manifest: Manifest) -> Result<Vec<u8>> {
        Ok(Signed::by(&[self.key(Manifest::ROLE)?], manifest).to_vec())
    }

    /// Signs the snapshot of a version.
    pub(in crate::library) fn snapshot(&self, version: u32, manifest: &Meta, now: Timestamp) -> Result<String> {
        let snapshot = Snapshot::new(version, now.plus(VERSION_HOLDS), manifest);
        Ok(text(Signed::by(&[self.key(Snapshot::ROLE)?], snapshot).to_vec()))
    }

    /// Signs what says that a snapshot is the newest, as number `number`.
    pub(in crate::library) fn newest(
        &self,
        pack: PackId,
        number: i32,
        (version, snapshot): (u32, &str),
        now: Timestamp,
    ) -> Result<pack_timestamp::Model> {
        let newest = TimestampRole {
            kind: TimestampType::Timestamp,
            spec_version: SPEC_VERSION.to_owned(),
            version: u32::try_from(number).unwrap_or_default(),
            expires: Expiry(now.plus(TIMESTAMP_HOLDS)),
            meta: [(SNAPSHOT.to_owned(), Meta::of(version, snapshot.as_bytes()))].into(),
        };
        Ok(pack_timestamp::Model {
            pack_id: pack,
            version: number,
            body: text(Signed::by(&[self.key(TimestampRole::ROLE)?], newest).to_vec()),
            // Half way, so that whoever has just fetched one may rely on it for a week.
            renew_at: now.plus(TIMESTAMP_HOLDS / 2),
        })
    }
}

/// When a version made now is no longer to be believed.
pub(in crate::library) fn version_expires(now: Timestamp) -> Timestamp {
    now.plus(VERSION_HOLDS)
}

/// The keys that packs are signed with, and the chain of their trust.
#[derive(Debug, Clone)]
pub struct Signing {
    db: Db,
    clock: Clock,
    audit: Audit,
    signals: Signals,
    /// What the keys in the database are sealed with, if they are.
    seal: Option<Arc<Seal>>,
}

impl Signing {
    pub(super) fn new(base: &Base, seal: Option<Arc<Seal>>) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            audit: base.audit.clone(),
            signals: base.signals.clone(),
            seal,
        }
    }

    /// The keys that sign now; they are drawn at the first call.
    pub(in crate::library) async fn signers(&self) -> Result<Signers> {
        self.root().await?;
        Signers::of(&trust::keys(self.db.read()).await?, self.seal.as_deref())
    }

    /// The newest root, as it is served. It is drawn at the first call, and signed anew when half its time is over.
    pub async fn root(&self) -> Result<String> {
        let now = self.clock.now();
        let newest = trust::newest_root(self.db.read()).await?;
        if let Some(row) = newest.filter(|row| is_fresh(&row.body, now)) {
            return Ok(row.body);
        }
        self.db
            .write(async |tx| {
                // Somebody else may have been first.
                trust::lock(tx).await?;
                let newest = trust::newest_root(tx).await?;
                if let Some(row) = newest.filter(|row| is_fresh(&row.body, now)) {
                    return Ok(row.body);
                }
                let has_keys = trust::keys(tx)
                    .await?
                    .iter()
                    .any(|row| ROLES.contains(&row.role.as_str()));
                if !has_keys {
                    let keys = ROLES.iter().map(|role| self.drawn_key(role, now)).collect();
                    trust::add_keys(tx, keys).await?;
                }
                self.sign_root(tx, &[]).await
            })
            .await
    }

    /// The root of a version, as it is served.
    pub async fn root_version(&self, version: i32) -> Result<String> {
        let row = trust::root(self.db.read(), version).await?;
        Ok(row.ok_or(Refusal::NoSuch(Thing::Version))?.body)
    }

    /// Signs the next root, with the keys of now and those before that are handed in.
    async fn sign_root(&self, tx: &impl ConnectionTrait, before: &[SigningKey]) -> Result<String> {
        let rows = trust::keys(tx).await?;
        let seal = self.seal.as_deref();
        let signers = Signers::of(&rows, seal)?;
        let version = trust::newest_root(tx).await?.map_or(0, |row| row.version) + 1;
        let root = root_of(&rows, version, self.clock.now(), seal)?;
        let mut keys: Vec<&SigningKey> = before.iter().collect();
        keys.push(signers.key(Root::ROLE)?);
        let body = text(Signed::by(&keys, root).to_vec());
        let row = trust_root::Model {
            version,
            body: body.clone(),
        };
        trust::add_root(tx, row).await?;
        Ok(body)
    }

    /// Every key, oldest first.
    pub async fn keys(&self) -> Result<Vec<KeyShown>> {
        self.root().await?;
        let rows = trust::keys(self.db.read()).await?;
        let shown = rows.into_iter().map(|row| KeyShown {
            id: row.id,
            role: row.role,
            created_at: row.created_at,
            retired_at: row.retired_at,
            revoked: row.revoked,
            sealed: row.secret.as_deref().is_some_and(is_sealed),
        });
        Ok(shown.collect())
    }

    /// Looks whether the keys can be used, and seals those that are not where there is a secret to seal them with.
    pub async fn open_keys(&self) -> Result<()> {
        let rows = trust::keys(self.db.read()).await?;
        let mut plain = Vec::new();
        for row in rows.iter().filter(|row| row.secret.is_some()) {
            let seed = seed_of(row, self.seal.as_deref())?;
            if !row.secret.as_deref().is_some_and(is_sealed) {
                plain.push((row.id.clone(), seed));
            }
        }
        let Some(seal) = self.seal.as_deref().filter(|_| !plain.is_empty()) else {
            return Ok(());
        };
        self.db
            .write(async |tx| {
                for (id, seed) in &plain {
                    trust::set_secret(tx, id, seal.close(id, seed)).await?;
                }
                self.audit
                    .record(tx, &Actor::guest(), AuditAction::KeysSeal, None)
                    .await
            })
            .await?;
        tracing::info!("{} keys are sealed in the database now", plain.len());
        Ok(())
    }

    /// Keeps the keys in the database as they are, without a seal: before another secret is set. Returns how many were
    /// sealed.
    pub async fn unseal_keys(&self) -> Result<usize> {
        let rows = trust::keys(self.db.read()).await?;
        let is_kept_sealed = |row: &&trust_key::Model| row.secret.as_deref().is_some_and(is_sealed);
        let mut opened = Vec::new();
        for row in rows.iter().filter(is_kept_sealed) {
            opened.push((row.id.clone(), seed_of(row, self.seal.as_deref())?));
        }
        self.db
            .write(async |tx| {
                for (id, seed) in &opened {
                    trust::set_secret(tx, id, written(*seed)).await?;
                }
                self.audit
                    .record(tx, &Actor::guest(), AuditAction::KeysUnseal, None)
                    .await
            })
            .await?;
        Ok(opened.len())
    }

    /// A new key, sealed where there is a secret.
    pub(in crate::library) fn drawn_key(&self, role: &str, now: Timestamp) -> trust_key::Model {
        let seed = SigningKey::draw();
        let id = SigningKey::from_secret(&seed).id().hex();
        let kept = match self.seal.as_deref() {
            Some(seal) => seal.close(&id, &seed),
            None => written(seed),
        };
        trust_key::Model {
            id,
            role: role.to_owned(),
            secret: Some(kept),
            created_at: now,
            retired_at: None,
            revoked: false,
        }
    }

    /// The key of a row.
    pub(in crate::library) fn signing_key(&self, row: &trust_key::Model) -> Result<SigningKey> {
        signing_key(row, self.seal.as_deref())
    }

    /// Draws new keys for roles. What the old ones signed still counts, unless they are revoked: then every pack has to be
    /// published anew, which is returned as their number.
    pub async fn rotate_keys(&self, roles: &[&str], revoke: bool) -> Result<usize> {
        self.root().await?;
        let now = self.clock.now();
        let asked = self
            .db
            .write(async |tx| {
                trust::lock(tx).await?;
                let rows = trust::keys(tx).await?;
                // Clients that know the old root must find its signature on the new one.
                let old_root = rows
                    .iter()
                    .filter(|row| row.role == Root::ROLE && row.retired_at.is_none());
                let old_root: Vec<SigningKey> = if roles.contains(&Root::ROLE) {
                    old_root.map(|row| self.signing_key(row)).collect::<Result<_>>()?
                } else {
                    Vec::new()
                };
                // What is signed once and not anew must not lose its word with the key.
                let cut = if revoke { self.believed_cut(tx).await? } else { None };
                // The old ones first: afterwards the new ones would be retired with them.
                for role in roles {
                    trust::retire(tx, role, revoke, now).await?;
                }
                trust::add_keys(tx, roles.iter().map(|role| self.drawn_key(role, now)).collect()).await?;
                self.sign_root(tx, &old_root).await?;
                if let Some(cut) = cut {
                    self.sign_cut_anew(tx, cut).await?;
                }
                trust::invalidate_timestamps(tx, now).await?;
                let asked = if revoke { self.renew_all(tx).await? } else { 0 };
                let action = if revoke {
                    AuditAction::KeysRevoke
                } else {
                    AuditAction::KeysRotate
                };
                self.audit
                    .record(tx, &Actor::guest(), action, Some(roles.join(" ")))
                    .await?;
                Ok(asked)
            })
            .await?;
        self.signals.wake();
        Ok(asked)
    }

    /// Asks for a new version of every published pack.
    async fn renew_all(&self, tx: &impl ConnectionTrait) -> Result<usize> {
        let packs = crate::db::packs::published(tx).await?;
        let subjects: Vec<String> = packs.into_iter().map(|id| id.to_string()).collect();
        let asked = subjects.len();
        crate::db::jobs::enqueue_ahead(tx, JobKind::RenewPack, subjects, self.clock.now()).await?;
        Ok(asked)
    }

    /// Signs anew what says which version of a pack is the newest.
    pub(in crate::library) async fn renewed_timestamp(&self, pack: PackId) -> Result<String> {
        let now = self.clock.now();
        // The timestamp before the pack: should a version become ready in between, ours has the number of its timestamp and
        // does not stand. The other way round a newer timestamp would name an older version.
        let kept = trust::timestamp(self.db.read(), pack)
            .await?
            .ok_or(Refusal::PackNotReady)?;
        let row = crate::db::packs::pack(self.db.read(), pack)
            .await?
            .ok_or(Refusal::PackNotReady)?;
        let version = crate::db::packs::version(self.db.read(), pack, row.version).await?;
        let snapshot = version
            .and_then(|version| version.snapshot)
            .ok_or(Refusal::PackNotReady)?;
        let number = u32::try_from(row.version).unwrap_or_default();
        let renewed = self
            .signers()
            .await?
            .newest(pack, kept.version + 1, (number, &snapshot), now)?;
        let body = renewed.body.clone();
        let stands = self
            .db
            .write(async |tx| trust::put_timestamp(tx, renewed).await)
            .await?;
        if stands {
            return Ok(body);
        }
        let newer = trust::timestamp(self.db.read(), pack).await?;
        Ok(newer.ok_or(Refusal::PackNotReady)?.body)
    }
}

/// Whether half of a root's time is still to come. One that says that names carry no versions is of the time before they
/// did: it is signed anew as well.
fn is_fresh(body: &str, now: Timestamp) -> bool {
    let is_so = |root: Root| root.consistent_snapshot && root.expires.0 > now.plus(ROOT_HOLDS / 2);
    Root::first(body.as_bytes()).is_ok_and(is_so)
}

fn root_of(rows: &[trust_key::Model], version: i32, now: Timestamp, seal: Option<&Seal>) -> Result<Root> {
    let mut keys: BTreeMap<KeyId, PublicKey> = BTreeMap::new();
    let mut roles: BTreeMap<String, RoleKeys> = BTreeMap::new();
    for row in rows.iter().filter(|row| counts(row)) {
        let key = signing_key(row, seal)?;
        keys.insert(key.id(), key.public().clone());
        let role = roles.entry(row.role.clone()).or_insert_with(|| RoleKeys {
            keyids: std::collections::BTreeSet::new(),
            threshold: 1,
        });
        role.keyids.insert(key.id());
    }
    Ok(Root {
        kind: RootType::Root,
        spec_version: SPEC_VERSION.to_owned(),
        consistent_snapshot: true,
        version: u32::try_from(version).unwrap_or_default(),
        expires: Expiry(now.plus(ROOT_HOLDS)),
        keys,
        roles,
    })
}

/// Versions never change, so what a retired key signed of them still counts; roots and timestamps are signed anew.
fn counts(row: &trust_key::Model) -> bool {
    let is_of_versions = row.role == Manifest::ROLE || row.role == Snapshot::ROLE;
    ROLES.contains(&row.role.as_str()) && !row.revoked && (row.retired_at.is_none() || is_of_versions)
}

fn signing_key(row: &trust_key::Model, seal: Option<&Seal>) -> Result<SigningKey> {
    Ok(SigningKey::from_secret(&seed_of(row, seal)?))
}

/// The secret half of a key.
fn seed_of(row: &trust_key::Model, seal: Option<&Seal>) -> Result<[u8; 32]> {
    let none = || anyhow::anyhow!("the key `{}` has no secret", row.id);
    let kept = row.secret.as_deref().ok_or_else(none)?;
    if is_sealed(kept) {
        let seal = seal.ok_or(Refusal::KeysSealed { has_secret: false })?;
        let seed = seal.open(&row.id, kept);
        return Ok(seed.ok_or(Refusal::KeysSealed { has_secret: true })?);
    }
    let seed: Sha256 = kept.parse().map_err(|_| none())?;
    Ok(*seed.as_bytes())
}

/// A seed as it is kept without a seal: as a SHA-256 is, 64 digits for 32 bytes.
fn written(seed: [u8; 32]) -> String {
    Sha256::from_bytes(seed).hex()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("JSON is UTF-8")
}
