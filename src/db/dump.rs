//! Dump of all rows of all our tables, for backups: whatever tables the migrations make and whatever columns they have,
//! so that none can be forgotten. What others keep in the same schema is neither kept nor touched.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use futures_util::{Stream, TryStreamExt as _};
use migrations::{Migrator, MigratorTrait as _, run_only};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult, Statement, StreamTrait as _, Value,
};
use uuid::Uuid;

use crate::domain::backup::{CellValue, ColumnKind, ColumnSchema, TableSchema};
use crate::domain::id::LibraryId;
use crate::error::{Error, Result};

/// Table of the migrations that have run. It is not dumped: backups name the migrations in their manifest.
const MIGRATIONS: &str = "seaql_migrations";
/// Values of one statement; both databases limit them.
const VALUES_AT_ONCE: usize = 5_000;

/// Every table of ours but that of the migrations, by name. A table of somebody else's in the same schema made a backup
/// that could not be restored, and a restore dropped it.
pub(crate) async fn tables(conn: &impl ConnectionTrait) -> Result<Vec<TableSchema>> {
    let sql = if super::is_postgres(conn) {
        COLUMNS_OF_POSTGRES
    } else {
        COLUMNS_OF_SQLITE
    };
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    let mut tables: Vec<SchemaBuilder> = Vec::new();
    for row in conn.query_all_raw(statement).await? {
        let name: String = row.try_get("", "table_name")?;
        if tables.last().is_none_or(|table| table.name != name) {
            tables.push(SchemaBuilder::new(name));
        }
        let table = tables.last_mut().expect("one was just pushed");
        table.take(&row)?;
    }
    let ours = super::migrate::table_names().await?;
    tables.retain(|table| ours.contains(&table.name));
    Ok(tables.into_iter().map(SchemaBuilder::finish).collect())
}

const COLUMNS_OF_SQLITE: &str = "\
    SELECT t.name AS table_name, c.name AS column_name, c.type AS declared, CAST(c.pk AS BIGINT) AS place
    FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
    ORDER BY t.name, c.cid";

// `indkey` counts from 0; one is added, so that 0 means: no part of the key.
const COLUMNS_OF_POSTGRES: &str = "\
    SELECT t.relname::text AS table_name, c.attname::text AS column_name, format_type(c.atttypid, NULL) AS declared,
           COALESCE(array_position(i.indkey::int2[], c.attnum) + 1, 0)::bigint AS place
    FROM pg_class AS t
    JOIN pg_namespace AS n ON n.oid = t.relnamespace
    JOIN pg_attribute AS c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
    LEFT JOIN pg_index AS i ON i.indrelid = t.oid AND i.indisprimary
    WHERE t.relkind = 'r' AND n.nspname = current_schema()
    ORDER BY t.relname, c.attnum";

/// Builds a table's schema from its columns, row by row.
struct SchemaBuilder {
    name: String,
    columns: Vec<ColumnSchema>,
    /// Columns of the primary key, with their places in it.
    key: Vec<(i64, String)>,
}

impl SchemaBuilder {
    fn new(name: String) -> Self {
        Self {
            name,
            columns: Vec::new(),
            key: Vec::new(),
        }
    }

    fn take(&mut self, row: &QueryResult) -> Result<()> {
        let name: String = row.try_get("", "column_name")?;
        let declared: String = row.try_get("", "declared")?;
        let place: i64 = row.try_get("", "place")?;
        let Some(kind) = kind_of(&declared) else {
            let table = &self.name;
            // No backup rather than one that leaves a column out without a word.
            return Err(Error::Unexpected(anyhow::anyhow!(
                "column `{name}` of table `{table}` has the type `{declared}`, which backups do not know"
            )));
        };
        if place > 0 {
            self.key.push((place, name.clone()));
        }
        self.columns.push(ColumnSchema { name, kind });
        Ok(())
    }

    fn finish(mut self) -> TableSchema {
        self.key.sort();
        TableSchema {
            name: self.name,
            columns: self.columns,
            key: self.key.into_iter().map(|(_, name)| name).collect(),
        }
    }
}

/// What a column of a declared type holds. The two databases spell the types that migrations ask for in their own ways.
fn kind_of(declared: &str) -> Option<ColumnKind> {
    let declared = declared.to_ascii_lowercase();
    let word = declared.split(['_', '(', ' ']).next().unwrap_or_default();
    Some(match word {
        "boolean" => ColumnKind::Boolean,
        "bigint" | "integer" | "smallint" | "int" => ColumnKind::Integer,
        "double" | "real" | "float" => ColumnKind::Real,
        "text" | "varchar" | "character" | "char" => ColumnKind::Text,
        "uuid" => ColumnKind::Uuid,
        "json" | "jsonb" => ColumnKind::Json,
        "bytea" | "blob" | "binary" | "varbinary" => ColumnKind::Bytes,
        _ => return None,
    })
}

/// Names of the migrations that have run.
pub(crate) async fn migrations(conn: &impl ConnectionTrait) -> Result<Vec<String>> {
    let sql = format!("SELECT version FROM {MIGRATIONS} ORDER BY version");
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    let rows = conn.query_all_raw(statement).await?;
    rows.iter().map(|row| Ok(row.try_get("", "version")?)).collect()
}

/// The library's id, where the database knows one.
pub(crate) async fn library_id(conn: &impl ConnectionTrait) -> Result<Option<LibraryId>> {
    let tables = tables(conn).await?;
    if !tables.iter().any(|table| table.name == "library") {
        return Ok(None);
    }
    let statement = Statement::from_string(conn.get_database_backend(), "SELECT id FROM library");
    let row = conn.query_one_raw(statement).await?;
    Ok(row.map(|row| row.try_get("", "id")).transpose()?)
}

/// Locks all our tables for this transaction alone; returns whether that succeeded.
pub(crate) async fn lock_all_tables(tx: &DatabaseTransaction) -> Result<bool> {
    let names: Vec<String> = tables(tx).await?.iter().map(|table| quoted(&table.name)).collect();
    match super::migrate::lock_all_tables(tx, &names).await {
        Err(error) if super::migrate::is_lock_timeout(&error) => Ok(false),
        done => done.map(|()| true).map_err(Error::unexpected),
    }
}

/// The tables as they are when just these changes have been made, whatever database is at hand.
pub(crate) async fn tables_of(made: BTreeSet<String>) -> Result<Vec<TableSchema>> {
    tables(&super::migrate::migrated_in_memory(made).await?).await
}

/// Makes the tables anew, as they were when just these changes had been made: what was in them is gone.
pub(crate) async fn recreate_tables(tx: &DatabaseTransaction, made: BTreeSet<String>) -> Result<()> {
    let old = tables(tx).await?.into_iter().map(|table| table.name);
    for table in old.chain([MIGRATIONS.to_owned()]) {
        tx.execute_unprepared(&format!("DROP TABLE IF EXISTS {}", quoted(&table)))
            .await?;
    }
    Ok(run_only(tx, made).await?)
}

/// Runs the pending migrations.
pub(crate) async fn bring_up_to_date(tx: &DatabaseTransaction) -> Result<()> {
    Ok(Migrator::up(tx, None).await?)
}

/// Ends what belonged to processes and folders that are not here: leases, and uploads whose bytes are not whole.
pub(crate) async fn reset_process_state(tx: &DatabaseTransaction) -> Result<()> {
    clear(tx, "lease").await?;
    // Bytes on their way lie in a folder that is not here.
    tx.execute_unprepared("DELETE FROM upload WHERE sha256 IS NULL").await?;
    Ok(())
}

/// Forgets keys whose secrets were not kept: new ones are drawn when they are needed.
pub(crate) async fn delete_keys(tx: &impl ConnectionTrait) -> Result<()> {
    for table in ["trust_key", "trust_root", "pack_timestamp"] {
        clear(tx, table).await?;
    }
    Ok(())
}

/// A table's rows in the order of its key.
pub(crate) async fn rows<'a>(
    tx: &'a DatabaseTransaction,
    table: &'a TableSchema,
) -> Result<impl Stream<Item = Result<Vec<CellValue>>> + 'a> {
    let backend = ConnectionTrait::get_database_backend(tx);
    let statement = Statement::from_string(backend, selection(backend, table));
    let found = tx.stream_raw(statement).await?.map_err(Error::from);
    Ok(found.and_then(move |row| async move { cells(&row, table) }))
}

fn selection(backend: DbBackend, table: &TableSchema) -> String {
    let read = |column: &ColumnSchema| match backend {
        DbBackend::Postgres => read_of_postgres(column),
        _ => read_of_sqlite(column),
    };
    let columns: Vec<String> = table.columns.iter().map(read).collect();
    let mut sql = format!("SELECT {} FROM {}", columns.join(", "), quoted(&table.name));
    if !table.key.is_empty() {
        let key: Vec<String> = table.key.iter().map(|name| quoted(name)).collect();
        write!(sql, " ORDER BY {}", key.join(", ")).expect("writing to a String cannot fail");
    }
    sql
}

fn read_of_postgres(column: &ColumnSchema) -> String {
    let name = quoted(&column.name);
    match column.kind {
        ColumnKind::Integer => format!("{name}::bigint"),
        ColumnKind::Real => format!("{name}::double precision"),
        ColumnKind::Text | ColumnKind::Json => format!("{name}::text"),
        ColumnKind::Boolean | ColumnKind::Uuid | ColumnKind::Bytes => name,
    }
}

/// SQLite gives back what was put in, whatever the column says: the cast makes it what the column says.
fn read_of_sqlite(column: &ColumnSchema) -> String {
    let name = quoted(&column.name);
    match column.kind {
        ColumnKind::Boolean | ColumnKind::Integer => format!("CAST({name} AS INTEGER)"),
        ColumnKind::Real => format!("CAST({name} AS REAL)"),
        ColumnKind::Text | ColumnKind::Json => format!("CAST({name} AS TEXT)"),
        ColumnKind::Uuid | ColumnKind::Bytes => name,
    }
}

fn cells(row: &QueryResult, table: &TableSchema) -> Result<Vec<CellValue>> {
    let read = |(at, column): (usize, &ColumnSchema)| Ok(cell(row, at, column.kind)?);
    table.columns.iter().enumerate().map(read).collect()
}

fn cell(row: &QueryResult, at: usize, kind: ColumnKind) -> std::result::Result<CellValue, DbErr> {
    Ok(match kind {
        ColumnKind::Boolean => row.try_get_by_index::<Option<bool>>(at)?.into(),
        ColumnKind::Integer => row.try_get_by_index::<Option<i64>>(at)?.into(),
        ColumnKind::Real => row.try_get_by_index::<Option<f64>>(at)?.into(),
        ColumnKind::Text | ColumnKind::Json => row.try_get_by_index::<Option<String>>(at)?.into(),
        ColumnKind::Uuid => {
            let id = row.try_get_by_index::<Option<Uuid>>(at)?;
            id.map(|id| id.hyphenated().to_string()).into()
        }
        ColumnKind::Bytes => row
            .try_get_by_index::<Option<Vec<u8>>>(at)?
            .map(|bytes| HEXLOWER.encode(&bytes))
            .into(),
    })
}

/// Removes every row of a table.
pub(crate) async fn clear(tx: &impl ConnectionTrait, table: &str) -> Result<()> {
    tx.execute_unprepared(&format!("DELETE FROM {}", quoted(table))).await?;
    Ok(())
}

/// Whether a table has a row.
pub(crate) async fn has_rows(conn: &impl ConnectionTrait, table: &str) -> Result<bool> {
    let sql = format!("SELECT 1 AS one FROM {} LIMIT 1", quoted(table));
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    Ok(conn.query_one_raw(statement).await?.is_some())
}

/// How many rows of a table are added at once.
pub(crate) fn rows_at_once(table: &TableSchema) -> usize {
    (VALUES_AT_ONCE / table.columns.len().max(1)).max(1)
}

/// Adds rows to a table, [`rows_at_once`] at most; their cells are in the order of its columns.
pub(crate) async fn insert_rows(
    tx: &impl ConnectionTrait,
    table: &TableSchema,
    rows: Vec<Vec<CellValue>>,
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let backend = tx.get_database_backend();
    let sql = insertion(backend, table, rows.len());
    let mut values = Vec::with_capacity(rows.len() * table.columns.len());
    for row in rows {
        if row.len() != table.columns.len() {
            return Err(wrong_cell(table, None));
        }
        for (column, cell) in table.columns.iter().zip(row) {
            values.push(value(column.kind, cell).ok_or_else(|| wrong_cell(table, Some(column)))?);
        }
    }
    tx.execute_raw(Statement::from_sql_and_values(backend, sql, values))
        .await?;
    Ok(())
}

fn insertion(backend: DbBackend, table: &TableSchema, rows: usize) -> String {
    let names: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
    let width = table.columns.len();
    let places = |row: usize| {
        let place = |(at, column): (usize, &ColumnSchema)| place(backend, column.kind, row * width + at + 1);
        let places: Vec<String> = table.columns.iter().enumerate().map(place).collect();
        format!("({})", places.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(places).collect();
    let (table, names, rows) = (quoted(&table.name), names.join(", "), rows.join(", "));
    format!("INSERT INTO {table} ({names}) VALUES {rows}")
}

/// PostgreSQL is told what it gets: it would take what the column holds for granted, and a whole number of 32 bits is not one
/// of 64, nor a text JSON.
fn place(backend: DbBackend, kind: ColumnKind, number: usize) -> String {
    if backend != DbBackend::Postgres {
        return format!("${number}");
    }
    let sent = match kind {
        ColumnKind::Boolean => "boolean",
        ColumnKind::Integer => "bigint",
        ColumnKind::Real => "double precision",
        ColumnKind::Text => "text",
        ColumnKind::Uuid => "uuid",
        ColumnKind::Json => "text::json",
        ColumnKind::Bytes => "bytea",
    };
    format!("${number}::{sent}")
}

/// The value of a cell; nothing if it is not of that kind.
fn value(kind: ColumnKind, cell: CellValue) -> Option<Value> {
    if cell.is_null() {
        return Some(match kind {
            ColumnKind::Boolean => Value::Bool(None),
            ColumnKind::Integer => Value::BigInt(None),
            ColumnKind::Real => Value::Double(None),
            ColumnKind::Text | ColumnKind::Json => Value::String(None),
            ColumnKind::Uuid => Value::Uuid(None),
            ColumnKind::Bytes => Value::Bytes(None),
        });
    }
    let text = cell.as_str();
    Some(match kind {
        ColumnKind::Boolean => cell.as_bool()?.into(),
        ColumnKind::Integer => cell.as_i64()?.into(),
        ColumnKind::Real => cell.as_f64()?.into(),
        ColumnKind::Text | ColumnKind::Json => text?.into(),
        ColumnKind::Uuid => Uuid::parse_str(text?).ok()?.into(),
        ColumnKind::Bytes => HEXLOWER.decode(text?.as_bytes()).ok()?.into(),
    })
}

fn wrong_cell(table: &TableSchema, column: Option<&ColumnSchema>) -> Error {
    let place = column.map_or("a row", |column| column.name.as_str());
    Error::Unexpected(anyhow::anyhow!(
        "`{place}` of table `{}` is not what it should be",
        table.name
    ))
}

/// Quotes a name for SQL. Names come from the database itself or from a backup, and are not trusted.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::{ColumnKind, kind_of};

    #[test]
    fn both_databases_spell_the_same_kinds() {
        let spelled = [
            (ColumnKind::Boolean, ["boolean", "boolean"]),
            (ColumnKind::Integer, ["bigint", "integer"]),
            (ColumnKind::Real, ["double precision", "double"]),
            (ColumnKind::Text, ["character varying", "varchar(255)"]),
            (ColumnKind::Uuid, ["uuid", "uuid_text"]),
            (ColumnKind::Json, ["jsonb", "json_text"]),
            (ColumnKind::Bytes, ["bytea", "BLOB"]),
        ];
        for (kind, names) in spelled {
            assert!(names.iter().all(|name| kind_of(name) == Some(kind)), "{names:?}");
        }
        assert_eq!(kind_of("interval"), None, "an unknown type is named, not guessed");
    }
}
