//! The picture of a page: decoded within bounds, upright as its camera says, and no larger than reading needs.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageError, ImageReader, Limits, RgbImage};

use super::geometry::Vector;
use crate::extract::error::{ExtractError, ExtractResult};

/// The largest picture that is decoded: a sheet of A3 at 600 dpi, the camera of a good telephone.
pub(super) const MOST_PIXELS: u64 = 72_000_000;
/// What decoding may take at once; a progressive JPEG keeps all of its coefficients.
const DECODING_BYTES: u64 = 640 << 20;
/// Longer sides are shrunk to this: A4 at 200 dpi, at which every letter that a printer sets can be read.
const LONGEST: u32 = 2_400;
/// A side that is so many times longer than the other may be longer: a screenshot of a whole conversation.
const STRIP_RATIO: u32 = 3;

/// The pixels of a page.
#[derive(Debug)]
pub(crate) struct PagePixels {
    rgb: RgbImage,
}

impl PagePixels {
    /// Decodes a picture as a camera or a scanner made it. Its size is asked before anything is decoded.
    pub(crate) fn decode(bytes: &[u8]) -> ExtractResult<Self> {
        let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
        let mut limits = Limits::default();
        limits.max_alloc = Some(DECODING_BYTES);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(told)?;
        let (width, height) = decoder.dimensions();
        expect_readable(width, height)?;
        let turn = decoder.orientation().map_err(told)?;
        let mut picture = DynamicImage::from_decoder(decoder).map_err(told)?;
        picture = shrunk(picture);
        picture.apply_orientation(turn);
        Ok(Self::of(picture))
    }

    /// Takes a page that was painted here.
    pub(crate) fn painted(rgb: RgbImage) -> Self {
        Self::of(shrunk(DynamicImage::ImageRgb8(rgb)))
    }

    fn of(picture: DynamicImage) -> Self {
        // What is drawn on nothing is seen on white paper.
        let rgb = if picture.color().has_alpha() {
            on_white(&picture.into_rgba8())
        } else {
            picture.into_rgb8()
        };
        Self { rgb }
    }

    pub(crate) fn width(&self) -> u32 {
        self.rgb.width()
    }

    pub(crate) fn height(&self) -> u32 {
        self.rgb.height()
    }

    /// The same in another size, as red, green and blue of each pixel.
    pub(super) fn resized(&self, width: u32, height: u32) -> Vec<u8> {
        if (width, height) == self.rgb.dimensions() {
            return self.rgb.as_raw().clone();
        }
        // Through the dynamic type, whose code is compiled once, with optimisation, in the crate that it comes from.
        let whole = DynamicImage::ImageRgb8(self.rgb.clone());
        if width < self.rgb.width() {
            return whole.thumbnail_exact(width, height).into_rgb8().into_raw();
        }
        let filter = image::imageops::FilterType::Triangle;
        whole.resize_exact(width, height, filter).into_rgb8().into_raw()
    }

    /// The colour at a place between pixels. Beside the picture everything is as at its edge.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "places are clamped to the picture"
    )]
    pub(super) fn colour(&self, at: Vector) -> [f32; 3] {
        let (width, height) = (self.rgb.width() as usize, self.rgb.height() as usize);
        let x = (at.x - 0.5).clamp(0.0, (width - 1) as f32);
        let y = (at.y - 0.5).clamp(0.0, (height - 1) as f32);
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(width - 1), (top + 1).min(height - 1));
        let (to_right, to_bottom) = (x - left as f32, y - top as f32);
        let corners = [
            (top * width + left, (1.0 - to_right) * (1.0 - to_bottom)),
            (top * width + right, to_right * (1.0 - to_bottom)),
            (bottom * width + left, (1.0 - to_right) * to_bottom),
            (bottom * width + right, to_right * to_bottom),
        ];
        let raw = self.rgb.as_raw();
        let mut colour = [0.0; 3];
        for (pixel, share) in corners {
            for (channel, sum) in colour.iter_mut().enumerate() {
                *sum += f32::from(raw[3 * pixel + channel]) * share;
            }
        }
        colour
    }
}

/// Refuses what is nothing or too much, by its size alone.
fn expect_readable(width: u32, height: u32) -> ExtractResult {
    if width == 0 || height == 0 {
        return Err(ExtractError::damaged("the picture has no size"));
    }
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        let most = MOST_PIXELS / 1_000_000;
        return Err(ExtractError::unsupported(format!(
            "{width} × {height} pixels are more than the {most} million that are read"
        )));
    }
    Ok(())
}

fn shrunk(picture: DynamicImage) -> DynamicImage {
    let (width, height) = size_within(picture.width(), picture.height());
    if (width, height) == (picture.width(), picture.height()) {
        return picture;
    }
    picture.thumbnail_exact(width, height)
}

/// The size at which a picture is read.
fn size_within(width: u32, height: u32) -> (u32, u32) {
    let (long, short) = (width.max(height), width.min(height));
    let most = if long / short.max(1) >= STRIP_RATIO {
        2 * LONGEST
    } else {
        LONGEST
    };
    if long <= most {
        return (width, height);
    }
    let scaled = |side: u32| {
        let side = u64::from(side) * u64::from(most) / u64::from(long);
        u32::try_from(side).unwrap_or(most).max(1)
    };
    (scaled(width), scaled(height))
}

fn on_white(picture: &image::RgbaImage) -> RgbImage {
    let mut rgb = RgbImage::new(picture.width(), picture.height());
    for (from, to) in picture.pixels().zip(rgb.pixels_mut()) {
        let [red, green, blue, alpha] = from.0.map(u16::from);
        to.0 = [red, green, blue].map(|part| mixed(part, alpha));
    }
    rgb
}

#[expect(clippy::cast_possible_truncation, reason = "a mean of two bytes is one")]
fn mixed(part: u16, alpha: u16) -> u8 {
    ((part * alpha + 255 * (255 - alpha)) / 255) as u8
}

fn told(error: ImageError) -> ExtractError {
    match error {
        ImageError::Unsupported(_) | ImageError::Limits(_) => ExtractError::unsupported(error),
        _ => ExtractError::damaged(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};

    use super::{PagePixels, size_within};
    use crate::{
        domain::file::ExtractionFault,
        extract::{error::ExtractError, ocr::geometry::Vector},
    };

    /// A JPEG whose frame claims 60,000 by 60,000 pixels: the header alone.
    const HUGE_JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\
        \xff\xc0\0\x11\x08\xea\x60\xea\x60\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\
        \xff\xda\0\x0c\x03\x01\0\x02\x11\x03\x11\0\x3f\0";

    fn fault(bytes: &[u8]) -> Option<ExtractionFault> {
        match PagePixels::decode(bytes) {
            Err(ExtractError::Fault(fault, _)) => Some(fault),
            Err(ExtractError::OutputFull) | Ok(_) => None,
        }
    }

    fn png(picture: RgbaImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        DynamicImage::ImageRgba8(picture)
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .unwrap();
        bytes
    }

    #[test]
    fn a_picture_of_3600_million_pixels_is_refused_by_its_header() {
        assert_eq!(fault(HUGE_JPEG), Some(ExtractionFault::Unsupported));
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60\x08\x02\0\0\0";
        assert!(fault(png).is_some());
    }

    #[test]
    fn what_is_no_picture_or_half_of_one_is_a_fault() {
        let whole = png(RgbaImage::from_pixel(40, 30, Rgba([1, 2, 3, 255])));

        assert_eq!(fault(b"%PDF-1.7"), Some(ExtractionFault::Unsupported));
        assert_eq!(fault(b""), Some(ExtractionFault::Unsupported));
        assert!(fault(&whole[..whole.len() / 2]).is_some());
    }

    #[test]
    fn what_is_drawn_on_nothing_is_read_on_white() {
        let mut picture = RgbaImage::new(2, 1);
        picture.put_pixel(1, 0, Rgba([0, 0, 0, 255]));

        let page = PagePixels::decode(&png(picture)).unwrap();

        let colour = |x, y| page.colour(Vector::new(x, y)).map(|part| format!("{part}"));
        assert_eq!(colour(0.5, 0.5), ["255", "255", "255"]);
        assert_eq!(colour(1.5, 0.5), ["0", "0", "0"]);
        assert_eq!(colour(1.0, 0.5), ["127.5", "127.5", "127.5"]);
        assert_eq!(colour(-90.0, 90.0), ["255", "255", "255"]);
    }

    #[test]
    fn pictures_are_shrunk_to_what_reading_needs() {
        assert_eq!(size_within(1_654, 2_339), (1_654, 2_339));
        assert_eq!(size_within(4_960, 7_016), (1_696, 2_400));
        assert_eq!(size_within(1_080, 9_600), (540, 4_800));
        assert_eq!(size_within(9_600, 1), (4_800, 1));
    }
}
