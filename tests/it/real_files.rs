//! Files as people really send them: one flaw costs one thing, and all visible words are read.

use gongxue::domain::file::{ExtractionFault, ExtractionState};

use crate::app::TestApp;
use crate::extract::{read_bytes, zip_of};

const WORD: &[u8] = br#"<R><Relationship Id="a" Type="x/officeDocument" Target="word/document.xml"/></R>"#;
const TYPES: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");

fn document(body: &str) -> Vec<u8> {
    format!("<document><body>{body}</body></document>").into_bytes()
}

#[tokio::test]
async fn a_document_whose_parts_are_named_with_back_slashes_is_a_document() {
    let bytes = zip_of(&[
        TYPES,
        ("_rels\\.rels", WORD),
        ("word\\document.xml", &document("<p><t>主轴不转</t></p>")),
    ]);

    let read = read_bytes("任务书.docx", &bytes).await;

    assert_eq!(read.text(), "主轴不转");
    assert_eq!(read.outcome.report.contradiction, None);
}

#[tokio::test]
async fn slides_are_found_whatever_their_prefix_is_called() {
    let bytes = zip_of(&[
        TYPES,
        (
            "_rels/.rels",
            br#"<R><Relationship Id="a" Type="x/officeDocument" Target="ppt/presentation.xml"/></R>"#,
        ),
        (
            "ppt/presentation.xml",
            br#"<p:presentation xmlns:rel="urn:r"><p:sldIdLst><p:sldId id="256" rel:id="r9"/></p:sldIdLst></p:presentation>"#,
        ),
        (
            "ppt/_rels/presentation.xml.rels",
            br#"<R><Relationship Id="r9" Type="x/slide" Target="slides/slide1.xml"/></R>"#,
        ),
        (
            "ppt/slides/slide1.xml",
            "<p:sld><p:pic><p:cNvPr descr=\"三相电机接线图\"/></p:pic><a:p><a:t>星三角启动</a:t></a:p></p:sld>".as_bytes(),
        ),
    ]);

    let read = read_bytes("课件.pptx", &bytes).await;

    assert!(read.text().contains("星三角启动"), "{}", read.text());
    assert!(read.text().contains("三相电机接线图"), "{}", read.text());
}

#[tokio::test]
async fn every_visible_word_of_a_document_is_read() {
    let chunk = "<html><body><p>嵌入网页的电压&nbsp;380&deg;</p></body></html>";
    let sheet = zip_of(&[
        TYPES,
        ("_rels/.rels", WORD),
        ("word/document.xml", &document("<p><t>附件里的表</t></p>")),
    ]);
    let bytes = zip_of(&[
        TYPES,
        ("_rels/.rels", WORD),
        (
            "word/document.xml",
            &document("<p><t>正文</t></p><p><docPr id=\"1\" name=\"图片 1\" descr=\"万用表档位\"/></p>"),
        ),
        (
            "word/_rels/document.xml.rels",
            br#"<R><Relationship Id="1" Type="x/aFChunk" Target="chunk.html"/>
                <Relationship Id="2" Type="x/diagramData" Target="diagrams/data1.xml"/>
                <Relationship Id="3" Type="x/chart" Target="charts/chart1.xml"/>
                <Relationship Id="4" Type="x/comments" Target="comments.xml"/>
                <Relationship Id="5" Type="x/package" Target="embeddings/a.docx"/>
                <Relationship Id="6" Type="x/oleObject" Target="embeddings/b.bin"/>
                <Relationship Id="7" Type="x/footnotes" Target="lost.xml"/></R>"#,
        ),
        ("word/chunk.html", chunk.as_bytes()),
        (
            "word/diagrams/data1.xml",
            "<d><a:p><a:t>先断电</a:t></a:p></d>".as_bytes(),
        ),
        (
            "word/charts/chart1.xml",
            "<c><c:ser><c:v>一月用电量</c:v></c:ser></c>".as_bytes(),
        ),
        ("word/comments.xml", "<c><p><t>补充图示</t></p></c>".as_bytes()),
        ("word/embeddings/a.docx", &sheet),
        ("word/embeddings/b.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ]);

    let read = read_bytes("工作页.docx", &bytes).await;

    for words in [
        "正文",
        "万用表档位",
        "嵌入网页的电压 380°",
        "先断电",
        "一月用电量",
        "补充图示",
        "附件里的表",
    ] {
        assert!(read.text().contains(words), "{words} is not in {}", read.text());
    }
    // The old object and the lost part are counted, and cost nothing else.
    assert_eq!((read.outcome.report.unread, read.outcome.report.fault), (2, None));
}

#[tokio::test]
async fn what_is_drawn_and_noted_on_a_sheet_is_read() {
    let bytes = zip_of(&[
        TYPES,
        (
            "_rels/.rels",
            br#"<Relationships><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"点检\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>".as_bytes(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            br#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        (
            "xl/worksheets/sheet1.xml",
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>冷却液</t></is></c></row></sheetData></worksheet>".as_bytes(),
        ),
        (
            "xl/worksheets/_rels/sheet1.xml.rels",
            br#"<Relationships><Relationship Id="d" Type="x/drawing" Target="../drawings/drawing1.xml"/><Relationship Id="c" Type="x/comments" Target="../comments1.xml"/></Relationships>"#,
        ),
        (
            "xl/drawings/drawing1.xml",
            "<d><xdr:txBody><a:p><a:t>每班点检一次</a:t></a:p></xdr:txBody></d>".as_bytes(),
        ),
        ("xl/comments1.xml", "<comments><comment><text><t>浓度百分之五</t></text></comment></comments>".as_bytes()),
    ]);

    let read = read_bytes("点检表.xlsx", &bytes).await;

    for words in ["冷却液", "每班点检一次", "浓度百分之五"] {
        assert!(read.text().contains(words), "{words} is not in {}", read.text());
    }
}

/// A book of two chapters, with what stands beside them.
fn book(root: &str, first: &[u8], beside: &[(&str, &[u8])]) -> Vec<u8> {
    let container = format!("<container><rootfiles><rootfile full-path=\"{root}\"/></rootfiles></container>");
    let package = "<?xml version=\"1.0\"?><!DOCTYPE package SYSTEM \"opf.dtd\"><package><metadata><title>机床&nbsp;夹具</title></metadata>\
        <manifest><item id=\"a\" href=\"1.xhtml\"/><item id=\"b\" href=\"2.xhtml\"/></manifest>\
        <spine><itemref idref=\"a\"/><itemref idref=\"b\"/></spine></package>";
    let mut entries = vec![
        ("mimetype", b"application/epub+zip".as_slice()),
        ("META-INF/container.xml", container.as_bytes()),
        ("OEBPS/book.opf", package.as_bytes()),
        ("OEBPS/1.xhtml", first),
        (
            "OEBPS/2.xhtml",
            "<html><body><p>第二章 定位元件</p></body></html>".as_bytes(),
        ),
    ];
    entries.extend_from_slice(beside);
    zip_of(&entries)
}

#[tokio::test]
async fn a_books_small_flaws_do_not_lose_the_book() {
    let first = "<!DOCTYPE html><html><body><p>第一章 夹紧&nbsp;机构</p></body></html>".as_bytes();
    let read = read_bytes("书.epub", &book("/OEBPS/book.opf", first, &[])).await;

    assert!(read.text().contains("第一章 夹紧 机构"), "{}", read.text());
    assert!(read.text().contains("第二章 定位元件"));
    assert_eq!(read.outcome.report.fault, None);
}

#[tokio::test]
async fn ciphertext_of_a_book_is_not_text() {
    let encrypted = |method: &str, paths: &[&str]| {
        let data = paths.iter().map(|path| {
            format!("<EncryptedData><EncryptionMethod Algorithm=\"{method}\"/><CipherData><CipherReference URI=\"{path}\"/></CipherData></EncryptedData>")
        });
        format!("<encryption>{}</encryption>", data.collect::<String>())
    };
    let noise: Vec<u8> = (0..4_000_u32)
        .map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2])
        .collect();
    let aes = "http://www.w3.org/2001/04/xmlenc#aes128-cbc";

    let all = encrypted(aes, &["OEBPS/1.xhtml", "OEBPS/2.xhtml"]);
    let read = read_bytes(
        "书.epub",
        &book("OEBPS/book.opf", &noise, &[("META-INF/encryption.xml", all.as_bytes())]),
    )
    .await;
    assert_eq!(
        (read.text().as_str(), read.outcome.report.fault),
        ("", Some(ExtractionFault::Encrypted))
    );

    let one = encrypted(aes, &["OEBPS/1.xhtml"]);
    let read = read_bytes(
        "书.epub",
        &book("OEBPS/book.opf", &noise, &[("META-INF/encryption.xml", one.as_bytes())]),
    )
    .await;
    assert_eq!(
        (read.text().as_str(), read.outcome.report.unread),
        ("第二章 定位元件", 1)
    );

    // Scrambled fonts keep nobody from reading.
    let fonts = encrypted("http://www.idpf.org/2008/embedding", &["OEBPS/font.otf"]);
    let first = "<p>第一章</p>".as_bytes();
    let read = read_bytes(
        "书.epub",
        &book(
            "OEBPS/book.opf",
            first,
            &[("META-INF/encryption.xml", fonts.as_bytes())],
        ),
    )
    .await;
    assert!(read.text().contains("第一章") && read.outcome.report.fault.is_none());
}

#[tokio::test]
async fn an_archive_packed_on_a_mac_lists_and_reads_what_the_teacher_packed() {
    let bytes = zip_of(&[
        ("课件/说明.txt", "先断电".as_bytes()),
        ("__MACOSX/课件/._说明.txt", b"\0\x05\x16\x07\0\x02\0\0Mac OS X        "),
        ("__MACOSX/._a.docx", b"\0\x05\x16\x07\0\x02\0\0"),
        ("课件/.DS_Store", b"\0\0\0\x01Bud1"),
        ("课件/Thumbs.db", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ]);

    let read = read_bytes("资料.zip", &bytes).await;

    let report = &read.outcome.report;
    let listed: Vec<&str> = report.members.iter().map(|member| member.path.as_str()).collect();
    assert_eq!(listed, ["课件/说明.txt"]);
    assert_eq!((report.fault, report.unread), (None, 0));
    assert_eq!(read.text(), "先断电");
}

#[tokio::test]
async fn an_archive_of_an_empty_file_is_not_damaged() {
    let read = read_bytes("空.zip", &zip_of(&[("空白.docx", b"")])).await;

    assert_eq!(
        (read.outcome.state, read.outcome.report.fault),
        (ExtractionState::NoText, None)
    );
}

#[tokio::test]
async fn a_text_is_served_as_the_whole_of_it_is_spelled() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let mut program = b"N10 G01 X10.5 Z-2.0 F0.2\r\n".repeat(4_000);
    program.extend_from_slice(&encoding_rs::GBK.encode("(精车外圆，注意退刀槽)\r\n").0);
    let broken = ["先断电，再挂牌。\n".repeat(200).as_bytes(), b"\xff\n"].concat();

    let shared = teacher
        .share("程序", &[("O0001.txt", &program), ("须知.txt", &broken)])
        .await;
    app.settled().await;

    let seen = teacher
        .get_json(&format!("/api/v1/resources/{}", shared["id"].as_str().unwrap()))
        .await;
    for (name, charset, unreadable) in [("O0001.txt", "gbk", 0), ("须知.txt", "utf-8", 1)] {
        let files = seen["files"].as_array().unwrap();
        let file = files.iter().find(|file| file["name"] == name).unwrap();
        assert_eq!(file["state"], "ready", "{file}");
        assert_eq!(file["report"]["unreadable"].as_u64().unwrap_or(0), unreadable, "{file}");
        let answer = teacher.get(file["url"].as_str().unwrap()).await.expect(200);
        let media_type = format!("text/plain; charset={charset}");
        assert_eq!(answer.headers["content-type"], media_type.as_str());
        assert_eq!(file["media_type"], media_type);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_web_page_saved_under_an_office_name_is_read_as_a_page() {
    let (page, ..) = encoding_rs::GBK.encode(
        "<html><head><meta charset=gb2312></head><body><table><tr><td>编码</td><td>名称</td></tr><tr><td>0403</td><td>数控加工</td></tr></table></body></html>",
    );
    let read = read_bytes("目录.xls", &page).await;
    assert!(read.text().contains("0403\t数控加工"), "{}", read.text());
    assert!(!read.text().contains("<td>"));

    let saved = "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"b\"\r\n\r\n--b\r\n\
        Content-Type: text/html; charset=\"gb2312\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        <p>=CF=C8=B6=CF=B5=E7=A3=AC=D4=D9=B9=D2=C5=C6</p>\r\n--b\r\nContent-Type: image/png\r\n\
        Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n";
    for name in ["通知.doc", "通知.mht"] {
        let read = read_bytes(name, saved.as_bytes()).await;
        assert_eq!(read.text(), "先断电,再挂牌", "{name}");
        assert!(
            !read.sniffed.media_type.starts_with("text/html"),
            "{name}: a browser would show its headers"
        );
    }
}

#[tokio::test]
async fn a_message_is_read_with_what_is_attached() {
    let message = "Subject: =?utf-8?B?6K++6KGo6LCD5pW0?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n周三改到周五。\r\n\
        --b\r\nContent-Type: text/plain; name=\"list.txt\"\r\nContent-Disposition: attachment; filename=\"list.txt\"\r\n\r\n数控一班\r\n--b--\r\n";

    let read = read_bytes("调课.eml", message.as_bytes()).await;

    for words in ["课表调整", "周三改到周五", "数控一班"] {
        assert!(read.text().contains(words), "{words} is not in {}", read.text());
    }
}

#[tokio::test]
async fn a_message_keeps_its_own_words_beside_pages_pictures_and_forwarded_messages() {
    let received = (0..60)
        .map(|n| format!("Received: from relay{n}.example.edu by mail.example.edu with ESMTPS; Sun, 29 Nov 2026\r\n"));
    let message = format!(
        "{}Subject: 转发\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n请看附件。\r\n\
        --b\r\nContent-Type: text/html; name=page.html\r\nContent-Disposition: attachment; filename=page.html\r\n\r\n<p>附件里的网页</p>\r\n\
        --b\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n\
        --b\r\nContent-Type: message/rfc822\r\n\r\nSubject: =?utf-8?B?6K++6KGo?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n周五停电\r\n--b--\r\n",
        received.collect::<String>()
    );

    let read = read_bytes("转发.eml", message.as_bytes()).await;

    for words in ["请看附件", "附件里的网页", "周五停电"] {
        assert!(read.text().contains(words), "{words} is not in {}", read.text());
    }
    assert!(!read.text().contains("relay"), "{}", read.text());
    assert_eq!((read.outcome.report.blank_pages, read.outcome.report.width), (0, None));
}

#[tokio::test]
async fn a_page_in_utf_8_is_read_so_whatever_its_template_says() {
    for said in ["iso-8859-1", "gb2312"] {
        let page = format!("<html><head><meta charset={said}></head><body><p>安全操作规程</p></body></html>");
        let read = read_bytes("规程.html", page.as_bytes()).await;
        assert_eq!(read.text(), "安全操作规程", "{said}");
    }
}

#[tokio::test]
async fn a_page_of_open_quotes_costs_one_pass() {
    let page = format!("<p>开头</p>{}<p>结尾</p>", "<a '>' ".repeat(300_000));
    let read = read_bytes("页.html", page.as_bytes()).await;
    assert_eq!(read.outcome.report.fault, None);
    assert!(read.text().contains("开头") && read.text().contains("结尾"));
}

#[tokio::test]
async fn an_archive_called_a_document_is_opened_no_deeper_than_others() {
    let mut inner = zip_of(&[("深处.txt", "最里面".as_bytes())]);
    for _ in 0..6 {
        inner = zip_of(&[("r.docx", &inner)]);
    }
    let bytes = zip_of(&[("a.zip", &inner), ("说明.txt", "外面的".as_bytes())]);

    let read = read_bytes("资料.zip", &bytes).await;

    assert_eq!(read.text(), "外面的");
    assert!(read.outcome.report.unread > 0);
}

#[tokio::test]
async fn pictures_of_an_archive_do_not_crowd_out_its_documents() {
    let pictures: Vec<String> = (0..600).map(|n| format!("照片/{n}.jpg")).collect();
    let mut entries: Vec<(&str, &[u8])> = pictures
        .iter()
        .map(|name| (name.as_str(), b"\xff\xd8\xff".as_slice()))
        .collect();
    entries.push(("说明.txt", "先断电".as_bytes()));

    assert_eq!(read_bytes("课.zip", &zip_of(&entries)).await.text(), "先断电");
}

#[tokio::test]
async fn a_drawing_of_open_document_is_read_and_a_formula_not_taken_for_a_map() {
    let content =
        "<d><page><frame><p>星三角启动</p></frame></page><page><custom-shape><p>热继电器</p></custom-shape></page></d>";
    let bytes = zip_of(&[
        ("mimetype", b"application/vnd.oasis.opendocument.graphics"),
        ("content.xml", content.as_bytes()),
        ("meta.xml", b"<meta/>"),
    ]);
    let read = read_bytes("图.odg", &bytes).await;
    assert_eq!(read.text(), "星三角启动\n热继电器");
    assert_eq!((read.outcome.report.pages, read.outcome.report.fault), (2, None));

    let bytes = zip_of(&[
        ("mimetype", b"application/vnd.oasis.opendocument.formula"),
        ("content.xml", "<math><title>标题</title></math>".as_bytes()),
        ("meta.xml", b"<meta/>"),
    ]);
    let read = read_bytes("式.odf", &bytes).await;
    assert_eq!(
        (read.text().as_str(), read.outcome.report.fault),
        ("", Some(ExtractionFault::Unsupported))
    );

    let template = zip_of(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text-template"),
        ("content.xml", "<office><p>教案模板</p></office>".as_bytes()),
        ("meta.xml", b"<meta/>"),
    ]);
    assert_eq!(read_bytes("教案.ott", &template).await.text(), "教案模板");
}

#[tokio::test]
async fn office_files_that_are_one_xml_file_are_read() {
    let workbook = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><?mso-application progid=\"Excel.Sheet\"?>\
        <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\
        <Worksheet ss:Name=\"课程\"><Table><Row><Cell><Data ss:Type=\"String\">0403</Data></Cell><Cell ss:Index=\"3\"><Data ss:Type=\"String\">数控车</Data></Cell></Row></Table></Worksheet></Workbook>";
    let read = read_bytes("课程.xls", workbook.as_bytes()).await;
    assert_eq!(read.text(), "课程\n0403\t\t数控车");

    let document = "<?xml version=\"1.0\"?><w:wordDocument xmlns:w=\"http://schemas.microsoft.com/office/word/2003/wordml\">\
        <w:body><w:p><w:r><w:t>工作页一</w:t></w:r></w:p></w:body></w:wordDocument>";
    let read = read_bytes("工作页.doc", document.as_bytes()).await;
    assert_eq!(read.text(), "工作页一");
}

#[tokio::test]
async fn an_ofd_document_is_read_page_by_page() {
    let page = |words: [&str; 3]| {
        let object = |(at, text): (usize, &str)| {
            let (left, top) = (20 + at * 30, if at == 2 { 40 } else { 20 });
            format!(
                "<ofd:TextObject Boundary=\"{left} {top} 30 5\"><ofd:TextCode X=\"0\" Y=\"4\">{text}</ofd:TextCode></ofd:TextObject>"
            )
        };
        let objects: String = words.into_iter().enumerate().map(object).collect();
        format!(
            "<ofd:Page xmlns:ofd=\"http://www.ofdspec.org/2016\"><ofd:Content><ofd:Layer>{objects}</ofd:Layer></ofd:Content></ofd:Page>"
        )
    };
    let (first, second) = (
        page(["关于", "开展", "校企合作的通知"]),
        page(["附件", "名单", "数控专业"]),
    );
    let bytes = zip_of(&[
        (
            "OFD.xml",
            b"<ofd:OFD xmlns:ofd=\"http://www.ofdspec.org/2016\"><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        ),
        (
            "Doc_0/Document.xml",
            b"<ofd:Document xmlns:ofd=\"http://www.ofdspec.org/2016\"><ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"Pages/Page_0/Content.xml\"/><ofd:Page ID=\"2\" BaseLoc=\"Pages/Page_1/Content.xml\"/></ofd:Pages></ofd:Document>",
        ),
        ("Doc_0/Pages/Page_0/Content.xml", first.as_bytes()),
        ("Doc_0/Pages/Page_1/Content.xml", second.as_bytes()),
    ]);

    let read = read_bytes("通知.ofd", &bytes).await;

    assert_eq!(read.text(), "关于开展\n校企合作的通知\n附件名单\n数控专业");
    assert_eq!((read.outcome.report.pages, read.outcome.report.members.len()), (2, 0));
}

#[tokio::test]
async fn drawings_and_maps_are_read_as_words_and_unknown_packages_not_at_all() {
    let visio = zip_of(&[
        TYPES,
        ("visio/document.xml", b"<VisioDocument/>"),
        (
            "visio/pages/page1.xml",
            "<PageContents><Shapes><Shape><Text><cp IX=\"0\"/>启动<pp/>按钮</Text></Shape></Shapes></PageContents>"
                .as_bytes(),
        ),
    ]);
    assert_eq!(read_bytes("流程.vsdx", &visio).await.text(), "启动按钮");

    let map = r#"[{"title":"画布 1","rootTopic":{"title":"车削","children":{"attached":[{"title":"外圆","notes":{"plain":{"content":"先粗后精"}}}]}}}]"#;
    let xmind = zip_of(&[("content.json", map.as_bytes()), ("metadata.json", b"{}")]);
    assert_eq!(
        read_bytes("车削.xmind", &xmind).await.text(),
        "画布 1\n车削\n外圆\n先粗后精"
    );

    let unknown = zip_of(&[TYPES, ("3D/model.xml", "<model>顶点</model>".as_bytes())]);
    let read = read_bytes("零件.3mf", &unknown).await;
    assert_eq!(
        (read.text().as_str(), read.outcome.report.fault),
        ("", Some(ExtractionFault::Unsupported))
    );
}

#[tokio::test]
async fn a_notebook_is_read_as_what_was_written_in_it() {
    let notebook = r##"{"cells":[{"cell_type":"markdown","source":["# 温度采集\n","每秒一次"]},{"cell_type":"code","source":"read()","outputs":[{"data":{"image/png":"iVBORw0KGgo="}}]}],"nbformat":4}"##;

    let read = read_bytes("采集.ipynb", notebook.as_bytes()).await;

    assert_eq!(read.text(), "# 温度采集\n每秒一次\nread()");
}

/// The pictures of a notebook were searched as text where they made it larger than a text may be, or where it was cut
/// off.
#[tokio::test]
async fn pictures_of_a_notebook_are_nobodys_words() {
    let notebook = |picture: &str| {
        format!(
            r#"{{"cells":[{{"cell_type":"code","outputs":[{{"data":{{"image/png":"{picture}"}}}}],"source":["步进电机"]}},{{"cell_type":"markdown","source":"失步"}}],"nbformat":4}}"#
        )
    };
    let large = notebook(&"iVBORw0KGgo=".repeat(3 << 20));

    let read = read_bytes("大.ipynb", large.as_bytes()).await;
    assert_eq!(
        (read.text().as_str(), read.outcome.report.fault),
        ("步进电机\n失步", None)
    );
    let cut = read_bytes("断.ipynb", &notebook("iVBORw0KGgo=").as_bytes()[..90]).await;
    assert_eq!(
        (cut.text().as_str(), cut.outcome.report.fault),
        ("", Some(ExtractionFault::Damaged))
    );

    let older = r#"{"worksheets":[{"cells":[{"cell_type":"code","input":["细分驱动"]}]}],"nbformat":3}"#;
    assert_eq!(read_bytes("旧.ipynb", older.as_bytes()).await.text(), "细分驱动");
}

/// Everything behind a page that was deleted, and everything beside a document that is missing, was lost.
#[tokio::test]
async fn a_gap_in_a_package_costs_no_page_behind_it() {
    let page = |text: &str| format!("<PageContents><Shapes><Shape><Text>{text}</Text></Shape></Shapes></PageContents>");
    let (first, third) = (page("变频器"), page("伺服"));
    let visio = zip_of(&[
        TYPES,
        ("visio/document.xml", b"<VisioDocument/>"),
        ("visio/pages/page10.xml", third.as_bytes()),
        ("visio/pages/page2.xml", first.as_bytes()),
    ]);
    assert_eq!(read_bytes("柜.vsdx", &visio).await.text(), "变频器\n伺服");

    let root = |number: u32| format!("<DocBody><DocRoot>Doc_{number}/Document.xml</DocRoot></DocBody>");
    let list = format!("<OFD>{}{}</OFD>", root(0), root(1));
    let ofd = zip_of(&[
        ("OFD.xml", list.as_bytes()),
        (
            "Doc_1/Document.xml",
            b"<Document><Pages><Page BaseLoc=\"1.xml\"/></Pages></Document>",
        ),
        (
            "Doc_1/1.xml",
            "<Page><TextObject Boundary=\"1 1 5 5\"><TextCode>附件</TextCode></TextObject></Page>".as_bytes(),
        ),
    ]);
    let read = read_bytes("通知.ofd", &ofd).await;
    assert_eq!((read.text().as_str(), read.outcome.report.unread), ("附件", 1));
}

/// Of a small sheet that breaks off nothing was found.
#[tokio::test]
async fn rows_before_the_end_of_a_broken_sheet_are_read() {
    let sheet = "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"甲\"><Table><Row><Cell ss:MergeDown=\"4294967295\" ss:MergeAcross=\"1\"><Data>齿轮泵</Data></Cell></Row><Row></Cell>";

    let read = read_bytes("泵.xml", sheet.as_bytes()).await;

    assert!(read.text().contains("齿轮泵"), "{:?}", read.outcome);
}

#[tokio::test]
async fn an_excel_or_word_file_saved_as_xml_is_read_as_what_it_looks_like() {
    let workbook = "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\
        <Styles><Style ss:ID=\"p\"><NumberFormat ss:Format=\"0.0%\"/></Style><Style ss:ID=\"c\" ss:Parent=\"p\"/></Styles>\
        <Worksheet ss:Name=\"成绩\"><Table><Row><Cell ss:MergeAcross=\"1\"><Data ss:Type=\"String\">合并</Data><Comment><ss:Data>批注</ss:Data></Comment></Cell>\
        <Cell><Data ss:Type=\"String\">第三列</Data></Cell></Row><Row><Cell/><Cell/><Cell ss:StyleID=\"c\"><Data ss:Type=\"Number\">0.5</Data></Cell></Row></Table>\
        <WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet></Workbook>";
    let utf16: Vec<u8> = format!("\u{feff}{workbook}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (name, bytes) in [("成绩.xml", workbook.as_bytes()), ("成绩.xls", &utf16)] {
        let read = read_bytes(name, bytes).await;
        assert_eq!(read.text(), "成绩\n合并\t\t第三列\n批注\n\t\t50.0%", "{name}");
        assert_eq!(read.outcome.report.hidden, ["成绩"]);
        assert_eq!(read.sniffed.contradiction, None, "{name}");
    }

    let document = "<w:wordDocument xmlns:w=\"http://schemas.microsoft.com/office/word/2003/wordml\"><w:body><w:p><w:r><w:t>工作页</w:t></w:r></w:p></w:body></w:wordDocument>";
    assert_eq!(read_bytes("工作页.xml", document.as_bytes()).await.text(), "工作页");

    let flat = "<?xml version=\"1.0\"?><office:document xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:text=\"urn:t\" \
        office:mimetype=\"application/vnd.oasis.opendocument.text\"><office:body><office:text><text:p>平文<image><office:binary-data>QUJD</office:binary-data></image></text:p></office:text></office:body></office:document>";
    assert_eq!(read_bytes("平文.fodt", flat.as_bytes()).await.text(), "平文");
}

#[tokio::test]
async fn a_message_without_a_version_or_a_name_is_read_as_one() {
    let message = "From: teacher@example.edu\r\nSubject: =?utf-8?B?6K++6KGo6LCD5pW0?=\r\n\r\n周三改到周五。\r\n";
    for name in ["调课.eml", "调课"] {
        let read = read_bytes(name, message.as_bytes()).await;
        assert_eq!(read.text(), "课表调整\n周三改到周五。", "{name}");
    }
}

#[tokio::test]
async fn what_word_shows_is_read_and_what_it_hides_is_not() {
    let body = "<p><r><t>电阻</t></r><r><sym font=\"Symbol\" char=\"F057\"/></r><r><rPr><vanish/></rPr><t>答案</t></r>\
        <r><rPr><rPrChange><rPr><vanish/></rPr></rPrChange></rPr><t>可见</t></r></p>\
        <p><r><pict><shape alt=\"接线图\"><textpath string=\"安全第一\"/></shape></pict></r></p><p><r><t>车 & 铣</t></r></p><p><r><t>末段</t></r></p>";
    let read = read_bytes("任务.docx", &zip_of(&[TYPES, ("word/document.xml", &document(body))])).await;
    let text = read.text().replace("\n\n", "\n");
    assert_eq!(text, "电阻Ω可见\n接线图\n安全第一\n车 & 铣\n末段");
    assert_eq!(read.outcome.report.fault, None);
}

#[tokio::test]
async fn a_part_in_another_encoding_is_read() {
    let text = "<?xml version=\"1.0\" encoding=\"GBK\"?><document><body><p><r><t>国标码</t></r></p></body></document>";
    let utf16: Vec<u8> = format!("\u{feff}{}", text.replace("GBK", "UTF-16"))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for part in [
        encoding_rs::GBK.encode(text).0.into_owned(),
        utf16,
        text.as_bytes().to_vec(),
    ] {
        let bytes = zip_of(&[TYPES, ("_rels/.rels", WORD), ("word/document.xml", &part)]);
        assert_eq!(read_bytes("任务.docx", &bytes).await.text(), "国标码");
    }
}

#[tokio::test]
async fn a_cell_without_its_text_does_not_lose_the_sheet() {
    let rels = |role: &str, target: &str| {
        format!("<Relationships><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{role}\" Target=\"{target}\"/></Relationships>")
            .into_bytes()
    };
    let bytes = zip_of(&[
        TYPES,
        ("_rels/.rels", &rels("officeDocument", "xl/workbook.xml")),
        ("xl/workbook.xml", br#"<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>"#),
        ("xl/_rels/workbook.xml.rels", &rels("worksheet", "worksheets/sheet1.xml")),
        (
            "xl/worksheets/sheet1.xml",
            "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>7</v></c><c r=\"B1\" t=\"inlineStr\"><is><t>还有</t></is></c></row>\
             <row r=\"2\"><c r=\"A2\"><v>x</v></c><c r=\"B2\"><v>2</v></c></row></sheetData></worksheet>".as_bytes(),
        ),
    ]);
    let read = read_bytes("表.xlsx", &bytes).await;
    assert!(
        read.text().contains("还有") && read.text().contains('2'),
        "{} {:?}",
        read.text(),
        read.outcome
    );
}

#[tokio::test]
async fn a_book_without_a_container_or_an_order_is_read() {
    let package = br#"<package><metadata><title>a & b</title></metadata><manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/><item id="b" href="b.xhtml" media-type="application/xhtml+xml"/></manifest></package>"#;
    let noise: Vec<u8> = (0..2_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let bytes = zip_of(&[
        ("mimetype", b"application/epub+zip"),
        ("OEBPS/content.opf", package),
        ("OEBPS/a.xhtml", "<p>车削</p>".as_bytes()),
        ("OEBPS/b.xhtml", &noise),
    ]);
    let read = read_bytes("书.epub", &bytes).await;
    assert_eq!((read.text().as_str(), read.outcome.report.unread), ("车削", 1));
}

#[tokio::test]
async fn rich_text_shows_its_comments_and_boxes_and_hides_what_it_hides() {
    let text = r"{\rtf1\ansi\ansicpg936 \u30041?\u35265?{\v \u38544?}{\deleted \u21024?}\v \u38544?\v0 \u22312?\par {\*\annotation {\*\atnref 1}\u25209?\u27880?}\par {\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt \u26694?\par}}{\shprslt \u26694?}}}";

    let read = read_bytes("教案.rtf", text.as_bytes()).await;

    assert_eq!(read.text().replace("\n\n", "\n"), "留见在\n批注\n框");
}

#[tokio::test]
async fn the_mark_for_a_slides_number_is_not_text() {
    let content = "<office:body><office:presentation><draw:page><text:p>星三角</text:p><text:p><text:page-number>&lt;number&gt;</text:page-number></text:p></draw:page></office:presentation></office:body>";
    let bytes = zip_of(&[
        ("mimetype", b"application/vnd.oasis.opendocument.presentation"),
        ("content.xml", content.as_bytes()),
    ]);

    assert_eq!(read_bytes("课件.odp", &bytes).await.text(), "星三角");
}
