//! Synonyms as a table: groups of the city, or of one school, known by their ids, or by their words where a row says no id.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Map, Value, json};

use super::{ListSheets, SheetRows, Weighed, gone};
use crate::actor::Actor;
use crate::db::entity::{Strings, synonyms as entity};
use crate::db::synonyms as rows;
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::fault::FieldFault;
use crate::domain::form_sheet::{CellForm, FormColumn, FormRow};
use crate::domain::id::{AccountId, SchoolId, SynonymGroupId};
use crate::domain::synonym::{MAX_GROUPS, SynonymWords};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{reach, who_may};
use crate::library::synonyms::SynonymGroup;
use crate::search;
use crate::table::Spreadsheet;

/// The columns of synonyms.
const COLUMNS: &[FormColumn] = &[
    FormColumn::required("words", &["同义词", "词"], CellForm::Own(read_words, write_words)),
    FormColumn::optional("remark", &["备注", "说明"], CellForm::Text),
];
/// What people put between the words of one line.
const SEPARATORS: [char; 5] = ['、', '，', ',', '；', ';'];

/// Groups, brought by somebody who keeps them.
#[derive(Clone)]
pub(super) struct SynonymRows {
    by: AccountId,
    at: Timestamp,
    /// The school whose own they are; none: the whole city's.
    school: Option<SchoolId>,
}

/// What rows of groups are held against.
#[derive(PartialEq)]
pub(super) struct KnownSynonyms {
    groups: HashMap<SynonymGroupId, entity::Model>,
    /// Groups by what their words are read as.
    read_as: HashMap<String, SynonymGroupId>,
}

/// Each word on a line of its own, so that one with a comma comes back whole.
fn write_words(value: &Value) -> String {
    let words = value.as_array().into_iter().flatten();
    let words: Vec<&str> = words.filter_map(Value::as_str).collect();
    words.join("\n")
}

fn read_words(cell: &str) -> Value {
    let words = |parts: Vec<&str>| -> Value {
        let words = parts.into_iter().map(str::trim).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().into()
    };
    if cell.contains('\n') {
        return words(cell.lines().collect());
    }
    words(cell.split(SEPARATORS).collect())
}

/// Groups as a table.
pub fn table(groups: &[SynonymGroup]) -> Spreadsheet {
    let row = |it: &SynonymGroup| (it.id.to_string(), fields(&it.words, it.remark.as_deref()));
    super::table("同义词", COLUMNS, groups.iter().map(row))
}

fn fields(words: &[String], remark: Option<&str>) -> Map<String, Value> {
    let fields = [("words", json!(words)), ("remark", json!(remark))];
    fields
        .map(|(field, value)| (field.to_owned(), value))
        .into_iter()
        .collect()
}

/// What the words of a group are read as, whatever their order.
fn read_as(words: &[String]) -> String {
    let mut read: Vec<String> = words.iter().map(|word| search::normalize(word)).collect();
    read.sort_unstable();
    read.join("\n")
}

impl SynonymRows {
    pub(super) fn open(sheets: &ListSheets, actor: &Actor) -> Result<Self> {
        let member = who_may(actor, Act::EditSynonyms)?;
        Ok(Self {
            by: member.id,
            at: sheets.clock.now(),
            school: reach(actor, Act::EditSynonyms)?.school(),
        })
    }
}

impl SheetRows for SynonymRows {
    const COLUMNS: &'static [FormColumn] = COLUMNS;
    const ACT: AuditAction = AuditAction::SynonymsList;
    const EACH: Option<[AuditAction; 2]> = Some([AuditAction::SynonymsAdd, AuditAction::SynonymsEdit]);
    type Known = KnownSynonyms;
    type Change = entity::Model;

    fn parse(&self, fields: &Map<String, Value>) -> std::result::Result<(), Vec<FieldFault>> {
        SynonymWords::parse(fields, search::normalize).map(drop)
    }

    async fn known(&self, _: &ListSheets, conn: &impl ConnectionTrait, _: &[FormRow]) -> Result<KnownSynonyms> {
        let all = rows::list(conn, self.school, None, MAX_GROUPS).await?;
        Ok(KnownSynonyms {
            read_as: all.iter().map(|row| (read_as(&row.words.0), row.id)).collect(),
            groups: all.into_iter().map(|row| (row.id, row)).collect(),
        })
    }

    fn weigh(
        &self,
        known: &KnownSynonyms,
        row: &FormRow,
    ) -> std::result::Result<Weighed<entity::Model>, Vec<FieldFault>> {
        let by_id = match &row.id {
            Some(id) => {
                let found = id.parse().ok().and_then(|id| known.groups.get(&id));
                Some(found.ok_or_else(|| gone(row))?)
            }
            None => None,
        };
        let given = SynonymWords::parse(&row.fields, search::normalize)?;
        let same = || known.read_as.get(&read_as(&given.words));
        let there = by_id.or_else(|| same().and_then(|id| known.groups.get(id)));
        let before = there.map(|group| fields(&group.words.0, group.remark.as_deref()));
        let mut said = before.clone().unwrap_or_default();
        said.extend(row.fields.clone());
        let group = SynonymWords::parse(&said, search::normalize)?;
        let after = fields(&group.words, group.remark.as_deref());
        let key = read_as(&group.words);
        let keys = there.map(|group| group.id.to_string()).into_iter().chain([key]);
        let change = entity::Model {
            id: there.map_or_else(SynonymGroupId::new, |group| group.id),
            school_id: self.school,
            words: Strings(group.words),
            remark: group.remark,
            updated_at: self.at,
            updated_by: Some(self.by),
        };
        Ok(Weighed::of(COLUMNS, keys.collect(), before.as_ref(), &after, change))
    }

    async fn hold(&self, tx: &DatabaseTransaction, changes: &[entity::Model]) -> Result<()> {
        // First, so that those who write side by side are counted one after the other; the follower reads them in a moment.
        rows::advance_edition(tx).await?;
        rows::hold(tx, changes.iter().map(|group| group.id)).await
    }

    async fn write(
        &self,
        _: &ListSheets,
        tx: &DatabaseTransaction,
        _: &Actor,
        changes: Vec<entity::Model>,
    ) -> Result<Vec<String>> {
        rows::put_all(tx, &changes).await?;
        if rows::count(tx, self.school).await? > MAX_GROUPS {
            let (thing, limit) = (Thing::Synonyms, MAX_GROUPS);
            return Err(Refusal::LimitReached { thing, limit }.into());
        }
        Ok(changes.iter().map(|group| group.id.to_string()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_as_they_were_written_with_their_commas() {
        let words = json!(["A/D转换", "模数转换, 逐次逼近"]);

        assert_eq!(read_words(&write_words(&words)), words);
        assert_eq!(read_words("课件、PPT，幻灯片"), json!(["课件", "PPT", "幻灯片"]));
    }
}
