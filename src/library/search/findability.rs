//! "Why isn't mine found?": who finds a resource, how far its files and the index are, and how a question meets it.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use serde::Serialize;

use crate::actor::Actor;
use crate::db::changes;
use crate::domain::explain::{ExclusionReason, Explanation, MatchKind, PassageRef, ResultRank, TermMatch};
use crate::domain::file::{ExtractionFault, ExtractionState, Kind, PartUnit};
use crate::domain::id::{FileId, ResourceId};
use crate::domain::metadata::SearchedField;
use crate::domain::passage::Locator;
use crate::domain::resource::Status;
use crate::domain::role::Scope;
use crate::domain::search::{Document, Question};
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::indexer::IndexReach;
use crate::library::resource_view::{File, Resource};
use crate::library::search::Search;
use crate::library::search::find::passage_files::PassageFiles;
use crate::library::synonyms;
use crate::search::{self, SearchError};
use crate::words::Lang;
use crate::words::pages::{FindabilityVerdict, PageWords, Whose};

/// Whether and how a resource is found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Findability {
    /// The resource.
    pub id: ResourceId,
    /// Its title.
    pub title: String,
    /// The page that shows it, as a path on this site.
    pub url: String,
    /// Who finds it.
    pub audience: FindabilityReport,
    /// Whether this node's index has it as it is now.
    pub index: IndexStanding,
    /// Its files, and what of them is found.
    pub files: Vec<FileMatch>,
    /// How the question meets it; only where one was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<FindabilityQuestion>,
}

/// Who finds a resource.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = Reach)]
pub struct FindabilityReport {
    /// Where it stands.
    pub status: Status,
    /// How far it is shared once published.
    pub scope: Scope,
    /// Who finds it and why, in words.
    pub said: String,
    /// What would let more people find it, in words; nothing when everyone does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_widen: Option<String>,
}

/// How far this node's index is with a resource.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct IndexStanding {
    /// In a word.
    pub state: IndexState,
    /// The number of the resource's last change.
    pub last_change: u64,
    /// Up to which change the index is true.
    pub applied_change: u64,
    /// The same in words.
    pub said: String,
}

/// Whether the index has a resource as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IndexState {
    /// It has.
    Indexed,
    /// A change is still on its way into it.
    Waiting,
    /// The whole index is being built anew.
    Rebuilding,
}

/// What of a file is found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = FileReach)]
pub struct FileMatch {
    /// Its id.
    pub id: FileId,
    /// Its path inside the resource.
    pub path: String,
    /// Its own name.
    pub name: String,
    /// The family of readers it needs.
    pub kind: Kind,
    /// How far reading it has come.
    pub state: ExtractionState,
    /// Why reading stopped, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<ExtractionFault>,
    /// What its parts are.
    pub unit: PartUnit,
    /// How many parts were seen: pages, slides, sheets, sections, subtitles.
    pub pages: u32,
    /// Parts without any text.
    pub blank_pages: u32,
    /// Characters of text, white space not counted.
    pub characters: u64,
    /// Text was left out because a limit was reached.
    pub truncated: bool,
    /// Its pages are pictures of text.
    pub needs_ocr: bool,
    /// Pieces of text that are found each by itself.
    pub passages: usize,
    /// The plain answer to "is it found?".
    pub said: String,
    /// What keeps parts of it from being found.
    pub warnings: Vec<String>,
    /// What to do next, in words; nothing when all is well.
    pub next: Vec<String>,
}

/// How a question meets a resource.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = Asked)]
pub struct FindabilityQuestion {
    /// What was typed.
    pub text: String,
    /// What was looked for instead, if anything; the words below are of this then.
    pub corrected: Option<String>,
    /// Not every word was found together; resources with some of them are answers, too.
    pub relaxed: bool,
    /// The words that are wanted, in the order typed.
    pub words: Vec<WordMatch>,
    /// What is wanted to the letter.
    pub phrases: Vec<WordMatch>,
    /// What is not wanted.
    pub excluded: Vec<WordMatch>,
    /// Whether the resource is among the answers for whoever asks.
    pub found: bool,
    /// Where it stands among them, counted from 1; `null` when it is none of the first 1,000.
    pub rank: Option<usize>,
    /// The hit that it is folded into, because that says nearly the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folded_into: Option<ResourceId>,
    /// How many resources match.
    pub total: usize,
    /// Why it is no answer.
    pub reasons: Vec<ReasonSaid>,
    /// The verdict in words: its rank, or that it is not found.
    pub said: String,
}

/// Why a resource is no answer.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReasonSaid {
    /// The stable code.
    pub code: ExclusionReason,
    /// What it means and what helps, in words.
    pub said: String,
}

/// Whether and where a word stands in a resource.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = WordReach)]
pub struct WordMatch {
    /// The word as it is looked for.
    pub text: String,
    /// Other names that would do as well.
    pub synonyms: Vec<String>,
    /// How it stands there.
    pub how: MatchKind,
    /// The other names or the parts that stand there.
    pub by: Vec<String>,
    /// The fields it stands in.
    pub fields: Vec<SearchedField>,
    /// The passages it stands in.
    pub passages: PassagesReach,
    /// The same in words.
    pub said: String,
}

/// The passages that a word stands in.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PassagesReach {
    /// How many.
    pub count: usize,
    /// The first of them.
    pub first: Vec<PlaceReach>,
}

/// A place that a word stands at.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PlaceReach {
    /// The file.
    pub file_id: FileId,
    /// Its own name.
    pub file: String,
    /// Where in the file.
    pub locator: Locator,
    /// The page that opens there, as a path on this site.
    pub url: String,
}

impl Search {
    /// Says whether and how a resource is found, and how a question meets it. Whoever may see it may ask.
    pub async fn findability(&self, actor: &Actor, id: ResourceId, asked: &str, lang: Lang) -> Result<Findability> {
        let say = PageWords(lang);
        let mut resource = self.resources.as_found(actor, id).await?;
        // After the question whether they may ask: others take nobody's turn.
        let _turn = self.explaining.acquire().await.map_err(Error::unexpected)?;
        let index = self.index_standing(id, say).await?;
        let these = [id];
        let mut documents = std::pin::pin!(self.texts.documents(&these).await?);
        let document = documents.try_next().await?;
        let document = document.ok_or(Refusal::NoSuch(Thing::Resource))?;
        let passages: HashMap<FileId, usize> = document
            .files
            .iter()
            .map(|file| (file.id, file.passages.len()))
            .collect();
        let files = resource.files.take().unwrap_or_default();
        let reach = |file| file_reach(file, &passages, say);
        let files = files.into_iter().map(reach).collect();
        let query = if asked.trim().is_empty() {
            None
        } else {
            Some(self.asked(actor, document, asked, index.state, say).await?)
        };
        Ok(Findability {
            audience: reach_of(actor, &resource, say),
            id: resource.id,
            title: resource.metadata.title,
            url: resource.url,
            index,
            files,
            query,
        })
    }

    async fn index_standing(&self, id: ResourceId, say: PageWords) -> Result<IndexStanding> {
        let last_change = u64::try_from(changes::last_of(self.db.read(), id).await?).unwrap_or(0);
        let applied_change = self.index.applied_change();
        let state = if matches!(self.indexer.index_reach().await?, IndexReach::Anew(..)) {
            IndexState::Rebuilding
        } else if last_change > applied_change {
            IndexState::Waiting
        } else {
            IndexState::Indexed
        };
        let said = match state {
            IndexState::Indexed => say.index_has_it(),
            IndexState::Waiting => say.index_waits(),
            IndexState::Rebuilding => say.index_is_rebuilt(),
        };
        Ok(IndexStanding {
            state,
            last_change,
            applied_change,
            said: said.to_owned(),
        })
    }

    async fn asked(
        &self,
        actor: &Actor,
        document: Document,
        asked: &str,
        state: IndexState,
        say: PageWords,
    ) -> Result<FindabilityQuestion> {
        let audiences = actor.audiences();
        let is_visible = document.audiences.iter().any(|audience| audiences.contains(audience));
        let (id, text) = (document.id, asked.to_owned());
        let (standing, explanation) = self.explain(actor, document, text).await?;
        let all = [&explanation.words, &explanation.phrases, &explanation.excluded];
        let sites = all.into_iter().flatten().flat_map(|meeting| &meeting.places);
        let files = sites.map(|site| site.file_id).collect();
        let places = self.places_of(files, [id].into()).await?;
        let reasons = if standing.rank.is_some() {
            Vec::new()
        } else {
            reasons(&standing, &explanation, is_visible, state)
        };
        let verdict = verdict(&standing, &reasons);
        let shown = |meetings: &[TermMatch]| word_reach(id, meetings, &places, say);
        Ok(FindabilityQuestion {
            text: asked.to_owned(),
            words: shown(&explanation.words),
            phrases: shown(&explanation.phrases),
            excluded: shown(&explanation.excluded),
            found: verdict != FindabilityVerdict::NotFound,
            said: say.verdict(verdict, standing.total),
            reasons: said_reasons(reasons, &explanation, say),
            corrected: standing.corrected,
            relaxed: standing.relaxed,
            rank: standing.rank,
            folded_into: standing.folded_into,
            total: standing.total,
        })
    }

    /// Where a resource stands, and how the question, or what it was corrected to, meets it.
    async fn explain(&self, actor: &Actor, document: Document, text: String) -> Result<(ResultRank, Explanation)> {
        let audiences = actor.audiences();
        let index = Arc::clone(&self.index);
        let synonyms = self.synonyms.cache().table(synonyms::school(actor));
        let explained = tokio::task::spawn_blocking(move || {
            let question = Question {
                text: text.clone(),
                audiences,
                ..Question::default()
            };
            let standing = index.rank(question, &synonyms, document.id)?;
            let read = standing.corrected.as_deref().unwrap_or(&text);
            let explanation = search::explain(read, &synonyms, &document);
            Ok::<_, SearchError>((standing, explanation))
        });
        explained.await.map_err(Error::unexpected)?.map_err(Error::unexpected)
    }
}

fn reach_of(actor: &Actor, resource: &Resource, say: PageWords) -> FindabilityReport {
    let whose = Whose {
        is_own: actor.id() == Some(resource.owner.id),
        school: resource.school.as_ref().map(|school| school.name.as_str()),
        status: resource.status,
        scope: resource.metadata.scope,
    };
    FindabilityReport {
        status: resource.status,
        scope: resource.metadata.scope,
        said: say.who_finds(whose),
        to_widen: say.to_widen(whose),
    }
}

fn file_reach(file: File, passages: &HashMap<FileId, usize>, say: PageWords) -> FileMatch {
    let report = &file.report;
    FileMatch {
        said: say.findability(file.kind, file.state, report),
        warnings: say.warnings(file.kind, report),
        next: say.next_for_file(file.kind, file.state, report),
        passages: passages.get(&file.id).copied().unwrap_or(0),
        unit: file.kind.unit(),
        fault: report.fault,
        pages: report.pages,
        blank_pages: report.blank_pages,
        characters: report.characters,
        truncated: report.truncated,
        needs_ocr: report.needs_ocr,
        id: file.id,
        path: file.path,
        name: file.name,
        kind: file.kind,
        state: file.state,
    }
}

/// Why a resource is not among the answers that were looked through; nothing when it may stand behind them.
fn reasons(
    standing: &ResultRank,
    explanation: &Explanation,
    is_visible: bool,
    state: IndexState,
) -> Vec<ExclusionReason> {
    let mut reasons = explanation.reasons(standing.relaxed);
    if state != IndexState::Indexed {
        reasons.insert(0, ExclusionReason::NotIndexed);
    }
    if !is_visible {
        reasons.insert(0, ExclusionReason::NotVisible);
    }
    if reasons.is_empty() && standing.is_whole {
        // Every word stands somewhere, but not as the index wants them together.
        reasons.push(ExclusionReason::TooFewWords);
    }
    reasons
}

fn verdict(standing: &ResultRank, reasons: &[ExclusionReason]) -> FindabilityVerdict {
    match (standing.rank, standing.folded_into) {
        (Some(rank), Some(_)) => FindabilityVerdict::Folded(rank),
        (Some(rank), None) => FindabilityVerdict::Rank(rank),
        (None, _) if reasons.is_empty() => FindabilityVerdict::Beyond,
        (None, _) => FindabilityVerdict::NotFound,
    }
}

fn said_reasons(reasons: Vec<ExclusionReason>, explanation: &Explanation, say: PageWords) -> Vec<ReasonSaid> {
    let texts = |meetings: &[TermMatch], is_meant: fn(&TermMatch) -> bool| -> Vec<String> {
        let meant = meetings.iter().filter(|meeting| is_meant(meeting));
        meant.map(|meeting| meeting.text.clone()).collect()
    };
    let of = |reason| match reason {
        ExclusionReason::Excluded => texts(&explanation.excluded, |meeting| meeting.how == MatchKind::Exact),
        ExclusionReason::PhraseMissing => texts(&explanation.phrases, |meeting| meeting.how != MatchKind::Exact),
        ExclusionReason::TooFewWords => texts(&explanation.words, |meeting| meeting.how >= MatchKind::Sound),
        ExclusionReason::NotVisible | ExclusionReason::NotIndexed | ExclusionReason::NoWords => Vec::new(),
    };
    let said = reasons.into_iter().map(|code| ReasonSaid {
        said: say.why_not_found(code, &of(code)),
        code,
    });
    said.collect()
}

fn word_reach(resource: ResourceId, meetings: &[TermMatch], places: &PassageFiles, say: PageWords) -> Vec<WordMatch> {
    let place = |site: &PassageRef| PlaceReach {
        file_id: site.file_id,
        file: places.name(site.file_id).to_owned(),
        url: places.opens(resource, site.file_id, &site.locator),
        locator: site.locator.clone(),
    };
    let word = |meeting: &TermMatch| WordMatch {
        text: meeting.text.clone(),
        synonyms: meeting.others.clone(),
        how: meeting.how,
        by: meeting.by.clone(),
        fields: meeting.fields.clone(),
        passages: PassagesReach {
            count: meeting.passages,
            first: meeting.places.iter().map(place).collect(),
        },
        said: say.how_it_stands(meeting),
    };
    meetings.iter().map(word).collect()
}
