//! Fuzz targets of packs: documents as hubs, sticks and other vendors' programs hand them in.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use serde_json::Value;

use super::{
    archive::{ArchiveFormat, ArchiveLayout},
    canonical,
    chunks::{self, ChunkList, DeltaPiece},
    difference::Difference,
    limits::{expect_bearable, expect_total},
    manifest::Manifest,
    numbers::ItemNumbers,
    patch, path,
    receipt::SignedReceipt,
    trust::{Root, SeenVersions, Signed, SignedDocument, SigningKey, Snapshot, TimestampRole},
};
use crate::domain::time::Timestamp;

/// What a client believes: a manifest that can be borne, counted and written to any disk.
fn believed(json: &[u8]) -> Option<Manifest> {
    expect_bearable(Manifest::ROLE, json).ok()?;
    let manifest: Manifest = serde_json::from_slice(json).ok()?;
    let is_whole = expect_total(&manifest).is_ok() && manifest.unsafe_path().is_none();
    is_whole.then_some(manifest)
}

/// The manifest of a version, and the patch from it to another: two documents with a line between them.
pub fn manifest(bytes: &[u8]) {
    let (one, other) = halves(bytes);
    let Some(before) = believed(one) else {
        return;
    };
    before.bytes();
    let written = canonical::signed_form(&before);
    let again: Manifest = serde_json::from_slice(&written).expect("what is signed can be read");
    assert_eq!(
        canonical::signed_form(&again),
        written,
        "what is signed has one spelling"
    );
    let (Some(after), Ok(mut from), Ok(to)) = (
        believed(other),
        serde_json::from_slice::<Value>(&written),
        serde_json::from_slice::<Value>(other),
    ) else {
        return;
    };
    let difference = Difference::between(&before, &after);
    assert!(difference.to_fetch <= after.bytes());
    let to = canonical::to_vec(&serde_json::from_value::<Manifest>(to).expect("it was read above"));
    let to: Value = serde_json::from_slice(&to).expect("it was written as JSON");
    let change = patch::between(&from, &to);
    patch::apply(&mut from, change);
    assert_eq!(from, to, "a patch leads to where it is said to");
}

/// Signed documents, and receipts: nobody is believed without a signature.
pub fn trust(bytes: &[u8]) {
    if let Ok(root) = Root::first(bytes) {
        let _ = root.next(bytes);
        let _ = root.open::<TimestampRole>(bytes, Timestamp(0));
    }
    if let Ok(receipt) = serde_json::from_slice::<SignedReceipt>(bytes)
        && let Ok(receipt) = receipt.open()
    {
        assert!(!receipt.holder.is_empty());
    }
    let key = SigningKey::from_secret(&[7; 32]);
    // As from a hub that signs what it likes: everything behind the check of the signature.
    if let Ok(root) = serde_json::from_slice::<Root>(bytes) {
        let signed = Signed::by(&[&key], root).to_vec();
        if let Ok(root) = Root::first(&signed) {
            let _ = root.next(&signed);
        }
    }
    if let Ok(newest) = serde_json::from_slice::<TimestampRole>(bytes) {
        let seen = SeenVersions::default().accept(&newest);
        assert!(seen.is_err() || seen.is_ok_and(|seen| seen.accept(&newest).is_ok()));
    }
    if let Ok(snapshot) = serde_json::from_slice::<Snapshot>(bytes)
        && let Ok(meta) = snapshot.manifest()
    {
        let _ = meta.check(Snapshot::ROLE, bytes);
    }
    // RFC 8785 twice is RFC 8785.
    if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
        let once = canonical::to_vec(&value);
        let read: Value = serde_json::from_slice(&once).expect("canonical JSON is JSON");
        assert_eq!(canonical::to_vec(&read), once);
        let signed = canonical::signed_form(&value);
        let read: Value = serde_json::from_slice(&signed).expect("what is signed is JSON");
        // Names of ours and paths hold no line breaks, whose sign would stand elsewhere in the order.
        if !names_with_controls(&value) {
            assert_eq!(canonical::signed_form(&read), signed);
        }
    }
}

fn names_with_controls(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| name.contains(char::is_control) || names_with_controls(value)),
        Value::Array(entries) => entries.iter().any(names_with_controls),
        _ => false,
    }
}

/// How a changed file is put together: lists of chunks as a hub gives them, and files as they are cut here.
pub fn chunks(bytes: &[u8]) {
    let (one, other) = halves(bytes);
    if let (Ok(new), Ok(old)) = (
        serde_json::from_slice::<ChunkList>(one),
        serde_json::from_slice::<ChunkList>(other),
    ) && new.is_sound()
        && old.is_sound()
    {
        expect_whole(&new.pieces(&old), &new, &old);
    }
    let cut = chunks::cut(bytes).expect("memory can be read");
    assert!(cut.is_sound() && cut.size == bytes.len() as u64);
    let pieces = cut.pieces(&cut);
    assert!(
        pieces.iter().all(|piece| matches!(piece, DeltaPiece::Held(_))),
        "a file is all of itself"
    );
}

/// Pieces follow each other from the first byte to the last.
fn expect_whole(pieces: &[DeltaPiece], new: &ChunkList, old: &ChunkList) {
    assert_eq!(pieces.iter().map(DeltaPiece::length).sum::<u64>(), new.size);
    for piece in pieces {
        match piece {
            DeltaPiece::Held(range) => assert!(range.end <= old.size),
            DeltaPiece::Missing(range) => assert!(range.end <= new.size),
        }
    }
}

/// Ranges of archives: four bytes of a beginning and four of a length, then the manifest that is archived.
pub fn archive_range(bytes: &[u8]) {
    let Some((range, json)) = bytes.split_first_chunk::<8>() else {
        return;
    };
    let Some(manifest) = believed(json) else {
        return;
    };
    let [from, length] = [0, 4].map(|at| {
        u64::from(u32::from_le_bytes([
            range[at],
            range[at + 1],
            range[at + 2],
            range[at + 3],
        ]))
    });
    for format in ArchiveFormat::ALL {
        let layout = Arc::new(ArchiveLayout::new(&manifest, Bytes::copy_from_slice(json), format));
        let whole = layout.length();
        let from = from % (whole + 1);
        expect_filled(layout, from..from.saturating_add(length).min(whole));
    }
}

/// However it is cut, a range is as long as it was asked for: an archive's length is promised before it is sent.
fn expect_filled(layout: Arc<ArchiveLayout>, range: Range<u64>) {
    // Content may be endless; pieces are few.
    let length: u64 = layout
        .pieces(range.clone())
        .take(10_000)
        .map(|piece| piece.length())
        .sum();
    assert_eq!(length, range.end - range.start);
}

/// Paths and numbers of files as they stand in manifests and requests.
pub fn paths(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let safe = path::safe_name(&text, 80);
    assert!(path::is_safe(&safe), "what was made safe is safe: {safe:?}");
    if path::is_safe(&text) {
        assert!(!text.starts_with('/') && !text.contains("..") || !text.split('/').any(|part| part == ".."));
        path::folded(&text);
        path::numbered(&text, 2, path::MAX_PATH_CHARS);
    }
    if let Ok(numbers) = text.parse::<ItemNumbers>() {
        assert_eq!(
            numbers.to_string().parse(),
            Ok(numbers.clone()),
            "what is written is read again"
        );
        // A range may name billions; a client asks for each with `contains`.
        let first: Vec<usize> = numbers.iter().take(5_000).collect();
        assert!(first.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(first.iter().all(|number| numbers.contains(*number)));
        let (taken, _) = ItemNumbers::take_from(&first);
        assert!(taken.to_string().parse::<ItemNumbers>().is_ok() || first.is_empty());
    }
}

fn halves(bytes: &[u8]) -> (&[u8], &[u8]) {
    let line = bytes.iter().position(|byte| *byte == b'\n');
    line.map_or((bytes, bytes), |at| (&bytes[..at], &bytes[at + 1..]))
}
