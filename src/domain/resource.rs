//! Resources: their types, their states, and the moves between states.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

/// Where a resource stands between its author's desk and its readers.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// On its author's desk.
    Draft,
    /// Waiting for review.
    Submitted,
    /// Sent back by a reviewer, with a reason.
    Returned,
    /// Shared within its scope.
    Published,
    /// Taken down; kept, and seen only by its author and school.
    Withdrawn,
}

/// A step that changes a resource's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Move)]
pub enum StatusTransition {
    /// The author asks for review.
    Submit,
    /// A reviewer accepts it; it is published.
    Approve,
    /// A reviewer sends it back.
    Return,
    /// A reviewer ends its review: 不予通过.
    Reject,
    /// Its author takes it back while it waits.
    Recall,
    /// A reviewer publishes it without a submission.
    Publish,
    /// It is taken down.
    Withdraw,
}

impl Status {
    /// The status after a move; `None` when the move does not lead on from here.
    ///
    /// A move that is already done leads to itself, so that a repeated request does no harm.
    pub fn after(self, step: StatusTransition) -> Option<Self> {
        use Status::{Draft, Published, Returned, Submitted, Withdrawn};
        match (step, self) {
            (StatusTransition::Submit, Draft | Returned | Withdrawn | Submitted) => Some(Submitted),
            (StatusTransition::Approve, Submitted | Published) | (StatusTransition::Publish, _) => Some(Published),
            (StatusTransition::Return, Submitted | Returned)
            | (StatusTransition::Reject, Submitted)
            | (StatusTransition::Recall, Returned) => Some(Returned),
            (StatusTransition::Recall, Submitted | Draft) => Some(Draft),
            (StatusTransition::Withdraw, Published | Submitted | Withdrawn) => Some(Withdrawn),
            _ => None,
        }
    }
}

/// One of the kinds of teaching material that the plan and the reference tools (体例, 2023-08) name.
#[derive(Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// The stable name: `worksheet`.
    pub code: &'static str,
    /// The name teachers use: 工作页.
    pub zh: &'static str,
    /// The English name.
    pub en: &'static str,
    /// What else teachers call it, in full or in part: a question that holds one of these asks for this type first.
    pub also: &'static [&'static str],
    /// Named in the Tianjin plan, task 三(二).
    pub policy: bool,
}

/// Every type, the plan's own first.
pub const RESOURCE_TYPES: &[ResourceType] = &[
    ResourceType {
        code: "textbook",
        zh: "教材",
        en: "Textbook",
        also: &["教材", "课本"],
        policy: true,
    },
    ResourceType {
        code: "worksheet",
        zh: "工作页",
        en: "Worksheet",
        also: &["工作页", "任务书", "学生手册"],
        policy: true,
    },
    ResourceType {
        code: "teaching_case",
        zh: "教学案例",
        en: "Teaching case",
        also: &["案例"],
        policy: true,
    },
    ResourceType {
        code: "courseware",
        zh: "教学课件",
        en: "Slides",
        also: &["课件", "ppt", "幻灯片"],
        policy: true,
    },
    ResourceType {
        code: "video",
        zh: "教学视频",
        en: "Video",
        also: &["视频", "微课", "录像", "录屏"],
        policy: true,
    },
    ResourceType {
        code: "resource_pack",
        zh: "教学资源包",
        en: "Resource pack",
        also: &["资源包"],
        policy: true,
    },
    ResourceType {
        code: "info_page",
        zh: "信息页",
        en: "Information page",
        also: &["信息页", "速查表"],
        policy: false,
    },
    ResourceType {
        code: "animation",
        zh: "动画",
        en: "Animation",
        also: &["动画"],
        policy: false,
    },
    ResourceType {
        code: "simulation",
        zh: "虚拟仿真",
        en: "Virtual simulation",
        also: &["仿真"],
        policy: false,
    },
    ResourceType {
        code: "item_bank",
        zh: "试题库",
        en: "Item bank",
        also: &["题库", "试题", "试卷", "考试题", "练习题", "理论题"],
        policy: false,
    },
    ResourceType {
        code: "assessment",
        zh: "考核方案",
        en: "Assessment plan",
        also: &["考核方案", "考核评分表", "评分表", "评价表", "评分标准"],
        policy: false,
    },
    ResourceType {
        code: "course_standard",
        zh: "课程标准（校本）",
        en: "Course standard",
        also: &["课程标准", "课标"],
        policy: false,
    },
    ResourceType {
        code: "task_design",
        zh: "学习任务设计/分析表",
        en: "Learning-task design",
        also: &["任务设计", "任务分析表"],
        policy: false,
    },
    ResourceType {
        code: "activity_plan",
        zh: "教学活动策划表",
        en: "Activity plan",
        also: &["活动策划表", "策划表"],
        policy: false,
    },
    ResourceType {
        code: "schedule",
        zh: "教学进度计划表",
        en: "Teaching schedule",
        also: &["进度计划", "进度表", "授课计划"],
        policy: false,
    },
    ResourceType {
        code: "lesson_plan",
        zh: "教案",
        en: "Lesson plan",
        also: &["教案", "教学设计", "说课稿", "说课"],
        policy: false,
    },
    ResourceType {
        code: "image",
        zh: "图片",
        en: "Image",
        also: &["图片", "照片", "挂图"],
        policy: false,
    },
    ResourceType {
        code: "audio",
        zh: "音频",
        en: "Audio",
        also: &["音频", "录音"],
        policy: false,
    },
    ResourceType {
        code: "source_file",
        zh: "源文件（程序/图纸/数据）",
        en: "Source file",
        also: &["源文件", "图纸"],
        policy: false,
    },
];

impl ResourceType {
    /// Whether it is called so in Chinese; full width does not matter.
    pub fn is_named(&self, name: &str) -> bool {
        self.zh.nfkc().eq(name.trim().nfkc())
    }
}

/// The types of the official reference documents of a learning task (体例, 2023-08), in the order of their numbers. The
/// twelve documents are nine types: of three, one is for the course and one for the task.
pub const OFFICIAL_DOCUMENTS: [&str; 9] = [
    "course_standard",
    "task_design",
    "assessment",
    "item_bank",
    "activity_plan",
    "worksheet",
    "info_page",
    "schedule",
    "lesson_plan",
];

/// Finds a type by its code.
pub fn resource_type(code: &str) -> Option<&'static ResourceType> {
    RESOURCE_TYPES.iter().find(|kind| kind.code == code)
}
