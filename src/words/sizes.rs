//! How large something is, as people read and type it. Pages, refusals, the command line and the uploader (`web/src/show.js`)
//! all count as the computers of a school do: 1,024 bytes are a KB, so that 10 GiB of the settings are 10 GB everywhere.

use unicode_normalization::UnicodeNormalization as _;

/// A gigabyte, as people say it.
pub const GIGABYTE: u64 = 1 << 30;

/// More is a slip of the hand.
const MOST: f64 = 1_152_921_504_606_846_976.0;

const UNITS: [&str; 5] = ["KB", "MB", "GB", "TB", "PB"];

/// A size as people read it: `820 B`, `64 KB`, `3.2 MB`, `1.4 GB`.
pub fn size(bytes: u64) -> String {
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut unit = 0;
    let mut scaled = scaled_down(bytes);
    // What rounds to 1,024 of a unit is one of the next.
    while scaled >= 1023.5 && unit + 1 < UNITS.len() {
        scaled /= 1024.0;
        unit += 1;
    }
    format!("{} {}", short(scaled), UNITS[unit])
}

/// The gigabytes that people type for so many bytes: `200`, `186.3`.
pub fn gigabytes(bytes: u64) -> String {
    short(scaled_down(bytes) / 1024.0 / 1024.0)
}

/// Reads a quota as people type it: so many gigabytes, or with a unit of their own: `200`, `200 GB`, `1.5TB`, `２００`.
pub fn quota(typed: &str) -> Option<u64> {
    let typed: String = typed
        .nfkc()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_uppercase();
    let begin = typed.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(typed.len());
    let (number, unit) = typed.split_at(begin);
    let unit = match unit {
        "" => 2,
        unit => UNITS.iter().position(|known| *known == unit)?,
    };
    let is_plain = number.chars().all(|c| c.is_ascii_digit() || c == '.');
    let number: f64 = number.parse().ok().filter(|_| is_plain)?;
    let bytes = number * 1024_f64.powi(i32::try_from(unit).ok()? + 1);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between nothing and the most"
    )]
    (bytes <= MOST).then_some(bytes.round() as u64)
}

/// A tenth where it says something: neither behind a whole number nor behind hundreds.
fn short(scaled: f64) -> String {
    let tenths = format!("{scaled:.1}");
    if scaled < 100.0 && !tenths.ends_with(".0") {
        tenths
    } else {
        format!("{scaled:.0}")
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn scaled_down(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}

#[cfg(test)]
mod tests {
    use super::{GIGABYTE, gigabytes, quota, size};

    #[test]
    fn sizes_read_naturally() {
        let sizes = [
            0,
            999,
            1023,
            1024,
            65_433,
            3_355_443,
            1_048_575,
            1 << 20,
            128 << 20,
            10 * GIGABYTE,
            1 << 40,
        ];
        assert_eq!(
            sizes.map(size),
            [
                "0 B", "999 B", "1023 B", "1 KB", "63.9 KB", "3.2 MB", "1 MB", "1 MB", "128 MB", "10 GB", "1 TB"
            ]
        );
        assert_eq!(size(u64::MAX), "16384 PB");
    }

    #[test]
    fn what_is_typed_as_a_quota_is_shown_as_the_same_number() {
        for typed in [1, 10, 200, 1500] {
            assert_eq!(gigabytes(typed * GIGABYTE), typed.to_string());
        }
        for typed in ["200", " 200 GB", "２００gb", "0.1953125TB", "204800 MB"] {
            assert_eq!(quota(typed), Some(200 * GIGABYTE), "{typed}");
        }
        assert_eq!(quota(&size(1_610_612_736)), Some(1_610_612_736));
        assert_eq!(quota("0"), Some(0));
        for wrong in ["", "viel", "-1", "1e3", "2 兆", "GB", "1.2.3", "99999999 PB"] {
            assert_eq!(quota(wrong), None, "{wrong}");
        }
        assert_eq!(gigabytes(200_000_000_000), "186");
    }
}
