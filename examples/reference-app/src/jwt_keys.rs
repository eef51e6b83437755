//! Keys for JWTs from files, read again when the program is told to.

use std::fs;
use std::path::{Path, PathBuf};

use auth_core::token::{JwtKey, KeyRing, SharedKeyRing};
use zeroize::Zeroizing;

use crate::Failure;

/// The keys of these files: the first one signs, all of them verify. `None` where there are no files.
pub(crate) fn load(files: &[PathBuf]) -> Result<Option<SharedKeyRing>, Failure> {
    Ok(ring(files)?.map(SharedKeyRing::new))
}

/// Reads the files again at each SIGHUP. What cannot be used is logged, and the keys that are there
/// stay.
#[cfg(unix)]
pub(crate) fn reload_on_hangup(keys: SharedKeyRing, files: Vec<PathBuf>) -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match reload(&keys, &files) {
                Ok(()) => tracing::info!("the keys of JWTs were read again"),
                Err(error) => tracing::error!(%error, "the keys of JWTs stay as they are"),
            }
        }
    });
    Ok(())
}

/// There is no such signal here: keys change with a restart.
#[cfg(not(unix))]
pub(crate) fn reload_on_hangup(_: SharedKeyRing, _: Vec<PathBuf>) -> Result<(), Failure> {
    Ok(())
}

fn reload(keys: &SharedKeyRing, files: &[PathBuf]) -> Result<(), Failure> {
    if let Some(ring) = ring(files)? {
        keys.replace(ring)?;
    }
    Ok(())
}

fn ring(files: &[PathBuf]) -> Result<Option<KeyRing>, Failure> {
    let Some((first, others)) = files.split_first() else {
        return Ok(None);
    };
    let mut ring = KeyRing::new(read(first)?);
    for file in others {
        ring = ring.also_verify(read(file)?);
    }
    Ok(Some(ring))
}

fn read(file: &Path) -> Result<JwtKey, Failure> {
    let shown = file.display();
    let text = fs::read_to_string(file).map_err(|error| format!("the key in {shown}: {error}"))?;
    let text = Zeroizing::new(text);
    JwtKey::parse(&text).map_err(|error| format!("the key in {shown}: {error}").into())
}
