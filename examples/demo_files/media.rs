//! Pictures: plain charts of a few coloured bars, drawn from the resource's words.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

const WIDTH: u32 = 480;
const HEIGHT: u32 = 270;
/// Ground, and the colours of the bars.
const GROUND: Rgb<u8> = Rgb([241, 245, 249]);
const COLOURS: [Rgb<u8>; 5] = [
    Rgb([29, 92, 143]),
    Rgb([200, 85, 61]),
    Rgb([88, 129, 87]),
    Rgb([217, 164, 65]),
    Rgb([109, 89, 122]),
];
const BARS: u32 = 8;
const BAR_WIDTH: u32 = WIDTH / BARS;
const GAP: u32 = 12;

/// Draws a chart whose bars follow from a text; the same text always gives the same picture.
pub(crate) fn chart(text: &str, format: ImageFormat) -> Vec<u8> {
    let seed = text
        .bytes()
        .fold(7_u32, |seed, byte| seed.wrapping_mul(31).wrapping_add(u32::from(byte)));
    let picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| colour(seed, x, y));
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, format)
        .expect("a small picture in memory, in a format that is built in");
    bytes.into_inner()
}

fn colour(seed: u32, x: u32, y: u32) -> Rgb<u8> {
    let bar = x / BAR_WIDTH;
    let height = HEIGHT / 5 + seed.rotate_right(bar * 4) % (HEIGHT / 2);
    let is_inside = x % BAR_WIDTH > GAP && y > HEIGHT - height && y < HEIGHT - GAP;
    if is_inside {
        COLOURS[bar as usize % COLOURS.len()]
    } else {
        GROUND
    }
}
