use std::collections::BTreeMap;

use data_encoding::HEXLOWER;

use super::{
    Expiry, Meta, RoleKeys, Root, RootType, SNAPSHOT, SPEC_VERSION, SeenVersions, Signed, SignedDocument as _,
    SigningKey, TimestampRole, TimestampType, VerificationError,
};
use crate::domain::time::Timestamp;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const LATER: Timestamp = Timestamp(1_800_000_001_000);

fn key(secret: u8) -> SigningKey {
    SigningKey::from_secret(&[secret; 32])
}

fn root(version: u32, root: &SigningKey, timestamp: &SigningKey) -> Root {
    let role = |key: &SigningKey| RoleKeys {
        keyids: [key.id()].into(),
        threshold: 1,
    };
    Root {
        kind: RootType::Root,
        spec_version: SPEC_VERSION.to_owned(),
        consistent_snapshot: false,
        version,
        expires: Expiry(LATER),
        keys: [root, timestamp].map(|key| (key.id(), key.public().clone())).into(),
        roles: [
            ("root".to_owned(), role(root)),
            ("timestamp".to_owned(), role(timestamp)),
        ]
        .into(),
    }
}

fn newest(version: u32, snapshot: u32) -> TimestampRole {
    let meta = BTreeMap::from([(SNAPSHOT.to_owned(), Meta::of(snapshot, b"snapshot"))]);
    TimestampRole {
        kind: TimestampType::Timestamp,
        spec_version: SPEC_VERSION.to_owned(),
        version,
        expires: Expiry(LATER),
        meta,
    }
}

#[test]
fn a_key_is_that_of_rfc_8032_and_signs_like_it() {
    // RFC 8032 §7.1, test 2.
    let secret = HEXLOWER
        .decode(b"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
        .unwrap();
    let key = SigningKey::from_secret(secret.as_slice().try_into().unwrap());

    let signature = key.sign(&[0x72]);

    assert_eq!(
        signature.sig,
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    );
    assert_eq!(
        serde_json::to_value(key.public()).unwrap()["keyval"]["public"],
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    );
    assert!(key.public().has_signed(&[0x72], &signature));
    assert!(!key.public().has_signed(&[0x73], &signature));
}

#[test]
fn what_another_key_signed_or_somebody_changed_is_not_believed() {
    let (of_root, of_timestamp) = (key(1), key(2));
    let root = root(1, &of_root, &of_timestamp);
    let bytes = Signed::by(&[&of_timestamp], newest(3, 7)).to_vec();

    assert_eq!(root.open::<TimestampRole>(&bytes, NOW), Ok(newest(3, 7)));
    let by_another = Signed::by(&[&of_root], newest(3, 7)).to_vec();
    let not_signed = Err(VerificationError::NotSigned {
        role: TimestampRole::ROLE,
    });
    assert_eq!(root.open::<TimestampRole>(&by_another, NOW), not_signed);
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(root.open::<TimestampRole>(&changed, NOW).is_err(), "byte {at}");
    }
}

#[test]
fn one_key_that_signs_twice_is_not_two_keys() {
    let (of_root, of_timestamp) = (key(1), key(2));
    let mut root = root(1, &of_root, &of_timestamp);
    let role = root.roles.get_mut("timestamp").unwrap();
    role.keyids.insert(of_root.id());
    role.threshold = 2;

    let twice = Signed::by(&[&of_timestamp, &of_timestamp], newest(1, 1)).to_vec();
    let both = Signed::by(&[&of_timestamp, &of_root], newest(1, 1)).to_vec();

    assert!(root.open::<TimestampRole>(&twice, NOW).is_err());
    assert!(root.open::<TimestampRole>(&both, NOW).is_ok());
}

#[test]
fn what_has_expired_is_not_believed() {
    let (of_root, of_timestamp) = (key(1), key(2));
    let root = root(1, &of_root, &of_timestamp);
    let bytes = Signed::by(&[&of_timestamp], newest(1, 1)).to_vec();

    let expired = VerificationError::Expired {
        role: TimestampRole::ROLE,
        at: LATER,
    };
    assert_eq!(root.open::<TimestampRole>(&bytes, LATER), Err(expired));
    assert!(root.open_at_any_time::<TimestampRole>(&bytes).is_ok());
}

#[test]
fn versions_only_rise() {
    let seen = SeenVersions::default().accept(&newest(5, 3)).unwrap();

    let older = |role, got, seen| Err(VerificationError::Older { role, got, seen });
    assert_eq!(seen.accept(&newest(4, 3)), older("timestamp", 4, 5));
    assert_eq!(seen.accept(&newest(6, 2)), older("snapshot", 2, 3));
    assert!(seen.accept(&newest(5, 3)).is_ok());
}

#[test]
fn a_new_root_is_signed_by_the_old_one_too_and_skips_no_version() {
    let (old, new, timestamp) = (key(1), key(3), key(2));
    let first = Root::first(&Signed::by(&[&old], root(1, &old, &timestamp)).to_vec()).unwrap();

    let by_both = Signed::by(&[&old, &new], root(2, &new, &timestamp)).to_vec();
    let by_new_alone = Signed::by(&[&new], root(2, &new, &timestamp)).to_vec();
    let by_old_alone = Signed::by(&[&old], root(2, &new, &timestamp)).to_vec();
    let too_new = Signed::by(&[&old, &new], root(3, &new, &timestamp)).to_vec();

    assert!(first.next(&by_both).is_ok());
    assert!(first.next(&by_new_alone).is_err());
    assert!(first.next(&by_old_alone).is_err());
    assert!(matches!(
        first.next(&too_new),
        Err(VerificationError::OtherVersion {
            got: 3,
            expected: 2,
            ..
        })
    ));
}

#[test]
fn a_document_of_other_bytes_is_not_the_one_that_was_meant() {
    let meta = Meta::of(1, b"snapshot");

    assert_eq!(meta.check("snapshot", b"snapshot"), Ok(()));
    assert!(meta.check("snapshot", b"snapsho7").is_err());
    assert!(meta.check("snapshot", b"snapshot ").is_err());
}

/// Each signature is checked over the whole document: a list of a hundred thousand of them would never end.
#[test]
fn a_document_with_countless_signatures_is_not_looked_at() {
    let key = key(1);
    let mut signed = Signed::by(&[&key], root(1, &key, &key));
    assert!(Root::first(&signed.to_vec()).is_ok());

    signed.signatures = vec![signed.signatures[0].clone(); 1_000];

    let refused = Root::first(&signed.to_vec());
    assert!(
        matches!(refused, Err(VerificationError::TooLarge { .. })),
        "{refused:?}"
    );
}
