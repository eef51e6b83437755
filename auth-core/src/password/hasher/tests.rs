//! The hasher as a whole: vectors, verdicts, the queue.

use std::{
    pin::pin,
    sync::{Mutex, mpsc},
    task::{Context, Poll, Waker},
};

use super::*;

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

fn password(text: impl Into<String>) -> Password {
    Password::parse(text).unwrap()
}

fn stored(text: &str) -> PasswordHash {
    PasswordHash::from_stored(text.to_owned())
}

fn params(kib: u32, passes: u32, lanes: u32) -> Argon2Params {
    Argon2Params::dangerous_below_floor(kib, passes, lanes).unwrap()
}

/// Two threads, quick hashes.
fn quick() -> PasswordHasherBuilder {
    PasswordHasher::builder()
        .params(params(8, 1, 1))
        .threads(NonZeroUsize::new(2).unwrap())
}

fn verify(hasher: &PasswordHasher, text: &str, hash: &str) -> Verdict {
    block_on(hasher.verify(&password(text), Some(&stored(hash)))).unwrap()
}

fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    std::pin::Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// Keeps one thread of a hasher busy until it is released.
struct Hold(mpsc::Sender<()>);

impl Hold {
    fn thread_of(hasher: &PasswordHasher) -> Self {
        let (started, has_started) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let hook = move || {
            started.send(()).unwrap();
            let _ = released.recv();
        };
        hasher.pool.submit(Job::Hook(Box::new(hook))).unwrap();
        has_started.recv().unwrap();
        Self(release)
    }

    fn release(self) {
        drop(self.0);
    }
}

/// Vectors of the Argon2 reference implementation (`src/test.c` of phc-winner-argon2), versions 16 and 19.
#[test]
fn argon2_reference_vectors() {
    let hasher = quick().build();
    for hash in [
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
        "$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$9qWtwbpyPd3vm1rB1GThgPzZ3/ydHL92zKL+15XZypg",
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
        "$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY",
    ] {
        assert!(verify(&hasher, "password", hash).is_match(), "{hash}");
        assert_eq!(verify(&hasher, "Password", hash), Verdict::Mismatch);
    }
}

/// Vectors of crypt_blowfish (`wrapper.c`) and of libxcrypt 4.4.
#[test]
fn bcrypt_vectors() {
    let hasher = quick().build();
    let a71 = "a".repeat(71);
    let a72 = "a".repeat(72);
    for (text, hash) in [
        (
            "U*U",
            "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        ),
        (
            "U*U*",
            "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK",
        ),
        (
            "U*U*U",
            "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a",
        ),
        (
            "correct horse battery staple",
            "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
        ),
        (
            "pässwörd-mit-ümlaut",
            "$2y$04$abcdefghijklmnopqrstuukkTFWNblgqpQvKbCkniS1UAPQKw5OiS",
        ),
        (
            &a71,
            "$2b$04$abcdefghijklmnopqrstuuMCu.k1vM/ywQwiONaEn3oEMlZoCVBd6",
        ),
        (
            &a72,
            "$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe",
        ),
    ] {
        let matched = Verdict::Match { needs_rehash: true };
        assert_eq!(verify(&hasher, text, hash), matched, "{text}");
        assert_eq!(
            verify(&hasher, &format!("{text}x"), hash),
            Verdict::Mismatch,
            "{text}"
        );
    }
    // One thread computed one hash a call.
    assert_eq!(hasher.hashes_done(), 14);
}

/// C-PS-03, A6.2.8, B-47, C-PS-09: bcrypt's truncation at 72 bytes and its cyclic key match nobody.
#[test]
fn bcrypt_never_matches_by_its_traps() {
    let hasher = quick().build();
    // What libxcrypt made of a longer password: its first 72 bytes match, the whole does not.
    let long = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored";
    let hash = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui";
    assert!(verify(&hasher, &long[..72], hash).is_match());
    assert_eq!(verify(&hasher, long, hash), Verdict::Mismatch);
    assert_eq!(verify(&hasher, &long[..73], hash), Verdict::Mismatch);
    // `a`, NUL, `a` is the same key stream as `a`.
    let hash = "$2b$04$abcdefghijklmnopqrstuuMFdJu9yVgmagVAIC24fOZkaFqd3s9JC";
    assert!(verify(&hasher, "a", hash).is_match());
    assert!(
        bcrypt::verify("a\0a", hash).unwrap(),
        "the trap is gone: the rule may go too"
    );
    for text in ["a\0a", "a\0", "a\0a\0a", "a\0b"] {
        assert_eq!(verify(&hasher, text, hash), Verdict::Mismatch, "{text:?}");
    }
    assert_eq!(hasher.hashes_done(), 8);
}

/// N-PW-12, A6.2.8: a fresh salt each time, and what was hashed verifies, nothing else.
#[test]
fn round_trip() {
    let hasher = quick().build();
    let text = "correct horse battery staple";
    let (first, second) = block_on(async {
        let a = hasher.hash(&password(text)).await.unwrap();
        (a, hasher.hash(&password(text)).await.unwrap())
    });
    assert!(!first.is_same_as(&second));
    assert!(
        first
            .as_stored_str()
            .starts_with("$argon2id$v=19$m=8,t=1,p=1$")
    );
    for hash in [&first, &second] {
        let verdict = verify(&hasher, text, hash.as_stored_str());
        assert_eq!(
            verdict,
            Verdict::Match {
                needs_rehash: false
            }
        );
    }
    // The argon2 crate's own reader agrees on what we wrote.
    let phc = argon2::PasswordHash::new(first.as_stored_str()).unwrap();
    let theirs = argon2::PasswordVerifier::verify_password(
        &argon2::Argon2::default(),
        text.as_bytes(),
        &phc,
    );
    assert!(theirs.is_ok());
}

/// N-PW-08: NFC and NFD of one password log in alike.
#[test]
fn canonical_equivalents_verify_alike() {
    let hasher = quick().build();
    let hash = block_on(hasher.hash(&password("Cafe\u{301} A\u{30a}ngstro\u{308}m"))).unwrap();
    let composed = "Caf\u{e9} \u{c5}ngstr\u{f6}m";
    assert!(verify(&hasher, composed, hash.as_stored_str()).is_match());
    assert!(
        verify(
            &hasher,
            "Caf\u{e9} \u{212b}ngstr\u{f6}m",
            hash.as_stored_str()
        )
        .is_match()
    );
}

/// A6.2.8, C-PS-09, N-PW-07: a change of any one code point, of case, a cut or an addition is another password;
/// far behind byte 72 and around NUL as well.
#[test]
fn every_code_point_counts() {
    let hasher = quick().build();
    let text: String = "Pass\0wörd 語🔒 +é "
        .chars()
        .cycle()
        .take(Password::MAX)
        .collect();
    assert!(text.len() > 2 * 72 && text.ends_with(' '));
    let hash = block_on(hasher.hash(&password(text.as_str()))).unwrap();
    let hash = hash.as_stored_str();
    assert!(verify(&hasher, &text, hash).is_match());
    let chars: Vec<char> = text.chars().collect();
    for at in 0..chars.len() {
        let (head, tail) = (&chars[..at], &chars[at + 1..]);
        let with = |middle: &str| -> String {
            let head: String = head.iter().collect();
            let tail: String = tail.iter().collect();
            format!("{head}{middle}{tail}")
        };
        for changed in [with("#"), with(""), with("\u{1}")] {
            assert_eq!(
                verify(&hasher, &changed, hash),
                Verdict::Mismatch,
                "at {at}"
            );
        }
        let cut: String = head.iter().collect();
        if at > 0 {
            assert_eq!(
                verify(&hasher, &cut, hash),
                Verdict::Mismatch,
                "cut at {at}"
            );
        }
    }
    assert_eq!(
        verify(&hasher, &text.to_lowercase(), hash),
        Verdict::Mismatch
    );
    assert_eq!(verify(&hasher, text.trim_end(), hash), Verdict::Mismatch);
}

/// A6.3.8, B-62: whatever is stored, one verification is one hash of the same costs.
#[test]
fn known_and_unknown_users_cost_the_same() {
    let hasher = quick().build();
    let text = password("correct horse battery staple");
    block_on(async {
        let hash = hasher.hash(&text).await.unwrap();
        let wrong = password("incorrect horse");
        let mut before = hasher.hashes_done();
        assert_eq!(before, 1);
        let over_cap = stored(
            "$argon2id$v=19$m=1048576,t=1000,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        );
        for (password, stored, matches) in [
            (&text, Some(&hash), true),
            (&wrong, Some(&hash), false),
            (&text, None, false),
            (&wrong, None, false),
            (&text, Some(&stored("")), false),
            (&text, Some(&stored("!")), false),
            (
                &text,
                Some(&stored(
                    "$2b$31$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
                )),
                false,
            ),
            (&text, Some(&over_cap), false),
        ] {
            let verdict = hasher.verify(password, stored).await.unwrap();
            assert_eq!(verdict.is_match(), matches, "{stored:?}");
            before += 1;
            assert_eq!(hasher.hashes_done(), before);
        }
    });
}

/// A password that hashes to the dummy would still be no match: the answer for an unknown user is fixed.
#[test]
fn the_dummy_is_never_a_match() {
    let mut engine = engine::Engine::new(params(8, 1, 1), Arc::default());
    for text in ["", "x", "password"] {
        assert_eq!(engine.verify(text.as_bytes(), None), Ok(Verdict::Mismatch));
    }
}

/// N-PW-13, C-PS-07: raised costs reach the accounts at their next login, stronger hashes stay.
#[test]
fn rehash_when_parameters_rise() {
    let weak = quick().build();
    let strong = quick().params(params(64, 2, 1)).build();
    let other_lanes = quick().params(params(64, 2, 2)).build();
    let text = password("correct horse battery staple");
    let hash_of = |hasher: &PasswordHasher| block_on(hasher.hash(&text)).unwrap();
    for (made_by, checked_by, expected) in [
        (&weak, &weak, false),
        (&weak, &strong, true),
        (&strong, &weak, false),
        (&strong, &strong, false),
        (&strong, &other_lanes, true),
    ] {
        let hash = hash_of(made_by);
        let verdict = block_on(checked_by.verify(&text, Some(&hash))).unwrap();
        assert_eq!(
            verdict,
            Verdict::Match {
                needs_rehash: expected
            }
        );
        let wrong = block_on(checked_by.verify(&password("wrong"), Some(&hash))).unwrap();
        assert_eq!(wrong, Verdict::Mismatch);
    }
}

/// B-49: damaged hashes verify nothing and break nothing.
#[test]
fn damaged_hashes_mismatch() {
    let hasher = quick().build();
    let good = block_on(hasher.hash(&password("password"))).unwrap();
    let bcrypt = "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG";
    for good in [good.as_stored_str(), bcrypt] {
        for at in 0..good.len() {
            let (head, tail) = good.split_at(at);
            for damaged in [
                head.to_owned(),
                format!("{head}é{}", &tail[1..]),
                format!("{head}\0{}", &tail[1..]),
                format!("{head}${tail}"),
            ] {
                assert_eq!(
                    verify(&hasher, "password", &damaged),
                    Verdict::Mismatch,
                    "{damaged:?}"
                );
            }
        }
    }
    let huge = "$argon2id$".to_owned() + &"v=19$".repeat(100_000);
    assert_eq!(verify(&hasher, "password", &huge), Verdict::Mismatch);
}

/// C-PS-08: beyond the queue the answer is immediate, and no hash is computed.
#[test]
fn a_full_queue_is_busy() {
    let hasher = quick().threads(NonZeroUsize::MIN).queue(2).build();
    let text = password("correct horse battery staple");
    let hold = Hold::thread_of(&hasher);
    let mut first = pin!(hasher.hash(&text));
    let mut second = pin!(hasher.verify(&text, None));
    assert!(poll(&mut first).is_pending());
    assert!(poll(&mut second).is_pending());
    assert_eq!(hasher.hashes_waiting(), 2);
    for _ in 0..3 {
        match block_on(hasher.hash(&text)) {
            Err(HashError::Busy { retry_after }) => assert!(retry_after.as_secs() >= 1),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(hasher.hashes_done(), 0);
    hold.release();
    assert!(block_on(first).is_ok());
    assert_eq!(block_on(second).unwrap(), Verdict::Mismatch);
    assert!(block_on(hasher.hash(&text)).is_ok());
    assert_eq!(hasher.hashes_done(), 3);
}

/// Without a queue, as many calls as threads get through.
#[test]
fn a_queue_of_none() {
    let hasher = quick().queue(0).build();
    let text = password("correct horse battery staple");
    let first = Hold::thread_of(&hasher);
    let second = Hold::thread_of(&hasher);
    assert!(matches!(
        block_on(hasher.hash(&text)),
        Err(HashError::Busy { .. })
    ));
    first.release();
    second.release();
    let hasher = quick().threads(NonZeroUsize::MIN).queue(0).build();
    for _ in 0..100 {
        assert!(block_on(hasher.hash(&text)).is_ok());
    }
}

/// A caller that is gone costs nothing, and leaves its place in the queue to another.
#[test]
fn cancelled_callers_are_skipped() {
    let hasher = quick().threads(NonZeroUsize::MIN).queue(2).build();
    let text = password("correct horse battery staple");
    let hold = Hold::thread_of(&hasher);
    for _ in 0..10 {
        let mut first = Box::pin(hasher.hash(&text));
        let mut second = Box::pin(hasher.verify(&text, None));
        assert!(poll(&mut first).is_pending());
        assert!(poll(&mut second).is_pending());
    }
    let mut wanted = pin!(hasher.hash(&text));
    assert!(poll(&mut wanted).is_pending());
    hold.release();
    assert!(block_on(wanted).is_ok());
    assert_eq!(hasher.hashes_done(), 1);
}

/// Threads are named, start with the first hash, are no more than configured, and end with the last handle.
#[test]
fn life_of_the_threads() {
    let hasher = quick().build();
    assert!(hasher.pool.take_handles().is_empty());
    let clone = hasher.clone();
    for _ in 0..10 {
        block_on(hasher.hash(&password("password"))).unwrap();
    }
    let threads = hasher.pool.take_handles();
    let names: Vec<_> = threads.iter().map(|t| t.thread().name().unwrap()).collect();
    assert_eq!(names, ["auth-hash-0", "auth-hash-1"]);
    drop(hasher);
    assert_eq!(clone.hashes_done(), 10);
    assert!(block_on(clone.hash(&password("password"))).is_ok());
    drop(clone);
    for thread in threads {
        thread.join().unwrap();
    }
}

/// Were a job to panic, its caller would get an error and the next caller a thread.
#[test]
fn a_broken_thread_is_replaced() {
    let hasher = quick().threads(NonZeroUsize::MIN).build();
    let gate = Arc::new(Mutex::new(()));
    let closed = gate.lock().unwrap();
    let wait = Arc::clone(&gate);
    let hook = move || {
        drop(wait.lock());
        // Unwinds without the noise of a panic message.
        std::panic::resume_unwind(Box::new("broken on purpose"));
    };
    hasher.pool.submit(Job::Hook(Box::new(hook))).unwrap();
    let text = password("password");
    let mut waiting = pin!(hasher.hash(&text));
    assert!(poll(&mut waiting).is_pending());
    drop(closed);
    assert!(block_on(waiting).is_ok());
    assert!(block_on(hasher.hash(&text)).is_ok());
    assert_eq!(hasher.pool.take_handles().len(), 2);
}

/// Many callers on few threads: all are served, each with the answer to its own question.
#[test]
fn a_storm_of_logins() {
    let hasher = quick().build();
    let right = password("correct horse battery staple");
    let hash = block_on(hasher.hash(&right)).unwrap();
    let callers: Vec<_> = (0..8)
        .map(|caller| {
            let (hasher, hash) = (hasher.clone(), hash.clone());
            thread::spawn(move || {
                for i in 0..50 {
                    let is_right = (caller + i) % 2 == 0;
                    let text = if is_right {
                        "correct horse battery staple"
                    } else {
                        "wrong"
                    };
                    let verdict = block_on(hasher.verify(&password(text), Some(&hash))).unwrap();
                    assert_eq!(verdict.is_match(), is_right);
                }
            })
        })
        .collect();
    for caller in callers {
        caller.join().unwrap();
    }
    assert_eq!(hasher.hashes_done(), 401);
}

/// The futures can be spawned on any executor.
#[test]
fn futures_are_send() {
    fn is_send<T: Send>(_: &T) {}
    let hasher = quick().build();
    let text = password("password");
    is_send(&hasher.hash(&text));
    is_send(&hasher.verify(&text, None));
}

#[test]
fn debug_shows_settings_only() {
    let shown = format!("{:?}", quick().queue(7).build());
    assert_eq!(
        shown,
        "PasswordHasher { params: Argon2Params { memory_kib: 8, passes: 1, lanes: 1 }, threads: 2, queue: 7, .. }"
    );
}
