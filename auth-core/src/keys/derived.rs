//! Values that are replaced while others read them.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// A value that can be replaced at any time. A reader keeps the value that it has read.
pub(crate) struct Swap<T> {
    value: RwLock<Arc<T>>,
}

impl<T> Swap<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            value: RwLock::new(Arc::new(value)),
        }
    }

    pub(crate) fn get(&self) -> Arc<T> {
        // What panics under the lock has changed nothing: the value is replaced as a whole.
        Arc::clone(&self.value.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the value by what `step` makes of it. Steps come one after the other; one that fails
    /// changes nothing.
    pub(crate) fn replace<E>(&self, step: impl FnOnce(&T) -> Result<T, E>) -> Result<(), E> {
        let mut value = self.value.write().unwrap_or_else(PoisonError::into_inner);
        *value = Arc::new(step(&value)?);
        Ok(())
    }
}

/// A value that is always up to date: a fixed one, or one made of another value that may be
/// replaced.
pub(crate) struct Derived<T> {
    read: Arc<dyn Fn() -> Arc<T> + Send + Sync>,
}

impl<T: Send + Sync + 'static> Derived<T> {
    pub(crate) fn fixed(value: T) -> Self {
        let value = Arc::new(value);
        Self {
            read: Arc::new(move || Arc::clone(&value)),
        }
    }

    /// What `derive` makes of the source: once, and again whenever the source has been replaced.
    pub(crate) fn following<S: Send + Sync + 'static>(
        source: impl Fn() -> Arc<S> + Send + Sync + 'static,
        derive: impl Fn(&S) -> T + Send + Sync + 'static,
    ) -> Self {
        let last: RwLock<Option<(Arc<S>, Arc<T>)>> = RwLock::new(None);
        let read = move || {
            // The source is asked before the lock is taken. A slow caller may so put back an
            // older value; the next caller compares and makes it again. The source of the last value
            // is kept, so that no other can come to stand at its address.
            let source = source();
            if let Some((of, made)) = &*last.read().unwrap_or_else(PoisonError::into_inner)
                && Arc::ptr_eq(of, &source)
            {
                return Arc::clone(made);
            }
            let made = Arc::new(derive(&source));
            let newest = Some((source, Arc::clone(&made)));
            *last.write().unwrap_or_else(PoisonError::into_inner) = newest;
            made
        };
        Self {
            read: Arc::new(read),
        }
    }

    pub(crate) fn get(&self) -> Arc<T> {
        (self.read)()
    }
}

impl<T> Clone for Derived<T> {
    fn clone(&self) -> Self {
        Self {
            read: Arc::clone(&self.read),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Swap<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl<T: fmt::Debug> fmt::Debug for Derived<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.read)().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn a_step_that_fails_changes_nothing() {
        let cell = Swap::new(1);
        assert_eq!(cell.replace(|_| Err("no")), Err("no"));
        assert_eq!(*cell.get(), 1);
        assert_eq!(cell.replace(|value| Ok::<_, ()>(value + 1)), Ok(()));
        assert_eq!(*cell.get(), 2);
    }

    #[test]
    fn a_panic_under_the_lock_stops_nobody() {
        let cell = Arc::new(Swap::new(1));
        let other = Arc::clone(&cell);
        let panicked = std::thread::spawn(move || {
            let _ = other.replace(|_| -> Result<i32, ()> { panic!("on purpose") });
        });
        assert!(panicked.join().is_err());
        assert_eq!(*cell.get(), 1);
        assert_eq!(cell.replace(|_| Ok::<_, ()>(3)), Ok(()));
        assert_eq!(*cell.get(), 3);
    }

    #[test]
    fn a_follower_is_made_once_for_each_value() {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let source = Arc::new(Swap::new(1));
        let followed = Arc::clone(&source);
        let double = Derived::following(
            move || followed.get(),
            |value| {
                MADE.fetch_add(1, Ordering::Relaxed);
                value * 2
            },
        );
        for _ in 0..3 {
            assert_eq!((*double.get(), *double.clone().get()), (2, 2));
        }
        source.replace(|_| Ok::<_, ()>(5)).unwrap();
        assert_eq!((*double.get(), *double.get()), (10, 10));
        assert_eq!(MADE.load(Ordering::Relaxed), 2);
    }
}
