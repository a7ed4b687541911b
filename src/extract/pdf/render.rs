//! Pictures of pages, for lists and previews.

use std::{fs, sync::Arc};

use hayro::{
    PixmapSettings, RenderCache, RenderSettings,
    hayro_interpret::{
        InterpreterSettings,
        font::{FallbackFontQuery, FontData, FontQuery},
        hayro_cmap::CidFamily,
    },
    hayro_syntax::page::Page,
    vello_cpu::{Pixmap, color::palette::css::WHITE},
};
#[cfg(feature = "ocr")]
use image::RgbImage;
use image::{ExtendedColorType, codecs::jpeg::JpegEncoder};

#[cfg(feature = "ocr")]
use crate::extract::limits::OCR_PAGE_PIXELS;
use crate::extract::{
    error::{ExtractError, ExtractResult},
    input::Input,
    limits::{RENDER_MIN_WIDTH, RENDER_RATIO, RENDER_WIDTH},
};

/// Where Debian and its kin keep fonts with Chinese characters.
const CHINESE_FONTS: [&str; 5] = [
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
];

/// Quality of the JPEG: text stays crisp, a page takes about 50 kB at 480 pixels.
// WebP was tried: what the crate writes is lossless, and half as large again as this.
const QUALITY: u8 = 80;

/// A font for documents that name a Chinese font without bringing it along; without one their text stays invisible.
pub(crate) fn chinese_font() -> Option<FontData> {
    let bytes = CHINESE_FONTS.iter().find_map(|path| fs::read(path).ok())?;
    Some(Arc::new(bytes))
}

/// Paints a page, counted from 1, as a JPEG about `width` pixels wide.
pub(crate) fn page(input: &Input, number: u32, width: u32, font: Option<FontData>) -> ExtractResult<Vec<u8>> {
    let pdf = super::open(input)?;
    jpeg_of(&paint(super::page_of(&pdf, number)?, width, font)?)
}

/// Paints a page so that its text can be recognised.
#[cfg(feature = "ocr")]
pub(crate) fn page_to_read(input: &Input, number: u32, font: Option<FontData>) -> ExtractResult<RgbImage> {
    let pdf = super::open(input)?;
    let page = super::page_of(&pdf, number)?;
    let picture = paint(page, reading_width(page.render_dimensions()), font)?;
    let (width, height) = (u32::from(picture.width()), u32::from(picture.height()));
    let unpainted = || ExtractError::damaged("the page could not be painted");
    RgbImage::from_raw(width, height, opaque(&picture)).ok_or_else(unpainted)
}

/// The width at which the longer side has as many pixels as recognition needs.
#[cfg(feature = "ocr")]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a few thousand pixels; what is no number becomes nothing, and the narrowest width"
)]
fn reading_width((page_width, page_height): (f32, f32)) -> u32 {
    let upright = (page_width / page_height).min(1.0);
    (OCR_PAGE_PIXELS as f32 * upright).round() as u32
}

fn paint(page: &Page<'_>, width: u32, font: Option<FontData>) -> ExtractResult<Pixmap> {
    let scale = scale_of(page.render_dimensions(), width)?;
    let interpreter = InterpreterSettings {
        font_resolver: Arc::new(move |query| resolve(query, font.as_ref())),
        ..InterpreterSettings::default()
    };
    let canvas = PixmapSettings {
        x_scale: scale,
        y_scale: scale,
        bg_color: WHITE,
    };
    let cache = RenderCache::new();
    Ok(hayro::render(
        page,
        &cache,
        &interpreter,
        &RenderSettings::default(),
        &canvas,
    ))
}

/// The scale that makes a page `width` pixels wide, unless it is a banner: sizes are kept within what a picture may be.
#[expect(clippy::cast_precision_loss, reason = "a few thousand pixels")]
fn scale_of((page_width, page_height): (f32, f32), width: u32) -> ExtractResult<f32> {
    let width = width.clamp(RENDER_MIN_WIDTH, RENDER_WIDTH) as f32;
    // Half a pixel more, because the painter cuts fractions off.
    let scale = ((width + 0.5) / page_width).min(width * RENDER_RATIO / page_height);
    let is_visible = scale.is_finite() && page_width * scale >= 1.0 && page_height * scale >= 1.0;
    if is_visible {
        Ok(scale)
    } else {
        Err(ExtractError::damaged("the page has no size"))
    }
}

fn resolve(query: &FontQuery, chinese: Option<&FontData>) -> Option<(FontData, u32)> {
    match query {
        FontQuery::Standard(font) => Some(font.get_font_data()),
        FontQuery::Fallback(query) if is_east_asian(query) && chinese.is_some() => {
            chinese.map(|font| (Arc::clone(font), 0))
        }
        FontQuery::Fallback(query) => Some(query.pick_standard_font().get_font_data()),
    }
}

fn is_east_asian(query: &FallbackFontQuery) -> bool {
    query.character_collection.as_ref().is_some_and(|collection| {
        matches!(
            collection.family,
            CidFamily::AdobeGB1 | CidFamily::AdobeCNS1 | CidFamily::AdobeJapan1 | CidFamily::AdobeKorea1
        )
    })
}

/// The canvas is opaque white, so dropping the transparency loses nothing.
fn opaque(picture: &Pixmap) -> Vec<u8> {
    let pixels = picture.data_as_u8_slice().chunks_exact(4);
    pixels.flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
}

fn jpeg_of(picture: &Pixmap) -> ExtractResult<Vec<u8>> {
    let rgb = opaque(picture);
    let (width, height) = (u32::from(picture.width()), u32::from(picture.height()));
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .encode(&rgb, width, height, ExtendedColorType::Rgb8)
        .map_err(ExtractError::damaged)?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests {
    use super::scale_of;

    #[cfg(feature = "ocr")]
    #[test]
    fn pages_are_painted_as_large_as_recognition_needs() {
        assert_eq!(super::reading_width((595.0, 842.0)), 1_654);
        assert_eq!(super::reading_width((960.0, 540.0)), 2_340);
        assert_eq!(super::reading_width((f32::NAN, 1.0)), 2_340);
    }

    #[test]
    fn pictures_stay_within_bounds() {
        assert!((scale_of((600.0, 800.0), 300).unwrap() - 0.5).abs() < 1e-3);
        assert!(scale_of((100.0, 1e9), 480).is_err());
        assert!(scale_of((f32::NAN, 1.0), 480).is_err());
    }
}
