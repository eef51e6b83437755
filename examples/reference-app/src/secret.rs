//! The master secret: from the environment, or generated once and kept in a file.

use std::env::{self, VarError};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use auth_core::secret::{MasterSecret, Secret};
use zeroize::Zeroizing;

use crate::Failure;
use crate::outbox::private;

const VARIABLE: &str = "AUTH_SECRET";
const FILE: &str = ".auth-secret";

/// Returns the secret in `AUTH_SECRET`; without it, the one in the file `.auth-secret` of the working folder,
/// which is created if it does not exist. The assembly checks its strength.
pub(crate) fn load() -> Result<MasterSecret, Failure> {
    #[expect(
        clippy::disallowed_methods,
        reason = "programs read their environment; libraries do not"
    )]
    let variable = env::var(VARIABLE);
    match variable {
        Ok(text) => Ok(MasterSecret::from_bytes(text)),
        Err(VarError::NotPresent) => Ok(from_file(Path::new(FILE))?),
        // The standard message would show the value.
        Err(VarError::NotUnicode(_)) => Err(format!("{VARIABLE} is not text").into()),
    }
}

fn from_file(path: &Path) -> Result<MasterSecret, Failure> {
    let shown = path.display();
    let failed = |error: io::Error| format!("the secret in {shown}: {error}");
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let text = draw()?;
            let file = private().write(true).create_new(true).open(path);
            file.and_then(|mut file| file.write_all(text.as_bytes()))
                .map_err(failed)?;
            eprintln!("{VARIABLE} is not set: a secret was generated and stored in {shown}");
            return Ok(MasterSecret::from_bytes(text.trim_ascii()));
        }
        Err(error) => return Err(failed(error).into()),
    };
    eprintln!("{VARIABLE} is not set: using the secret in {shown}");
    Ok(MasterSecret::from_bytes(text.trim_ascii()))
}

/// Returns 32 random bytes in hexadecimal, with a line break.
fn draw() -> Result<Zeroizing<String>, Failure> {
    let secret = Secret::generate()?;
    let mut text = Zeroizing::new(String::with_capacity(65));
    for byte in secret.expose() {
        write!(text, "{byte:02x}")?;
    }
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A generated secret is strong, is kept, and only its owner can read it.
    #[test]
    fn secret_is_generated_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let first = from_file(&path).unwrap();
        let second = from_file(&path).unwrap();
        assert_eq!(first.weakness(), None);
        let key = |master: &MasterSecret| {
            let purpose = auth_core::secret::Purpose::custom("test");
            master.derive(purpose).expose().to_owned()
        };
        assert_eq!(key(&first), key(&second));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
