//! Reads every word that people read: one word for one thing, Chinese marks in Chinese sentences, buttons that exist.

use std::path::Path;

/// What a thing is called, what it is not called, and the longer words in which the other one may stand.
const ONE_WORD: &[(&str, &[&str], &[&str])] = &[
    ("账号", &["帐号", "帐户", "账户"], &[]),
    ("登录名", &["用户名"], &[]),
    ("登录", &["登陆"], &[]),
    ("搜索", &["检索", "查找"], &[]),
    ("标题", &["题目", "题名"], &[]),
    // The trade's umbrella word and the plan's own; the name of what the plan recognizes.
    ("学校", &["院校"], &["技工院校", "骨干院校"]),
    ("待审核", &["审核中", "在审", "件待审"], &[]),
    ("待审核 2 个", &["} 件", "0 件", "2 件", "这一件", "下一件"], &[]),
    ("操作记录", &["审计日志", "审计记录", "操作日志"], &[]),
    ("制作资源包", &["做成资源包", "做成并发布", "编成一包"], &[]),
    ("无法播放", &["放不了", "放不出", "不能播放"], &[]),
    ("资源", &["资料"], &[]),
    ("简介（资源的）", &["按标题、说明", "标题、说明"], &[]),
    ("课程目录", &["课程体系"], &[]),
    ("学时", &["课时"], &[]),
    ("上级资源库", &["中心库"], &[]),
    ("其他", &["其它"], &[]),
    ("您", &["你"], &[]),
];

/// Files whose texts are not words of ours: what people type for a thing, which has many names, what documents hold, lessons.
const NOT_OURS: &[&str] = &[
    "src/domain/curriculum/column.rs",
    "src/domain/roster.rs",
    "src/domain/spelling.rs",
    "src/domain/suggestion",
    "src/domain/training/list.rs",
    "src/extract/",
    "src/library/import/sheet.rs",
    "src/search/",
];

/// Lines whose form programs rely on, and names that end in a mark.
const RELIED_ON: &[&str] = &["登录 sign in (密码 password: x)", "应以 sqlite: 或 postgres: 开头"];

/// A line of text with the place where it stands.
struct Line {
    place: String,
    text: String,
}

#[test]
fn one_thing_has_one_word() {
    let lines = all_lines();

    let wrong: Vec<String> = lines.iter().filter_map(other_word).collect();

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn chinese_sentences_have_chinese_marks() {
    let lines = all_lines();

    let wrong = lines.iter().filter_map(|line| {
        let mark = half_width_mark(&line.text)?;
        Some(format!("{}: `{mark}` in {}", line.place, line.text))
    });
    let wrong: Vec<String> = wrong.collect();

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An act that stood in the log in another language, or as its code, told a school's administrator nothing.
#[test]
fn every_act_that_is_recorded_has_its_chinese_name() {
    let say = gongxue::words::pages::PageWords(gongxue::words::Lang::Zh);
    for action in gongxue::domain::audit::AuditAction::ALL {
        let told = say.act(action.code());
        assert!(
            told.chars().all(|c| is_han(c) || "（）".contains(c)),
            "{action:?}: {told}"
        );
    }
}

/// A form that nobody put into Chinese would stand in a Chinese sentence as it is.
#[test]
fn every_form_that_a_field_must_have_is_said_in_chinese() {
    use gongxue::domain::fault::FaultKind;
    let mut seen = 0;
    for (path, text) in files("src", &["rs"]) {
        let forms = ["expected: \"", "expected = \""].map(|begin| text.split(begin).skip(1));
        let forms = forms.into_iter().flatten().filter_map(|rest| rest.split('"').next());
        // Media types and examples of code are the same in every language.
        for form in forms.filter(|form| !form.contains(['/', '{', '\\']) && form.len() < 60) {
            let said = FaultKind::Malformed {
                expected: form.to_owned().leak(),
            }
            .say(gongxue::words::Lang::Zh);
            let form_said = said.trim_start_matches("格式应为：");
            assert!(form_said.chars().any(is_han), "{path}: `{form}` has no Chinese: {said}");
            seen += 1;
        }
    }
    assert!(seen > 15, "only {seen} forms were found: this test has gone blind");
}

#[test]
fn whoever_is_told_to_press_a_button_finds_it() {
    let pages = pages();
    let is_there = |name: &str| {
        let method = words_of_pages().into_iter().find(|(_, zh)| zh == name);
        method.is_some_and(|(method, _)| pages.contains(&format!(".{method}()"))) || STEPS_AND_SCOPES.contains(&name)
    };
    let told = all_lines().into_iter().filter(|line| {
        line.place.starts_with("docs/guide.md")
            || line.place.starts_with("src/words")
            || line.place.starts_with("README")
    });

    let mut seen = 0;
    let mut wrong = Vec::new();
    for line in told {
        for name in buttons_told(&line.text) {
            seen += 1;
            if !is_there(name) {
                wrong.push(format!("{}: nothing is called “{name}”", line.place));
            }
        }
    }

    assert!(seen > 20, "only {seen} buttons were found: this test has gone blind");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn this_test_sees_what_it_looks_for() {
    for wrong in [
        "请稍后再试,谢谢",
        "共(3)个",
        "格式应为: {}",
        "请检查. ",
        "“甲”,乙",
        "`x`,以免",
        "真的吗?",
        "第 {n} 行:空",
    ] {
        assert!(half_width_mark(wrong).is_some(), "{wrong}");
    }
    for right in [
        "旧的 .xls 文件",
        "如 02:10，例如 https://a.b/c?d=e",
        "用 `a, b` 表示",
        "版本 2.1 已发布。",
        "{a} · {b}",
        "1. 断电",
    ] {
        assert_eq!(half_width_mark(right), None, "{right}");
    }
    let line = |text: &str| Line {
        place: "here".to_owned(),
        text: text.to_owned(),
    };
    assert!(other_word(&line("开通帐号")).is_some());
    assert!(other_word(&line("{n} 件")).is_some());
    assert!(other_word(&line("技工院校")).is_none());
    let source = "/// “帐号”\nlet a = \"甲\\\"乙\"; // \"丙\"\nlet b = '\"'; let c = r#\"丁\"#;\n#[cfg(test)]\nmod tests { \"戊\" }";
    let found: Vec<String> = literals(source).into_iter().map(|(_, text)| text).collect();
    assert_eq!(found, ["甲\"乙", "丁"]);
}

/// Buttons whose words are chosen by what they do.
const STEPS_AND_SCOPES: &[&str] = &["提交审核", "下架", "全市", "公开", "管理 · Administration"];

fn other_word(line: &Line) -> Option<String> {
    if NOT_OURS.iter().any(|path| line.place.starts_with(path)) {
        return None;
    }
    ONE_WORD.iter().find_map(|(right, wrong, within)| {
        let text = within
            .iter()
            .fold(line.text.clone(), |text, word| text.replace(word, ""));
        let found = wrong.iter().find(|wrong| text.contains(**wrong))?;
        Some(format!(
            "{}: “{found}” is called “{right}” in {}",
            line.place, line.text
        ))
    })
}

/// The first half-width mark that stands beside Chinese, but for code, addresses and endings of names.
fn half_width_mark(text: &str) -> Option<char> {
    let text = without_code(text);
    if !is_chinese_sentence(&text) || RELIED_ON.contains(&text.trim()) {
        return None;
    }
    let chars: Vec<char> = text.chars().collect();
    let beside = |at: usize, step: isize| {
        let near = at.checked_add_signed(step).and_then(|at| chars.get(at))?;
        let far = at.checked_add_signed(2 * step).and_then(|at| chars.get(at));
        Some(if *near == ' ' { *far? } else { *near })
    };
    (0..chars.len()).find_map(|at| {
        let is_chinese = |c: Option<char>| c.is_some_and(is_chinese);
        let (before, after) = (beside(at, -1), beside(at, 1));
        let is_wrong = match chars[at] {
            ',' | ';' | ':' | '?' | '!' | '(' | ')' => is_chinese(before) || is_chinese(after),
            // `.xls` after a word is an ending.
            '.' => {
                let ends = !chars.get(at + 1).is_some_and(char::is_ascii_alphanumeric);
                let stands_apart = at > 0 && chars[at - 1] == ' ';
                ends && !stands_apart && (is_chinese(before) || is_chinese(after))
            }
            _ => false,
        };
        is_wrong.then_some(chars[at])
    })
}

/// The text with an `x` for each piece of code, each placeholder and each address; a number that counts lines is left out.
fn without_code(text: &str) -> String {
    let text = text.trim_start_matches(['#', '/', ' ']);
    let counted = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let text = counted
        .strip_prefix(". ")
        .filter(|_| counted.len() < text.len())
        .unwrap_or(text);
    let mut left = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = match c {
            '`' => rest[1..].find('`').map(|end| end + 2),
            '{' => rest.find('}').map(|end| end + 1),
            ']' if rest.starts_with("](") => rest.find(')').map(|end| end + 1),
            _ if rest.starts_with("http://") || rest.starts_with("https://") => {
                let end = rest.find(|c: char| c.is_whitespace() || "，。；、）”".contains(c));
                Some(end.unwrap_or(rest.len()))
            }
            _ => None,
        };
        left.push(if skipped.is_some() { 'x' } else { c });
        rest = &rest[skipped.unwrap_or(c.len_utf8())..];
    }
    left
}

/// Whether a line is not an English sentence that names something Chinese.
fn is_chinese_sentence(text: &str) -> bool {
    let (han, latin) = (
        text.chars().filter(|c| is_han(*c)),
        text.chars().filter(char::is_ascii_alphabetic),
    );
    let (han, latin) = (han.count(), latin.count());
    han > 0 && han * 3 >= latin
}

fn is_han(c: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&c)
}

fn is_chinese(c: char) -> bool {
    is_han(c) || ('\u{3001}'..='\u{303f}').contains(&c) || ('\u{ff01}'..='\u{ff5e}').contains(&c) || c == '”'
}

/// Every “name” that one is told to press, tick, choose or open.
fn buttons_told(text: &str) -> impl Iterator<Item = &str> {
    const ACTS: [&str; 9] = ["点", "再点", "勾选", "勾了", "选", "旁边有", "在", "改为", "”、"];
    text.match_indices('“').filter_map(|(at, quote)| {
        let before = &text[..at];
        let name = text[at + quote.len()..].split('”').next()?;
        let is_told = ACTS.iter().any(|act| before.ends_with(act)) && !name.contains('{');
        is_told.then_some(name)
    })
}

/// Each plain word of the pages by its method: `("search", "搜索")`.
fn words_of_pages() -> Vec<(String, String)> {
    let mut words = Vec::new();
    for (_, text) in files("src/words", &["rs"]) {
        for line in text.lines() {
            let Some((method, rest)) = line.trim().split_once(": \"") else {
                continue;
            };
            if let Some((zh, _)) = rest.split_once('"') {
                words.push((method.to_owned(), zh.to_owned()));
            }
        }
    }
    words
}

/// All templates and all that fills them.
fn pages() -> String {
    let files = files("src/http/web", &["html", "rs"]);
    files.into_iter().map(|(_, text)| text).collect()
}

/// Every line that holds Chinese: of the program's texts, its pages, their scripts, the settings and the guides.
fn all_lines() -> Vec<Line> {
    let mut lines = Vec::new();
    let mut keep = |path: &str, at: usize, text: &str| {
        for text in text.lines().filter(|text| text.chars().any(is_han)) {
            lines.push(Line {
                place: format!("{path}:{at}"),
                text: text.trim().to_owned(),
            });
        }
    };
    for (path, text) in files("src", &["rs"]) {
        let is_test = path.contains("/tests/") || path.ends_with("/tests.rs") || path.contains("web/sample");
        for (at, text) in if is_test { Vec::new() } else { literals(&text) } {
            keep(&path, at, &text);
        }
    }
    let whole = [
        ("src/http/web/templates", "html"),
        ("web/src", "js"),
        ("config", "toml"),
    ];
    let whole = whole.into_iter().flat_map(|(folder, ending)| files(folder, &[ending]));
    for (path, text) in whole.chain(["docs/guide.md", "README.md"].map(read)) {
        for (at, line) in text.lines().enumerate() {
            keep(&path, at + 1, line);
        }
    }
    assert!(
        lines.len() > 1_500,
        "only {} lines were found: this test has gone blind",
        lines.len()
    );
    lines
}

fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = walkdir::WalkDir::new(root.join(folder)).sort_by_file_name().into_iter();
    let paths = found.map(|entry| entry.unwrap().into_path()).filter(|path| {
        let ending = path.extension().and_then(|ending| ending.to_str());
        ending.is_some_and(|ending| endings.contains(&ending))
    });
    paths
        .map(|path| read(path.strip_prefix(root).unwrap().to_str().unwrap()))
        .collect()
}

fn read(path: &str) -> (String, String) {
    let whole = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    (path.to_owned(), std::fs::read_to_string(whole).unwrap())
}

/// The string literals of a source file outside its tests, each with its line.
fn literals(source: &str) -> Vec<(usize, String)> {
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut found = Vec::new();
    let (mut rest, mut at) = (source, 1);
    while let Some(c) = rest.chars().next() {
        let taken = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some((text, taken)) = raw(rest) {
            found.push((at, text));
            taken
        } else if c == '"' {
            let (text, taken) = quoted(rest);
            found.push((at, text));
            taken
        } else if c == '\'' {
            character(rest)
        } else {
            c.len_utf8()
        };
        at += rest[..taken].matches('\n').count();
        rest = &rest[taken..];
    }
    found
}

/// A raw literal at the beginning of the text, and how many bytes it takes.
fn raw(text: &str) -> Option<(String, usize)> {
    let hashes = text.strip_prefix('r')?.chars().take_while(|c| *c == '#').count();
    let inside = text[1 + hashes..].strip_prefix('"')?;
    let end = inside.find(&format!("\"{}", "#".repeat(hashes)))?;
    Some((inside[..end].to_owned(), 1 + hashes + 1 + end + 1 + hashes))
}

/// The literal at the beginning of the text, and how many bytes it takes.
fn quoted(text: &str) -> (String, usize) {
    let mut inside = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (inside, at + 1),
            '\\' => match chars.next() {
                // A line that goes on: what indents it is not part of it.
                Some((_, '\n')) => while chars.next_if(|(_, c)| c.is_whitespace()).is_some() {},
                Some((_, 'n')) => inside.push('\n'),
                Some((_, c)) => inside.push(c),
                None => break,
            },
            c => inside.push(c),
        }
    }
    (inside, text.len())
}

/// How many bytes a character literal takes, or the quote of a lifetime.
fn character(text: &str) -> usize {
    let inside = &text[1..];
    let len = match inside.strip_prefix('\\') {
        Some(escaped) => escaped[1..].find('\'').map(|end| 1 + 1 + 1 + end + 1),
        None => inside
            .chars()
            .next()
            .map(|c| 1 + c.len_utf8())
            .filter(|end| text[*end..].starts_with('\''))
            .map(|end| end + 1),
    };
    len.unwrap_or(1)
}
