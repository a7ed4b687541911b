//! Index documents of one resource: one for the whole, and one for each passage.

use std::fmt::Display;

use tantivy::TantivyDocument;

use crate::domain::id::{FileId, ResourceId};
use crate::domain::passage::Passage;
use crate::domain::resource::resource_type;
use crate::domain::search::{Document, DocumentFile, NamedRef};
use crate::domain::stage::known_stage;

use super::schema::{Facet, PassageFields, ResourceFields};
use super::{optional_filters, phonetic, salient_terms, sketch, spell_checker, suggest};

/// What is kept of a resource as a whole.
pub(super) fn resource_entry(fields: &ResourceFields, document: &Document) -> TantivyDocument {
    let (high, low) = document.id.0.as_u64_pair();
    let mut entry = TantivyDocument::default();
    entry.add_text(fields.id, document.id.to_string());
    entry.add_u64(fields.id_high, high);
    entry.add_u64(fields.id_low, low);
    for audience in &document.audiences {
        entry.add_text(fields.audience, audience.term());
    }
    entry.add_text(fields.scope, document.metadata.scope.code());
    entry.add_i64(fields.updated, document.updated_at.0);
    if document.is_model {
        entry.add_u64(fields.model, 1);
    }
    entry.add_u64(fields.sketch, sketch::of(document));
    entry.add_text(fields.title, &document.metadata.title);
    entry.add_text(fields.gist, salient_terms::of(document));
    add_facets(fields, document, &mut entry);
    add_text(fields, document, &mut entry);
    add_sound(fields, document, &mut entry);
    for term in spell_checker::terms_of(document) {
        entry.add_text(fields.spelling, term);
    }
    for term in optional_filters::names_of(document) {
        entry.add_text(fields.names, term);
    }
    for term in suggest::terms_of(document) {
        entry.add_text(fields.complete, term);
    }
    entry
}

/// What is kept of each passage. They are made one by one, so that a thick book does not stand in memory twice.
pub(super) fn passage_entries<'a>(
    fields: &'a PassageFields,
    document: &'a Document,
) -> impl Iterator<Item = TantivyDocument> + 'a {
    let of_file = move |file: &'a DocumentFile| {
        let entry = move |passage: &'a Passage| passage_entry(fields, document.id, file.id, passage);
        file.passages.iter().map(entry)
    };
    document.files.iter().flat_map(of_file)
}

fn passage_entry(fields: &PassageFields, resource: ResourceId, file: FileId, passage: &Passage) -> TantivyDocument {
    let mut entry = TantivyDocument::default();
    let locator = serde_json::to_string(&passage.locator).expect("a locator is plain data");
    entry.add_text(fields.id, resource.to_string());
    entry.add_text(fields.file, file.to_string());
    entry.add_text(fields.locator, locator);
    entry.add_text(fields.text, &passage.text);
    if let Some(confidence) = passage.machine {
        entry.add_u64(fields.machine, confidence.into());
    }
    entry.add_text(fields.bigrams, &passage.text);
    entry
}

fn add_facets(fields: &ResourceFields, document: &Document, entry: &mut TantivyDocument) {
    for facet in Facet::ALL {
        let field = fields.facet(facet);
        let value = match facet {
            Facet::Major => id_of(document.major.as_ref()),
            Facet::Course => id_of(document.course.as_ref()),
            Facet::Task => id_of(document.task.as_ref()),
            Facet::School => id_of(document.school.as_ref()),
            Facet::Kind => Some(document.metadata.kind.clone()),
            Facet::Stage => document.metadata.stage.clone(),
            Facet::Level => document.metadata.level.clone(),
            Facet::Year => {
                if let Some(year) = document.metadata.year {
                    entry.add_i64(field, i64::from(year));
                }
                None
            }
        };
        if let Some(value) = value {
            entry.add_text(field, value);
        }
    }
}

fn id_of<I: Display>(named: Option<&NamedRef<I>>) -> Option<String> {
    named.map(|named| named.id.to_string())
}

/// Everything there is to read about a resource, the title twice. The same fields for all of it: measured, separate
/// fields for title and body drown the body.
fn add_text(fields: &ResourceFields, document: &Document, entry: &mut TantivyDocument) {
    let mut add = |text: &str| {
        entry.add_text(fields.bigrams, text);
        entry.add_text(fields.words, text);
        entry.add_text(fields.chars, text);
    };
    add(&document.metadata.title);
    for (_, text) in document.metadata.texts() {
        add(text);
    }
    for label in labels(document) {
        add(&label);
    }
    for file in &document.files {
        add(&file.path);
        file.members.iter().for_each(|member| add(member));
        for passage in &file.passages {
            add(&passage.text);
        }
    }
}

/// The names and codes of what a resource belongs to, in the words people look for.
fn labels(document: &Document) -> Vec<String> {
    let mut labels = Vec::new();
    labels.extend(document.major.iter().flat_map(NamedRef::labels));
    labels.extend(document.course.iter().flat_map(NamedRef::labels));
    labels.extend(document.task.iter().flat_map(NamedRef::labels));
    labels.extend(document.school.iter().flat_map(NamedRef::labels));
    if let Some(kind) = resource_type(&document.metadata.kind) {
        labels.push(kind.zh.to_owned());
        labels.push(kind.en.to_owned());
    }
    labels.extend(stage_labels(document));
    let (level, with_level) = level_labels(document);
    labels.extend(level.into_iter().chain(with_level));
    labels.extend(document.metadata.year.map(|year| format!("{year}年")));
    labels
}

/// What the stage is called.
pub(super) fn stage_labels(document: &Document) -> Vec<String> {
    let Some(key) = &document.metadata.stage else {
        return Vec::new();
    };
    match known_stage(key) {
        Some(stage) => vec![stage.zh.to_owned(), stage.en.to_owned()],
        None => vec![key.clone()],
    }
}

/// What the level is called, and the major's code with it: `0403-3`.
pub(super) fn level_labels(document: &Document) -> (Option<String>, Option<String>) {
    let Some((name, number)) = document.metadata.level.as_deref().and_then(level_name) else {
        return (None, None);
    };
    let code = document.major.as_ref().and_then(|major| major.code.as_ref());
    (Some(name.to_owned()), code.map(|code| format!("{code}-{number}")))
}

/// What a level is called, and its number in the codes of majors: `0403-3` is car repair for 高级工.
fn level_name(level: &str) -> Option<(&'static str, u8)> {
    match level {
        "intermediate" => Some(("中级工", 4)),
        "advanced" => Some(("高级工", 3)),
        "pre_technician" => Some(("预备技师", 2)),
        _ => None,
    }
}

fn add_sound(fields: &ResourceFields, document: &Document, entry: &mut TantivyDocument) {
    let spoken = std::iter::once(&document.metadata.title)
        .chain(&document.metadata.keywords)
        .chain(document.place_names());
    for term in spoken.flat_map(|text| phonetic::terms_of(text)) {
        entry.add_text(fields.sound, term);
    }
}
