//! What a mirror reads of its hub, for [`crate::pull::fuzzing`].

use super::change_feed::{ChangeFeed, is_cursor, read, taken_down};

/// A page of the feed of changes, and a cursor that goes back into an address.
pub(in crate::pull) fn answers(bytes: &[u8]) {
    if let Ok(feed) = read::<ChangeFeed>("changes", bytes) {
        assert!(taken_down(&feed.items).len() <= feed.items.len());
    }
    let text = String::from_utf8_lossy(bytes);
    assert!(!is_cursor(&text) || !text.contains(['&', '#', '/', '?', ' ', '\r', '\n']));
}
