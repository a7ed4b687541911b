//! What a request says of a resource, as the description of the interface has it.

use crate::domain::rights::{AiUse, EmployerConsent, PeopleFilmed, ThirdPartyPart};
use crate::domain::role::Scope;

/// What can be said of a resource; the schema of its JSON.
#[derive(Debug, utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; `domain::form` reads the JSON, to gather all faults"
)]
pub struct MetadataBody {
    /// Its title, up to 200 characters.
    title: Option<String>,
    /// The type's code.
    r#type: Option<String>,
    /// What it is, up to 5000 characters.
    description: Option<String>,
    /// Id, code or exact name of its major.
    major: Option<String>,
    /// Id or exact name of its course.
    course: Option<String>,
    /// Id or exact name of its task.
    task: Option<String>,
    /// The stage 学习环节 of its task: `inform`, `plan`, `decide`, `execute`, `check`, `evaluate`, or a school's own name.
    stage: Option<String>,
    /// `intermediate`, `advanced` or `pre_technician`.
    level: Option<String>,
    /// Up to 50.
    keywords: Option<Vec<String>>,
    /// Up to 50.
    authors: Option<Vec<String>>,
    /// When it was made.
    year: Option<i32>,
    /// On which terms others may use it: `cc-by-4.0`, `cc-by-sa-4.0`, `cc-by-nc-sa-4.0`, `cc0-1.0`, `platform`, `city`,
    /// `school`, `all-rights-reserved`, or other words.
    licence: Option<String>,
    /// 单位同意: whether the employer lets others use a work made in employment.
    employer_consent: Option<EmployerConsent>,
    /// 第三方素材: up to 50 parts that others made; empty: there are none. Also as text, a line for each:
    /// `what｜source｜permission`.
    third_party: Option<Vec<ThirdPartyPart>>,
    /// 出镜人员: whether people who can be recognised agreed.
    people_filmed: Option<PeopleFilmed>,
    /// 人工智能声明: whether AI made any of it.
    ai_use: Option<AiUse>,
    /// With which tool.
    ai_tool: Option<String>,
    /// For what.
    ai_purpose: Option<String>,
    /// How far it is shared once published.
    scope: Option<Scope>,
    /// BCP 47.
    language: Option<String>,
    /// The resource it was adapted from.
    based_on: Option<String>,
}

/// A new resource.
#[derive(Debug, utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; `domain::form` reads the JSON, to gather all faults"
)]
pub struct ShareBody {
    /// Its title, up to 200 characters.
    title: String,
    /// The type's code.
    r#type: String,
    /// The other metadata.
    #[schema(inline)]
    #[serde(flatten)]
    rest: Option<MetadataBody>,
    /// Ids of finished uploads, in order.
    uploads: Option<Vec<String>>,
    /// Ask for review at once.
    submit: Option<bool>,
}

/// A new version.
#[derive(Debug, utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used; `domain::form` reads the JSON, to gather all faults"
)]
pub struct VersionBody {
    /// The metadata that changes.
    #[schema(inline)]
    #[serde(flatten)]
    metadata: MetadataBody,
    /// Ids of finished uploads; one with the path of an old file takes its place.
    uploads: Option<Vec<String>>,
    /// Paths of files to leave out from now on.
    remove: Option<Vec<String>>,
}

/// A form with files.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "only its schema is used; the form is read as it streams in")]
pub struct ShareMultipart {
    /// The JSON of the metadata.
    metadata: String,
    /// Any number of files; `filename` may hold a relative path.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<Vec<u8>>,
}
