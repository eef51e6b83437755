//! Reads one JSON object strictly: no duplicate members, bounded depth, nothing before or after it.
//!
//! `serde_json` on its own keeps the last of two members with the same name. Two readers that keep
//! different ones can be used to bypass a check, so a second member with the same name is an error
//! here, at any depth. RFC 8259 §4 permits that, and RFC 7515 §4 requires it in the header of a
//! token.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The largest nesting depth of objects and arrays, the outermost one included.
pub const MAX_DEPTH: usize = 32;

/// With the feature `arbitrary_precision`, which any crate in an application can switch on for all,
/// `serde_json` passes a number to a visitor as a map of this one member.
const NUMBER_TOKEN: &str = "$serde_json::private::Number";

/// Why a text is not a strict JSON object.
///
/// Neither its `Display` nor its `Debug` quotes the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// Not JSON in UTF-8, a byte order mark or other text around the value, a lone surrogate, or a
    /// number too large for a 64-bit float.
    #[error("not valid json")]
    Malformed,
    /// An object names the same member twice.
    #[error("a member of a json object appears twice")]
    Duplicate,
    /// More than [`MAX_DEPTH`] objects and arrays inside each other.
    #[error("json nested too deeply")]
    TooDeep,
    /// Valid JSON, but not an object.
    #[error("not a json object")]
    NotAnObject,
}

/// Reads `bytes` as exactly one JSON object.
///
/// The time taken grows with the input (times the logarithm of the number of members), so limit the
/// length before the call.
///
/// # Examples
///
/// ```
/// use auth_core::http::json::{JsonError, parse_object};
///
/// let object = parse_object(br#"{"email": "ada@example.com"}"#)?;
/// assert_eq!(object["email"], "ada@example.com");
///
/// assert_eq!(parse_object(br#"{"a": 1, "\u0061": 2}"#), Err(JsonError::Duplicate));
/// assert_eq!(parse_object(b"[]"), Err(JsonError::NotAnObject));
/// # Ok::<(), JsonError>(())
/// ```
///
/// # Errors
///
/// [`JsonError`] names the broken rule; if there are several, the first one in reading order.
pub fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, JsonError> {
    let text = std::str::from_utf8(bytes).map_err(|_| JsonError::Malformed)?;
    let error = Cell::new(JsonError::Malformed);
    let strict = Strict {
        above: 0,
        error: &error,
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = strict
        .deserialize(&mut deserializer)
        .map_err(|_| error.get())?;
    deserializer.end().map_err(|_| JsonError::Malformed)?;
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(JsonError::NotAnObject),
    }
}

/// Reads one value with `above` objects and arrays around it.
///
/// An error type of serde carries only text. The two reasons of this module are therefore returned
/// through `error`, which holds [`JsonError::Malformed`] until one of them is found.
#[derive(Clone, Copy)]
struct Strict<'f> {
    above: usize,
    error: &'f Cell<JsonError>,
}

impl Strict<'_> {
    fn refuse<E: serde::de::Error>(self, error: JsonError) -> E {
        self.error.set(error);
        E::custom("refused")
    }

    /// Returns the reader of the values inside this one.
    fn inside<E: serde::de::Error>(self) -> Result<Self, E> {
        let above = self.above.saturating_add(1);
        if above > MAX_DEPTH {
            return Err(self.refuse(JsonError::TooDeep));
        }
        Ok(Self { above, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a json value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut values = Vec::new();
        while let Some(value) = access.next_element_seed(inside)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut next = access.next_key::<String>()?;
        if next.as_deref() == Some(NUMBER_TOKEN) {
            return number(access);
        }
        let inside = self.inside()?;
        let mut members = Map::new();
        while let Some(name) = next {
            if members.contains_key(&name) {
                return Err(self.refuse(JsonError::Duplicate));
            }
            let value = access.next_value_seed(inside)?;
            members.insert(name, value);
            next = access.next_key()?;
        }
        Ok(Value::Object(members))
    }
}

/// Reads the number behind [`NUMBER_TOKEN`].
///
/// A sender can write that member, too. The result is the number that could have been written
/// plainly, with and without the feature.
fn number<'de, A: MapAccess<'de>>(mut access: A) -> Result<Value, A::Error> {
    let number: Number = access
        .next_value::<String>()?
        .parse()
        .map_err(|_| A::Error::custom("not a number"))?;
    match access.next_key::<String>()? {
        None => Ok(Value::Number(number)),
        Some(_) => Err(A::Error::custom("more than a number")),
    }
}

#[cfg(test)]
mod tests {
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

    /// J-14: the limit is far below the depth that could exhaust the stack.
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
    fn errors_never_quote_the_input() {
        let error = refused(r#"{"password":"hunter2","password":"hunter2"}"#);
        assert!(!format!("{error} {error:?}").contains("hunter2"));
        assert!(!format!("{error} {error:?}").contains("password"));
    }
}
