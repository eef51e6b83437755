//! `cargo xtask readme`: the README's program builds and runs in a fresh crate outside of the workspace.

mod manifest;

use std::io::Read as _;
use std::path::PathBuf;
use std::process::Command;
use std::{fs, io};

use crate::check::{Check, Failure, say};
use crate::http::{Client, Reply, text_member};
use crate::markdown;
use crate::process::{Process, root, target};
use crate::scratch::{Folder, Program, free_port};

const REPEAT: &str = "cargo xtask readme";

/// The address that the README's program listens on. It is replaced by a free port.
const ADDRESS: &str = "127.0.0.1:8000";

/// The version of the workspace, which this crate inherits.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The environment variable in which the README's program expects 32 random bytes in hexadecimal.
const SECRET: &str = "AUTH_SECRET";

const CREDENTIALS: (&str, &str) = ("ada@example.com", "a mill that weaves algebra");

pub(crate) fn run() -> Check {
    let readme = fs::read_to_string(root().join("README.md")).unwrap_or_default();
    let source = Source::of(&readme).map_err(|whats| {
        let failures = whats.into_iter().map(|what| Failure::new(what, REPEAT));
        failures.collect::<Vec<_>>()
    })?;
    let journey = || {
        let folder = Folder::create("readme-program").map_err(|error| error.to_string())?;
        let port = free_port().map_err(|error| error.to_string())?;
        source.write(&folder, port)?;
        let program = build(&source, &folder)?;
        let mut command = Command::new(program);
        command.env(SECRET, secret().map_err(|error| error.to_string())?);
        let program = Program::start(command, &folder, port)?;
        visit(program.client)
    };
    journey().map_err(|what: String| vec![Failure::new(what, REPEAT)])
}

/// Returns 32 random bytes in hexadecimal.
fn secret() -> io::Result<String> {
    let mut bytes = [0; 32];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.map(|byte| format!("{byte:02x}")).concat())
}

/// Builds the crate with the versions of this workspace, and returns the path of the program.
fn build(source: &Source, folder: &Folder) -> Result<PathBuf, String> {
    let path = |name: &str| folder.path().join(name).display().to_string();
    let lock = fs::read_to_string(root().join("Cargo.lock")).map_err(|error| error.to_string())?;
    folder
        .write("Cargo.lock", &lock)
        .map_err(|error| error.to_string())?;
    let target = target();
    let build = Process::cargo("build --offline --quiet")
        .arguments(&["--manifest-path".to_owned(), path("Cargo.toml")])
        // The settings of this workspace, to reuse its builds of other crates.
        .environment("CARGO_PROFILE_DEV_DEBUG", "line-tables-only")
        .environment("CARGO_TARGET_DIR", target.display().to_string());
    build
        .run()
        .map_err(|_| "the README's program does not build".to_owned())?;
    Ok(target.join("debug").join(source.name()))
}

/// Registers and logs in, and reads the protected page with the token and without it.
fn visit(client: Client) -> Result<(), String> {
    let (email, password) = CREDENTIALS;
    let register = format!(r#"{{"email":"{email}","password":"{password}"}}"#);
    let login = format!(r#"{{"identifier":"{email}","password":"{password}"}}"#);
    expect(
        "registration",
        201,
        client.post("/auth/register", &register),
    )?;
    let reply = expect("login", 200, client.post("/auth/login", &login))?;
    let token = text_member(&reply.body, "access_token")
        .ok_or_else(|| format!("the login reply has no access_token: {}", reply.body))?;
    expect(
        "the protected page with the token",
        200,
        client.get("/protected", Some(token)),
    )?;
    expect(
        "the protected page without a token",
        401,
        client.get("/protected", None),
    )?;
    say("readme: the program builds; registration, login and the protected page work");
    Ok(())
}

fn expect(what: &str, status: u16, reply: io::Result<Reply>) -> Result<Reply, String> {
    match reply {
        Ok(reply) if reply.status == status => Ok(reply),
        Ok(reply) => Err(format!(
            "{what}: status {}, expected {status}: {}",
            reply.status, reply.body
        )),
        Err(error) => Err(format!("{what}: {error}")),
    }
}

/// The blocks that a reader copies.
#[derive(Debug, PartialEq, Eq)]
struct Source {
    manifest: String,
    program: String,
}

impl Source {
    fn of(readme: &str) -> Result<Self, Vec<String>> {
        let manifest = markdown::first(readme, "toml", |_| true);
        let program = markdown::first(readme, "rust", |block| block.contains("fn main"));
        match (manifest, program) {
            (Some(manifest), Some(program)) => Ok(Self { manifest, program }),
            (manifest, program) => {
                let missing = [
                    (
                        manifest.is_none(),
                        "README.md has no ```toml block for Cargo.toml",
                    ),
                    (
                        program.is_none(),
                        "README.md has no ```rust block with `fn main`",
                    ),
                ];
                let missing = missing.into_iter().filter(|(missing, _)| *missing);
                Err(missing.map(|(_, what)| what.to_owned()).collect())
            }
        }
    }

    /// Writes the crate; its program listens on `port` instead of the README's.
    fn write(&self, folder: &Folder, port: u16) -> Result<(), String> {
        if !self.program.contains(ADDRESS) {
            return Err(format!("the README's program does not listen on {ADDRESS}"));
        }
        let program = self.program.replace(ADDRESS, &format!("127.0.0.1:{port}"));
        let manifest = manifest::manifest(&self.manifest, root(), VERSION)?;
        let write = |name, text: &str| folder.write(name, text).map_err(|error| error.to_string());
        write("Cargo.toml", &manifest)?;
        write("src/main.rs", &program)
    }

    /// Returns the name of the program.
    fn name(&self) -> &str {
        let named = self.manifest.lines().find_map(|line| {
            let value = line.strip_prefix("name")?.trim_start().strip_prefix('=')?;
            value.split('"').nth(1)
        });
        named.unwrap_or(manifest::NAME)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io;

    use super::{Source, expect, secret};
    use crate::http::Reply;
    use crate::scratch::Folder;

    const README: &str = "# T\n```toml\n[dependencies]\nauth-core = \"0.1\"\n```\n\
                          ```rust\nuse a::b;\n```\n```rust\nfn main() { listen(\"127.0.0.1:8000\") }\n```\n";

    #[test]
    fn blocks_become_a_crate_that_listens_on_the_given_port() {
        let folder = Folder::create("xtask-readme").unwrap();

        let source = Source::of(README).unwrap();
        source.write(&folder, 4711).unwrap();

        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(
            read("src/main.rs"),
            "fn main() { listen(\"127.0.0.1:4711\") }\n"
        );
        assert!(read("Cargo.toml").contains("auth-core = { path = \""));
        assert_eq!(source.name(), "readme-program");
    }

    #[test]
    fn error_names_the_missing_block() {
        let error = Source::of("# Title\n```rust\nlet a = 1;\n```\n").unwrap_err();
        assert_eq!(error.len(), 2);
        assert!(
            error[0].contains("```toml") && error[1].contains("`fn main`"),
            "{error:?}"
        );
    }

    #[test]
    fn program_with_an_unknown_address_is_an_error() {
        let folder = Folder::create("xtask-readme-address").unwrap();
        let source = Source::of(&README.replace("8000", "9000")).unwrap();
        let error = source.write(&folder, 4711).unwrap_err();
        assert!(error.contains("127.0.0.1:8000"), "{error}");
    }

    #[test]
    fn secrets_are_unique_and_have_32_bytes() {
        let [one, other] = [secret().unwrap(), secret().unwrap()];
        assert_eq!(one.len(), 64);
        assert_ne!(one, other);
    }

    #[test]
    fn unexpected_status_is_an_error_with_the_body() {
        let reply = || {
            Ok(Reply {
                status: 400,
                body: "no".to_owned(),
            })
        };
        assert!(expect("login", 400, reply()).is_ok());
        let error = expect("login", 200, reply()).unwrap_err();
        assert_eq!(error, "login: status 400, expected 200: no");
        assert!(expect("login", 200, Err(io::ErrorKind::TimedOut.into())).is_err());
    }
}
