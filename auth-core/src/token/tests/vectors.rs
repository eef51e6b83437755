//! Published examples of key pairs.

use super::*;

/// V-03: RFC 8037, appendix A: the key, its thumbprint (A.3), and the signature (A.4), which is the same
/// every time.
#[test]
fn key_and_signature_equal_rfc_8037_a() {
    let key = JwtKey::from_jwk(
        r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
            "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    )
    .unwrap();
    assert_eq!(
        key.kid().as_str(),
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    );
    let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let signature = key.sign(message).unwrap();
    assert_eq!(
        b64(&signature),
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
    );
    assert_eq!(key.verify(message, &signature), Ok(()));
}

/// The payload of the examples in RFC 7515, appendix A.
const RFC_7515_PAYLOAD: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

/// V-05: the signature of RFC 7515, appendix A.2.
#[test]
fn rfc_7515_a_2_signature_is_valid() {
    let jwk = json!({"kty": "RSA", "n": jwk::N, "e": "AQAB"});
    let key = JwtKey::from_jwk(&jwk.to_string()).unwrap();
    let signature = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF\
        5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARN\
        PvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnv\
        Wh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    check_published(&key, "eyJhbGciOiJSUzI1NiJ9", signature);
}

/// V-05: the signature of RFC 7515, appendix A.3.
#[test]
fn rfc_7515_a_3_signature_is_valid() {
    let key = JwtKey::from_jwk(
        r#"{"kty":"EC","crv":"P-256","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
            "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
    )
    .unwrap();
    let signature =
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    check_published(&key, "eyJhbGciOiJFUzI1NiJ9", signature);
}

/// J-02: two signatures of the same text share no number, and both are valid.
#[test]
fn es256_nonces_do_not_repeat() {
    let key = JwtKey::from_jwk(confusion::EC_JWK).unwrap();
    let (first, second) = (key.sign(b"text").unwrap(), key.sign(b"text").unwrap());
    assert_ne!(first[..32], second[..32]);
    assert_ne!(first[32..], second[32..]);
    assert_eq!(key.verify(b"text", &first), Ok(()));
    assert_eq!(key.verify(b"text", &second), Ok(()));
}

/// Checks that the published signature is valid, and not for another text.
fn check_published(key: &JwtKey, header: &str, signature: &str) {
    let message = format!("{header}.{RFC_7515_PAYLOAD}");
    let signature = Base64UrlUnpadded::decode_vec(signature).unwrap();
    assert_eq!(key.verify(message.as_bytes(), &signature), Ok(()));
    assert_eq!(
        key.verify(&message.as_bytes()[1..], &signature),
        Err(InvalidToken::BadSignature),
    );
}

/// Thumbprints: the example of RFC 7638 §3.1, and one of a P-256 key computed independently of this
/// code, with the `hashlib` module of Python.
#[test]
fn thumbprints_equal_published_ones() {
    let rsa = r#"{"kty":"RSA","e":"AQAB","alg":"RS256","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}"#;
    let ec = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    for (jwk, expected) in [
        (rsa, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
        (ec, "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"),
    ] {
        assert_eq!(JwtKey::from_jwk(jwk).unwrap().kid().as_str(), expected);
    }
}
