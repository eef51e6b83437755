//! Valid tokens are accepted.

use super::*;

/// Proves that the forging helpers work, so that the rejections in the other tests mean something.
#[test]
fn forged_token_without_error_is_accepted() {
    assert_eq!(
        read(&with_payload(good_payload().to_string())),
        Ok(claims())
    );
    assert_eq!(read(&with_header(good_header().to_string())), Ok(claims()));
}

#[test]
fn minted_token_is_accepted() {
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
