//! Fuzz targets of what people type and programs send: names, places, questions, forms, tables.

use std::{net::IpAddr, time::Duration};

use serde_json::{Map, Value};

use super::{
    account::{self, AccountForm, AccountPatch, SchoolForm, SchoolPatch, TokenForm},
    address,
    city_plan::{PlanForm, phases_of_table},
    comment,
    company::{self, CompanyForm},
    curriculum::{self, Level, MajorCode, Reliability},
    extension, file, film,
    form::{ShareForm, VersionForm},
    form_sheet::{CellForm, FormColumn, FormSheet},
    hls,
    notice::NewNotice,
    pack,
    password::password_fault,
    recognition::{
        CallForm, Criterion, RecognitionKind,
        entry::{EntryForm, EvidenceOf},
        results::{self, ResultCorrection, ScoreForm},
    },
    review_form::ReviewPathForm,
    role::Role,
    roster::Roster,
    saved::{NewSaved, SavedPatch},
    search::SearchQuery,
    spelling,
    stage::stage_key,
    standard::{
        StandardForm,
        comparison::compare,
        followup::{FollowUpDecision, cause::TouchedSubjects},
        proposal::{OwnMajor, Proposal},
        structure::{MajorStanding, StandardStructure},
    },
    suggestion::{self, FileHint, NameNormalizer, PlaceIndex},
    synonym::SynonymWords,
    time::Timestamp,
    training::{
        TrainingBaseForm, TrainingSessionForm,
        attendance::{self, AttendanceCorrection},
        list::AttendanceList,
    },
    visit::{self, VisitForm},
};

/// A question as an address carries it, moments, and the addresses that people come from.
pub fn addresses(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let query = SearchQuery::read(&text);
    assert_eq!(
        SearchQuery::read(&query.write()),
        query,
        "what is written is read again"
    );
    let saved = SearchQuery::to_save(&query.question());
    assert_eq!(
        SearchQuery::to_save(&saved.question()),
        saved,
        "a saved search has one spelling"
    );
    for field in SearchQuery::LIMITS {
        let once = query.toggled(field, "x");
        assert_eq!(once.toggled(field, "x").has(field, "x"), query.has(field, "x"));
    }
    let _ = query.since();
    if let Ok(moment) = text.parse::<Timestamp>() {
        assert_eq!(moment.to_string().parse::<Timestamp>().ok(), Some(moment));
    }
    Timestamp::of_day(&text);
    if let Some(number) = bytes.first_chunk() {
        any_moment(Timestamp(i64::from_le_bytes(*number)));
    }
    if let Some(address) = bytes.first_chunk::<16>() {
        let network = address::network_of(IpAddr::from(*address));
        assert_eq!(address::network_of(network), network, "a network is in itself");
        let wider = address::wider_network_of(network);
        assert_eq!(
            address::network_of(wider),
            wider,
            "a wider network begins with a network"
        );
    }
}

/// A number that a database or a cursor holds may be any.
fn any_moment(moment: Timestamp) {
    let later = moment.plus(Duration::from_hours(8));
    assert!(later >= moment && moment.minus(Duration::from_hours(8)) <= moment);
    let shown = [
        moment.whole_seconds(),
        moment.http_date(),
        moment.minute(),
        moment.day(),
    ];
    assert!(shown.iter().all(|text| !text.is_empty()));
    moment.month();
}

/// Short words: paths, media types, codes, levels, places in files, sign-in names, passwords.
pub fn names(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(path) = file::RelativePath::parse(&text) {
        assert_eq!(
            file::RelativePath::parse(path.as_str()).as_ref(),
            Some(&path),
            "a clean path stays"
        );
        let is_within = path.as_str().split('/').all(|part| !matches!(part, "" | "." | ".."));
        assert!(is_within && !path.as_str().contains(['\\', '\0']));
    }
    let media_type = file::media_type(&text);
    assert!(
        media_type.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
        "it becomes a header"
    );
    let once = extension::without_repeated_extension(&text);
    assert_eq!(extension::without_repeated_extension(&once), once);
    for kind in [
        file::Kind::Pdf,
        file::Kind::Pptx,
        file::Kind::Xlsx,
        file::Kind::Video,
        file::Kind::Docx,
    ] {
        if let Some(place) = comment::place_typed(kind, &text) {
            assert!(!comment::as_typed(&place).is_empty());
        }
    }
    if let Ok((code, _)) = MajorCode::parse(&text) {
        assert!(code.as_str().is_ascii());
        code.category();
    }
    Level::parse(&text);
    Reliability::parse(&text);
    Role::parse(&text);
    spelling::year(&text);
    spelling::whole_number(&text);
    spelling::code_or_name(&text);
    let key = stage_key(&text);
    assert_eq!(stage_key(&key), key, "a stage has one key");
    if let Ok(name) = account::parse_name(&text) {
        assert_eq!(
            account::sign_in_name(&name),
            name,
            "who opened an account signs in with what stands there"
        );
    }
    let (subtitles, played) = text.split_once('\n').unwrap_or((&text, ""));
    film::is_beside(subtitles, played);
    film::plays(&text, &[text.clone().into_owned()]);
    password_fault(&text.chars().take(100).collect::<String>(), "teacher-s1", 10);
    suggest(&text);
}

/// The first line is a path, the others are the first lines of its document.
fn suggest(text: &str) {
    let mut lines = text.lines();
    let path = lines.next().unwrap_or_default();
    let lines: Vec<String> = lines.take(20).map(str::to_owned).collect();
    let index = PlaceIndex::new(Vec::new(), NameNormalizer::new(str::to_lowercase, &[]));
    for suggestion in suggestion::suggest(&[FileHint { path, lines: &lines }], &index) {
        assert!(!suggestion.title.contains(['\n', '\0']), "a title is one line");
    }
}

/// What the API and the forms send: a JSON object, read as each form there is.
pub fn forms(bytes: &[u8]) {
    let Ok(fields) = serde_json::from_slice::<Map<String, Value>>(bytes) else {
        return;
    };
    if let Ok(share) = ShareForm::parse(&fields) {
        let again = share.resource.patched(&Map::new());
        assert_eq!(
            again.as_ref(),
            Ok(&share.resource),
            "a change of nothing changes nothing"
        );
        let _ = VersionForm::parse(&share.resource, &fields);
        let _ = share.resource.patched(&fields);
    }
    let _ = AccountForm::parse(&fields);
    let _ = AccountPatch::parse(&fields);
    let _ = SchoolForm::parse(&fields);
    let _ = SchoolPatch::parse(&fields);
    let _ = TokenForm::parse(&fields);
    let _ = comment::NewComment::parse(&fields);
    let _ = comment::parse_resolved(&fields);
    let _ = pack::PackForm::parse(&fields);
    let _ = NewSaved::parse(&fields);
    let _ = SavedPatch::parse(&fields);
    let _ = SynonymWords::parse(&fields, str::to_lowercase);
    let _ = NewNotice::parse(&fields);
    let _ = PlanForm::parse(&fields);
    let _ = ReviewPathForm::of_city("textbook", &fields);
    forms_of_training(&fields);
    forms_of_recognition(&fields);
    forms_of_partners(&fields);
}

/// What a form took is told as it stands: a change of nothing changes nothing.
macro_rules! expect_kept {
    ($form:expr) => {
        if let Ok(form) = $form {
            assert_eq!(form.patched(&Map::new()).as_ref(), Ok(&form));
        }
    };
}

fn forms_of_training(fields: &Map<String, Value>) {
    expect_kept!(TrainingBaseForm::parse(fields));
    expect_kept!(TrainingSessionForm::parse(fields));
    let _ = AttendanceCorrection::parse(fields);
    let _ = attendance::parse_names(fields);
    expect_kept!(StandardForm::parse(fields));
    let _ = FollowUpDecision::parse(fields);
}

fn forms_of_recognition(fields: &Map<String, Value>) {
    let mut criteria: Vec<Criterion> = Vec::new();
    if let Ok(call) = CallForm::parse(fields) {
        assert_eq!(call.patched(&Map::new()).as_ref(), Ok(&call));
        criteria.clone_from(&call.criteria);
    }
    for kind in [RecognitionKind::Lesson, RecognitionKind::School] {
        if let Ok(entry) = EntryForm::parse(kind, fields) {
            assert_eq!(entry.patched(kind, &Map::new()).as_ref(), Ok(&entry));
            for named in entry.evidence() {
                assert_eq!(
                    EvidenceOf::parse(&named.path()),
                    Some(named),
                    "evidence has one address"
                );
            }
        }
    }
    let _ = ScoreForm::parse(&criteria, fields);
    let _ = results::parse_awards(fields);
    let _ = results::parse_names(fields);
    let _ = results::parse_conflict(fields);
    let _ = ResultCorrection::parse(fields);
}

fn forms_of_partners(fields: &Map<String, Value>) {
    expect_kept!(CompanyForm::parse(fields));
    let _ = company::parse_member(fields);
    expect_kept!(VisitForm::parse(fields));
    let _ = visit::parse_answer(fields);
}

/// A curriculum: JSON where it begins like some, else a table of lines and tabs.
pub fn curriculum(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let read = if text.trim_start_matches('\u{feff}').starts_with(['[', '{']) {
        curriculum::json::read(&text)
    } else {
        let (headings, rows) = sheet(&text);
        curriculum::table::read(1, &headings, &rows)
    };
    match read {
        Ok(catalogue) => {
            for major in &catalogue.majors {
                assert_eq!(
                    catalogue.major(&major.key()).map(|found| &found.name),
                    Some(&major.name)
                );
            }
        }
        Err(faults) => assert!(!faults.0.is_empty(), "who is refused is told why"),
    }
}

/// A roster of new accounts: a table of lines and tabs.
pub fn roster(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (headings, rows) = sheet(&text);
    let roster = Roster::read(1, &headings, &rows, Some("S1"));
    assert!(roster.lines.len() <= rows.len());
    let mut names: Vec<String> = roster
        .lines
        .iter()
        .map(|line| account::name_key(&line.form.name))
        .collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "one name, one account");
}

/// Columns of every kind of cell.
const SESSIONS: &[FormColumn] = &[
    FormColumn::required("title", &["标题"], CellForm::Text),
    FormColumn::required(
        "mode",
        &["方式"],
        CellForm::Choice(&[("on-site", "现场"), ("online", "线上")]),
    ),
    FormColumn::required("from", &["开始日期"], CellForm::Day),
    FormColumn::optional("until", &["结束日期"], CellForm::Day),
    FormColumn::required("hours", &["学时"], CellForm::Text),
    FormColumn::optional("schools", &["面向的学校"], CellForm::List),
    FormColumn::optional("counts", &["计入工作方案"], CellForm::Flag),
];

/// Lists that come as tables: sessions as every list of forms is read, those who were there, the phases of the plan.
pub fn lists(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (headings, rows) = sheet(&text);
    let sessions = FormSheet::read(SESSIONS, 1, &headings, &rows, TrainingSessionForm::parse);
    for row in &sessions.rows {
        assert!(
            TrainingSessionForm::parse(&row.fields).is_ok(),
            "what the preview took is carried out"
        );
    }
    assert!(sessions.rows.len() <= rows.len());
    let there = AttendanceList::read(1, &headings, &rows, 16);
    let mut names: Vec<String> = there.rows.iter().map(|row| account::name_key(&row.name)).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "nobody is there twice");
    assert!(
        there
            .rows
            .iter()
            .all(|row| row.hours.is_none_or(|hours| (0..=16).contains(&hours)))
    );
    let cells: Vec<Vec<String>> = rows.into_iter().map(|(_, cells)| cells).collect();
    phases_of_table(&headings, &cells);
}

/// A standard: the table of what is taught, a line of `=`, the table of what is to be taught.
pub fn standards(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (before, after) = text.split_once("\n=\n").unwrap_or((&text, &text));
    let Some(taught) = resolved(before, &MajorStanding::default()) else {
        return;
    };
    assert!(compare(&taught, &taught).is_empty(), "what is the same has no changes");
    let standing = MajorStanding {
        taught,
        ..MajorStanding::default()
    };
    let Some(next) = resolved(after, &standing) else {
        return;
    };
    assert_eq!(next.digest(), next.clone().digest());
    TouchedSubjects::of(&compare(&standing.taught, &next));
    let mut ids: Vec<_> = next
        .courses
        .iter()
        .flat_map(|course| &course.tasks)
        .map(|task| task.id)
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "one row is one task");
}

/// What a table of one major makes of what is taught; nothing where it is refused.
fn resolved(text: &str, standing: &MajorStanding) -> Option<StandardStructure> {
    let (headings, rows) = sheet(text);
    let placed = curriculum::table::read_placed(1, &headings, &rows).ok()?;
    let name = placed.catalogue.majors.first()?.name.clone();
    let own = OwnMajor {
        code: None,
        name: &name,
    };
    match Proposal::of(placed, own).and_then(|proposal| proposal.resolve(standing)) {
        Ok(structure) => Some(structure),
        Err(faults) => {
            assert!(!faults.0.is_empty(), "who is refused is told why");
            None
        }
    }
}

type Rows = Vec<(u32, Vec<String>)>;

fn sheet(text: &str) -> (Vec<String>, Rows) {
    let cells = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<_>>();
    let mut lines = text.lines();
    let headings = cells(lines.next().unwrap_or_default());
    (headings, (2..).zip(lines.map(cells)).collect())
}

/// The beginning of a film that is streamed.
pub fn playlist(bytes: &[u8]) {
    let Some(list) = hls::playlist(bytes, "stream") else {
        return;
    };
    assert!(list.starts_with("#EXTM3U\n") && list.ends_with("#EXT-X-ENDLIST\n"));
    // An entry of the index takes twelve bytes, and a line or three of the list.
    assert!(list.len() <= 1_024 + 20 * bytes.len());
}
