//! Numbers in decimal, as far as a spreadsheet keeps them, and how digits fill the places of a format.

use std::fmt;

use super::code::FormatPart;

/// Digits that a spreadsheet keeps.
const DIGITS: usize = 15;
/// A number of more digits before its point, or more noughts behind it, is written with an exponent.
const PLAIN: i32 = 21;
/// The largest denominator that is tried.
const MAX_DENOMINATOR: u32 = 999;

/// A number that is not negative: its digits without noughts at either end, and where the point stands among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

impl Decimal {
    /// A number, to fifteen digits.
    pub(super) fn of(value: f64) -> Self {
        let written = format!("{value:.*e}", DIGITS - 1);
        let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
        let digits = mantissa
            .bytes()
            .filter(u8::is_ascii_digit)
            .map(|digit| digit - b'0')
            .collect();
        let point = exponent.parse::<i32>().unwrap_or_default() + 1;
        Self { digits, point }.trimmed()
    }

    fn trimmed(mut self) -> Self {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.point = 0;
        }
        self
    }

    /// The number times a power of ten.
    fn shifted(&self, by: i32) -> Self {
        let mut shifted = self.clone();
        if !shifted.digits.is_empty() {
            shifted.point += by;
        }
        shifted
    }

    /// The number to so many digits behind the point; a half goes up.
    fn rounded(mut self, places: usize) -> Self {
        let kept = i32::try_from(places).unwrap_or(i32::MAX).saturating_add(self.point);
        let Ok(kept) = usize::try_from(kept) else {
            return Self {
                digits: Vec::new(),
                point: 0,
            };
        };
        let Some(next) = self.digits.get(kept).copied() else {
            return self;
        };
        self.digits.truncate(kept);
        if next >= 5 {
            self.add_one();
        }
        self.trimmed()
    }

    /// Adds one at the last digit.
    fn add_one(&mut self) {
        for digit in self.digits.iter_mut().rev() {
            if *digit < 9 {
                *digit += 1;
                return;
            }
            *digit = 0;
        }
        self.digits.insert(0, 1);
        self.point += 1;
    }

    /// The digits before the point; none of a fraction.
    fn whole(&self) -> Vec<u8> {
        (0..self.point).map(|at| self.digit(at)).collect()
    }

    /// The digits behind the point.
    fn broken(&self) -> Vec<u8> {
        let end = i32::try_from(self.digits.len()).unwrap_or(i32::MAX);
        (self.point..end).map(|at| self.digit(at)).collect()
    }

    fn digit(&self, at: i32) -> u8 {
        let at = usize::try_from(at).ok();
        at.and_then(|at| self.digits.get(at)).copied().unwrap_or(0)
    }

    fn value(&self) -> f64 {
        self.to_string().parse().unwrap_or_default()
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.point > PLAIN || self.point < -PLAIN {
            let mantissa = Self {
                digits: self.digits.clone(),
                point: 1,
            };
            return write!(f, "{mantissa}E{:+03}", self.point - 1);
        }
        let whole = self.whole();
        f.write_str(if whole.is_empty() { "0" } else { "" })?;
        f.write_str(&text(&whole))?;
        let broken = self.broken();
        if broken.is_empty() {
            return Ok(());
        }
        write!(f, ".{}", text(&broken))
    }
}

fn text(digits: &[u8]) -> String {
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

/// Formats a number by the parts of a section.
pub(super) fn format_number(parts: &[FormatPart], number: &Decimal) -> String {
    let percents = parts.iter().filter(|part| **part == FormatPart::Percent).count();
    let number = number.shifted(2 * i32::try_from(percents).unwrap_or_default());
    let exponent = parts
        .iter()
        .position(|part| matches!(part, FormatPart::Exponent { .. }));
    if let Some(at) = exponent.filter(|at| parts[..*at].iter().any(is_place)) {
        return scientific(&parts[..at], &parts[at..], &number);
    }
    fraction(parts, &number).unwrap_or_else(|| plain(parts, &number))
}

fn is_place(part: &FormatPart) -> bool {
    matches!(part, FormatPart::Place(_))
}

fn plain(parts: &[FormatPart], number: &Decimal) -> String {
    let point = parts
        .iter()
        .position(|part| *part == FormatPart::Point)
        .unwrap_or(parts.len());
    let (before, behind) = parts.split_at(point);
    // Commas behind the last place are thousands left out.
    let last = parts.iter().rposition(is_place).map_or(0, |at| at + 1);
    let is_comma = |part: &&FormatPart| **part == FormatPart::Comma;
    let ends = before.iter().rposition(is_place).map_or(0, |at| at + 1);
    let thousands = before[ends..].iter().take_while(is_comma).count()
        + parts[last.max(point)..].iter().take_while(is_comma).count();
    let places = behind.iter().filter(|part| is_place(part)).count();
    let number = number
        .shifted(-3 * i32::try_from(thousands).unwrap_or_default())
        .rounded(places);
    let first = before.iter().position(is_place).unwrap_or(ends);
    let is_grouped = before[first..ends].contains(&FormatPart::Comma);
    format!(
        "{}{}",
        whole(before, &number.whole(), is_grouped),
        broken(behind, &number.broken())
    )
}

/// Fills the places before the point, from right to left; the leftmost takes all that is left.
fn whole(parts: &[FormatPart], digits: &[u8], is_grouped: bool) -> String {
    let mut shown = Vec::new();
    let mut digits = digits.iter().rev().copied().peekable();
    let mut written = 0;
    let mut write = |shown: &mut Vec<char>, digit: char| {
        if is_grouped && written > 0 && written % 3 == 0 {
            shown.push(',');
        }
        written += 1;
        shown.push(digit);
    };
    let first = parts.iter().position(is_place);
    for (at, part) in parts.iter().enumerate().rev() {
        match part {
            FormatPart::Place(kind) => {
                let empty = blank(*kind);
                if let Some(digit) = digits.next().map(|digit| char::from(b'0' + digit)).or(empty) {
                    write(&mut shown, digit);
                }
            }
            FormatPart::Comma => {}
            part => shown.extend(part.literal().chars().rev()),
        }
        if first == Some(at) {
            digits
                .by_ref()
                .for_each(|digit| write(&mut shown, char::from(b'0' + digit)));
        }
    }
    // A format that begins with its point still shows what stands before it.
    if first.is_none() {
        digits.for_each(|digit| shown.insert(0, char::from(b'0' + digit)));
    }
    shown.into_iter().rev().collect()
}

/// Fills the places behind the point.
fn broken(parts: &[FormatPart], digits: &[u8]) -> String {
    let mut digits = digits.iter();
    let mut shown = String::new();
    for part in parts {
        match part {
            FormatPart::Place(kind) => {
                let digit = digits.next().map(|digit| char::from(b'0' + digit));
                shown.extend(digit.or(blank(*kind)));
            }
            FormatPart::Comma => {}
            part => shown.push_str(&part.literal()),
        }
    }
    shown
}

/// What stands at a place without a digit.
fn blank(place: char) -> Option<char> {
    match place {
        '0' => Some('0'),
        '?' => Some(' '),
        _ => None,
    }
}

fn scientific(mantissa: &[FormatPart], tail: &[FormatPart], number: &Decimal) -> String {
    let point = mantissa
        .iter()
        .position(|part| *part == FormatPart::Point)
        .unwrap_or(mantissa.len());
    let count = |parts: &[FormatPart]| parts.iter().filter(|part| is_place(part)).count();
    // Of several places before the point, the exponent is a multiple: `##0.0E+0` counts in thousands.
    let step = i32::try_from(count(&mantissa[..point]).max(1)).unwrap_or(1);
    let exponent_of = |number: &Decimal| match number.digits.is_empty() {
        true => 0,
        false => (number.point - 1).div_euclid(step) * step,
    };
    let mut exponent = exponent_of(number);
    let rounded = number.shifted(-exponent).rounded(count(&mantissa[point..]));
    // 9.99 became 10.0.
    exponent += exponent_of(&rounded);
    let rounded = number.shifted(-exponent);

    let (sign, tail) = tail.split_first().expect("it begins with the exponent");
    let plus = if *sign == (FormatPart::Exponent { writes_plus: true }) {
        "+"
    } else {
        ""
    };
    let sign = if exponent < 0 { "-" } else { plus };
    let places = tail.iter().take_while(|part| is_place(part)).count();
    let rest: String = tail[places..].iter().map(FormatPart::literal).collect();
    format!(
        "{}E{sign}{:0places$}{rest}",
        plain(mantissa, &rounded),
        exponent.unsigned_abs()
    )
}

/// A format with a fraction: whole number, numerator and denominator.
fn fraction(parts: &[FormatPart], number: &Decimal) -> Option<String> {
    let slash = parts.iter().position(|part| *part == FormatPart::Slash)?;
    let numerator = parts[..slash]
        .iter()
        .rposition(|part| !is_place(part))
        .map_or(0, |at| at + 1);
    if numerator == slash {
        return None;
    }
    let given: String = parts[slash + 1..].iter().map_while(denominator_sign).collect();
    let denominators = match given.parse::<u32>() {
        Ok(fixed) if fixed > 0 => fixed..=fixed,
        _ => {
            let places = u32::try_from(given.len()).ok().filter(|places| *places > 0)?;
            1..=10_u32
                .checked_pow(places)
                .map_or(MAX_DENOMINATOR, |most| most - 1)
                .min(MAX_DENOMINATOR)
        }
    };
    let first = parts.iter().position(is_place)?;
    let (whole, rest) = match first == numerator {
        true => (Vec::new(), number.value()),
        false => (number.whole(), number.value().fract()),
    };
    let (top, bottom) = nearest(rest, denominators);
    let (whole, top) = match first != numerator && top == bottom {
        true => (one_more(&whole), 0),
        false => (text(&whole), top),
    };
    let shown = match (whole.is_empty(), top) {
        (true, 0) => "0".to_owned(),
        (false, 0) => whole,
        (true, _) => format!("{top}/{bottom}"),
        (false, _) => format!("{whole} {top}/{bottom}"),
    };
    let around = |parts: &[FormatPart]| parts.iter().map(FormatPart::literal).collect::<String>();
    let end = slash + 1 + given.len();
    Some(format!("{}{shown}{}", around(&parts[..first]), around(&parts[end..])))
}

/// A sign of a denominator: a place, or a digit that is given.
fn denominator_sign(part: &FormatPart) -> Option<char> {
    match part {
        FormatPart::Place('0') => Some('#'),
        FormatPart::Place(kind) => Some(*kind),
        FormatPart::Literal(digit) if digit.is_ascii_digit() => Some(*digit),
        _ => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a fraction has a small numerator"
)]
fn nearest(value: f64, denominators: std::ops::RangeInclusive<u32>) -> (u64, u64) {
    let mut best = (0, 1, f64::INFINITY);
    for bottom in denominators {
        let top = (value * f64::from(bottom)).round();
        let error = (value - top / f64::from(bottom)).abs();
        // Of equal ones the first stays, so that reckoning in binary does not make 2/4 of 1/2.
        if error + 1e-12 < best.2 {
            best = (top as u64, u64::from(bottom), error);
        }
    }
    (best.0, best.1)
}

fn one_more(whole: &[u8]) -> String {
    let mut number = Decimal {
        digits: whole.to_vec(),
        point: i32::try_from(whole.len()).unwrap_or_default(),
    };
    number.add_one();
    text(&number.whole())
}
