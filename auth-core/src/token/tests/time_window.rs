//! The first and the last second of a token, with an injected clock.

use super::*;

/// Reads a token with these times `at` seconds after [`NOW`], all times relative to it.
fn at(at: i64, (iat, nbf, exp): (i64, i64, i64), leeway: u64) -> Result<(), InvalidToken> {
    let now = NOW.unix_timestamp();
    let mut payload = good_payload();
    payload["iat"] = json!(now + iat);
    payload["nbf"] = json!(now + nbf);
    payload["exp"] = json!(now + exp);
    let profile = profile().leeway(Duration::from_secs(leeway));
    let token = with_payload(payload.to_string());
    decode(&ring(), &profile, &token, NOW + time::Duration::seconds(at)).map(drop)
}

/// A9.2.1, RFC 7519 §4.1.4: refused "on or after" the expiry.
#[test]
fn expiry_is_exact_to_the_second() {
    let times = (0, 0, 900);
    for (leeway, last) in [(0, 899), (30, 929), (1, 900)] {
        assert_eq!(at(last, times, leeway), Ok(()), "leeway {leeway}");
        assert_eq!(
            at(last + 1, times, leeway),
            Err(InvalidToken::Expired),
            "leeway {leeway}"
        );
    }
    assert_eq!(at(1_000_000_000, times, 30), Err(InvalidToken::Expired));
}

/// A9.2.1, RFC 7519 §4.1.5.
#[test]
fn start_is_exact_to_the_second() {
    let times = (0, 100, 900);
    for (leeway, first) in [(0, 100), (30, 70), (1, 99)] {
        assert_eq!(at(first, times, leeway), Ok(()), "leeway {leeway}");
        assert_eq!(
            at(first - 1, times, leeway),
            Err(InvalidToken::NotYetValid),
            "leeway {leeway}"
        );
    }
}

/// A9.2.1: a token from the future comes from a wrong clock or a forger.
#[test]
fn token_issued_in_the_future_is_rejected() {
    let times = (100, 0, 900);
    for (leeway, first) in [(0, 100), (30, 70)] {
        assert_eq!(at(first, times, leeway), Ok(()), "leeway {leeway}");
        assert_eq!(
            at(first - 1, times, leeway),
            Err(InvalidToken::NotYetValid),
            "leeway {leeway}"
        );
    }
}

#[test]
fn default_leeway_is_thirty_seconds() {
    let token = minted();
    let read_at = |seconds| {
        decode(
            &ring(),
            &profile(),
            &token,
            NOW + time::Duration::seconds(seconds),
        )
        .map(drop)
    };
    assert_eq!(read_at(-30), Ok(()));
    assert_eq!(read_at(-31), Err(InvalidToken::NotYetValid));
    assert_eq!(read_at(929), Ok(()));
    assert_eq!(read_at(930), Err(InvalidToken::Expired));
}

/// Fractions of a second round towards the earlier second, so that they never lengthen a lifetime.
#[test]
fn fractions_never_lengthen_a_lifetime() {
    let token = minted();
    let read_at = |now| decode(&ring(), &profile().leeway(Duration::ZERO), &token, now).map(drop);
    let end = NOW + Duration::from_mins(15);
    assert_eq!(read_at(end - Duration::from_nanos(1)), Ok(()));
    assert_eq!(read_at(end), Err(InvalidToken::Expired));
    assert_eq!(
        read_at(end + Duration::from_nanos(1)),
        Err(InvalidToken::Expired)
    );
    assert_eq!(
        read_at(NOW - Duration::from_nanos(1)),
        Err(InvalidToken::NotYetValid)
    );
}

/// No leeway and no clock value makes the arithmetic overflow.
#[test]
fn extreme_clocks_and_leeways_do_not_overflow() {
    let token = minted();
    let first = datetime!(-9999-01-01 0:00 UTC);
    let last = datetime!(9999-12-31 23:59:59 UTC);
    let boundless = profile().leeway(Duration::MAX);
    for now in [first, NOW, last] {
        assert_eq!(
            decode(&ring(), &boundless, &token, now),
            Ok(claims()),
            "{now}"
        );
    }
    assert_eq!(
        decode(&ring(), &profile(), &token, first),
        Err(InvalidToken::NotYetValid),
    );
    assert_eq!(
        decode(&ring(), &profile(), &token, last),
        Err(InvalidToken::Expired)
    );
}
