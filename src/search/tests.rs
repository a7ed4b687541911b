//! Stories about finding, through the door the callers use.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::domain::id::{AccountId, CourseId, FileId, MajorId, ResourceId, SchoolId, TaskId};
use crate::domain::metadata::Metadata;
use crate::domain::passage::{Locator, Passage};
use crate::domain::resource::Status;
use crate::domain::role::Scope;
use crate::domain::search::{
    Answer, Audience, Document, DocumentFile, Filters, Fit, Hit, NamedRef, NamedSchool, PassageHit, Question, Sort,
};
use crate::domain::time::Timestamp;

use super::{Health, Index, Rebuild, SearchError, Synonyms, is_indexable, matched};

mod asking;
mod explaining;
mod honest;
mod keeping;
mod meaning;
mod paging;
mod similar;
mod suggest;
mod uses;

/// Stands for a text over which cutting it into words breaks down.
pub(super) const BREAKS: &str = "☠☠";

fn synonyms() -> Synonyms {
    Synonyms::parse(include_str!("../../config/synonyms.txt"))
}

fn open(dir: &Path) -> Index {
    Index::open(dir).unwrap()
}

/// A library that holds these documents.
fn holding(documents: &[Document]) -> (TempDir, Index) {
    let dir = tempfile::tempdir().unwrap();
    let index = open(dir.path());
    index.apply(documents, [], 1).unwrap();
    (dir, index)
}

/// What is said about a worksheet with this title, and no more.
pub(super) fn worksheet(title: &str) -> Metadata {
    Metadata {
        title: title.to_owned(),
        kind: "worksheet".to_owned(),
        scope: Scope::Public,
        ..Metadata::default()
    }
}

pub(super) fn titled(title: &str) -> Document {
    Document {
        id: ResourceId::new(),
        audiences: vec![Audience::Public],
        metadata: worksheet(title),
        major: None,
        course: None,
        task: None,
        school: None,
        is_model: false,
        status: Status::Published,
        updated_at: Timestamp(0),
        files: Vec::new(),
    }
}

fn with_pages(title: &str, pages: &[&str]) -> Document {
    let passages = (1..)
        .zip(pages)
        .map(|(page, text)| Passage::new(Locator::Page { page }, (*text).to_owned()));
    Document {
        files: vec![DocumentFile {
            id: FileId::new(),
            path: "正文.pdf".to_owned(),
            members: Vec::new(),
            passages: passages.collect(),
        }],
        ..titled(title)
    }
}

fn asking(text: &str) -> Question {
    Question {
        text: text.to_owned(),
        limit: 20,
        audiences: vec![Audience::Public],
        ..Question::default()
    }
}

fn ids(answer: &Answer) -> Vec<ResourceId> {
    answer.hits.iter().map(|hit| hit.id).collect()
}

fn find(index: &Index, text: &str) -> Vec<ResourceId> {
    ids(&index.search(&asking(text), &synonyms()).unwrap())
}

/// A small generator, so that a failure can be seen again.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}
