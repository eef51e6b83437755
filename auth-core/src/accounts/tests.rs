//! The flows without HTTP.

mod context;
mod credentials;
mod decisions;
mod find;
mod hook_order;
mod hooks;
mod mail;
mod mail_limit;
mod masters;
#[cfg(feature = "jwt")]
mod sessions;
mod supported;
mod update;

use std::sync::Arc;

use super::Accounts;
use crate::context::Context;
use crate::event::EventKind;
use crate::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
use crate::testing::{
    FaultInjector, ManualClock, Outbox, ProbedExpiringStore, ProbedUserDatabase, RecordingSink,
    fast_hasher, master_secret,
};
use crate::user::User;

/// Accounts in memory with everything that a test looks at or turns.
struct World {
    accounts: Accounts<User>,
    outbox: Outbox,
    clock: ManualClock,
    sink: RecordingSink,
    users: FaultInjector,
    expiring: FaultInjector,
}

impl World {
    fn context(&self) -> Context {
        self.accounts.context()
    }

    fn new() -> Self {
        Self::with(|builder| builder)
    }

    fn with(
        settings: impl FnOnce(super::AccountsBuilder<User>) -> super::AccountsBuilder<User>,
    ) -> Self {
        Self::of(&master_secret(), settings)
    }

    fn of(
        secrets: impl Into<super::AccountSecrets>,
        settings: impl FnOnce(super::AccountsBuilder<User>) -> super::AccountsBuilder<User>,
    ) -> Self {
        let (outbox, clock, sink) = (Outbox::new(), ManualClock::new(), RecordingSink::new());
        let (users, expiring) = (FaultInjector::new(), FaultInjector::new());
        let database = ProbedUserDatabase::new(MemoryUserDatabase::new(), &users);
        let builder = Accounts::builder(database, secrets)
            .expiring_store(ProbedExpiringStore::new(
                MemoryExpiringStore::new(),
                &expiring,
            ))
            .hasher(fast_hasher())
            .clock(clock.clone())
            .event_sink(sink.clone())
            .shared_hooks(Arc::new(outbox.clone()));
        let accounts = settings(builder).build().unwrap();
        Self {
            accounts,
            outbox,
            clock,
            sink,
            users,
            expiring,
        }
    }

    fn raised(&self, kind: EventKind) -> usize {
        self.sink
            .kinds()
            .into_iter()
            .filter(|raised| *raised == kind)
            .count()
    }
}
