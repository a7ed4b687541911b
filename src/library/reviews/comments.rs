//! Comments: what a resource's author and its reviewers say to each other, at a page, a slide or a second.
//!
//! Readers never see one, and are not told whether there are any.

use std::collections::{HashMap, HashSet};

use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::actor::{Actor, Member};
use crate::db::entity::{self, LocatorColumn};
use crate::db::{comments, files, people, resources};
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::comment::{MAX_COMMENTS, NewComment};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{AccountId, CommentId, FileId, ResourceId};
use crate::domain::passage::Locator;
use crate::domain::search::{NamedAccount, NamedRef};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{expect, may, who_may};
use crate::library::paging::{self, Page};
use crate::library::resource_view::Resource;
use crate::library::resources::edit;
use crate::library::resources::visibility::SeenFiles;
use crate::library::reviews::Reviews;
use crate::library::search::find;

/// A comment as the API and the pages show it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// Who wrote it.
    pub author: NamedAccount,
    /// What it says.
    pub text: String,
    /// The file it is about; `null` for the whole resource, and where the caller does not see that file.
    pub file: Option<CommentedFile>,
    /// The place in the file, where the caller sees it.
    pub locator: Option<Locator>,
    /// Where to see it, as a path on this site.
    pub url: String,
    /// Where its place is in the newest version, while it is open and its file has been replaced since; `null`: no file has
    /// its path there, or it is about the present one.
    pub carried_to: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When somebody said that it is done with; `null` while it is open.
    pub resolved_at: Option<Timestamp>,
    /// Who said so.
    pub resolved_by: Option<NamedAccount>,
}

/// The file that a comment is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CommentedFile {
    /// Its id.
    pub id: FileId,
    /// Its path inside the resource.
    pub path: String,
    /// Whether the newest version that the caller sees still has it.
    pub is_current: bool,
}

impl Reviews {
    /// A resource's comments, oldest first, for its author and its reviewers.
    pub async fn comments(
        &self,
        actor: &Actor,
        resource: ResourceId,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<Comment>> {
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        let row = self.discussed(actor, member, resource, Act::Discuss).await?;
        let after: Option<CommentId> = paging::begin(cursor)?;
        let rows = comments::list(self.db.read(), row.id, after, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.id);
        Ok(Page {
            items: self.show(actor, &row, rows).await?,
            next_cursor,
        })
    }

    /// One comment of a resource, for its author and its reviewers.
    pub async fn comment(&self, actor: &Actor, resource: ResourceId, id: CommentId) -> Result<Comment> {
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        let row = self.discussed(actor, member, resource, Act::Discuss).await?;
        let comment = self.comment_of(row.id, id).await?;
        self.show_comment(actor, &row, comment).await
    }

    /// Says something about a resource, or about a place of one of its files.
    pub async fn add_comment(&self, actor: &Actor, resource: ResourceId, new: NewComment) -> Result<Comment> {
        let member = who_may(actor, Act::Comment)?;
        let row = self.discussed(actor, member, resource, Act::Comment).await?;
        self.expect_file_of(actor, &row, new.file).await?;
        let comment = entity::comment::Model {
            id: CommentId::new(),
            resource_id: row.id,
            author_id: member.id,
            file_id: new.file,
            locator: new.locator.map(LocatorColumn),
            text: new.text,
            created_at: self.clock.now(),
            resolved_at: None,
            resolved_by: None,
        };
        let added = comment.clone();
        self.db
            .write(async |tx| {
                // Nobody removes the resource meanwhile, and nobody passes the limit together with this one.
                resources::find_for_update(tx, row.id)
                    .await?
                    .ok_or(Refusal::NoSuch(Thing::Resource))?;
                if comments::count(tx, row.id).await? >= MAX_COMMENTS {
                    let thing = Thing::Comment;
                    return Err(Refusal::LimitReached {
                        thing,
                        limit: MAX_COMMENTS,
                    }
                    .into());
                }
                let subject = subject(&comment);
                comments::add(tx, comment).await?;
                self.audit
                    .record(tx, actor, AuditAction::CommentAdd, Some(subject))
                    .await
            })
            .await?;
        self.show_comment(actor, &row, added).await
    }

    /// Says that a comment is done with, or that it is open again. Said already, it changes nothing.
    ///
    /// ```
    /// # use gongxue::{actor::Actor, domain::id::{CommentId, ResourceId}, error::Result, library::Library};
    /// # async fn resolve(library: &Library, actor: &Actor, resource: ResourceId, comment: CommentId) -> Result<()> {
    /// library.reviews.resolve_comment(actor, resource, comment, true).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// The two ids cannot be swapped:
    ///
    /// ```compile_fail
    /// # use gongxue::{actor::Actor, domain::id::{CommentId, ResourceId}, error::Result, library::Library};
    /// # async fn resolve(library: &Library, actor: &Actor, resource: ResourceId, comment: CommentId) -> Result<()> {
    /// library.reviews.resolve_comment(actor, comment, resource, true).await?;
    /// # Ok(()) }
    /// ```
    pub async fn resolve_comment(
        &self,
        actor: &Actor,
        resource: ResourceId,
        id: CommentId,
        resolved: bool,
    ) -> Result<Comment> {
        let member = who_may(actor, Act::Comment)?;
        let row = self.discussed(actor, member, resource, Act::Comment).await?;
        let before = self.comment_of(row.id, id).await?;
        if before.resolved_at.is_some() == resolved {
            return self.show_comment(actor, &row, before).await;
        }
        let after = entity::comment::Model {
            resolved_at: resolved.then(|| self.clock.now()),
            resolved_by: resolved.then_some(member.id),
            ..before
        };
        let action = if resolved {
            AuditAction::CommentResolve
        } else {
            AuditAction::CommentReopen
        };
        self.db
            .write(async |tx| {
                if comments::set_resolved(tx, id, after.resolved_at, after.resolved_by).await? {
                    self.audit.record(tx, actor, action, Some(subject(&after))).await?;
                }
                Ok(())
            })
            .await?;
        // Whoever was first at the same moment is the one who said so.
        let said = self.comment_of(row.id, id).await?;
        self.show_comment(actor, &row, said).await
    }

    /// Takes a comment back: whoever wrote it.
    pub async fn remove_comment(&self, actor: &Actor, resource: ResourceId, id: CommentId) -> Result<()> {
        let member = who_may(actor, Act::Comment)?;
        let row = self.discussed(actor, member, resource, Act::Comment).await?;
        let comment = self.comment_of(row.id, id).await?;
        if comment.author_id != member.id {
            return Err(Refusal::NotAllowed.into());
        }
        self.db
            .write(async |tx| {
                if !comments::remove(tx, id).await? {
                    return Err(Refusal::NoSuch(Thing::Comment).into());
                }
                self.audit
                    .record(tx, actor, AuditAction::CommentRemove, Some(subject(&comment)))
                    .await
            })
            .await
    }

    /// Whether the actor takes part in what is said about a resource that it sees.
    pub fn may_discuss(&self, actor: &Actor, resource: &Resource) -> bool {
        may(actor, Act::Discuss, resource.as_target())
    }

    /// How many open comments each of these resources has, of the actor's own list, so nothing is checked again.
    pub async fn open_comments(&self, of: &[Resource]) -> Result<HashMap<ResourceId, u64>> {
        let ids = of.iter().map(|resource| resource.id).collect();
        let counts = comments::open_counts(self.db.read(), ids).await?;
        Ok(counts.into_iter().map(|(id, n)| (id, n.unsigned_abs())).collect())
    }

    /// The resource, if the actor takes part in what is said about it.
    async fn discussed(
        &self,
        actor: &Actor,
        member: &Member,
        id: ResourceId,
        act: Act,
    ) -> Result<entity::resource::Model> {
        let row = self.resources.visible(actor, id).await?;
        expect(member, act, edit::as_target(&row))?;
        Ok(row)
    }

    async fn comment_of(&self, resource: ResourceId, id: CommentId) -> Result<entity::comment::Model> {
        let row = comments::comment(self.db.read(), resource, id).await?;
        row.ok_or_else(|| Refusal::NoSuch(Thing::Comment).into())
    }

    async fn expect_file_of(
        &self,
        actor: &Actor,
        resource: &entity::resource::Model,
        file: Option<FileId>,
    ) -> Result<()> {
        let Some(id) = file else { return Ok(()) };
        let conn = self.db.read();
        let found = files::by_id(conn, vec![id]).await?;
        if let Some(file) = found.iter().find(|file| file.resource_id == resource.id) {
            let seen = SeenFiles::of(conn, actor, resource).await?;
            if seen.version_with(file).is_some() {
                return Ok(());
            }
        }
        let kind = FaultKind::Unknown {
            value: id.to_string(),
            hint: format!("GET /api/v1/resources/{}", resource.id),
        };
        Err(Refusal::Fields(vec![FieldFault::at("file_id", kind)]).into())
    }

    async fn show_comment(
        &self,
        actor: &Actor,
        resource: &entity::resource::Model,
        row: entity::comment::Model,
    ) -> Result<Comment> {
        let shown = self.show(actor, resource, vec![row]).await?.pop();
        shown.ok_or_else(|| Refusal::NoSuch(Thing::Comment).into())
    }

    /// Shows comments on a resource as the actor sees it, in the order given, by four queries at most. What they say is for all
    /// who take part; which files they are about is not, where those were never shown to the actor.
    async fn show(
        &self,
        actor: &Actor,
        resource: &entity::resource::Model,
        rows: Vec<entity::comment::Model>,
    ) -> Result<Vec<Comment>> {
        let conn = self.db.read();
        let people_named = rows.iter().flat_map(|row| [Some(row.author_id), row.resolved_by]);
        let people = people::accounts_by_id(conn, distinct(people_named)).await?;
        let people: HashMap<AccountId, String> = people.into_iter().map(|row| (row.id, row.display)).collect();
        let files = files::by_id(conn, distinct(rows.iter().map(|row| row.file_id))).await?;
        let seen = SeenFiles::of(conn, actor, resource).await?;
        let carried = carried(conn, &rows, &files, &seen).await?;
        let files: HashMap<FileId, SeenFile> = files
            .into_iter()
            .filter_map(|file| Some((file.id, SeenFile::of(file, &seen)?)))
            .collect();
        let named = |id: AccountId| NamedRef {
            id,
            code: None,
            name: people.get(&id).cloned().unwrap_or_default(),
        };
        let shown = rows.into_iter().map(|row| {
            let file = row.file_id.and_then(|id| files.get(&id));
            let locator = row.locator.map(|place| place.0).filter(|_| file.is_some());
            Comment {
                url: address(row.resource_id, file, locator.as_ref()),
                carried_to: file
                    .filter(|_| row.resolved_at.is_none())
                    .and_then(|file| carried.get(&file.row.path))
                    .filter(|present| Some(present.row.id) != row.file_id)
                    .map(|present| address(row.resource_id, Some(present), locator.as_ref())),
                id: row.id,
                author: named(row.author_id),
                text: row.text,
                file: file.map(|file| CommentedFile {
                    id: file.row.id,
                    path: file.row.path.clone(),
                    is_current: file.earlier.is_none(),
                }),
                locator,
                created_at: row.created_at,
                resolved_at: row.resolved_at,
                resolved_by: row.resolved_by.map(named),
            }
        });
        Ok(shown.collect())
    }
}

/// A file that somebody sees.
#[derive(Debug)]
struct SeenFile {
    row: entity::file::Model,
    /// The last version with it that they may know of; none where it is part of the present one.
    earlier: Option<i32>,
}

impl SeenFile {
    fn of(row: entity::file::Model, seen: &SeenFiles) -> Option<Self> {
        let version = seen.version_with(&row)?;
        let earlier = (!seen.has(&row)).then_some(version);
        Some(Self { row, earlier })
    }
}

/// What the audit log names: the comment with its resource, because a comment can be gone when somebody looks.
fn subject(row: &entity::comment::Model) -> String {
    format!("{}/comments/{}", row.resource_id, row.id)
}

/// The present files, by their paths, of replaced ones that open comments are about, by one query more.
async fn carried(
    conn: &impl ConnectionTrait,
    rows: &[entity::comment::Model],
    files: &[entity::file::Model],
    seen: &SeenFiles,
) -> Result<HashMap<String, SeenFile>> {
    let open: HashSet<FileId> = rows
        .iter()
        .filter(|row| row.resolved_at.is_none())
        .filter_map(|row| row.file_id)
        .collect();
    let replaced = files
        .iter()
        .filter(|file| file.removed_in.is_some() && open.contains(&file.id));
    let paths: Vec<(ResourceId, String)> = replaced.map(|file| (file.resource_id, file.path.clone())).collect();
    let present = files::present_at(conn, &paths).await?;
    let present = present.into_iter().filter(|file| seen.has(file));
    Ok(present
        .filter_map(|file| Some((file.path.clone(), SeenFile::of(file, seen)?)))
        .collect())
}

fn distinct<I: Ord>(ids: impl Iterator<Item = Option<I>>) -> Vec<I> {
    let mut ids: Vec<I> = ids.flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The page that shows what a comment is about; that of an old version where its file is of one.
fn address(resource: ResourceId, file: Option<&SeenFile>, locator: Option<&Locator>) -> String {
    let page = format!("/r/{resource}");
    let Some(file) = file else { return page };
    let mut fields = Vec::new();
    fields.extend(file.earlier.map(|version| format!("version={version}")));
    fields.extend(locator.map(find::place));
    fields.push(format!("file={}", file.row.id));
    let part = if locator.is_some() { "reading" } else { "files" };
    format!("{page}?{}#{part}", fields.join("&"))
}
