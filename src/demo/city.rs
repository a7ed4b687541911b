//! What the city does with its schools in the sample: a call that takes entries, a company at work with a school, visits of
//! experts.

/// A call of the sample, with its jury and its entries.
#[derive(Debug, Clone, Copy)]
pub struct DemoCall {
    /// A stable name within the sample.
    pub key: &'static str,
    /// Its title.
    pub title: &'static str,
    /// The code of what it recognises.
    pub kind: &'static str,
    /// What is asked of an entry.
    pub rules: &'static str,
    /// Its first day, its last one and the jury's last, in days from that of the filling.
    pub days: (i64, i64, i64),
    /// What the jury looks at: its name, its weight, the most points.
    pub criteria: &'static [(&'static str, i32, i32)],
    /// The sign-in names of the jury.
    pub jury: &'static [&'static str],
    /// What schools entered.
    pub entries: &'static [DemoEntry],
}

/// An entry of the sample.
#[derive(Debug, Clone, Copy)]
pub struct DemoEntry {
    /// The sign-in name of who enters it.
    pub entrant: &'static str,
    /// The resource of the sample that shows it; the entry is about its owner and its course.
    pub evidence: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What is put forward and why.
    pub statement: &'static str,
}

/// A visit of the sample.
#[derive(Debug, Clone, Copy)]
pub struct DemoVisit {
    /// A stable name within the sample.
    pub key: &'static str,
    /// The sign-in name of the expert.
    pub expert: &'static str,
    /// The code of the school.
    pub school: &'static str,
    /// The day, in days before that of the filling.
    pub days_ago: i64,
    /// The code of what it was for.
    pub kind: &'static str,
    /// What was asked.
    pub asked: &'static str,
    /// What the expert advised.
    pub advice: &'static str,
    /// What the school did about it, where it said so.
    pub done: Option<&'static str>,
}

/// The company of the sample, and its one case.
#[derive(Debug, Clone, Copy)]
pub struct DemoCompany {
    /// Its name.
    pub name: &'static str,
    /// Its unified social credit code; invented, with the right check character.
    pub credit_code: &'static str,
    /// The code of the school that it works with.
    pub school: &'static str,
    /// The sign-in name of the partner who speaks for it.
    pub partner: &'static str,
    /// The title of the case that it gave.
    pub case: &'static str,
    /// The exact name of the task that the case is for.
    pub task: &'static str,
    /// What the case says.
    pub text: &'static str,
}

const CALL: DemoCall = DemoCall {
    key: "lessons",
    title: "工学一体化优质课堂评选（示例）",
    kind: "lesson",
    rules: "围绕一个参考性学习任务，提交教学设计、工作页和课堂实录中的至少一项。",
    days: (-7, 21, 45),
    criteria: &[
        ("学习任务设计", 40, 100),
        ("学生工作过程", 40, 100),
        ("资源与评价", 20, 100),
    ],
    jury: &["expert", "expert-2"],
    entries: &[
        DemoEntry {
            entrant: "admin-s3",
            evidence: "R0065",
            title: "龙门机械手调试：六步教学的实施环节",
            statement: "学生分组完成接线与调试，教师只在安全检查点介入。",
        },
        DemoEntry {
            entrant: "admin-s2",
            evidence: "R0083",
            title: "电机正反转线路：从图纸到通电",
            statement: "一次完整的工作过程，含自检、互检与通电验收。",
        },
        DemoEntry {
            entrant: "admin-s4",
            evidence: "R0169",
            title: "发动机无法启动：真实故障进课堂",
            statement: "以维修工单为主线，学生填写诊断记录并报价。",
        },
    ],
};

const VISITS: [DemoVisit; 3] = [
    DemoVisit {
        key: "levels",
        expert: "expert",
        school: "S1",
        days_ago: 30,
        kind: "supervision",
        asked: "学习任务按难度分级后，中级工和高级工的工作页差别不明显。",
        advice: "高级工的工作页少给步骤，多给工艺要求，让学生自己写工序卡。",
        done: Some("已改写台阶轴、螺纹轴两份工作页，并在教研活动中试用。"),
    },
    DemoVisit {
        key: "assessment",
        expert: "expert-2",
        school: "S2",
        days_ago: 12,
        kind: "consulting",
        asked: "过程性评价的分数占比多少合适。",
        advice: "先把评价点与工作步骤对应起来，再谈占比；建议过程不低于六成。",
        done: None,
    },
    DemoVisit {
        key: "exchange",
        expert: "expert",
        school: "S4",
        days_ago: 5,
        kind: "exchange",
        asked: "企业案例怎样改成参考性学习任务。",
        advice: "保留工单和验收标准，去掉学校做不到的设备，补上安全要求。",
        done: None,
    },
];

const COMPANY: DemoCompany = DemoCompany {
    name: "示范精密机械有限公司",
    credit_code: "91120000MADEMK0019",
    school: "S1",
    partner: "partner",
    case: "台阶轴批量加工尺寸超差的原因与处理（企业案例）",
    task: "台阶轴数控车加工",
    text: "一批台阶轴共 200 根，从第 83 根起 φ30 外圆陆续超上差 0.01～0.02 mm。\n\
           班组检查后发现刀片后刀面磨损，补偿值没有随之修正。\n\
           处理：每 40 根抽检一次，按实测值修正磨耗；到第 60 根换刀片。\n\
           之后 117 根全部合格。\n",
};

/// The calls of the sample.
pub fn calls() -> &'static [DemoCall] {
    &[CALL]
}

/// The visits of the sample.
pub fn visits() -> &'static [DemoVisit] {
    &VISITS
}

/// The company of the sample.
pub fn company() -> &'static DemoCompany {
    &COMPANY
}
