//! The database servers of a test run: given by the caller, started for the run, or left out with a notice.

use std::thread;
use std::time::Instant;

use scratch_servers::{Engine, Required, Scratch, Server, ServerError};

use crate::check::{Check, Failure, all, say};
use crate::process::Process;

const REPEAT: &str = "cargo xtask test";
const REPEAT_QUICK: &str = "cargo xtask test --quick";

/// The available servers of a run. Servers that the run started stop when this is dropped.
pub(crate) struct Servers {
    started: Vec<(Engine, Server)>,
    plan: Plan,
    /// Whether tests must use no server.
    none: bool,
}

impl Servers {
    /// Returns the servers of a run without any: every test that uses a server is left out.
    pub(crate) fn none() -> Result<Self, Vec<Failure>> {
        if variable(Required::VARIABLE).as_deref() == Some("all") {
            let what = format!(
                "{} is \"all\", and `--quick` leaves the engines out",
                Required::VARIABLE
            );
            return Err(vec![Failure::new(what, REPEAT)]);
        }
        let notice = "notice: --quick: tests with PostgreSQL, MariaDB or a browser, of compile errors, with the model and under load are LEFT OUT";
        say(notice);
        Ok(Self {
            started: Vec::new(),
            plan: Plan {
                left_out: vec![notice.to_owned()],
                broken: Vec::new(),
            },
            none: true,
        })
    }

    /// Finds or starts a server of each engine; an error means that the tests must not run.
    pub(crate) fn find() -> Result<Self, Vec<Failure>> {
        let required = Required::parse(variable(Required::VARIABLE).as_deref())
            .map_err(|why| vec![Failure::new(why, REPEAT)])?;
        let found = thread::scope(|scope| {
            // In parallel: a starting server mostly waits.
            let found = Engine::ALL.map(|engine| (engine, scope.spawn(move || find(engine))));
            found.map(|(engine, thread)| {
                let died = |_| Found::Failed(format!("{engine}: its start panicked"));
                (engine, thread.join().unwrap_or_else(died))
            })
        });
        let plan = Plan::of(required, &found)?;
        for notice in &plan.left_out {
            say(notice);
        }
        let started = found
            .into_iter()
            .filter_map(|(engine, found)| match found {
                Found::Started(server) => Some((engine, server)),
                _ => None,
            })
            .collect();
        Ok(Self {
            started,
            plan,
            none: false,
        })
    }

    /// Adds the URLs of the started servers to a process. The environment already has the URLs of the given servers.
    pub(crate) fn equip(&self, process: Process) -> Process {
        if self.none {
            return process.environment(Required::VARIABLE, "none");
        }
        self.started
            .iter()
            .fold(process, |process, (engine, server)| {
                process.hidden_environment(engine.variable(), server.url())
            })
    }

    /// Returns the command that repeats a process together with its started servers.
    pub(crate) fn repeat(&self, process: &Process) -> String {
        if self.none {
            REPEAT_QUICK.to_owned()
        } else if self.started.is_empty() {
            process.line()
        } else {
            REPEAT.to_owned()
        }
    }

    /// Returns a line for each engine whose tests are left out.
    pub(crate) fn left_out(&self) -> &[String] {
        &self.plan.left_out
    }

    /// Fails when an installed engine did not start.
    pub(crate) fn check(&self) -> Check {
        all(self
            .plan
            .broken
            .iter()
            .map(|what| Failure::alone(what, REPEAT)))
    }
}

/// The state of one engine.
enum Found<S> {
    /// The caller named a server.
    Given,
    Started(S),
    Missing,
    /// The engine is installed and does not start.
    Failed(String),
}

fn find(engine: Engine) -> Found<Server> {
    if variable(engine.variable()).is_some() {
        say(&format!("servers: {engine} as {} says", engine.variable()));
        return Found::Given;
    }
    let begin = Instant::now();
    match Scratch::start(engine) {
        Ok(server) => {
            let took = begin.elapsed().as_secs_f64();
            let address = server.address();
            say(&format!(
                "servers: {engine} on {address}, up after {took:.1} s"
            ));
            Found::Started(server)
        }
        Err(ServerError::Missing(_)) => Found::Missing,
        Err(error) => Found::Failed(error.to_string()),
    }
}

/// The servers, notices and failures of a run.
#[derive(Debug, Default, PartialEq, Eq)]
struct Plan {
    left_out: Vec<String>,
    broken: Vec<String>,
}

impl Plan {
    fn of<S>(required: Required, found: &[(Engine, Found<S>)]) -> Result<Self, Vec<Failure>> {
        let mut plan = Self::default();
        let mut refused = Vec::new();
        for (engine, found) in found {
            let install = engine.installation();
            match found {
                Found::Given | Found::Started(_) => {}
                Found::Missing if required == Required::All => refused.push(format!(
                    "{} is \"all\" and {engine} is not installed; {install}",
                    Required::VARIABLE
                )),
                Found::Missing => plan.left_out.push(format!(
                    "notice: {engine} is not installed, so its tests are LEFT OUT; {install}"
                )),
                Found::Failed(why) if required == Required::All => refused.push(why.clone()),
                Found::Failed(why) => {
                    let notice =
                        format!("notice: {engine} does not start, so its tests are LEFT OUT");
                    plan.left_out.push(notice);
                    plan.broken.push(why.clone());
                }
            }
        }
        all(refused.into_iter().map(|what| Failure::alone(what, REPEAT)))?;
        Ok(plan)
    }
}

/// Returns a variable's value; an empty value counts as unset.
#[expect(
    clippy::disallowed_methods,
    reason = "the caller's environment is where servers are named"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use scratch_servers::{Engine, Required};

    use super::{Found, Plan};

    fn plan(
        required: Required,
        postgres: Found<()>,
        mysql: Found<()>,
    ) -> Result<Plan, Vec<String>> {
        let found = [(Engine::Postgres, postgres), (Engine::Mysql, mysql)];
        Plan::of(required, &found)
            .map_err(|failures| failures.into_iter().map(|failure| failure.what).collect())
    }

    #[test]
    fn no_test_is_left_out_with_both_engines() {
        for required in [Required::Nothing, Required::All] {
            let plan = plan(required, Found::Given, Found::Started(()));
            assert_eq!(plan, Ok(Plan::default()));
        }
    }

    #[test]
    fn missing_engine_is_left_out_with_a_notice_that_names_its_package() {
        let plan = plan(Required::Nothing, Found::Started(()), Found::Missing).unwrap();

        let expected = "notice: MariaDB is not installed, so its tests are LEFT OUT; \
                        apt-get install mariadb-server";
        assert_eq!(plan.left_out, [expected]);
        assert_eq!(plan.broken, [""; 0]);
    }

    #[test]
    fn missing_required_engine_stops_the_run() {
        let refused = plan(Required::All, Found::Missing, Found::Missing).unwrap_err();

        assert_eq!(refused.len(), 2);
        assert_eq!(
            refused[0],
            "AUTH_REQUIRE_ENGINES is \"all\" and PostgreSQL is not installed; \
             apt-get install postgresql"
        );
    }

    #[test]
    fn installed_engine_that_does_not_start_is_a_failure() {
        let broken = || Found::Failed("MariaDB: disk full".to_owned());

        let plan_without = plan(Required::Nothing, Found::Given, broken()).unwrap();
        assert_eq!(plan_without.broken, ["MariaDB: disk full"]);
        assert_eq!(plan_without.left_out.len(), 1);

        let refused = plan(Required::All, Found::Given, broken()).unwrap_err();
        assert_eq!(refused, ["MariaDB: disk full"]);
    }
}
