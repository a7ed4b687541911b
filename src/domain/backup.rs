//! Form of a backup: a manifest that names all rows and all objects of a library at one moment.
//!
//! ```text
//! backups/<moment>.<sha256>.json   one manifest a backup, named by what it is; written last, so that a cut backup is none
//! rows/ab/<sha256>.jsonl.gz        rows of a table, or a list of objects, one JSON array a line; shared between backups
//! blobs/… derived/…                the objects, under the keys that the store has for them
//! ```
//!
//! Rows are cells in the order of the table's columns, so that a table of either database is read by the other. A part
//! is named by the SHA-256 of its bytes before compression: rows that did not change since the last backup are there
//! already.

use serde::{Deserialize, Serialize};

use super::id::{LibraryId, Sha256};
use super::time::Timestamp;

/// Version of the form that this program writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// Number of object lists, by the first two digits of their SHA-256: only a two-hundred-and-fifty-sixth of the library
/// is in memory at once.
pub const SHARDS: u16 = 256;

/// Manifest of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupManifest {
    /// The form of everything below.
    pub format: u32,
    /// The version of the program that made it.
    pub program: String,
    /// Whose it is, if that was known.
    pub library: Option<LibraryId>,
    /// When its rows were what they are here.
    pub made_at: Timestamp,
    /// Changes of the tables that had been made, oldest first.
    pub migrations: Vec<String>,
    /// Every table, by name.
    pub tables: Vec<TableContents>,
    /// The lists of objects, one for each shard.
    pub objects: Vec<Sha256>,
    /// How many objects are listed.
    pub object_count: u64,
    /// Their bytes.
    pub object_bytes: u64,
    /// Objects that rows name and that the store did not have, or not as they were; the first hundred.
    pub lost: Vec<String>,
    /// How many such objects there are.
    pub lost_count: u64,
    /// What was left out because others may read where this lies: `table.column`.
    pub without: Vec<String>,
}

/// The rows of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableContents {
    /// Which.
    #[serde(flatten)]
    pub table: TableSchema,
    /// How many rows.
    pub rows: u64,
    /// Where they are, in order.
    pub parts: Vec<Sha256>,
}

/// Schema of a table, as the database itself describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSchema {
    /// Its name.
    pub name: String,
    /// Its columns, in its own order.
    pub columns: Vec<ColumnSchema>,
    /// The columns of its primary key, in the key's order.
    pub key: Vec<String>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnSchema {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
}

/// What a column holds, and how a cell of it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// `true` or `false`.
    Boolean,
    /// A whole number of up to 64 bits.
    Integer,
    /// A floating-point number.
    Real,
    /// A string.
    Text,
    /// A string of a UUID with hyphens.
    Uuid,
    /// A string that holds JSON, so that it comes back letter by letter.
    Json,
    /// Bytes, as a string of hexadecimal digits.
    Bytes,
}

/// Value of a cell: null, a boolean, a number, or a string.
pub type CellValue = serde_json::Value;

/// One object that a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Its key in the store, and in the backup.
    pub key: String,
    /// Its length in bytes.
    pub size: u64,
    /// What its bytes are, where the key does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256>,
}

impl TableSchema {
    /// Where among the columns one is.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|known| known.name == column)
    }
}

impl BackupManifest {
    /// A table's rows.
    pub fn table(&self, name: &str) -> Option<&TableContents> {
        self.tables.iter().find(|rows| rows.table.name == name)
    }

    /// Every part that this backup needs.
    pub fn parts(&self) -> impl Iterator<Item = &Sha256> {
        let rows = self.tables.iter().flat_map(|rows| &rows.parts);
        rows.chain(&self.objects)
    }

    /// How many rows all tables have.
    pub fn row_count(&self) -> u64 {
        self.tables.iter().map(|rows| rows.rows).sum()
    }
}

/// The first two digits of what a shard's objects are named by.
pub fn shard_digits(shard: u16) -> String {
    format!("{shard:02x}")
}
