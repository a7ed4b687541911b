//! The places that hits lead to: which page of the site opens there, and what it looks like.

use std::collections::{HashMap, HashSet};

use crate::db::{entity, files, films, renditions};
use crate::domain::file::Kind;
use crate::domain::film;
use crate::domain::id::{FileId, ResourceId, Sha256};
use crate::domain::passage::Locator;
use crate::error::Result;
use crate::extract::has_pages;
use crate::library::search::Search;
use crate::library::search::find::place;

/// The files that passages stand in, and the films that they may lie beside.
pub(in crate::library) struct PassageFiles {
    files: HashMap<FileId, entity::file::Model>,
    films: Vec<entity::file::Model>,
    /// Office files whose pages were made.
    painted: HashSet<(Sha256, Kind)>,
    /// Films of which there is a picture.
    pictured: HashSet<Sha256>,
}

impl Search {
    /// What has to be known of the files that some passages stand in, and of the films of some resources: four queries,
    /// however many they are.
    pub(in crate::library) async fn places_of(
        &self,
        files: HashSet<FileId>,
        resources: HashSet<ResourceId>,
    ) -> Result<PassageFiles> {
        let conn = self.db.read();
        let files = files::by_id(conn, files.into_iter().collect()).await?;
        let films = files::current_of_kinds(conn, resources.into_iter().collect(), &film::PLAYED).await?;
        let office = files.iter().filter(|file| has_pages(file.kind));
        let painted = renditions::with_pages(conn, office.map(|file| file.sha256.clone()).collect()).await?;
        let pictured = films::with_poster(conn, films.iter().map(|film| film.sha256.clone()).collect()).await?;
        Ok(PassageFiles {
            files: files.into_iter().map(|file| (file.id, file)).collect(),
            films,
            painted: painted.into_iter().map(|row| (row.sha256, row.kind)).collect(),
            pictured: pictured.into_iter().map(|row| row.sha256).collect(),
        })
    }
}

impl PassageFiles {
    /// The page that opens at a passage: of the film, for what stands in the subtitles beside one.
    pub(in crate::library) fn opens(&self, resource: ResourceId, file: FileId, locator: &Locator) -> String {
        let opened = self.film_beside(file).map_or(file, |film| film.id);
        format!("/r/{resource}?{}&file={opened}", place(locator))
    }

    /// A file's own name.
    pub(in crate::library) fn name(&self, file: FileId) -> &str {
        let path = self.files.get(&file).map_or("", |file| file.path.as_str());
        path.rsplit('/').next().unwrap_or(path)
    }

    fn film_beside(&self, file: FileId) -> Option<&entity::file::Model> {
        let subtitles = self
            .files
            .get(&file)
            .filter(|file| film::SUBTITLES.contains(&file.kind))?;
        let of_same_resource: Vec<&entity::file::Model> = self
            .films
            .iter()
            .filter(|film| film.resource_id == subtitles.resource_id)
            .collect();
        film::film_of(&subtitles.path, &of_same_resource, |film| &film.path).copied()
    }

    /// What a place looks like.
    pub(super) fn picture(&self, file: FileId, locator: &Locator) -> Option<String> {
        let found = self.files.get(&file)?;
        match locator {
            Locator::Page { page } | Locator::Slide { slide: page } => {
                let is_painted = found.kind == Kind::Pdf || self.painted.contains(&(found.sha256.clone(), found.kind));
                is_painted.then(|| format!("/api/v1/files/{file}/pages/{page}"))
            }
            Locator::Time { .. } => self.picture_of_film(self.film_beside(file).unwrap_or(found)),
            Locator::Sheet { .. } | Locator::Section { .. } => None,
        }
    }

    /// A picture of a resource's first film.
    pub(super) fn picture_of(&self, resource: ResourceId) -> Option<String> {
        let mut films = self.films.iter().filter(|film| film.resource_id == resource);
        films.find_map(|film| self.picture_of_film(film))
    }

    fn picture_of_film(&self, film: &entity::file::Model) -> Option<String> {
        let is_pictured = self.pictured.contains(&film.sha256);
        is_pictured.then(|| format!("/api/v1/files/{}/thumbnail", film.id))
    }
}
