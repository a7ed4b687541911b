//! Style sheet, scripts and pictures: carried inside the program, served under an address that holds their hash.
//!
//! Such an address never changes its meaning, so browsers may keep it for ever; a new build has new addresses.

use std::sync::LazyLock;

use sha2::Digest;

use crate::domain::id::Sha256;

/// How long a browser may keep an asset.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// One file that pages refer to.
#[derive(Debug)]
pub struct Asset {
    /// Its address: `/assets/site.1a2b3c4d.css`.
    pub url: String,
    /// Its media type with the encoding of text.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
    stem: &'static str,
    extension: &'static str,
}

macro_rules! assets {
    ($($stem:literal . $extension:literal: $media_type:literal;)+) => {
        vec![$(Asset::new(
            $stem,
            $extension,
            $media_type,
            include_bytes!(concat!("assets/", $stem, ".", $extension)),
        ),)+]
    };
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    assets! {
        "site"."css": "text/css; charset=utf-8";
        "site"."js": "text/javascript; charset=utf-8";
        "upload"."js": "text/javascript; charset=utf-8";
        "icons"."svg": "image/svg+xml";
        "logo"."svg": "image/svg+xml";
        "THIRD-PARTY"."txt": "text/plain; charset=utf-8";
    }
});

impl Asset {
    fn new(stem: &'static str, extension: &'static str, media_type: &'static str, bytes: &'static [u8]) -> Self {
        let hash = Sha256::from_bytes(sha2::Sha256::digest(bytes).into()).hex();
        let short = &hash[..8];
        Self {
            url: format!("/assets/{stem}.{short}.{extension}"),
            media_type,
            bytes,
            stem,
            extension,
        }
    }
}

/// Every asset, for whoever registers or writes them out.
pub fn all() -> &'static [Asset] {
    &ASSETS
}

/// Finds what an address asks for.
pub fn find(url: &str) -> Option<&'static Asset> {
    all().iter().find(|asset| asset.url == url)
}

/// The address of an asset by its plain name: `site.css`.
pub fn url(name: &str) -> &'static str {
    let asset = name.rsplit_once('.').and_then(|(stem, extension)| {
        all()
            .iter()
            .find(|asset| asset.stem == stem && asset.extension == extension)
    });
    &asset.expect("templates name only assets of the list above").url
}

#[cfg(test)]
mod tests {
    use super::{all, find, url};

    #[test]
    fn every_asset_is_found_under_its_own_address_and_no_other() {
        for asset in all() {
            assert_eq!(find(&asset.url).map(|found| found.bytes), Some(asset.bytes));
        }
        assert!(url("site.css").starts_with("/assets/site."));
        assert!(find("/assets/site.00000000.css").is_none());
        assert!(find("/assets/../Cargo.toml").is_none());
    }

    #[test]
    fn the_first_visit_of_search_and_resource_pages_stays_light() {
        let weight: usize = ["site.css", "site.js", "icons.svg", "logo.svg"]
            .iter()
            .filter_map(|name| find(url(name)))
            .map(|asset| asset.bytes.len())
            .sum();

        assert!(weight < 50_000, "style, script and icons weigh {weight} bytes");
    }
}
