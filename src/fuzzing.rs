//! Fuzz targets: what reads strangers' bytes, each as a function of bytes that panics where a promise is broken.
//!
//! They stand in the rooms whose readers they know, in files called `fuzzing.rs`, and are compiled for tests and under a
//! fuzzer only. `fuzz/` makes a program of each; `fuzz/seeds` holds inputs to begin with, and those that broke something
//! once. The suite reads all of them through the same functions, so that neither can rot. A new reader gets a function, a
//! line in [`TARGETS`], a folder of seeds, and a file in `fuzz/fuzz_targets` with its lines in `fuzz/Cargo.toml`.

use crate::{
    blob::key::{BackupKey, BlobKey, DerivedKey, ObjectKey, SegmentKey},
    config::{IpNetwork, PublicUrl, SecretUrl, Setting},
    domain::fuzzing as domain,
    extract::fuzzing as extract,
    http::fuzzing as http,
    identity::fuzzing as identity,
    pack::fuzzing as pack,
    pull::fuzzing as pull,
    search::fuzzing as search,
};

/// A target: it panics where a promise is broken.
pub type FuzzTarget = fn(&[u8]);

/// Every target by its name, those that read strangers' files first.
pub const TARGETS: [(&str, FuzzTarget); 35] = [
    ("archive", extract::archive),
    ("office_markup", extract::office_markup),
    ("flat_office", extract::flat_office),
    ("compound", extract::compound),
    ("pdf", extract::pdf),
    ("rtf", extract::rtf),
    ("html", extract::html),
    ("mime", extract::mime),
    ("text", extract::text),
    ("table", extract::table),
    ("media", extract::media),
    ("picture", extract::picture),
    ("number_format", extract::number_format),
    ("search_query", search::search_query),
    ("addresses", domain::addresses),
    ("names", domain::names),
    ("forms", domain::forms),
    ("curriculum", domain::curriculum),
    ("roster", domain::roster),
    ("lists", domain::lists),
    ("standards", domain::standards),
    ("playlist", domain::playlist),
    ("manifest", pack::manifest),
    ("trust", pack::trust),
    ("chunks", pack::chunks),
    ("archive_range", pack::archive_range),
    ("paths", pack::paths),
    ("headers", http::headers),
    ("conditional", http::conditional),
    ("pages", http::pages),
    ("hub", pull::hub),
    ("cas", identity::cas),
    ("directory", identity::directory),
    ("settings", settings),
    ("object_keys", object_keys),
];

/// Addresses and networks as operators write them: no password is ever shown.
pub fn settings(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut url = SecretUrl::default();
    if url.set(&text).is_ok() {
        let shown = url.redacted();
        let is_scheme = |scheme: &str| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_secret = |(scheme, rest): &(&str, &str)| is_scheme(scheme) && rest.contains('@');
        if let Some((scheme, rest)) = url.expose().split_once("://").filter(is_secret)
            && let Some((user, _)) = rest.split_once(':')
            && !user.contains(['@', '?', '='])
            && !rest[user.len() + 1..].starts_with(|c: char| c.is_ascii_digit())
        {
            assert!(
                shown.starts_with(&format!("{scheme}://{user}:***@")),
                "a password is shown"
            );
        }
        assert!(!url.scheme().contains(':'));
    }
    let mut public = PublicUrl::default();
    if public.set(&text).is_ok()
        && let Some(origin) = public.as_deref()
    {
        assert!(!origin.ends_with('/') && origin.starts_with("http"));
    }
    if let Ok(network) = text.trim().parse::<IpNetwork>() {
        assert_eq!(network.to_string().parse::<IpNetwork>().ok(), Some(network));
    }
}

/// Names of objects as a store lists them: what is none of ours is left alone, and ours are spelled in one way.
pub fn object_keys(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(key) = text.parse::<ObjectKey>() {
        assert_eq!(key.to_string(), text, "one object has one name");
    }
    if let Ok(key) = text.parse::<BlobKey>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(key) = text.parse::<DerivedKey>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(key) = text.parse::<BackupKey>() {
        assert_eq!(key.to_string(), text);
    }
    SegmentKey::upload_of(&text);
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        fs,
        panic::catch_unwind,
        path::{Path, PathBuf},
    };

    use super::TARGETS;

    fn fuzz() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
    }

    /// The names in a folder, without what stands behind a point.
    fn names(folder: &Path) -> BTreeSet<String> {
        let entries = fs::read_dir(folder).unwrap();
        let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
        entries.map(|entry| stem(entry.unwrap().path())).collect()
    }

    /// What is in a folder of seeds, in order.
    fn seeds(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = fs::read_dir(fuzz().join("seeds").join(name)).unwrap();
        let read = |path: PathBuf| (path.clone(), fs::read(path).unwrap());
        let mut seeds: Vec<_> = entries.map(|entry| read(entry.unwrap().path())).collect();
        seeds.sort();
        assert!(!seeds.is_empty(), "`{name}` has no seeds");
        seeds
    }

    /// What once made a reader fall would make it fall again, unseen, until somebody fuzzes.
    #[test]
    fn every_seed_is_read_without_a_broken_promise() {
        let mut broken = Vec::new();
        for (name, target) in TARGETS {
            target(b"");
            for (path, bytes) in seeds(name) {
                if catch_unwind(|| target(&bytes)).is_err() {
                    broken.push(path);
                }
            }
        }
        assert!(broken.is_empty(), "{broken:#?}");
    }

    /// The same numbers each time, so that what broke once breaks again.
    struct Chance(u64);

    impl Chance {
        fn below(&mut self, end: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 >> 16).unwrap() % end.max(1)
        }

        /// Bends an input in one place, perhaps by a piece of another.
        fn bend(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
            const NUMBERS: [&[u8]; 6] = [
                b"0",
                b"-1",
                b"4294967295",
                b"18446744073709551615",
                b"1e308",
                &[0xff; 8],
            ];
            let (at, from) = (self.below(bytes.len() + 1), self.below(other.len() + 1));
            let length = self.below(24).min(bytes.len() - at);
            let piece = match self.below(7) {
                0 => vec![u8::try_from(self.below(256)).unwrap()],
                1 => NUMBERS[self.below(NUMBERS.len())].to_vec(),
                2 => other[from..].iter().copied().take(self.below(40)).collect(),
                3 => bytes[at..at + length].repeat(2),
                4 => vec![bytes.get(at).copied().unwrap_or_default() ^ (1 << self.below(8))],
                _ => Vec::new(),
            };
            let end = at
                + if piece.is_empty() {
                    length
                } else {
                    piece.len().min(bytes.len() - at)
                };
            let until = if self.below(2) == 0 { end } else { at };
            bytes.splice(at..until, piece);
        }
    }

    /// How often each seed is bent; `GONGXUE_BENDS` where there is time for more.
    fn bends() -> usize {
        std::env::var("GONGXUE_BENDS").map_or(4, |bends| bends.parse().unwrap())
    }

    /// Most holes lie a few bytes beside what somebody tried. A fuzzer finds more, and is not run each day.
    #[test]
    fn a_seed_that_was_bent_breaks_no_promise() {
        let only = std::env::var("GONGXUE_TARGET").ok();
        let chosen = |name: &str| only.as_deref().is_none_or(|only| only == name);
        let mut broken = Vec::new();
        for (name, target) in TARGETS.into_iter().filter(|(name, _)| chosen(name)) {
            let seeds = seeds(name);
            let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
            for _ in 0..bends() * seeds.len() {
                let (_, mut bytes) = seeds[chance.below(seeds.len())].clone();
                for _ in 0..=chance.below(6) {
                    let (_, other) = &seeds[chance.below(seeds.len())];
                    chance.bend(&mut bytes, other);
                }
                if catch_unwind(|| target(&bytes)).is_err() {
                    let kept = std::env::temp_dir().join(format!("broken-{name}-{}", broken.len()));
                    fs::write(&kept, bytes).unwrap();
                    broken.push(kept);
                }
            }
        }
        assert!(broken.is_empty(), "these inputs were kept: {broken:#?}");
    }

    #[test]
    fn every_target_has_its_program_and_its_seeds() {
        let known: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
        let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
        let built: BTreeSet<String> = manifest
            .lines()
            .filter_map(|line| {
                Some(
                    line.strip_prefix("path = \"fuzz_targets/")?
                        .strip_suffix(".rs\"")?
                        .to_owned(),
                )
            })
            .collect();

        assert_eq!(names(&fuzz().join("fuzz_targets")), known);
        assert_eq!(names(&fuzz().join("seeds")), known);
        assert_eq!(built, known);
    }
}
