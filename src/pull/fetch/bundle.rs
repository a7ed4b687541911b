//! Many small files that come as one stream: nothing stands between them, and the manifest's lengths say where each ends.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

use super::growing::{Growing, held};
use super::{BUNDLE, Fetcher, Kind, Poured, Shortfall, Sink, Wanted, on_disk, tell_of, too_short};
use crate::domain::id::Sha256;
use crate::pack::numbers::Numbers;
use crate::pull::error::Result;
use crate::pull::source::What;
use crate::pull::source::tries::Tries;

/// Puts rising files into lists that are asked for at once. A file that is half there begins a list, because only the
/// first file of a request can be asked for from its middle.
pub(super) fn lists(rising: Vec<Wanted>, is_half_there: impl Fn(&Wanted) -> bool) -> Vec<Vec<Wanted>> {
    let mut lists: Vec<Vec<Wanted>> = Vec::new();
    let mut bytes = 0;
    for wanted in rising {
        bytes += wanted.length;
        match lists.last_mut() {
            Some(list) if bytes <= BUNDLE && !is_half_there(&wanted) => list.push(wanted),
            _ => {
                bytes = wanted.length;
                lists.push(vec![wanted]);
            }
        }
    }
    lists
}

impl Fetcher<'_> {
    /// Fetches a list, in as many requests as it takes.
    pub(super) async fn bundles(&self, kind: Kind, list: Vec<Wanted>) -> Result<Shortfall> {
        let mut shortfall = Shortfall::default();
        let mut waiting = vec![list];
        let mut tries = Tries::default();
        // What is begun anew and cut before it is as far as it was brings nothing, however much comes.
        let mut least_left = left(&waiting);
        while let Some(mut list) = waiting.pop() {
            waiting.extend(beyond_one_address(&mut list));
            match self.bundle(kind, list.clone()).await {
                Ok(Poured { sink, cut }) => {
                    shortfall.spoilt.extend(sink.spoilt);
                    if !sink.queue.is_empty() {
                        let have = sink.growing.as_ref().map_or(0, Growing::have);
                        waiting.push(sink.queue.into());
                        let left = left(&waiting).saturating_sub(have);
                        let has_come_on = left < least_left;
                        least_left = least_left.min(left);
                        tries
                            .again(cut.unwrap_or_else(|| too_short("bundle")), has_come_on)
                            .await?;
                    }
                }
                Err(error) => {
                    if let Some(named) = error.gone() {
                        let (gone, rest) = without_gone(list, named);
                        shortfall.gone.extend(gone);
                        waiting.extend(rest);
                    } else if error.is_damaged() {
                        let (spoilt, rest) = without_gone(list, &Numbers::default());
                        shortfall.spoilt.extend(spoilt);
                        waiting.extend(rest);
                    } else {
                        waiting.push(list);
                        tries.again(error, false).await?;
                    }
                }
            }
        }
        Ok(shortfall)
    }

    async fn bundle(&self, kind: Kind, list: Vec<Wanted>) -> Result<Poured<Split>> {
        let rising: Vec<usize> = list.iter().map(|wanted| wanted.number).collect();
        let (numbers, _) = Numbers::take_from(&rising);
        let what = match kind {
            Kind::Files => What::Files(&numbers),
            Kind::Texts => What::Texts(&numbers),
        };
        let first = list[0].clone();
        let from = on_disk(self.into, move |folder| offset(folder, &first)).await?;
        let body = self.source.open(&self.part(what), from, None).await?;
        let all: u64 = list.iter().map(|wanted| wanted.length).sum();
        let rest = all - body.from;
        let mut split = Split::new(self.into, list, body.from == 0);
        split.tell.clone_from(&self.tell);
        self.pour(body.at_most(rest), split).await
    }
}

/// Bytes of files that are not whole.
fn left(waiting: &[Vec<Wanted>]) -> u64 {
    let lengths = waiting.iter().flatten().map(|wanted| wanted.length);
    lengths.fold(0, u64::saturating_add)
}

/// What of a list is gone, and in which lists to ask for the rest. Where it is not said which it is, each half is asked for.
fn without_gone(list: Vec<Wanted>, named: &Numbers) -> (Vec<Wanted>, Vec<Vec<Wanted>>) {
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

/// What does not fit into one address.
fn beyond_one_address(list: &mut Vec<Wanted>) -> Option<Vec<Wanted>> {
    let rising: Vec<usize> = list.iter().map(|wanted| wanted.number).collect();
    let (_, rest) = Numbers::take_from(&rising);
    (!rest.is_empty()).then(|| list.split_off(rising.len() - rest.len()))
}

/// The first byte that is missing of a file; what is there and cannot be its beginning goes.
fn offset(folder: &Path, wanted: &Wanted) -> io::Result<u64> {
    match held(folder, &wanted.sha256) {
        have if have >= wanted.length => Growing::anew(folder, wanted).map(|_| 0),
        have => Ok(have),
    }
}

/// Cuts a stream into files.
pub(super) struct Split {
    folder: PathBuf,
    queue: VecDeque<Wanted>,
    growing: Option<Growing>,
    from_the_start: bool,
    spoilt: Vec<Wanted>,
    /// Who hears of each file that is whole.
    tell: Option<Sender<Sha256>>,
}

impl Split {
    fn new(folder: &Path, list: Vec<Wanted>, from_the_start: bool) -> Self {
        Self {
            folder: folder.to_owned(),
            queue: list.into(),
            growing: None,
            from_the_start,
            spoilt: Vec::new(),
            tell: None,
        }
    }

    /// The file whose bytes come next.
    fn next(&mut self) -> io::Result<Option<Growing>> {
        if let Some(growing) = self.growing.take() {
            return Ok(Some(growing));
        }
        let Some(wanted) = self.queue.front() else {
            return Ok(None);
        };
        let open = if self.from_the_start {
            Growing::anew
        } else {
            Growing::open
        };
        self.from_the_start = true;
        open(&self.folder, wanted).map(Some)
    }
}

impl Sink for Split {
    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        // Once more even when no bytes are left: empty files take none.
        while let Some(mut growing) = self.next()? {
            let taken = growing.take(bytes)?;
            bytes = &bytes[taken..];
            if growing.missing() > 0 {
                self.growing = Some(growing);
                return Ok(());
            }
            let is_right = growing.finish()?;
            match self.queue.pop_front() {
                Some(wanted) if is_right => tell_of(self.tell.as_ref(), &wanted),
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
        self.growing.as_mut().map_or(Ok(()), Growing::flush)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::canonical::sha256;

    fn wanted(number: usize, bytes: &[u8]) -> Wanted {
        Wanted {
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
            let mut split = Split::new(folder.path(), list, true);

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
        let mut split = Split::new(folder.path(), vec![wanted(0, b"one"), wanted(1, b"two")], true);

        split.write(b"onEtwo").unwrap();

        assert_eq!(split.spoilt, [wanted(0, b"one")]);
        assert_eq!(held(folder.path(), &sha256(b"one")), 0);
        assert_eq!(held(folder.path(), &sha256(b"two")), 3);
    }

    #[test]
    fn a_half_file_begins_a_list() {
        let all: Vec<Wanted> = (0..5)
            .map(|number| wanted(number, &[u8::try_from(number).unwrap()]))
            .collect();

        let lists = lists(all, |wanted| wanted.number == 3);

        let numbers: Vec<Vec<usize>> = lists
            .iter()
            .map(|list| list.iter().map(|wanted| wanted.number).collect())
            .collect();
        assert_eq!(numbers, [vec![0, 1, 2], vec![3, 4]]);
    }
}
