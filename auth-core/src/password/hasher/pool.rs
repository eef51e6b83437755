//! A fixed set of threads with a bounded queue in front of them.

use std::{
    collections::VecDeque,
    num::NonZeroUsize,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{HashError, HashFailure, engine::Engine, idle::IdleMemory, job::Job, memory::Memory};
use crate::password::Argon2Params;

/// The handle of the pool: when it is dropped, the threads finish their current jobs and end.
pub(super) struct Pool {
    shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) params: Argon2Params,
    pub(super) threads: NonZeroUsize,
    pub(super) queue: usize,
    done: Arc<AtomicU64>,
    /// The blocks of 1 KiB that are allocated.
    held: Arc<AtomicUsize>,
    state: Mutex<State>,
    work: Condvar,
}

struct State {
    jobs: VecDeque<Job>,
    idle: IdleMemory,
    /// The number of threads, and of those that are computing.
    running: usize,
    busy: usize,
    started: usize,
    closed: bool,
    /// The moving average of the duration of one job.
    mean: Duration,
    #[cfg(test)]
    handles: Vec<thread::JoinHandle<()>>,
}

impl Pool {
    pub(super) fn new(
        params: Argon2Params,
        threads: NonZeroUsize,
        queue: usize,
        keep: Duration,
    ) -> Self {
        let held = Arc::default();
        let idle = IdleMemory::new(params, keep, Arc::clone(&held));
        Self {
            shared: Arc::new(Shared {
                params,
                threads,
                queue,
                done: Arc::default(),
                held,
                state: Mutex::new(State::new(idle)),
                work: Condvar::new(),
            }),
        }
    }

    /// Puts a job into the queue, or returns an error at once if the queue is full. Starts a thread if all are busy.
    pub(super) fn submit(&self, job: Job) -> Result<(), HashError> {
        let shared = &self.shared;
        let mut state = shared.lock();
        let is_idle = |state: &State| state.running > state.busy + state.jobs.len();
        while state.running < shared.threads.get() && !is_idle(&state) {
            if let Err(error) = shared.start_thread(&mut state) {
                tracing::error!(%error, "a password hasher thread could not be started");
                if state.running == 0 {
                    return Err(HashError::Failed(HashFailure::THREAD));
                }
                break;
            }
        }
        let room = shared.queue + (state.running - state.busy);
        if state.jobs.len() >= room {
            // Callers that stopped waiting are removed from the queue first.
            state.jobs.retain(|waiting| !waiting.is_abandoned());
        }
        if state.jobs.len() >= room {
            let retry_after = state.retry_after();
            return Err(HashError::Busy { retry_after });
        }
        state.jobs.push_back(job);
        drop(state);
        shared.work.notify_one();
        Ok(())
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }

    #[cfg(test)]
    pub(super) fn take_handles(&self) -> Vec<thread::JoinHandle<()>> {
        std::mem::take(&mut self.shared.lock().handles)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // No join: the last handle may be dropped on an async executor, which must not block.
        self.shared.lock().closed = true;
        self.shared.work.notify_all();
    }
}

impl Shared {
    /// Returns the number of hashes computed since the start.
    pub(super) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Returns the number of blocks of 1 KiB that are allocated.
    pub(super) fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Returns the number of jobs that wait for a thread.
    pub(super) fn waiting(&self) -> usize {
        self.lock().jobs.len()
    }

    /// No code under the lock can leave the state half-changed, so a poisoned lock can be used.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start_thread(self: &Arc<Self>, state: &mut State) -> std::io::Result<()> {
        let shared = Arc::clone(self);
        let name = format!("auth-hash-{}", state.started);
        let handle = thread::Builder::new()
            .name(name)
            .spawn(move || shared.serve())?;
        state.started += 1;
        state.running += 1;
        #[cfg(test)]
        state.handles.push(handle);
        #[cfg(not(test))]
        drop(handle);
        Ok(())
    }

    /// Runs one thread.
    fn serve(self: &Arc<Self>) {
        let _seat = Seat(self);
        lower_priority();
        let mut engine = Engine::new(self.params, Arc::clone(&self.done));
        while let Some((job, memory)) = self.next() {
            let start = Instant::now();
            engine.memory = memory;
            job.run(&mut engine, |engine| {
                self.computed(&mut engine.memory, start.elapsed());
            });
        }
    }

    /// Waits for a job whose caller still waits; returns `None` when the pool has ended. Meanwhile it frees the memory
    /// that has been idle.
    fn next(&self) -> Option<(Job, Memory)> {
        let mut state = self.lock();
        loop {
            match state.jobs.pop_front() {
                Some(job) if job.is_abandoned() => continue,
                Some(job) => {
                    state.busy += 1;
                    return Some((job, state.idle.take()));
                }
                None if state.closed => return None,
                None => {}
            }
            let now = Instant::now();
            let over = state.idle.expire(now);
            if !over.is_empty() {
                drop(state);
                drop(over);
                state = self.lock();
                continue;
            }
            state = if let Some(rest) = state.idle.next(now) {
                let waited = self.work.wait_timeout(state, rest);
                waited.unwrap_or_else(PoisonError::into_inner).0
            } else {
                let waited = self.work.wait(state);
                waited.unwrap_or_else(PoisonError::into_inner)
            };
        }
    }

    /// Makes the thread and its memory free.
    fn computed(&self, memory: &mut Memory, took: Duration) {
        let now = Instant::now();
        let mut state = self.lock();
        let used = std::mem::replace(memory, state.idle.empty());
        state.idle.put(used, now);
        state.busy -= 1;
        state.mean = if state.mean.is_zero() {
            took
        } else {
            (state.mean * 7 + took) / 8
        };
    }
}

impl State {
    fn new(idle: IdleMemory) -> Self {
        Self {
            jobs: VecDeque::new(),
            idle,
            running: 0,
            busy: 0,
            started: 0,
            closed: false,
            mean: Duration::ZERO,
            #[cfg(test)]
            handles: Vec::new(),
        }
    }

    /// Returns when the current queue will be done, in whole seconds.
    fn retry_after(&self) -> Duration {
        let rounds = self.jobs.len() / self.running.max(1) + 1;
        let wait = self.mean * u32::try_from(rounds).unwrap_or(u32::MAX);
        Duration::from_secs(wait.as_secs().saturating_add(1).clamp(1, 60))
    }
}

/// Lowers the priority of this thread: a hash takes a core for milliseconds, and a concurrent request should not
/// wait for it. On an idle core nothing changes.
fn lower_priority() {
    /// A tenth of the usual share of a core that other threads need, too.
    #[cfg(target_os = "linux")]
    const NICE: i32 = 10;

    // On Linux this changes the calling thread; elsewhere it would change the whole process.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "a password hasher thread keeps its priority");
    }
}

/// Counts a running thread. No job panics by design; if one does, the caller gets an error, and dropping this value
/// starts a replacement thread.
struct Seat<'a>(&'a Arc<Shared>);

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.running -= 1;
        if thread::panicking() {
            state.busy -= 1;
            if let Err(error) = self.0.start_thread(&mut state) {
                tracing::error!(%error, "a password hasher thread could not be replaced");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_between_1_and_60_whole_seconds() {
        let after = |jobs: usize, running: usize, mean_ms: u64| {
            let idle = IdleMemory::new(Argon2Params::default(), Duration::ZERO, Arc::default());
            let mut state = State {
                running,
                mean: Duration::from_millis(mean_ms),
                ..State::new(idle)
            };
            for _ in 0..jobs {
                state.jobs.push_back(Job::Hook(Box::new(|| ())));
            }
            state.retry_after().as_secs()
        };
        assert_eq!(after(0, 1, 0), 1);
        assert_eq!(after(512, 2, 16), 5);
        assert_eq!(after(1, 4, 16), 1);
        assert_eq!(after(512, 1, 10_000), 60);
    }
}
