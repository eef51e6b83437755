//! Notes of what a store writes, for remembered look-ups here and in other processes.

use std::time::Duration;

use auth_core::store::{AccessChanges, ChangeNumber};

use super::lease::Lease;
use crate::engine::{Engine, Pool, ServerSession};
use crate::sql::Statement;

/// What an operation writes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Written {
    /// Nothing that a remembered look-up has.
    NoAnswer,
    /// What these keys name.
    Keys([Option<ChangeNumber>; 2]),
    /// Anything.
    Anything,
}

/// Notes what was written when it is dropped: also after an operation that failed, whose outcome may be
/// unknown, and after one that panicked.
pub(super) struct NoteAtEnd {
    pub(super) changes: AccessChanges,
    pub(super) written: Written,
}

impl Written {
    pub(super) fn key(number: ChangeNumber) -> Self {
        Self::Keys([Some(number), None])
    }

    /// Returns the text for other processes; `None` if they need not know.
    fn announcement(self) -> Option<String> {
        match self {
            Self::NoAnswer => None,
            Self::Anything => Some(ANYTHING.to_owned()),
            Self::Keys(keys) => {
                let numbers = keys.into_iter().flatten();
                let numbers: Vec<_> = numbers.map(|key| key.get().to_string()).collect();
                Some(numbers.join(","))
            }
        }
    }
}

impl Drop for NoteAtEnd {
    fn drop(&mut self) {
        match self.written {
            Written::NoAnswer => {}
            Written::Anything => self.changes.note_all(),
            Written::Keys(keys) => {
                for key in keys.into_iter().flatten() {
                    self.changes.note(key);
                }
            }
        }
    }
}

/// The text that says that anything may have been written.
const ANYTHING: &str = "*";

/// Notes what another process has announced. A text of a later version may say anything.
#[cfg(any(test, feature = "postgres"))]
pub(crate) fn note_announced(changes: &AccessChanges, text: &str) {
    let numbers = text.split(',').map(|number| {
        let number = number.parse().ok();
        number.and_then(ChangeNumber::new)
    });
    match numbers.collect::<Option<Vec<_>>>() {
        Some(numbers) => numbers.into_iter().for_each(|number| changes.note(number)),
        None => changes.note_all(),
    }
}

/// The longest time that a write waits until other processes are told, with the wait for a connection.
const PATIENCE: Duration = Duration::from_secs(1);

/// Tells other processes what was written. If that fails they know it when their answers are too old.
pub(super) async fn announce<C: Engine>(pool: &Pool<C>, session: ServerSession, written: Written) {
    if let Some(statement) = written.announcement().and_then(|text| C::announce(&text)) {
        let sent = send::<C>(pool, session, statement);
        let _ = tokio::time::timeout(PATIENCE, sent).await;
    }
}

async fn send<C: Engine>(pool: &Pool<C>, session: ServerSession, statement: Statement) {
    // A connection on which a statement is under way is closed when it is dropped.
    let Ok(mut lease) = Lease::<C>::of_pool(pool).await else {
        return;
    };
    let sent = async {
        session.begin(&mut *lease).await?;
        lease.fetch(statement).await?;
        session.end(&mut *lease, true).await
    };
    if sent.await.is_ok() {
        lease.keep();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announcement_is_noted_by_its_numbers() {
        let (here, there) = (AccessChanges::new(), AccessChanges::new());
        let keys = [ChangeNumber::new(7), ChangeNumber::new(4095)];
        let text = Written::Keys(keys).announcement().unwrap();
        assert_eq!(text, "7,4095");
        note_announced(&there, &text);
        drop(NoteAtEnd {
            changes: here.clone(),
            written: Written::Keys(keys),
        });
        assert_eq!(format!("{here:?}"), format!("{there:?}"));
        assert_eq!(format!("{here:?}"), "AccessChanges { total: 2, .. }");
    }

    #[test]
    fn unknown_announcement_is_about_anything() {
        for text in ["*", "", "4096", "7,x", "-1", "7,,8"] {
            let changes = AccessChanges::new();
            note_announced(&changes, text);
            assert_eq!(
                format!("{changes:?}"),
                "AccessChanges { total: 1, .. }",
                "{text}"
            );
        }
    }
}
