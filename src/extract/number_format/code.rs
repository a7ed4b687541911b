//! The code of a number format, cut into its sections and parts.

use super::numerals::Numerals;

/// One section: what it is for, how it speaks, and its parts in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Section {
    pub(super) condition: Option<Condition>,
    pub(super) numerals: Option<Numerals>,
    /// Names of days, months and halves of the day are Chinese.
    pub(super) is_chinese: bool,
    pub(super) parts: Vec<FormatPart>,
}

/// A part of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FormatPart {
    /// Stands as it is.
    Literal(char),
    /// The place of a digit: `0`, `#` or `?`.
    Place(char),
    Point,
    Comma,
    Percent,
    Slash,
    /// `E+`, which writes both signs, or `E-`.
    Exponent {
        writes_plus: bool,
    },
    /// A plain number.
    General,
    /// The words of a cell.
    Words,
    /// Something of a day: the letter, and how often it stands.
    Day(char, usize),
    /// The half of the day, in the words that stand there.
    Half([&'static str; 2]),
    /// All hours, minutes or seconds that went by.
    Elapsed(char, usize),
    /// Parts of a second, as a number of digits.
    Fraction(usize),
}

/// What a number must be for a section to show it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Condition {
    sign: Sign,
    bound: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Less,
    LessOrEqual,
    Equal,
    Unequal,
    MoreOrEqual,
    More,
}

impl Condition {
    fn parse(text: &str) -> Option<Self> {
        const SIGNS: [(&str, Sign); 6] = [
            ("<=", Sign::LessOrEqual),
            ("<>", Sign::Unequal),
            (">=", Sign::MoreOrEqual),
            ("<", Sign::Less),
            (">", Sign::More),
            ("=", Sign::Equal),
        ];
        let (sign, bound) = SIGNS
            .iter()
            .find_map(|(written, sign)| Some((*sign, text.strip_prefix(written)?)))?;
        let bound = bound.trim().parse().ok()?;
        Some(Self { sign, bound })
    }

    #[expect(clippy::float_cmp, reason = "the format asks for exactly this number")]
    pub(super) fn is_met_by(self, value: f64) -> bool {
        match self.sign {
            Sign::Less => value < self.bound,
            Sign::LessOrEqual => value <= self.bound,
            Sign::Equal => value == self.bound,
            Sign::Unequal => value != self.bound,
            Sign::MoreOrEqual => value >= self.bound,
            Sign::More => value > self.bound,
        }
    }
}

impl FormatPart {
    /// What it writes where it means nothing.
    pub(super) fn literal(&self) -> String {
        match self {
            Self::Literal(c) => c.to_string(),
            Self::Point => ".".to_owned(),
            Self::Percent => "%".to_owned(),
            Self::Slash => "/".to_owned(),
            Self::Comma => ",".to_owned(),
            _ => String::new(),
        }
    }
}

impl Section {
    /// The sections of a code.
    pub(super) fn all(code: &str) -> Vec<Self> {
        let mut reader = Reader {
            rest: code,
            sections: vec![Self::default()],
        };
        while !reader.rest.is_empty() {
            reader.step();
        }
        reader.sections
    }

    /// Whether it is for words.
    pub(super) fn is_of_words(&self) -> bool {
        self.parts.contains(&FormatPart::Words)
    }

    /// Whether it shows a day or a time.
    pub(super) fn is_moment(&self) -> bool {
        let is_moment = |part: &FormatPart| {
            matches!(
                part,
                FormatPart::Day(..) | FormatPart::Half(_) | FormatPart::Elapsed(..)
            )
        };
        self.parts.iter().any(is_moment)
    }

    /// Whether only negative numbers come to it, so that it writes their sign itself.
    pub(super) fn is_of_negatives(&self) -> bool {
        self.condition.is_some_and(|condition| match condition.sign {
            Sign::Less => condition.bound <= 0.0,
            Sign::LessOrEqual | Sign::Equal => condition.bound < 0.0,
            _ => false,
        })
    }
}

/// Reads a code from left to right.
struct Reader<'c> {
    rest: &'c str,
    sections: Vec<Section>,
}

/// Words that mean a part, in any case. Those that begin like others come first.
const WORDS: [(&str, FormatPart); 7] = [
    ("general", FormatPart::General),
    ("g/通用格式", FormatPart::General),
    ("am/pm", FormatPart::Half(["AM", "PM"])),
    ("a/p", FormatPart::Half(["A", "P"])),
    ("上午/下午", FormatPart::Half(["上午", "下午"])),
    ("e+", FormatPart::Exponent { writes_plus: true }),
    ("e-", FormatPart::Exponent { writes_plus: false }),
];

/// The long date of the system, as a Chinese Windows writes it.
const LONG_DATE: &str = "yyyy年m月d日";
/// Its time.
const LONG_TIME: &str = "h:mm:ss";

impl<'c> Reader<'c> {
    fn section(&mut self) -> &mut Section {
        self.sections.last_mut().expect("there is one from the beginning")
    }

    fn push(&mut self, part: FormatPart) {
        self.section().parts.push(part);
    }

    fn take(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    /// Takes what stands before a sign, and the sign with it.
    fn take_until(&mut self, end: char) -> &'c str {
        let (taken, rest) = self.rest.split_once(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// Takes more of the same letter, in any case, and counts.
    fn take_run(&mut self, letter: char) -> usize {
        let is_same = |c: &char| c.to_ascii_lowercase() == letter;
        let count = self.rest.chars().take_while(is_same).count();
        self.rest = &self.rest[count..];
        count
    }

    fn step(&mut self) {
        if let Some((word, part)) = WORDS.iter().find(|(word, _)| starts_with(self.rest, word)) {
            self.rest = &self.rest[word.len()..];
            return self.push(part.clone());
        }
        let Some(c) = self.take() else { return };
        match c.to_ascii_lowercase() {
            ';' => self.sections.push(Section::default()),
            '"' => {
                let quoted = self.take_until('"');
                self.section().parts.extend(quoted.chars().map(FormatPart::Literal));
            }
            '\\' => {
                let escaped = self.take();
                self.section().parts.extend(escaped.map(FormatPart::Literal));
            }
            // As wide as the next sign.
            '_' => {
                self.take();
                self.push(FormatPart::Literal(' '));
            }
            // The next sign fills the cell.
            '*' => drop(self.take()),
            '[' => {
                let bracket = self.take_until(']');
                self.bracket(bracket);
            }
            '0' | '#' | '?' => self.push(FormatPart::Place(c)),
            '.' => self.point(),
            ',' => self.push(FormatPart::Comma),
            '%' => self.push(FormatPart::Percent),
            '/' => self.push(FormatPart::Slash),
            '@' => self.push(FormatPart::Words),
            letter @ ('y' | 'm' | 'd' | 'h' | 's' | 'e') => {
                let count = 1 + self.take_run(letter);
                self.push(FormatPart::Day(letter, count));
            }
            // 三 and 星期三; one or two of them are letters.
            'a' if starts_with(self.rest, "aa") => {
                let count = 1 + self.take_run('a');
                self.push(FormatPart::Day('a', count));
            }
            // The era, which is ours.
            'g' | 'b' => {}
            _ => self.push(FormatPart::Literal(c)),
        }
    }

    /// A point behind seconds begins their parts.
    fn point(&mut self) {
        let is_behind_seconds = matches!(
            self.section().parts.last(),
            Some(FormatPart::Day('s', _) | FormatPart::Elapsed('s', _))
        );
        if is_behind_seconds && self.rest.starts_with('0') {
            let digits = self.take_run('0');
            self.push(FormatPart::Fraction(digits));
        } else {
            self.push(FormatPart::Point);
        }
    }

    fn bracket(&mut self, text: &'c str) {
        let lower = text.to_ascii_lowercase();
        if let Some(condition) = Condition::parse(text) {
            self.section().condition = Some(condition);
        } else if let Some(locale) = lower.strip_prefix('$') {
            let (currency, language) = locale.split_once('-').unwrap_or((locale, ""));
            let currency = &text[1..=currency.len()];
            self.section().parts.extend(currency.chars().map(FormatPart::Literal));
            self.speak(language);
        } else if let Some(kind) = lower.strip_prefix("dbnum") {
            self.section().numerals = Numerals::numbered(kind);
        } else if let Some(letter @ ('h' | 'm' | 's')) = lower.chars().next() {
            // Otherwise a colour, which words do not have.
            if lower.chars().all(|c| c == letter) {
                self.push(FormatPart::Elapsed(letter, lower.len()));
            }
        }
    }

    /// Takes a language by its number (primary language 4 is Chinese) or its tag.
    fn speak(&mut self, language: &str) {
        // The system's own formats say so here; what follows is for other systems.
        match language {
            "f800" => return self.stand_in(LONG_DATE),
            "f400" => return self.stand_in(LONG_TIME),
            _ => {}
        }
        let number = u32::from_str_radix(language, 16).unwrap_or_default();
        self.section().is_chinese |= number & 0x3ff == 4 || language.starts_with("zh");
    }

    fn stand_in(&mut self, code: &'static str) {
        self.take_until(';');
        let own = Section::all(code).swap_remove(0);
        *self.section() = Section {
            is_chinese: true,
            ..own
        };
        if !self.rest.is_empty() {
            self.sections.push(Section::default());
        }
    }
}

fn starts_with(text: &str, word: &str) -> bool {
    text.get(..word.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(word))
}
