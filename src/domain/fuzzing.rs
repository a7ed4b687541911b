//! Fuzz targets of what people type and programs send: names, places, questions, forms, tables.

use std::{net::IpAddr, time::Duration};

use serde_json::{Map, Value};

use super::{
    account::{self, AccountForm, AccountPatch, SchoolForm, SchoolPatch, TokenForm},
    address, comment,
    curriculum::{self, Level, MajorCode, Reliability},
    extension, file, film,
    form::{ShareForm, VersionForm},
    hls, pack,
    password::password_fault,
    role::Role,
    roster::Roster,
    saved::{NewSaved, SavedPatch},
    search::SearchQuery,
    spelling,
    stage::stage_key,
    suggestion::{self, FileHint, NameNormalizer, PlaceIndex},
    synonym::SynonymWords,
    time::Timestamp,
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
