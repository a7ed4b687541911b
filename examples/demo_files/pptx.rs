//! A small PowerPoint writer: a slide for each section, with bullets and speaker's notes.
//!
//! Theme, master and layout are the same for every presentation and lie beside this file as XML.

use quick_xml::escape::escape;

use super::docx::core;
use super::package::Package;
use super::script::{Script, Section};

const NAMESPACES: &str = r#"xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main""#;
const GROUP: &str = r#"<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>"#;
const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
/// What the types of relations and parts begin with.
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PART: &str = "application/vnd.openxmlformats-officedocument";

/// One slide: what the class sees, and what the teacher says.
struct Slide {
    title: String,
    bullets: Vec<String>,
    notes: String,
}

/// Writes a script as a presentation.
pub(crate) fn write(script: &Script) -> Vec<u8> {
    let slides = slides(script);
    let mut package = Package::new();
    add_frame(&mut package, script, slides.len());
    for (number, slide) in (1..).zip(&slides) {
        add_slide(&mut package, number, slide);
    }
    package.finish()
}

/// The cover, a slide for each stage, and the table of marks.
fn slides(script: &Script) -> Vec<Slide> {
    let mut slides: Vec<Slide> = script.chapters().iter().map(whole).collect();
    for (slide, section) in slides.iter_mut().skip(1).zip(&script.sections) {
        *slide = stage(section);
    }
    slides
}

fn whole(section: &Section) -> Slide {
    Slide {
        title: section.heading.clone(),
        bullets: section.paragraphs.clone(),
        notes: format!("先请学生读一遍“{}”，再提问。", section.heading),
    }
}

/// The class sees what is to be learnt; what opens the stage and the question that closes it are the teacher's to say.
fn stage(section: &Section) -> Slide {
    let spoken = section.paragraphs.first().into_iter().chain(section.paragraphs.last());
    let shown = section.paragraphs.len().saturating_sub(2);
    Slide {
        title: section.heading.clone(),
        bullets: section.paragraphs.iter().skip(1).take(shown).cloned().collect(),
        notes: spoken.cloned().collect::<Vec<_>>().join("\n"),
    }
}

fn add_frame(package: &mut Package, script: &Script, slides: usize) {
    package.add("[Content_Types].xml", content_types(slides));
    package.add(
        "_rels/.rels",
        relations(&[
            (format!("{OFFICE}/officeDocument"), "ppt/presentation.xml".to_owned()),
            (
                "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties".to_owned(),
                "docProps/core.xml".to_owned(),
            ),
        ]),
    );
    package.add("docProps/core.xml", core(script));
    package.add("ppt/presentation.xml", presentation(slides));
    package.add("ppt/_rels/presentation.xml.rels", presentation_relations(slides));
    package.add("ppt/theme/theme1.xml", include_str!("pptx/theme.xml"));
    package.add("ppt/theme/theme2.xml", include_str!("pptx/theme.xml"));
    package.add("ppt/slideMasters/slideMaster1.xml", include_str!("pptx/master.xml"));
    package.add(
        "ppt/slideMasters/_rels/slideMaster1.xml.rels",
        relations(&[
            office("slideLayout", "../slideLayouts/slideLayout1.xml"),
            office("theme", "../theme/theme1.xml"),
        ]),
    );
    package.add("ppt/slideLayouts/slideLayout1.xml", include_str!("pptx/layout.xml"));
    package.add(
        "ppt/slideLayouts/_rels/slideLayout1.xml.rels",
        relations(&[office("slideMaster", "../slideMasters/slideMaster1.xml")]),
    );
    package.add(
        "ppt/notesMasters/notesMaster1.xml",
        include_str!("pptx/notes_master.xml"),
    );
    package.add(
        "ppt/notesMasters/_rels/notesMaster1.xml.rels",
        relations(&[office("theme", "../theme/theme2.xml")]),
    );
}

fn add_slide(package: &mut Package, number: usize, slide: &Slide) {
    package.add(&format!("ppt/slides/slide{number}.xml"), slide_xml(slide));
    package.add(
        &format!("ppt/slides/_rels/slide{number}.xml.rels"),
        relations(&[
            office("slideLayout", "../slideLayouts/slideLayout1.xml"),
            office("notesSlide", &format!("../notesSlides/notesSlide{number}.xml")),
        ]),
    );
    package.add(&format!("ppt/notesSlides/notesSlide{number}.xml"), notes_xml(slide));
    package.add(
        &format!("ppt/notesSlides/_rels/notesSlide{number}.xml.rels"),
        relations(&[
            office("notesMaster", "../notesMasters/notesMaster1.xml"),
            office("slide", &format!("../slides/slide{number}.xml")),
        ]),
    );
}

fn office(kind: &str, target: &str) -> (String, String) {
    (format!("{OFFICE}/{kind}"), target.to_owned())
}

/// Relations numbered `rId1` upwards in the order given.
fn relations(targets: &[(String, String)]) -> String {
    let relation = |(number, (kind, target)): (usize, &(String, String))| {
        format!(r#"<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>"#)
    };
    let all: String = (1..).zip(targets).map(relation).collect();
    format!(
        r#"{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{all}</Relationships>"#
    )
}

fn content_types(slides: usize) -> String {
    let part = |name: String, kind: &str| format!(r#"<Override PartName="/{name}" ContentType="{PART}.{kind}+xml"/>"#);
    let fixed = [
        ("ppt/presentation.xml", "presentationml.presentation.main"),
        ("ppt/slideMasters/slideMaster1.xml", "presentationml.slideMaster"),
        ("ppt/slideLayouts/slideLayout1.xml", "presentationml.slideLayout"),
        ("ppt/notesMasters/notesMaster1.xml", "presentationml.notesMaster"),
        ("ppt/theme/theme1.xml", "theme"),
        ("ppt/theme/theme2.xml", "theme"),
    ];
    let mut parts: String = fixed
        .iter()
        .map(|(name, kind)| part((*name).to_owned(), kind))
        .collect();
    for n in 1..=slides {
        parts += &part(format!("ppt/slides/slide{n}.xml"), "presentationml.slide");
        parts += &part(
            format!("ppt/notesSlides/notesSlide{n}.xml"),
            "presentationml.notesSlide",
        );
    }
    format!(
        r#"{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>{parts}</Types>"#
    )
}

/// The master is the first relation, the notes' master the second, the slides follow.
const FIRST_SLIDE_RELATION: usize = 3;

fn presentation(slides: usize) -> String {
    let slide = |n| format!(r#"<p:sldId id="{}" r:id="rId{}"/>"#, 256 + n, FIRST_SLIDE_RELATION + n);
    let ids: String = (0..slides).map(slide).collect();
    format!(
        r#"{HEAD}<p:presentation {NAMESPACES}><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/></p:sldMasterIdLst><p:notesMasterIdLst><p:notesMasterId r:id="rId2"/></p:notesMasterIdLst><p:sldIdLst>{ids}</p:sldIdLst><p:sldSz cx="12192000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>"#
    )
}

fn presentation_relations(slides: usize) -> String {
    let mut targets = vec![
        office("slideMaster", "slideMasters/slideMaster1.xml"),
        office("notesMaster", "notesMasters/notesMaster1.xml"),
    ];
    targets.extend((1..=slides).map(|n| office("slide", &format!("slides/slide{n}.xml"))));
    targets.push(office("theme", "theme/theme1.xml"));
    relations(&targets)
}

fn slide_xml(slide: &Slide) -> String {
    let title = shape(2, r#"type="title""#, [slide.title.as_str()].into_iter());
    let bullets = shape(3, r#"type="body" idx="1""#, slide.bullets.iter().map(String::as_str));
    format!(
        r"{HEAD}<p:sld {NAMESPACES}><p:cSld><p:spTree>{GROUP}{title}{bullets}</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sld>"
    )
}

fn notes_xml(slide: &Slide) -> String {
    let notes = shape(3, r#"type="body" idx="1""#, slide.notes.lines());
    format!(
        r"{HEAD}<p:notes {NAMESPACES}><p:cSld><p:spTree>{GROUP}{notes}</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:notes>"
    )
}

/// A box of text that takes its place and look from the layout.
fn shape<'a>(id: u32, placeholder: &str, lines: impl Iterator<Item = &'a str>) -> String {
    let line = |text| {
        format!(
            r#"<a:p><a:r><a:rPr lang="zh-CN"/><a:t>{}</a:t></a:r></a:p>"#,
            escape(text)
        )
    };
    let paragraphs: String = lines.map(line).collect();
    format!(
        r#"<p:sp><p:nvSpPr><p:cNvPr id="{id}" name="Text {id}"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr><p:nvPr><p:ph {placeholder}/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/>{paragraphs}</p:txBody></p:sp>"#
    )
}
