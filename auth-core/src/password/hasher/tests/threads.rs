//! The queue and the threads.

use std::{
    pin::pin,
    sync::{Mutex, mpsc},
    task::{Context, Poll, Waker},
    time::Instant,
};

use super::*;

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

/// C-PS-08, A15.1.3, A15.2.2: if the queue is full, the answer is immediate, and no hash is computed.
#[test]
fn call_with_full_queue_is_busy() {
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

/// Without a queue, only as many calls as threads succeed.
#[test]
fn call_without_queue_and_free_thread_is_busy() {
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

/// A cancelled call costs nothing and frees its place in the queue.
#[test]
fn cancelled_calls_are_skipped() {
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

/// Threads are named, start when they are needed, are not more than configured, and end with the last
/// handle.
#[test]
fn threads_start_with_hashes_and_end_with_last_handle() {
    let hasher = quick().build();
    assert!(hasher.pool.take_handles().is_empty());
    let clone = hasher.clone();
    for _ in 0..7 {
        block_on(hasher.hash(&password("password"))).unwrap();
    }
    let mut threads = hasher.pool.take_handles();
    assert_eq!(threads.len(), 1, "one call at a time needs one thread");
    let hold = Hold::thread_of(&hasher);
    for _ in 0..3 {
        block_on(hasher.hash(&password("password"))).unwrap();
    }
    hold.release();
    threads.extend(hasher.pool.take_handles());
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

/// If a job panics, its caller gets an error and the next caller a thread.
#[test]
fn panicked_thread_is_replaced() {
    let hasher = quick().threads(NonZeroUsize::MIN).build();
    let gate = Arc::new(Mutex::new(()));
    let closed = gate.lock().unwrap();
    let wait = Arc::clone(&gate);
    let hook = move || {
        drop(wait.lock());
        // Unwinds without printing a panic message.
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

/// Many callers on few threads: each gets the answer to its own call.
#[test]
fn concurrent_calls_get_their_own_answers() {
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
fn debug_shows_only_settings() {
    let shown = format!("{:?}", quick().queue(7).build());
    assert_eq!(
        shown,
        "PasswordHasher { params: Argon2Params { memory_kib: 8, passes: 1, lanes: 1 }, threads: 2, queue: 7, .. }"
    );
}

/// One memory serves calls that come one after the other; it is given back after its time, and a later hash
/// allocates it again.
#[test]
fn memory_is_held_while_hashes_run_and_for_its_time() {
    let text = password("password");
    let keeps = quick().keep_memory(Duration::from_hours(1)).build();
    let hold = Hold::thread_of(&keeps);
    for _ in 0..3 {
        block_on(keeps.hash(&text)).unwrap();
        assert_eq!(keeps.memory_kib(), 8);
    }
    hold.release();
    for keep in [Duration::ZERO, Duration::from_millis(1)] {
        let hasher = quick().keep_memory(keep).build();
        for round in 1..=3 {
            block_on(hasher.hash(&text)).unwrap();
            let start = Instant::now();
            while hasher.memory_kib() > 0 {
                assert!(start.elapsed() < Duration::from_mins(1), "round {round}");
                thread::yield_now();
            }
        }
        assert_eq!(hasher.hashes_done(), 3);
    }
}
