//! Look-alikes: signs that are drawn alike. A machine sees no difference and may name either; what stands around them tells.

use super::letters::SeenLetter;

/// Letters with which words of a machine tool's program begin; of others, chemistry knows oxides.
const CODES: &str = "GMTFXYZ";

/// Names each letter as it is meant where only one meaning makes sense.
pub(super) fn name_as_meant(letters: &mut [SeenLetter]) {
    for letter in letters.iter_mut() {
        if let Some(latin) = single(letter).and_then(latin) {
            rename(letter, latin);
        }
    }
    for at in 0..letters.len() {
        let (before, after) = (at.checked_sub(1).map(|at| &letters[at]), letters.get(at + 1));
        let begins = before
            .and_then(single)
            .is_none_or(|c| !c.is_ascii_alphanumeric() && c != ')');
        let is_axis = single(&letters[at]) == Some('×') && begins && after.and_then(single).is_some_and(is_number);
        if is_axis {
            rename(&mut letters[at], 'X');
        }
    }
    let is_of_word = |letter: &SeenLetter| single(letter).is_some_and(|c| c.is_ascii_alphanumeric() || c == '.');
    for word in letters.chunk_by_mut(|one, next| is_of_word(one) && is_of_word(next)) {
        if is_code(word) {
            let ohs = word.iter_mut().filter(|letter| letter.text == "O");
            ohs.for_each(|letter| rename(letter, '0'));
        }
    }
}

fn single(letter: &SeenLetter) -> Option<char> {
    letter.text.chars().next()
}

fn rename(letter: &mut SeenLetter, meant: char) {
    letter.text = meant.to_string();
}

fn is_number(c: char) -> bool {
    c.is_ascii_digit() || c == '.'
}

/// `GO1` and `FO.15` are G01 and F0.15; `GOOD` and `CO2` are what they are.
fn is_code(word: &[SeenLetter]) -> bool {
    let Some((first, rest)) = word.split_first() else {
        return false;
    };
    let is_number = rest
        .iter()
        .all(|letter| letter.text == "O" || single(letter).is_some_and(is_number));
    let has_digit = rest.iter().filter_map(single).any(|c| c.is_ascii_digit());
    let is_rapid = rest.len() == 2 && rest.iter().all(|letter| letter.text == "O");
    CODES.contains(&first.text) && is_number && (has_digit || is_rapid)
}

/// Latin letter of the same form as a capital of another alphabet: in our schools' texts it is Latin that is meant.
fn latin(c: char) -> Option<char> {
    let latin = match c {
        'Α' | 'А' => 'A',
        'Β' | 'В' => 'B',
        'С' => 'C',
        'Ε' | 'Е' => 'E',
        'Η' | 'Н' => 'H',
        'Ι' => 'I',
        'Κ' | 'К' => 'K',
        'Μ' | 'М' => 'M',
        'Ν' => 'N',
        'Ο' | 'О' => 'O',
        'Ρ' | 'Р' => 'P',
        'Τ' | 'Т' => 'T',
        'Χ' | 'Х' | 'Ⅹ' => 'X',
        'Υ' => 'Y',
        'Ζ' => 'Z',
        _ => return None,
    };
    Some(latin)
}

#[cfg(test)]
mod tests {
    use super::{SeenLetter, name_as_meant};

    fn meant(text: &str) -> String {
        let seen = |c: char| SeenLetter {
            text: c.to_string(),
            middle: 0.5,
            confidence: 1.0,
        };
        let mut letters: Vec<SeenLetter> = text.chars().map(seen).collect();
        name_as_meant(&mut letters);
        letters.iter().map(|letter| letter.text.as_str()).collect()
    }

    #[test]
    fn programs_of_machine_tools_hold_noughts() {
        assert_eq!(
            meant("GOO为快速定位，GO1 X38.0 FO.15"),
            "G00为快速定位，G01 X38.0 F0.15"
        );
        assert_eq!(meant("CO2焊 GOOD GO MOS管 WO3 NO1"), "CO2焊 GOOD GO MOS管 WO3 NO1");
    }

    #[test]
    fn axes_are_latin_whatever_they_look_like() {
        assert_eq!(meant("Ζ轴与Х轴，如×40.0表示"), "Z轴与X轴，如X40.0表示");
        assert_eq!(meant("Φ45×100，(a+b)×2，Y-Δ"), "Φ45×100，(a+b)×2，Y-Δ");
    }
}
