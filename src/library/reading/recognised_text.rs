//! What machines recognised in a content, as part of its text: the job that writes it anew, whether a page was read, a film
//! was heard or somebody put a line right. Nothing else writes a text but the extraction job, and each leaves the other's alone.

use std::time::Duration;

use crate::db::{content, derived, entity, jobs, ocr_pages};
use crate::domain::file::{ExtractionReport, ExtractionState, Kind};
use crate::domain::film::PLAYED;
use crate::domain::id::Sha256;
use crate::domain::job::JobKind;
use crate::domain::ocr::{OcrPage, OcrProgress, percent};
use crate::domain::passage::{Locator, Passage};
use crate::error::Result;
use crate::extract::clean_text;
use crate::library::objects::integrity::ExpectedObject;
use crate::library::reading::Reading;
use crate::library::reading::corrections::with_corrections;
use crate::library::reading::ocr::key_of;
use crate::library::texts::subject;

/// A content that is just being read gets what was recognised when that is over.
const READ_BY_THEN: Duration = Duration::from_secs(5);

impl Reading {
    /// Puts what was recognised and put right by now into the text of a content. Done twice, it changes nothing.
    pub(in crate::library) async fn write_recognised(&self, sha256: &Sha256, kind: Kind) -> Result<()> {
        let Some(read) = content::extraction(self.db.read(), sha256, kind).await? else {
            return Ok(());
        };
        if !is_settled(read.state) {
            return self.write_later(sha256, kind).await;
        }
        if PLAYED.contains(&kind) {
            return self.put_speech_in(&read).await;
        }
        let Some(born) = self.texts.kept_passages(&read).await? else {
            // Lost: it is read again, with all that was recognised.
            return Ok(());
        };
        let passages = self.with_pictures(sha256, kind, born).await?;
        let Some(progress) = self.progress_of(&read).await? else {
            return Ok(());
        };
        let report = report_with(read.report.0.clone(), kind, &passages, progress);
        self.replace_text(&read, &passages, report).await
    }

    async fn write_later(&self, sha256: &Sha256, kind: Kind) -> Result<()> {
        let (again, now) = (vec![subject(sha256, kind)], self.clock.now());
        self.db
            .write(async |tx| jobs::enqueue_later(tx, JobKind::Text, again, READ_BY_THEN, now).await)
            .await
    }

    /// How far the pages of a content are by now; none where it has no such pages.
    async fn progress_of(&self, read: &entity::extraction::Model) -> Result<Option<OcrProgress>> {
        let progress = ocr_pages::progress(self.db.read(), &read.sha256, read.kind).await?;
        let left_out = read.report.0.ocr.map_or(0, |told| told.left_out);
        Ok(progress.map(|progress| OcrProgress { left_out, ..progress }))
    }

    /// Replaces the text of a content that was made of the one which `read` names, and tells those who may find it. Where
    /// somebody replaced that one meanwhile, it is made once more.
    pub(super) async fn replace_text(
        &self,
        read: &entity::extraction::Model,
        passages: &[Passage],
        report: ExtractionReport,
    ) -> Result<()> {
        let (sha256, kind) = (&read.sha256, read.kind);
        let written = self.texts.write_passages(sha256, kind, passages).await?;
        let is_same = read.text_sha256.as_ref() == Some(written.sha256());
        if is_same && report == read.report.0 {
            return Ok(());
        }
        let state = match (passages.is_empty(), read.state) {
            (false, _) => ExtractionState::Ready,
            (true, ExtractionState::Ready) => ExtractionState::NoText,
            (true, before) => before,
        };
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let found = content::locked_extraction(tx, sha256, kind).await?;
                if found.as_ref() != Some(read) {
                    return jobs::enqueue(tx, JobKind::Text, vec![subject(sha256, kind)], now).await;
                }
                content::set_extraction(tx, sha256, kind, state, Some(report), now).await?;
                written.name(tx, kind, now).await
            })
            .await?;
        self.signals.wake();
        Ok(())
    }

    /// Joins passages with those of the pages that were recognised.
    // All of it is in memory for that, as it is for the index: the reader bounds what a content may yield.
    pub(super) async fn with_pictures(&self, sha256: &Sha256, kind: Kind, born: Vec<Passage>) -> Result<Vec<Passage>> {
        let read = ocr_pages::read(self.db.read(), sha256, kind).await?;
        let keys = read.iter().filter_map(key_of).map(|(_, key)| key.to_string()).collect();
        let mut kept = derived::find_all(self.db.read(), keys).await?;
        let corrections = self.corrections(sha256, kind).await?;
        let mut recognised = Vec::new();
        let mut section = last_section(&born);
        for (page, key) in read.iter().filter_map(key_of) {
            let Some(made) = kept.remove(&key.to_string()) else {
                continue;
            };
            let lines = self.picture_lines(ExpectedObject::made(key, &made)).await?;
            let put_right = i32::try_from(page).ok().and_then(|page| corrections.get(&page));
            let lines = lines.map(|lines| with_corrections(lines, put_right));
            section += 1;
            recognised.extend(lines.and_then(|lines| passage_of(kind, (page, section), &lines)));
        }
        Ok(joined(born, recognised))
    }
}

/// Whether nobody is reading it, or will.
pub(super) fn is_settled(state: ExtractionState) -> bool {
    !matches!(state, ExtractionState::Queued | ExtractionState::Extracting)
}

/// The number of the last section of what was born digital.
fn last_section(born: &[Passage]) -> u32 {
    let sections = born
        .iter()
        .filter(|passage| passage.machine.is_none())
        .filter_map(|passage| match passage.locator {
            Locator::Section { section, .. } => Some(section),
            _ => None,
        });
    sections.max().unwrap_or(0)
}

/// The passage that a recognised page is; none where nothing stands on it.
/// Pictures in an archive or a text are sections of their own, behind those of its documents.
fn passage_of(kind: Kind, (page, section): (u32, u32), lines: &OcrPage) -> Option<Passage> {
    let text = clean_text(&lines.text());
    let locator = match kind {
        Kind::Pdf => Locator::Page { page },
        Kind::Pptx | Kind::Odp => Locator::Slide { slide: page },
        Kind::Zip | Kind::Docx => Locator::Section {
            section,
            title: lines.path.clone(),
        },
        _ => Locator::Section {
            section: page,
            title: None,
        },
    };
    (!text.is_empty()).then(|| Passage {
        machine: lines.confidence().map(percent),
        ..Passage::new(locator, text)
    })
}

/// Puts recognised pages where they belong: behind what was born digital of the same page. Those of before are replaced.
fn joined(born: Vec<Passage>, recognised: Vec<Passage>) -> Vec<Passage> {
    let mut recognised = recognised.into_iter().peekable();
    let mut all = Vec::new();
    for passage in born.into_iter().filter(|passage| passage.machine.is_none()) {
        let is_before = |page: &Passage| {
            page_of(page)
                .zip(page_of(&passage))
                .is_some_and(|(one, other)| one < other)
        };
        while let Some(page) = recognised.next_if(is_before) {
            all.push(page);
        }
        all.push(passage);
    }
    all.extend(recognised);
    all
}

fn page_of(passage: &Passage) -> Option<u32> {
    match passage.locator {
        Locator::Page { page } | Locator::Slide { slide: page } => Some(page),
        _ => None,
    }
}

/// What reading found, with the pages that were recognised.
pub(super) fn report_with(
    mut report: ExtractionReport,
    kind: Kind,
    passages: &[Passage],
    progress: OcrProgress,
) -> ExtractionReport {
    let is_read = progress.waiting == 0 && progress.failed == 0 && progress.left_out == 0;
    report.characters = passages.iter().map(Passage::characters).sum();
    report.needs_ocr &= !is_read;
    if is_read {
        report.garbled_pages = 0;
        report.detail = None;
    }
    if matches!(kind, Kind::Pdf | Kind::Pptx | Kind::Odp) {
        let mut pages: Vec<u32> = passages.iter().filter_map(page_of).collect();
        pages.dedup();
        let with_text = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        report.blank_pages = report.pages.saturating_sub(with_text + report.garbled_pages);
    }
    report.ocr = Some(progress);
    report
}

#[cfg(test)]
mod tests {
    use super::{joined, passage_of, report_with};
    use crate::domain::file::{ExtractionReport, Kind};
    use crate::domain::ocr::{OcrLine, OcrPage, OcrProgress};
    use crate::domain::passage::{Locator, Passage};

    fn born(page: u32, text: &str) -> Passage {
        Passage::new(Locator::Page { page }, text.to_owned())
    }

    fn machine(page: u32, text: &str) -> Passage {
        Passage {
            machine: Some(97),
            ..born(page, text)
        }
    }

    fn progress(waiting: u32, read: u32, failed: u32) -> OcrProgress {
        OcrProgress {
            waiting,
            read,
            failed,
            left_out: 0,
            again: 0,
            confidence: 97,
        }
    }

    #[test]
    fn recognised_pages_stand_where_they_belong_and_replace_those_of_before() {
        let attachment = Passage::new(
            Locator::Section {
                section: 1,
                title: Some("附件.docx".to_owned()),
            },
            "附件".to_owned(),
        );
        let before = vec![
            born(1, "封面"),
            machine(2, "旧"),
            born(3, "3"),
            born(4, "正文"),
            attachment.clone(),
        ];

        let found = joined(
            before,
            vec![machine(2, "第二页"), machine(3, "第三页"), machine(5, "封底")],
        );

        let expected = [
            born(1, "封面"),
            machine(2, "第二页"),
            born(3, "3"),
            machine(3, "第三页"),
            born(4, "正文"),
            attachment,
            machine(5, "封底"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_scan_that_was_read_is_no_scan_that_waits() {
        let scanned = ExtractionReport {
            pages: 3,
            blank_pages: 2,
            needs_ocr: true,
            detail: Some("2 pages need recognition: 2, 3".to_owned()),
            ..ExtractionReport::default()
        };
        let passages = [born(1, "封面"), machine(2, "台阶轴 φ20"), machine(3, "槽")];

        let read = report_with(scanned.clone(), Kind::Pdf, &passages, progress(0, 2, 0));
        let failed = report_with(scanned, Kind::Pdf, &passages[..2], progress(0, 1, 1));

        assert_eq!((read.characters, read.blank_pages, read.needs_ocr), (9, 0, false));
        assert_eq!((read.detail, read.ocr), (None, Some(progress(0, 2, 0))));
        assert_eq!((failed.blank_pages, failed.needs_ocr), (1, true));
    }

    #[test]
    fn a_page_becomes_a_passage_that_says_who_read_it() {
        let line = OcrLine {
            text: "２０℃".to_owned(),
            x: 0.0,
            y: 0.0,
            angle: 0.0,
            height: 1.0,
            start: 0.0,
            ends: vec![1.0, 2.0, 3.0],
            confidence: 0.926,
            is_in_row: false,
            is_corrected: false,
        };
        let page = OcrPage {
            lines: vec![line],
            ..OcrPage::default()
        };

        let found = passage_of(Kind::Pdf, (7, 1), &page).unwrap();

        assert_eq!((found.text.as_str(), found.machine), ("20°C", Some(93)));
        assert_eq!(found.locator, Locator::Page { page: 7 });
        assert_eq!(passage_of(Kind::Pdf, (7, 1), &OcrPage::default()), None);
    }
}
