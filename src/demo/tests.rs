use std::collections::{BTreeMap, BTreeSet};

use super::resource::DemoFormat;
use super::{DemoFile, DemoResource, DemoSelection, accounts, packs, resources, schools};
use crate::domain::company::credit_code;
use crate::domain::curriculum::{Catalogue, MajorCode};
use crate::domain::file::RelativePath;
use crate::domain::resource::{Status, resource_type};
use crate::domain::role::Role;

fn one_of(format: DemoFormat) -> &'static DemoResource {
    resources()
        .find(|resource| resource.format == format)
        .expect("the sample has every format")
}

fn main_file(resource: &DemoResource) -> DemoFile {
    resource.files().swap_remove(0)
}

#[test]
fn there_are_300_resources_that_the_catalogue_and_the_schools_know() {
    let catalogue = Catalogue::shipped();
    let schools: BTreeSet<&str> = schools().iter().map(|school| school.code.as_str()).collect();

    assert_eq!(resources().len(), 300);
    for resource in resources() {
        assert!(resource_type(&resource.kind).is_some(), "{}", resource.kind);
        assert!(schools.contains(resource.school.as_str()));
        let major = catalogue
            .majors
            .iter()
            .find(|major| major.name == resource.major)
            .expect("its major is listed");
        assert_eq!(
            major.code.as_ref().map(MajorCode::as_str),
            resource.major_code.as_deref()
        );
        let Some(name) = &resource.course else { continue };
        let course = catalogue
            .courses
            .iter()
            .find(|course| course.major == major.key() && course.level == resource.level && course.name == *name);
        let course = course
            .unwrap_or_else(|| panic!("course {name} of {} is not listed", resource.key))
            .key();
        let Some(task) = &resource.task else { continue };
        assert!(
            catalogue
                .tasks
                .iter()
                .any(|row| row.course == course && row.name == *task),
            "{task}"
        );
    }
}

#[test]
fn packs_hold_what_the_sample_has_and_their_audience_may_see() {
    for pack in packs() {
        for name in [pack.owner, pack.publisher] {
            assert!(accounts().iter().any(|account| account.name == name), "{name}");
        }
        for chosen in pack.contents {
            match chosen {
                DemoSelection::Course(name) => {
                    assert!(
                        resources().any(|resource| resource.course.as_deref() == Some(*name)),
                        "{name}"
                    );
                }
                DemoSelection::Resource(key, _) => {
                    let resource = resources().find(|resource| resource.key == *key).unwrap();
                    assert!(
                        resource.scope >= pack.scope && resource.status == Status::Published,
                        "{key}"
                    );
                }
            }
        }
    }
}

#[test]
fn there_is_an_account_of_every_role_and_every_resource_has_an_owner_at_its_school() {
    for role in Role::ALL {
        assert!(accounts().iter().any(|account| account.role == role));
    }
    let names: BTreeSet<&str> = accounts().iter().map(|account| account.name.as_str()).collect();
    assert_eq!(names.len(), accounts().len(), "sign-in names are unique");

    for resource in resources() {
        let owner = accounts()
            .iter()
            .find(|account| account.name == resource.owner())
            .unwrap();
        assert_eq!(owner.school.as_deref(), Some(resource.school.as_str()));
    }
}

#[test]
fn every_format_begins_as_it_should() {
    let begins: [(DemoFormat, usize, &[u8]); 11] = [
        (DemoFormat::Pdf, 0, b"%PDF-1.4"),
        (DemoFormat::Docx, 0, b"PK\x03\x04"),
        (DemoFormat::Pptx, 0, b"PK\x03\x04"),
        (DemoFormat::Xlsx, 0, b"PK\x03\x04"),
        (DemoFormat::Zip, 0, b"PK\x03\x04"),
        (DemoFormat::Epub, 30, b"mimetypeapplication/epub+zip"),
        (DemoFormat::Rtf, 0, b"{\\rtf1"),
        (DemoFormat::Mp4, 4, b"ftypisom"),
        (DemoFormat::Mov, 4, b"ftypqt  "),
        (DemoFormat::Mp3, 0, b"ID3\x03"),
        (DemoFormat::Txt, 0, b""),
    ];
    for (format, at, magic) in begins {
        let bytes = main_file(one_of(format)).bytes;
        assert!(bytes[at..].starts_with(magic), "{format:?}");
    }
}

#[test]
fn the_whole_sample_is_small_and_no_two_files_are_the_same() {
    let mut total = 0;
    let mut seen = BTreeMap::new();
    for resource in resources() {
        for file in resource.files() {
            let path = RelativePath::parse(&file.path).expect("a safe path");
            assert_eq!(path.as_str(), file.path, "the path needs no cleaning");
            total += file.bytes.len();
            let twin = seen.insert(file.bytes, resource.key.clone());
            assert_eq!(twin, None, "{} is the same as another", resource.key);
        }
    }
    assert!(total < 40_000_000, "{total} bytes");
}

#[test]
fn films_carry_their_subtitles_inside_and_beside() {
    let files = one_of(DemoFormat::Mp4).files();

    let tracks = re_mp4::Mp4::read_bytes(&files[0].bytes).unwrap().tracks().len();
    assert_eq!(tracks, 3, "picture, sound, subtitles");
    assert_eq!(files[1].path.rsplit_once('.').map(|(_, ending)| ending), Some("srt"));
    let srt = String::from_utf8(files[1].bytes.clone()).unwrap();
    assert!(srt.starts_with("1\r\n00:00:00,000 --> 00:00:04,000\r\n"));
}

#[test]
fn training_is_held_by_and_for_people_of_the_sample() {
    let names: BTreeSet<&str> = accounts().iter().map(|account| account.name.as_str()).collect();
    for session in super::sessions() {
        assert!(names.contains(session.holder), "{}", session.holder);
        for name in session.people {
            assert!(names.contains(name), "{name}");
        }
        assert!(session.attended <= session.people.len() && session.days.0 <= session.days.1);
    }
}

#[test]
fn the_city_works_with_people_schools_and_resources_of_the_sample() {
    let known: BTreeSet<&str> = accounts().iter().map(|account| account.name.as_str()).collect();
    let codes: BTreeSet<&str> = schools().iter().map(|school| school.code.as_str()).collect();
    for call in super::calls() {
        assert!(call.days.0 <= 0 && call.days.1 > call.days.0 && call.days.2 > call.days.1);
        let people = call.jury.iter().chain(call.entries.iter().map(|entry| &entry.entrant));
        for name in people {
            assert!(known.contains(name), "{name}");
        }
        for entry in call.entries {
            let shown = resources().find(|resource| resource.key == entry.evidence).unwrap();
            assert_eq!(shown.administrator(), entry.entrant, "a school enters its own");
            assert!(shown.status == Status::Published && shown.course.is_some());
        }
    }
    for visit in super::visits() {
        assert!(
            known.contains(visit.expert) && codes.contains(visit.school),
            "{}",
            visit.key
        );
        assert!(visit.days_ago >= 0);
    }
    let company = super::company();
    assert!(known.contains(company.partner) && codes.contains(company.school));
    assert_eq!(credit_code(company.credit_code).as_deref(), Some(company.credit_code));
}

#[test]
fn the_standard_changes_tasks_that_are_taught_and_have_resources() {
    let catalogue = Catalogue::shipped();
    for version in super::standards() {
        let is_of_it = |name: &str| {
            let mut tasks = catalogue.tasks.iter().filter(|task| task.name == name);
            tasks.any(|task| {
                let major = catalogue.major(&task.course.major);
                major.is_some_and(|major| major.name == version.major)
            })
        };
        for change in version.changes {
            assert!(is_of_it(change.task), "{}", change.task);
            assert!(change.becomes.iter().all(|name| !is_of_it(name)), "{}", change.task);
            assert!(resources().any(|resource| resource.task.as_deref() == Some(change.task)));
        }
    }
}
