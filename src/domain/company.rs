//! Companies 企业 that work with schools: who they are, with which schools, for how long.

use serde::Serialize;
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;

use super::day::Day;
use super::fault::{FaultKind, FieldFault};
use super::form::{FieldReader, MAX_LIST, MAX_SHORT_CHARS, MAX_TITLE_CHARS, laid_over};

/// The most companies that are kept.
pub const MAX_COMPANIES: u64 = 5_000;

/// What a credit code is written with (GB 32100-2015): digits and capital letters, without those that are mistaken for others.
const DIGITS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
/// How long it is.
const CODE_CHARS: usize = 18;

/// Reads a unified social credit code 统一社会信用代码 as people type it; none where its check character is another.
pub fn credit_code(typed: &str) -> Option<String> {
    let code: String = typed.nfkc().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let code = code.to_uppercase();
    let values: Option<Vec<usize>> = code.chars().map(|c| DIGITS.find(c)).collect();
    let values = values.filter(|values| values.len() == CODE_CHARS)?;
    let (check, body) = values.split_last()?;
    let mut weight = 1;
    let mut sum = 0;
    for value in body {
        sum += value * weight;
        weight = weight * 3 % DIGITS.len();
    }
    let is_right = (sum + check).is_multiple_of(DIGITS.len());
    is_right.then_some(code)
}

/// A company as somebody describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = CompanyBody, description = "A company that works with schools; the schema of its JSON.")]
pub struct CompanyForm {
    /// Its name, up to 200 characters.
    pub name: String,
    /// Its unified social credit code, with the right check character.
    pub credit_code: String,
    /// Whom to ask there.
    pub contact: Option<String>,
    /// The schools that it works with, by id, code or exact name; a school's administrators need not name theirs.
    #[schema(value_type = Option<Vec<String>>)]
    pub schools: Vec<String>,
    /// The first day of the agreement.
    #[schema(value_type = String)]
    pub from: Day,
    /// The last day of the agreement; none when not given.
    #[schema(value_type = Option<String>)]
    pub until: Option<Day>,
}

impl CompanyForm {
    /// Parses the JSON of a new one.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let name = reader.required("name", MAX_TITLE_CHARS);
        let typed = reader.required("credit_code", MAX_SHORT_CHARS);
        let code = credit_code(&typed);
        if code.is_none() && !typed.is_empty() {
            let expected = "18 digits and letters with the right check character";
            reader.fault("credit_code", FaultKind::Malformed { expected });
        }
        let contact = reader.text("contact", MAX_SHORT_CHARS);
        let schools = reader.list("schools", MAX_LIST);
        let from = super::recognition::required_day(&mut reader, "from");
        let until = reader.day("until");
        if from.zip(until).is_some_and(|(from, until)| until < from) {
            let expected = "a day that is not before the first";
            reader.fault("until", FaultKind::Malformed { expected });
        }
        reader.refuse_others();
        let (Some(from), Some(credit_code)) = (from, code) else {
            // What is missing is a fault, and then nothing is made.
            return Err(reader.finish(|| ()).err().unwrap_or_default());
        };
        reader.finish(|| Self {
            name,
            credit_code,
            contact,
            schools,
            from,
            until,
        })
    }

    /// Parses a change of it: what is given replaces, `null` empties, the rest stays.
    pub fn patched(&self, fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        Self::parse(&laid_over(self, fields))
    }
}

/// Parses the sign-in name of somebody of the company.
pub fn parse_member(fields: &Map<String, Value>) -> Result<String, Vec<FieldFault>> {
    let mut reader = FieldReader::new(fields);
    let name = reader.required("name", MAX_SHORT_CHARS);
    reader.refuse_others();
    reader.finish(|| name)
}

/// Parses the sign-in name in a row of a company's people. Whoever takes the list along without the right to a name gets an
/// empty cell, which says nothing.
pub fn parse_listed_member(fields: &Map<String, Value>) -> Result<Option<String>, Vec<FieldFault>> {
    let mut reader = FieldReader::new(fields);
    let name = reader.text("name", MAX_SHORT_CHARS);
    reader.refuse_others();
    reader.finish(|| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credit_code_has_the_right_check_character() {
        for code in ["9144030071526726XG", "91330100799655058B", "914403001922038216"] {
            assert_eq!(credit_code(code).as_deref(), Some(code));
        }
        assert_eq!(
            credit_code(" 9144030071526726xg ").as_deref(),
            Some("9144030071526726XG")
        );
        assert_eq!(
            credit_code("９１４４０３００７１５２６７２６ＸＧ").as_deref(),
            Some("9144030071526726XG")
        );
        for wrong in [
            "9144030071526762XG",
            "9144030071526726XH",
            "9144030071526726X",
            "914403007152672IXG",
            "",
        ] {
            assert_eq!(credit_code(wrong), None, "{wrong}");
        }
    }
}
