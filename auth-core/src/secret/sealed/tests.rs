//! Sealed data opens only for its row, under its key and unchanged.

use base64ct::{Base64UrlUnpadded, Encoding};

use super::*;
use crate::secret::same_secret;

const ROW: [&[u8]; 4] = [b"credential", b"users:7", b"totp", b"users:7"];
const DATA: &[u8] = b"12345678901234567890";

/// A secret of 32 bytes without a pattern.
fn secret(number: u8) -> Secret {
    use sha2::Digest;
    Secret::new(Sha256::digest([number]).as_slice())
}

fn master(number: u8) -> MasterSecret {
    MasterSecret::new(secret(number))
}

fn example(sealer: &Sealer) -> Vec<u8> {
    sealer.seal(&ROW, DATA).unwrap()
}

/// The data, or the error.
fn open(sealer: &Sealer, bytes: &[u8]) -> Result<Vec<u8>, OpenSealedError> {
    let opened = sealer.open(&ROW, bytes)?;
    Ok(opened.data.expose().to_vec())
}

/// Computed independently of this code: HKDF with the `hmac` module of Python, AES-256-GCM with its
/// `cryptography` package. Stored data has this form: a change here needs a new version.
#[test]
fn format_equals_independent_vector() {
    let expected = "AQtzcWM0NGdjT2I4MEBBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fg0QlqdNEQ4LlCxuWWGVu\
                    z4WkYiX8Eqpdti30i9298-_Q82-0IfN17MdNLZLkDK7tqMkLJQFaYfg_8cdqJHiNLZGl92s";
    let sealer = Sealer::new(&MasterSecret::from_bytes((0..32).collect::<Vec<u8>>()));
    let salt = std::array::from_fn(|index| 0x40 + u8::try_from(index).unwrap());
    let bytes = sealer.seal_with_salt(&ROW, DATA, &salt).unwrap();
    assert_eq!(Base64UrlUnpadded::encode_string(&bytes), expected);
    assert_eq!(open(&sealer, &bytes), Ok(DATA.to_vec()));
}

#[test]
fn data_of_any_length_opens_unchanged() {
    let sealer = Sealer::new(&master(0));
    for length in [0, 1, 15, 16, 17, 1_000, 16 * 1024] {
        let data: Vec<u8> = (0..=250).cycle().take(length).collect();
        let bytes = sealer.seal(&ROW, &data).unwrap();
        assert!(bytes.len() <= data.len() + Sealer::MAX_OVERHEAD);
        assert_eq!(open(&sealer, &bytes), Ok(data));
    }
}

#[test]
fn same_data_is_sealed_differently_each_time() {
    let sealer = Sealer::new(&master(0));
    let all: std::collections::BTreeSet<_> = (0..64).map(|_| example(&sealer)).collect();
    assert_eq!(all.len(), 64);
    // No part of the data is readable.
    assert!(
        all.iter()
            .all(|bytes| !bytes.windows(4).any(|part| part == &DATA[..4]))
    );
}

#[test]
fn data_with_changed_bit_is_rejected() {
    let sealer = Sealer::new(&master(0));
    let good = example(&sealer);
    for bit in 0..good.len() * 8 {
        let mut changed = good.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(open(&sealer, &changed).is_err(), "bit {bit}");
    }
    assert_eq!(open(&sealer, &good), Ok(DATA.to_vec()));
}

#[test]
fn shortened_and_extended_data_is_rejected() {
    let sealer = Sealer::new(&master(0));
    let good = example(&sealer);
    for length in 0..good.len() {
        assert!(open(&sealer, &good[..length]).is_err(), "{length} bytes");
        assert!(
            open(&sealer, &good[length + 1..]).is_err(),
            "without {length} bytes"
        );
    }
    assert!(open(&sealer, &[good.as_slice(), b"\0"].concat()).is_err());
    assert_eq!(open(&sealer, b""), Err(OpenSealedError::Malformed));
}

#[test]
fn data_of_unknown_version_is_rejected() {
    let sealer = Sealer::new(&master(0));
    for version in [0, 2, 255] {
        let mut other = example(&sealer);
        other[0] = version;
        assert_eq!(
            open(&sealer, &other),
            Err(OpenSealedError::UnknownVersion(version))
        );
        assert_eq!(
            open(&sealer, &other[..1]),
            Err(OpenSealedError::UnknownVersion(version))
        );
    }
}

#[test]
fn data_of_another_row_is_rejected() {
    let sealer = Sealer::new(&master(0));
    let bytes = example(&sealer);
    let others: [&[&[u8]]; 9] = [
        &[b"credential", b"users:8", b"totp", b"users:7"],
        &[b"credential", b"staff:7", b"totp", b"users:7"],
        &[b"credential", b"users:7", b"passkey", b"users:7"],
        &[b"credential", b"users:7", b"totp", b"users:8"],
        &[b"other table", b"users:7", b"totp", b"users:7"],
        // The same bytes, split at other places.
        &[b"credentia", b"lusers:7", b"totp", b"users:7"],
        &[b"credentialusers:7totpusers:7"],
        &[b"credential", b"users:7", b"totp", b"users:7", b""],
        &[],
    ];
    for other in others {
        let refused = sealer.open(other, &bytes).map(drop);
        assert_eq!(refused, Err(OpenSealedError::Mismatch), "{other:?}");
    }
}

#[test]
fn data_of_another_key_is_rejected() {
    let bytes = example(&Sealer::new(&master(0)));
    let kid = master(0).kid();
    let other = Sealer::new(&master(1));
    assert_eq!(open(&other, &bytes), Err(OpenSealedError::UnknownKey(kid)));
    // A key of another purpose has another name and is unknown as well.
    let fixed = Sealer::with_secret(master(0).derive(Purpose::CSRF_TOKEN));
    assert!(matches!(
        open(&fixed, &bytes),
        Err(OpenSealedError::UnknownKey(_))
    ));
}

#[test]
fn header_that_names_another_key_is_rejected() {
    let both = Sealer::new(&master(1).also_accept(secret(0)));
    let mut bytes = example(&Sealer::new(&master(0)));
    assert_eq!(open(&both, &bytes), Ok(DATA.to_vec()));
    let other = master(1).kid();
    bytes[2..2 + other.as_str().len()].copy_from_slice(other.as_str().as_bytes());
    assert_eq!(open(&both, &bytes), Err(OpenSealedError::Mismatch));
}

/// AES-GCM accepts this body: only the comparison of the commitment refuses it.
#[test]
fn valid_body_with_another_commitment_is_rejected() {
    let sealer = Sealer::new(&master(0));
    let (key, context, salt) = (sealer.keys.active(), encoded(&ROW), [7; SALT_BYTES]);
    let mut derived = Derived::new(key.secret(), &salt, &context);
    for (bit, is_accepted) in [(None, true), (Some(0), false), (Some(255), false)] {
        if let Some(bit) = bit {
            derived.commitment[bit / 8] ^= 1 << (bit % 8);
        }
        let header = derived.header(key.kid(), &salt).unwrap();
        let bytes = derived.encrypt(&header, &context, DATA).unwrap();
        let expected = if is_accepted {
            Ok(DATA.to_vec())
        } else {
            Err(OpenSealedError::Mismatch)
        };
        assert_eq!(open(&sealer, &bytes), expected, "{bit:?}");
    }
}

/// A13.3.4: all states of a key: next, active, verify-only, retired.
#[test]
fn data_of_previous_master_needs_reseal() {
    let master = master(0);
    let (sealer, old) = (Sealer::new(&master), master.kid());
    let before = example(&sealer);
    assert!(!sealer.open(&ROW, &before).unwrap().needs_reseal);

    let new = master.add_next(secret(1)).unwrap();
    assert!(!sealer.open(&ROW, &before).unwrap().needs_reseal);
    // Another process may be a step ahead: its data is opened and not sealed again.
    let ahead = example(&Sealer::new(&MasterSecret::new(secret(1))));
    assert_eq!(open(&sealer, &ahead), Ok(DATA.to_vec()));

    master.activate(&new).unwrap();
    let opened = sealer.open(&ROW, &before).unwrap();
    assert!(opened.needs_reseal);
    assert!(same_secret(&opened.data, &Secret::new(DATA)));
    let after = sealer.seal(&ROW, opened.data.expose()).unwrap();
    assert!(!sealer.open(&ROW, &after).unwrap().needs_reseal);

    master.retire(&old).unwrap();
    assert_eq!(
        open(&sealer, &before),
        Err(OpenSealedError::UnknownKey(old))
    );
    assert_eq!(open(&sealer, &after), Ok(DATA.to_vec()));
}

/// A16.2.5: an accidental log shows neither the data nor a key.
#[test]
fn debug_shows_neither_keys_nor_data() {
    let sealer = Sealer::new(&master(0));
    let opened = sealer.open(&ROW, &example(&sealer)).unwrap();
    assert_eq!(
        format!("{opened:?}"),
        "Opened { data: Secret([redacted]), needs_reseal: false }"
    );
    let kid = master(0).kid();
    let expected = format!("Sealer {{ keys: SubKeys([({kid:?}, Active)]) }}");
    assert_eq!(format!("{sealer:?}"), expected);
}
