//! Resources: their types, their states, and the moves between states.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

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
pub enum Move {
    /// The author asks for review.
    Submit,
    /// A reviewer accepts it; it is published.
    Approve,
    /// A reviewer sends it back.
    Return,
    /// A reviewer publishes it without a submission.
    Publish,
    /// It is taken down.
    Withdraw,
}

impl Status {
    /// The status after a move; `None` when the move does not lead on from here.
    ///
    /// A move that is already done leads to itself, so that a repeated request does no harm.
    pub fn after(self, step: Move) -> Option<Self> {
        use Status::{Draft, Published, Returned, Submitted, Withdrawn};
        match (step, self) {
            (Move::Submit, Draft | Returned | Withdrawn | Submitted) => Some(Submitted),
            (Move::Approve, Submitted | Published) | (Move::Publish, _) => Some(Published),
            (Move::Return, Submitted | Returned) => Some(Returned),
            (Move::Withdraw, Published | Submitted | Withdrawn) => Some(Withdrawn),
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
    /// Named in the Tianjin plan, task 三(二).
    pub policy: bool,
}

/// Every type, the plan's own first.
pub const RESOURCE_TYPES: &[ResourceType] = &[
    ResourceType {
        code: "textbook",
        zh: "教材",
        en: "Textbook",
        policy: true,
    },
    ResourceType {
        code: "worksheet",
        zh: "工作页",
        en: "Worksheet",
        policy: true,
    },
    ResourceType {
        code: "teaching_case",
        zh: "教学案例",
        en: "Teaching case",
        policy: true,
    },
    ResourceType {
        code: "courseware",
        zh: "教学课件",
        en: "Slides",
        policy: true,
    },
    ResourceType {
        code: "video",
        zh: "教学视频",
        en: "Video",
        policy: true,
    },
    ResourceType {
        code: "resource_pack",
        zh: "教学资源包",
        en: "Resource pack",
        policy: true,
    },
    ResourceType {
        code: "info_page",
        zh: "信息页",
        en: "Information page",
        policy: false,
    },
    ResourceType {
        code: "animation",
        zh: "动画",
        en: "Animation",
        policy: false,
    },
    ResourceType {
        code: "simulation",
        zh: "虚拟仿真",
        en: "Virtual simulation",
        policy: false,
    },
    ResourceType {
        code: "item_bank",
        zh: "试题库",
        en: "Item bank",
        policy: false,
    },
    ResourceType {
        code: "assessment",
        zh: "考核方案",
        en: "Assessment plan",
        policy: false,
    },
    ResourceType {
        code: "course_standard",
        zh: "课程标准(校本)",
        en: "Course standard",
        policy: false,
    },
    ResourceType {
        code: "task_design",
        zh: "学习任务设计/分析表",
        en: "Learning-task design",
        policy: false,
    },
    ResourceType {
        code: "activity_plan",
        zh: "教学活动策划表",
        en: "Activity plan",
        policy: false,
    },
    ResourceType {
        code: "schedule",
        zh: "教学进度计划表",
        en: "Teaching schedule",
        policy: false,
    },
    ResourceType {
        code: "lesson_plan",
        zh: "教案",
        en: "Lesson plan",
        policy: false,
    },
    ResourceType {
        code: "image",
        zh: "图片",
        en: "Image",
        policy: false,
    },
    ResourceType {
        code: "audio",
        zh: "音频",
        en: "Audio",
        policy: false,
    },
    ResourceType {
        code: "source_file",
        zh: "源文件(程序/图纸/数据)",
        en: "Source file",
        policy: false,
    },
];

/// Finds a type by its code.
pub fn resource_type(code: &str) -> Option<&'static ResourceType> {
    RESOURCE_TYPES.iter().find(|kind| kind.code == code)
}
