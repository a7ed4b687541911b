//! Words of the checks before a review.

use super::PageWords;
use crate::domain::review_check::{ReviewCheckKind, ReviewFinding};
use crate::words::{said, sentences};

/// How many files or titles are named.
const NAMED: usize = 5;

impl PageWords {
    sentences! {
        checks: "自动检查" | "Automatic checks";
        checks_note: "只是提醒，不影响提交；审核人看到的也是这些。" | "They only inform; reviewers see the same.";
        checks_fine: "没有发现问题。" | "Nothing was found.";
    }

    /// What a check found, and what helps.
    pub fn finding(self, found: &ReviewFinding) -> String {
        let names = self.names(&found.about, NAMED);
        match found.check {
            ReviewCheckKind::NoFiles if found.is_blocking => {
                said!(self.0, zh: "没有文件。教材须有文件才能提交审核，请先上传。", en: "It has no file. A textbook is reviewed by its files: upload them first.")
            }
            ReviewCheckKind::NoFiles => said!(self.0, zh: "没有文件。", en: "It has no file."),
            ReviewCheckKind::RightsOpen => {
                let fields: Vec<String> = found.about.iter().map(|name| self.field_of(name)).collect();
                let fields = self.names(&fields, NAMED);
                said!(self.0, zh: "权利信息没有写全，或与共享范围不符：{fields}", en: "Rights are not all said, or do not go with how far it is shared: {fields}")
            }
            ReviewCheckKind::AiUndeclared => {
                said!(self.0, zh: "没有声明是否使用了人工智能。", en: "Nobody said whether AI made any of it.")
            }
            ReviewCheckKind::TypeUnfit => {
                said!(self.0, zh: "没有与类型相符的文件，例如类型是视频，里面却没有视频。", en: "No file fits the type: a video without a film, for example.")
            }
            ReviewCheckKind::Unreadable => {
                said!(self.0, zh: "读不出文字，搜不到内容：{names}", en: "Their text cannot be read, so it is not found: {names}")
            }
            ReviewCheckKind::Duplicate => {
                said!(self.0, zh: "有文件和别的资源完全相同：{names}", en: "Files are the same as in other resources: {names}")
            }
        }
    }
}
