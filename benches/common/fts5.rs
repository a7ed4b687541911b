//! SQLite's full-text index (FTS5) over text cut into pairs of characters: the peer that everybody has at hand.

use std::path::Path;

use anyhow::Result;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};

/// A table of texts.
pub(crate) struct Fts5(DatabaseConnection);

impl Fts5 {
    /// An empty one in a folder.
    pub(crate) async fn create(folder: &Path) -> Result<Self> {
        let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", folder.join("fts.sqlite").display()));
        options.max_connections(1).sqlx_logging(false);
        let db = Database::connect(options).await?;
        db.execute_unprepared("CREATE VIRTUAL TABLE text USING fts5(body, content='', tokenize='unicode61')")
            .await?;
        Ok(Self(db))
    }

    /// Adds texts; their numbers go on from 1.
    pub(crate) async fn insert(&self, texts: Vec<String>) -> Result<()> {
        let places = vec!["(?)"; texts.len()].join(",");
        let values: Vec<sea_orm::Value> = texts.iter().map(|text| pairs(text).into()).collect();
        let insert = format!("INSERT INTO text (body) VALUES {places}");
        self.0.execute_raw(self.statement(&insert, values)).await?;
        Ok(())
    }

    /// How many texts hold the words, and the numbers of the best: all of them (`AND`) or any (`OR`).
    pub(crate) async fn ask(&self, words: &[String], joined_by: &str, limit: u32) -> Result<(i64, Vec<i64>)> {
        let asked: Vec<String> = words.iter().map(|word| format!("\"{}\"", pairs(word))).collect();
        let asked = asked.join(&format!(" {joined_by} "));
        let count = "SELECT count(*) AS found FROM text WHERE text MATCH ?";
        let best = format!("SELECT rowid FROM text WHERE text MATCH ? ORDER BY rank LIMIT {limit}");
        let row = self
            .0
            .query_one_raw(self.statement(count, vec![asked.clone().into()]))
            .await?;
        let rows = self.0.query_all_raw(self.statement(&best, vec![asked.into()])).await?;
        let found = row.map(|row| row.try_get("", "found")).transpose()?;
        let numbers = rows
            .iter()
            .map(|row| Ok(row.try_get("", "rowid")?))
            .collect::<Result<_>>()?;
        Ok((found.unwrap_or_default(), numbers))
    }

    fn statement(&self, sql: &str, values: Vec<sea_orm::Value>) -> Statement {
        Statement::from_sql_and_values(self.0.get_database_backend(), sql, values)
    }
}

/// A text as pairs of neighbouring characters, for a tokenizer that knows no Chinese.
pub(crate) fn pairs(text: &str) -> String {
    let runs = text
        .split(|character: char| !character.is_alphanumeric())
        .filter(|run| !run.is_empty());
    let pairs = runs.flat_map(|run| {
        if run.is_ascii() {
            return vec![run.to_owned()];
        }
        let characters: Vec<char> = run.chars().collect();
        let width = characters.len().min(2);
        characters.windows(width).map(String::from_iter).collect()
    });
    pairs.collect::<Vec<_>>().join(" ")
}
