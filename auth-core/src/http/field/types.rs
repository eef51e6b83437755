//! The types of members: texts, numbers, lists, and their optional forms.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::FieldType;
use crate::http::{FieldErrorCode, FieldKind, TextFormat};

/// The longest text without its own limit: the length of a whole body, which is 64 KiB.
const LONGEST_TEXT: usize = 64 * 1024;

impl FieldKind {
    /// Reads a text within the bounds of this kind, of any characters.
    ///
    /// # Errors
    ///
    /// [`FieldErrorCode::WrongType`] for another JSON type, [`TooShort`](FieldErrorCode::TooShort) and
    /// [`TooLong`](FieldErrorCode::TooLong) for a length outside the bounds.
    pub fn read_text(&self, value: Value) -> Result<String, FieldErrorCode> {
        let Value::String(text) = value else {
            return Err(FieldErrorCode::WrongType);
        };
        let Self::Text { min, max, .. } = self else {
            return Ok(text);
        };
        let code_points = text.chars().count();
        if code_points < *min {
            Err(FieldErrorCode::TooShort)
        } else if code_points > *max {
            Err(FieldErrorCode::TooLong)
        } else {
            Ok(text)
        }
    }

    /// Reads a text within the bounds of this kind and parses it.
    ///
    /// # Errors
    ///
    /// The errors of [`read_text`](Self::read_text), and [`FieldErrorCode::Invalid`] if `parse`
    /// refuses the text.
    pub fn parse_text<T, E>(
        &self,
        value: Value,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, FieldErrorCode> {
        let text = self.read_text(value)?;
        parse(&text).map_err(|_| FieldErrorCode::Invalid)
    }

    fn read_integer(&self, value: &Value) -> Result<i64, FieldErrorCode> {
        let Some(number) = value.as_i64() else {
            return Err(if value.is_u64() {
                FieldErrorCode::TooLong
            } else {
                FieldErrorCode::WrongType
            });
        };
        match self {
            Self::Integer { min, .. } if number < *min => Err(FieldErrorCode::TooShort),
            Self::Integer { max, .. } if number > *max => Err(FieldErrorCode::TooLong),
            _ => Ok(number),
        }
    }
}

/// A text without a NUL, which some engines cannot store.
impl FieldType for String {
    const KIND: FieldKind = FieldKind::text(0..=LONGEST_TEXT);

    fn read(kind: &FieldKind, value: Value) -> Result<Self, FieldErrorCode> {
        let text = kind.read_text(value)?;
        if text.contains('\0') {
            Err(FieldErrorCode::Invalid)
        } else {
            Ok(text)
        }
    }
}

impl FieldType for bool {
    const KIND: FieldKind = FieldKind::Boolean;

    fn read(_: &FieldKind, value: Value) -> Result<Self, FieldErrorCode> {
        value.as_bool().ok_or(FieldErrorCode::WrongType)
    }
}

macro_rules! integers {
    ($($int:ty: $min:expr, $max:expr;)+) => {$(
        impl FieldType for $int {
            const KIND: FieldKind = FieldKind::integer($min..=$max);

            fn read(kind: &FieldKind, value: Value) -> Result<Self, FieldErrorCode> {
                let number = kind.read_integer(&value)?;
                Self::try_from(number).map_err(|_| FieldErrorCode::TooLong)
            }
        }
    )+};
}

integers! {
    i16: -0x8000, 0x7fff;
    i32: -0x8000_0000, 0x7fff_ffff;
    i64: i64::MIN, i64::MAX;
    u8: 0, 0xff;
    u16: 0, 0xffff;
    u32: 0, 0xffff_ffff;
}

impl FieldType for f64 {
    const KIND: FieldKind = FieldKind::Number;

    fn read(_: &FieldKind, value: Value) -> Result<Self, FieldErrorCode> {
        value.as_f64().ok_or(FieldErrorCode::WrongType)
    }
}

impl FieldType for Uuid {
    const KIND: FieldKind = FieldKind::formatted(36..=36, TextFormat::Uuid);

    fn read(kind: &FieldKind, value: Value) -> Result<Self, FieldErrorCode> {
        kind.parse_text(value, Self::parse_str)
    }
}

impl FieldType for OffsetDateTime {
    const KIND: FieldKind = FieldKind::formatted(20..=40, TextFormat::DateTime);

    fn read(kind: &FieldKind, value: Value) -> Result<Self, FieldErrorCode> {
        kind.parse_text(value, |text| Self::parse(text, &Rfc3339))
    }
}

impl FieldType for Value {
    const KIND: FieldKind = FieldKind::Any;

    fn read(_: &FieldKind, value: Value) -> Result<Self, FieldErrorCode> {
        Ok(value)
    }
}

/// A list; an item with an error makes the list [`FieldErrorCode::Invalid`].
impl<T: FieldType> FieldType for Vec<T> {
    const KIND: FieldKind = FieldKind::Array {
        items: &T::KIND,
        max: LONGEST_TEXT,
    };

    fn read(kind: &FieldKind, value: Value) -> Result<Self, FieldErrorCode> {
        let Value::Array(items) = value else {
            return Err(FieldErrorCode::WrongType);
        };
        let (of_items, max) = match kind {
            FieldKind::Array { items, max } => (*items, *max),
            _ => (&T::KIND, LONGEST_TEXT),
        };
        if items.len() > max {
            return Err(FieldErrorCode::TooLong);
        }
        let read = |item| match T::read(of_items, item) {
            Err(FieldErrorCode::WrongType) => Err(FieldErrorCode::WrongType),
            read => read.map_err(|_| FieldErrorCode::Invalid),
        };
        items.into_iter().map(read).collect()
    }
}

impl<T: FieldType> FieldType for Option<T> {
    const KIND: FieldKind = T::KIND;
    const OPTIONAL: bool = true;

    fn read(kind: &FieldKind, value: Value) -> Result<Self, FieldErrorCode> {
        T::read(kind, value).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read<T: FieldType>(value: Value) -> Result<T, &'static str> {
        T::read(&T::KIND, value).map_err(FieldErrorCode::as_str)
    }

    #[test]
    fn values_of_another_type_are_rejected() {
        assert_eq!(read::<String>(json!(1)), Err("wrong_type"));
        assert_eq!(read::<bool>(json!("true")), Err("wrong_type"));
        assert_eq!(read::<i32>(json!("1")), Err("wrong_type"));
        assert_eq!(read::<i32>(json!(1.0)), Err("wrong_type"));
        assert_eq!(read::<f64>(json!("1")), Err("wrong_type"));
        assert_eq!(read::<Uuid>(json!(1)), Err("wrong_type"));
        assert_eq!(read::<Vec<String>>(json!("x")), Err("wrong_type"));
        assert_eq!(read::<Vec<String>>(json!(["x", 1])), Err("wrong_type"));
    }

    #[test]
    fn numbers_stay_within_the_bounds_of_their_type() {
        assert_eq!(read::<u8>(json!(255)), Ok(255));
        assert_eq!(read::<u8>(json!(256)), Err("too_long"));
        assert_eq!(read::<u8>(json!(-1)), Err("too_short"));
        assert_eq!(read::<i64>(json!(i64::MIN)), Ok(i64::MIN));
        assert_eq!(read::<i64>(json!(u64::MAX)), Err("too_long"));
    }

    #[test]
    fn texts_are_parsed_by_their_type() {
        let id = "0197a2b0-0000-7000-8000-000000000000";
        assert_eq!(
            read::<Uuid>(json!(id)).map(|id| id.to_string()),
            Ok(id.into())
        );
        assert_eq!(read::<Uuid>(json!("x".repeat(36))), Err("invalid"));
        assert_eq!(read::<Uuid>(json!(format!("{{{id}}}"))), Err("too_long"));
        assert!(read::<OffsetDateTime>(json!("2026-01-02T03:04:05Z")).is_ok());
        assert_eq!(
            read::<OffsetDateTime>(json!("2026-01-02T03:04:05+1")).err(),
            Some("invalid")
        );
        assert_eq!(read::<String>(json!("a\u{0}b")), Err("invalid"));
    }

    #[test]
    fn only_an_option_may_be_absent() {
        assert_eq!(Option::<bool>::absent(), Some(None));
        assert_eq!(bool::absent(), None);
    }
}
