//! The models: built into the program, or from a folder that somebody names.

use std::{borrow::Cow, fs, io, path::Path};

/// The file of the model that finds lines.
const DETECTION: &str = "PP-OCRv6_det_small.onnx";
/// The file of the model that reads them.
const RECOGNITION: &str = "PP-OCRv6_rec_small.onnx";

/// The files that a folder of models holds.
pub(crate) const MODEL_FILES: [&str; 2] = [DETECTION, RECOGNITION];

/// The bytes of the two models. A child reads them before it locks itself in.
#[derive(Debug, Clone)]
pub(crate) struct OcrModels {
    /// Finds lines.
    pub(super) detection: Cow<'static, [u8]>,
    /// Reads a line.
    pub(super) recognition: Cow<'static, [u8]>,
}

impl OcrModels {
    /// Those that the program was built with.
    pub(crate) fn built_in() -> Self {
        Self {
            detection: Cow::Borrowed(include_bytes!("../../../models/PP-OCRv6_det_small.onnx")),
            recognition: Cow::Borrowed(include_bytes!("../../../models/PP-OCRv6_rec_small.onnx")),
        }
    }

    /// Those of the same names in a folder.
    pub(crate) fn in_folder(folder: &Path) -> io::Result<Self> {
        let read = |name| fs::read(folder.join(name)).map(Cow::Owned);
        Ok(Self {
            detection: read(DETECTION)?,
            recognition: read(RECOGNITION)?,
        })
    }
}
