//! What a resource's files say: its own facts, six stages of a lesson, and sentences from the stock.

use gongxue::demo::DemoResource;

use super::stock;

/// The text of a resource, before any format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Script {
    /// The title.
    pub(crate) title: String,
    /// Who wrote it.
    pub(crate) author: String,
    /// What stands before the first section.
    pub(crate) lead: Vec<String>,
    /// The sections, one for each stage.
    pub(crate) sections: Vec<Section>,
    /// The table of marks: what is judged, how, and for how many points.
    pub(crate) marks: Vec<[String; 3]>,
}

/// One section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    /// Its heading.
    pub(crate) heading: String,
    /// Its paragraphs.
    pub(crate) paragraphs: Vec<String>,
}

/// The heading of the table of marks.
pub(crate) const MARKS_HEADING: &str = "评分表";
/// The headings of its columns.
pub(crate) const MARKS_COLUMNS: [&str; 3] = ["评价项目", "要求", "配分"];

/// The stages with the sentence that opens each; `{}` holds the subject, `[]` one of the keywords.
const STAGES: [(&str, &str, &str); 6] = [
    (
        "获取信息",
        "接到“{}”的任务单后，先弄清要做成什么样、用什么做、多久做完，并查找与“[]”有关的资料。",
        "引导问题：任务单里哪些要求与“[]”有关？还缺哪些信息，应当问谁？",
    ),
    (
        "制定计划",
        "小组讨论“{}”的步骤、分工和时间，把与“[]”有关的工具、材料和注意事项写进计划表。",
        "引导问题：哪一步最容易出错？计划里怎样给“[]”留出余量？",
    ),
    (
        "做出决策",
        "各组展示方案，比较“{}”的不同做法，从安全、质量、成本三方面说明在“[]”上的取舍。",
        "引导问题：为什么选这个方案？如果“[]”的条件变了，方案要怎样改？",
    ),
    (
        "实施计划",
        "按定下的方案完成“{}”，边做边记录，遇到与“[]”有关的问题先停下来查明原因再继续。",
        "引导问题：实际做法与计划有哪些不同？“[]”的数据记录完整了吗？",
    ),
    (
        "检查控制",
        "对照任务要求逐项检查“{}”的成果，先自检、再互检、最后教师检查，重点看“[]”。",
        "引导问题：哪些项目不合格？与“[]”有关的偏差是怎样产生的？",
    ),
    (
        "评价反馈",
        "展示“{}”的成果，说出做得好的地方和下次要改进的地方，整理工位，把“[]”的经验写进总结。",
        "引导问题：如果重做一次，在“[]”上会怎样改进？",
    ),
];

/// Writes the text of a resource. The same resource always has the same text.
pub(crate) fn of(resource: &DemoResource) -> Script {
    Script {
        title: resource.title.clone(),
        author: resource.author.clone(),
        lead: lead(resource),
        sections: sections(resource),
        marks: marks(resource),
    }
}

fn lead(resource: &DemoResource) -> Vec<String> {
    let level = resource.level.map_or("各层次", |level| level.zh());
    let place = match (&resource.course, &resource.task) {
        (Some(course), Some(task)) => format!("课程“{course}”，学习任务“{task}”"),
        (Some(course), None) => format!("课程“{course}”"),
        (None, _) => "本专业通用".to_owned(),
    };
    let mut lead = vec![
        resource.description.clone(),
        format!("适用：{}专业，{level}，{place}。", resource.major),
        format!("关键词：{}。", resource.keywords.join("、")),
    ];
    if let Some(stage) = &resource.stage {
        lead.push(format!("主要用于“{stage}”环节。"));
    }
    lead.push(format!(
        "编写：{}（{}），{} 年。",
        resource.author, resource.author_role, resource.year
    ));
    lead
}

/// How many paragraphs of the stock each stage takes.
const PER_STAGE: usize = 2;

fn sections(resource: &DemoResource) -> Vec<Section> {
    let stock = stock::paragraphs(&resource.group, resource.topic.as_deref(), resource.number());
    let mut stock = stock.into_iter().cycle();
    let mut sections = Vec::with_capacity(STAGES.len());
    for (at, (stage, opening, question)) in STAGES.iter().enumerate() {
        let mut paragraphs = vec![filled(opening, resource, at)];
        paragraphs.extend(stock.by_ref().take(PER_STAGE).map(str::to_owned));
        paragraphs.push(filled(question, resource, at));
        let heading = format!("{} {stage}", at + 1);
        sections.push(Section { heading, paragraphs });
    }
    sections
}

fn filled(sentence: &str, resource: &DemoResource, at: usize) -> String {
    sentence
        .replace("{}", resource.subject())
        .replace("[]", keyword(resource, at))
}

fn keyword(resource: &DemoResource, at: usize) -> &str {
    let keywords = &resource.keywords;
    if keywords.is_empty() {
        resource.subject()
    } else {
        &keywords[at % keywords.len()]
    }
}

fn marks(resource: &DemoResource) -> Vec<[String; 3]> {
    let keyword = |at| keyword(resource, at);
    let rows = [
        ("安全与文明", "劳保穿戴齐全，工位整洁，无违章操作".to_owned(), "15"),
        ("资料准备", format!("能说明“{}”的要点，资料齐全", keyword(0)), "15"),
        ("计划方案", "步骤合理，分工明确，有备用做法".to_owned(), "15"),
        ("实施过程", format!("“{}”操作规范，记录完整", keyword(1)), "30"),
        ("成果质量", format!("符合“{}”的任务要求", resource.subject()), "15"),
        ("表达与合作", "能清楚汇报，主动帮助同伴".to_owned(), "10"),
    ];
    rows.into_iter()
        .map(|(item, wanted, points)| [item.to_owned(), wanted, points.to_owned()])
        .collect()
}

impl Script {
    /// Every section as heading and paragraphs, the lead first and the table of marks, as lines, last.
    pub(crate) fn chapters(&self) -> Vec<Section> {
        let lead = Section {
            heading: self.title.clone(),
            paragraphs: self.lead.clone(),
        };
        let line = |[item, wanted, points]: &[String; 3]| format!("{item}（{points} 分）：{wanted}");
        let marks = Section {
            heading: MARKS_HEADING.to_owned(),
            paragraphs: self.marks.iter().map(line).collect(),
        };
        let sections = self.sections.iter().cloned();
        [lead].into_iter().chain(sections).chain([marks]).collect()
    }

    /// The sentences to be spoken in a film or a recording, each short enough for one line of subtitles.
    pub(crate) fn spoken(&self) -> Vec<String> {
        let mut spoken = vec![self.title.clone()];
        let paragraphs = self
            .lead
            .iter()
            .take(1)
            .chain(self.sections.iter().flat_map(|section| &section.paragraphs));
        for paragraph in paragraphs.filter(|paragraph| !paragraph.starts_with("引导问题")) {
            spoken.extend(sentences(paragraph));
        }
        spoken
    }
}

/// Cuts a paragraph behind each `。` and `;`.
fn sentences(paragraph: &str) -> impl Iterator<Item = String> + '_ {
    paragraph
        .split_inclusive(['。', ';', '\u{ff1b}'])
        .map(|sentence| sentence.trim().to_owned())
}
