//! Realistic names, and what they are taken for.

use super::{CurriculumRef, FileHint, NameNormalizer, PlaceIndex, PlaceKind, SuggestionReason, suggest};
use crate::domain::id::AnyId;

type Courses = &'static [(&'static str, &'static [&'static str])];

/// A shelf of a few majors, each with courses, each with tasks.
fn index() -> PlaceIndex {
    let chain: &[(&str, Courses)] = &[
        (
            "电气自动化设备安装与维修",
            &[
                (
                    "继电控制线路安装与检修",
                    &[
                        "三相异步电动机点动与自锁控制线路安装",
                        "三相异步电动机正反转控制线路安装",
                        "电动机星三角降压启动控制线路安装",
                        "电动葫芦电气控制线路检修",
                    ],
                ),
                ("照明线路安装与检修", &["办公室照明线路安装", "照明线路故障检修"]),
                (
                    "可编程控制系统安装与调试",
                    &["交通灯PLC控制系统的安装与调试", "机械手PLC控制"],
                ),
            ],
        ),
        (
            "数控加工(数控车工)",
            &[
                (
                    "简单零件数控车床加工",
                    &["台阶轴的数控车加工", "螺纹轴的数控车加工", "对刀与试切"],
                ),
                ("配合件数控车床加工", &["锥度配合件加工"]),
            ],
        ),
        (
            "汽车维修",
            &[(
                "汽车维护",
                &[
                    "更换发动机机油与机滤(首次保养)",
                    "更换前轮制动片与制动盘检查",
                    "轮胎动平衡与四轮定位",
                ],
            )],
        ),
        (
            "焊接加工",
            &[("气体保护焊焊接", &["二氧化碳气体保护焊平板对接", "管板骑座式焊接"])],
        ),
    ];
    let mut places = Vec::new();
    for (major, courses) in chain {
        let major_id = add(&mut places, PlaceKind::Major, major, &[]);
        for (course, tasks) in *courses {
            let course_id = add(&mut places, PlaceKind::Course, course, &[major_id]);
            for task in *tasks {
                add(&mut places, PlaceKind::Task, task, &[course_id, major_id]);
            }
        }
    }
    let groups = [
        vec!["启动".to_owned(), "起动".to_owned()],
        vec!["首次保养".to_owned(), "首保".to_owned()],
        vec!["二氧化碳气体保护焊".to_owned(), "二保焊".to_owned()],
    ];
    PlaceIndex::new(places, NameNormalizer::new(str::to_lowercase, &groups))
}

fn add(places: &mut Vec<CurriculumRef>, kind: PlaceKind, name: &str, within: &[AnyId]) -> AnyId {
    let id = AnyId::new();
    places.push(CurriculumRef {
        kind,
        id,
        names: vec![name.to_owned()],
        within: within.to_vec(),
    });
    id
}

/// Title, type and place of one path, as `题目 | type | 地点`.
fn said(index: &PlaceIndex, path: &str) -> String {
    let suggestion = suggest(&[FileHint { path, lines: &[] }], index).remove(0);
    let kind = suggestion.kind.map_or("?", |(code, _)| code);
    let place = suggestion.place.map_or("?", |(place, _)| place.names[0].as_str());
    format!("{} | {kind} | {place}", suggestion.title)
}

#[test]
fn names_as_teachers_write_them_are_understood() {
    let index = index();
    for (path, expected) in [
        (
            "继电控制/任务三 星三角启动/02-星三角启动_工作页_最终版.docx",
            "星三角启动 工作页 | worksheet | 电动机星三角降压启动控制线路安装",
        ),
        // The folder says it, in another spelling; the file only what it is.
        (
            "星三角起动/课件V2.pptx",
            "星三角起动 课件 | courseware | 电动机星三角降压启动控制线路安装",
        ),
        ("正反转/1.mp4", "正反转 1 | video | 三相异步电动机正反转控制线路安装"),
        (
            "正反转控制线路接线演示.MP4",
            "正反转控制线路接线演示 | video | 三相异步电动机正反转控制线路安装",
        ),
        ("台阶轴教案(定稿).doc", "台阶轴教案 | lesson_plan | 台阶轴的数控车加工"),
        (
            "数控车/台阶轴/任务书.pdf",
            "台阶轴 任务书 | worksheet | 台阶轴的数控车加工",
        ),
        (
            "首保 学生手册 20240912.docx",
            "首保 学生手册 | worksheet | 更换发动机机油与机滤(首次保养)",
        ),
        (
            "二保焊平板对接 评分表.xlsx",
            "二保焊平板对接 评分表 | assessment | 二氧化碳气体保护焊平板对接",
        ),
        (
            "交通灯/程序.zap17",
            "程序 | source_file | 交通灯PLC控制系统的安装与调试",
        ),
        // A course, where no task is meant; a major, where no course is.
        (
            "照明线路安装与检修/课程标准.docx",
            "照明线路安装与检修 课程标准 | course_standard | 照明线路安装与检修",
        ),
        (
            "汽车维护 授课计划 2024.xls",
            "汽车维护 授课计划 2024 | schedule | 汽车维护",
        ),
        ("焊接加工/教师手记.docx", "教师手记 | ? | 焊接加工"),
        // Nothing that means anything is left open.
        ("新建文件夹/IMG_2031.jpg", "IMG 2031 | image | ?"),
        ("安装/控制线路.docx", "控制线路 | ? | ?"),
    ] {
        assert_eq!(said(&index, path), expected, "{path}");
    }
}

#[test]
fn a_suggestion_says_what_it_goes_by() {
    let index = index();
    let path = "任务三 星三角启动/课件.pptx";
    let suggestion = suggest(&[FileHint { path, lines: &[] }], &index).remove(0);

    assert_eq!(
        suggestion.kind,
        Some(("courseware", SuggestionReason::File("课件".to_owned())))
    );
    assert_eq!(
        suggestion.place.unwrap().1,
        SuggestionReason::Folder("任务三 星三角启动".to_owned())
    );
}

#[test]
fn a_folder_is_what_its_files_are_together() {
    let index = index();
    let paths = [
        "星三角启动/",
        "星三角启动/课件.pptx",
        "星三角启动/工作页.docx",
        "正反转/",
        "正反转/1.mp4",
        "正反转/2.mp4",
        "点动/",
        "点动/说明.docx",
    ];

    let seen = paths.map(|path| FileHint { path, lines: &[] });
    let kinds: Vec<_> = suggest(&seen, &index)
        .into_iter()
        .map(|found| (found.title, found.kind))
        .collect();

    assert_eq!(
        kinds[0],
        (
            "星三角启动".to_owned(),
            Some(("resource_pack", SuggestionReason::Mixture))
        )
    );
    assert_eq!(
        kinds[3],
        (
            "正反转".to_owned(),
            Some(("video", SuggestionReason::Form("mp4".to_owned())))
        )
    );
    assert_eq!(kinds[6], ("点动".to_owned(), None));
}

#[test]
fn what_names_leave_open_the_first_lines_say_and_no_more_than_that() {
    let index = index();
    let lines = [
        "天津市第一技师学院".to_owned(),
        "电动机星三角降压启动控制线路安装 工作页".to_owned(),
    ];
    let said = |path| {
        let found = suggest(&[FileHint { path, lines: &lines }], &index).remove(0);
        let (kind, why) = found.kind.unwrap();
        (found.title, kind, why, found.place.unwrap().0.names[0].clone())
    };
    let line = || SuggestionReason::Line(lines[1].clone());
    let place = "电动机星三角降压启动控制线路安装".to_owned();

    assert_eq!(
        said("新建 Microsoft Word 文档 (2).docx"),
        (lines[1].clone(), "worksheet", line(), place.clone())
    );
    assert_eq!(said("实训三.docx"), ("实训三".to_owned(), "worksheet", line(), place));
    let named = said("正反转/课件.pptx");
    assert_eq!(
        (named.1, named.3.as_str()),
        ("courseware", "三相异步电动机正反转控制线路安装")
    );
}
