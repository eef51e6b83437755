//! The limit and the time-out of bodies, on bodies that arrive in parts.

use std::collections::VecDeque;
use std::task::Context;

use super::*;

/// What the next poll of a [`Body`] returns.
enum Step {
    Chunk(usize),
    /// Nothing yet, and a wake-up at once.
    Wait,
    Broken,
    /// Nothing, for ever.
    Never,
}

#[derive(Default)]
struct Body {
    announced: Option<u64>,
    steps: VecDeque<Step>,
    chunk: Vec<u8>,
    polls: usize,
}

impl RequestBody for Body {
    fn announced(&self) -> Option<u64> {
        self.announced
    }

    fn poll_chunk(&mut self, task: &mut Context<'_>) -> Poll<Result<Option<&[u8]>, BrokenBody>> {
        self.polls += 1;
        match self.steps.pop_front() {
            None => Poll::Ready(Ok(None)),
            Some(Step::Chunk(length)) => {
                self.chunk = vec![b'x'; length];
                Poll::Ready(Ok(Some(&self.chunk)))
            }
            Some(Step::Wait) => {
                task.waker().wake_by_ref();
                Poll::Pending
            }
            Some(Step::Broken) => Poll::Ready(Err(BrokenBody)),
            Some(Step::Never) => {
                self.steps.push_front(Step::Never);
                Poll::Pending
            }
        }
    }
}

fn body(steps: impl IntoIterator<Item = Step>) -> Body {
    Body {
        steps: steps.into_iter().collect(),
        ..Body::default()
    }
}

#[tokio::test]
async fn body_in_parts_is_read_up_to_the_limit() {
    for (lengths, expected) in [
        (vec![], Ok(0)),
        (vec![10], Ok(10)),
        (vec![4, 0, 6], Ok(10)),
        (vec![11], Err(ErrorCode::PayloadTooLarge)),
        (vec![4, 6, 1], Err(ErrorCode::PayloadTooLarge)),
    ] {
        for waits in [false, true] {
            let steps = lengths.iter().flat_map(|length| {
                let wait = waits.then_some(Step::Wait);
                wait.into_iter().chain([Step::Chunk(*length)])
            });
            let read = read(&mut body(steps), 10).await;
            assert_eq!(
                read.map(|bytes| bytes.len()),
                expected,
                "{lengths:?} {waits}"
            );
        }
    }
}

/// B-57: a body without end, or one that announces more than the limit, is refused without another read.
#[tokio::test]
async fn body_over_the_limit_is_read_no_further() {
    let mut endless = body([Step::Chunk(6), Step::Chunk(6), Step::Never]);
    assert_eq!(
        read(&mut endless, 10).await,
        Err(ErrorCode::PayloadTooLarge)
    );
    assert_eq!(endless.polls, 2);

    for announced in [11, u64::MAX] {
        let mut endless = body([Step::Never]);
        endless.announced = Some(announced);
        assert_eq!(
            read(&mut endless, 10).await,
            Err(ErrorCode::PayloadTooLarge)
        );
        assert_eq!(endless.polls, 0);
    }
    let mut exact = body([Step::Chunk(10)]);
    exact.announced = Some(10);
    assert_eq!(read(&mut exact, 10).await.map(|bytes| bytes.len()), Ok(10));
}

#[tokio::test]
async fn broken_body_is_malformed() {
    for first in [Step::Chunk(1), Step::Wait] {
        let read = read(&mut body([first, Step::Broken]), 10).await;
        assert_eq!(read, Err(ErrorCode::RequestBodyMalformed));
    }
}

/// The clock is paused: it jumps to the next deadline as soon as every task waits.
#[tokio::test(start_paused = true)]
async fn body_that_never_ends_is_given_up_after_the_time_out() {
    let begun = tokio::time::Instant::now();
    let read = read(&mut body([Step::Chunk(1), Step::Never]), 10).await;
    assert_eq!(read, Err(ErrorCode::RequestTimeout));
    assert_eq!(begun.elapsed(), BODY_TIMEOUT);
}
