//! Recognition (OCR): pages whose text stands in their pictures alone are read one by one, each a claim of its own, and
//! what stands on them is put into the text of their content. A page that was read is never read again.

use std::io::BufReader;

use futures_util::stream;

use crate::blob::DerivedKey;
use crate::db::content::{self, StoredText};
use crate::db::{changes, derived, entity, jobs, ocr_pages, resources};
use crate::domain::file::{ExtractionFault, ExtractionReport, ExtractionState, Kind};
use crate::domain::id::Sha256;
use crate::domain::job::JobKind;
use crate::domain::ocr::{OcrPage, OcrProgress, OcrState, percent};
use crate::domain::passage::{Locator, Passage};
use crate::error::{Error, Result};
use crate::extract::{ExtractOutcome, clean_text};
use crate::library::blocking::blocking;
use crate::library::objects::integrity::{ExpectedObject, is_damage, is_made_again};
use crate::library::reading::Reading;
use crate::library::reading::corrections::with_corrections;
use crate::library::reading::extraction::text_changes;
use crate::library::texts::{line, ocr_key, passages_key, subject};

/// Raised when the models read better. What older ones read stays until somebody asks for more.
pub(in crate::library) const OCR_MODEL: u32 = 1;
/// Lines of a page as they are kept: some ten thousand characters with their places.
const MOST_PAGE_BYTES: u64 = 4 << 20;

impl Reading {
    /// Notes which pages of a content that was read just now stand in their pictures alone, and puts those into its text that
    /// were recognised before.
    pub(super) async fn ask_for_pictures(
        &self,
        sha256: &Sha256,
        kind: Kind,
        outcome: &mut ExtractOutcome,
        (text, made): (StoredText, entity::derived::Model),
    ) -> Result<(StoredText, entity::derived::Model)> {
        let most = self.rules.ocr.pages_per_file;
        // Where nothing is recognised any more, what was is still its text.
        if self.reads_pictures() {
            let pages = outcome.pictures.iter().take(most);
            let pages: Vec<i32> = pages.filter_map(|page| i32::try_from(*page).ok()).collect();
            self.db
                .write(async |tx| {
                    let now = self.clock.now();
                    let gone = ocr_pages::set_pages(tx, sha256, kind, &pages, now).await?;
                    for (_, key) in gone.iter().filter_map(key_of) {
                        content::add_garbage(tx, key.to_string(), now).await?;
                    }
                    Ok(())
                })
                .await?;
        }
        let Some(mut progress) = ocr_pages::progress(self.db.read(), sha256, kind).await? else {
            return Ok((text, made));
        };
        let left_out = outcome.pictures.len().saturating_sub(most);
        progress.left_out = u32::try_from(left_out).unwrap_or(u32::MAX);
        outcome.report.ocr = Some(progress);
        if progress.read == 0 {
            return Ok((text, made));
        }
        let born = self.texts.passages_just_kept(sha256, kind).await?;
        let (passages, text, made) = self.with_pictures(sha256, kind, born).await?;
        outcome.report = report_with(std::mem::take(&mut outcome.report), kind, &passages, progress);
        if !passages.is_empty() {
            outcome.state = ExtractionState::Ready;
        }
        Ok((text, made))
    }

    /// Reads the next page of a content that waits, and asks for the one after it.
    /// Where somebody waits for it, that one stays ahead of others, too.
    pub(super) async fn read_next_picture(&self, sha256: &Sha256, kind: Kind, is_ahead: bool) -> Result<()> {
        let Some(reader) = &self.programs.ocr else {
            return Ok(());
        };
        let Some(waiting) = ocr_pages::next(self.db.read(), sha256, kind).await? else {
            // The last page was read, and then the process ended.
            return self.after_picture(sha256, kind, is_ahead).await;
        };
        let content = match self.open_content(sha256).await {
            Ok(Some(content)) => content,
            // Collected meanwhile: nobody refers to it any more.
            Ok(None) => return Ok(()),
            // Asked for again when right bytes come.
            Err(error) if is_damage(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        let page = u32::try_from(waiting.page).map_err(Error::unexpected)?;
        let before = key_of(&waiting);
        let read = match reader.read(content, kind, page).await {
            Ok(read) => self.keep_picture(waiting, page, &read).await?,
            Err(fault) => {
                tracing::info!(%sha256, ?fault, "page {page} of {sha256} could not be recognised");
                self.without_picture(waiting, fault)
            }
        };
        let kept = key_of(&read);
        let superseded = before.filter(|before| kept.as_ref() != Some(before));
        self.db
            .write(async |tx| {
                if let Some((_, key)) = &superseded {
                    content::add_garbage(tx, key.to_string(), self.clock.now()).await?;
                }
                ocr_pages::update(tx, read).await
            })
            .await?;
        self.after_picture(sha256, kind, is_ahead).await
    }

    /// Keeps the lines of a page.
    async fn keep_picture(
        &self,
        waiting: entity::ocr_page::Model,
        page: u32,
        read: &OcrPage,
    ) -> Result<entity::ocr_page::Model> {
        let key = ocr_key(&waiting.sha256, waiting.kind, page, OCR_MODEL);
        let mut body = serde_json::to_vec(read).map_err(Error::unexpected)?;
        body.push(b'\n');
        self.objects.keep_derived(&key, stream::iter([Ok(body.into())])).await?;
        Ok(entity::ocr_page::Model {
            state: OcrState::Read,
            model: i32::try_from(OCR_MODEL).ok(),
            confidence: read.confidence().map(percent).map(i32::from),
            updated_at: self.clock.now(),
            ..waiting
        })
    }

    /// What becomes of a page that could not be read. One that was read before keeps what was read.
    fn without_picture(&self, waiting: entity::ocr_page::Model, fault: ExtractionFault) -> entity::ocr_page::Model {
        let is_read = waiting.model.is_some();
        entity::ocr_page::Model {
            state: if is_read { OcrState::Read } else { OcrState::Failed },
            fault: Some(fault).filter(|_| !is_read),
            updated_at: self.clock.now(),
            ..waiting
        }
    }

    /// Puts what was read into the text when it is time, and asks for the next page.
    async fn after_picture(&self, sha256: &Sha256, kind: Kind, is_ahead: bool) -> Result<()> {
        let progress = ocr_pages::progress(self.db.read(), sha256, kind).await?;
        let read = content::extraction(self.db.read(), sha256, kind).await?;
        let (Some(mut progress), Some(read)) = (progress, read) else {
            return Ok(());
        };
        progress.left_out = read.report.0.ocr.map_or(0, |told| told.left_out);
        if progress.is_due(read.report.0.ocr) {
            self.put_together(read, progress).await?;
        }
        if progress.left() > 0 {
            let (next, now) = (vec![subject(sha256, kind)], self.clock.now());
            self.db
                .write(async |tx| match is_ahead {
                    true => jobs::enqueue_ahead(tx, JobKind::Ocr, next, now).await,
                    false => jobs::enqueue(tx, JobKind::Ocr, next, now).await,
                })
                .await?;
        }
        self.signals.wake();
        Ok(())
    }

    /// Writes the text of a content anew, with what was recognised by now, and tells those who may find it.
    pub(super) async fn put_together(&self, read: entity::extraction::Model, progress: OcrProgress) -> Result<()> {
        let (sha256, kind) = (&read.sha256, read.kind);
        // Whoever reads it now puts the pages in by themselves.
        let is_being_read = matches!(read.state, ExtractionState::Queued | ExtractionState::Extracting);
        if is_being_read {
            return Ok(());
        }
        let Some(born) = self.texts.kept_passages(&read).await? else {
            // Lost: it is read again, with all that was recognised.
            return Ok(());
        };
        let (passages, text, made) = self.with_pictures(sha256, kind, born).await?;
        let report = report_with(read.report.0.clone(), kind, &passages, progress);
        let state = if passages.is_empty() {
            read.state
        } else {
            ExtractionState::Ready
        };
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                derived::upsert(tx, made).await?;
                content::set_extraction(tx, sha256, kind, state, Some(report), now).await?;
                content::set_text(tx, sha256, kind, &text).await?;
                let holders = resources::with_content(tx, sha256, Some(kind)).await?;
                changes::append(tx, text_changes(&holders, now)).await
            })
            .await
    }

    /// Joins passages with those of the pages that were recognised, and keeps them as the text of their content.
    // All of it is in memory for that, as it is for the index: the reader bounds what a content may yield.
    pub(super) async fn with_pictures(
        &self,
        sha256: &Sha256,
        kind: Kind,
        born: Vec<Passage>,
    ) -> Result<(Vec<Passage>, StoredText, entity::derived::Model)> {
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
        let passages = joined(born, recognised);
        let lines: Vec<_> = passages.iter().map(|passage| Ok(line(passage))).collect();
        let made = self
            .objects
            .put_derived(&passages_key(sha256, kind), stream::iter(lines))
            .await?;
        let text = StoredText {
            sha256: made.sha256.clone(),
            bytes: u64::try_from(made.size).unwrap_or(0),
        };
        Ok((passages, text, made))
    }

    /// The lines of a page as a machine read them; none where it read none.
    pub(super) async fn read_page(&self, sha256: &Sha256, kind: Kind, page: u32) -> Result<Option<OcrPage>> {
        let Ok(number) = i32::try_from(page) else {
            return Ok(None);
        };
        let row = ocr_pages::find(self.db.read(), sha256, kind, number).await?;
        let Some((_, key)) = row.as_ref().and_then(key_of) else {
            return Ok(None);
        };
        match derived::find(self.db.read(), &key.to_string()).await? {
            Some(made) => self.picture_lines(ExpectedObject::made(key, &made)).await,
            None => Ok(None),
        }
    }

    /// The lines of a page as they are kept; none where they are lost, and will be read again.
    async fn picture_lines(&self, kept: ExpectedObject) -> Result<Option<OcrPage>> {
        if kept.size > MOST_PAGE_BYTES {
            return Ok(None);
        }
        let file = match self.objects.open_right(&kept).await {
            Ok(file) => file,
            Err(error) if is_made_again(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let lines = move || serde_json::from_reader(BufReader::new(file)).map_err(Error::unexpected);
        blocking(lines).await.map(Some)
    }
}

/// The number of a page whose reading is kept, and where its lines are.
pub(in crate::library) fn key_of(row: &entity::ocr_page::Model) -> Option<(u32, DerivedKey)> {
    let (page, model) = (u32::try_from(row.page).ok()?, u32::try_from(row.model?).ok()?);
    Some((page, ocr_key(&row.sha256, row.kind, page, model)))
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
