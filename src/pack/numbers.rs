//! Numbers of a manifest's files, as a request names them: `0-99,205`.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// The longest list, in characters: addresses that carry it pass every proxy.
pub const MAX_CHARS: usize = 4_000;

/// Rising numbers of files, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemNumbers(Vec<RangeInclusive<usize>>);

/// The text is no list of rising numbers.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("numbers and ranges of numbers, rising, divided by commas: `0-99,205`; at most {MAX_CHARS} characters")]
pub struct NotNumbers;

impl ItemNumbers {
    /// The numbers, one by one.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().cloned().flatten()
    }

    /// Whether a number is among them; however many they are.
    pub fn contains(&self, number: usize) -> bool {
        let at = self.0.partition_point(|range| *range.end() < number);
        self.0.get(at).is_some_and(|range| range.contains(&number))
    }

    /// The greatest.
    pub fn last(&self) -> Option<usize> {
        self.0.last().map(|range| *range.end())
    }

    /// Takes as many rising numbers as one list may hold; what is left comes back as it was.
    pub fn take_from(rising: &[usize]) -> (Self, &[usize]) {
        let mut list = Self::default();
        // Characters of all ranges but the last, which may still grow.
        let mut before = 0;
        for (taken, &number) in rising.iter().enumerate() {
            let last = list.0.last().cloned();
            let grown = last.clone().filter(|range| *range.end() + 1 == number);
            let range = grown.clone().map_or(number..=number, |range| *range.start()..=number);
            let ahead = match last {
                Some(last) if grown.is_none() => before + spelled(&last).len() + 1,
                _ => before,
            };
            if ahead + spelled(&range).len() > MAX_CHARS {
                return (list, &rising[taken..]);
            }
            before = ahead;
            if grown.is_some() {
                list.0.pop();
            }
            list.0.push(range);
        }
        (list, &[])
    }
}

fn spelled(range: &RangeInclusive<usize>) -> String {
    if range.start() == range.end() {
        return range.start().to_string();
    }
    format!("{}-{}", range.start(), range.end())
}

impl fmt::Display for ItemNumbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ranges: Vec<String> = self.0.iter().map(spelled).collect();
        f.write_str(&ranges.join(","))
    }
}

impl FromStr for ItemNumbers {
    type Err = NotNumbers;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > MAX_CHARS {
            return Err(NotNumbers);
        }
        let mut ranges: Vec<RangeInclusive<usize>> = Vec::new();
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (number(first)?, number(last)?);
            let rises = ranges.last().is_none_or(|range| *range.end() < first);
            if !rises || last < first {
                return Err(NotNumbers);
            }
            ranges.push(first..=last);
        }
        Ok(Self(ranges))
    }
}

fn number(text: &str) -> Result<usize, NotNumbers> {
    // `parse` would take `+5` too.
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotNumbers);
    }
    text.parse().map_err(|_| NotNumbers)
}

#[cfg(test)]
mod tests {
    use super::{ItemNumbers, MAX_CHARS, NotNumbers};

    #[test]
    fn a_list_is_read_as_it_is_written() {
        let (list, rest) = ItemNumbers::take_from(&[0, 1, 2, 7, 9, 10]);

        assert_eq!(list.to_string(), "0-2,7,9-10");
        assert!(rest.is_empty());
        assert_eq!(list.to_string().parse(), Ok(list.clone()));
        assert_eq!(list.iter().collect::<Vec<_>>(), [0, 1, 2, 7, 9, 10]);
        assert_eq!(list.last(), Some(10));
    }

    #[test]
    fn what_does_not_rise_or_is_no_number_is_refused() {
        for text in [
            "",
            "a",
            "3,3",
            "5-3",
            "4,1-2",
            "1-",
            "-1",
            "+1",
            "1,,2",
            "0x10",
            "99999999999999999999999",
        ] {
            assert_eq!(text.parse::<ItemNumbers>(), Err(NotNumbers), "{text}");
        }
    }

    #[test]
    fn ranges_that_grow_long_still_fit() {
        let mut rising: Vec<usize> = (0..1_320).step_by(2).collect();
        rising.extend(2_000..1_000_000);

        let (list, rest) = ItemNumbers::take_from(&rising);

        assert!(list.to_string().len() <= MAX_CHARS);
        assert_eq!(list.iter().count() + rest.len(), rising.len());
    }

    #[test]
    fn a_long_list_is_cut_where_an_address_ends_and_goes_on_in_the_next() {
        let even: Vec<usize> = (0..100_000).step_by(2).collect();

        let mut rest = even.as_slice();
        let mut read = Vec::new();
        while !rest.is_empty() {
            let (list, left) = ItemNumbers::take_from(rest);
            let text = list.to_string();
            assert!(text.len() <= MAX_CHARS);
            read.extend(text.parse::<ItemNumbers>().unwrap().iter());
            rest = left;
        }

        assert_eq!(read, even);
    }
}
