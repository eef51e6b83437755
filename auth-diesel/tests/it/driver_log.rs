//! Records of the PostgreSQL driver, which contain parameters.

use std::cell::Cell;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use log::{Level, LevelFilter, Metadata, Record};

use crate::homes::{Home, Postgres};
use crate::support::{inserted, new_user};

thread_local! {
    /// Whether the records of this thread are written, so that other tests are not affected.
    static WRITES: Cell<bool> = const { Cell::new(false) };
}

/// The logger of the process: what an application without a filter has.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl log::Log for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        WRITES.get() && metadata.level() <= Level::Debug
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let line = format!("{} {}\n", record.target(), record.args());
            self.0.lock().unwrap().extend_from_slice(line.as_bytes());
        }
    }

    fn flush(&self) {}
}

#[tokio::test]
async fn store_warns_if_the_log_contains_parameters() {
    const WARNING: &str = "limit its target `tokio_postgres` to the level `info`";
    let Some(home) = Postgres::new().await else {
        return;
    };
    let log = Log::default();
    log::set_boxed_logger(Box::new(log.clone())).unwrap();
    log::set_max_level(LevelFilter::Debug);
    let warnings = Log::default();
    let writer = warnings.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let quiet = home.open().await;
    inserted(&quiet, new_user("ada@example.com")).await;
    assert_eq!(log.text(), "");
    assert_eq!(warnings.text(), "");

    WRITES.set(true);
    let store = home.open().await;
    assert_eq!(
        warnings.text().matches(WARNING).count(),
        1,
        "{warnings:?}",
        warnings = warnings.text()
    );
    // The warning is true: `ada@`, as numbers, is in a record of this target.
    inserted(&store, new_user("grace@example.com")).await;
    WRITES.set(false);
    let written = log.text();
    let record = written
        .lines()
        .find(|line| line.contains("103, 114, 97, 99, 101, 64"));
    assert!(
        record.is_some_and(|line| line.starts_with("tokio_postgres::query ")),
        "{written}"
    );
}
