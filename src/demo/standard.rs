//! The curriculum standard of the sample: a first version that lays down what is taught, and a second that calls a task
//! otherwise and splits another, so that something is to be followed up.

/// A version of a standard of the sample.
#[derive(Debug, Clone, Copy)]
pub struct DemoStandard {
    /// A stable name within the sample.
    pub key: &'static str,
    /// The major's exact name.
    pub major: &'static str,
    /// Its title.
    pub title: &'static str,
    /// The number of the document.
    pub issued_no: &'static str,
    /// What else is to be known.
    pub notes: &'static str,
    /// What it has otherwise than what is taught before it.
    pub changes: &'static [DemoTaskChange],
}

/// What becomes of a learning task.
#[derive(Debug, Clone, Copy)]
pub struct DemoTaskChange {
    /// Its exact name.
    pub task: &'static str,
    /// One name: it is called that from now on. Several: it is split into them.
    pub becomes: &'static [&'static str],
}

const STANDARDS: [DemoStandard; 2] = [
    DemoStandard {
        key: "network-1",
        major: "计算机网络应用",
        title: "计算机网络应用专业课程标准（示范第一版）",
        issued_no: "示范字〔2025〕1号",
        notes: "第一版：按现行课程整理。",
        changes: &[],
    },
    DemoStandard {
        key: "network-2",
        major: "计算机网络应用",
        title: "计算机网络应用专业课程标准（示范第二版）",
        issued_no: "示范字〔2026〕2号",
        notes: "第二版：局域网组建按有线、无线分开教学；交换配置改用园区网的案例。",
        changes: &[
            DemoTaskChange {
                task: "企业网VLAN与生成树配置",
                becomes: &["园区网VLAN与生成树配置"],
            },
            DemoTaskChange {
                task: "小型办公室局域网组建",
                becomes: &["小型办公室有线局域网组建", "小型办公室无线局域网组建"],
            },
        ],
    },
];

/// The versions of the sample, in the order in which they are published.
pub fn standards() -> &'static [DemoStandard] {
    &STANDARDS
}
