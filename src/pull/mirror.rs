//! Mirroring a hub into this node's own library: its packs with their text, and back to it what teachers share here.
//!
//! A round goes through the packs once; [`HubMirror::follow`] makes one whenever the hub's change feed says that
//! something happened. Everything is verified before the library hears of it, and a round that is cut off is made
//! again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::error::{Error, Result};
use super::fetch::{Fetcher, Missing, WantedFile};
use super::source::update_session::{HeldDocuments, Release, TrustState, UpdateSession};
use super::source::{DocumentResponse, Source};
use super::{PullObserver, folder};
use crate::clock::Clock;
use crate::domain::file::Kind;
use crate::domain::id::{PackId, ResourceId, Sha256};
use crate::domain::role::Scope;
use crate::domain::time::Timestamp;
use crate::library::Library;
use crate::library::mirror::{Origin, TakenVersion};
use crate::pack::manifest::{Manifest, Target, TargetText};
use crate::pack::receipt::{HoldingState, Receipt, ReceiptType};
use crate::pack::trust::RoleKeys;

pub mod upstream;

pub use upstream::Upstream;

/// Files fetched before they go into the store, by number and bytes: so much lies twice on the disk.
const FILES_AT_ONCE: usize = 5_000;
const BYTES_AT_ONCE: u64 = 1 << 30;
/// Longest page of packs or changes, and most pages of packs: a hostile hub's list would have no end.
const MAX_LIST: u64 = 2 << 20;
const MAX_PACK_PAGES: usize = 100;
/// Pages of changes read in one round; the next continues there.
const MAX_FEED_PAGES: usize = 200;
/// Longest cursor that is sent back to the hub.
const MAX_CURSOR_BYTES: usize = 500;
/// Seconds of one long poll of the feed. A round is made at least every [`AT_LEAST_EVERY`], whatever the feed says.
const WAIT_SECONDS: u64 = 50;
const AT_LEAST_EVERY: Duration = Duration::from_mins(10);
/// Pause after each response of the feed: a hub that answers at once would be asked again at once for ten minutes.
const AFTER_ANSWER: Duration = Duration::from_secs(2);
/// Pause after a failed round.
const AFTER_FAILURE: Duration = Duration::from_secs(30);

/// Mirrors a hub into this node's library.
pub struct HubMirror<'a> {
    /// The library.
    pub library: &'a Library,
    /// Where packs come from.
    pub source: &'a Source,
    /// Who takes what is shared here; nobody when packs come from a stick.
    pub upstream: Option<&'a Upstream>,
    /// The hub's name: its address, or the folder's.
    pub hub: &'a str,
    /// A folder for what is on its way.
    pub work: &'a Path,
    /// What this node calls itself to the hub.
    pub holder: &'a str,
    /// The time.
    pub clock: &'a Clock,
    /// Who is told.
    pub watch: &'a dyn PullObserver,
}

/// Result of a round.
#[derive(Debug, Default, Serialize)]
pub struct MirrorRound {
    /// What came of each pack.
    pub packs: Vec<PackRound>,
    /// Resources offered to the hub.
    pub offered: usize,
    /// Resources that the hub refused, with its words.
    pub refused: Vec<(ResourceId, String)>,
    /// Resources that are gone because the hub took them down at once.
    pub taken_down: usize,
    /// Resources offered before of which the hub says something new.
    pub answered: Vec<ResourceId>,
}

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

impl MirrorRound {
    /// Whether everything went well.
    pub fn is_whole(&self) -> bool {
        let is_whole = |taken: &TakenVersion| taken.conflicts.is_empty() && taken.skipped.is_empty();
        let is_fine = |pack: &PackRound| pack.error.is_none() && pack.taken.as_ref().is_none_or(is_whole);
        self.packs.iter().all(is_fine) && self.refused.is_empty()
    }
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

/// Page of the hub's change feed; only what is used is read.
#[derive(Debug, Deserialize)]
struct ChangeFeed {
    items: Vec<ChangeFeedItem>,
    next_since: i64,
    more: bool,
}

#[derive(Debug, Deserialize)]
struct ChangeFeedItem {
    resource_id: ResourceId,
    at: Timestamp,
    #[serde(default)]
    at_once: bool,
}

/// Name of a hub that something is held of, and the keys of its root role.
type KnownHub = (String, RoleKeys);

impl HubMirror<'_> {
    /// Goes through packs once: those that are named, or all that the hub shows.
    pub async fn round(&self, named: &[PackId]) -> Result<MirrorRound> {
        self.round_at(named, None).await
    }

    /// A round, when the hub's feed has just ended at a number, where that is known.
    async fn round_at(&self, named: &[PackId], end: Option<i64>) -> Result<MirrorRound> {
        let packs = if named.is_empty() {
            self.published_packs().await?
        } else {
            named.to_vec()
        };
        let mut round = MirrorRound::default();
        let known = self.known_hubs().await?;
        round.taken_down = self.apply_takedowns(&known, end).await?;
        let mut cut = 0;
        for pack in packs {
            // One pack that fails does not keep the others away; a hub that cannot be reached does.
            match self.update_pack(pack, &known).await {
                Ok(done) => {
                    cut = 0;
                    round.packs.push(done);
                }
                Err(error @ Error::Connection { .. }) if cut > 0 => return Err(error),
                Err(error) => {
                    cut += u32::from(matches!(error, Error::Connection { .. }));
                    round.packs.push(PackRound {
                        pack,
                        title: String::new(),
                        version: 0,
                        taken: None,
                        error: Some(error.to_string()),
                    });
                }
            }
        }
        // Whatever came or failed: times of grace end by themselves.
        self.library.mirror.drop_gone().await.map_err(library)?;
        if let Some(upstream) = self.upstream {
            // What cannot be sent keeps no answer from its author: told last.
            let offered = upstream.offer(self.library, &mut round).await;
            upstream.ask(self.library, &mut round).await?;
            offered?;
        }
        Ok(round)
    }

    /// Makes a round now and whenever the hub has changed; ends only by an error of this node's own. `tell` hears of each
    /// round and of each failed round.
    pub async fn follow(
        &self,
        named: &[PackId],
        tell: impl Fn(std::result::Result<&MirrorRound, &Error>),
    ) -> Result<()> {
        loop {
            match self.round_and_wait(named, &tell).await {
                Ok(()) => {}
                Err(error @ (Error::Disk { .. } | Error::NoRoom { .. })) => return Err(error),
                Err(error) => {
                    tell(Err(&error));
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
        }
    }

    async fn round_and_wait(
        &self,
        named: &[PackId],
        tell: &impl Fn(std::result::Result<&MirrorRound, &Error>),
    ) -> Result<()> {
        // The feed's end is asked for first: what changes during the round is heard of after it. And it is asked for in each
        // round: a hub that was put back to an older state counts on from a lower number.
        let mut at = self.end_of_feed().await?;
        let round = self.round_at(named, Some(at)).await?;
        tell(Ok(&round));
        let begun = tokio::time::Instant::now();
        while begun.elapsed() < AT_LEAST_EVERY {
            let feed = self.feed(&at.to_string(), WAIT_SECONDS).await?;
            tokio::time::sleep(AFTER_ANSWER).await;
            at = feed.next_since;
            // A long feed is read to its end first, so that many changes make one round.
            if !feed.items.is_empty() && !feed.more {
                break;
            }
        }
        Ok(())
    }

    async fn end_of_feed(&self) -> Result<i64> {
        Ok(self.feed("latest", 0).await?.next_since)
    }

    async fn feed(&self, since: &str, wait: u64) -> Result<ChangeFeed> {
        let address = format!("changes?since={since}&limit=1000&wait={wait}");
        let bytes = self.source.require(&address, MAX_LIST).await?;
        read(&address, &bytes)
    }

    /// The hubs that something is held of, by their keys.
    async fn known_hubs(&self) -> Result<Vec<KnownHub>> {
        let hubs = self.library.mirror.mirrored_hubs().await.map_err(library)?;
        let keys = |memory: &str| serde_json::from_str::<TrustState>(memory).ok()?.identity();
        let known = hubs.into_iter().filter_map(|(hub, memory)| Some((hub, keys(&memory)?)));
        Ok(known.collect())
    }

    /// The hub by every name that it is known under: what it gave on a stick it gave.
    fn origin(&self, keys: Option<&RoleKeys>, known: &[KnownHub]) -> Origin {
        let same = known.iter().filter(|(_, theirs)| keys == Some(theirs));
        let mut names: Vec<String> = same.map(|(hub, _)| hub.clone()).collect();
        names.push(self.hub.to_owned());
        names.sort();
        names.dedup();
        Origin {
            hub: self.hub.to_owned(),
            names,
        }
    }

    /// Reads on in the hub's feed, and lets go at once of what it took down so: the packs that say it, signed, may still
    /// be in the making. Nothing else is done because of a feed.
    async fn apply_takedowns(&self, known: &[KnownHub], end: Option<i64>) -> Result<usize> {
        if self.source.is_folder() {
            return Ok(0);
        }
        let keys = known.iter().find(|(hub, _)| hub == self.hub).map(|(_, keys)| keys);
        let origin = self.origin(keys, known);
        let end = match end {
            Some(end) => end,
            None => self.end_of_feed().await?,
        };
        let mut since = self.heard_up_to(end).await?;
        let mut gone = 0;
        for _ in 0..MAX_FEED_PAGES {
            if since >= end {
                break;
            }
            let feed = self.feed(&since.to_string(), 0).await?;
            let taken_down = taken_down(&feed.items);
            gone += self
                .library
                .mirror
                .taken_down(&origin, &taken_down)
                .await
                .map_err(library)?;
            // One that does not come on would be read page by page for nothing.
            if feed.next_since <= since {
                break;
            }
            since = feed.next_since;
            self.library.mirror.note_heard(self.hub, since).await.map_err(library)?;
        }
        Ok(gone)
    }

    /// The number up to which a feed that ends at `end` was heard: at the first contact all of it, and nothing of one that
    /// ends before what was heard, for that hub was put back to an older state and tells other changes by those numbers.
    async fn heard_up_to(&self, end: i64) -> Result<i64> {
        let heard = self.library.mirror.heard_of(self.hub).await.map_err(library)?;
        let since = match heard {
            Some(heard) if heard <= end => return Ok(heard),
            Some(heard) => {
                let hub = self.hub;
                tracing::warn!(
                    "the feed of {hub} was heard up to {heard} and ends at {end}: it is read from its beginning"
                );
                0
            }
            None => end,
        };
        self.library.mirror.note_heard(self.hub, since).await.map_err(library)?;
        Ok(since)
    }

    /// Every published pack that the hub shows, or that lies in the folder.
    async fn published_packs(&self) -> Result<Vec<PackId>> {
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
    async fn update_pack(&self, pack: PackId, known: &[KnownHub]) -> Result<PackRound> {
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
        let with_text = |target: &&Target| target.custom.text.is_some() && comes(target);
        let keys = targets.iter().copied().filter(with_text).map(key);
        let missing = self
            .library
            .mirror
            .missing_texts(keys.collect())
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

fn key(target: &Target) -> (Sha256, Kind) {
    (target.hashes.sha256.clone(), target.custom.kind)
}

fn remove(file: &PathBuf) -> Result<()> {
    std::fs::remove_file(file).map_err(Error::disk("remove", file))
}

fn read<T: serde::de::DeserializeOwned>(address: &str, bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| Error::Strange {
        address: address.to_owned(),
        what: format!("with something that cannot be read: {error}"),
    })
}

/// A cursor as a hub gives it: what goes into an address, and no more.
fn is_cursor(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'=' | b'~');
    !text.is_empty() && text.len() <= MAX_CURSOR_BYTES && text.bytes().all(is_plain)
}

/// What changes say was taken down at once, and when that was last.
fn taken_down(changes: &[ChangeFeedItem]) -> BTreeMap<ResourceId, Timestamp> {
    let mut when = BTreeMap::new();
    for change in changes.iter().filter(|change| change.at_once) {
        let last = when.entry(change.resource_id).or_insert(change.at);
        *last = change.at.max(*last);
    }
    when
}

/// A failure of this node's library, in the words of this room.
fn library(error: crate::error::Error) -> Error {
    Error::Library(error)
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

/// The packs that lie in a folder brought on a stick.
impl Source {
    /// The ids of packs in a folder; nothing where there is none.
    async fn packs_in_folder(&self) -> Result<Vec<PackId>> {
        match self.document("packs/list.json", None, MAX_LIST).await? {
            DocumentResponse::Found { bytes, .. } => read("packs/list.json", &bytes),
            DocumentResponse::Same | DocumentResponse::Missing => Ok(Vec::new()),
        }
    }
}
