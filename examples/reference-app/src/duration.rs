//! Durations on the command line: `500ms`, `2s`, `15m`, `1h`, `30d`.

use std::time::Duration;

/// Parses a whole number with a unit: `ms`, `s`, `m`, `h` or `d`.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let expected =
        || format!("`{text}` is not a valid duration: write `500ms`, `2s`, `15m`, `1h` or `30d`");
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| expected())?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60 * 1000,
        "h" => 60 * 60 * 1000,
        "d" => 24 * 60 * 60 * 1000,
        _ => return Err(expected()),
    };
    let total = number.checked_mul(milliseconds).ok_or_else(expected)?;
    Ok(Duration::from_millis(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_parsed() {
        let check = |text: &str, expected: Option<u64>| {
            let parsed = parse(text).ok();
            assert_eq!(parsed, expected.map(Duration::from_millis), "{text:?}");
        };
        check("500ms", Some(500));
        check("2s", Some(2000));
        check("15m", Some(15 * 60 * 1000));
        check("1h", Some(60 * 60 * 1000));
        check("30d", Some(30 * 24 * 60 * 60 * 1000));
        check("0s", Some(0));
        for refused in [
            "", "s", "15", "1.5h", "-1s", "+1s", " 1s", "1 s", "1S", "1w", "ünf",
        ] {
            check(refused, None);
        }
        check("18446744073709551615h", None);
        check("18446744073709551616ms", None);
    }
}
