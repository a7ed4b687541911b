//! The training of the sample: a session of the city that is being held, one online, one of a school to come.

/// A training session of the sample.
#[derive(Debug, Clone, Copy)]
pub struct DemoSession {
    /// A stable name within the sample.
    pub key: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it is about.
    pub topic: &'static str,
    /// The code of how it is held.
    pub mode: &'static str,
    /// Its first and its last day, in days from that of the filling.
    pub days: (i64, i64),
    /// Class hours.
    pub hours: i32,
    /// Whether it is counted for the city's plan.
    pub counts: bool,
    /// The sign-in name of who holds it.
    pub holder: &'static str,
    /// The sign-in names of those who are enrolled.
    pub people: &'static [&'static str],
    /// How many of them, from the first on, took part.
    pub attended: usize,
}

/// The base that holds the first of them.
pub const BASE: &str = "示范技师学院 师资研修基地";

const SESSIONS: [DemoSession; 3] = [
    DemoSession {
        key: "course-development",
        title: "工学一体化课程开发研修班",
        topic: "从典型工作任务到学习任务",
        mode: "on-site",
        days: (-1, 1),
        hours: 24,
        counts: true,
        holder: "bureau",
        people: &[
            "teacher-s1",
            "teacher-s2",
            "teacher-s3",
            "teacher-s4",
            "teacher-s5",
            "teacher-s6",
        ],
        attended: 4,
    },
    DemoSession {
        key: "digital-resources",
        title: "数字化教学资源制作（线上）",
        topic: "微课与课件",
        mode: "online",
        days: (-10, 50),
        hours: 8,
        counts: true,
        holder: "bureau",
        people: &["teacher-s1", "teacher-s7"],
        attended: 0,
    },
    DemoSession {
        key: "worksheets",
        title: "工作页编写校本研修",
        topic: "引导问题怎么写",
        mode: "on-site",
        days: (7, 7),
        hours: 4,
        counts: false,
        holder: "admin-s1",
        people: &["teacher-s1"],
        attended: 0,
    },
];

/// The sessions of the sample.
pub fn sessions() -> &'static [DemoSession] {
    &SESSIONS
}
