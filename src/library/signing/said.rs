//! What the library says by its key besides packs, and whose word counts: that of a key which the newest root names, if the
//! roots follow from the first on as clients of packs would have them. A row of a key counts for nothing by itself.

use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Signers, Signing};
use crate::db::{audit, trust};
use crate::error::{Error, Result};
use crate::pack::canonical;
use crate::pack::manifest::Manifest;
use crate::pack::trust::{PublicKey, Root, Signature, SignedDocument as _};

/// Something that is signed, with the key that signed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::library) struct SignedStatement<T> {
    /// What is signed, in canonical JSON.
    pub(in crate::library) signed: T,
    /// The key, as the root of the packs names it by its id.
    pub(in crate::library) key: PublicKey,
    /// Its signature.
    pub(in crate::library) signature: Signature,
}

/// A root, as checkpoints of the audit log name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RootName {
    /// Its version.
    pub version: i32,
    /// The SHA-256 of it as it is served.
    pub sha256: String,
}

/// The roots of the library, each signed by the one before it.
#[derive(Debug, Default)]
pub(in crate::library) struct RootChain {
    newest: Option<Root>,
    names: Vec<RootName>,
}

impl RootChain {
    pub(in crate::library) async fn load(conn: &impl ConnectionTrait) -> Result<Self> {
        let mut chain = Self::default();
        for row in trust::roots(conn).await? {
            let body = row.body.as_bytes();
            let next = match &chain.newest {
                None => Root::first(body),
                Some(before) => before.next(body),
            };
            let is_next = |root: &Root| i64::from(root.version) == i64::from(row.version);
            let first = chain.names.is_empty() && row.version != 1;
            let Some(root) = next.ok().filter(is_next).filter(|_| !first) else {
                // One that does not follow makes those behind it anybody's.
                return Ok(Self::default());
            };
            chain.newest = Some(root);
            chain.names.push(RootName {
                version: row.version,
                sha256: canonical::sha256(body).hex(),
            });
        }
        Ok(chain)
    }

    /// The newest root.
    pub(in crate::library) fn newest(&self) -> Option<&RootName> {
        self.names.last()
    }

    /// Whether a root that was seen before is one of these.
    pub(in crate::library) fn holds(&self, seen: &RootName) -> bool {
        self.names.contains(seen)
    }

    /// Whether the key that said this is one whose word counts, and did.
    pub(in crate::library) fn believes<T: Serialize>(&self, said: &SignedStatement<T>) -> bool {
        let Some(root) = &self.newest else { return false };
        let id = said.key.id();
        let may_sign = root
            .roles
            .get(Manifest::ROLE)
            .is_some_and(|role| role.keyids.contains(&id));
        may_sign
            && root.keys.contains_key(&id)
            && said.key.has_signed(&canonical::to_vec(&said.signed), &said.signature)
    }
}

impl Signers {
    fn say<T: Serialize>(&self, signed: T) -> Result<SignedStatement<T>> {
        let key = self.key(Manifest::ROLE)?;
        let signature = key.sign(&canonical::to_vec(&signed));
        Ok(SignedStatement {
            key: key.public().clone(),
            signature,
            signed,
        })
    }
}

impl Signing {
    /// Signs what is said.
    pub(in crate::library) async fn say<T: Serialize>(&self, signed: T) -> Result<SignedStatement<T>> {
        self.signers().await?.say(signed)
    }

    /// What says where the audit log was cut, if it is believed now: before a key is revoked by which it may be signed.
    pub(super) async fn believed_cut(&self, tx: &impl ConnectionTrait) -> Result<Option<SignedStatement<Value>>> {
        let Some(row) = audit::cut(tx).await? else {
            return Ok(None);
        };
        let said: Option<SignedStatement<Value>> = serde_json::from_str(&row.body).ok();
        let roots = RootChain::load(tx).await?;
        Ok(said.filter(|said| roots.believes(said)))
    }

    /// Says it once more by the key of now.
    pub(super) async fn sign_cut_anew(&self, tx: &impl ConnectionTrait, cut: SignedStatement<Value>) -> Result<()> {
        let Some(row) = audit::cut(tx).await? else {
            return Ok(());
        };
        let signers = Signers::of(&trust::keys(tx).await?, self.seal.as_deref())?;
        let body = serde_json::to_string(&signers.say(cut.signed)?).map_err(Error::unexpected)?;
        audit::set_cut(tx, crate::db::entity::audit_cut::Model { body, ..row }).await
    }
}
