//! Licences: on which terms others may use a resource. The vocabulary has a stable code for each; what somebody wrote in
//! other words is kept and shown as it is.

use super::code::codes;
use super::role::Scope;

/// A licence of the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Licence {
    /// 署名 4.0.
    CcBy,
    /// 署名-相同方式共享 4.0.
    CcBySa,
    /// 署名-非商业性使用-相同方式共享 4.0.
    CcByNcSa,
    /// No rights reserved.
    Cc0,
    /// 平台内使用: by all who see it here.
    Platform,
    /// 全市共享: by the city's schools.
    City,
    /// 仅限校内: by its own school.
    School,
    /// 保留所有权利: to be looked at; for everything else its author is asked.
    Reserved,
}

codes!(
    Licence:
    CcBy "cc-by-4.0",
    CcBySa "cc-by-sa-4.0",
    CcByNcSa "cc-by-nc-sa-4.0",
    Cc0 "cc0-1.0",
    Platform "platform",
    City "city",
    School "school",
    Reserved "all-rights-reserved",
);

impl Licence {
    /// The licence that a code or a name means, as people write it; none for other words.
    pub fn of_text(text: &str) -> Option<Self> {
        let plain: String = text.chars().filter(|c| c.is_alphanumeric() || *c == '.').collect();
        match plain.to_lowercase().as_str() {
            "ccby4.0" | "ccby" | "署名4.0" => Some(Self::CcBy),
            "ccbysa4.0" | "ccbysa" | "署名相同方式共享4.0" => Some(Self::CcBySa),
            "ccbyncsa4.0" | "ccbyncsa" | "署名非商业性使用相同方式共享4.0" => Some(Self::CcByNcSa),
            "cc01.0" | "cc0" => Some(Self::Cc0),
            "platform" | "平台内使用" | "仅限平台内" => Some(Self::Platform),
            "city" | "全市共享" | "全市使用" => Some(Self::City),
            "school" | "仅限校内" | "校内使用" | "本校使用" => Some(Self::School),
            "allrightsreserved" | "保留所有权利" | "版权所有" => Some(Self::Reserved),
            _ => None,
        }
    }

    /// The widest circle that it lets a copy be given to.
    pub fn widest(self) -> Scope {
        match self {
            Self::School => Scope::School,
            Self::City => Scope::City,
            Self::CcBy | Self::CcBySa | Self::CcByNcSa | Self::Cc0 | Self::Platform | Self::Reserved => Scope::Public,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_mean_the_same_licence_and_other_words_mean_none() {
        for licence in Licence::ALL {
            assert_eq!(Licence::of_text(licence.code()), Some(licence));
        }
        for (text, licence) in [
            ("CC BY-NC-SA 4.0", Licence::CcByNcSa),
            ("cc by 4.0", Licence::CcBy),
            ("仅限校内", Licence::School),
            ("All rights reserved", Licence::Reserved),
        ] {
            assert_eq!(Licence::of_text(text), Some(licence), "{text}");
        }
        assert_eq!(Licence::of_text("自编，可转载"), None);
    }
}
