//! Read-only connections to a file, on which look-ups run where the request is: no pool, no task, no blocking
//! thread.
//!
//! A look-up reads a few pages, mostly from memory. Whatever does not succeed at once goes over the pool: no
//! connection is unused, the database is busy, or a read fails.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use auth_core::StoreError;
use auth_core::store::AccessChanges;
use diesel::QueryResult;
use diesel::connection::{Connection as _, LoadConnection as _, SimpleConnection as _};
use tokio::runtime::Handle;

use super::read_row;
use crate::engine::LookupConnections;
use crate::sql::{Kind, Row, SqlValue, Statement};

/// The time after which a connection that failed is opened again, and the time between two checks of the
/// file.
const PAUSE: Duration = Duration::from_secs(1);

/// The most connections: a look-up on more threads finds one unused, or takes the pool.
const MOST: usize = 64;

/// The read-only connections of a store; none for a pool of the application.
#[derive(Clone, Default)]
pub struct Readers(Option<Arc<File>>);

/// A file and its connections.
struct File {
    path: PathBuf,
    /// The file that the store opened. Another one at the same path is not read.
    identity: Option<Identity>,
    /// Those of look-ups, and the one that knows whether the file was written.
    slots: Box<[Mutex<Slot>]>,
    /// The number of the file's last state that was noted.
    noted: AtomicI64,
}

/// A place for one connection.
enum Slot {
    /// None. It is opened at once, or later after a failure or while it is being opened.
    Closed { open_at: Option<Instant> },
    Open {
        connection: diesel::SqliteConnection,
        checked_at: Instant,
    },
}

impl Slot {
    /// Returns a place whose connection failed.
    fn closed() -> Self {
        Self::Closed {
            open_at: Some(Instant::now() + PAUSE),
        }
    }
}

/// What a file is besides its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity(u64, u64);

impl Readers {
    /// Returns the connections to the file of a store, one of them opened. Blocks.
    pub(super) fn open(path: &str, connections: Option<u32>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let count = connections.map_or(cores, |count| usize::try_from(count).unwrap_or(MOST));
        if count == 0 {
            return Self::default();
        }
        let slot = || Mutex::new(Slot::Closed { open_at: None });
        let file = File {
            path: PathBuf::from(path),
            identity: identity(Path::new(path)),
            slots: std::iter::repeat_with(slot)
                .take(count.min(MOST) + 1)
                .collect(),
            noted: AtomicI64::new(i64::MIN),
        };
        file.open(0);
        Self(Some(Arc::new(file)))
    }
}

impl LookupConnections for Readers {
    async fn fetch(
        &self,
        statement: &Statement,
        _: Duration,
    ) -> Result<Option<Vec<Row>>, StoreError> {
        Ok(self.0.as_ref().and_then(|file| read(file, statement)))
    }

    fn close(&self) {}

    /// Any commit on another connection changes `PRAGMA data_version` of a connection, so a commit of this process
    /// ends all answers, too.
    fn note_other_writes(&self, changes: &AccessChanges) -> bool {
        let Some(file) = &self.0 else {
            return true;
        };
        let place = file.watch();
        let Some(Ok(mut slot)) = file.slots.get(place).map(Mutex::try_lock) else {
            return false;
        };
        let version = Statement::new("PRAGMA data_version").returns(&[Kind::BigInt]);
        let rows = read_on(file, place, &mut slot, &version);
        let Some(SqlValue::BigInt(Some(version))) = rows.into_iter().flatten().flatten().next()
        else {
            // The numbers of the next connection cannot be compared with those of this one.
            file.noted.store(i64::MIN, Ordering::SeqCst);
            return false;
        };
        // Under the lock of the connection, whose numbers ascend.
        if file.noted.swap(version, Ordering::SeqCst) != version {
            changes.note_all();
        }
        true
    }
}

/// Runs a statement on the first unused connection; `None` if there is none, or if it fails.
fn read(file: &Arc<File>, statement: &Statement) -> Option<Vec<Row>> {
    for (place, slot) in file.slots.iter().enumerate().take(file.watch()) {
        // A connection in use is not waited for, and one that is being opened neither.
        let Ok(mut slot) = slot.try_lock() else {
            continue;
        };
        let is_open = matches!(&*slot, Slot::Open { .. });
        let rows = read_on(file, place, &mut slot, statement);
        if is_open {
            return rows;
        }
    }
    None
}

/// Runs a statement on the connection of a place; `None` if there is none, or if it fails.
fn read_on(
    file: &Arc<File>,
    place: usize,
    slot: &mut Slot,
    statement: &Statement,
) -> Option<Vec<Row>> {
    let rows = match slot {
        Slot::Open {
            connection,
            checked_at,
        } => file.read(connection, checked_at, statement),
        Slot::Closed { open_at } => {
            let now = Instant::now();
            if open_at.is_none_or(|open_at| open_at <= now) {
                *open_at = Some(now + PAUSE);
                open_later(file, place);
            }
            return None;
        }
    };
    if rows.is_none() {
        *slot = Slot::closed();
    }
    rows
}

/// Opens a connection on a blocking thread.
fn open_later(file: &Arc<File>, place: usize) {
    if let Ok(runtime) = Handle::try_current() {
        let file = Arc::clone(file);
        runtime.spawn_blocking(move || file.open(place));
    }
}

impl File {
    /// Runs a statement, which takes no lock beyond its end; `None` if it fails, or if the file has moved.
    fn read(
        &self,
        connection: &mut diesel::SqliteConnection,
        checked_at: &mut Instant,
        statement: &Statement,
    ) -> Option<Vec<Row>> {
        let now = Instant::now();
        if now.duration_since(*checked_at) >= PAUSE {
            *checked_at = now;
            if !self.is_in_place() {
                return None;
            }
        }
        fetch(connection, statement).ok()
    }

    /// Returns the place of the connection that knows whether the file was written.
    fn watch(&self) -> usize {
        self.slots.len().saturating_sub(1)
    }

    /// Opens a connection in this place. Blocks.
    fn open(&self, place: usize) {
        let Some(slot) = self.slots.get(place) else {
            return;
        };
        let opened = self.is_in_place().then(|| connect(&self.path));
        let Ok(mut slot) = slot.lock() else { return };
        if matches!(&*slot, Slot::Open { .. }) {
            // An opening before this one was slow, and its connection may have told a state of the file.
            return;
        }
        *slot = match opened {
            Some(Ok(connection)) => Slot::Open {
                connection,
                checked_at: Instant::now(),
            },
            _ => Slot::closed(),
        };
    }

    /// Returns whether the path still leads to the file that the store opened.
    fn is_in_place(&self) -> bool {
        self.identity.is_some() && identity(&self.path) == self.identity
    }
}

fn fetch(
    connection: &mut diesel::SqliteConnection,
    statement: &Statement,
) -> QueryResult<Vec<Row>> {
    let mut rows = Vec::new();
    for row in connection.load(statement)? {
        rows.push(read_row(&row?, statement.columns())?);
    }
    Ok(rows)
}

/// Opens a connection that cannot write and waits for no lock.
fn connect(path: &Path) -> diesel::ConnectionResult<diesel::SqliteConnection> {
    let path = path.to_str().unwrap_or_default();
    let mut connection = diesel::SqliteConnection::establish(&read_only(path))?;
    connection
        .batch_execute("PRAGMA busy_timeout = 0; PRAGMA query_only = ON;")
        .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

/// Returns the URI of a path that is opened read-only.
fn read_only(path: &str) -> String {
    let mut uri = String::from("file:");
    if path.starts_with('/') {
        // An empty name of a host.
        uri.push_str("//");
    } else if cfg!(windows) && path.get(1..2) == Some(":") {
        uri.push_str("///");
    }
    for character in path.chars() {
        match character {
            '%' => uri.push_str("%25"),
            '?' => uri.push_str("%3f"),
            '#' => uri.push_str("%23"),
            '\\' if cfg!(windows) => uri.push('/'),
            _ => uri.push(character),
        }
    }
    uri.push_str("?mode=ro");
    uri
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;

    let metadata = std::fs::metadata(path).ok()?;
    Some(Identity(metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<Identity> {
    let created = std::fs::metadata(path).ok()?.created().ok()?;
    let since = created.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Identity(since.as_secs(), since.subsec_nanos().into()))
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.as_ref().map_or(0, |file| file.watch());
        f.debug_tuple("Readers").field(&count).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::{Kind, SqlValue};

    fn numbers(file: &Arc<File>) -> Option<Vec<i64>> {
        let select = Statement::new("SELECT n FROM numbers").returns(&[Kind::BigInt]);
        let rows = read(file, &select)?;
        let number = |value| match value {
            SqlValue::BigInt(number) => number,
            _ => None,
        };
        Some(rows.into_iter().flatten().filter_map(number).collect())
    }

    #[test]
    fn replaced_file_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a%20 #1 ?mode=rw é.db");
        let path = path.to_str().unwrap();
        let mut writer = diesel::SqliteConnection::establish(path).unwrap();
        let create = "PRAGMA journal_mode = WAL; CREATE TABLE numbers (n BIGINT); \
                      INSERT INTO numbers VALUES (7)";
        writer.batch_execute(create).unwrap();
        let file = Readers::open(path, Some(1)).0.unwrap();
        assert_eq!(numbers(&file), Some(vec![7]));
        writer
            .batch_execute("INSERT INTO numbers VALUES (8)")
            .unwrap();
        assert_eq!(numbers(&file), Some(vec![7, 8]));

        let away = folder.path().join("away.db");
        std::fs::rename(path, &away).unwrap();
        std::fs::copy(&away, path).unwrap();
        if let Slot::Open { checked_at, .. } = &mut *file.slots[0].lock().unwrap() {
            *checked_at -= PAUSE;
        }
        assert_eq!(numbers(&file), None);
        file.open(0);
        assert_eq!(numbers(&file), None);
    }

    #[test]
    fn connection_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("numbers.db");
        let mut writer = diesel::SqliteConnection::establish(path.to_str().unwrap()).unwrap();
        let create = "PRAGMA journal_mode = WAL; CREATE TABLE numbers (n BIGINT)";
        writer.batch_execute(create).unwrap();
        let mut reader = connect(&path).unwrap();
        let insert = Statement::new("INSERT INTO numbers VALUES (7)");
        assert!(fetch(&mut reader, &insert).is_err());
    }
}
