//! Style sheet, scripts and pictures: carried inside the program, served under an address that holds their hash.
//!
//! Such an address never changes its meaning, so browsers may keep it for ever; a new build has new addresses. Over a
//! school's line each goes compressed, which happens once, when it is first asked for.

use std::io::Write as _;
use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use sha2::Digest;

use crate::domain::id::Sha256;
use crate::error::{Refusal, Thing};
use crate::http::compression::takes_gzip;
use crate::http::problem::Problem;

/// A browser may keep an asset for ever.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Where browsers look for the icon unasked; this address can change its meaning.
const FOR_A_DAY: &str = "public, max-age=86400";

/// One file that pages refer to.
#[derive(Debug)]
pub struct Asset {
    /// Its address: `/assets/site.1a2b3c4d.css`.
    pub url: String,
    /// Its media type with the encoding of text.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
    /// The same, compressed.
    gzip: Vec<u8>,
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
        "docs"."css": "text/css; charset=utf-8";
        "packs"."css": "text/css; charset=utf-8";
        "admin"."css": "text/css; charset=utf-8";
        "run"."css": "text/css; charset=utf-8";
        "look"."css": "text/css; charset=utf-8";
        "look"."js": "text/javascript; charset=utf-8";
        "site"."js": "text/javascript; charset=utf-8";
        "arrange"."js": "text/javascript; charset=utf-8";
        "arrange"."css": "text/css; charset=utf-8";
        "give"."css": "text/css; charset=utf-8";
        "upload"."js": "text/javascript; charset=utf-8";
        "passkeys"."js": "text/javascript; charset=utf-8";
        "training"."js": "text/javascript; charset=utf-8";
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
            gzip: gzip(bytes),
            stem,
            extension,
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("writing to memory does not fail")
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

/// `GET /assets/{name}`
pub async fn serve(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let asset = find(request.path()).ok_or(Refusal::NoSuch(Thing::Page))?;
    Ok(send(&request, asset, FOR_EVER))
}

/// `GET /favicon.ico`: the logo, for what asks without having read a page.
pub async fn favicon(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let logo = find(url("logo.svg")).ok_or(Refusal::NoSuch(Thing::Page))?;
    Ok(send(&request, logo, FOR_A_DAY))
}

fn send(request: &HttpRequest, asset: &'static Asset, kept: &'static str) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CACHE_CONTROL, kept))
        // Otherwise a proxy in between hands the compressed form to those who cannot read it.
        .insert_header((header::VARY, "Accept-Encoding"))
        .content_type(asset.media_type);
    if !takes_gzip(request) {
        return response.body(asset.bytes);
    }
    response
        .insert_header((header::CONTENT_ENCODING, "gzip"))
        .body(asset.gzip.as_slice())
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

    fn weight(names: &[&str]) -> usize {
        let found = names.iter().filter_map(|name| find(url(name)));
        found.map(|asset| asset.bytes.len()).sum()
    }

    #[test]
    fn the_upload_page_stays_light_over_a_schools_line() {
        let names = ["site.css", "give.css", "site.js", "upload.js", "icons.svg", "logo.svg"];
        let sent: usize = names
            .iter()
            .filter_map(|name| find(url(name)))
            .map(|asset| asset.gzip.len())
            .sum();

        assert!(sent < 50_000, "{sent} bytes are sent");
    }

    #[test]
    fn the_first_visit_of_search_and_resource_pages_stays_light() {
        let every_page = weight(&["site.css", "site.js", "icons.svg", "logo.svg"]);
        let resource = every_page + weight(&["look.css", "look.js"]);

        assert!(every_page < 50_000, "style, script and icons weigh {every_page} bytes");
        assert!(resource < 60_000, "those of a resource's page weigh {resource} bytes");
    }
}
