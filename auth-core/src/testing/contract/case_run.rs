//! One guarantee on trial: what ends it, and how panics and silence are caught.

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

/// How long one guarantee may take. It says "the store hangs" and not "the machine is slow": it is
/// far beyond what any of them needs.
const PATIENCE: Duration = Duration::from_mins(1);

/// How many race for one thing.
pub(super) const RACERS: u32 = 64;

/// Why a trial ended early.
pub(super) enum Stop {
    /// Something was seen that breaks the guarantee.
    Broken(String),
    /// It cannot be tried here.
    Skipped(String),
}

/// What every step of a trial answers.
pub(super) type Tried<T = ()> = Result<T, Stop>;

/// Runs a trial by itself, so that neither a panic nor a store that never answers ends the suite.
pub(super) async fn judge(check: impl Future<Output = Tried> + Send + 'static) -> Verdict {
    match tokio::time::timeout(PATIENCE, in_a_task(check)).await {
        Err(_) => Verdict::Broken(format!("no answer within {} seconds", PATIENCE.as_secs())),
        Ok(Ok(())) => Verdict::Kept,
        Ok(Err(Stop::Broken(seen))) => Verdict::Broken(seen),
        Ok(Err(Stop::Skipped(why))) => Verdict::Skipped(why),
    }
}

/// Starts `count` tasks that all begin at the same moment, and answers what each of them answered.
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

/// Runs in a task of its own.
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

/// Polls a call so many times, each after others had a turn, and drops it.
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

/// After how many polls calls are dropped: before the first step, after each of the first few, and
/// ever later.
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

/// The guarantee holds only if this does.
pub(super) fn ensure(holds: bool, seen: impl FnOnce() -> String) -> Tried {
    if holds { Ok(()) } else { broken(seen()) }
}

/// The guarantee holds only if both are the same.
pub(super) fn ensure_eq<T: PartialEq + Debug>(what: &str, actual: &T, expected: &T) -> Tried {
    ensure(actual == expected, || {
        let (actual, expected) = (format!("{actual:?}"), format!("{expected:?}"));
        format!("{what}: {}", contrast(&actual, &expected))
    })
}

/// Both texts; of long ones, the parts around the first difference.
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

/// The guarantee is broken.
pub(super) fn broken<T>(seen: impl Into<String>) -> Tried<T> {
    Err(Stop::Broken(seen.into()))
}

/// The guarantee cannot be tried.
pub(super) fn skipped<T>(why: impl Into<String>) -> Tried<T> {
    Err(Stop::Skipped(why.into()))
}

/// An error where there must be none, with all of its sources.
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

/// What a task that did not end by itself says.
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
