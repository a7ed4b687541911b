//! The fields of the two indexes, and the hash that says when they were made by other rules.
//!
//! A *resource* carries all text there is about it, who may see it, and what it is filtered and counted by. A *passage*
//! carries the text of one place in a file, to be shown and ranked by itself. They live in an index each: a question goes
//! through resources, and only the passages of those it shows are looked at. Both carry the resource's id as a plain
//! term, so removing a resource removes its passages.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tantivy::Index;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, SchemaBuilder, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::TextAnalyzer;

use crate::domain::id;

use super::tokenize::{FieldTokenizer, TokenKind};

/// Counted up whenever the same text would be cut or arranged in another way, the dictionary changes, or a resource carries
/// other audiences than before: an index that was made by the old rules is built anew.
const ANALYSIS: u32 = 5;

/// The fields by which answers are limited and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Facet {
    /// The major's id.
    Major,
    /// The course's id.
    Course,
    /// The task's id.
    Task,
    /// The type's code.
    Kind,
    /// The school's id.
    School,
    /// The stage's code or name.
    Stage,
    /// The level's code.
    Level,
    /// The year.
    Year,
}

impl Facet {
    /// How many there are.
    pub(super) const COUNT: usize = 8;
    /// Every facet, in the order of [`ResourceFields::facets`].
    pub(super) const ALL: [Self; Self::COUNT] = [
        Self::Major,
        Self::Course,
        Self::Task,
        Self::Kind,
        Self::School,
        Self::Stage,
        Self::Level,
        Self::Year,
    ];

    /// The name of its field.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Major => "major",
            Self::Course => "course",
            Self::Task => "task",
            Self::Kind => "kind",
            Self::School => "school",
            Self::Stage => "stage",
            Self::Level => "level",
            Self::Year => "year",
        }
    }
}

/// The high half of the resource's id, as a number to sort by.
pub(super) const ID_HIGH: &str = "id_high";
/// The low half of the resource's id.
pub(super) const ID_LOW: &str = "id_low";
/// Who may see the resource.
pub(super) const AUDIENCE: &str = "audience";
/// When the resource was last changed, in milliseconds.
pub(super) const UPDATED: &str = "updated";
/// How far it is shared.
pub(super) const SCOPE: &str = "scope";
/// Whether it is a model for others: 1, or nothing.
pub(super) const MODEL: &str = "model";
/// What its text resembles, see [`super::sketch`].
pub(super) const SKETCH: &str = "sketch";

/// The fields of resources, by name.
#[derive(Debug, Clone)]
pub(super) struct ResourceFields {
    /// The resource's id. Never cut: removing by a cut id would silently remove others or nothing.
    pub(super) id: Field,
    /// The resource's id as two numbers.
    pub(super) id_high: Field,
    /// See `id_high`.
    pub(super) id_low: Field,
    /// See [`AUDIENCE`].
    pub(super) audience: Field,
    /// See [`SCOPE`].
    pub(super) scope: Field,
    /// The facets, in the order of [`Facet::ALL`].
    pub(super) facets: [Field; Facet::COUNT],
    /// When it was last changed.
    pub(super) updated: Field,
    /// See [`MODEL`].
    pub(super) model: Field,
    /// See [`SKETCH`].
    pub(super) sketch: Field,
    /// The title, kept to be shown.
    pub(super) title: Field,
    /// Its most telling words, kept to find what is said in other words.
    pub(super) gist: Field,
    /// All text in bigrams, with positions.
    pub(super) bigrams: Field,
    /// All text in words.
    pub(super) words: Field,
    /// All text in single characters.
    pub(super) chars: Field,
    /// How its title and names sound.
    pub(super) sound: Field,
    /// Words of its title and names by sound and by near misses, to mend what was mistyped.
    pub(super) spelling: Field,
    /// What it may be the completion of; see `suggest`.
    pub(super) complete: Field,
    /// The names of what it belongs to, from each of their words on.
    pub(super) names: Field,
}

impl ResourceFields {
    /// The fields of a schema, if it has them all.
    pub(super) fn of(schema: &Schema) -> Option<Self> {
        let field = |name: &str| schema.get_field(name).ok();
        let [major, course, task, kind, school, stage, level, year] = Facet::ALL.map(|facet| field(facet.name()));
        Some(Self {
            id: field("id")?,
            id_high: field(ID_HIGH)?,
            id_low: field(ID_LOW)?,
            audience: field(AUDIENCE)?,
            scope: field(SCOPE)?,
            facets: [major?, course?, task?, kind?, school?, stage?, level?, year?],
            updated: field(UPDATED)?,
            model: field(MODEL)?,
            sketch: field(SKETCH)?,
            title: field("title")?,
            gist: field("gist")?,
            bigrams: field("bigrams")?,
            words: field("words")?,
            chars: field("chars")?,
            sound: field("sound")?,
            spelling: field("spelling")?,
            complete: field("complete")?,
            names: field("names")?,
        })
    }

    /// The facet of a field, if it is one's.
    pub(super) fn facet_of(&self, field: Field) -> Option<Facet> {
        Facet::ALL.into_iter().find(|facet| self.facet(*facet) == field)
    }

    /// The field of a facet.
    pub(super) fn facet(&self, facet: Facet) -> Field {
        self.facets[facet as usize]
    }
}

/// The fields of passages, by name.
#[derive(Debug, Clone)]
pub(super) struct PassageFields {
    /// The id of the resource.
    pub(super) id: Field,
    pub(super) file: Field,
    /// The place in the file, as JSON.
    pub(super) locator: Field,
    /// The text, kept to be shown.
    pub(super) text: Field,
    /// How sure a machine is that read it in a picture, in percent; none for text that was born digital.
    pub(super) machine: Field,
    /// The text in bigrams.
    pub(super) bigrams: Field,
}

impl PassageFields {
    /// The fields of a schema, if it has them all.
    pub(super) fn of(schema: &Schema) -> Option<Self> {
        let field = |name: &str| schema.get_field(name).ok();
        Some(Self {
            id: field("id")?,
            file: field("file")?,
            locator: field("locator")?,
            text: field("text")?,
            machine: field("machine")?,
            bigrams: field("bigrams")?,
        })
    }
}

/// The schema of resources.
pub(super) fn of_resources() -> Schema {
    let mut fields = Schema::builder();
    // As one term: of an id that is cut into words, each would be deleted wherever it stands.
    fields.add_text_field("id", STRING);
    fields.add_u64_field(ID_HIGH, FAST);
    fields.add_u64_field(ID_LOW, FAST);
    fields.add_text_field(AUDIENCE, STRING | FAST);
    fields.add_text_field(SCOPE, STRING | FAST);
    add_facets(&mut fields);
    fields.add_i64_field(UPDATED, FAST);
    fields.add_u64_field(MODEL, FAST);
    fields.add_u64_field(SKETCH, FAST);
    fields.add_text_field("title", STORED);
    fields.add_text_field("gist", STORED);
    fields.add_text_field(
        "bigrams",
        cut(TokenKind::Bigrams, IndexRecordOption::WithFreqsAndPositions),
    );
    fields.add_text_field("words", cut(TokenKind::IndexedWords, IndexRecordOption::WithFreqs));
    fields.add_text_field("chars", cut(TokenKind::Chars, IndexRecordOption::WithFreqs));
    fields.add_text_field("sound", counted());
    fields.add_text_field("spelling", STRING);
    fields.add_text_field("complete", STRING);
    fields.add_text_field("names", STRING);
    fields.build()
}

/// The schema of passages.
pub(super) fn of_passages() -> Schema {
    let mut fields = Schema::builder();
    fields.add_text_field("id", STRING);
    fields.add_text_field("file", STORED);
    fields.add_text_field("locator", STORED);
    fields.add_text_field("text", STORED);
    fields.add_u64_field("machine", STORED);
    // No positions: whether a resource holds a phrase is asked of the other index, passages are only ranked.
    fields.add_text_field("bigrams", cut(TokenKind::Bigrams, IndexRecordOption::WithFreqs));
    fields.build()
}

fn add_facets(fields: &mut SchemaBuilder) {
    for facet in Facet::ALL {
        match facet {
            Facet::Year => fields.add_i64_field(facet.name(), INDEXED | FAST),
            _ => fields.add_text_field(facet.name(), STRING | FAST),
        };
    }
}

/// Terms as they are given, with how often.
fn counted() -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_index_option(IndexRecordOption::WithFreqs);
    TextOptions::default().set_indexing_options(indexing)
}

fn cut(cut: TokenKind, record: IndexRecordOption) -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(cut.name())
        .set_index_option(record);
    TextOptions::default().set_indexing_options(indexing)
}

/// Registers the analysis. An index does not keep it: this comes before every use, or commits fail.
pub(super) fn register_analysis(index: &Index) {
    for cut in [TokenKind::Bigrams, TokenKind::IndexedWords, TokenKind::Chars] {
        index
            .tokenizers()
            .register(cut.name(), TextAnalyzer::from(FieldTokenizer(cut)));
    }
}

/// Names the rules an index is made by: its fields and its analysis.
pub(super) fn schema_hash() -> String {
    let fields = serde_json::to_string(&[of_resources(), of_passages()]).expect("a schema is plain data");
    let digest = Sha256::digest(format!("{ANALYSIS}\n{fields}"));
    id::Sha256::from_bytes(digest.into()).hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_in_the_schema() {
        let schema = of_resources();

        let fields = ResourceFields::of(&schema).unwrap();

        for facet in Facet::ALL {
            assert_eq!(schema.get_field_name(fields.facet(facet)), facet.name());
        }
        assert!(PassageFields::of(&of_passages()).is_some());
        assert_eq!(schema_hash().len(), 64);
    }
}
