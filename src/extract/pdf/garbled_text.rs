//! Detects text whose letters mean nothing, such as fonts without a usable encoding.
//!
//! A font may say nothing of its letters, or tell lies: then Chinese pages read as `!"#$%&`, as Western letters with
//! accents, or as Han that nobody uses. Such text is found by nobody and would be found by mistake. What is measured here
//! parts it from what only looks strange: formulas, tables, part numbers, programs.

use std::collections::{HashMap, HashSet};

use encoding_rs::{BIG5, EUC_JP, Encoding, GBK};

use crate::extract::clean_text::is_han;

/// Fewer characters than this prove nothing.
const FEW: u32 = 20;
/// Blocks of 256 characters; a text outside of everyday scripts that uses this many means nothing.
const MANY_SCRIPTS: usize = 8;
/// Signs that words and numbers seldom need. Programs need some of them often, but never most of them.
const SIGNS: &str = "!\"#$%&'*;<=>?@\\^_`|~{}+";
/// Those among them that formulas do not need either.
const RARE_SIGNS: &str = "!\"#$%&';?@\\`~";
/// Three hundred Han that make up half of any Chinese text, counted over textbooks, catalogues and course pages.
const FREQUENT: &str = "的一用是学个在数中不有可和为时以件分工程了对文法要能这方行于理作大性会后到成如上面下与出定发本化实过务术据系技制入果进量多结通表生式内计来使加接统点设地就存常同现年型间度线动合前模代或应机解开等题类新重最指试目并提软自关器字比也人问回高其主所部体建基示值算我小需及种么当将之更子码网经序而选节调息里置都名流国单令变命信相查区组被构者事只全次列路位业写从口原参水例态容取象复户标它配但些项因明长服读引第操该管任具符看特端们源说改研两处物什输向段力执保消属包测究得由语级还总则运效求放备析库层好做日没期显很号完直录素元外先正索三认道优你较传每条持场限布产然公识把意心空别教样队状返控此验电步科请注除页集再";

/// The lines that mean something, where others do not; `None` when all is well.
pub(super) fn meaningful(text: &str) -> Option<String> {
    if is_strange(text) {
        return Some(String::new());
    }
    let has_han = |line: &&str| line.chars().any(is_han);
    let (chinese, other): (Vec<&str>, Vec<&str>) = text.lines().partition(has_han);
    let (chinese, other) = (chinese.join("\n"), other.join("\n"));
    match (is_made_up(&chinese), is_noise(&other, &chinese)) {
        (false, false) => None,
        (true, false) => Some(other),
        (false, true) => Some(chinese),
        (true, true) => Some(String::new()),
    }
}

/// Whether letters as wide as they are high are no Western ones, whatever the font says: among Chinese glyphs under wrong
/// names all signs are about as frequent.
pub(super) fn are_false(wide: &str) -> bool {
    let counts = CharacterCounts::of(wide);
    counts.all >= 12 && counts.each.len() >= 8 && (counts.signs + counts.high) * 100 >= counts.all * 15
}

/// Private characters without any Han, or a mixture of many scripts that nobody writes together. Text in one rare script
/// (Tibetan, Mongolian) is fine.
fn is_strange(text: &str) -> bool {
    let (mut all, mut private, mut rare, mut han) = (0u32, 0u32, 0u32, 0u32);
    let mut scripts = HashSet::new();
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        all += 1;
        han += u32::from(is_han(c));
        private += u32::from(is_private(c));
        if !is_everyday(c) {
            rare += 1;
            scripts.insert(c as u32 >> 8);
        }
    }
    let is_private_code = private * 10 > all * 3 && han * 50 < all;
    is_private_code || (rare * 10 > all * 3 && scripts.len() >= MANY_SCRIPTS)
}

/// Characters without a meaning that everybody knows.
fn is_private(c: char) -> bool {
    let is_private = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}');
    c.is_control() || is_private || c == '\u{fffd}'
}

/// Characters of the scripts and symbols that Chinese textbooks are written in.
fn is_everyday(c: char) -> bool {
    matches!(
        c as u32,
        0x20..=0x17f | 0x2b0..=0x45f | 0x1e00..=0x1fff | 0x2000..=0x2bff | 0x2e80..=0x33ff | 0x4e00..=0x9fff
            | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe4f | 0xff00..=0xffef | 0x1d400..=0x1d7ff | 0x1f000..=0x1faff
            | 0x20000..=0x323af
    )
}

/// Whether Han are put together as by chance: too many that no character set for daily use has, or hardly one of those
/// that every text is full of. A list that shows each character once is a list.
fn is_made_up(text: &str) -> bool {
    let mut counts: HashMap<char, u32> = HashMap::new();
    for c in text.chars().filter(|c| is_han(*c)) {
        *counts.entry(c).or_default() += 1;
    }
    let count = |is_wanted: &dyn Fn(char) -> bool| -> u32 {
        let wanted = counts.iter().filter(|(c, _)| is_wanted(**c));
        wanted.map(|(_, count)| count).sum()
    };
    let all = count(&|_| true);
    let is_unused = all >= FEW && count(&is_in_use) * 5 < all * 3;
    let is_list = counts.len() * 5 > all as usize * 4;
    let is_shuffled = all >= 5 * FEW && !is_list && count(&|c| FREQUENT.contains(c)) * 8 < all;
    is_unused || (is_shuffled && !text.chars().any(is_kana))
}

fn is_kana(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}')
}

/// Whether a character is one of those for daily use, on the mainland, in Taiwan or in Japan.
fn is_in_use(c: char) -> bool {
    let mut letter = [0; 4];
    let letter = c.encode_utf8(&mut letter);
    let is_of = |encoding: &'static Encoding, leads: std::ops::RangeInclusive<u8>, trails: u8| {
        let (bytes, _, is_foreign) = encoding.encode(letter);
        !is_foreign && bytes.len() == 2 && leads.contains(&bytes[0]) && bytes[1] >= trails
    };
    // GB 2312 as a whole; of Big5 and JIS the first level, which has the characters of daily use.
    is_of(GBK, 0xb0..=0xf7, 0xa1) || is_of(BIG5, 0xa4..=0xc6, 0x40) || is_of(EUC_JP, 0xb0..=0xcf, 0xa1)
}

/// Whether Western letters and signs are put together as by chance: signs of all sorts, or letters of all countries, and
/// hardly a word. A few operators between lines of Chinese are what the lines are about.
fn is_noise(text: &str, beside: &str) -> bool {
    let counts = CharacterCounts::of(text);
    let is_aside = !beside.is_empty() && (counts.all < 5 * FEW || text.len() * 2 < beside.len());
    if counts.all < FEW || is_aside || counts.is_specimen() {
        return false;
    }
    let (all, signs, words, digits) = (counts.all, counts.signs, counts.words, counts.digits);
    let kinds = counts.sign_kinds(SIGNS, all.div_ceil(200));
    let is_of_all_sorts = counts.sign_kinds(RARE_SIGNS, all.div_ceil(200)) >= 3;
    let is_of_signs = (signs * 100 >= all * 15 && kinds >= 7 && words * 100 < all * 17)
        || (signs * 4 >= all && kinds >= 5 && words * 12 < all && digits * 10 < all * 3)
        || (signs * 10 >= all && kinds >= 10 && words * 8 < all);
    let is_of_accents = all >= 2 * FEW
        && counts.high * 100 >= all * 8
        && counts.high_signs * 50 >= all
        && counts.high_kinds() >= 8
        && words * 10 < all * 4;
    (is_of_signs && is_of_all_sorts) || is_of_accents
}

/// What a text consists of. White space is not counted, and a sign that is drawn out (`-----`) counts once.
#[derive(Default)]
struct CharacterCounts {
    all: u32,
    /// Signs that are rare in prose.
    signs: u32,
    /// How often each character comes.
    each: HashMap<char, u32>,
    digits: u32,
    /// High letters and signs.
    high: u32,
    /// Those among them that are no letters.
    high_signs: u32,
    /// Letters that stand in what may be words.
    words: u32,
    /// Characters between blanks.
    apart: u32,
}

impl CharacterCounts {
    fn of(text: &str) -> Self {
        let mut counts = Self::default();
        let mut last = None;
        for c in text.chars().filter(|c| !c.is_whitespace()) {
            if last.replace(c) != Some(c) {
                counts.count(c);
            }
        }
        let apart = text.split_whitespace().filter(|piece| piece.chars().count() == 1);
        counts.apart = u32::try_from(apart.count()).unwrap_or(u32::MAX);
        let runs = text.split(|c: char| !c.is_alphabetic() || is_han(c));
        let words = runs.filter(|run| is_wordlike(run));
        counts.words = words.map(|word| u32::try_from(word.chars().count()).unwrap_or(0)).sum();
        counts
    }

    /// How many different high letters and signs there are: those that lead from a title to its page are two.
    fn high_kinds(&self) -> usize {
        self.each.keys().filter(|c| is_high(**c)).count()
    }

    fn count(&mut self, c: char) {
        self.all += 1;
        *self.each.entry(c).or_default() += 1;
        self.digits += u32::from(c.is_ascii_digit());
        if SIGNS.contains(c) {
            self.signs += 1;
        }
        if is_high(c) {
            self.high += 1;
            self.high_signs += u32::from(!c.is_alphabetic());
        }
    }

    /// Whether a font is shown, or a table of characters: each of them apart, and most of them once.
    fn is_specimen(&self) -> bool {
        self.each.len() * 2 > self.all as usize && self.apart * 2 > self.all
    }

    /// How many different of these signs come at least so often.
    fn sign_kinds(&self, signs: &str, often: u32) -> usize {
        let of_signs = self.each.iter().filter(|(c, _)| signs.contains(**c));
        of_signs.filter(|(_, count)| **count >= often).count()
    }
}

/// Letters and signs of the upper half of Latin-1 and of what follows it, without those that units and quotes need.
fn is_high(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{2ff}') && !"°±·×÷µ§®©«»²³".contains(c)
}

/// Whether a run of letters may be a word: three or more, large and small ones in the usual order, not all consonants,
/// and not a piece of the alphabet.
fn is_wordlike(run: &str) -> bool {
    let letters: Vec<char> = run.chars().collect();
    if letters.len() < 3 {
        return false;
    }
    let pairs = || letters.windows(2).map(|pair| (pair[0], pair[1]));
    let humps = pairs().filter(|(a, b)| a.is_lowercase() && b.is_uppercase()).count();
    let shouts = pairs().filter(|(a, b)| a.is_uppercase() && b.is_uppercase()).count();
    let is_one_case = !letters.iter().any(|c| c.is_lowercase()) || (shouts == 0 && humps * 4 <= letters.len());
    let steps = pairs().filter(|(a, b)| *b as u32 == *a as u32 + 1).count();
    let is_alphabet = steps * 2 >= letters.len() - 1;
    is_one_case && !is_alphabet && letters.iter().any(|c| "aeiouyAEIOUY".contains(*c) || !c.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::{are_false, meaningful};

    #[track_caller]
    fn assert_all_is_well(text: &str) {
        assert_eq!(meaningful(text), None, "{text}");
    }

    /// A text as a font without a table spells it: letters are numbered in the order in which they come.
    fn numbered(text: &str, first: u32) -> String {
        let mut known = Vec::new();
        let mut letter = |c: char| {
            let at = known.iter().position(|k| *k == c).unwrap_or_else(|| {
                known.push(c);
                known.len() - 1
            });
            char::from_u32(first + u32::try_from(at).unwrap()).unwrap()
        };
        let spelled = text.chars().map(|c| if c.is_whitespace() { c } else { letter(c) });
        spelled.collect()
    }

    const CHINESE: &str = "一、先断电，再挂牌，用万用表量三相电压，确认无电后方可检修。\n二、主轴不转时先看变频器的故障代码，再查电源和接触器。";
    const ENGLISH: &str = "Turn the power off before you open the cabinet, hang the sign on the switch,\nand measure all three phases with the meter before you touch a wire.";

    #[test]
    fn private_letters_are_garbage_and_formulas_are_not() {
        assert_eq!(meaningful("\u{e001}\u{e002}\u{e003} abc").as_deref(), Some(""));
        assert_all_is_well("机床 \u{e001}\u{e002} 坐标系");
        assert_all_is_well("x = a + b");
        assert!(meaningful("Ṿ䅧גҩ᤻ᦅ䈡ヵǯ䩺⣯ᣳᧅ䇟᥇᤻ᦅॐ္ᄁ៷").is_some());
        assert_all_is_well("བོད་ཡིག་གི་སློབ་དེབ།");
    }

    #[test]
    fn letters_numbered_by_their_font_are_garbage() {
        for (text, first) in [(CHINESE, 0x21), (ENGLISH, 0x21), (CHINESE, 0xa1), (CHINESE, 0x3400)] {
            let spelled = numbered(text, first);
            assert_eq!(meaningful(&spelled).as_deref(), Some(""), "{spelled}");
        }
        // What can be read beside them stays.
        let beside = format!("主轴不转的检修步骤\n{}", numbered(&ENGLISH.repeat(2), 0x21));
        assert_eq!(meaningful(&beside).as_deref(), Some("主轴不转的检修步骤"));
    }

    #[test]
    fn wide_letters_are_han_under_wrong_names() {
        assert!(are_false("ºÐ¼\\ñU£3ì°m/xjÐ#"));
        assert!(!are_false("@W%M@W%M@W%M@W%M—%%"));
        assert!(!are_false("WMW%%%%%%%%@WM—%%%%%"));
        assert!(!are_false("ABC123、CNC系统G71,T0101,M03"));
    }

    #[test]
    fn what_only_looks_strange_is_left_alone() {
        assert_all_is_well(CHINESE);
        assert_all_is_well(ENGLISH);
        assert_all_is_well("安全第一");
        assert_all_is_well(
            "赋值运算符还可以与其他运算符结合，形成变体：\nx += y\nx -= y\nx *= y\nx /= y\nx %= y\nx &= y\nx |= y\nx ^= y\nx >>>= y\nx <<= y\n!x ? \"是\" : '否';\n先进行指定的运算，然后把得到的值返回给左边的变量。",
        );
        assert_all_is_well("%");
        assert_all_is_well("O0001;\nN10 G50 S1500;\nN20 G96 S180 M03;\nN30 T0101;\nN40 G00 X52.0 Z2.0 M08;\n%");
        assert_all_is_well(
            "#include <stdio.h>\nint main(void) {\n  for (int i = 0; i < 10; i++) { a[i] = b[i] * c & 0xff; }\n  printf(\"%d%%\\n\", a[0] ^ ~b[1] | !c); return 0;\n}",
        );
        assert_all_is_well(
            "#!/bin/sh\nfor f in \"$@\"; do echo \"${f%.*}\" | sed 's/[^a-z]*$//' >> \"$HOME/list\" 2>&1 || exit $?; done",
        );
        assert_all_is_well(
            "6ES7214-1AG40-0XB0\n3RT1016-1BB41\nW7805 LM317T\nTIP31C 1N4007\nNE555P CD4017BE\nM8×30-8.8",
        );
        assert_all_is_well("5% 7% 9% 12% 98.5% 0.02% 3% 4% 8% 10% 100% $12.50 $3.99 #1 #2 #3");
        assert_all_is_well("y = f(x) + 2∑a_i·x^2 − 3√(b² − 4ac) ≤ |x_1 − x_2| < 10^{-6}, θ = 30°, ∂u/∂t = k∇²u");
        assert_all_is_well("0x3f,0x06,0x5b,0x4f,0x66,0x6d,0x7d,0x07,0x7f,0x6f,0x77,0x7c,0x39,0x5e,0x79,0x71");
        assert_all_is_well("Où est l’élève « âgé » ? Déjà à l’hôpital, près de l’entrée où brûlent les bougies.");
        assert_all_is_well("shù kòng chē chuáng biān chéng yǔ cāo zuò, wǒ men xiān xué xí ān quán cāo zuò guī chéng");
        assert_all_is_well("Müßiggänger überprüfen größere Drehmomentschlüssel für Außensechskantschrauben");
        assert_all_is_well("姓名用字：李䶮、王𬭎、赵㛃、陈喆、刘昇、𠮷田先生、张堃、吴翀、邓鋆、周頔。");
        assert_all_is_well(
            "机电一班：张伟、王芳、李娜、刘洋、陈静、杨磊、赵敏、黄强、周杰、吴霞、徐亮、孙丽、马超、朱婷、胡军、郭峰、何平、高翔、林涛、罗勇、郑凯、梁宇、谢娟、宋佳、唐鹏、许晴、韩雪、冯涛、邓超、曹颖、彭博、曾黎、肖战、田雨、董洁、潘越、袁泉、蔡明、蒋欣、余男、于和、杜江、叶青、程蝶、魏晨、苏醒、吕布、丁俊、任重、沈腾",
        );
        let leaders = "¡\u{ad} ".repeat(40);
        assert_all_is_well(&format!(
            "目 录\n关于作战的原则 1\n{leaders}\n对国防问题的意见 3\n{leaders}\n"
        ));
        let specimen: String = ('!'..='~').chain('¡'..='ÿ').flat_map(|c| [c, ' ']).collect();
        assert_all_is_well(&format!("FONT: courier\n{specimen}"));
        let digits: Vec<String> = (100..180)
            .map(|n| format!("{n}.5 | {:.3}", f64::from(n) / 7.0))
            .collect();
        assert_all_is_well(&digits.join("\n"));
    }
}
