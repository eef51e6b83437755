//! Reading the members of a body.

use super::*;
use serde_json::json;

fn fields(value: Value) -> Fields {
    let Value::Object(members) = value else {
        panic!("an object")
    };
    Fields::from(members)
}

#[test]
fn every_error_is_reported_once() {
    let mut fields = fields(json!({"a": 1, "b": "", "c": "xxx", "d": null, "e": "?", "z": []}));
    assert_eq!(fields.required_text("a", 0..=9), None);
    assert_eq!(fields.required_text("b", 1..=9), None);
    assert_eq!(fields.optional_text("c", 0..=2), None);
    assert_eq!(fields.optional_text("d", 1..=2), None);
    assert_eq!(fields.required_parsed("e", 0..=9, str::parse::<i64>), None);
    assert_eq!(fields.required_text("f", 0..=9), None);
    let errors: Vec<_> = fields
        .finish()
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect();
    let expected = [
        "a: wrong_type",
        "b: too_short",
        "c: too_long",
        "e: invalid",
        "f: missing",
        "z: unknown",
    ];
    assert_eq!(errors, expected);
}

#[test]
fn text_with_nul_is_rejected() {
    let mut fields = fields(json!({"a": "x\u{0}y"}));
    assert_eq!(fields.optional_text("a", 0..=9), None);
    assert_eq!(fields.finish().unwrap_err()[0].to_string(), "a: invalid");
}

#[test]
fn number_and_length_of_errors_are_limited() {
    let members: Map<_, _> = (0..1000)
        .map(|n| (format!("{n}{}", "x".repeat(500)), Value::Null))
        .collect();
    let errors = Fields::from(members).finish_without_reading();
    assert_eq!(errors.len(), 16);
    assert!(
        errors
            .iter()
            .all(|error| error.field().chars().count() <= 64)
    );
}

impl Fields {
    fn finish_without_reading(self) -> Vec<FieldError> {
        self.finish().unwrap_err()
    }
}
