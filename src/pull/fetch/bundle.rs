//! Bundles: many small files in one stream. Nothing stands between them; the manifest's lengths say where each ends.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

use super::partial_file::{PartialFile, partial_length};
use super::{BUNDLE, Fetcher, Missing, Payload, Sink, StreamEnd, WantedFile, on_disk, report_complete, too_short};
use crate::domain::id::Sha256;
use crate::pack::numbers::ItemNumbers;
use crate::pull::error::Result;
use crate::pull::source::Selection;
use crate::pull::source::backoff::Backoff;

/// Splits files, in rising order, into batches of one request each. A partial file begins a batch, because only the
/// first file of a request can be asked for from its middle.
pub(super) fn batches(rising: Vec<WantedFile>, is_half_there: impl Fn(&WantedFile) -> bool) -> Vec<Vec<WantedFile>> {
    let mut batches: Vec<Vec<WantedFile>> = Vec::new();
    let mut bytes = 0;
    for wanted in rising {
        bytes += wanted.length;
        match batches.last_mut() {
            Some(list) if bytes <= BUNDLE && !is_half_there(&wanted) => list.push(wanted),
            _ => {
                bytes = wanted.length;
                batches.push(vec![wanted]);
            }
        }
    }
    batches
}

impl Fetcher<'_> {
    /// Fetches a list, in as many requests as it takes.
    pub(super) async fn bundles(&self, kind: Payload, list: Vec<WantedFile>) -> Result<Missing> {
        let mut missing = Missing::default();
        let mut waiting = vec![list];
        let mut backoff = Backoff::default();
        // What is begun anew and cut before it is as far as it was brings nothing, however much comes.
        let mut least_left = bytes_left(&waiting);
        while let Some(mut list) = waiting.pop() {
            waiting.extend(beyond_one_address(&mut list));
            match self.bundle(kind, list.clone()).await {
                Ok(StreamEnd { sink, cut }) => {
                    missing.spoilt.extend(sink.spoilt);
                    if !sink.queue.is_empty() {
                        let received = sink.partial.as_ref().map_or(0, PartialFile::received);
                        waiting.push(sink.queue.into());
                        let left = bytes_left(&waiting).saturating_sub(received);
                        let has_come_on = left < least_left;
                        least_left = least_left.min(left);
                        backoff
                            .retry(cut.unwrap_or_else(|| too_short("bundle")), has_come_on)
                            .await?;
                    }
                }
                Err(error) => {
                    if let Some(named) = error.gone() {
                        let (gone, rest) = without_gone(list, named);
                        missing.gone.extend(gone);
                        waiting.extend(rest);
                    } else if error.is_damaged() {
                        let (spoilt, rest) = without_gone(list, &ItemNumbers::default());
                        missing.spoilt.extend(spoilt);
                        waiting.extend(rest);
                    } else {
                        waiting.push(list);
                        backoff.retry(error, false).await?;
                    }
                }
            }
        }
        Ok(missing)
    }

    async fn bundle(&self, kind: Payload, list: Vec<WantedFile>) -> Result<StreamEnd<BundleSplitter>> {
        let rising: Vec<usize> = list.iter().map(|wanted| wanted.number).collect();
        let (numbers, _) = ItemNumbers::take_from(&rising);
        let what = match kind {
            Payload::Files => Selection::Files(&numbers),
            Payload::Texts => Selection::Texts(&numbers),
        };
        let first = list[0].clone();
        let from = on_disk(self.into, move |folder| offset(folder, &first)).await?;
        let body = self.source.open(&self.part(what), from, None).await?;
        let all: u64 = list.iter().map(|wanted| wanted.length).sum();
        let rest = all - body.from;
        let mut split = BundleSplitter::new(self.into, list, body.from == 0);
        split.completed.clone_from(&self.completed);
        self.write_stream(body.at_most(rest), split).await
    }
}

/// Bytes of files that are not whole.
fn bytes_left(waiting: &[Vec<WantedFile>]) -> u64 {
    let lengths = waiting.iter().flatten().map(|wanted| wanted.length);
    lengths.fold(0, u64::saturating_add)
}

/// Splits off the files of a batch that are gone; returns them and the batches to ask for next. Where the hub does not
/// say which file it is, each half is asked for.
fn without_gone(list: Vec<WantedFile>, named: &ItemNumbers) -> (Vec<WantedFile>, Vec<Vec<WantedFile>>) {
    let (gone, mut rest): (Vec<_>, Vec<_>) = list.into_iter().partition(|wanted| named.contains(wanted.number));
    match (gone.len(), rest.len()) {
        (0, 1) => (rest, vec![]),
        (_, 0) => (gone, vec![]),
        (0, many) => {
            let half = rest.split_off(many / 2);
            (gone, vec![half, rest])
        }
        _ => (gone, vec![rest]),
    }
}

/// Splits off what does not fit into one address.
fn beyond_one_address(list: &mut Vec<WantedFile>) -> Option<Vec<WantedFile>> {
    let rising: Vec<usize> = list.iter().map(|wanted| wanted.number).collect();
    let (_, rest) = ItemNumbers::take_from(&rising);
    (!rest.is_empty()).then(|| list.split_off(rising.len() - rest.len()))
}

/// First missing byte of a file. A partial file that is too long cannot be its beginning and is begun anew.
fn offset(folder: &Path, wanted: &WantedFile) -> io::Result<u64> {
    match partial_length(folder, &wanted.sha256) {
        received if received >= wanted.length => PartialFile::restart(folder, wanted).map(|_| 0),
        received => Ok(received),
    }
}

/// Splits a stream into files.
pub(super) struct BundleSplitter {
    folder: PathBuf,
    queue: VecDeque<WantedFile>,
    partial: Option<PartialFile>,
    from_the_start: bool,
    spoilt: Vec<WantedFile>,
    /// Who hears of each file that is whole.
    completed: Option<Sender<Sha256>>,
}

impl BundleSplitter {
    fn new(folder: &Path, list: Vec<WantedFile>, from_the_start: bool) -> Self {
        Self {
            folder: folder.to_owned(),
            queue: list.into(),
            partial: None,
            from_the_start,
            spoilt: Vec::new(),
            completed: None,
        }
    }

    /// The file whose bytes come next.
    fn next(&mut self) -> io::Result<Option<PartialFile>> {
        if let Some(partial) = self.partial.take() {
            return Ok(Some(partial));
        }
        let Some(wanted) = self.queue.front() else {
            return Ok(None);
        };
        let open = if self.from_the_start {
            PartialFile::restart
        } else {
            PartialFile::open
        };
        self.from_the_start = true;
        open(&self.folder, wanted).map(Some)
    }
}

impl Sink for BundleSplitter {
    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        // Once more even when no bytes are left: empty files take none.
        while let Some(mut partial) = self.next()? {
            let taken = partial.append(bytes)?;
            bytes = &bytes[taken..];
            if partial.missing() > 0 {
                self.partial = Some(partial);
                return Ok(());
            }
            let is_right = partial.finish()?;
            match self.queue.pop_front() {
                Some(wanted) if is_right => report_complete(self.completed.as_ref(), &wanted),
                wanted => self.spoilt.extend(wanted),
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        // A stream of nothing but empty files brings no bytes at all.
        let is_all_empty = self.queue.iter().all(|wanted| wanted.length == 0);
        if is_all_empty {
            self.write(&[])?;
        }
        self.partial.as_mut().map_or(Ok(()), PartialFile::flush)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::canonical::sha256;

    fn wanted(number: usize, bytes: &[u8]) -> WantedFile {
        WantedFile {
            number,
            sha256: sha256(bytes),
            length: bytes.len() as u64,
            old: None,
        }
    }

    #[test]
    fn a_stream_is_cut_into_files_wherever_its_pieces_end() {
        let parts: [&[u8]; 5] = [b"one", b"", b"three", b"4", b""];
        let all = parts.concat();
        for size in 1..=all.len() {
            let folder = tempfile::tempdir().unwrap();
            let list = parts
                .iter()
                .enumerate()
                .map(|(number, part)| wanted(number, part))
                .collect();
            let mut split = BundleSplitter::new(folder.path(), list, true);

            for piece in all.chunks(size) {
                split.write(piece).unwrap();
            }
            split.flush().unwrap();

            assert!(split.queue.is_empty() && split.spoilt.is_empty());
            for part in parts {
                assert_eq!(std::fs::read(folder.path().join(sha256(part).hex())).unwrap(), part);
            }
        }
    }

    #[test]
    fn a_file_of_other_bytes_is_named_and_taken_away_and_the_next_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let mut split = BundleSplitter::new(folder.path(), vec![wanted(0, b"one"), wanted(1, b"two")], true);

        split.write(b"onEtwo").unwrap();

        assert_eq!(split.spoilt, [wanted(0, b"one")]);
        assert_eq!(partial_length(folder.path(), &sha256(b"one")), 0);
        assert_eq!(partial_length(folder.path(), &sha256(b"two")), 3);
    }

    #[test]
    fn a_half_file_begins_a_list() {
        let all: Vec<WantedFile> = (0..5)
            .map(|number| wanted(number, &[u8::try_from(number).unwrap()]))
            .collect();

        let batches = batches(all, |wanted| wanted.number == 3);

        let numbers: Vec<Vec<usize>> = batches
            .iter()
            .map(|list| list.iter().map(|wanted| wanted.number).collect())
            .collect();
        assert_eq!(numbers, [vec![0, 1, 2], vec![3, 4]]);
    }
}
