//! Tests of flash messages and their cookie.

use time::Duration;
use time::macros::datetime;

use super::*;
use crate::secret::{Secret, SubKeys};

fn signer() -> FlashSigner {
    FlashSigner::new(SubKeys::fixed(Secret::generate().unwrap()), "")
}

const NOW: time::OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);

fn message() -> FlashMessage {
    FlashMessage::failure("register", "REGISTER_INVALID_PASSWORD", "No.")
        .with_field("password", "too_short", "Longer.")
        .with_value("email", "ada@example.com")
}

#[test]
fn message_survives_the_cookie() {
    let signer = signer();
    let text = signer.sign(message(), NOW).unwrap();
    let (read, name) = signer.verify(&text, NOW).unwrap();
    assert_eq!(read, message());
    assert_eq!(read.field("password").unwrap().code(), "too_short");
    assert_eq!(
        (read.typed("email"), read.typed("password")),
        ("ada@example.com", "")
    );
    let other = signer.sign(message(), NOW).unwrap();
    assert_ne!(signer.verify(&other, NOW).unwrap().1, name);
}

#[test]
fn message_ends_after_ten_minutes() {
    let signer = signer();
    let text = signer.sign(message(), NOW).unwrap();
    assert!(signer.verify(&text, NOW + Duration::seconds(599)).is_some());
    assert!(signer.verify(&text, NOW + Duration::seconds(600)).is_none());
}

#[test]
fn changed_messages_are_not_read() {
    let signer = signer();
    let text = signer.sign(message(), NOW).unwrap();
    for (place, c) in text.char_indices() {
        let other = if c == 'A' { 'B' } else { 'A' };
        let mut changed = text.clone();
        changed.replace_range(place..=place, &other.to_string());
        assert!(signer.verify(&changed, NOW).is_none(), "{place}");
    }
    for other in [
        "",
        ".",
        "..",
        "a.b.c",
        &format!("{text}."),
        &format!("{text}.a"),
    ] {
        assert!(signer.verify(other, NOW).is_none(), "{other}");
    }
    let stranger = self::signer();
    assert!(stranger.verify(&text, NOW).is_none());
    let keys = SubKeys::fixed(Secret::generate().unwrap());
    let [own, other] = ["users", "staff"].map(|realm| FlashSigner::new(keys.clone(), realm));
    let text = own.sign(message(), NOW).unwrap();
    assert!(own.verify(&text, NOW).is_some());
    assert!(other.verify(&text, NOW).is_none());
}

/// A cookie of 4096 bytes is the most that browsers keep.
#[test]
fn long_messages_lose_values_first() {
    let signer = signer();
    let mut long = message();
    for number in 0..20 {
        long = long.with_value(&format!("field{number}"), &"é".repeat(200));
    }
    let text = signer.sign(long, NOW).unwrap();
    assert!(text.len() < 4000, "{}", text.len());
    let (read, _) = signer.verify(&text, NOW).unwrap();
    assert_eq!(read.typed("email"), "ada@example.com");
    assert!(read.field("password").is_some());
    assert_eq!(read.typed("field19"), "");
}
