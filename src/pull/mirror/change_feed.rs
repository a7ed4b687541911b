//! Reads a hub's feed of changes, and lets go of what it took down.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::take_packs::MAX_LIST;
use super::{HubMirror, KnownHub, library};
use crate::domain::id::ResourceId;
use crate::domain::time::Timestamp;
use crate::pull::error::{Error, Result};

/// Pages of changes read in one round; the next continues there.
const MAX_FEED_PAGES: usize = 200;
/// Longest cursor that is sent back to the hub.
const MAX_CURSOR_BYTES: usize = 500;
/// Seconds of one long poll of the feed. A round is made at least every `AT_LEAST_EVERY`, whatever the feed says.
pub(super) const WAIT_SECONDS: u64 = 50;

/// Page of the hub's change feed; only what is used is read.
#[derive(Debug, Deserialize)]
pub(super) struct ChangeFeed {
    pub(super) items: Vec<ChangeFeedItem>,
    pub(super) next_since: i64,
    pub(super) more: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct ChangeFeedItem {
    resource_id: ResourceId,
    at: Timestamp,
    #[serde(default)]
    at_once: bool,
}

impl HubMirror<'_> {
    pub(super) async fn end_of_feed(&self) -> Result<i64> {
        Ok(self.feed("latest", 0).await?.next_since)
    }

    pub(super) async fn feed(&self, since: &str, wait: u64) -> Result<ChangeFeed> {
        let address = format!("changes?since={since}&limit=1000&wait={wait}");
        let bytes = self.source.require(&address, MAX_LIST).await?;
        read(&address, &bytes)
    }

    /// Reads on in the hub's feed, and lets go at once of what it took down so: the packs that say it, signed, may still
    /// be in the making. Nothing else is done because of a feed.
    pub(super) async fn apply_takedowns(&self, known: &[KnownHub], end: Option<i64>) -> Result<usize> {
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
}

pub(super) fn read<T: serde::de::DeserializeOwned>(address: &str, bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| Error::Strange {
        address: address.to_owned(),
        what: format!("with something that cannot be read: {error}"),
    })
}

/// A cursor as a hub gives it: what goes into an address, and no more.
pub(super) fn is_cursor(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'=' | b'~');
    !text.is_empty() && text.len() <= MAX_CURSOR_BYTES && text.bytes().all(is_plain)
}

/// What changes say was taken down at once, and when that was last.
pub(super) fn taken_down(changes: &[ChangeFeedItem]) -> BTreeMap<ResourceId, Timestamp> {
    let mut when = BTreeMap::new();
    for change in changes.iter().filter(|change| change.at_once) {
        let last = when.entry(change.resource_id).or_insert(change.at);
        *last = change.at.max(*last);
    }
    when
}
