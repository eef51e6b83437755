//! A job for a hasher thread, and the channel for its answer.

use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::{HashFailure, Verdict, engine::Engine};
use crate::password::{Password, PasswordHash};

type Reply<T> = oneshot::Sender<Result<T, HashFailure>>;
pub(super) type Answer<T> = oneshot::Receiver<Result<T, HashFailure>>;

pub(super) enum Job {
    Hash {
        password: Zeroizing<Vec<u8>>,
        reply: Reply<PasswordHash>,
    },
    Verify {
        password: Zeroizing<Vec<u8>>,
        stored: Option<PasswordHash>,
        reply: Reply<Verdict>,
    },
    /// Lets a test block a thread, or make it panic.
    #[cfg(test)]
    Hook(Box<dyn FnOnce() + Send>),
}

impl Job {
    pub(super) fn hash(password: &Password) -> (Self, Answer<PasswordHash>) {
        let (reply, answer) = oneshot::channel();
        let password = password.to_bytes();
        (Self::Hash { password, reply }, answer)
    }

    pub(super) fn verify(
        password: &Password,
        stored: Option<&PasswordHash>,
    ) -> (Self, Answer<Verdict>) {
        let (reply, answer) = oneshot::channel();
        let job = Self::Verify {
            password: password.to_bytes(),
            stored: stored.cloned(),
            reply,
        };
        (job, answer)
    }

    /// Returns whether the caller has stopped waiting.
    pub(super) fn is_abandoned(&self) -> bool {
        match self {
            Self::Hash { reply, .. } => reply.is_closed(),
            Self::Verify { reply, .. } => reply.is_closed(),
            #[cfg(test)]
            Self::Hook(_) => false,
        }
    }

    /// Computes, calls `computed`, and only then answers: a caller with an answer can rely on a free thread.
    pub(super) fn run(self, engine: &mut Engine, computed: impl FnOnce(&mut Engine)) {
        // The result is ignored because the caller may have stopped waiting.
        match self {
            Self::Hash { password, reply } => {
                let result = engine.hash(&password);
                computed(engine);
                let _ = reply.send(result);
            }
            Self::Verify {
                password,
                stored,
                reply,
            } => {
                let result = engine.verify(&password, stored.as_ref());
                computed(engine);
                let _ = reply.send(result);
            }
            #[cfg(test)]
            Self::Hook(hook) => {
                hook();
                computed(engine);
            }
        }
    }
}
