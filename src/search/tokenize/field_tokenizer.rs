//! The tokenizer that the index calls.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::normalized_text::NormalizedText;
use super::{SENTENCE, TokenKind, TokenSpan};

/// The tokenizer of a field, as tantivy calls it.
#[derive(Debug, Clone)]
pub(in crate::search) struct FieldTokenizer(pub(in crate::search) TokenKind);

impl Tokenizer for FieldTokenizer {
    type TokenStream<'a> = TokenizedText;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> TokenizedText {
        #[cfg(test)]
        assert!(
            !text.contains(crate::search::tests::BREAKS),
            "as a text does that nobody foresaw"
        );
        let text = NormalizedText::of(text);
        let mut coming = self.0.pieces(&text);
        // The texts of one resource stand behind one another; what ends one and what begins the next is not together.
        for piece in &mut coming {
            piece.position += SENTENCE;
        }
        TokenizedText {
            coming: coming.into_iter(),
            text,
            current: Token::default(),
        }
    }
}

/// The tokens of a text, one after the other.
pub(in crate::search) struct TokenizedText {
    text: NormalizedText,
    coming: std::vec::IntoIter<TokenSpan>,
    current: Token,
}

impl TokenStream for TokenizedText {
    fn advance(&mut self) -> bool {
        let Some(piece) = self.coming.next() else { return false };
        self.text.fill(&piece, &mut self.current);
        true
    }

    fn token(&self) -> &Token {
        &self.current
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.current
    }
}
