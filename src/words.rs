//! Every sentence that people read, in 中文 and English side by side.
//!
//! A sentence is a function that answers for both languages, so a translation cannot be missing at run time and a
//! reviewer sees both at once. [`said!`] is for sentences that carry something (`said!(lang, zh: "共 {n} 项", en: "{n} in
//! all")`), [`sentences!`] for lists of plain ones. A new page adds a file under `words/pages/`.

use std::fmt;

pub mod archives;
pub mod backups;
pub mod faults;
pub mod packs;
pub mod pages;
pub mod refusals;
pub mod sizes;
pub mod startup;
pub mod suggestions;

/// Says one thing in the reader's language; both sentences are `format!` strings.
macro_rules! said {
    ($lang:expr, zh: $zh:literal, en: $en:literal $(,)?) => {
        match $lang {
            $crate::words::Lang::Zh => format!($zh),
            $crate::words::Lang::En => format!($en),
        }
    };
}

/// Makes one method per plain sentence: `search: "搜索" | "Search";`.
macro_rules! sentences {
    ($($name:ident: $zh:literal | $en:literal;)+) => {
        $(
            #[doc = concat!("“", $zh, "” · “", $en, "”")]
            pub fn $name(self) -> &'static str {
                match self.lang() {
                    $crate::words::Lang::Zh => $zh,
                    $crate::words::Lang::En => $en,
                }
            }
        )+
    };
}

pub(crate) use {said, sentences};

/// How somebody is shown whose account was erased. It stands in the row, where other people's names stand, in one language.
pub const ERASED_PERSON: &str = "已注销用户";

/// A language the service speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Chinese in simplified characters; what a reader gets who asks for nothing else.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Both, the site's own first.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The short name that addresses and cookies carry: `zh` or `en`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The language tag (BCP 47) that browsers choose fonts and voices by.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language's name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zh => "中文",
            Self::En => "English",
        }
    }

    /// The one that is not this one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    /// Takes what is said in this language.
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// Reads a code or a language tag: `en`, `en-GB`, `zh-Hans-CN`.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|lang| lang.code() == primary)
    }

    /// Chooses by an `Accept-Language` header (RFC 9110 §12.5.4): the heaviest language we speak, the first of equals.
    pub fn negotiate(accept_language: Option<&str>) -> Self {
        let mut best = (0.0, Self::default());
        for range in accept_language.unwrap_or_default().split(',') {
            let (tag, weight) = weighed(range);
            if let Some(lang) = Self::parse(tag)
                && weight > best.0
            {
                best = (weight, lang);
            }
        }
        best.1
    }
}

/// Splits `en;q=0.8` into its tag and its weight; an unreadable weight counts as nothing.
fn weighed(range: &str) -> (&str, f32) {
    let Some((tag, parameters)) = range.split_once(';') else {
        return (range, 1.0);
    };
    let weight = parameters.trim().strip_prefix("q=").and_then(|q| q.trim().parse().ok());
    (tag, weight.unwrap_or(0.0))
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn a_reader_gets_the_language_their_browser_asks_for_first() {
        let negotiated = |header| Lang::negotiate(Some(header));

        assert_eq!(negotiated("en-GB,en;q=0.9,zh;q=0.8"), Lang::En);
        assert_eq!(negotiated("zh-CN,zh;q=0.9,en;q=0.8"), Lang::Zh);
        assert_eq!(negotiated("fr, en;q=0.4, zh-TW;q=0.7"), Lang::Zh);
    }

    #[test]
    fn whoever_asks_for_nothing_we_speak_reads_chinese() {
        assert_eq!(Lang::negotiate(None), Lang::Zh);
        assert_eq!(Lang::negotiate(Some("fr-FR, *;q=0.1")), Lang::Zh);
        assert_eq!(Lang::negotiate(Some("en;q=nonsense")), Lang::Zh);
    }
}
