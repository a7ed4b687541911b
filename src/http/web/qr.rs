//! Pictures that telephones read (QR codes), as SVG within a page.

use qrcode::QrCode;
use qrcode::render::svg;

use crate::error::Error;

/// The side of a picture, in pixels: large enough for a phone held before an old screen.
const PICTURE: u32 = 220;

/// The picture of a text.
pub fn picture(text: &str) -> Result<String, Error> {
    let code = QrCode::new(text).map_err(Error::unexpected)?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(PICTURE, PICTURE).build();
    // The head of a file has no place within a page.
    let body = drawn.find("<svg").map(|at| drawn[at..].to_owned());
    Ok(body.unwrap_or(drawn))
}
