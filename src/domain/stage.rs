//! Stages 学习环节 of a learning task: what its lessons go through one after the other.
//!
//! No national standard fixes their names. The six that most schools use have a code each; a school that calls them
//! something else writes its own name, which stands as it is.

/// The longest name of a stage, in characters.
pub const MAX_STAGE_CHARS: usize = 40;

/// A stage that most schools know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// The stable name: `inform`.
    pub code: &'static str,
    /// 获取信息.
    pub zh: &'static str,
    /// Inform.
    pub en: &'static str,
}

/// The six, in the order in which a task goes through them.
pub const STAGES: [Stage; 6] = [
    stage("inform", "获取信息", "Inform"),
    stage("plan", "制定计划", "Plan"),
    stage("decide", "做出决策", "Decide"),
    stage("execute", "实施计划", "Carry out"),
    stage("check", "检查控制", "Check"),
    stage("evaluate", "评价反馈", "Evaluate"),
];

const fn stage(code: &'static str, zh: &'static str, en: &'static str) -> Stage {
    Stage { code, zh, en }
}

/// A stage as it is kept: the code of one of the six, by whichever name it was given, or a school's own name.
pub fn stage_key(given: &str) -> String {
    let given = given.split_whitespace().collect::<Vec<_>>().join(" ");
    // Nobody means another stage by a blank.
    let close = given.replace(' ', "");
    let is = |stage: &&Stage| {
        let names = [stage.code, stage.zh, stage.en];
        names
            .iter()
            .any(|name| close.eq_ignore_ascii_case(&name.replace(' ', "")))
    };
    let known = STAGES.iter().find(is);
    // A plain comma parts the values of a question.
    known.map_or_else(|| given.replace(',', "，"), |stage| stage.code.to_owned())
}

/// The stage with this code; none for a school's own name.
pub fn known_stage(key: &str) -> Option<&'static Stage> {
    STAGES.iter().find(|stage| stage.code == key)
}

/// Where a stage stands among others: the six in their order, a school's own behind them.
pub fn stage_rank(key: &str) -> usize {
    STAGES
        .iter()
        .position(|stage| stage.code == key)
        .unwrap_or(STAGES.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_known_by_each_of_its_names_and_a_schools_own_stays() {
        for given in ["inform", "获取信息", " Inform ", "获取 信息"] {
            assert_eq!(stage_key(given), "inform");
        }
        assert_eq!(stage_key("小组展示"), "小组展示");
        assert_eq!(stage_key("检查,评价"), "检查，评价", "nobody could ask for it");
        assert_eq!(known_stage("check").map(|stage| stage.zh), Some("检查控制"));
        assert_eq!(known_stage("小组展示"), None);
        assert!(stage_rank("evaluate") < stage_rank("小组展示"));
    }
}
