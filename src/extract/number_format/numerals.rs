//! Numbers in Chinese numerals: `[DBNum1]` 一二三, `[DBNum2]` 壹贰叁, `[DBNum3]` １２３.

/// A set of numerals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numerals {
    Small,
    Capital,
    Wide,
}

impl Numerals {
    /// The set of that number.
    pub(super) fn numbered(kind: &str) -> Option<Self> {
        match kind.trim() {
            "1" => Some(Self::Small),
            "2" => Some(Self::Capital),
            "3" => Some(Self::Wide),
            _ => None,
        }
    }

    /// Digits, from nought to nine.
    fn digits(self) -> [char; 10] {
        match self {
            Self::Small => ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'],
            Self::Capital => ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'],
            Self::Wide => ['０', '１', '２', '３', '４', '５', '６', '７', '８', '９'],
        }
    }

    /// Ten, a hundred and a thousand.
    fn tens(self) -> [&'static str; 4] {
        match self {
            Self::Capital => ["", "拾", "佰", "仟"],
            _ => ["", "十", "百", "千"],
        }
    }

    /// A text with each digit written so.
    pub(super) fn digit_by_digit(self, text: &str) -> String {
        let digits = self.digits();
        let write = |c: char| c.to_digit(10).map_or(c, |digit| digits[digit as usize]);
        text.chars().map(write).collect()
    }

    /// A number as it is counted: 一千二百三十四.
    pub(super) fn counted(self, number: &str) -> String {
        let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
        match whole.parse::<u64>() {
            Ok(count) if self != Self::Wide => format!("{}{}", self.count(count), self.digit_by_digit(rest)),
            _ => self.digit_by_digit(number),
        }
    }

    /// A day, a month or an hour: 十五, not 一十五.
    pub(super) fn of_a_date(self, number: i64) -> String {
        let counted = self.counted(&number.to_string());
        match (self, number) {
            (Self::Small, 10..=19) => counted.trim_start_matches('一').to_owned(),
            _ => counted,
        }
    }

    fn count(self, count: u64) -> String {
        if count == 0 {
            return self.digits()[0].to_string();
        }
        let mut shown = String::new();
        let mut left = count;
        for (size, unit) in [
            (1_000_000_000_000_u64, "万亿"),
            (100_000_000, "亿"),
            (10_000, "万"),
            (1, ""),
        ] {
            let group = left / size;
            left %= size;
            if group >= 10_000 {
                return self.digit_by_digit(&count.to_string());
            }
            if group > 0 {
                self.count_group(group, &mut shown);
                shown.push_str(unit);
            }
        }
        shown
    }

    /// Up to four digits; noughts between them, and before them behind another group, are one nought.
    fn count_group(self, group: u64, shown: &mut String) {
        let nought = if self == Self::Small { '零' } else { self.digits()[0] };
        let mut is_behind_nought = false;
        for (place, size) in [(3, 1_000), (2, 100), (1, 10), (0, 1)] {
            let digit = usize::try_from(group / size % 10).unwrap_or_default();
            if digit == 0 {
                is_behind_nought = true;
                continue;
            }
            if is_behind_nought && !shown.is_empty() {
                shown.push(nought);
            }
            is_behind_nought = false;
            shown.push(self.digits()[digit]);
            shown.push_str(self.tens()[place]);
        }
    }
}
