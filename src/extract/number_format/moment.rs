//! Days and times, which a spreadsheet keeps as numbers of days.

use jiff::{
    ToSpan as _,
    civil::{DateTime, date},
};

use super::{
    Epoch,
    code::{FormatPart, Section},
    numerals::Numerals,
};

/// The day behind the last one that a spreadsheet shows: the 1st of January 10000.
const END: f64 = 2_958_466.0;
/// Days between the two epochs.
const BETWEEN_EPOCHS: f64 = 1_462.0;
/// The most digits of a second that are shown.
const MAX_FRACTION: usize = 3;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
const CHINESE_DAYS: [&str; 7] = ["日", "一", "二", "三", "四", "五", "六"];

/// A moment, taken apart.
#[derive(Debug, Clone, Copy)]
struct Moment {
    year: i16,
    month: i8,
    day: i8,
    /// Counted from Sunday.
    weekday: usize,
    /// Since midnight, in the smallest part of a second that is shown.
    ticks: i64,
    /// The same since the epoch.
    elapsed: i64,
    ticks_a_second: i64,
}

/// Formats a number as the moment it stands for; none where it stands for none.
pub(super) fn format_moment(section: &Section, value: f64, epoch: Epoch) -> Option<String> {
    let is_elapsed = |part: &FormatPart| matches!(part, FormatPart::Elapsed(..));
    let is_span = section.parts.iter().any(is_elapsed);
    let value = match epoch {
        // A span of time has no beginning that an epoch could move.
        Epoch::Of1904 if !is_span => value + BETWEEN_EPOCHS,
        _ => value,
    };
    if value.abs() >= END || (value < 0.0 && !is_span) {
        return None;
    }
    let fraction = section.parts.iter().filter_map(|part| match part {
        FormatPart::Fraction(digits) => Some((*digits).min(MAX_FRACTION)),
        _ => None,
    });
    let moment = Moment::of(value.abs(), fraction.max().unwrap_or(0))?;
    let has_halves = section.parts.iter().any(|part| matches!(part, FormatPart::Half(_)));
    let sign = if value < 0.0 { "-" } else { "" };
    let parts = (0..section.parts.len()).map(|at| moment.part(section, at, has_halves));
    Some(format!("{sign}{}", parts.collect::<String>()))
}

/// A day that is written out, as the number that spreadsheets keep.
pub(crate) fn serial_of(moment: &str) -> Option<f64> {
    let moment: DateTime = moment.trim_end_matches('Z').parse().ok()?;
    let since = moment.duration_since(date(1899, 12, 30).at(0, 0, 0, 0));
    Some(since.as_secs_f64() / 86_400.0)
}

impl Moment {
    #[expect(clippy::cast_possible_truncation, reason = "bounded by the last day")]
    fn of(value: f64, fraction: usize) -> Option<Self> {
        let ticks_a_second = 10_i64.pow(u32::try_from(fraction).ok()?);
        let ticks_a_day = 86_400 * ticks_a_second;
        // Rounded as a whole, so that a second short of midnight becomes the next day's.
        let elapsed = (value * 86_400.0 * 10_f64.powi(i32::try_from(fraction).ok()?)).round() as i64;
        let number = elapsed / ticks_a_day;
        let (year, month, day) = day_of(number)?;
        Some(Self {
            year,
            month,
            day,
            // To spreadsheets the 1st of January 1900 is a Sunday, as it was to Lotus 1-2-3; it was a Monday.
            weekday: usize::try_from((number + 6) % 7).ok()?,
            ticks: elapsed % ticks_a_day,
            elapsed,
            ticks_a_second,
        })
    }

    fn part(&self, section: &Section, at: usize, has_halves: bool) -> String {
        let counted = |number: i64, width: usize| match section.numerals {
            Some(numerals) => numerals.of_a_date(number),
            None => format!("{number:0width$}"),
        };
        let seconds = self.ticks / self.ticks_a_second;
        let hour = seconds / 3_600;
        match &section.parts[at] {
            FormatPart::Day('y', 1..=2) => counted_year(i64::from(self.year) % 100, 2, section.numerals),
            FormatPart::Day('y' | 'e', _) => counted_year(i64::from(self.year), 4, section.numerals),
            FormatPart::Day('m', count) if *count <= 2 && is_minute(&section.parts, at) => {
                counted(seconds / 60 % 60, *count)
            }
            FormatPart::Day('m', count @ 1..=2) => counted(i64::from(self.month), *count),
            FormatPart::Day('m', count) => self.name_of_month(*count, section.is_chinese),
            FormatPart::Day('d', count @ 1..=2) => counted(i64::from(self.day), *count),
            FormatPart::Day('d', count) => self.name_of_day(*count, section.is_chinese),
            FormatPart::Day('a', 3) => CHINESE_DAYS[self.weekday].to_owned(),
            FormatPart::Day('a', _) => format!("星期{}", CHINESE_DAYS[self.weekday]),
            FormatPart::Day('h', count) if has_halves => counted((hour + 11) % 12 + 1, (*count).min(2)),
            FormatPart::Day('h', count) => counted(hour, (*count).min(2)),
            FormatPart::Day('s', count) => counted(seconds % 60, (*count).min(2)),
            FormatPart::Half(words) => half(words, hour >= 12, section.is_chinese).to_owned(),
            FormatPart::Elapsed(unit, count) => {
                let unit = match unit {
                    'h' => 3_600,
                    'm' => 60,
                    _ => 1,
                };
                counted(self.elapsed / self.ticks_a_second / unit, (*count).min(9))
            }
            FormatPart::Fraction(digits) => {
                let width = (*digits).min(MAX_FRACTION);
                format!(".{:0width$}", self.ticks % self.ticks_a_second)
            }
            part => part.literal(),
        }
    }

    fn name_of_month(&self, letters: usize, is_chinese: bool) -> String {
        let at = usize::try_from(self.month - 1).unwrap_or_default();
        if is_chinese {
            return format!("{}月", Numerals::Small.of_a_date(i64::from(self.month)));
        }
        match letters {
            3 => MONTHS[at][..3].to_owned(),
            5 => MONTHS[at][..1].to_owned(),
            _ => MONTHS[at].to_owned(),
        }
    }

    fn name_of_day(&self, letters: usize, is_chinese: bool) -> String {
        match (is_chinese, letters) {
            (true, 3) => format!("周{}", CHINESE_DAYS[self.weekday]),
            (true, _) => format!("星期{}", CHINESE_DAYS[self.weekday]),
            (false, 3) => DAYS[self.weekday][..3].to_owned(),
            (false, _) => DAYS[self.weekday].to_owned(),
        }
    }
}

/// A year is read out digit by digit.
fn counted_year(year: i64, width: usize, numerals: Option<Numerals>) -> String {
    let year = format!("{year:0width$}");
    match numerals {
        Some(numerals) => numerals.digit_by_digit(&year),
        None => year,
    }
}

/// Year, month and day of a numbered day; 1900 has a 29th of February, and a day before its first.
fn day_of(number: i64) -> Option<(i16, i8, i8)> {
    match number {
        0 => return Some((1900, 1, 0)),
        60 => return Some((1900, 2, 29)),
        _ => {}
    }
    let start = if number < 60 {
        date(1899, 12, 31)
    } else {
        date(1899, 12, 30)
    };
    let day = start.checked_add(number.days()).ok()?;
    Some((day.year(), day.month(), day.day()))
}

/// The letter of months means minutes behind hours and before seconds.
fn is_minute(parts: &[FormatPart], at: usize) -> bool {
    let letter = |part: &FormatPart| match part {
        FormatPart::Day(letter, _) | FormatPart::Elapsed(letter, _) => Some(*letter),
        _ => None,
    };
    let before = parts[..at].iter().rev().find_map(letter);
    let behind = parts[at + 1..].iter().find_map(letter);
    before == Some('h') || behind == Some('s')
}

fn half(words: &[&'static str; 2], is_second: bool, is_chinese: bool) -> &'static str {
    let words = if is_chinese && words[0] == "AM" {
        &["上午", "下午"]
    } else {
        words
    };
    words[usize::from(is_second)]
}
