//! Passwords that guessing programs try early: repetitions, runs of neighbouring keys, padded words.

use zeroize::Zeroizing;

use super::PasswordRejection;
use crate::password::common;
use crate::text::is_invisible;

/// A password of fewer different visible characters is a repetition.
const MIN_DIFFERENT: usize = 5;
/// A run counts as one character from this length on. Shorter ones occur in ordinary words.
const MIN_RUN: usize = 3;
/// A password that is made of runs must have this many of them.
const MIN_RUNS: usize = 6;

/// Returns the rule that this password breaks, if any. It is folded; `min` is the minimum length in code
/// points.
pub(super) fn judge(folded: &str, min: usize) -> Option<PasswordRejection> {
    let characters = characters(folded);
    if common::is_common(folded) || is_padded_word(folded) {
        return Some(PasswordRejection::Common);
    }
    let unit = unit(&characters);
    if unit < characters.len() && unit < min
        || has_few_different(&characters)
        || is_of_runs(&characters)
    {
        return Some(PasswordRejection::Repetitive);
    }
    if unit < characters.len() {
        // A long unit is judged like a password of its own.
        let unit = text(characters.iter().take(unit).copied(), folded.len());
        return judge(&unit, min);
    }
    None
}

// Both reserve at once, so that no partial copy of a password is left behind.

fn characters(text: &str) -> Zeroizing<Vec<char>> {
    let mut characters = Zeroizing::new(Vec::with_capacity(text.len()));
    characters.extend(text.chars());
    characters
}

fn text(characters: impl Iterator<Item = char>, max_bytes: usize) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(max_bytes));
    text.extend(characters);
    text
}

/// Returns whether all letters belong to one common word, which may be written several times, also with
/// signs for letters: `2024-Summer!!`, `P@ssw0rd12345`.
fn is_padded_word(folded: &str) -> bool {
    if is_one_word(folded) {
        return true;
    }
    let inner = folded.trim_matches(|c: char| !c.is_alphabetic());
    // A sign at the end may be a letter or padding: `pa$$w0rd1`, `passw0rd!`.
    [('1', 'i'), ('1', 'l')].iter().any(|&(one, letter)| {
        let letters = inner.chars().map(|c| match c {
            c if c == one => letter,
            '0' => 'o',
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            '!' => 'i',
            c => c,
        });
        is_one_word(&text(letters, inner.len()))
    })
}

fn is_one_word(text: &str) -> bool {
    let mut parts = text
        .split(|c: char| !c.is_alphabetic())
        .filter(|part| !part.is_empty());
    let Some(first) = parts.next() else {
        return false;
    };
    parts.all(|part| part == first) && is_common_word(first)
}

/// Returns whether this is a common word, once or several times.
fn is_common_word(letters: &str) -> bool {
    let characters = characters(letters);
    let unit = unit(&characters);
    // A cut last copy ("passwordpass") is padding, too.
    let unit = text(characters.iter().take(unit).copied(), letters.len());
    common::is_word(&unit) || common::is_word(letters)
}

/// Returns the length of the shortest unit that the text repeats, the last time perhaps cut short; the
/// whole length if there is none.
fn unit(characters: &[char]) -> usize {
    let is_unit = |unit: &usize| {
        let later = characters.iter().skip(*unit);
        std::iter::zip(characters, later).all(|(one, other)| one == other)
    };
    (1..=characters.len() / 2)
        .find(is_unit)
        .unwrap_or(characters.len())
}

fn has_few_different(characters: &[char]) -> bool {
    let mut different: Zeroizing<Vec<char>> = Zeroizing::new(Vec::with_capacity(MIN_DIFFERENT));
    for &c in characters {
        if c.is_whitespace() || is_invisible(c) || different.contains(&c) {
            continue;
        }
        different.push(c);
        if different.len() == MIN_DIFFERENT {
            return false;
        }
    }
    true
}

/// Returns whether the password is made of a few runs, each of following characters or of neighbouring
/// keys. The single characters between runs count as runs.
fn is_of_runs(characters: &[char]) -> bool {
    let mut runs = 0_usize;
    let mut length = 0_usize;
    let mut kind = Step::EITHER;
    let mut last = None;
    for &c in characters {
        let step = last
            .map_or(Step::EITHER, |last| Step::between(last, c))
            .and(kind);
        if step == Step::NEITHER {
            runs = runs.saturating_add(cost(length));
            (length, kind) = (1, Step::EITHER);
        } else {
            (length, kind) = (length.saturating_add(1), step);
        }
        last = Some(c);
    }
    runs.saturating_add(cost(length)) < MIN_RUNS
}

fn cost(run: usize) -> usize {
    if run < MIN_RUN { run } else { 1 }
}

/// How one character follows another.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Step {
    /// Equal, or next to each other in the order of code points.
    follows: bool,
    /// On neighbouring keys.
    is_near: bool,
}

impl Step {
    const EITHER: Self = Self {
        follows: true,
        is_near: true,
    };
    const NEITHER: Self = Self {
        follows: false,
        is_near: false,
    };

    fn between(one: char, other: char) -> Self {
        let follows = u32::from(one).abs_diff(u32::from(other)) <= 1;
        let is_near = key(one)
            .zip(key(other))
            .is_some_and(|((x, y), (other_x, other_y))| {
                x.abs_diff(other_x) <= 4 && y.abs_diff(other_y) <= 1
            });
        Self { follows, is_near }
    }

    fn and(self, other: Self) -> Self {
        Self {
            follows: self.follows && other.follows,
            is_near: self.is_near && other.is_near,
        }
    }
}

/// Returns the place of a key on a US keyboard: the column in quarters of a key, and the row.
fn key(c: char) -> Option<(usize, usize)> {
    const ROWS: [(&str, usize); 4] = [
        ("1234567890-=", 0),
        ("qwertyuiop[]", 2),
        ("asdfghjkl;'", 3),
        ("zxcvbnm,./", 5),
    ];
    ROWS.iter().enumerate().find_map(|(row, (keys, offset))| {
        let column = keys.chars().position(|key| key == c)?;
        Some((column.saturating_mul(4).saturating_add(*offset), row))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// N-PW-09, A6.2.4: padding, signs for letters, years and copies make no common word better.
    #[test]
    fn padded_common_words_are_rejected() {
        for password in [
            "password123!",
            "letmein12345",
            "changeme1234",
            "summer202420",
            "2024-summer-2024",
            "!!!welcome!!!!!!",
            "p@ssw0rd12345678",
            "pa$$w0rd20242024",
            "passwordpassword1",
            "monkey2024monkey",
            "qwerty!qwerty!123",
        ] {
            assert_eq!(
                judge(password, 15),
                Some(PasswordRejection::Common),
                "{password}"
            );
        }
    }

    #[test]
    fn repetitions_and_runs_are_rejected() {
        for password in [
            "            ",
            "xxxxxxxxxxxxxxxxxxxx",
            "xkqvzjxkqvzjxkqvzj",
            "\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{200b}\u{200c}\u{200e}\u{ad}\u{34f}",
            "xyxxyyxyxyyxxyyyx",
            "abcdefghijklmnopq",
            "fedcba9876543210",
            "1qaz2wsx3edc4rfv",
            "qazwsxedcrfvtgbyhn",
            "1q2w3e4r5t6y7u8i9o",
            "asdfghjkl;'zxcvbnm",
            "poiuytrewqlkjhgf",
        ] {
            let found = judge(password, 15);
            assert!(
                matches!(
                    found,
                    Some(PasswordRejection::Repetitive | PasswordRejection::Common)
                ),
                "{password:?} {found:?}"
            );
        }
    }

    /// The unit is judged like a password of its own.
    #[test]
    fn repetition_of_long_unit_is_judged_by_the_unit() {
        let unit = "fog lamp river chalk, ";
        assert_eq!(judge(&unit.repeat(3), 15), None);
        assert_eq!(
            judge(&unit.repeat(3), 30),
            Some(PasswordRejection::Repetitive)
        );
        let common = "password12345678";
        assert_eq!(
            judge(&common.repeat(2), 15),
            Some(PasswordRejection::Common)
        );
    }

    #[test]
    fn passphrases_and_random_texts_are_accepted() {
        for password in [
            "correct horse battery staple",
            "we were here before you",
            "my password is not this one",
            "tre poi sette assieme",
            "blue-kettle-77-monday",
            "kmwzpxvbqtnfgrd",
            "x9$kq-v7!pz_m2#",
            "мельница у большой реки",
            "東京タワーの下で待って",
            "🦊🐢🌊 ab fox turtle",
            "c7d1a9e04b6f83d2",
        ] {
            assert_eq!(judge(password, 8), None, "{password}");
        }
    }

    /// The output of a generator is accepted: 20,000 texts of 15 letters and digits, the same ones in each run.
    #[test]
    fn random_passwords_are_accepted() {
        const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        for _ in 0..20_000 {
            let password: String = std::iter::repeat_with(|| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                char::from(ALPHABET[usize::try_from(state >> 33).unwrap() % 36])
            })
            .take(15)
            .collect();
            assert_eq!(judge(&password, 15), None, "{password}");
        }
    }
}
