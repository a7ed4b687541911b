//! The table of sessions: what its columns are called, and which fields they fill.

use crate::domain::form_sheet::{CellForm, FormColumn};

/// The columns, in the order in which a table of sessions is made.
pub const COLUMNS: &[FormColumn] = &[
    column("title", &["标题", "培训班", "名称"], CellForm::Text, true),
    column("topic", &["主题"], CellForm::Text, false),
    column("mode", &["方式", "培训方式"], CellForm::Text, true),
    column("from", &["开始日期", "日期"], CellForm::Day, true),
    column("until", &["结束日期"], CellForm::Day, false),
    column("days", &["培训天数", "天数"], CellForm::Text, false),
    column("hours", &["学时"], CellForm::Text, true),
    column("base", &["研修基地", "基地"], CellForm::Text, false),
    column("place", &["地点"], CellForm::Text, false),
    column("holder", &["举办人或主讲", "举办人", "主讲"], CellForm::Text, false),
    column("schools", &["面向的学校"], CellForm::List, false),
    column("capacity", &["名额", "人数"], CellForm::Text, false),
    column("counts", &["计入工作方案"], CellForm::Flag, false),
    column("share", &["线上学完的比例（%）"], CellForm::Text, false),
    column("note", &["说明", "备注"], CellForm::Text, false),
];

const fn column(
    field: &'static str,
    headings: &'static [&'static str],
    cells: CellForm,
    is_required: bool,
) -> FormColumn {
    FormColumn {
        field,
        headings,
        cells,
        is_required,
    }
}
