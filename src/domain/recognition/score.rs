//! Scores, reckoned exactly: no rounding comes between what the jury gave and who stands before whom.
//!
//! Points are kept in hundredths. An entry's score is the mean over its voices of the weighted share of the points of each
//! criterion, out of 100. It is kept as a fraction; it is rounded only to be shown.

use std::cmp::Ordering;

use serde_json::Value;

use super::Criterion;

/// Hundredths of a point.
const HUNDREDTHS: i128 = 100;

/// Reads points as somebody gave them, up to two decimals, in hundredths.
pub fn points(given: &str) -> Option<i32> {
    let given = given.trim();
    let (whole, part) = given.split_once(['.', '．']).unwrap_or((given, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(part) || whole.len() > 4 || part.len() > 2 {
        return None;
    }
    let whole: i32 = whole.parse().ok()?;
    let hundredths: i32 = format!("{part:0<2}").parse().ok()?;
    Some(whole * 100 + hundredths)
}

/// The same of a JSON number or text.
pub fn points_of(given: &Value) -> Option<i32> {
    match given {
        // As it was written: a number never becomes a float on its way.
        Value::Number(number) => points(&number.to_string()),
        Value::String(text) => points(text),
        _ => None,
    }
}

/// Hundredths as people read them: `87.5`, `90`.
pub fn shown(hundredths: i64) -> String {
    let (whole, part) = (hundredths / 100, hundredths % 100);
    let text = format!("{whole}.{part:02}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What the voices on an entry come to: a fraction of all that could be given.
#[derive(Debug, Clone, Copy)]
pub struct Total {
    /// What all voices gave.
    pub given: i128,
    /// What one voice can give.
    most: i128,
    /// How many voices.
    pub voices: u32,
}

impl Total {
    /// Adds up voices, each with its points in the order of the criteria; none where there is no voice. The limits on
    /// criteria keep every number far below what 128 bits hold.
    pub fn of(criteria: &[Criterion], voices: &[Vec<i32>]) -> Option<Self> {
        let count = u32::try_from(voices.len()).ok().filter(|count| *count > 0)?;
        let common = criteria
            .iter()
            .fold(1, |common, it| least_common(common, i128::from(it.max)));
        let weights: i128 = criteria.iter().map(|it| i128::from(it.weight)).sum();
        let of_voice = |points: &Vec<i32>| -> i128 {
            let each = criteria.iter().zip(points);
            each.map(|(it, points)| i128::from(it.weight) * i128::from(*points) * (common / i128::from(it.max)))
                .sum()
        };
        Some(Self {
            given: voices.iter().map(of_voice).sum(),
            most: weights * common * HUNDREDTHS,
            voices: count,
        })
    }

    /// Out of 100, in hundredths, halves up.
    pub fn hundredths(self) -> i64 {
        let most = self.most * i128::from(self.voices);
        let rounded = (self.given * 10_000 * 2 + most) / (most * 2);
        i64::try_from(rounded).unwrap_or(i64::MAX)
    }
}

impl PartialEq for Total {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Total {}

impl PartialOrd for Total {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Total {
    /// Of one call: what a voice can give is the same, so that only the numbers of voices differ. With that as a factor the
    /// numbers would outgrow 128 bits.
    fn cmp(&self, other: &Self) -> Ordering {
        let mine = self.given * i128::from(other.voices);
        let theirs = other.given * i128::from(self.voices);
        mine.cmp(&theirs)
    }
}

/// The place of each: those that are equal share one, and the next stands behind all of them (1, 2, 2, 4). None without a
/// voice.
pub fn ranks(totals: &[Option<Total>]) -> Vec<Option<i32>> {
    let better_than = |total: Total| totals.iter().flatten().filter(|other| **other > total).count();
    let rank = |total: &Option<Total>| total.map(|total| i32::try_from(better_than(total) + 1).unwrap_or(i32::MAX));
    totals.iter().map(rank).collect()
}

fn least_common(a: i128, b: i128) -> i128 {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    a / x * b
}

#[cfg(test)]
mod tests {
    use super::*;

    fn criterion(weight: i32, max: i32) -> Criterion {
        Criterion {
            name: String::new(),
            weight,
            max,
        }
    }

    #[test]
    fn points_are_read_as_they_are_written() {
        assert_eq!(points("87.5"), Some(8750));
        assert_eq!(points(" 90 "), Some(9000));
        assert_eq!(points("0.05"), Some(5));
        for wrong in ["", "-1", "1.", ".5", "1.234", "1e2", "99999", "八"] {
            assert_eq!(points(wrong), None, "{wrong}");
        }
        assert_eq!(points_of(&serde_json::json!(0.1)), Some(10));
        assert_eq!(
            (shown(8750), shown(9000), shown(5)),
            ("87.5".into(), "90".into(), "0.05".into())
        );
    }

    #[test]
    fn a_score_is_the_weighted_share_of_each_criterion() {
        let criteria = [criterion(40, 100), criterion(60, 50)];

        // 40 % of 80/100 and 60 % of 25/50.
        let total = Total::of(&criteria, &[vec![8000, 2500]]).unwrap();

        assert_eq!(total.hundredths(), 6200);
        assert!(Total::of(&criteria, &[]).is_none());
    }

    /// In floating point 0.1 + 0.2 is not 0.3, and one of two that are equal stood before the other.
    #[test]
    fn those_that_are_equal_share_a_place_whatever_the_order_of_voices() {
        let criteria = [criterion(1, 3), criterion(1, 7), criterion(1, 9)];
        let one = Total::of(&criteria, &[vec![100, 200, 300], vec![300, 700, 900]]);
        let same = Total::of(&criteria, &[vec![300, 700, 900], vec![100, 200, 300]]);
        let twice = Total::of(
            &criteria,
            &[
                vec![300, 700, 900],
                vec![100, 200, 300],
                vec![300, 700, 900],
                vec![100, 200, 300],
            ],
        );
        let better = Total::of(&criteria, &[vec![101, 200, 300], vec![300, 700, 900]]);

        let ranks = ranks(&[one, better, same, None, twice]);

        assert_eq!(ranks, [Some(2), Some(1), Some(2), None, Some(2)]);
    }

    #[test]
    fn the_largest_call_is_reckoned_without_overflow() {
        let maxes = [100, 99, 97, 89, 83, 79, 73, 71, 67, 61, 59, 53];
        let criteria: Vec<Criterion> = maxes.iter().map(|max| criterion(100, *max)).collect();
        let full: Vec<i32> = maxes.iter().map(|max| max * 100).collect();

        let most = Total::of(&criteria, &vec![full; 200]).unwrap();

        assert_eq!(most.hundredths(), 10_000);
        assert_eq!(most.cmp(&most), Ordering::Equal);
    }
}
