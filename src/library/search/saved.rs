//! Searches that people keep: what is new in each since they last looked, and a feed of each for readers of feeds.
//!
//! A kept question names majors, courses and schools by their ids, so that counting the news of a hundred of them asks
//! the index alone. A feed's address holds a key that stands for its owner, who may see what they may see *now*.

use std::sync::Arc;

use serde::Serialize;

use crate::actor::{Actor, Member};
use crate::db::entity::saved_search::Model;
use crate::db::{changes, saved_searches};
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{CourseId, MajorId, SavedSearchId, SchoolId, TaskId};
use crate::domain::role::TokenScope;
use crate::domain::saved::{MAX_SAVED, SavedPatch};
use crate::domain::search::{Filters, MAX_VALUES, Question, SearchQuery, Sort};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::accounts::{hashed, member, secret, still_signed_in};
use crate::library::authority::who_may;
use crate::library::paging::{self, Page};
use crate::library::search::Search;
use crate::library::search::find::SearchResults;
use crate::library::synonyms;
use crate::search::{Index, SearchError, Synonyms};
use crate::words::Lang;

/// How many entries a feed has at most.
pub const FEED_ENTRIES: usize = 50;
/// An index that is behind by more is being built anew, and knows nothing of when it was last true.
const MOST_BEHIND: std::time::Duration = std::time::Duration::from_mins(1);

/// A search that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SavedSearch {
    /// Its id.
    pub id: SavedSearchId,
    /// What its owner calls it.
    pub name: String,
    /// The question as an address carries it: what stands behind `/search?`.
    pub query: String,
    /// The page with its results, as a path on this site.
    pub url: String,
    /// When it was saved.
    pub created_at: Timestamp,
    /// When its owner last looked at what was new.
    pub seen_at: Timestamp,
    /// How many of its results are new or changed since.
    pub news: u64,
    /// Whether it has a feed.
    pub has_feed: bool,
    /// The feed's address, as a path on this site: told once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed_url: Option<String>,
}

/// What a feed's address leads to.
#[derive(Debug, Clone)]
pub struct SavedFeed {
    /// The saved search's id.
    pub id: SavedSearchId,
    /// What its owner calls it.
    pub name: String,
    /// The page with its results, as a path on this site.
    pub url: String,
    /// When it was saved.
    pub created_at: Timestamp,
    /// Its results, newest first.
    pub found: SearchResults,
}

impl Search {
    /// The actor's searches, newest first, with the news of each.
    pub async fn saved_searches(&self, actor: &Actor, cursor: Option<&str>, limit: u64) -> Result<Page<SavedSearch>> {
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        let before: Option<SavedSearchId> = paging::begin(cursor)?;
        let rows = saved_searches::list(self.db.read(), member.id, before, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.id);
        Ok(Page {
            items: self.show_saved(actor, rows).await?,
            next_cursor,
        })
    }

    /// One of the actor's searches.
    pub async fn saved_search(&self, actor: &Actor, id: SavedSearchId) -> Result<SavedSearch> {
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        let row = self.own_saved(member, id).await?;
        self.show_one_saved(actor, row).await
    }

    /// Keeps a question under a name. What it finds now is no news.
    pub async fn save_search(&self, actor: &Actor, name: String, query: &SearchQuery) -> Result<SavedSearch> {
        let member = keeper(actor)?;
        // What is saved looks back to a moment of its own.
        let query = SearchQuery {
            since: None,
            ..query.clone()
        };
        let question = self.question(&query).await?;
        expect_known(&question.filters)?;
        let row = Model {
            id: SavedSearchId::new(),
            account_id: member.id,
            name,
            query: SearchQuery::to_save(&question).write(),
            created_at: self.clock.now(),
            seen_at: self.known_until().await?,
            feed_key_sha256: None,
        };
        let added = row.clone();
        self.db
            .write(async |tx| {
                // Whoever was erased meanwhile would have a question kept of them for good.
                still_signed_in(tx, member).await?;
                // Counted under the lock, so that two at once do not both find the last place.
                if saved_searches::count_for_update(tx, member.id).await? >= MAX_SAVED {
                    let thing = Thing::SavedSearch;
                    return Err(Refusal::LimitReached {
                        thing,
                        limit: MAX_SAVED,
                    }
                    .into());
                }
                saved_searches::add(tx, row).await?;
                self.audit
                    .record(tx, actor, AuditAction::SavedSearchAdd, Some(added.id.to_string()))
                    .await
            })
            .await?;
        self.show_one_saved(actor, added).await
    }

    /// Renames a search, makes a new address for its feed (the old one leads nowhere from now on), or takes it away.
    pub async fn edit_saved(&self, actor: &Actor, id: SavedSearchId, patch: SavedPatch) -> Result<SavedSearch> {
        let member = keeper(actor)?;
        let key = if patch.feed == Some(true) {
            Some(secret()?)
        } else {
            None
        };
        let feed = match &key {
            Some(key) => Some(saved_searches::FeedChange::Opens(hashed(key))),
            None => patch.feed.map(|_| saved_searches::FeedChange::Ends),
        };
        let changed = saved_searches::SavedSearchChange {
            name: patch.name,
            feed,
            ..saved_searches::SavedSearchChange::default()
        };
        self.db
            .write(async |tx| {
                if !saved_searches::change(tx, member.id, id, changed).await? {
                    return Err(Refusal::NoSuch(Thing::SavedSearch).into());
                }
                self.audit
                    .record(tx, actor, edit_action(patch.feed), Some(id.to_string()))
                    .await
            })
            .await?;
        let row = self.own_saved(member, id).await?;
        let shown = self.show_one_saved(actor, row).await?;
        Ok(SavedSearch {
            feed_url: key.map(|key| format!("/feeds/{key}")),
            ..shown
        })
    }

    /// Removes a search, and its feed with it.
    pub async fn remove_saved(&self, actor: &Actor, id: SavedSearchId) -> Result<()> {
        let member = keeper(actor)?;
        self.db
            .write(async |tx| {
                // Named in the log while it is there; a line about what was not is undone with it.
                self.audit
                    .record(tx, actor, AuditAction::SavedSearchRemove, Some(id.to_string()))
                    .await?;
                if !saved_searches::remove(tx, member.id, id).await? {
                    return Err(Refusal::NoSuch(Thing::SavedSearch).into());
                }
                Ok(())
            })
            .await
    }

    /// Notes that the owner looks at what is new: from now on it is no news. Tells since when it was.
    pub async fn see_saved(&self, actor: &Actor, id: SavedSearchId) -> Result<(SavedSearch, Timestamp)> {
        let member = keeper(actor)?;
        let before = self.own_saved(member, id).await?;
        let since = before.seen_at;
        // Not back: an index that is behind knows of an earlier moment than the last look.
        let seen_at = since.max(self.known_until().await?);
        let changed = saved_searches::SavedSearchChange {
            seen_at: Some(seen_at),
            ..saved_searches::SavedSearchChange::default()
        };
        self.db
            .write(async |tx| saved_searches::change(tx, member.id, id, changed).await)
            .await?;
        let after = Model { seen_at, ..before };
        Ok((self.show_one_saved(actor, after).await?, since))
    }

    /// The feed with this key: what its owner may see now.
    pub async fn saved_feed(&self, key: &str, lang: Lang) -> Result<SavedFeed> {
        let found = saved_searches::of_feed(self.db.read(), &hashed(key)).await?;
        let found = found.filter(|(_, owner)| !owner.disabled);
        let (row, owner) = found.ok_or(Refusal::NoSuch(Thing::Feed))?;
        let owner = Actor {
            account: Some(member(&owner, TokenScope::Read, None)),
            address: None,
            once: None,
        };
        let question = Question {
            sort: Sort::Newest,
            limit: FEED_ENTRIES,
            audiences: owner.audiences(),
            ..SearchQuery::read(&row.query).question()
        };
        Ok(SavedFeed {
            found: self.answer(&owner, question, lang).await?,
            url: url(&row.query),
            id: row.id,
            name: row.name,
            created_at: row.created_at,
        })
    }

    async fn own_saved(&self, member: &Member, id: SavedSearchId) -> Result<Model> {
        let row = saved_searches::search(self.db.read(), member.id, id).await?;
        Ok(row.ok_or(Refusal::NoSuch(Thing::SavedSearch))?)
    }

    async fn show_one_saved(&self, actor: &Actor, row: Model) -> Result<SavedSearch> {
        let shown = self.show_saved(actor, vec![row]).await?.pop();
        Ok(shown.ok_or(Refusal::NoSuch(Thing::SavedSearch))?)
    }

    async fn show_saved(&self, actor: &Actor, rows: Vec<Model>) -> Result<Vec<SavedSearch>> {
        let news = self.news(actor, &rows).await?;
        let shown = rows.into_iter().zip(news).map(|(row, news)| SavedSearch {
            url: url(&row.query),
            id: row.id,
            name: row.name,
            query: row.query,
            created_at: row.created_at,
            seen_at: row.seen_at,
            news,
            has_feed: row.feed_key_sha256.is_some(),
            feed_url: None,
        });
        Ok(shown.collect())
    }

    /// How many results of each search changed since its owner looked.
    async fn news(&self, actor: &Actor, rows: &[Model]) -> Result<Vec<u64>> {
        let questions: Vec<Question> = rows.iter().map(|row| question_for_news(actor, row)).collect();
        let (index, synonyms) = (Arc::clone(&self.index), self.synonyms.cache());
        let school = synonyms::school(actor);
        let _turn = self.counting.acquire().await.map_err(Error::unexpected)?;
        let counting = tokio::task::spawn_blocking(move || {
            let table = synonyms.table(school);
            let counts = questions.iter().map(|question| count(&index, question, &table));
            counts.collect::<std::result::Result<Vec<u64>, SearchError>>()
        });
        counting.await.map_err(Error::unexpected)?.map_err(Error::unexpected)
    }

    /// Up to which moment the index knows everything. What was written just before now may not be in it yet, and would
    /// be news to nobody if now were noted.
    async fn known_until(&self) -> Result<Timestamp> {
        let now = self.clock.now();
        let applied = i64::try_from(self.index.applied_change()).unwrap_or(i64::MAX);
        let missing = changes::after(self.db.read(), applied, 1).await?;
        let Some(first) = missing.first() else { return Ok(now) };
        let before = first.at.minus(std::time::Duration::from_millis(1));
        Ok(before.min(now).max(now.minus(MOST_BEHIND)))
    }
}

/// Whoever has signed in keeps searches, whatever their role.
fn keeper(actor: &Actor) -> Result<&Member> {
    who_may(actor, Act::KeepSearches)
}

/// Refuses a question about what is not there: it would find nothing for ever.
fn expect_known(filters: &Filters) -> Result<()> {
    // One name may be that of many; kept are their ids, which the page's address must be able to say.
    let counts = [
        filters.major.len(),
        filters.course.len(),
        filters.task.len(),
        filters.school.len(),
    ];
    if counts.iter().any(|count| *count > MAX_VALUES) {
        let fault = FieldFault::at("query", FaultKind::TooLong { max: MAX_VALUES });
        return Err(Refusal::Fields(vec![fault]).into());
    }
    let is_known = !filters.major.contains(&MajorId::NO_ROW)
        && !filters.course.contains(&CourseId::NO_ROW)
        && !filters.task.contains(&TaskId::NO_ROW)
        && !filters.school.contains(&SchoolId::NO_ROW);
    if is_known {
        return Ok(());
    }
    let expected = "names that exist";
    let fault = FieldFault::at("query", FaultKind::Malformed { expected });
    Err(Refusal::Fields(vec![fault]).into())
}

fn edit_action(feed: Option<bool>) -> AuditAction {
    match feed {
        Some(true) => AuditAction::SavedSearchFeedAdd,
        Some(false) => AuditAction::SavedSearchFeedRemove,
        None => AuditAction::SavedSearchEdit,
    }
}

fn url(query: &str) -> String {
    if query.is_empty() {
        return "/search".to_owned();
    }
    format!("/search?{query}")
}

fn question_for_news(actor: &Actor, row: &Model) -> Question {
    let mut question = SearchQuery::read(&row.query).question();
    question.filters.since = Some(row.seen_at);
    question.sort = Sort::Newest;
    question.limit = 1;
    question.audiences = actor.audiences();
    question
}

/// Counts what holds what a question asks for. When nothing new does, the index may answer what was probably meant, which
/// is news only where the search has never found more than that.
fn count(index: &Index, question: &Question, table: &Synonyms) -> std::result::Result<u64, SearchError> {
    let new = index.search(question, table)?;
    if new.total == 0 || new.corrected.is_none() {
        return Ok(new.total as u64);
    }
    let mut ever = question.clone();
    ever.filters.since = None;
    let is_all_there_is = index.search(&ever, table)?.corrected.is_some();
    Ok(if is_all_there_is { new.total as u64 } else { 0 })
}
