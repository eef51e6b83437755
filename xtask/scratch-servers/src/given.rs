//! The server that a test was given, and the notice or failure of a test without one.

use crate::{Engine, PoolMode, Scratch, Server, ServerError};

/// Which engines are required.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// None: tests of a missing engine are left out, with a notice.
    Nothing,
    /// None, and no server is used: all tests with a server are left out, with a notice.
    Unused,
    /// All of them: a missing engine is a failure.
    All,
}

impl Required {
    /// The environment variable with this setting.
    pub const VARIABLE: &'static str = "AUTH_REQUIRE_ENGINES";

    /// Reads the value of the variable: `all`, `none`, or no value.
    ///
    /// ```
    /// use scratch_servers::Required;
    ///
    /// assert_eq!(Required::parse(None), Ok(Required::Nothing));
    /// assert_eq!(Required::parse(Some("none")), Ok(Required::Unused));
    /// assert_eq!(Required::parse(Some("all")), Ok(Required::All));
    /// ```
    ///
    /// # Errors
    ///
    /// Every other value, so that a misspelled value does not disable a requirement.
    pub fn parse(value: Option<&str>) -> Result<Self, String> {
        match value {
            None | Some("") => Ok(Self::Nothing),
            Some("none") => Ok(Self::Unused),
            Some("all") => Ok(Self::All),
            Some(other) => Err(format!(
                "{} is {other:?}; it must be \"all\" or \"none\"",
                Self::VARIABLE
            )),
        }
    }
}

/// Returns the URL of a server for a test of this engine, with a role that may create databases.
///
/// Returns `None` without a server, after one line on standard error: the test returns.
/// The test creates a separate database with a random name, and drops it.
///
/// ```
/// use scratch_servers::{Engine, test_server};
///
/// if let Some(url) = test_server(Engine::Postgres) {
///     assert!(url.starts_with("postgres"));
/// }
/// ```
///
/// # Panics
///
/// If there is no server and `AUTH_REQUIRE_ENGINES` is `all`.
#[must_use]
#[expect(
    clippy::panic,
    clippy::print_stderr,
    reason = "its callers are tests, to which a panic is a failure and standard error the place for notices"
)]
pub fn test_server(engine: Engine) -> Option<String> {
    match answer(
        engine,
        variable(engine.variable()),
        variable(Required::VARIABLE).as_deref(),
    ) {
        Answer::Use(url) => Some(url),
        Answer::LeaveOut(notice) => {
            eprintln!("{notice}");
            None
        }
        Answer::Fail(why) => panic!("{why}"),
    }
}

/// Returns a server of this engine for one test, which may stop and kill it.
///
/// Returns `None` if the engine is not installed, after one line on standard error: the test
/// returns.
///
/// ```no_run
/// use scratch_servers::{Engine, own_server};
///
/// if let Some(mut server) = own_server(Engine::Postgres) {
///     server.kill()?;
///     server.start()?;
/// }
/// # Ok::<(), scratch_servers::ServerError>(())
/// ```
///
/// # Panics
///
/// If the engine does not start, or is missing while `AUTH_REQUIRE_ENGINES` is `all`.
#[must_use]
#[expect(
    clippy::print_stderr,
    reason = "its callers are tests, to which standard error is the place for notices"
)]
pub fn own_server(engine: Engine) -> Option<Server> {
    let required = Required::parse(variable(Required::VARIABLE).as_deref());
    if required == Ok(Required::Unused) {
        eprintln!(
            "left out: a test that stops a server: {} is \"none\"",
            Required::VARIABLE
        );
        return None;
    }
    given(
        "a test that stops a server",
        &required,
        Scratch::start(engine),
    )
}

/// Returns PgBouncer in front of this server, which must be one of PostgreSQL and run for as long.
///
/// Returns `None` if PgBouncer is not installed, after one line on standard error: the test returns.
///
/// ```no_run
/// use scratch_servers::{Engine, PoolMode, own_pgbouncer, own_server};
///
/// if let Some(server) = own_server(Engine::Postgres)
///     && let Some(pooler) = own_pgbouncer(&server, PoolMode::Transaction)
/// {
///     println!("connect to {}", pooler.url());
/// }
/// ```
///
/// # Panics
///
/// If PgBouncer does not start, or is missing while `AUTH_REQUIRE_ENGINES` is `all`.
#[must_use]
pub fn own_pgbouncer(server: &Server, mode: PoolMode) -> Option<Server> {
    let required = Required::parse(variable(Required::VARIABLE).as_deref());
    let started = Scratch::start_pgbouncer(server, mode);
    given("a test with PgBouncer", &required, started)
}

#[expect(
    clippy::panic,
    clippy::print_stderr,
    reason = "its callers are tests, to which a panic is a failure and standard error the place for notices"
)]
fn given(
    test: &str,
    required: &Result<Required, String>,
    started: Result<Server, ServerError>,
) -> Option<Server> {
    match started {
        Ok(server) => Some(server),
        Err(error @ (ServerError::Missing(_) | ServerError::NoPgBouncer))
            if *required == Ok(Required::Nothing) =>
        {
            eprintln!("left out: {test}: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Use(String),
    LeaveOut(String),
    Fail(String),
}

fn answer(engine: Engine, url: Option<String>, required: Option<&str>) -> Answer {
    let variable = engine.variable();
    match (url, Required::parse(required)) {
        (_, Err(why)) => Answer::Fail(why),
        (_, Ok(Required::Unused)) => Answer::LeaveOut(format!(
            "left out: a test on {engine}, because {} is \"none\"",
            Required::VARIABLE
        )),
        (Some(url), Ok(_)) => Answer::Use(url),
        (None, Ok(Required::Nothing)) => Answer::LeaveOut(format!(
            "left out: a test on {engine}, because {variable} is not set; `cargo xtask test` runs it"
        )),
        (None, Ok(Required::All)) => Answer::Fail(format!(
            "{} is \"all\" and {variable} is not set; `cargo xtask test` sets it",
            Required::VARIABLE
        )),
    }
}

/// Returns a variable's value; an empty value counts as unset.
#[expect(
    clippy::disallowed_methods,
    reason = "the environment names the server that was started for the tests"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Answer, Required, answer};
    use crate::Engine;

    #[test]
    fn given_server_is_used_for_every_requirement() {
        let url = || Some("mysql://me:secret@127.0.0.1:3306/mysql".to_owned());
        for required in [None, Some(""), Some("all")] {
            let expected = Answer::Use(url().unwrap_or_default());
            assert_eq!(answer(Engine::Mysql, url(), required), expected);
        }
    }

    #[test]
    fn test_without_a_server_is_left_out_with_a_notice_or_fails() {
        let Answer::LeaveOut(notice) = answer(Engine::Postgres, None, None) else {
            panic!("nothing was required");
        };
        assert!(notice.contains("PostgreSQL") && notice.contains("`cargo xtask test`"));
        assert!(!notice.contains('\n'));

        let Answer::Fail(why) = answer(Engine::Postgres, None, Some("all")) else {
            panic!("everything was required");
        };
        assert!(why.contains("AUTH_TEST_POSTGRES_URL is not set"));
    }

    #[test]
    fn given_server_is_not_used_when_no_server_is_allowed() {
        let url = Some("postgres://there".to_owned());
        let Answer::LeaveOut(notice) = answer(Engine::Postgres, url, Some("none")) else {
            panic!("no server may be used");
        };
        assert!(notice.contains("AUTH_REQUIRE_ENGINES is \"none\""));
    }

    #[test]
    fn unknown_requirement_is_a_failure() {
        assert!(Required::parse(Some("All")).is_err());
        let url = Some("postgres://there".to_owned());
        let Answer::Fail(why) = answer(Engine::Postgres, url, Some("postgres")) else {
            panic!("an unknown value is refused");
        };
        assert!(why.contains("\"all\""));
    }
}
