//! Fuzz targets of what a hub answers a client that pulls, or a mirror.

use serde_json::Value;

use super::{
    change_preview::ChangePreview,
    folder::state::FolderState,
    mirror::fuzzing as mirror,
    source::update_session::{StoredTimestamp, TrustState},
};
use crate::pack::manifest::Manifest;

/// Lists of packs, feeds of changes, and what a client has kept of earlier answers.
pub fn hub(bytes: &[u8]) {
    mirror::answers(bytes);
    let _ = serde_json::from_slice::<StoredTimestamp>(bytes);
    let _ = serde_json::from_slice::<TrustState>(bytes);
    let Ok(state) = serde_json::from_slice::<FolderState>(bytes) else {
        return;
    };
    let kept = serde_json::to_vec(&state).expect("a folder's state can be written");
    let again: Value = serde_json::from_slice(&kept).expect("and read again");
    assert!(again.is_object());
    let held = state.contents();
    if let Ok(manifest) = serde_json::from_slice::<Manifest>(bytes) {
        let preview = ChangePreview::new(&held, &manifest);
        assert!(preview.kept <= held.len());
    }
}
