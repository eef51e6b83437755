//! The policy as a whole.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::*;
use crate::error::BoxError;
use crate::password::common;

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

fn password(text: impl Into<String>) -> Password {
    Password::parse(text).unwrap()
}

/// Returns `None` if the password is accepted.
fn rejection(policy: &PasswordPolicy, text: &str) -> Option<PasswordRejection> {
    match block_on(policy.check(&password(text), &PasswordContext::new())) {
        Ok(()) => None,
        Err(PasswordPolicyError::Rejected(rejection)) => Some(rejection),
        Err(error) => panic!("{error}"),
    }
}

/// A breach service that always gives the same answer and counts its calls.
struct Fake {
    answer: Result<bool, &'static str>,
    calls: AtomicUsize,
}

impl Fake {
    fn new(answer: Result<bool, &'static str>) -> Arc<Self> {
        let calls = AtomicUsize::new(0);
        Arc::new(Self { answer, calls })
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

#[async_trait::async_trait]
impl BreachCheck for Fake {
    async fn is_breached(&self, _: &Password) -> Result<bool, BoxError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.answer.map_err(Into::into)
    }
}

/// A6.2.1, A6.2.9, N-PW-01, N-PW-02, N-PW-03: the bounds, in code points of any width.
#[test]
fn length_is_limited_in_code_points() {
    for (policy, min) in [
        (PasswordPolicy::default(), 15),
        (PasswordPolicy::with_second_factor(), 8),
        (PasswordPolicy::default().min_length(14).unwrap(), 14),
        (
            PasswordPolicy::default().dangerous_min_length(1).unwrap(),
            1,
        ),
    ] {
        assert_eq!(policy.shortest(), min);
        for ch in ["x", "é", "e\u{301}", "語", "\u{1F512}"] {
            let of = |n: usize| policy.check_length(&password(ch.repeat(n)));
            assert_eq!(of(min), Ok(()), "{ch} {min}");
            assert_eq!(of(64), Ok(()), "{ch} {min}");
            if min > 1 {
                let too_short = Err(PasswordRejection::TooShort { min });
                assert_eq!(of(min - 1), too_short, "{ch} {min}");
            }
        }
        assert_eq!(
            policy.check_length(&password("\u{1F512}".repeat(128))),
            Ok(())
        );
    }
}

/// N-PW-08: the length is that of the normalised form, which may be shorter or longer than the input.
#[test]
fn length_is_measured_after_normalisation() {
    let policy = PasswordPolicy::default();
    let fourteen = password("e\u{301}".repeat(14));
    assert_eq!(
        policy.check_length(&fourteen),
        Err(PasswordRejection::TooShort { min: 15 })
    );
    let grown = password("\u{1d160}".repeat(43));
    assert_eq!(grown.code_points(), 129);
    assert_eq!(
        policy.check_length(&grown),
        Err(PasswordRejection::TooLong { max: 128 })
    );
}

/// A6.2.1: a minimum below 8 needs the explicit `dangerous` method, and 64 characters are always allowed
/// (A6.2.9).
#[test]
fn minimum_length_out_of_range_is_rejected() {
    for (length, ordinary, dangerous) in [
        (0, false, false),
        (1, false, true),
        (7, false, true),
        (8, true, true),
        (64, true, true),
        (65, false, false),
        (usize::MAX, false, false),
    ] {
        let policy = PasswordPolicy::default();
        assert_eq!(
            policy.clone().min_length(length).is_ok(),
            ordinary,
            "{length}"
        );
        assert_eq!(
            policy.dangerous_min_length(length).is_ok(),
            dangerous,
            "{length}"
        );
    }
}

/// A6.2.4, N-PW-09: every listed password is refused by each policy that its length fits, in any case.
#[test]
fn common_passwords_are_refused() {
    for (policy, at_least) in [
        (PasswordPolicy::default(), 3_000),
        (PasswordPolicy::with_second_factor(), 3_000),
    ] {
        let mut refused = 0;
        for entry in common::all().filter(|entry| entry.len() >= policy.shortest()) {
            for text in [entry.to_owned(), entry.to_uppercase()] {
                let found = rejection(&policy, &text);
                assert_eq!(found, Some(PasswordRejection::Common), "{text}");
            }
            refused += 1;
        }
        assert!(refused >= at_least);
    }
    let lax = PasswordPolicy::default().dangerous_allow_common();
    assert_eq!(rejection(&lax, "qwerty123456789"), None);
}

/// A6.2.5, N-PW-04: all characters are allowed. No rule requires any, none forbids any.
#[test]
fn all_characters_are_accepted() {
    let policy = PasswordPolicy::default();
    for text in [
        "only lower case letters",
        "ONLY UPPER CASE LETTERS",
        "918273645564738291047",
        "!)~/:\"_#{=$>%]&<'?(+@|*[,^-`;\\}.",
        "    y    e    s    n    o    !",
        "nul\0 and\ttab and\nline feed",
        "приветприветмедвед",
        "いろはにほへとちりぬるをわかよ",
        "🔒🔑🚪🪟🧱🏠🌳🌲🌵🌴🍀🌷🌹🌺🌻",
        "my password is qwerty123456",
    ] {
        assert_eq!(rejection(&policy, text), None, "{text:?}");
    }
    // Covers all of Unicode deterministically: 2,000 passwords of 15 arbitrary code points.
    let mut state = 0x2545_f491_u32;
    for _ in 0..2_000 {
        let text: String = std::iter::from_fn(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Some(char::from_u32((state >> 8) % 0x11_0000).unwrap_or('x'))
        })
        .take(15)
        .collect();
        let found = rejection(&policy, &text);
        // Marks may compose, which makes a password shorter; no other reason is allowed.
        let short = password(text.as_str()).code_points() < 15;
        assert_eq!(found.is_some(), short, "{text:?}");
    }
}

/// A6.1.2, A6.2.11: words of the service and of the user.
#[test]
fn words_of_service_and_user_are_refused() {
    let policy = PasswordPolicy::with_second_factor().context_words(["Wonderland", "Cheshire Cat"]);
    let context = PasswordContext::new()
        .email("maria.lopez@example.com")
        .username("QueenOfSpades");
    for (text, refused) in [
        ("WONDERLAND2024", true),
        ("wonderlandwonderland", true),
        ("Cheshire Cat", true),
        ("cheshire cat!!", true),
        ("Maria.Lopez@Example.com", true),
        ("maria.lopez-1", true),
        ("1987-maria.lopez", true),
        ("queenofspades", true),
        ("QUEENOFSPADES99", true),
        ("alice in wonderland", false),
        ("the queenofspades is late", false),
    ] {
        let result = block_on(policy.check(&password(text), &context));
        let found = matches!(
            result,
            Err(PasswordPolicyError::Rejected(
                PasswordRejection::PersonalData
            ))
        );
        assert_eq!(found, refused, "{text} {result:?}");
        assert_eq!(result.is_err(), refused, "{text} {result:?}");
    }
}

/// A6.2.12: the breach service decides, and its failure has the configured result.
#[test]
fn breach_service_decides_and_failure_follows_setting() {
    let good = password("a password of one's own");
    for (answer, on_failure, outcome) in [
        (Ok(false), OnFailure::Refuse, "accepted"),
        (Ok(true), OnFailure::Allow, "breached"),
        (Err("down"), OnFailure::Allow, "accepted"),
        (Err("down"), OnFailure::Refuse, "unavailable"),
    ] {
        let fake = Fake::new(answer);
        let policy = PasswordPolicy::default().breach_check(Arc::clone(&fake) as _, on_failure);
        let result = block_on(policy.check(&good, &PasswordContext::new()));
        let found = match &result {
            Ok(()) => "accepted",
            Err(PasswordPolicyError::Rejected(PasswordRejection::Breached)) => "breached",
            Err(PasswordPolicyError::Unavailable(source)) => {
                assert_eq!(source.to_string(), "down");
                "unavailable"
            }
            Err(other) => panic!("{other}"),
        };
        assert_eq!(found, outcome);
        assert_eq!(fake.calls(), 1);
    }
}

/// A password that is refused already is not sent to a service.
#[test]
fn breach_service_is_called_last() {
    let fake = Fake::new(Ok(true));
    let policy = PasswordPolicy::default()
        .context_words(["wonderland"])
        .breach_check(Arc::clone(&fake) as _, OnFailure::Refuse);
    for text in ["short", "qwerty123456789", "wonderland999999"] {
        assert_ne!(rejection(&policy, text), Some(PasswordRejection::Breached));
    }
    assert_eq!(fake.calls(), 0);
}

#[test]
fn debug_shows_the_rules() {
    let policy = PasswordPolicy::default().breach_check(Fake::new(Ok(false)), OnFailure::Allow);
    assert_eq!(
        format!("{policy:?}"),
        "PasswordPolicy { min: 15, common: true, words: [], breach: Some(Allow) }"
    );
}
