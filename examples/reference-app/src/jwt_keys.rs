//! Keys for JWTs from files, which a signal reloads.

use std::fs;
use std::path::{Path, PathBuf};

use auth_core::token::{JwtKey, KeyRing, SharedKeyRing};
use zeroize::Zeroizing;

use crate::Failure;

/// Returns the keys of these files: the first key signs, all keys verify. `None` without files.
pub(crate) fn load(files: &[PathBuf]) -> Result<Option<SharedKeyRing>, Failure> {
    Ok(ring(files)?.map(SharedKeyRing::new))
}

/// Reloads the files at each SIGHUP. If a file is invalid, the error is logged and the current keys
/// remain.
#[cfg(unix)]
pub(crate) fn reload_on_hangup(keys: SharedKeyRing, files: Vec<PathBuf>) -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match reload(&keys, &files) {
                Ok(()) => tracing::info!("the JWT keys were reloaded"),
                Err(error) => tracing::error!(%error, "the JWT keys are not changed"),
            }
        }
    });
    Ok(())
}

/// Does nothing: this system has no SIGHUP, so keys change with a restart.
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
