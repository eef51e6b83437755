//! Sessions against a model: generated sequences of whatever clients, thieves, administrators and
//! clocks do, played on two servers that share their stores, and on a model of a few rules. After
//! every step the replies, and what each token that was ever handed out is still good for, agree.
//!
//! | ledger | what is shown |
//! | --- | --- |
//! | B-01 | the outcome does not depend on which server is asked |
//! | B-24 | what a change of the user ends is ended for every token, at once and for ever |
//! | A7.2.4 | a login hands out new tokens, and the session of the browser that logs in again ends |
//! | A7.3.1 | a session that is not used ends, and a use puts its end off |
//! | A7.3.2 | a session ends at its latest moment, however often it is used or refreshed |
//! | A7.4.1 | after a logout, and after an end, no token of the session is good |
//! | A7.4.2 | deactivation ends all sessions, and activation brings none back |
//! | N-SE-07 | a spent refresh token ends its session, however long ago it was spent |
//! | B-48 | within the grace the token before is answered with the same successor, and no branch |
//! | C-SM-05 | nobody sees or ends the sessions of another user |

mod play;
mod real;
mod spec;
mod steps;

use std::time::Duration;

use proptest::test_runner::{Config, TestRunner};

use play::Play;
use real::Shared;
use steps::Sequence;

/// Plays so many sequences. A failure is shrunk, and its message is the shortest sequence that fails.
fn run(sequences: u32, grace: Duration) {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.build().unwrap();
    let shared = runtime.block_on(Shared::new());
    let config = Config {
        cases: sequences,
        // No file in the tree: the message of a failure has the whole sequence.
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&steps::sequence(), |sequence| {
        runtime.block_on(play(&shared, grace, &sequence))
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

async fn play(
    shared: &Shared,
    grace: Duration,
    sequence: &Sequence,
) -> Result<(), proptest::test_runner::TestCaseError> {
    let mut play = Play::new(shared, grace).await;
    for step in &sequence.steps {
        play.step(step).await?;
        if sequence.probes {
            play.probe().await?;
        }
    }
    play.probe().await?;
    play.present_all(sequence.newest_first).await?;
    play.probe().await
}

#[test]
fn ten_thousand_sequences_agree_with_the_model() {
    run(10_000, Duration::from_secs(10));
}

/// Strict: every second use of a refresh token is a theft.
#[test]
fn sequences_without_grace_agree_with_the_model() {
    run(2_000, Duration::ZERO);
}
