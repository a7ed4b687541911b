//! Tables as they look: what a cell shows is what is found, shown and imported, whatever number stands behind it.

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use serde_json::json;

use crate::app::TestApp;
use crate::browser::html;
use crate::cli::Desk;
use crate::client::{Answer, escape};
use crate::extract::{read, read_bytes};
use crate::packs::School;

/// A workbook with a sheet whose cells are numbers and their formats.
fn formatted(cells: &[(f64, &str)]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, (number, code)) in (0..).zip(cells) {
        let format = Format::new().set_num_format(*code);
        sheet.write_number_with_format(row, 0, *number, &format).unwrap();
    }
    book.save_to_buffer().unwrap()
}

#[tokio::test]
async fn a_cell_is_read_as_it_looks() {
    let cells = [
        (403.0, "0000", "0403"),
        (0.985, "0.0%", "98.5%"),
        (45_000.0, "yyyy\"年\"m\"月\"", "2023年3月"),
        (45_000.0, "[$-804]aaaa", "星期三"),
        (45_000.354_166_666_7, "yyyy/m/d h:mm", "2023/3/15 8:30"),
        (1.5, "[h]:mm", "36:00"),
        (1_234_567.891, "#,##0.00", "1,234,567.89"),
        (0.1 + 0.2, "General", "0.3"),
        (13_800_138_000.0, "General", "13800138000"),
        (12_345.678, "0.00E+00", "1.23E+04"),
        (2.75, "# ?/?", "2 3/4"),
        (88.0, "[>=60]\"及格\";\"不及格\"", "及格"),
        (-12.0, "#,##0_);(#,##0)", "(12)"),
    ];
    let numbers: Vec<(f64, &str)> = cells.iter().map(|(number, code, _)| (*number, *code)).collect();

    let read = read_bytes("成绩.xlsx", &formatted(&numbers)).await.text();

    let lines: Vec<&str> = read.lines().skip(1).collect();
    let wanted: Vec<&str> = cells.iter().map(|(.., shown)| *shown).collect();
    assert_eq!(lines, wanted);
}

#[tokio::test]
async fn truth_values_results_and_what_is_merged_are_read_as_they_look() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let (plain, percent) = (Format::new(), Format::new().set_num_format("0%"));
    sheet.merge_range(0, 0, 2, 0, "数控加工", &plain).unwrap();
    sheet.write_boolean(0, 1, true).unwrap();
    let half = Formula::new("=1/2").set_result("0.5");
    sheet.write_formula_with_format(1, 1, half, &percent).unwrap();
    sheet
        .write_formula(2, 1, Formula::new("=A9").set_result("#N/A"))
        .unwrap();
    let day = ExcelDateTime::from_ymd(2024, 2, 29).unwrap();
    sheet
        .write_datetime_with_format(3, 1, &day, &Format::new().set_num_format_index(31))
        .unwrap();
    let bytes = book.save_to_buffer().unwrap();

    let read = read_bytes("课程.xlsx", &bytes).await.text();

    let lines: Vec<&str> = read.lines().skip(1).collect();
    assert_eq!(
        lines,
        ["数控加工\tTRUE", "数控加工\t50%", "数控加工\t#N/A", "\t2024年2月29日"]
    );
}

#[tokio::test]
async fn old_and_open_sheets_are_read_as_they_look() {
    for name in ["tables.xls", "tables.ods"] {
        let read = read(name).await.text();

        for line in [
            "0403\t电气自动化\t电气线路装调\t1,200.00\t2023年3月",
            "0403\t电气自动化\t控制系统检修\t90\t98.5%",
            "0405\t焊接加工\t低碳钢焊接\t60\t36:30",
        ] {
            assert!(read.lines().any(|read| read == line), "{line} is not in {name}: {read}");
        }
    }
}

const FLAT: &str = "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?>\
    <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\
    <Styles><Style ss:ID=\"s1\"><NumberFormat ss:Format=\"0000\"/></Style><Style ss:ID=\"s2\"><NumberFormat ss:Format=\"Percent\"/></Style></Styles>\
    <Worksheet ss:Name=\"专业\"><Table><Row><Cell><Data ss:Type=\"String\">专业编码</Data></Cell><Cell><Data ss:Type=\"String\">专业</Data></Cell>\
    <Cell><Data ss:Type=\"String\">课程</Data></Cell><Cell><Data ss:Type=\"String\">备注</Data></Cell></Row>\
    <Row><Cell ss:StyleID=\"s1\" ss:MergeDown=\"1\"><Data ss:Type=\"Number\">403</Data></Cell><Cell ss:MergeDown=\"1\"><Data ss:Type=\"String\">电气自动化</Data></Cell>\
    <Cell><Data ss:Type=\"String\">电气线路装调</Data></Cell><Cell ss:StyleID=\"s2\"><Data ss:Type=\"Number\">0.985</Data></Cell></Row>\
    <Row><Cell ss:Index=\"3\"><Data ss:Type=\"String\">控制系统检修</Data></Cell></Row></Table></Worksheet></Workbook>";

/// As many programs of schools export a table, and call it `.xls`.
const PAGE: &str = "<html><head><meta charset=\"gb2312\"><style>td{mso-number-format:\"\\@\"}</style></head><body><table border=1>\
    <tr><td colspan=\"4\">2024年专业目录</td></tr><tr><th>专业编码<th>专业<th>课程<th>备注</tr>\
    <tr><td rowspan=2>0403</td><td rowspan='2'>电气<b>自动化</b></td><td>电气线路装调&nbsp;</td><td colspan=1>A&amp;B</td></tr>\
    <tr><td>控制系统检修</td></tr></table></body></html>";

/// A catalogue as a school keeps it: a title over it, a code that is a number of four digits, majors over several rows.
fn catalogue() -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("选项").unwrap().set_hidden(true);
    let sheet = book.add_worksheet().set_active(true);
    let (plain, code) = (Format::new(), Format::new().set_num_format("0000"));
    sheet.merge_range(0, 0, 0, 3, "2024年专业目录", &plain).unwrap();
    for (column, head) in (0..).zip(["专业编码", "专业", "课程", "课程学时"]) {
        sheet.write_string(1, column, head).unwrap();
    }
    sheet.merge_range(2, 0, 3, 0, "", &code).unwrap();
    sheet.write_number_with_format(2, 0, 403, &code).unwrap();
    sheet.merge_range(2, 1, 3, 1, "电气自动化\u{3000}", &plain).unwrap();
    sheet.write_string(2, 2, "电气线路装调\u{a0}").unwrap();
    let hours = Format::new().set_num_format("#,##0\"学时\"");
    sheet.write_number_with_format(2, 3, 1_200, &hours).unwrap();
    sheet.write_string(3, 2, "控制\u{200b}系统检修").unwrap();
    sheet.write_number(3, 3, 90).unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn a_catalogue_is_imported_as_it_looks_from_every_form_of_table() {
    let fixture = |name: &str| std::fs::read(format!("tests/fixtures/corpus/{name}")).unwrap();
    let lines = "专业编码;专业;课程;课程学时\n0403;电气自动化;电气线路装调;1,200\n";
    let utf16: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(lines.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let gbk = encoding_rs::GBK.encode(lines).0.into_owned();
    let tables: [(&str, Vec<u8>); 10] = [
        ("1.xlsx", catalogue()),
        ("2.xls", fixture("tables.xls")),
        ("3.ods", fixture("tables.ods")),
        ("4.xls", FLAT.into()),
        (
            "5.csv",
            format!("sep=|\r\n{}", lines.replace(';', "|").replace('\n', "\r\n")).into(),
        ),
        ("6.csv", utf16),
        ("7.csv", gbk),
        (
            "8.csv",
            lines.replace("0403", "=\"０４０３\"").replace(';', "\t").into(),
        ),
        ("10.xls", encoding_rs::GBK.encode(PAGE).0.into_owned()),
        ("9.csv", lines.replace("0403", "\u{feff}0403\u{a0}").into()),
    ];
    for (name, bytes) in tables {
        let desk = Desk::new();
        let file = desk.write(name, bytes);

        let answer = desk.run(&["curriculum", "import", &file, "--json"]);

        assert_eq!(answer.code, Some(0), "{name}: {}", answer.err);
        let again = desk.write("还是.csv", "专业编码,专业,课程\n0403,电气自动化,电气线路装调\n");
        let same = desk.run(&["curriculum", "import", &again, "--json"]).json();
        assert_eq!(same["majors"], json!({ "new": 0, "changed": 0, "same": 1 }), "{name}");
        assert_eq!(same["courses"], json!({ "new": 0, "changed": 0, "same": 1 }), "{name}");
    }
}

#[test]
fn what_merged_cells_cover_is_imported_with_them() {
    let desk = Desk::new();
    let file = desk.write("目录.xlsx", catalogue());
    desk.run(&["curriculum", "import", &file]);

    let lines = "专业编码,专业,课程,课程学时\n0403,电气自动化,控制系统检修,90\n0403,电气自动化,电气线路装调,1200\n";
    let same = desk.run(&["curriculum", "import", &desk.write("同.csv", lines), "--json"]);

    assert_eq!(same.json()["courses"], json!({ "new": 0, "changed": 0, "same": 2 }));
}

#[test]
fn a_list_of_resources_is_imported_as_it_looks() {
    let desk = Desk::with_a_teacher();
    desk.write("旧资料/0403.txt", "低碳钢焊接");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, head) in (0..).zip(["文件", "标题", "年份"]) {
        sheet.write_string(0, column, head).unwrap();
    }
    sheet.write_string(1, 0, "\u{3000}0403.txt\u{200b}").unwrap();
    let code = Format::new().set_num_format("0000");
    sheet.write_number_with_format(1, 1, 403, &code).unwrap();
    let month = Format::new().set_num_format("yyyy\"年\"m\"月\"");
    sheet.write_number_with_format(1, 2, 45_000, &month).unwrap();
    let sheet = desk.write("清单.xlsx", book.save_to_buffer().unwrap());
    let folder = desk.path("旧资料");

    let answer = desk.run(&[
        "import",
        folder.to_str().unwrap(),
        "--as",
        "wang",
        "--sheet",
        &sheet,
        "--dry-run",
        "--json",
    ]);

    assert_eq!(answer.code, Some(0), "{}", answer.err);
    let item = &answer.json()["items"][0];
    assert_eq!(
        (&item["metadata"]["title"], &item["metadata"]["year"]),
        (&json!("0403"), &json!(2023))
    );
}

#[tokio::test]
async fn accounts_are_opened_by_the_names_that_the_sheet_shows() {
    let app = TestApp::start().await;
    let admin = app.admin("S1").await;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, head) in (0..).zip(["工号", "姓名", "角色"]) {
        sheet.write_string(0, column, head).unwrap();
    }
    let number = Format::new().set_num_format("00000");
    sheet.write_number_with_format(1, 0, 712, &number).unwrap();
    sheet.write_string(1, 1, "王敏\u{a0}").unwrap();
    sheet.write_string(1, 2, "教师\u{3000}").unwrap();
    let bytes = book.save_to_buffer().unwrap();

    let answer = Answer::of(admin.form("/admin/accounts/import", &json!({}), &[("名单.xlsx", &bytes)])).await;

    let page = html(answer.expect(200));
    assert!(page.contains("00712"), "{page}");
    app.finish().await;
}

#[tokio::test]
async fn a_code_is_the_same_code_in_full_width() {
    let school = School::open().await;
    let shared = school
        .publish(
            "台阶轴工作页",
            "台阶轴",
            "public",
            &[("工作页.txt", "先断电".as_bytes())],
        )
        .await;
    school.app.settled().await;

    for (code, found) in [("0403", 1), ("０４０３", 1), ("０４０４", 0)] {
        let path = format!("/api/v1/search?q={}&major={}", escape("断电"), escape(code));
        let hits = school.teacher.get_json(&path).await["hits"].as_array().unwrap().len();
        assert_eq!(hits, found, "{code}: {shared}");
    }
    school.app.finish().await;
}
