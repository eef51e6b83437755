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
        // A panic under the lock leaves a complete value: the value is replaced as a whole.
        Arc::clone(&self.value.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the value with the result of `step`. Steps run one after the other; a failed step
    /// changes nothing.
    pub(crate) fn replace<E>(&self, step: impl FnOnce(&T) -> Result<T, E>) -> Result<(), E> {
        let mut value = self.value.write().unwrap_or_else(PoisonError::into_inner);
        *value = Arc::new(step(&value)?);
        Ok(())
    }
}

/// A value that is always up to date: fixed, or derived from another value that can be replaced.
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

    /// Derives a value from the source, once now and again after each replacement of the source.
    pub(crate) fn following<S: Send + Sync + 'static>(
        source: impl Fn() -> Arc<S> + Send + Sync + 'static,
        derive: impl Fn(&S) -> T + Send + Sync + 'static,
    ) -> Self {
        let last: RwLock<Option<(Arc<S>, Arc<T>)>> = RwLock::new(None);
        let read = move || {
            // The source is read before the lock is taken. A slow caller may therefore put back an
            // older value; the next caller compares and derives it again. The source of the last
            // value is kept, so that its address is not reused.
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
    fn failed_step_changes_nothing() {
        let cell = Swap::new(1);
        assert_eq!(cell.replace(|_| Err("no")), Err("no"));
        assert_eq!(*cell.get(), 1);
        assert_eq!(cell.replace(|value| Ok::<_, ()>(value + 1)), Ok(()));
        assert_eq!(*cell.get(), 2);
    }

    #[test]
    fn value_can_be_read_and_replaced_after_panic() {
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
    fn value_is_derived_once_per_source_value() {
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
