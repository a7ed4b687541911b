//! Reading a line: its strip goes through a network that says for each step along it which character stands there.

use std::{borrow::Cow, sync::Arc};

use rten::ThreadPool;

use super::{
    geometry::Rectangle,
    lookalikes::name_as_meant,
    network::{Network, NetworkOutput, broken},
    picture::PagePixels,
    strip::{HEIGHT, Strip},
};
use crate::extract::error::ExtractResult;

/// The name under which the network carries its characters, one a line.
const CHARACTERS: &str = "character";

/// Reads lines.
pub(super) struct LetterReader {
    network: Network,
    /// The characters that it knows, by their numbers; number 0 is none.
    characters: Vec<String>,
}

/// The characters of a line, from where it begins.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct LineLetters {
    pub(super) letters: Vec<SeenLetter>,
}

/// A character, where its middle stands along its line (from 0 to 1), and how sure the network is of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SeenLetter {
    pub(super) text: String,
    pub(super) middle: f32,
    pub(super) confidence: f32,
}

impl LetterReader {
    pub(super) fn load(model: Cow<'static, [u8]>, threads: &Arc<ThreadPool>) -> ExtractResult<Self> {
        let network = Network::load(model, threads)?;
        let characters = network.note(CHARACTERS);
        let characters = characters.ok_or_else(|| broken("the model does not say which characters it knows"))?;
        // A space comes last, which no list of lines can hold.
        let characters = [""].into_iter().chain(characters.lines()).chain([" "]);
        Ok(Self {
            characters: characters.map(str::to_owned).collect(),
            network,
        })
    }

    /// The characters that it knows.
    #[cfg(test)]
    pub(super) fn characters(&self) -> &[String] {
        &self.characters
    }

    /// Reads a line of a page.
    pub(super) fn read(&self, page: &PagePixels, line: &Rectangle) -> ExtractResult<LineLetters> {
        let Strip { numbers, width, filled } = Strip::cut(page, line);
        let answer = self.network.ask([1, 3, HEIGHT, width], numbers)?;
        match answer.shape[..] {
            [1, _, known] if known == self.characters.len() => Ok(self.letters(&answer, filled)),
            _ => Err(broken(format!("a line's letters have the shape {:?}", answer.shape))),
        }
    }

    /// One character for all steps in a row that say the same; the surest of them is where it stands.
    #[expect(clippy::cast_precision_loss, reason = "a few hundred steps")]
    fn letters(&self, answer: &NetworkOutput, filled: f32) -> LineLetters {
        let known = self.characters.len();
        let steps = answer.numbers.len() / known;
        let mut letters: Vec<SeenLetter> = Vec::new();
        let mut before = 0;
        for (step, likely) in answer.numbers.chunks_exact(known).enumerate() {
            let (number, confidence) = likeliest(likely);
            let middle = (step as f32 + 0.5) / (steps as f32 * filled);
            match letters.last_mut() {
                _ if number == 0 => {}
                Some(letter) if number == before => {
                    if letter.confidence < confidence {
                        (letter.confidence, letter.middle) = (confidence, middle);
                    }
                }
                _ => letters.push(SeenLetter {
                    text: self.characters[number].clone(),
                    middle: middle.min(1.0),
                    confidence,
                }),
            }
            before = number;
        }
        name_as_meant(&mut letters);
        LineLetters { letters }.trimmed()
    }
}

/// The number that is likeliest, and how likely it is. All add up to one, so that the search ends at the first above a half.
fn likeliest(likely: &[f32]) -> (usize, f32) {
    let mut best = (0, f32::MIN);
    for (number, share) in likely.iter().enumerate() {
        if *share > best.1 {
            best = (number, *share);
            if *share > 0.5 {
                break;
            }
        }
    }
    best
}

impl LineLetters {
    /// Without spaces around.
    fn trimmed(mut self) -> Self {
        let is_blank = |letter: &SeenLetter| letter.text.trim().is_empty();
        while self.letters.pop_if(|last| is_blank(last)).is_some() {}
        let blank = self.letters.iter().take_while(|letter| is_blank(letter)).count();
        self.letters.drain(..blank);
        self
    }

    pub(super) fn text(&self) -> String {
        self.letters.iter().map(|letter| letter.text.as_str()).collect()
    }

    /// How sure the network is, on average; not at all where there is nothing.
    #[expect(clippy::cast_precision_loss, reason = "letters of a line")]
    pub(super) fn confidence(&self) -> f32 {
        let sum: f32 = self.letters.iter().map(|letter| letter.confidence).sum();
        sum / self.letters.len().max(1) as f32
    }

    /// Where the line's first character begins, and where each of them ends, along a line of this length and height. Two
    /// characters meet half way between their middles; a character that stands alone is about as wide as it is high.
    pub(super) fn edges(&self, length: f32, height: f32) -> (f32, Vec<f32>) {
        let middles: Vec<f32> = self.letters.iter().map(|letter| letter.middle * length).collect();
        let (Some(first), Some(last)) = (middles.first(), middles.last()) else {
            return (0.0, Vec::new());
        };
        let meets: Vec<f32> = middles.windows(2).map(|pair| f32::midpoint(pair[0], pair[1])).collect();
        let alone = LONE_HALF * height;
        let before = meets.first().map_or(alone, |meet| meet - first).min(alone);
        let after = meets.last().map_or(alone, |meet| last - meet).min(alone);
        let start = (first - before).max(0.0);
        let end = (last + after).min(length);
        let mut ends = Vec::with_capacity(middles.len());
        // A character of the model's list that is two to us ends twice.
        for (letter, end) in self.letters.iter().zip(meets.into_iter().chain([end])) {
            ends.extend(letter.text.chars().map(|_| end));
        }
        (start, ends)
    }
}

/// Half the width of a Chinese character, as part of the height of its line's box.
const LONE_HALF: f32 = 0.42;

#[cfg(test)]
mod tests {
    use super::{LineLetters, SeenLetter, likeliest};

    fn letters(seen: &[(&str, f32, f32)]) -> LineLetters {
        let letters = seen.iter().map(|(text, middle, confidence)| SeenLetter {
            text: (*text).to_owned(),
            middle: *middle,
            confidence: *confidence,
        });
        LineLetters {
            letters: letters.collect(),
        }
    }

    #[test]
    fn characters_meet_half_way() {
        let line = letters(&[("数", 0.1, 1.0), ("控", 0.3, 0.5), ("1", 0.44, 0.6)]);

        let (start, ends) = line.edges(100.0, 40.0);

        // 10 - 10 before the first, 44 + 7 after the last.
        assert!(start.abs() < 1e-3, "{start}");
        for (end, expected) in ends.iter().zip([20.0, 37.0, 51.0]) {
            assert!((end - expected).abs() < 1e-3, "{ends:?}");
        }
        assert!((line.confidence() - 0.7).abs() < 1e-6);
    }

    #[test]
    fn one_that_stands_alone_is_as_wide_as_it_is_high() {
        let (start, ends) = letters(&[("图", 0.5, 1.0)]).edges(60.0, 50.0);

        assert_eq!((start, ends), (9.0, vec![51.0]));
    }

    #[test]
    fn spaces_around_a_line_are_no_letters() {
        let line = letters(&[
            (" ", 0.1, 1.0),
            ("好", 0.2, 1.0),
            (" ", 0.3, 1.0),
            ("的", 0.4, 1.0),
            (" ", 0.5, 1.0),
        ]);

        assert_eq!(line.trimmed().text(), "好 的");
        assert_eq!(LineLetters::default().edges(10.0, 10.0), (0.0, vec![]));
    }

    #[test]
    fn the_likeliest_is_found_with_and_without_a_majority() {
        assert_eq!(likeliest(&[0.1, 0.2, 0.6, 0.1]), (2, 0.6));
        assert_eq!(likeliest(&[0.3, 0.2, 0.4, 0.1]), (2, 0.4));
    }
}
