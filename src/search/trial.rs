//! Trying a table of synonyms: what a question is read as, for whoever edits the words.

use crate::domain::synonym::ReadAs;

use super::query::{self, Part};
use super::reading::Reading;
use super::synonyms::Synonyms;
use super::thing::{Thing, things};

/// Tells how a question is read.
pub fn read(asked: &str, synonyms: &Synonyms) -> ReadAs {
    let parsed = query::parse(asked);
    let reading = Reading::of(&parsed, synonyms);
    let phrase = |part: &Part| match part {
        Part::Phrase(phrase) => Some(phrase.clone()),
        Part::Text(_) => None,
    };
    ReadAs {
        phrases: parsed.wanted.iter().filter_map(phrase).collect(),
        words: words(&things(&parsed, synonyms, &[]), &reading.named),
        named: reading.named,
        excluded: parsed.excluded,
    }
}

/// What is wanted beside what has other names.
fn words(things: &[Thing], named: &[(String, Vec<String>)]) -> Vec<String> {
    let all = things.iter().flat_map(|thing| match thing.words() {
        words if words.is_empty() => vec![thing.text.clone()],
        words => words,
    });
    all.filter(|word| !named.iter().any(|(typed, _)| typed == word))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_names_the_rest_phrases_and_exclusions_are_told_apart() {
        let synonyms = Synonyms::parse("课件 = PPT = 幻灯片");

        let read = read("电动机的PPT \"星三角启动\" -视频", &synonyms);

        assert_eq!(
            read,
            ReadAs {
                named: vec![("ppt".to_owned(), vec!["课件".to_owned(), "幻灯片".to_owned()])],
                words: vec!["电动机".to_owned()],
                phrases: vec!["星三角启动".to_owned()],
                excluded: vec!["视频".to_owned()],
            }
        );
    }
}
