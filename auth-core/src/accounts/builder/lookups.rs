//! The cache of look-ups.

use std::sync::Arc;
use std::time::Duration;

use super::AccountsBuilder;
use crate::accounts::lookup_cache::LookupCache;
use crate::config::{ConfigProblem, ConfigReport};
use crate::store::{AccessLookup, NotedUsers};
use crate::user::AuthUser;

/// The most look-ups that can be remembered.
const MOST: usize = 10_000_000;

impl<U: AuthUser> AccountsBuilder<U> {
    /// Remembers look-ups; [`AuthBuilder::cached_lookups`](crate::AuthBuilder::cached_lookups) is its documentation.
    pub(crate) fn cached_lookups(mut self, max_staleness: Duration, capacity: usize) -> Self {
        self.cached_lookups = Some((max_staleness, capacity));
        self
    }

    /// Creates the cache, and lets the stores note what is written through them.
    pub(super) fn remember_lookups(&mut self) -> Option<LookupCache<U>> {
        let (max_staleness, capacity) = self.cached_lookups?;
        let lookup = self.database.access_lookup();
        let changes = lookup.and_then(AccessLookup::changes).cloned();
        let changes = changes.unwrap_or_default();
        self.database = Arc::new(NotedUsers {
            database: Arc::clone(&self.database),
            changes: changes.clone(),
        });
        let sessions = self.sessions.take();
        self.sessions = sessions.map(|sessions| sessions.noting(&changes));
        Some(LookupCache::new(changes, max_staleness, capacity))
    }

    pub(super) fn validate_lookups(&self, report: &mut ConfigReport) {
        let Some((max_staleness, capacity)) = self.cached_lookups else {
            return;
        };
        let ages = Duration::from_millis(1)..=Duration::from_mins(1);
        if !ages.contains(&max_staleness) {
            report.problem(ConfigProblem::LifetimeOutOfRange {
                which: "the greatest age of cached look-ups".to_owned(),
                min: "1 millisecond",
                max: "1 minute",
            });
        }
        if !(1..=MOST).contains(&capacity) {
            report.problem(ConfigProblem::LookupCapacity { most: MOST });
        }
    }
}
