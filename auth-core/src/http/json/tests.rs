//! Which texts are strict JSON objects.

use serde_json::json;

use super::*;

fn refused(text: &str) -> JsonError {
    parse_object(text.as_bytes()).unwrap_err()
}

/// Returns `depth` nested objects.
fn nested(depth: usize) -> String {
    format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth))
}

#[test]
fn every_kind_of_value_is_read() {
    let text = r#" {"n":null,"b":true,"i":-7,"u":18446744073709551615,"f":1.5,
        "s":"\u00e9\ud83d\ude00","a":[1,[],{}],"o":{"a":{"a":1}}, "":"" } "#;
    assert_eq!(
        Value::Object(parse_object(text.as_bytes()).unwrap()),
        json!({"n": null, "b": true, "i": -7, "u": u64::MAX, "f": 1.5, "s": "é😀",
            "a": [1, [], {}], "o": {"a": {"a": 1}}, "": ""}),
    );
}

/// J-14: a name may occur in two objects, but never twice in one, in any spelling.
#[test]
fn duplicate_members_are_rejected_at_any_depth() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"b":2,"a":3}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"":1,"":2}"#,
        r#"{"x":{"a":1,"a":2}}"#,
        r#"{"x":[0,[{"a":1,"a":2}]]}"#,
        r#"{"x":{"y":{"z":[{"a":null,"a":null}]}}}"#,
    ] {
        assert_eq!(refused(text), JsonError::Duplicate, "{text}");
    }
    assert!(parse_object(br#"{"a":{"a":[{"a":1},{"a":1}]}}"#).is_ok());
}

/// J-14, B-55: the limit is far below the depth that could exhaust the stack.
#[test]
fn nesting_above_limit_is_rejected() {
    assert!(parse_object(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert_eq!(refused(&nested(MAX_DEPTH + 1)), JsonError::TooDeep);
    assert_eq!(refused(&nested(200)), JsonError::TooDeep);
    assert_eq!(
        refused(&format!("{{\"a\":{}", "[".repeat(1_000_000))),
        JsonError::TooDeep,
    );
    let arrays = |depth| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse_object(arrays(MAX_DEPTH - 1).as_bytes()).is_ok());
    assert_eq!(refused(&arrays(MAX_DEPTH)), JsonError::TooDeep);
}

/// J-07: only UTF-8 is accepted.
#[test]
fn other_encodings_are_rejected() {
    let utf16: Vec<u8> = "{\"a\":1}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let utf32: Vec<u8> = "{}"
        .chars()
        .flat_map(|c| u32::from(c).to_be_bytes())
        .collect();
    for bytes in [
        b"\xef\xbb\xbf{}".as_slice(),
        b"\xff\xfe{\0}\0",
        utf16.as_slice(),
        utf32.as_slice(),
        b"{\"a\":\"\xff\"}",
        b"{\"\xc3\x28\":1}",
        b"{\"a\":\"\xed\xa0\x80\"}",
        b"{\"a\":\"\xc0\xaf\"}",
        b"{}\xff",
    ] {
        assert_eq!(
            parse_object(bytes),
            Err(JsonError::Malformed),
            "{:?}",
            bytes.escape_ascii().to_string(),
        );
    }
}

/// J-07: half of a surrogate pair is not a character.
#[test]
fn malformed_texts_are_rejected() {
    for text in [
        r#"{"a":"\ud800"}"#,
        r#"{"a":"\udc00"}"#,
        r#"{"a":"\ud800\ud800"}"#,
        r#"{"\ud83d":1}"#,
        "",
        " ",
        "{",
        "}",
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a":1,}"#,
        r#"{"a":1 "b":2}"#,
        r"{'a':1}",
        r"{a:1}",
        "{} {}",
        "{}x",
        "{}\0",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\0\"}",
        r#"{"a":NaN}"#,
        r#"{"a":Infinity}"#,
        r#"{"a":+1}"#,
        r#"{"a":01}"#,
        r#"{"a":.5}"#,
        r#"{"a":tru}"#,
        r#"{"a":1}/* */"#,
    ] {
        assert_eq!(refused(text), JsonError::Malformed, "{text:?}");
    }
}

#[test]
fn value_that_is_not_an_object_is_rejected() {
    for text in ["null", "true", "1", "-0.5", "\"{}\"", "[]", "[{}]"] {
        assert_eq!(refused(text), JsonError::NotAnObject, "{text}");
    }
}

/// A9.2.1: numbers of any size are read or refused, and never wrap round into a small one.
#[test]
fn large_numbers_do_not_become_other_integers() {
    let nines = "9".repeat(400);
    for number in ["18446744073709551616", "-9223372036854775809", "1e30"] {
        let object = parse_object(format!("{{\"n\":{number}}}").as_bytes()).unwrap();
        assert_eq!(object["n"].as_i64(), None, "{number}");
    }
    for number in ["1e999", "-1e999", nines.as_str()] {
        if let Ok(object) = parse_object(format!("{{\"n\":{number}}}").as_bytes()) {
            assert_eq!(object["n"].as_i64(), None, "{number}");
        }
    }
}

#[test]
fn private_number_member_of_serde_json_is_a_number() {
    let object = parse_object(br#"{"n":{"$serde_json::private::Number":"12"}}"#).unwrap();
    assert_eq!(object["n"].as_i64(), Some(12));
    for text in [
        r#"{"n":{"$serde_json::private::Number":12}}"#,
        r#"{"n":{"$serde_json::private::Number":"x"}}"#,
        r#"{"n":{"$serde_json::private::Number":"1","a":1}}"#,
    ] {
        assert_eq!(refused(text), JsonError::Malformed, "{text}");
    }
}

#[test]
fn expected_members_are_apart_from_others() {
    let text = br#"{"b":1,"\u0061":[{"a":1}],"x":"y"}"#;
    let members = parse_members(text, ["a", "b", "c"]).unwrap();
    let expected = [Some(json!([{"a": 1}])), Some(json!(1)), None];
    assert_eq!(members.expected, expected);
    assert_eq!(Value::Object(members.others), json!({"x": "y"}));
}

/// J-14: with names that are expected and with others, in any spelling.
#[test]
fn expected_members_are_read_as_strictly_as_others() {
    let refused = |text: &str| parse_members(text.as_bytes(), ["a", "b"]).unwrap_err();
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"x":1,"x":1}"#,
        r#"{"x":1,"\u0078":2}"#,
        r#"{"a":{"x":1,"x":1}}"#,
    ] {
        assert_eq!(refused(text), JsonError::Duplicate, "{text}");
    }
    let deep = format!("{{\"a\":{}", "[".repeat(1_000_000));
    assert_eq!(refused(&deep), JsonError::TooDeep);
    for text in ["", "[]", "1", "null", r#""a""#, "{} {}", r#"{"a":1,}"#] {
        assert_eq!(refused(text), JsonError::Malformed, "{text}");
    }
    assert!(parse_members(b"\xff{}", ["a"]).is_err());
}

#[test]
fn errors_never_quote_the_input() {
    let error = refused(r#"{"password":"hunter2","password":"hunter2"}"#);
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    assert!(!format!("{error} {error:?}").contains("password"));
}
