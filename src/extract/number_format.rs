//! What a number looks like in its cell: the number formats of spreadsheets (ECMA-376-1 §18.8.31), with the words and the
//! built-in formats of a Chinese Excel.
//!
//! No crate does it: those there are know no Chinese weekday, half-day or numeral, and round in binary.

mod code;
mod decimal;
mod moment;
mod numerals;

use code::{FormatPart, Section};
use decimal::Decimal;
pub(crate) use moment::serial_of;

/// A longer format is none that a program wrote; Excel's own bound is 255 characters.
const MAX_CODE_CHARS: usize = 512;
/// How often a format says what it is given as a whole: a small file of signs must not become a large text.
const MAX_TIMES_SAID: usize = 2;

/// The day that dates are counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Epoch {
    /// 1900, with the 29th of February that this year never had.
    #[default]
    Of1900,
    /// 1904, as Excel on the Mac counted.
    Of1904,
}

/// A number format: up to three sections for numbers and one for words.
#[derive(Debug, Clone, Default)]
pub(crate) struct NumberFormat {
    numbers: Vec<Section>,
    words: Option<Section>,
}

impl NumberFormat {
    /// Reads the code of a format.
    pub(crate) fn parse(code: &str) -> Self {
        if code.is_empty() || code.chars().count() > MAX_CODE_CHARS {
            return Self::default();
        }
        let mut sections = Section::all(code);
        sections.truncate(4);
        let is_of_words = sections.last().is_some_and(Section::is_of_words);
        let words = if sections.len() == 4 || is_of_words {
            sections.pop()
        } else {
            None
        };
        Self {
            numbers: sections,
            words,
        }
    }

    /// Whether it says nothing of numbers.
    pub(crate) fn is_general(&self) -> bool {
        let is_plain = |section: &Section| section.parts == [FormatPart::General];
        self.numbers.iter().all(is_plain)
    }

    /// The format of a cell that names it by its number only. Numbers from 27 to 58 mean something else in each language.
    pub(crate) fn built_in(id: u32) -> Option<&'static str> {
        let code = match id {
            0 => "General",
            1 => "0",
            2 => "0.00",
            3 => "#,##0",
            4 => "#,##0.00",
            5 => "¥#,##0;¥-#,##0",
            6 => "¥#,##0;[Red]¥-#,##0",
            7 => "¥#,##0.00;¥-#,##0.00",
            8 => "¥#,##0.00;[Red]¥-#,##0.00",
            9 => "0%",
            10 => "0.00%",
            11 => "0.00E+00",
            12 => "# ?/?",
            13 => "# ??/??",
            14 => "yyyy/m/d",
            15 => "d-mmm-yy",
            16 => "d-mmm",
            17 => "mmm-yy",
            18 => "h:mm AM/PM",
            19 => "h:mm:ss AM/PM",
            20 => "h:mm",
            21 => "h:mm:ss",
            22 => "yyyy/m/d h:mm",
            27 | 36 | 50 | 52 | 57 => "yyyy\"年\"m\"月\"",
            28 | 29 | 51 | 53 | 54 | 58 => "m\"月\"d\"日\"",
            30 => "m-d-yy",
            31 => "yyyy\"年\"m\"月\"d\"日\"",
            32 => "h\"时\"mm\"分\"",
            33 => "h\"时\"mm\"分\"ss\"秒\"",
            34 | 55 => "上午/下午h\"时\"mm\"分\"",
            35 | 56 => "上午/下午h\"时\"mm\"分\"ss\"秒\"",
            37 | 38 => "#,##0;-#,##0",
            39 | 40 => "#,##0.00;-#,##0.00",
            41 | 42 => "#,##0;-#,##0;\"-\"",
            43 | 44 => "#,##0.00;-#,##0.00;\"-\"",
            45 => "mm:ss",
            46 => "[h]:mm:ss",
            47 => "mm:ss.0",
            48 => "##0.0E+0",
            49 => "@",
            _ => return None,
        };
        Some(code)
    }

    /// A number as its cell shows it.
    pub(crate) fn number(&self, value: f64, epoch: Epoch) -> String {
        if !value.is_finite() {
            return value.to_string();
        }
        match self.section_for(value) {
            Some((section, shows_sign)) => section.show(value, shows_sign, epoch),
            None => general(value),
        }
    }

    /// Words as their cell shows them.
    pub(crate) fn words(&self, text: &str) -> String {
        match &self.words {
            Some(section) if section.is_of_words() => section.show_words(text),
            _ => text.to_owned(),
        }
    }

    /// The section that shows a number, and whether a minus is still to be written.
    fn section_for(&self, value: f64) -> Option<(&Section, bool)> {
        let is_met = |section: &Section, otherwise: bool| section.condition.map_or(otherwise, |it| it.is_met_by(value));
        let signed = |section: &Section| value < 0.0 && !section.is_of_negatives();
        match self.numbers.as_slice() {
            [] => None,
            [one] => is_met(one, true).then(|| (one, signed(one))),
            [first, ..] if is_met(first, value > 0.0 || (value == 0.0 && self.numbers.len() == 2)) => {
                Some((first, signed(first)))
            }
            // Without a condition it is for negative numbers, and writes their sign itself.
            [_, second, ..] if is_met(second, value < 0.0) => {
                Some((second, second.condition.is_some() && signed(second)))
            }
            [.., last] => is_met(last, true).then(|| (last, signed(last))),
        }
    }
}

impl Section {
    fn show(&self, value: f64, shows_sign: bool, epoch: Epoch) -> String {
        if self.is_moment() {
            return moment::format_moment(self, value, epoch).unwrap_or_else(|| general(value));
        }
        let sign = if shows_sign { "-" } else { "" };
        format!("{sign}{}", self.digits(value.abs()))
    }

    fn digits(&self, value: f64) -> String {
        let has_places = self.parts.iter().any(|part| matches!(part, FormatPart::Place(_)));
        if has_places {
            let shown = decimal::format_number(&self.parts, &Decimal::of(value));
            return match self.numerals {
                Some(numerals) => numerals.digit_by_digit(&shown),
                None => shown,
            };
        }
        self.said_of(&self.counted(&general(value)))
    }

    /// The whole of what is given, wherever the format has a place for it.
    fn said_of(&self, whole: &str) -> String {
        let mut times = 0..MAX_TIMES_SAID;
        let parts = self.parts.iter().map(|part| match part {
            FormatPart::General | FormatPart::Words => times.next().map_or_else(String::new, |_| whole.to_owned()),
            part => part.literal(),
        });
        parts.collect()
    }

    fn counted(&self, number: &str) -> String {
        self.numerals
            .map_or_else(|| number.to_owned(), |numerals| numerals.counted(number))
    }

    fn show_words(&self, text: &str) -> String {
        self.said_of(text)
    }
}

/// A number without a format: as many digits as a spreadsheet keeps, so that what reckoning in binary leaves over is not
/// seen.
pub(crate) fn general(value: f64) -> String {
    let shown = Decimal::of(value.abs()).to_string();
    if value < 0.0 && shown != "0" {
        format!("-{shown}")
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::{Epoch, NumberFormat, general};

    fn shown(value: f64, code: &str) -> String {
        NumberFormat::parse(code).number(value, Epoch::Of1900).trim().to_owned()
    }

    #[test]
    fn a_plain_number_shows_the_digits_that_were_typed() {
        for (value, wanted) in [
            (0.1 + 0.2, "0.3"),
            (403.0, "403"),
            (-0.021, "-0.021"),
            (13_800_138_000.0, "13800138000"),
            (0.000_012_34, "0.00001234"),
            (1.0 / 3.0, "0.333333333333333"),
            (-0.0, "0"),
            (1e300, "1E+300"),
            (1.5e-30, "1.5E-30"),
        ] {
            assert_eq!(general(value), wanted);
            assert_eq!(shown(value, "General"), wanted);
            assert_eq!(shown(value, "@"), wanted);
        }
    }

    #[test]
    fn numbers_look_as_their_format_says() {
        for (value, code, wanted) in [
            (403.0, "0000", "0403"),
            (0.985, "0.0%", "98.5%"),
            (0.985, "0%", "99%"),
            (1_234_567.891, "#,##0.00", "1,234,567.89"),
            (1.005, "0.00", "1.01"),
            (2.5, "0", "3"),
            (999.999, "0.00", "1000.00"),
            (-5.0, "0;[Red]\\-0", "-5"),
            (-5.0, "0.0", "-5.0"),
            (-12.0, "#,##0_);(#,##0)", "(12)"),
            (
                1_234.5,
                "_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ",
                "1,234.50",
            ),
            (0.0, "_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", "-"),
            (0.0, "0;-0;;@", ""),
            (13_800_138_000.0, "000\\-0000\\-0000", "138-0013-8000"),
            (5.0, "\"第\"0\"周\"", "第5周"),
            (3.0, "0个", "3个"),
            (1.0, "[$¥-804]#,##0.00", "¥1.00"),
            (1e20, "#,##0", "100,000,000,000,000,000,000"),
            (12_345.678, "0.00E+00", "1.23E+04"),
            (12_345.678, "##0.0E+0", "12.3E+3"),
            (0.000_123, "0.0E+00", "1.2E-04"),
            (9.999, "0.0E+00", "1.0E+01"),
            (0.75, "# ?/?", "3/4"),
            (2.75, "# ?/?", "2 3/4"),
            (2.0, "# ?/?", "2"),
            (0.3125, "# ??/16", "5/16"),
            (12_345_678.0, "0.0,,\"百万\"", "12.3百万"),
            (59.0, "[>=60]\"及格\";\"不及格\"", "不及格"),
            (88.0, "[>=60]\"及格\";\"不及格\"", "及格"),
            (85.0, "[>=90]\"优\";[>=60]\"良\";\"差\"", "良"),
            (3.0, "General\"个\"", "3个"),
            (3.5, "G/通用格式\"元\"", "3.5元"),
            (0.5, ".00", ".50"),
            (1.5, "0.0##", "1.5"),
            (1_234.0, "[DBNum1][$-804]General", "一千二百三十四"),
            (1_005.0, "[DBNum2][$-804]G/通用格式", "壹仟零伍"),
            (42.0, "[DBNum1][$-804]0", "四二"),
            (f64::MAX, "0.0E+0", "1.8E+308"),
        ] {
            assert_eq!(shown(value, code), wanted, "{value} as {code}");
        }
    }

    #[test]
    fn dates_and_times_look_as_their_format_says() {
        for (value, code, wanted) in [
            (45_000.0, "yyyy\"年\"m\"月\"", "2023年3月"),
            (45_000.0, "yyyy\"年\"m\"月\"d\"日\";@", "2023年3月15日"),
            (45_000.0, "yyyy/m/d", "2023/3/15"),
            (45_000.0, "yy-mm-dd", "23-03-15"),
            (45_000.0, "[$-804]aaaa;@", "星期三"),
            (45_000.0, "[$-804]dddd", "星期三"),
            (45_000.0, "d-mmm-yy", "15-Mar-23"),
            (45_000.0, "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "2023年3月15日"),
            (
                45_000.0,
                "[DBNum1][$-804]yyyy\"年\"m\"月\"d\"日\";@",
                "二〇二三年三月十五日",
            ),
            (45_000.5, "yyyy-mm-dd hh:mm:ss", "2023-03-15 12:00:00"),
            (45_000.75, "上午/下午h\"时\"mm\"分\"", "下午6时00分"),
            (45_000.25, "h:mm AM/PM", "6:00 AM"),
            (0.354_166_666_666_667, "h:mm", "8:30"),
            (0.499_999_999_99, "h:mm:ss", "12:00:00"),
            (1.5, "[h]:mm", "36:00"),
            (0.5, "[mm]:ss", "720:00"),
            (0.000_014_467_6, "mm:ss.00", "00:01.25"),
            (59.0, "yyyy-m-d", "1900-2-28"),
            (60.0, "yyyy-m-d", "1900-2-29"),
            (61.0, "yyyy-m-d", "1900-3-1"),
            (-1.0, "yyyy-m-d", "-1"),
            (1e9, "yyyy-m-d", "1000000000"),
        ] {
            assert_eq!(shown(value, code), wanted, "{value} as {code}");
        }
        let of_mac = NumberFormat::parse("yyyy-m-d").number(43_538.0, Epoch::Of1904);
        assert_eq!(of_mac, "2023-3-15");
        let month = NumberFormat::parse(NumberFormat::built_in(57).unwrap());
        assert_eq!(month.number(45_000.0, Epoch::Of1900), "2023年3月");
    }

    #[test]
    fn words_keep_what_stands_around_them() {
        assert_eq!(NumberFormat::parse("@\"班\"").words("数控2301"), "数控2301班");
        assert_eq!(NumberFormat::parse("0;-0;;\"编号\"@").words("A1"), "编号A1");
        assert_eq!(NumberFormat::parse("0000").words("甲"), "甲");
    }

    #[test]
    fn no_format_brings_the_reader_down() {
        let codes = [
            "",
            ";",
            ";;;;;;",
            "\"",
            "[",
            "[>",
            "[>x]0",
            "\\",
            "_",
            "*",
            "E+",
            "0E+",
            "/",
            "0/",
            "/0",
            "?/0",
            ".",
            ",",
            ",,,0",
            "0.,",
            "%%%%%%%%%%%%%%%%%",
            "mmmmmmmm",
            "[h",
            "[hhhhhhhhhhhh]",
            "s.0000000000000",
            "General General",
            "0E+0E+0",
            "AM/PM",
            "[DBNum9]0",
            "[$-ZZZ]0",
            "[$",
            "1/2/3",
            "0/0/0",
            "y\u{301}",
            "𠮷0",
        ];
        for code in codes
            .map(str::to_owned)
            .into_iter()
            .chain(["0".repeat(500), "?/".repeat(200)])
        {
            let format = NumberFormat::parse(&code);
            for value in [
                0.0,
                1.5,
                -1.5,
                1e15,
                f64::MAX,
                f64::MIN_POSITIVE,
                f64::NAN,
                f64::INFINITY,
            ] {
                format.number(value, Epoch::Of1900);
            }
        }
    }
}
