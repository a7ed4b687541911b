//! The engine on small pictures whose text is known, and on pictures that are made to hurt.

use std::{collections::HashSet, sync::LazyLock};

use image::{DynamicImage, ImageReader, Rgb, RgbImage, imageops};

use super::{OcrEngine, models::OcrModels, picture::PagePixels};
use crate::domain::ocr::OcrPage;

/// Loaded once for all tests.
static ENGINE: LazyLock<OcrEngine> = LazyLock::new(|| OcrEngine::load(OcrModels::built_in()).unwrap());

/// A picture of `tests/fixtures/ocr`.
fn picture(name: &str) -> RgbImage {
    let path = format!("{}/tests/fixtures/ocr/{name}", env!("CARGO_MANIFEST_DIR"));
    ImageReader::open(path).unwrap().decode().unwrap().into_rgb8()
}

fn read(picture: RgbImage) -> OcrPage {
    ENGINE.read(&PagePixels::painted(picture)).unwrap()
}

/// The Chinese characters of a text, in order.
fn han(text: &str) -> String {
    text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).collect()
}

fn lines(page: &OcrPage) -> Vec<&str> {
    page.lines.iter().map(|line| line.text.as_str()).collect()
}

const SECTION: &str = "第二节常用准备功能指令为快速定位指令刀具以机床设定的最快速度移动不能用于切削为直线插补指令\
    必须给出进给速度例如为外圆粗车复合循环格式为其中表示每次切深半径值表示退刀量精加工余量由和指定";

#[test]
fn a_skewed_scan_is_read_to_the_letter() {
    let page = read(picture("section.jpg"));

    assert_eq!(han(&page.text()), SECTION);
    assert!(
        page.text().replace(' ', "").contains("G01X38.0Z-20.0F0.15"),
        "{}",
        page.text()
    );
    assert!(page.confidence().unwrap() > 0.9);
    assert!(
        page.lines.iter().all(|line| (-1.5..0.0).contains(&line.angle)),
        "{page:?}"
    );
}

#[test]
fn a_page_is_read_however_it_lay_on_the_glass() {
    let upright = picture("section.jpg");
    for turned in [
        imageops::rotate90(&upright),
        imageops::rotate180(&upright),
        imageops::rotate270(&upright),
    ] {
        assert_eq!(han(&read(turned).text()), SECTION);
    }
}

#[test]
fn columns_are_read_one_after_the_other() {
    let page = read(picture("columns.png"));

    let expected = "数控车床采用右手直角笛卡尔坐标系主轴轴线方向为轴刀具远离工件的方向为正方向垂直于主轴轴线且平行于横向\
        拖板的方向为轴编程时值通常采用直径编程例如表示直径为机床原点是机床上的固定点由制造厂确\
        调用程序空运行检查轨迹自动加工并测量在同一电路中通过某段导体的电流与这段导体两端的电压成正比与这段导体的\
        电阻成反比即式中的单位是安培的单位是伏特的单位是欧姆";
    assert_eq!(han(&page.text()), expected);
}

#[test]
fn a_table_is_read_row_by_row() {
    let page = read(picture("table.jpg"));

    let text = page.text();
    for row in [
        "1 粗车外圆 93°外圆车刀 600 0.20",
        "3 切槽 4 mm 切槽刀 400 0.05",
        "4 切断 切断刀 350 0.04",
    ] {
        assert!(text.lines().any(|line| line == row), "{row} is not in {text}");
    }
}

#[test]
fn lines_that_run_down_are_read_from_the_right() {
    assert_eq!(
        lines(&read(picture("vertical.png"))),
        ["机床原点是固定点", "对刀确定坐标系"]
    );
}

/// Each is one that smaller models do not know, and answer with another that looks like it.
#[test]
fn technical_words_are_read_as_they_are_written() {
    let page = read(picture("words.jpg"));

    let expected = "锪孔珩磨镗削氽烫煸炒轫性谵妄疖肿钐钴铣削铰孔錾削熔敷咬边夹渣渗氮\
        钎焊榫头墙裙窨井砼梁箍筋桁架檩条褥疮鼻饲胼胝疱疹焯水烩菜煨汤裱花";
    let found = han(&page.text());
    let wrong = expected
        .chars()
        .zip(found.chars())
        .filter(|(one, other)| one != other)
        .count();
    // Two in a hundred of its 64 characters.
    assert!(found.chars().count() == 64 && wrong <= 1, "{found}");
}

/// The end of each character is where the picture shows it: at the same place whether the line is read alone or in its page.
#[test]
fn characters_stand_where_the_picture_shows_them() {
    let page = read(picture("section.jpg"));
    let line = page.lines.iter().find(|line| line.text.contains("快速定位")).unwrap();

    let ends = &line.ends;

    assert_eq!(ends.len(), line.text.chars().count());
    assert!(ends.is_sorted() && line.start >= 0.0);
    // Han are set at one distance from each other: 10.5 pt at 200 dpi are 29 pixels, and half of that is near enough.
    let begin = line.text.chars().position(|c| c == '刀').unwrap();
    let widths = ends[begin..begin + "刀具以机床设定的最快速度移动".chars().count()]
        .windows(2)
        .map(|pair| pair[1] - pair[0]);
    let widths: Vec<f32> = widths.collect();
    let off: Vec<&f32> = widths.iter().filter(|width| (*width - 29.2).abs() > 14.6).collect();
    assert!(off.is_empty(), "{widths:?}");
}

#[test]
fn nothing_is_read_where_nothing_is_written() {
    let noise = |x: u32, y: u32| {
        let mixed = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(2_246_822_519);
        Rgb(mixed.to_be_bytes()[..3].try_into().unwrap())
    };
    let pages = [
        RgbImage::from_pixel(640, 480, Rgb([255; 3])),
        RgbImage::new(640, 480),
        RgbImage::from_fn(640, 480, noise),
        RgbImage::from_pixel(1, 1, Rgb([0; 3])),
        RgbImage::from_pixel(4_000, 1, Rgb([90; 3])),
    ];

    for page in pages {
        let size = page.dimensions();
        assert_eq!(lines(&read(page)), [""; 0], "{size:?}");
    }
}

/// What the dictionary lacks of GB 2312 is known, so that a new model which lacks more is seen.
#[test]
fn all_but_a_few_characters_of_gb_2312_are_known() {
    let known: HashSet<char> = ENGINE.reader.characters().iter().flat_map(|it| it.chars()).collect();
    let all = (0xb0..=0xf7_u8).flat_map(|row| (0xa1..=0xfe_u8).map(move |cell| [row, cell]));
    let all = all.filter_map(|code| {
        let (text, _, is_broken) = encoding_rs::GBK.decode(&code);
        text.chars()
            .next()
            .filter(|c| !is_broken && !('\u{e000}'..='\u{f8ff}').contains(c))
    });

    let lacking: String = all.filter(|c| !known.contains(c)).collect();

    assert_eq!(
        lacking,
        "硷丨乇丶匚亻勹亠冫冖讠诶谘卩廴厶垅扌挢揞哜犭猸夂饣馀忄丬氵沲渖宀辶弪纟缍缋缏榀搿攵膪臁飚灬礻肀泶礤钅钶钸镙镟痖衤虍鲶鳆鳋齄"
    );
}

/// Ten thousand small boxes, as a hostile page has them.
#[test]
fn a_page_of_ten_thousand_specks_is_bounded() {
    let speck = |x: u32, y: u32| Rgb([if x % 12 < 7 && y % 12 < 7 { 0 } else { 255 }; 3]);
    let page = RgbImage::from_fn(1_200, 1_200, speck);

    let read = read(DynamicImage::ImageRgb8(page).into_rgb8());

    assert!(read.lines.len() <= super::boxes::MOST_BOXES);
}
