//! Takes the newest versions of a hub's packs: their documents, their files, their text.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::change_feed::{is_cursor, read};
use super::{HubMirror, KnownHub, key, library, remove};
use crate::domain::id::{PackId, ResourceId, Sha256};
use crate::domain::role::Scope;
use crate::library::mirror::{Origin, TakenVersion};
use crate::pack::manifest::{Manifest, Target, TargetText};
use crate::pack::receipt::{HoldingState, Receipt, ReceiptType};
use crate::pull::error::{Error, Result};
use crate::pull::fetch::{Fetcher, Missing, WantedFile};
use crate::pull::folder;
use crate::pull::source::update_session::{HeldDocuments, Release, TrustState, UpdateSession};

/// Files fetched before they go into the store, by number and bytes: so much lies twice on the disk.
const FILES_AT_ONCE: usize = 5_000;
const BYTES_AT_ONCE: u64 = 1 << 30;
/// Longest page of packs or changes, and most pages of packs: a hostile hub's list would have no end.
pub(super) const MAX_LIST: u64 = 2 << 20;
const MAX_PACK_PAGES: usize = 100;

/// Result of a round for one pack.
#[derive(Debug, Serialize)]
pub struct PackRound {
    /// The pack.
    pub pack: PackId,
    /// Its title, once it is known.
    pub title: String,
    /// The version held now.
    pub version: u32,
    /// What was taken; nothing where nothing was new.
    pub taken: Option<TakenVersion>,
    /// Why it could not be taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Page of the hub's list of packs; only what is used is read.
#[derive(Debug, Deserialize)]
struct PackList {
    items: Vec<PackName>,
    next_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
struct PackName {
    id: PackId,
    version: i32,
}

impl HubMirror<'_> {
    /// Every published pack that the hub shows, or that lies in the folder.
    pub(super) async fn published_packs(&self) -> Result<Vec<PackId>> {
        if self.source.is_folder() {
            return self.source.packs_in_folder().await;
        }
        let mut published_packs = Vec::new();
        let mut seen = HashSet::new();
        let mut address = "packs?limit=100".to_owned();
        for _ in 0..MAX_PACK_PAGES {
            let page: PackList = read(&address, &self.source.require(&address, MAX_LIST).await?)?;
            let packs = page.items.iter().filter(|pack| pack.version > 0);
            published_packs.extend(packs.map(|pack| pack.id).filter(|id| seen.insert(*id)));
            match page.next_cursor.as_deref().filter(|cursor| is_cursor(cursor)) {
                Some(cursor) => address = format!("packs?limit=100&cursor={cursor}"),
                None => return Ok(published_packs),
            }
        }
        Err(Error::Strange {
            address: "packs".to_owned(),
            what: format!("more than {MAX_PACK_PAGES} pages; name the packs that are wanted"),
        })
    }

    /// Brings one pack up to date.
    pub(super) async fn update_pack(&self, pack: PackId, known: &[KnownHub]) -> Result<PackRound> {
        let held = self.library.mirror.mirrored(pack).await.map_err(library)?;
        let version = held.as_ref().map_or(0, |held| u32::try_from(held.version).unwrap_or(0));
        let memory = held
            .as_ref()
            .and_then(|held| serde_json::from_str::<TrustState>(&held.memory).ok());
        let session = UpdateSession::newest(self.source, pack, memory, self.clock.now()).await?;
        let memory = serde_json::to_string(session.trust_state()).expect("a memory can be written as JSON");
        if session.newest_version() == Some(version) {
            // Also where nothing is new: nobody may show an older timestamp later.
            self.save_trust_state(pack, "", &memory, held.is_some()).await?;
            return Ok(PackRound {
                pack,
                title: String::new(),
                version,
                taken: None,
                error: None,
            });
        }
        let documents = HeldDocuments {
            snapshot: None,
            manifest: held.and_then(|held| held.manifest).map(Into::into),
        };
        let release = session.newest_release(&documents).await?;
        self.save_trust_state(pack, &release.manifest.pack.title, &memory, false)
            .await?;
        let origin = self.origin(session.identity(), known);
        let manifest = self.fetch(&release, &origin).await?;
        let taken = self
            .library
            .mirror
            .take_version(&origin, &manifest, release.manifest_bytes.to_vec())
            .await;
        let taken = taken.map_err(library)?;
        self.send_receipt(&release).await?;
        Ok(PackRound {
            pack,
            title: manifest.pack.title.clone(),
            version: manifest.version,
            taken: Some(taken),
            error: None,
        })
    }

    /// Remembers what is believed. A pack that is known keeps the title it has.
    async fn save_trust_state(&self, pack: PackId, title: &str, memory: &str, is_known: bool) -> Result<()> {
        let title = (!is_known).then_some(title);
        self.library
            .mirror
            .remember_hub(pack, self.hub, title, memory)
            .await
            .map_err(library)
    }

    /// Fetches what is not here, portion by portion, and hands it to the library. What was withdrawn meanwhile is left out of
    /// the manifest that comes back.
    async fn fetch(&self, release: &Release, origin: &Origin) -> Result<Manifest> {
        std::fs::create_dir_all(self.work).map_err(Error::disk("make", self.work))?;
        let targets: Vec<&Target> = release.manifest.targets.values().collect();
        // What belongs to no resource is shared with nobody, and no right comes from it.
        let scope = |target: &Target| {
            let card = release.manifest.resources.get(&target.custom.resource);
            card.map_or(Scope::Public, |card| card.metadata.scope)
        };
        let away = self.library.mirror.kept_away(origin, &release.manifest).await;
        let away = away.map_err(library)?;
        let comes = |target: &&Target| !away.contains(&target.custom.resource);
        let contents = targets
            .iter()
            .filter(|target| comes(target))
            .map(|target| (target.hashes.sha256.clone(), scope(target)));
        let missing = self.library.mirror.missing_contents(origin, contents.collect()).await;
        let missing = missing.map_err(library)?;
        let wanted = targets
            .iter()
            .enumerate()
            .filter(|(_, target)| missing.contains(&target.hashes.sha256));
        let wanted = wanted.map(|(number, target)| WantedFile {
            number,
            sha256: target.hashes.sha256.clone(),
            length: target.length,
            old: None,
        });
        let mut shortfall = Missing::default();
        for portion in portions(wanted.collect()) {
            self.expect_room(&portion)?;
            let came = self.portion(release, origin, &targets, portion).await?;
            shortfall.gone.extend(came.gone);
            shortfall.spoilt.extend(came.spoilt);
        }
        if let Some(spoilt) = paths_of(&release.manifest, &shortfall.spoilt) {
            return Err(Error::Spoilt { paths: spoilt });
        }
        self.texts(release, &targets, comes).await?;
        Ok(without_resources_of(&release.manifest, &shortfall.gone))
    }

    /// Whether a portion, which lies on the disk before it goes into the store, leaves room for everybody else.
    fn expect_room(&self, portion: &[WantedFile]) -> Result<()> {
        let bytes = portion.iter().map(|wanted| wanted.length);
        let needed = bytes.fold(self.library.mirror.room_to_leave(), u64::saturating_add);
        folder::expect_room(self.work, needed)
    }

    async fn portion(
        &self,
        release: &Release,
        origin: &Origin,
        targets: &[&Target],
        portion: Vec<WantedFile>,
    ) -> Result<Missing> {
        let fetcher = self.fetcher(release);
        let shortfall = fetcher.files(portion.clone()).await?;
        let mut seen = std::collections::HashSet::new();
        for wanted in portion {
            let did_not_come = shortfall.gone.contains(&wanted) || shortfall.spoilt.contains(&wanted);
            if did_not_come || !seen.insert(wanted.sha256.clone()) {
                continue;
            }
            let file = self.work.join(wanted.sha256.hex());
            let crc32 = targets[wanted.number].custom.crc32.0;
            let taken = self
                .library
                .mirror
                .take_content(origin, file.clone(), &wanted.sha256, crc32, wanted.length)
                .await;
            taken.map_err(library)?;
            remove(&file)?;
        }
        Ok(shortfall)
    }

    /// Fetches texts that are not here, so that nothing has to be read again.
    async fn texts(&self, release: &Release, targets: &[&Target], comes: impl Fn(&&Target) -> bool) -> Result<()> {
        let coming = targets.iter().filter(|target| comes(target));
        let texts = coming.filter_map(|target| {
            let (sha256, kind) = key(target);
            Some((sha256, kind, target.custom.text.as_ref()?.sha256.clone()))
        });
        let missing = self
            .library
            .mirror
            .missing_texts(texts.collect())
            .await
            .map_err(library)?;
        let mut by_text: HashMap<Sha256, Vec<(&Target, &TargetText)>> = HashMap::new();
        let mut wanted = Vec::new();
        for (number, target) in targets.iter().enumerate() {
            let Some(text) = target.custom.text.as_ref().filter(|_| missing.contains(&key(target))) else {
                continue;
            };
            by_text.entry(text.sha256.clone()).or_default().push((target, text));
            wanted.push(WantedFile {
                number,
                sha256: text.sha256.clone(),
                length: text.length,
                old: None,
            });
        }
        for portion in portions(wanted) {
            // A text that does not come is no harm: the file is read here then, like any other.
            let _ = self.fetcher(release).texts(portion.clone()).await?;
            for wanted in portion {
                let file = self.work.join(wanted.sha256.hex());
                if !file.exists() {
                    continue;
                }
                for (target, text) in by_text.remove(&wanted.sha256).unwrap_or_default() {
                    let (sha256, kind) = key(target);
                    self.library
                        .mirror
                        .take_text(&sha256, kind, text, &file)
                        .await
                        .map_err(library)?;
                }
                remove(&file)?;
            }
        }
        Ok(())
    }

    fn fetcher<'b>(&'b self, release: &Release) -> Fetcher<'b> {
        Fetcher {
            source: self.source,
            pack: release.manifest.pack.id,
            version: release.manifest.version,
            into: self.work,
            completed: None,
            watch: self.watch,
        }
    }

    /// Tells the hub what is held. One that does not hear it is told at the next version.
    async fn send_receipt(&self, release: &Release) -> Result<()> {
        let Some(upstream) = self.upstream else { return Ok(()) };
        let manifest = &release.manifest;
        let receipt = Receipt {
            kind: ReceiptType::Receipt,
            pack: manifest.pack.id,
            version: manifest.version,
            manifest: crate::pack::canonical::sha256(&release.manifest_bytes),
            holder: self.holder.to_owned(),
            items: manifest.targets.len() as u64,
            bytes: manifest.bytes(),
            state: HoldingState::Whole,
            at: self.clock.now(),
        };
        let signed = self.library.mirror.sign_receipt(&receipt).await.map_err(library)?;
        if let Err(error) = upstream.send_receipt(&receipt, &signed).await {
            tracing::warn!("the hub did not take the receipt: {error}");
        }
        Ok(())
    }
}

/// Cuts what is wanted into portions of a bearable size.
fn portions(wanted: Vec<WantedFile>) -> Vec<Vec<WantedFile>> {
    let mut portions: Vec<Vec<WantedFile>> = Vec::new();
    let mut bytes = 0;
    for wanted in wanted {
        let is_full = portions.last().is_none_or(|portion| portion.len() >= FILES_AT_ONCE) || bytes >= BYTES_AT_ONCE;
        if is_full {
            portions.push(Vec::new());
            bytes = 0;
        }
        bytes += wanted.length;
        portions.last_mut().expect("one was pushed").push(wanted);
    }
    portions
}

fn paths_of(manifest: &Manifest, these: &[WantedFile]) -> Option<Vec<String>> {
    let of_one = |wanted: &WantedFile| manifest.targets.keys().nth(wanted.number).cloned();
    let paths: Vec<String> = these.iter().filter_map(of_one).collect();
    (!paths.is_empty()).then_some(paths)
}

/// The manifest without the resources of which files are gone: the hub's next version says so as well.
fn without_resources_of(manifest: &Manifest, gone: &[WantedFile]) -> Manifest {
    let mut manifest = manifest.clone();
    let resources: Vec<ResourceId> = gone
        .iter()
        .filter_map(|wanted| manifest.targets.values().nth(wanted.number))
        .map(|target| target.custom.resource)
        .collect();
    manifest
        .targets
        .retain(|_, target| !resources.contains(&target.custom.resource));
    manifest.resources.retain(|id, _| !resources.contains(id));
    manifest
}
