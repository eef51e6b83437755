//! What is good passes.

use super::*;

/// Without this, a fault of the forging itself would make every refusal below mean nothing.
#[test]
fn an_impeccable_forgery_passes() {
    assert_eq!(
        read(&with_payload(good_payload().to_string())),
        Ok(claims())
    );
    assert_eq!(read(&with_header(good_header().to_string())), Ok(claims()));
}

#[test]
fn what_is_minted_is_read_back() {
    let minted = claims()
        .with_text("eml", "ada+\"ü\\😀\u{0}@example.com")
        .with_integer("least", i64::MIN)
        .with_integer("most", i64::MAX);
    let profile = profile().issuer("https://accounts.example.com");
    let token = encode(&ring(), &profile, &minted).unwrap();
    let read = decode(&ring(), &profile, &token, NOW).unwrap();
    assert_eq!(read, minted);
    assert_eq!(read.text("eml"), Ok("ada+\"ü\\😀\u{0}@example.com"));
    assert_eq!(read.integer("least"), Ok(i64::MIN));
    assert_eq!(read.integer("most"), Ok(i64::MAX));
}
