//! The check of one guarantee: its result, and the handling of panics and time-outs.

use std::any::Any;
use std::error::Error as _;
use std::fmt::{self, Debug};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::sync::Barrier;
use tokio::task::{JoinError, JoinSet};

use super::Verdict;
use crate::error::StoreError;

/// The time limit of one guarantee. It is far above the need of any guarantee, so that it detects a
/// store that hangs and not a slow machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The number of concurrent callers.
pub(super) const RACERS: u32 = 64;

/// Why a check ended early.
pub(super) enum Stop {
    /// The guarantee is broken; the observation.
    Broken(String),
    /// The guarantee cannot be tested here; the reason.
    Skipped(String),
}

/// The result of a step of a check.
pub(super) type Tried<T = ()> = Result<T, Stop>;

/// Runs a check in its own task, so that neither a panic nor a store that never answers ends the suite.
pub(super) async fn judge(check: impl Future<Output = Tried> + Send + 'static) -> Verdict {
    match tokio::time::timeout(PATIENCE, in_a_task(check)).await {
        Err(_) => Verdict::Broken(format!("no answer within {} seconds", PATIENCE.as_secs())),
        Ok(Ok(())) => Verdict::Kept,
        Ok(Err(Stop::Broken(seen))) => Verdict::Broken(seen),
        Ok(Err(Stop::Skipped(why))) => Verdict::Skipped(why),
    }
}

/// Starts `count` tasks at the same time, and returns their results.
pub(super) async fn race<T, R>(count: u32, run: impl Fn(u32) -> R) -> Tried<Vec<T>>
where
    T: Send + 'static,
    R: Future<Output = Tried<T>> + Send + 'static,
{
    let start = Arc::new(Barrier::new(usize::try_from(count).unwrap_or(1)));
    let mut tasks = JoinSet::new();
    for number in 0..count {
        let (start, runner) = (Arc::clone(&start), run(number));
        tasks.spawn(async move {
            start.wait().await;
            runner.await
        });
    }
    let mut answers = Vec::new();
    while let Some(joined) = tasks.join_next().await {
        answers.push(joined.map_err(end_of_task)??);
    }
    Ok(answers)
}

/// Runs a future in its own task.
pub(super) async fn in_a_task<T: Send + 'static>(
    run: impl Future<Output = Tried<T>> + Send + 'static,
) -> Tried<T> {
    let mut tasks = JoinSet::new();
    tasks.spawn(run);
    match tasks.join_next().await {
        Some(Ok(answer)) => answer,
        Some(Err(error)) => Err(end_of_task(error)),
        None => broken("a task of the check is gone"),
    }
}

/// Polls a call this many times, yields after each poll, and drops it.
pub(super) async fn drop_after<T>(polls: u32, call: impl Future<Output = T>) {
    let mut call = pin!(call);
    for _ in 0..polls {
        let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        if polled.is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Returns the numbers of polls after which calls are dropped: none, each of the first few, and then
/// ever more.
pub(super) fn poll_counts() -> impl Iterator<Item = (u32, u32)> {
    (0..32).map(|number| {
        (
            number,
            if number < 8 {
                number
            } else {
                (number - 5) * (number - 5)
            },
        )
    })
}

/// Breaks the guarantee if `holds` is false.
pub(super) fn ensure(holds: bool, seen: impl FnOnce() -> String) -> Tried {
    if holds { Ok(()) } else { broken(seen()) }
}

/// Breaks the guarantee if the two values differ.
pub(super) fn ensure_eq<T: PartialEq + Debug>(what: &str, actual: &T, expected: &T) -> Tried {
    ensure(actual == expected, || {
        let (actual, expected) = (format!("{actual:?}"), format!("{expected:?}"));
        format!("{what}: {}", contrast(&actual, &expected))
    })
}

/// Returns both texts; of long texts, the parts around the first difference.
fn contrast(actual: &str, expected: &str) -> String {
    const SHORT: usize = 200;
    const BEFORE: usize = 40;
    if actual.len().max(expected.len()) <= SHORT {
        return format!("{actual} instead of {expected}");
    }
    let same = actual.chars().zip(expected.chars());
    let same = same.take_while(|(one, other)| one == other).count();
    let part = |text: &str| -> String {
        let start = same.saturating_sub(BEFORE);
        text.chars().skip(start).take(SHORT).collect()
    };
    format!(
        "from character {same} on: …{}… instead of …{}…",
        part(actual),
        part(expected)
    )
}

/// Returns that the guarantee is broken.
pub(super) fn broken<T>(seen: impl Into<String>) -> Tried<T> {
    Err(Stop::Broken(seen.into()))
}

/// Returns that the guarantee cannot be tested.
pub(super) fn skipped<T>(why: impl Into<String>) -> Tried<T> {
    Err(Stop::Skipped(why.into()))
}

/// Returns that a call failed, with all sources of the error.
pub(super) fn failed(call: &str, error: &StoreError) -> Stop {
    let mut text = format!("{call} failed: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    Stop::Broken(text)
}

/// Returns the reason for which a task did not end by itself.
pub(super) fn end_of_task(error: JoinError) -> Stop {
    if error.is_cancelled() {
        return Stop::Broken("a task of the check was cancelled".to_owned());
    }
    let text = error.try_into_panic().map(|panic| text_of(&*panic));
    Stop::Broken(format!("a panic: {}", text.unwrap_or_default()))
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("without words").to_owned()
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Broken(text) | Self::Skipped(text)) = self;
        f.write_str(text)
    }
}
