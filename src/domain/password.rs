//! What a password must be (NIST SP 800-63B-4 §3.1.1.2): long, and none of those that are tried first. No mixture of signs
//! is asked for.

use super::fault::FaultKind;

/// Longer passwords are refused, so that nobody can make the server hash megabytes.
pub const MAX_PASSWORD_BYTES: usize = 1024;
/// Guesses after which a password may fall, as a power of ten. At a hundred guesses a day for each place they come from it
/// is only reached by somebody who stole the hashes, and then argon2 makes it a month's work of one core.
const FEWEST_GUESSES_LOG10: f64 = 8.0;
/// What people take from the page in front of them, and numbers that read aloud mean something in Chinese: lists of stolen
/// passwords come from English sites for the greater part.
const NEAR_AT_HAND: [&str; 24] = [
    "gongxue",
    "gongxueyiti",
    "jigong",
    "jixiao",
    "jiaoshi",
    "laoshi",
    "xuexiao",
    "tianjin",
    "5201314",
    "woaini",
    "mima",
    "yonghu",
    "jishi",
    "jishixueyuan",
    "xueyuan",
    "zhongguo",
    "woai",
    "shiyan",
    "diyi",
    "spring",
    "summer",
    "autumn",
    "winter",
    "wangwei",
];

/// What is wrong with a password that somebody with this sign-in name chose, if anything is.
pub fn password_fault(password: &str, name: &str, min_chars: usize) -> Option<FaultKind> {
    if password.chars().count() < min_chars {
        return Some(FaultKind::TooShort { min: min_chars });
    }
    if password.len() > MAX_PASSWORD_BYTES {
        return Some(FaultKind::TooLong {
            max: MAX_PASSWORD_BYTES,
        });
    }
    is_guessable(password, name).then_some(FaultKind::Guessable)
}

/// Whether it falls to the lists and habits that guessers begin with: the commonest passwords and words with their usual
/// changes, rows of the keyboard, dates, repetitions, the sign-in name.
fn is_guessable(password: &str, name: &str) -> bool {
    let known: Vec<&str> = NEAR_AT_HAND.into_iter().chain([name]).collect();
    zxcvbn::zxcvbn(password, &known).guesses_log10() < FEWEST_GUESSES_LOG10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_are_tried_first_are_refused() {
        let fault = |password: &str| password_fault(password, "teacher-s1", 10).map(|fault| fault.code());

        assert_eq!(fault("短"), Some("too-short"));
        assert_eq!(fault(&"长".repeat(400)), Some("too-long"));
        // Those that the service took when somebody tried, among others.
        for common in [
            "password123",
            "Password1234!",
            "iloveyou1234",
            "5201314520",
            "woaini1314520",
            "qwerty123456",
            "1q2w3e4r5t",
            "admin123456",
            "a123456789",
            "123456789a",
            "gongxue12345",
            "1qaz2wsx3edc",
            "teacher-s1abc1",
            "aaaaaaaaaaaa",
            "ababababab",
            "QWERTYUIOP",
            "Teacher-s1!",
            "1234567890",
            "0987654321",
            "passwordpassword",
            "19491001abc",
            "zxcvbnm123",
        ] {
            assert_eq!(fault(common), Some("guessable"), "{common}");
        }
        for good in [
            "correct horse battery",
            "correct horse 电工",
            "一个很长的口令 2026",
            "车工实训台阶轴八毫米",
            "k7mp-3xwd-q9ra-hu6t",
            "other words entirely",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
    }
}
