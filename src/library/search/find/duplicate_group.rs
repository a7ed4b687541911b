//! Near-duplicates of other schools, under the one that is shown.

use std::collections::HashSet;

use serde::Serialize;

use super::FoundPassage;
use crate::domain::id::{ResourceId, SchoolId};
use crate::domain::search::NamedSchool;
use crate::library::resource_view::Resource;

/// Resources that say nearly the same.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = Family)]
pub struct DuplicateGroup {
    /// How many schools have it, that of the hit itself among them.
    pub schools: usize,
    /// The others, best first.
    pub resources: Vec<NearDuplicate>,
}

/// A resource that says nearly what the hit says.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = Relative)]
pub struct NearDuplicate {
    /// Its id.
    pub id: ResourceId,
    /// Its title.
    pub title: String,
    /// The school it belongs to.
    pub school: Option<NamedSchool>,
}

/// What is said in a film and again in the subtitles beside it is shown once.
pub(super) fn each_once(passages: Vec<FoundPassage>) -> Vec<FoundPassage> {
    let mut seen = HashSet::new();
    let is_new = |passage: &FoundPassage| seen.insert((passage.url.clone(), passage.html.clone()));
    passages.into_iter().filter(is_new).collect()
}

/// Those of a hit's relatives that are shown; nothing when there are none.
pub(super) fn family<'a>(hit: &Resource, relatives: impl Iterator<Item = &'a Resource>) -> Option<DuplicateGroup> {
    let relatives: Vec<&Resource> = relatives.collect();
    if relatives.is_empty() {
        return None;
    }
    let all = relatives.iter().copied().chain([hit]);
    let schools: HashSet<SchoolId> = all.filter_map(|resource| Some(resource.school.as_ref()?.id)).collect();
    let relative = |resource: &&Resource| NearDuplicate {
        id: resource.id,
        title: resource.metadata.title.clone(),
        school: resource.school.clone(),
    };
    Some(DuplicateGroup {
        schools: schools.len(),
        resources: relatives.iter().map(relative).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{AccountId, FileId};
    use crate::domain::metadata::Metadata;
    use crate::domain::passage::Locator;
    use crate::domain::resource::Status;
    use crate::domain::role::Scope;
    use crate::domain::search::NamedRef;
    use crate::domain::time::Timestamp;

    fn of_school(title: &str, school: Option<SchoolId>) -> Resource {
        fn named<I>(id: I) -> NamedRef<I> {
            NamedRef {
                id,
                code: None,
                name: "校".to_owned(),
            }
        }
        Resource {
            id: ResourceId::new(),
            metadata: Metadata {
                title: title.to_owned(),
                kind: "worksheet".to_owned(),
                scope: Scope::City,
                ..Metadata::default()
            },
            status: Status::Published,
            major: None,
            course: None,
            task: None,
            school: school.map(named),
            owner: named(AccountId::new()),
            review_note: None,
            version: 1,
            changed_since_approved: None,
            review: None,
            file_count: 0,
            size: 0,
            files: None,
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
            published_at: None,
            company: None,
            marked_at: None,
            marked_until: None,
            url: String::new(),
            revision: 1,
        }
    }

    #[test]
    fn what_a_film_and_its_subtitles_both_say_is_shown_once_and_two_sentences_of_a_page_are_two() {
        let passage = |file_id, url: &str, html: &str| FoundPassage {
            file_id,
            locator: Locator::Page { page: 1 },
            html: html.to_owned(),
            machine: None,
            url: url.to_owned(),
            picture: None,
        };
        let (film, beside) = (FileId::new(), FileId::new());
        let said = vec![
            passage(film, "/r/1?t=0", "对刀"),
            passage(beside, "/r/1?t=0", "对刀"),
            passage(film, "/r/1?t=0", "试切"),
            passage(film, "/r/1?t=30", "对刀"),
        ];

        let shown: Vec<(String, String)> = each_once(said).into_iter().map(|it| (it.url, it.html)).collect();

        let expected = [("/r/1?t=0", "对刀"), ("/r/1?t=0", "试切"), ("/r/1?t=30", "对刀")];
        assert_eq!(shown, expected.map(|(url, html)| (url.to_owned(), html.to_owned())));
    }

    #[test]
    fn a_family_counts_schools_and_names_only_those_that_are_shown() {
        let (one, two) = (SchoolId::new(), SchoolId::new());
        let hit = of_school("甲", Some(one));
        let (second, third, own) = (
            of_school("乙", Some(two)),
            of_school("丙", Some(two)),
            of_school("丁", Some(one)),
        );

        let family = family(&hit, [&second, &third, &own].into_iter()).unwrap();

        assert_eq!(family.schools, 2);
        let titles: Vec<&str> = family
            .resources
            .iter()
            .map(|relative| relative.title.as_str())
            .collect();
        assert_eq!(titles, ["乙", "丙", "丁"]);
    }

    #[test]
    fn a_hit_without_relatives_has_no_family() {
        assert_eq!(family(&of_school("甲", None), std::iter::empty()), None);
    }
}
