//! The populations of users that use one master secret in this process.

use std::any::{TypeId, type_name};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// A population of users that a handle in this process serves.
#[derive(Debug)]
pub(crate) struct Population {
    realm: String,
    users: TypeId,
    name: &'static str,
    /// The names of the cookies of its backends.
    cookies: Vec<String>,
    /// The origin of the server, if it is configured.
    origin: Option<String>,
}

impl Population {
    pub(crate) fn new<U: 'static>(realm: &str) -> Self {
        Self {
            realm: realm.to_owned(),
            users: TypeId::of::<U>(),
            name: type_name::<U>(),
            cookies: Vec::new(),
            origin: None,
        }
    }

    /// Sets the names of the cookies, and the configured origin of the server.
    pub(crate) fn with_cookies(self, cookies: Vec<String>, origin: Option<String>) -> Self {
        Self {
            cookies,
            origin,
            ..self
        }
    }

    pub(crate) fn realm(&self) -> &str {
        &self.realm
    }

    /// Returns the name of the type of user.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Returns whether both are in one realm and have users of different types: a token of one would be
    /// valid for the user of the other who has the same key.
    pub(crate) fn collides_with(&self, other: &Self) -> bool {
        self.realm == other.realm && self.users != other.users
    }

    /// Returns a cookie that both set in the browsers of one host. Two servers with different
    /// configured origins are different hosts.
    pub(crate) fn shared_cookie(&self, other: &Self) -> Option<&str> {
        let same_host = match (&self.origin, &other.origin) {
            (Some(own), Some(others)) => own == others,
            _ => true,
        };
        if self.realm == other.realm || !same_host {
            return None;
        }
        let mut names = self.cookies.iter();
        let shared = names.find(|name| other.cookies.contains(name));
        shared.map(String::as_str)
    }
}

/// The populations whose handles exist.
#[derive(Default)]
pub(super) struct Populations(Mutex<Vec<Weak<Population>>>);

impl Populations {
    pub(super) fn add(&self, population: &Arc<Population>) {
        // A panic under the lock leaves a complete list.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|one| one.strong_count() > 0);
        known.push(Arc::downgrade(population));
    }

    pub(super) fn living(&self) -> Vec<Arc<Population>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().filter_map(Weak::upgrade).collect()
    }
}

impl fmt::Debug for Populations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Populations").finish_non_exhaustive()
    }
}
