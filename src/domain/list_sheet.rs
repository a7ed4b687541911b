//! Lists that are taken along as tables and brought as tables: which there are, and what a row of one would do.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::form_sheet::FormColumn;
use super::id::{CompanyId, RecognitionCallId};

/// A list that can be brought as a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListSheet {
    /// 合作企业.
    Companies,
    /// 企业账号: the people of a company.
    CompanyMembers(CompanyId),
    /// 研修基地.
    TrainingBases,
    /// 培训班.
    TrainingSessions,
    /// 专家指导.
    Visits,
    /// 审核流程.
    ReviewPaths,
    /// 学校.
    Schools,
    /// 同义词, the city's or a school's own.
    Synonyms,
    /// 评优活动.
    Calls,
    /// 评委 of a call.
    Jury(RecognitionCallId),
    /// 申报 for a call.
    Entries(RecognitionCallId),
}

impl ListSheet {
    /// Reads its name in addresses, with what it is of where it is of something.
    pub fn parse(name: &str, of: ListSheetOwner) -> Option<Self> {
        match name {
            "companies" => Some(Self::Companies),
            "company-members" => of.company.map(Self::CompanyMembers),
            "training-bases" => Some(Self::TrainingBases),
            "training-sessions" => Some(Self::TrainingSessions),
            "visits" => Some(Self::Visits),
            "review-paths" => Some(Self::ReviewPaths),
            "schools" => Some(Self::Schools),
            "synonyms" => Some(Self::Synonyms),
            "recognition-calls" => Some(Self::Calls),
            "recognition-jury" => of.call.map(Self::Jury),
            "recognition-entries" => of.call.map(Self::Entries),
            _ => None,
        }
    }

    /// Its name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Companies => "companies",
            Self::CompanyMembers(_) => "company-members",
            Self::TrainingBases => "training-bases",
            Self::TrainingSessions => "training-sessions",
            Self::Visits => "visits",
            Self::ReviewPaths => "review-paths",
            Self::Schools => "schools",
            Self::Synonyms => "synonyms",
            Self::Calls => "recognition-calls",
            Self::Jury(_) => "recognition-jury",
            Self::Entries(_) => "recognition-entries",
        }
    }

    /// What it is of, where it is of something: the field of addresses and the id.
    pub fn owner(self) -> Option<(&'static str, String)> {
        match self {
            Self::Jury(call) | Self::Entries(call) => Some(("call", call.to_string())),
            Self::CompanyMembers(company) => Some(("company", company.to_string())),
            _ => None,
        }
    }
}

/// What a list is of, as addresses say it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct ListSheetOwner {
    /// A call, of its jury and its entries.
    pub call: Option<RecognitionCallId>,
    /// A company, of its people.
    pub company: Option<CompanyId>,
}

/// The field of a change that tells which steps go.
pub const REMOVED: &str = "removed";

/// What a row would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "does", content = "cells", rename_all = "kebab-case")]
pub enum RowOutcome {
    /// Adds something.
    Add,
    /// Changes these cells of what is there.
    Change(Vec<CellChange>),
    /// Nothing: it says what is there.
    Nothing,
}

/// A cell that would be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CellChange {
    /// Its column's field.
    pub field: String,
    /// What stands there now, as a table shows it.
    pub before: String,
}

impl RowOutcome {
    /// What a row does that makes `after` of what is there, if anything is.
    pub fn between(columns: &[FormColumn], before: Option<&Map<String, Value>>, after: &Map<String, Value>) -> Self {
        let Some(before) = before else { return Self::Add };
        let changed = columns.iter().filter_map(|column| {
            let [there, then] = [before, after].map(|fields| column.written(fields.get(column.field)));
            let field = column.field.to_owned();
            (there != then).then_some(CellChange { field, before: there })
        });
        let changed: Vec<CellChange> = changed.collect();
        if changed.is_empty() {
            Self::Nothing
        } else {
            Self::Change(changed)
        }
    }
}

/// How much a table does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SheetCounts {
    /// How many things it adds.
    pub added: u64,
    /// How many it changes.
    pub changed: u64,
    /// How many rows say what is there.
    pub unchanged: u64,
}

impl SheetCounts {
    /// Counts what rows do.
    pub fn of<'a>(outcomes: impl Iterator<Item = &'a RowOutcome>) -> Self {
        let mut counts = Self::default();
        for outcome in outcomes {
            match outcome {
                RowOutcome::Add => counts.added += 1,
                RowOutcome::Change(_) => counts.changed += 1,
                RowOutcome::Nothing => counts.unchanged += 1,
            }
        }
        counts
    }

    /// How many things are written.
    pub fn written(self) -> u64 {
        self.added + self.changed
    }
}
