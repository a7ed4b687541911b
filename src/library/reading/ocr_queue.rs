//! The order in which pages are recognised: by hours, within bounds of files and schools, and first what somebody waits for.

use std::collections::BTreeSet;
use std::time::Duration;

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::db::{content, entity, jobs, ocr_pages, people, resources};
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::file::{ExtractionState, Kind};
use crate::domain::id::{FileId, Sha256};
use crate::domain::job::JobKind;
use crate::domain::ocr::OcrProgress;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::who_may;
use crate::library::reading::Reading;
use crate::library::texts::subject;

const A_DAY: Duration = Duration::from_hours(24);
/// A content whose schools have had their pages of the day is looked at again after this long.
const LOOKED_AT_AGAIN: Duration = Duration::from_mins(30);
/// About what a page takes.
const PAGE_TAKES: Duration = Duration::from_secs(6);

impl Reading {
    /// Whether pages are recognised here at this hour.
    pub(in crate::library) fn is_time_for_pictures(&self) -> bool {
        self.reads_pictures() && self.rules.ocr.hours.are_open(self.clock.now())
    }

    /// From which hour until which pages are recognised here each day, where it is another hour now.
    pub fn hours_to_wait_for(&self) -> Option<(u8, u8)> {
        let hours = self.rules.ocr.hours;
        hours.span().filter(|_| !hours.are_open(self.clock.now()))
    }

    /// Reads the next page of a content that waits, unless its schools have had what they may have in a day.
    pub(in crate::library) async fn take_turn(
        &self,
        job: &entity::job::Model,
        sha256: &Sha256,
        kind: Kind,
    ) -> Result<()> {
        if self.may_go_on(sha256, kind).await? {
            return self.read_next_picture(job, sha256, kind).await;
        }
        Ok(())
    }

    /// Whether the next page of a content may be read; where its schools have had theirs of the day, it is looked at again
    /// later.
    pub(super) async fn may_go_on(&self, sha256: &Sha256, kind: Kind) -> Result<bool> {
        if self.has_turn(sha256, kind, 0).await? {
            return Ok(true);
        }
        let again = vec![subject(sha256, kind)];
        self.db
            .write(async |tx| jobs::enqueue_later(tx, JobKind::Ocr, again, LOOKED_AT_AGAIN, self.clock.now()).await)
            .await?;
        Ok(false)
    }

    /// Whether several pages of a content may be read side by side: not where its schools have had nearly all of theirs, for
    /// pages under way are not counted yet.
    pub(super) async fn may_read_beside(&self, sha256: &Sha256, kind: Kind) -> Result<bool> {
        self.has_turn(sha256, kind, self.rules.ocr.at_once as u64).await
    }

    /// Whether one of the schools that hold a content may have another page read today, and so many besides. What belongs to
    /// no school is the city's, which has no bound.
    async fn has_turn(&self, sha256: &Sha256, kind: Kind, besides: u64) -> Result<bool> {
        let Some(most) = self.rules.ocr.pages_per_school_a_day else {
            return Ok(true);
        };
        let conn = self.db.read();
        let holders = resources::with_content(conn, sha256, Some(kind)).await?;
        let schools: BTreeSet<_> = holders.iter().map(|(_, row)| row.school_id).collect();
        let since = self.clock.now().minus(A_DAY);
        for school in &schools {
            let Some(school) = *school else { return Ok(true) };
            if ocr_pages::count_done_of(conn, school, since).await? + besides < most {
                return Ok(true);
            }
        }
        Ok(schools.is_empty())
    }

    /// Has the pages of a file recognised before those of all others, and those tried again that could not be read: for those
    /// who may change its resource.
    pub async fn read_first(&self, actor: &Actor, file: FileId) -> Result<OcrProgress> {
        who_may(actor, Act::Share)?;
        let (file, row) = self.resources.visible_file(actor, file).await?;
        self.resources.editable(actor, row.id).await?;
        if !self.reads_pictures() {
            return Err(Refusal::NoSuch(Thing::Picture).into());
        }
        let (sha256, kind) = (&file.sha256, file.kind);
        let now = self.clock.now();
        let progress = self.db.write(async |tx| {
            ocr_pages::queue_failed(tx, sha256, kind, now).await?;
            let progress = tell_progress(tx, sha256, kind, now).await?;
            let progress = progress.ok_or(Refusal::NoSuch(Thing::Picture))?;
            if progress.left() > 0 {
                jobs::bring_forward(tx, JobKind::Ocr, subject(sha256, kind), now).await?;
            }
            let about = format!("{}/files/{}", row.id, file.id);
            self.audit
                .record(tx, actor, AuditAction::ResourceReadFirst, Some(about))
                .await?;
            Ok(progress)
        });
        let progress = progress.await?;
        self.signals.wake();
        Ok(progress)
    }

    /// Has all pages read again that a machine read or could not, of the contents that a school has or of all; returns how
    /// many. What was read is found until the new reading is there, and what people put right stays.
    pub async fn recognise_all_again(&self, school: Option<&str>) -> Result<u64> {
        let school = match school {
            Some(named) => {
                let found = people::school_named(self.db.read(), named).await?;
                Some(found.ok_or(Refusal::NoSuch(Thing::School))?.id)
            }
            None => None,
        };
        let mut asked = 0;
        for (sha256, kind, pages) in ocr_pages::contents_done(self.db.read(), school).await? {
            // Each when those before it should be through: all at once would have a new scan wait for a turn of each.
            let after = PAGE_TAKES.saturating_mul(u32::try_from(asked).unwrap_or(u32::MAX));
            let now = self.clock.now();
            self.db
                .write(async |tx| {
                    ocr_pages::queue_all(tx, &sha256, kind, now).await?;
                    tell_progress(tx, &sha256, kind, now).await?;
                    jobs::enqueue_later(tx, JobKind::Ocr, vec![subject(&sha256, kind)], after, now).await
                })
                .await?;
            asked += u64::try_from(pages).unwrap_or(0);
        }
        self.signals.wake();
        Ok(asked)
    }
}

/// Has the report of a content say how far its pages are; none where it has no such pages.
async fn tell_progress(
    tx: &impl ConnectionTrait,
    sha256: &Sha256,
    kind: Kind,
    now: Timestamp,
) -> Result<Option<OcrProgress>> {
    let Some(mut progress) = ocr_pages::progress(tx, sha256, kind).await? else {
        return Ok(None);
    };
    if let Some(read) = content::extraction(tx, sha256, kind).await?
        // Whoever reads it now says how far it is.
        && !matches!(read.state, ExtractionState::Queued | ExtractionState::Extracting)
    {
        let mut report = read.report.0;
        progress.left_out = report.ocr.map_or(0, |told| told.left_out);
        report.ocr = Some(progress);
        content::set_extraction(tx, sha256, kind, read.state, Some(report), now).await?;
    }
    Ok(Some(progress))
}
