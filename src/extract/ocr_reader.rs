//! The parent's side of reading pictures of text: a child for each page.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use super::{
    Extractor,
    extractor::fault_in,
    limits::{OCR_CPU, OCR_WALL},
    ocr::models::MODEL_FILES,
    protocol::{Message, OCR, OcrRequest},
};
use crate::domain::{
    file::{ExtractionFault, Kind},
    ocr::OcrPage,
};

/// Reads the pictures of pages, each in a child of its own.
#[derive(Debug, Clone)]
pub struct OcrReader {
    extractor: Extractor,
    models: Option<PathBuf>,
}

impl OcrReader {
    /// Reads with the models of a folder, or with those of the program where the path is empty; nothing where the program was
    /// built without the feature `ocr`.
    pub fn new(extractor: &Extractor, models: &Path) -> Option<Self> {
        let mut extractor = extractor.clone();
        (extractor.limits.cpu, extractor.limits.wall) = (OCR_CPU, OCR_WALL);
        let models = (!models.as_os_str().is_empty()).then(|| models.to_owned());
        cfg!(feature = "ocr").then_some(Self { extractor, models })
    }

    /// Says whether a chosen folder lacks the models.
    pub fn expect_models(&self) -> io::Result<()> {
        match &self.models {
            Some(folder) => MODEL_FILES
                .iter()
                .try_for_each(|name| File::open(folder.join(name)).map(drop)),
            None => Ok(()),
        }
    }

    /// Reads a page, counted from 1. Dropping the future kills the child.
    pub async fn read(&self, file: File, kind: Kind, page: u32) -> Result<OcrPage, ExtractionFault> {
        let models = self.models.clone();
        let request = OcrRequest { kind, page, models };
        let answer = self.extractor.whole_answer(OCR, request, file).await?;
        match serde_json::from_slice(&answer) {
            Ok(Message::Ocr(page)) => Ok(page),
            _ => Err(fault_in(&answer)),
        }
    }
}
