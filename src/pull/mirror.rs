//! Mirroring a hub into this node's own library: its packs with their text, and back to it what teachers share here.
//!
//! A round goes through the packs once; [`HubMirror::follow`] makes one whenever the hub's change feed says that
//! something happened. Everything is verified before the library hears of it, and a round that is cut off is made
//! again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use super::PullObserver;
use super::error::{Error, Result};
use super::source::update_session::TrustState;
use super::source::{DocumentResponse, Source};
use crate::clock::Clock;
use crate::domain::file::Kind;
use crate::domain::id::{PackId, ResourceId, Sha256};
use crate::library::Library;
use crate::library::mirror::{Origin, TakenVersion};
use crate::pack::manifest::Target;
use crate::pack::trust::RoleKeys;

mod change_feed;
#[cfg(any(test, fuzzing))]
pub(super) mod fuzzing;
mod take_packs;
pub mod upstream;

use self::change_feed::{WAIT_SECONDS, read};
use self::take_packs::MAX_LIST;
pub use self::take_packs::PackRound;
pub use upstream::Upstream;

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

impl MirrorRound {
    /// Whether everything went well.
    pub fn is_whole(&self) -> bool {
        let is_whole = |taken: &TakenVersion| taken.conflicts.is_empty() && taken.skipped.is_empty();
        let is_fine = |pack: &PackRound| pack.error.is_none() && pack.taken.as_ref().is_none_or(is_whole);
        self.packs.iter().all(is_fine) && self.refused.is_empty()
    }
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
}

fn key(target: &Target) -> (Sha256, Kind) {
    (target.hashes.sha256.clone(), target.custom.kind)
}

fn remove(file: &PathBuf) -> Result<()> {
    std::fs::remove_file(file).map_err(Error::disk("remove", file))
}

/// A failure of this node's library, in the words of this room.
fn library(error: crate::error::Error) -> Error {
    Error::Library(error)
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
