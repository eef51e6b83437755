//! Reads one JSON object strictly: no duplicate members, bounded depth, nothing before or after it.
//!
//! `serde_json` on its own keeps the last of two members with the same name. Two readers that keep
//! different ones can be used to bypass a check, so a second member with the same name is an error
//! here, at any depth. RFC 8259 §4 permits that, and RFC 7515 §4 requires it in the header of a
//! token.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::de::StrRead;
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
    match read(bytes, |strict, text| strict.deserialize(text))? {
        Value::Object(object) => Ok(object),
        _ => Err(JsonError::NotAnObject),
    }
}

/// Reads `bytes` like [`parse_object`]; the members with these names are returned apart from the others.
///
/// The names need no allocation.
pub(crate) fn parse_members<const N: usize>(
    bytes: &[u8],
    names: [&'static str; N],
) -> Result<Members<N>, JsonError> {
    read(bytes, |strict, text| {
        text.deserialize_map(MembersOf { names, strict })
    })
}

/// Reads `bytes` as exactly one value.
fn read<T>(
    bytes: &[u8],
    read: impl FnOnce(
        Strict<'_>,
        &mut serde_json::Deserializer<StrRead<'_>>,
    ) -> Result<T, serde_json::Error>,
) -> Result<T, JsonError> {
    let text = std::str::from_utf8(bytes).map_err(|_| JsonError::Malformed)?;
    let error = Cell::new(JsonError::Malformed);
    let strict = Strict {
        above: 0,
        error: &error,
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = read(strict, &mut deserializer).map_err(|_| error.get())?;
    deserializer.end().map_err(|_| JsonError::Malformed)?;
    Ok(value)
}

/// The members of an object: the values of the expected names, in their order, and all others.
#[derive(Debug)]
pub(crate) struct Members<const N: usize> {
    pub(crate) expected: [Option<Value>; N],
    pub(crate) others: Map<String, Value>,
}

struct MembersOf<'f, const N: usize> {
    names: [&'static str; N],
    strict: Strict<'f>,
}

impl<'de, const N: usize> Visitor<'de> for MembersOf<'_, N> {
    type Value = Members<N>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a json object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let inside = self.strict.inside()?;
        let mut expected = [const { None }; N];
        let mut others = Map::new();
        while let Some(name) = access.next_key::<Name<'de>>()? {
            let place = self.names.iter().position(|&expected| expected == name.0);
            match place.and_then(|place| expected.get_mut(place)) {
                Some(Some(_)) => return Err(self.strict.refuse(JsonError::Duplicate)),
                Some(value) => *value = Some(access.next_value_seed(inside)?),
                None if others.contains_key(name.0.as_ref()) => {
                    return Err(self.strict.refuse(JsonError::Duplicate));
                }
                None => {
                    others.insert(name.0.into_owned(), access.next_value_seed(inside)?);
                }
            }
        }
        Ok(Members { expected, others })
    }
}

/// The name of a member. It is borrowed from the text, unless it is written with escapes.
#[derive(Deserialize)]
struct Name<'t>(#[serde(borrow)] Cow<'t, str>);

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
mod tests;
