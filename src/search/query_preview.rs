//! The preview of a query: how a table of synonyms makes it read, for whoever edits the table.

use crate::domain::synonym::QueryReading;

use super::analyzed_query::AnalyzedQuery;
use super::query::{self, QueryPart};
use super::query_unit::{QueryUnit, query_units};
use super::synonyms::Synonyms;

/// Tells how a question is read with these synonyms.
pub fn preview(asked: &str, synonyms: &Synonyms) -> QueryReading {
    let parsed = query::parse(asked);
    let analyzed = AnalyzedQuery::of(&parsed, synonyms);
    let phrase = |part: &QueryPart| match part {
        QueryPart::Phrase(phrase) => Some(phrase.clone()),
        QueryPart::Text(_) => None,
    };
    QueryReading {
        phrases: parsed.wanted.iter().filter_map(phrase).collect(),
        words: words(&query_units(&parsed, synonyms, &[]), &analyzed.named),
        named: analyzed.named,
        excluded: parsed.excluded,
    }
}

/// What is wanted beside what has other names.
fn words(query_units: &[QueryUnit], named: &[(String, Vec<String>)]) -> Vec<String> {
    let all = query_units.iter().flat_map(|unit| match unit.words() {
        words if words.is_empty() => vec![unit.text.clone()],
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

        let read = preview("电动机的PPT \"星三角启动\" -视频", &synonyms);

        assert_eq!(
            read,
            QueryReading {
                named: vec![("ppt".to_owned(), vec!["课件".to_owned(), "幻灯片".to_owned()])],
                words: vec!["电动机".to_owned()],
                phrases: vec!["星三角启动".to_owned()],
                excluded: vec!["视频".to_owned()],
            }
        );
    }
}
