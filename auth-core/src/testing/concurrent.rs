//! Requests of a case that run at the same time.

use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

use super::conformance::WireReply;

type Sending<'t> = Pin<Box<dyn Future<Output = WireReply> + Send + 't>>;

/// Polls all requests until each has a reply, and returns the replies in the order in which they came.
pub(super) async fn all<'t, F>(requests: impl IntoIterator<Item = F>) -> Vec<WireReply>
where
    F: Future<Output = WireReply> + Send + 't,
{
    let requests = requests.into_iter();
    let mut waiting: Vec<Sending<'t>> = requests
        .map(|request| Box::pin(request) as Sending<'t>)
        .collect();
    let mut done = Vec::new();
    std::future::poll_fn(|task| {
        waiting.retain_mut(|request| match request.as_mut().poll(task) {
            Poll::Ready(reply) => {
                done.push(reply);
                false
            }
            Poll::Pending => true,
        });
        if waiting.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    done
}
