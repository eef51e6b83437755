//! Sessions against a model: generated sequences of actions of clients, thieves, administrators and
//! clocks, run on two servers that share their stores, and on a model of a few rules. After every step
//! the replies, and the validity of each issued token, agree.
//!
//! The steps are sequential; the contract of storages and `races` test concurrency.

mod real;
mod replay;
mod spec;
mod steps;

use std::time::Duration;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRunner};

use real::Shared;
use replay::Replay;
use steps::Sequence;

/// The number of threads.
const THREADS: u32 = 2;

/// Runs this many sequences. A failure is shrunk, and its message is the shortest failing sequence.
fn run(sequences: u32, grace: Duration) {
    std::thread::scope(|scope| {
        let share = || scope.spawn(move || run_share(sequences / THREADS, grace));
        let shares: Vec<_> = (0..THREADS).map(|_| share()).collect();
        for share in shares {
            if let Err(failure) = share.join().unwrap() {
                panic!("{failure}");
            }
        }
    });
}

fn run_share(sequences: u32, grace: Duration) -> Result<(), TestError<Sequence>> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.build().unwrap();
    let shared = runtime.block_on(Shared::new());
    let config = Config {
        cases: sequences,
        // No file in the tree: the message of a failure has the whole sequence.
        failure_persistence: None,
        // Many small numbers and no secrets: the generator is a tenth of the whole time otherwise.
        rng_algorithm: RngAlgorithm::XorShift,
        ..Config::default()
    };
    TestRunner::new(config).run(&steps::sequence(), |sequence| {
        runtime.block_on(replay(&shared, grace, &sequence))
    })
}

async fn replay(
    shared: &Shared,
    grace: Duration,
    sequence: &Sequence,
) -> Result<(), TestCaseError> {
    let mut replay = Replay::new(shared, grace).await;
    for step in &sequence.steps {
        replay.step(step).await?;
        if sequence.probes {
            replay.probe().await?;
        }
    }
    replay.probe().await?;
    replay.present_all(sequence.newest_first).await?;
    replay.probe().await
}

/// Each sequence keeps these rows of the ledger:
///
/// - B-01: a token has one successor, at whichever server it is asked for, and a spent one ends its
///   session;
/// - C-SM-05: within the grace, or until the successor was used, the token before is answered with the same
///   successor, and not after;
/// - A7.3.1, A7.3.2, N-SE-07: either limit ends a session, and a use puts off the first and never the
///   second;
/// - A7.2.4: a login hands out new tokens, and ends the session of the browser that had others;
/// - A7.4.1, B-48: after its end no token of a session is valid on any server, and all others are;
/// - A7.4.2, B-24: no token of a deactivated user is valid, and activation restores none.
#[test]
fn ten_thousand_sequences_agree_with_the_model() {
    run(10_000, Duration::from_secs(10));
}

/// B-01: without grace every second use of a refresh token is a theft.
#[test]
fn sequences_without_grace_agree_with_the_model() {
    run(2_000, Duration::ZERO);
}
