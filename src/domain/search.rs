//! What is searched, who may see it, and what a question and its answer look like.

use serde::{Deserialize, Serialize};

use super::id::{AccountId, AnyId, CourseId, FileId, MajorId, ResourceId, SchoolId, TaskId, TrainingBaseId};
use super::metadata::Metadata;
use super::passage::{Locator, Passage};
use super::resource::Status;
use super::role::Scope;
use super::time::Timestamp;

mod query;
mod question;

pub use self::query::SearchQuery;
pub use self::question::{Filters, Question, Sort};

/// The most values that one field of a question is limited to. Each costs a lookup: without a limit one anonymous search
/// with 30,000 values made as many queries, and twenty such searches kept two cores busy for 49 seconds.
pub const MAX_VALUES: usize = 20;

/// Somebody a resource is shown to. A resource carries the audiences that may see it, a caller the audiences they
/// belong to; what they have in common decides. The index holds them as terms, so the rule is part of every query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Everyone, signed in or not.
    Public,
    /// Everyone with an account, but for the people of companies.
    City,
    /// The members of a school.
    School(SchoolId),
    /// The administrators of a school, who see everything of it in any status.
    SchoolAdmin(SchoolId),
    /// The experts and the bureau, who review what is meant for more than one school.
    Reviewers,
    /// The bureau, which decides for a school that has too few people to.
    Bureau,
    /// The one account that owns it.
    Owner(AccountId),
}

impl Audience {
    /// Whether it is among those who are shown only what is published.
    pub fn is_of_readers(self) -> bool {
        matches!(self, Self::Public | Self::City | Self::School(_))
    }

    /// Whether a resource with the audience of this term is published.
    pub fn is_of_published(term: &str) -> bool {
        term == "public" || term == "city" || term.starts_with("school:")
    }

    /// The term that stands for this audience in the index.
    pub fn term(self) -> String {
        match self {
            Self::Public => "public".to_owned(),
            Self::City => "city".to_owned(),
            Self::School(id) => format!("school:{id}"),
            Self::SchoolAdmin(id) => format!("admin:{id}"),
            Self::Reviewers => "reviewers".to_owned(),
            Self::Bureau => "bureau".to_owned(),
            Self::Owner(id) => format!("owner:{id}"),
        }
    }

    /// Those who see a resource as its people work on it: its owner and its school's administrators always, the city's
    /// reviewers while it waits to be shared beyond its school.
    pub fn of_working_copy(status: Status, scope: Scope, school: Option<SchoolId>, owner: AccountId) -> Vec<Self> {
        let mut audiences = vec![Self::Owner(owner)];
        audiences.extend(school.map(Self::SchoolAdmin));
        if status == Status::Submitted && scope > Scope::School {
            audiences.push(Self::Reviewers);
        }
        audiences
    }

    /// Everyone who may see a resource: those who see it as its people work on it, and once it is published those within
    /// its scope.
    pub fn of_resource(status: Status, scope: Scope, school: Option<SchoolId>, owner: AccountId) -> Vec<Self> {
        let mut audiences = Self::of_working_copy(status, scope, school, owner);
        if status != Status::Published {
            return audiences;
        }
        match scope {
            Scope::School => audiences.extend(school.map(Self::School)),
            Scope::City => audiences.push(Self::City),
            Scope::Public => audiences.push(Self::Public),
        }
        audiences
    }
}

/// A named thing as it stands beside a resource: a major, a course, a school.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = Named)]
pub struct NamedRef<I> {
    /// Its id.
    #[schema(value_type = AnyId)]
    pub id: I,
    /// Its public code, where it has one: `0403`, `S1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Its name.
    pub name: String,
}

impl<I> NamedRef<I> {
    /// Its name, and its code where it has one.
    pub fn labels(&self) -> impl Iterator<Item = String> {
        std::iter::once(self.name.clone()).chain(self.code.clone())
    }
}

// The OpenAPI document knows `NamedRef` by these names, all as the same schema; by its parameter it would be six.
/// A named account.
pub type NamedAccount = NamedRef<AccountId>;

/// A named course.
pub type NamedCourse = NamedRef<CourseId>;

/// A named major.
pub type NamedMajor = NamedRef<MajorId>;

/// A named resource.
pub type NamedResource = NamedRef<ResourceId>;

/// A named school.
pub type NamedSchool = NamedRef<SchoolId>;

/// A named task.
pub type NamedTask = NamedRef<TaskId>;

/// A named base where teachers are trained.
pub type NamedTrainingBase = NamedRef<TrainingBaseId>;

/// Everything about one resource that searching needs. The index keeps one of these per resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The resource.
    pub id: ResourceId,
    /// Who may see it.
    pub audiences: Vec<Audience>,
    /// What is said about it.
    pub metadata: Metadata,
    /// Its major.
    pub major: Option<NamedMajor>,
    /// Its course.
    pub course: Option<NamedCourse>,
    /// Its task.
    pub task: Option<NamedTask>,
    /// The school it belongs to.
    pub school: Option<NamedSchool>,
    /// Whether it was held up as a model for others.
    pub is_model: bool,
    /// Where it stands.
    pub status: Status,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Its current files, in order.
    pub files: Vec<DocumentFile>,
}

impl Document {
    /// The names of its major, course and task, as far as it has them.
    pub fn place_names(&self) -> impl Iterator<Item = &String> {
        let major = self.major.as_ref().map(|major| &major.name);
        let course = self.course.as_ref().map(|course| &course.name);
        let task = self.task.as_ref().map(|task| &task.name);
        [major, course, task].into_iter().flatten()
    }
}

/// One file of a [`Document`].
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentFile {
    /// The file.
    pub id: FileId,
    /// Its path inside the resource; its name is searched too.
    pub path: String,
    /// The paths of the files inside it, where it is an archive; they are searched as well.
    pub members: Vec<String>,
    /// Its text.
    pub passages: Vec<Passage>,
}

/// The index's answer: ids and what only the index knows. The rows beside them are read from the database.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// How many resources hold what is asked for.
    pub total: usize,
    /// How many more hold some of it.
    pub near_total: usize,
    /// How many of the asker's own hold it that are not published, and are no part of what was found.
    pub own_total: usize,
    /// The text as corrected, if the answer is to something else than what was typed.
    pub corrected: Option<String>,
    /// Other spellings that would find more.
    pub did_you_mean: Vec<String>,
    /// Behind those that hold it, the answer shows resources that hold some of it.
    pub relaxed: bool,
    /// Other names of what was typed that were looked for as well.
    pub synonyms: Vec<String>,
    /// The hits: those that hold what is asked for, the asker's own, the near ones; each best first.
    pub hits: Vec<Hit>,
    /// How the matches spread over each field.
    pub facets: Facets,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// How a resource fits a question; the greatest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It shares nothing with the question, and much with what holds it.
    Akin,
    /// It shares something with the question.
    Near,
    /// It holds what is asked for, and only its owner, who asks, sees it: it is no part of what was found.
    Own,
    /// It holds what is asked for.
    Holds,
}

/// One resource found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The resource.
    pub id: ResourceId,
    /// How it fits.
    pub fit: Fit,
    /// How well it fits; comparable within one answer only.
    pub score: f32,
    /// The title with the words marked, escaped for HTML.
    pub title_html: String,
    /// Its best passages.
    pub passages: Vec<PassageHit>,
    /// Resources of other schools that say nearly the same, folded into this hit; best first.
    pub family: Vec<ResourceId>,
}

/// One passage found.
#[derive(Debug, Clone, PartialEq)]
pub struct PassageHit {
    /// The file it stands in.
    pub file_id: FileId,
    /// Where in the file.
    pub locator: Locator,
    /// The stretch around the words, marked, escaped for HTML.
    pub html: String,
    /// How sure a machine is that read it in a picture, in percent; none for text that was born digital.
    pub machine: Option<u8>,
}

/// How many matches carry each value of a field, most first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// By major id.
    pub major: Vec<(String, u64)>,
    /// By course id.
    pub course: Vec<(String, u64)>,
    /// By task id.
    pub task: Vec<(String, u64)>,
    /// By type code.
    pub kind: Vec<(String, u64)>,
    /// By school id.
    pub school: Vec<(String, u64)>,
    /// By stage.
    pub stage: Vec<(String, u64)>,
    /// By level code.
    pub level: Vec<(String, u64)>,
    /// By year.
    pub year: Vec<(String, u64)>,
}

/// What somebody has typed so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SuggestQuestion {
    /// The text; empty: where to begin.
    pub text: String,
    /// Who asks. Without any audience nothing is suggested.
    pub audiences: Vec<Audience>,
    /// How many completions.
    pub limit: usize,
}

/// What a completion is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CompletionKind {
    /// A course.
    Course,
    /// A task of a course.
    Task,
    /// A major.
    Major,
    /// A type of teaching material.
    ResourceType,
    /// A keyword of some resource.
    Keyword,
    /// The title of a resource.
    Title,
}

/// One way to go on typing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The name.
    pub text: String,
    /// The name with what was typed marked, escaped for HTML.
    pub html: String,
    /// What it is the name of.
    pub kind: CompletionKind,
    /// How many resources that the asker may see carry it; counting stops at [`Completion::MOST_COUNTED`].
    pub count: u64,
    /// The one thing that bears the name: the id of a course, task, major or resource, the code of a type. `None` for
    /// keywords, and where several things bear it.
    pub target: Option<String>,
}

impl Completion {
    /// Where counting stops.
    pub const MOST_COUNTED: u64 = 1_000;
}

/// Asks for resources like one that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct SimilarQuestion {
    /// The resource, by its title, keywords and names; what its text says is taken from the index.
    pub document: Document,
    /// Who asks.
    pub audiences: Vec<Audience>,
    /// How many resources.
    pub limit: usize,
}

/// A resource like another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similar {
    /// The resource.
    pub id: ResourceId,
    /// How much of what the other says it says, too: 1 is everything.
    pub score: f32,
}
