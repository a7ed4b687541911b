//! XML, walked in one pass with bounds on depth, on runs of text and on entities.

use std::{
    borrow::Cow,
    io::{self, BufRead, BufReader, Read},
};

use encoding_rs::{Encoding, UTF_8};
use quick_xml::{
    Reader,
    events::{BytesRef, BytesStart, Event},
};

use super::{
    error::{ExtractError, ExtractResult},
    limits::{TEXT_FILE_BYTES, XML_DEPTH, XML_RUN_BYTES},
};

/// Whether to descend into an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Descend {
    /// Its children are visited, then it is closed.
    Inside,
    /// Neither its children nor its end are visited.
    Skip,
}

/// Someone who walks through a document. Names come without their prefix.
pub(crate) trait Visitor {
    /// An element begins.
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend>;
    /// An element ends.
    fn close(&mut self, _name: &str) -> ExtractResult {
        Ok(())
    }
    /// Text stands between tags; entities are resolved.
    fn text(&mut self, _text: &str) -> ExtractResult {
        Ok(())
    }
}

/// The beginning of an element.
pub(crate) struct Element<'a> {
    start: &'a BytesStart<'a>,
    name: &'a str,
}

impl Element<'_> {
    /// Its name without the prefix.
    pub(crate) fn name(&self) -> &str {
        self.name
    }

    /// An attribute by its name without the prefix.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        self.find(|key| local(key) == name)
    }

    /// An attribute that has a prefix, where one without means something else (`r:id` beside `id`). Programs are free in
    /// what they call the prefix.
    pub(crate) fn attribute_prefixed(&self, name: &str) -> Option<String> {
        self.find(|key| key.contains(':') && local(key) == name)
    }

    fn find(&self, is_wanted: impl Fn(&str) -> bool) -> Option<String> {
        let attribute = self
            .start
            .attributes()
            .flatten()
            .find(|attribute| is_wanted(attribute.key.as_ref()))?;
        Some(unescape(&attribute.value).into_owned())
    }
}

fn unescape(value: &str) -> Cow<'_, str> {
    quick_xml::escape::unescape(value).unwrap_or(Cow::Borrowed(value))
}

/// The part of a qualified name behind the colon.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Walks through a document from its first to its last tag.
pub(crate) fn walk(source: impl Read, visitor: &mut impl Visitor) -> ExtractResult {
    let mut source = BufReader::with_capacity(64 << 10, ShortRuns { source, run: 0 });
    match foreign_encoding(source.fill_buf()?) {
        Some(encoding) => {
            let mut bytes = Vec::new();
            source.take(TEXT_FILE_BYTES).read_to_end(&mut bytes)?;
            walk_events(encoding.decode(&bytes).0.as_bytes(), visitor)
        }
        None => walk_events(source, visitor),
    }
}

/// The encoding of a document that is not in UTF-8: by its mark, or by its own word where its bytes agree.
fn foreign_encoding(head: &[u8]) -> Option<&'static Encoding> {
    if let Some((marked, _)) = Encoding::for_bom(head) {
        return (marked != UTF_8).then_some(marked);
    }
    let declaration = head.strip_prefix(b"<?xml")?.split(|byte| *byte == b'>').next()?;
    let declaration = str::from_utf8(declaration).ok()?;
    let (_, said) = declaration.split_once("encoding")?;
    let label = said.split(['"', '\'']).nth(1)?;
    let said = Encoding::for_label(label.as_bytes())?;
    let is_utf8 = str::from_utf8(head).is_ok_and(|head| !head.is_ascii());
    (said != UTF_8 && said.is_ascii_compatible() && !is_utf8).then_some(said)
}

fn walk_events(source: impl BufRead, visitor: &mut impl Visitor) -> ExtractResult {
    let mut reader = Reader::from_reader(source);
    // A bare `&` of a careless program is one.
    reader.config_mut().allow_dangling_amp = true;
    let mut walker = Walker {
        visitor,
        depth: 0,
        skipped_from: None,
    };
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).map_err(error_of)? {
            Event::Eof => return Ok(()),
            event => walker.take(event)?,
        }
        buffer.clear();
    }
}

struct Walker<'v, V> {
    visitor: &'v mut V,
    depth: usize,
    skipped_from: Option<usize>,
}

impl<V: Visitor> Walker<'_, V> {
    fn take(&mut self, event: Event<'_>) -> ExtractResult {
        match event {
            Event::Start(start) => self.open(&start),
            Event::Empty(start) => {
                self.open(&start)?;
                self.close(start.name().as_ref())
            }
            Event::End(end) => self.close(end.name().as_ref()),
            Event::Text(text) => self.text(&text),
            Event::CData(text) => self.text(&text),
            Event::GeneralRef(entity) => self.entity(&entity),
            Event::DocType(definition) if definition.contains("<!ENTITY") => Err(ExtractError::bomb(
                "a document type definition may define entities without end",
            )),
            _ => Ok(()),
        }
    }

    fn open(&mut self, start: &BytesStart<'_>) -> ExtractResult {
        self.depth += 1;
        if self.depth > XML_DEPTH {
            return Err(ExtractError::bomb(format!("elements nest deeper than {XML_DEPTH}")));
        }
        if self.skipped_from.is_some() {
            return Ok(());
        }
        let qualified = start.name();
        let name = local(qualified.as_ref());
        if self.visitor.open(&Element { start, name })? == Descend::Skip {
            self.skipped_from = Some(self.depth);
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> ExtractResult {
        let depth = self.depth;
        self.depth = self.depth.saturating_sub(1);
        match self.skipped_from {
            None => self.visitor.close(local(name)),
            Some(from) => {
                if from == depth {
                    self.skipped_from = None;
                }
                Ok(())
            }
        }
    }

    fn text(&mut self, text: &str) -> ExtractResult {
        if self.skipped_from.is_some() {
            Ok(())
        } else {
            self.visitor.text(text)
        }
    }

    /// The entities of XML and of HTML, and characters by number. Others need a definition, and definitions are refused:
    /// they stay as they are written.
    fn entity(&mut self, entity: &BytesRef<'_>) -> ExtractResult {
        let written = format!("&{};", &**entity);
        self.text(&htmlize::unescape(&written))
    }
}

fn error_of(error: quick_xml::Error) -> ExtractError {
    match error {
        quick_xml::Error::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => ExtractError::bomb(error),
        error => ExtractError::damaged(error),
    }
}

/// Refuses endless text between two tags, which the parser would gather in memory.
struct ShortRuns<R> {
    source: R,
    run: u64,
}

impl<R: Read> Read for ShortRuns<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.run = match buffer[..count].iter().rposition(|byte| *byte == b'<') {
            Some(at) => (count - at) as u64,
            None => self.run + count as u64,
        };
        if self.run > XML_RUN_BYTES {
            let detail = format!("more than {XML_RUN_BYTES} bytes between two tags");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, detail));
        }
        Ok(count)
    }
}
