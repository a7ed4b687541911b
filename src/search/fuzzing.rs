//! Fuzz targets of searching: what people type, the texts it is marked in, and what comes back as a cursor.

use super::{
    cursor::Cursor,
    highlighter, normalize, phonetic, preview,
    query::{self, parse},
    salient_terms,
    synonyms::Synonyms,
    tokenize::TokenKind,
};

/// A question in the first line, a text to mark it in behind it.
pub fn search_query(bytes: &[u8]) {
    let all = String::from_utf8_lossy(bytes);
    let (asked, text) = all.split_once('\n').unwrap_or((&all, &all));
    let parsed = parse(asked);
    // What people typed comes out once: nothing of it is doubled.
    let parts = parsed.wanted.iter().map(query::QueryPart::as_str);
    let length: usize = parts
        .chain(parsed.excluded.iter().map(String::as_str))
        .map(str::len)
        .sum();
    assert!(length <= asked.len());

    let synonyms = Synonyms::parse("课件 = PPT = 幻灯片\nPLC = 可编程控制器\n电机 = 电动机");
    preview(asked, &synonyms);
    marks(text, asked, &synonyms);
    tokens(text);
    phonetic::terms_of(asked);
    assert!(normalize(asked).chars().all(|c| !c.is_ascii_uppercase()));
    assert!(salient_terms::read(asked).all(|(_, strength)| (0.0..=1.0).contains(&strength)));
    Synonyms::parse(text);
    if let Some(cursor) = Cursor::decode(asked) {
        assert_eq!(
            Cursor::decode(&cursor.encode()),
            Some(cursor),
            "a cursor comes back as it went"
        );
    }
}

/// Marks lie inside the text and apart, and what is made of them is HTML with nothing in it but marks.
fn marks(text: &str, asked: &str, synonyms: &Synonyms) {
    let highlighter = highlighter(asked, synonyms);
    let ranges = highlighter.ranges(text);
    let mut end = 0;
    for range in &ranges {
        assert!(range.start >= end && range.start < range.end && text.get(range.clone()).is_some());
        end = range.end;
    }
    for html in [highlighter.highlight(text), highlighter.snippet(text)] {
        let bare = html.replace("<mark>", "").replace("</mark>", "");
        assert!(!bare.contains(['<', '>', '"', '\'']), "only marks are HTML");
    }
}

fn tokens(text: &str) {
    for kind in [
        TokenKind::Bigrams,
        TokenKind::Pairs,
        TokenKind::Words,
        TokenKind::IndexedWords,
        TokenKind::Chars,
    ] {
        for token in kind.tokens(text) {
            assert!(
                text.get(token.offset_from..token.offset_to).is_some(),
                "a term stands in its text"
            );
            assert!(!token.text.is_empty());
        }
    }
}
