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

    /// How many texts hold every word.
    pub(crate) async fn count(&self, words: &[String]) -> Result<i64> {
        let asked = all_of(words);
        let sql = "SELECT count(*) AS found FROM text WHERE text MATCH ?";
        let row = self.0.query_one_raw(self.statement(sql, vec![asked.into()])).await?;
        Ok(row.map(|row| row.try_get("", "found")).transpose()?.unwrap_or_default())
    }

    /// The numbers of the best texts that hold every word.
    pub(crate) async fn best(&self, words: &[String], limit: u32) -> Result<Vec<i64>> {
        self.ranked(all_of(words), limit).await
    }

    /// The numbers of the best texts that hold some of a question.
    pub(crate) async fn nearest(&self, question: &str, limit: u32) -> Result<Vec<i64>> {
        let asked: Vec<String> = pairs(question).split(' ').map(|pair| format!("\"{pair}\"")).collect();
        self.ranked(asked.join(" OR "), limit).await
    }

    async fn ranked(&self, asked: String, limit: u32) -> Result<Vec<i64>> {
        let sql = format!("SELECT rowid FROM text WHERE text MATCH ? ORDER BY rank LIMIT {limit}");
        let rows = self.0.query_all_raw(self.statement(&sql, vec![asked.into()])).await?;
        rows.iter().map(|row| Ok(row.try_get("", "rowid")?)).collect()
    }

    fn statement(&self, sql: &str, values: Vec<sea_orm::Value>) -> Statement {
        Statement::from_sql_and_values(self.0.get_database_backend(), sql, values)
    }
}

fn all_of(words: &[String]) -> String {
    let asked: Vec<String> = words.iter().map(|word| format!("\"{}\"", pairs(word))).collect();
    asked.join(" AND ")
}

/// A text as pairs of neighbouring characters, for a tokenizer that knows no Chinese.
fn pairs(text: &str) -> String {
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
