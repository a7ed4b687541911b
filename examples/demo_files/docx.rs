//! A small Word writer: headings, paragraphs and a table.

use quick_xml::escape::escape;

use super::package::Package;
use super::script::{MARKS_COLUMNS, MARKS_HEADING, Script};

const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>"#;

const PACKAGE_RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>"#;

const DOCUMENT_RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;

const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:eastAsia="宋体"/><w:sz w:val="24"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:pPr><w:spacing w:after="120" w:line="360" w:lineRule="auto"/></w:pPr></w:style><w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:pPr><w:jc w:val="center"/></w:pPr><w:rPr><w:b/><w:sz w:val="36"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/><w:pageBreakBefore/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="30"/></w:rPr></w:style></w:styles>"#;

/// Writes a script as a Word document, each section on a page of its own.
pub(crate) fn write(script: &Script) -> Vec<u8> {
    let mut package = Package::new();
    package.add("[Content_Types].xml", CONTENT_TYPES);
    package.add("_rels/.rels", PACKAGE_RELATIONS);
    package.add("docProps/core.xml", core(script));
    package.add("word/_rels/document.xml.rels", DOCUMENT_RELATIONS);
    package.add("word/styles.xml", STYLES);
    package.add("word/document.xml", document(script));
    package.finish()
}

/// Title and author, which Word shows and readers take for the document's own words about itself.
pub(super) fn core(script: &Script) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{}</dc:title><dc:creator>{}</dc:creator></cp:coreProperties>"#,
        escape(&script.title),
        escape(&script.author)
    )
}

fn document(script: &Script) -> String {
    let mut body = paragraph("Title", &script.title);
    for text in &script.lead {
        body += &paragraph("Normal", text);
    }
    for section in &script.sections {
        body += &paragraph("Heading1", &section.heading);
        for text in &section.paragraphs {
            body += &paragraph("Normal", text);
        }
    }
    body += &paragraph("Heading1", MARKS_HEADING);
    body += &table(script);
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="720" w:footer="720" w:gutter="0"/></w:sectPr></w:body></w:document>"#
    )
}

fn paragraph(style: &str, text: &str) -> String {
    let text = escape(text);
    format!(r#"<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>"#)
}

fn table(script: &Script) -> String {
    let mut rows = row(&MARKS_COLUMNS.map(str::to_owned));
    for marks in &script.marks {
        rows += &row(marks);
    }
    let sides = ["top", "left", "bottom", "right", "insideH", "insideV"];
    let borders = sides
        .map(|side| format!(r#"<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>"#))
        .concat();
    // Word repairs a body that ends in a table, so an empty paragraph follows.
    format!(
        r#"<w:tbl><w:tblPr><w:tblW w:w="9000" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders></w:tblPr><w:tblGrid><w:gridCol w:w="2200"/><w:gridCol w:w="5600"/><w:gridCol w:w="1200"/></w:tblGrid>{rows}</w:tbl><w:p/>"#
    )
}

fn row(cells: &[String; 3]) -> String {
    let cell = |text: &String| format!("<w:tc>{}</w:tc>", paragraph("Normal", text));
    format!("<w:tr>{}</w:tr>", cells.iter().map(cell).collect::<String>())
}
