//! Any number of resources that teachers might have written, put together anew so that no two are alike: from clauses of
//! the sample's sentences, or from the sentences of a collection of real texts, where words are as rare and as common as
//! they are. The same number always gives the same resource.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result};
use gongxue::demo;
use gongxue::domain::curriculum::Level;

#[path = "../../examples/demo_files/stock.rs"]
#[expect(dead_code, reason = "the sample's writers ask it for more")]
mod stock;

/// Clauses of one passage.
const CLAUSES: usize = 8;
/// Passages of one resource made of clauses.
const PASSAGES: usize = 4;
/// Passages of one resource made of real texts.
const PROSE_PASSAGES: usize = 10;
/// Sentences of one such passage.
const SENTENCES: usize = 3;
/// The longest of them, in characters: listings are no sentences.
const LONGEST: usize = 60;
/// How many texts one such resource is made of.
const SOURCES: usize = 3;

/// A resource on paper.
pub(crate) struct Sheet {
    /// The sample's resource that lent it its place: major, course, task, type.
    pub(crate) of: &'static demo::DemoResource,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) keywords: Vec<String>,
    pub(crate) level: Option<&'static str>,
    pub(crate) year: i32,
    pub(crate) passages: Vec<String>,
}

/// Where sheets and questions come from.
pub(crate) struct Material {
    /// The clauses of each group of majors.
    groups: Vec<(&'static str, Vec<&'static str>)>,
    places: Vec<&'static demo::DemoResource>,
    prose: Vec<Text>,
}

/// A real text.
struct Text {
    title: String,
    sentences: Vec<String>,
}

impl Material {
    /// Made of the sample's clauses, or of the texts of a file of lines {"title", "body"}.
    pub(crate) fn new(texts: Option<&Path>) -> Result<Self> {
        Ok(Self {
            groups: groups().into_iter().map(|group| (group, clauses(group))).collect(),
            places: demo::resources().collect(),
            prose: texts.map_or_else(|| Ok(Vec::new()), prose)?,
        })
    }

    /// The resource with a number.
    pub(crate) fn sheet(&self, number: u64) -> Sheet {
        let mut dice = Dice(number);
        let of = *dice.pick(&self.places);
        if !self.prose.is_empty() {
            return self.prose_sheet(of, &mut dice);
        }
        let clauses = self.clauses(of.group.as_str());
        let passages = (0..PASSAGES).map(|_| passage(&mut dice, clauses)).collect();
        Sheet {
            title: title(of, &mut dice, clauses),
            description: passage(&mut dice, clauses),
            keywords: of.keywords.clone(),
            level: of.level.map(Level::code),
            year: 2015 + i32::try_from(dice.below(12)).expect("below 12"),
            passages,
            of,
        }
    }

    fn prose_sheet(&self, of: &'static demo::DemoResource, dice: &mut Dice) -> Sheet {
        let texts: Vec<&Text> = (0..SOURCES).map(|_| dice.pick(&self.prose)).collect();
        let mut passage = || {
            let text = *dice.pick(&texts);
            let picked: Vec<&str> = (0..SENTENCES).map(|_| dice.pick(&text.sentences).as_str()).collect();
            picked.concat()
        };
        let passages = (0..PROSE_PASSAGES).map(|_| passage()).collect();
        let description = passage();
        Sheet {
            title: format!("{}（{}）", texts[0].title, dice.below(10_000)),
            description,
            keywords: of.keywords.clone(),
            level: of.level.map(Level::code),
            year: 2015 + i32::try_from(dice.below(12)).expect("below 12"),
            passages,
            of,
        }
    }

    /// The question with a number, of one to four words that stand together in some sheet or not, as people ask.
    pub(crate) fn question(&self, number: u64) -> Vec<String> {
        let mut dice = Dice(u64::MAX - number);
        let of = *dice.pick(&self.places);
        let clauses = self.clauses(of.group.as_str());
        let words = 1 + dice.below(4);
        if !self.prose.is_empty() {
            let text = dice.pick(&self.prose);
            let clauses: Vec<&str> = text
                .sentences
                .iter()
                .flat_map(|sentence| sentence.split(['，', '、']))
                .collect();
            return (0..words).map(|_| cut(&mut dice, &clauses)).collect();
        }
        let first = dice.pick(&of.keywords).clone();
        let rest = (1..words).map(|_| cut(&mut dice, clauses));
        std::iter::once(first).chain(rest).collect()
    }

    fn clauses(&self, wanted: &str) -> &[&'static str] {
        let group = self.groups.iter().find(|(group, _)| *group == wanted);
        group
            .map(|(_, clauses)| clauses.as_slice())
            .expect("the sample's majors are those of the stock")
    }
}

fn prose(file: &Path) -> Result<Vec<Text>> {
    let lines = std::fs::read_to_string(file).with_context(|| format!("read `{}`", file.display()))?;
    let mut prose = Vec::new();
    for line in lines.lines() {
        let text: serde_json::Value = serde_json::from_str(line)?;
        let part = |name: &str| text[name].as_str().unwrap_or_default().to_owned();
        let body = part("body");
        let sentences = body.split_inclusive(['。', '！', '？', '\n']).map(str::trim);
        let sentences: Vec<String> = sentences
            .filter(|sentence| (4..=LONGEST).contains(&sentence.chars().count()))
            .map(str::to_owned)
            .collect();
        if !sentences.is_empty() {
            prose.push(Text {
                title: part("title"),
                sentences,
            });
        }
    }
    Ok(prose)
}

/// The groups of majors that the sample has resources of.
fn groups() -> BTreeSet<&'static str> {
    demo::resources().map(|resource| resource.group.as_str()).collect()
}

fn clauses(group: &str) -> Vec<&'static str> {
    let lines = stock::lines(group).into_iter().map(|(_, line)| line);
    lines
        .flat_map(|line| line.split(['，', '。', '；', '：']))
        .filter(|clause| clause.chars().count() > 3)
        .collect()
}

fn title(of: &demo::DemoResource, dice: &mut Dice, clauses: &[&str]) -> String {
    let task = of.task.as_deref().or(of.course.as_deref()).unwrap_or(&of.major);
    format!("{task}：{}（{}）", dice.pick(clauses), dice.below(10_000))
}

fn passage(dice: &mut Dice, clauses: &[&str]) -> String {
    let picked: Vec<&str> = (0..CLAUSES).map(|_| *dice.pick(clauses)).collect();
    format!("{}。", picked.join("，"))
}

/// Two to four characters out of the middle of a clause.
fn cut(dice: &mut Dice, clauses: &[&str]) -> String {
    let clause: Vec<char> = dice
        .pick(clauses)
        .chars()
        .filter(|char| char.is_alphanumeric())
        .collect();
    let length = (2 + dice.below(3)).min(clause.len());
    let begin = dice.below(clause.len() - length + 1);
    clause[begin..begin + length].iter().collect()
}

/// SplitMix64: chance that is the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % end as u64).expect("below a usize")
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}
