//! The stock of sentences: paragraphs about each trade, written for this sample.
//!
//! One file per major. A line is a paragraph; a line `# topic` says which task the lines below belong to; `# *` begins
//! what holds for the whole major.

/// The name that stands for the whole major.
const GENERAL: &str = "*";

const STOCK: &[(&str, &str)] = &[
    ("cnc-turning", include_str!("stock/cnc-turning.txt")),
    ("mech-auto", include_str!("stock/mech-auto.txt")),
    ("elec-auto", include_str!("stock/elec-auto.txt")),
    ("robot", include_str!("stock/robot.txt")),
    ("welding", include_str!("stock/welding.txt")),
    ("auto-repair", include_str!("stock/auto-repair.txt")),
    ("network", include_str!("stock/network.txt")),
    ("ecommerce", include_str!("stock/ecommerce.txt")),
    ("cooking", include_str!("stock/cooking.txt")),
];

/// The names of the majors in the stock.
#[cfg(test)]
pub(crate) fn groups() -> impl Iterator<Item = &'static str> {
    STOCK.iter().map(|(group, _)| *group)
}

/// The paragraphs for a resource: those of its topic first, then those of the whole major, each beginning at a
/// different one for each resource. Without a topic: those of the whole major, then something of every task.
pub(crate) fn paragraphs(group: &str, topic: Option<&str>, turn: usize) -> Vec<&'static str> {
    let lines = lines(group);
    let of = |wanted: &str| -> Vec<&'static str> {
        let belongs = |(topic, _): &&(&str, &'static str)| *topic == wanted;
        lines.iter().filter(belongs).map(|(_, line)| *line).collect()
    };
    let general = turned(of(GENERAL), turn);
    if let Some(topic) = topic {
        return turned(of(topic), turn).into_iter().chain(general).collect();
    }
    let tasks = lines
        .iter()
        .filter(|(topic, _)| *topic != GENERAL)
        .map(|(_, line)| *line)
        .collect();
    general.into_iter().chain(turned(tasks, turn)).collect()
}

/// Every paragraph of a major with the topic it belongs to.
pub(crate) fn lines(group: &str) -> Vec<(&'static str, &'static str)> {
    let text = STOCK
        .iter()
        .find(|(name, _)| *name == group)
        .map_or("", |(_, text)| *text);
    let mut topic = GENERAL;
    let mut lines = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_prefix("# ") {
            Some(name) => topic = name,
            None => lines.push((topic, line)),
        }
    }
    lines
}

fn turned(mut paragraphs: Vec<&'static str>, turn: usize) -> Vec<&'static str> {
    if !paragraphs.is_empty() {
        let by = turn % paragraphs.len();
        paragraphs.rotate_left(by);
    }
    paragraphs
}
