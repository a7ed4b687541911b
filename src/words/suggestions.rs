//! Words for what a suggestion is based on.

use super::{Lang, said};
use crate::domain::suggestion::SuggestionReason;

impl SuggestionReason {
    /// In a few words: 文件夹名“星三角启动”.
    pub fn say(&self, lang: Lang) -> String {
        match self {
            Self::Folder(name) => said!(lang, zh: "文件夹名“{name}”", en: "folder “{name}”"),
            Self::File(name) => said!(lang, zh: "文件名“{name}”", en: "file name “{name}”"),
            Self::Form(ending) => said!(lang, zh: "文件格式 {ending}", en: "file format {ending}"),
            Self::Line(line) => said!(lang, zh: "文件开头的“{line}”", en: "“{line}” at its beginning"),
            Self::Mixture => said!(lang, zh: "文件夹里有几类文件", en: "files of several types"),
        }
    }
}
