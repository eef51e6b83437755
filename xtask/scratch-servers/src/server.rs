//! The life cycle of a server: set-up, start, stop, kill and removal.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::account::Account;
use crate::folder::{self, Folder};
use crate::pgbouncer::PgBouncer;
use crate::recipe::{self, Recipe};
use crate::watcher::Watcher;
use crate::{Engine, PoolMode, ServerError, process, program, random};

/// The time limit for set-up, for a first answer, and for the end of a server.
const PATIENCE: Duration = Duration::from_mins(2);

/// The interval between two checks of a condition.
const PAUSE: Duration = Duration::from_millis(10);

/// Starts temporary servers.
#[derive(Debug)]
pub struct Scratch;

impl Scratch {
    /// Creates a data folder, starts a server on it, and returns when it accepts logins.
    ///
    /// The start takes about a second and fails after a few minutes. Servers may be started in parallel.
    ///
    /// ```no_run
    /// use scratch_servers::{Engine, Scratch};
    ///
    /// let server = Scratch::start(Engine::Mysql)?;
    /// assert!(server.url().starts_with("mysql://"));
    /// # Ok::<(), scratch_servers::ServerError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ServerError::Missing`] if the engine's programs are not found; [`ServerError::Failed`], with the
    /// end of the server's log, if one of them fails.
    pub fn start(engine: Engine) -> Result<Server, ServerError> {
        let folders = program::folders();
        let recipe = recipe::find(engine, &folders).ok_or(ServerError::Missing(engine))?;
        let mut server = Server::create(engine, recipe, &folders)
            .map_err(|error| failed(engine, format!("cannot be prepared: {error}"), None))?;
        server.set_up()?;
        server.start_on_a_free_port()?;
        Ok(server)
    }

    /// Starts PgBouncer in front of a PostgreSQL server, with the role and the password of that server, and
    /// returns when it accepts logins.
    ///
    /// ```no_run
    /// use scratch_servers::{Engine, PoolMode, Scratch};
    ///
    /// let server = Scratch::start(Engine::Postgres)?;
    /// let pooler = Scratch::start_pgbouncer(&server, PoolMode::Transaction)?;
    /// assert_ne!(pooler.address(), server.address());
    /// # Ok::<(), scratch_servers::ServerError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ServerError::NoPgBouncer`] if it is not found; [`ServerError::Failed`], with the end of its log, if it
    /// fails.
    pub fn start_pgbouncer(server: &Server, mode: PoolMode) -> Result<Server, ServerError> {
        let (engine, folders) = (server.engine, program::folders());
        let recipe = PgBouncer::find(&folders, server.address(), mode);
        let recipe = Box::new(recipe.ok_or(ServerError::NoPgBouncer)?);
        let mut pooler = Server::create(engine, recipe, &folders).map_err(|error| {
            failed(
                engine,
                format!("PgBouncer cannot be prepared: {error}"),
                None,
            )
        })?;
        pooler.password.clone_from(&server.password);
        pooler.set_up()?;
        pooler.start_on_a_free_port()?;
        Ok(pooler)
    }
}

pub(crate) fn is_installed(engine: Engine) -> bool {
    recipe::find(engine, &program::folders()).is_some()
}

/// A temporary server on a random port of the loopback interface.
///
/// Dropping it stops the server and removes its folder.
pub struct Server {
    engine: Engine,
    recipe: Box<dyn Recipe>,
    password: String,
    port: u16,
    url: String,
    /// The search path of the server's helper programs.
    path: std::ffi::OsString,
    /// The account that the server runs as, if root starts it.
    account: Option<Account>,
    running: Option<Child>,
    // The order matters: the folder is dropped before the watcher, which would remove it after a crash.
    folder: Folder,
    watcher: Watcher,
}

impl fmt::Debug for Server {
    /// Does not show the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("engine", &self.engine)
            .field("address", &self.address())
            .field("running", &self.running.as_ref().map(Child::id))
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Returns the URL of its maintenance database, for a role with all privileges.
    ///
    /// The URL does not change after a restart.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the address on which the server listens while it runs.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// Returns the folder with its data and its log.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts the server again with the same port and data. Does nothing if it is running.
    ///
    /// After [`kill`](Self::kill) it recovers its data first.
    ///
    /// # Errors
    ///
    /// [`ServerError::Failed`] if the server ends or does not answer; it is not running then.
    pub fn start(&mut self) -> Result<(), ServerError> {
        if let Some(child) = &mut self.running
            && matches!(child.try_wait(), Ok(None))
        {
            return Ok(());
        }
        let mut command = self.recipe.serve(&self.folder, self.port);
        let child = self.spawn(&mut command)?;
        self.running = Some(child);
        let answered = self.wait_until_it_answers();
        if answered.is_err() {
            let _ = self.kill();
        }
        answered
    }

    /// Shuts the server down and closes open connections. Does nothing if it is not running.
    ///
    /// ```no_run
    /// use scratch_servers::{Engine, Scratch};
    ///
    /// let mut server = Scratch::start(Engine::Mysql)?;
    /// server.stop()?;
    /// server.start()?;
    /// # Ok::<(), scratch_servers::ServerError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ServerError::Failed`] if the server does not end by itself or ends with an error; it no longer runs then.
    pub fn stop(&mut self) -> Result<(), ServerError> {
        let Some(mut child) = self.running.take() else {
            return Ok(());
        };
        process::signal(self.recipe.stop_signal(), &[child.id()]);
        let ended = wait(&mut child, PATIENCE);
        let verdict = match &ended {
            Ok(Some(status)) if status.success() => Ok(()),
            Ok(Some(status)) => Err(self.failed(format!("ended with {status}"))),
            Ok(None) => Err(self.failed("does not stop")),
            Err(error) => Err(self.failed(format!("cannot be waited for: {error}"))),
        };
        if !matches!(ended, Ok(Some(_))) {
            self.running = Some(child);
            return self.kill().and(verdict);
        }
        self.watch(None).and(verdict)
    }

    /// Kills every process of the server at once, like a crash. Does nothing if it is not running.
    ///
    /// ```no_run
    /// use scratch_servers::{Engine, Scratch};
    ///
    /// let mut server = Scratch::start(Engine::Postgres)?;
    /// server.kill()?;
    /// server.start()?;
    /// # Ok::<(), scratch_servers::ServerError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ServerError::Failed`] if a process of the server survives.
    pub fn kill(&mut self) -> Result<(), ServerError> {
        let Some(mut child) = self.running.take() else {
            return Ok(());
        };
        // A stopped process can neither start more processes nor shut its children down.
        process::signal("STOP", &[child.id()]);
        let mut all = process::descendants(child.id());
        all.insert(0, child.id());
        process::signal("KILL", &all);
        child
            .wait()
            .map_err(|error| self.failed(format!("cannot be waited for: {error}")))?;
        let deadline = Instant::now() + PATIENCE;
        while process::one_runs(&all) {
            if Instant::now() > deadline {
                return Err(self.failed("a process survived the kill"));
            }
            thread::sleep(PAUSE);
        }
        self.recipe.clear_after_kill(&self.folder);
        self.watch(None)
    }

    /// Stops every process of the server without ending it, like a machine that no longer answers. Does nothing
    /// if the server is not running.
    ///
    /// ```no_run
    /// use scratch_servers::{Engine, Scratch};
    ///
    /// let server = Scratch::start(Engine::Postgres)?;
    /// server.freeze();
    /// server.thaw();
    /// # Ok::<(), scratch_servers::ServerError>(())
    /// ```
    pub fn freeze(&self) {
        self.signal_all("STOP");
    }

    /// Lets the processes of a frozen server run again.
    pub fn thaw(&self) {
        self.signal_all("CONT");
    }

    /// Returns the folder in which the server looks for locales, beside those that are compiled into it. It is
    /// created by the caller.
    #[must_use]
    pub fn locales(&self) -> PathBuf {
        self.folder().join("locales")
    }

    /// Writes a file that only the server and this process can read, such as the key of a certificate; returns
    /// its path.
    ///
    /// # Errors
    ///
    /// [`ServerError::Failed`] if a file of this name exists or cannot be written.
    pub fn write_file(&self, name: &str, text: &str) -> Result<PathBuf, ServerError> {
        self.folder
            .write(name, text)
            .map_err(|error| self.failed(format!("{name} cannot be written: {error}")))
    }

    fn signal_all(&self, signal: &str) {
        if let Some(child) = &self.running {
            process::signal(signal, &[child.id()]);
            process::signal(signal, &process::descendants(child.id()));
        }
    }

    fn create(engine: Engine, recipe: Box<dyn Recipe>, path: &[PathBuf]) -> io::Result<Self> {
        let account = if folder::is_root()? {
            let no_account =
                || io::Error::other("it refuses to run as root, and no other account exists");
            Some(Account::of(engine).ok_or_else(no_account)?)
        } else {
            None
        };
        let name = match engine {
            Engine::Postgres => "postgres",
            Engine::Mysql => "mysql",
        };
        let folder = Folder::create(name, account)?;
        let watcher = Watcher::over(folder.path(), recipe.stop_signal())?;
        Ok(Self {
            engine,
            recipe,
            password: random::hex(16)?,
            port: 0,
            url: String::new(),
            path: std::env::join_paths(path).map_err(io::Error::other)?,
            account,
            running: None,
            folder,
            watcher,
        })
    }

    /// Creates the data.
    fn set_up(&mut self) -> Result<(), ServerError> {
        let mut command = self
            .recipe
            .set_up(&self.folder, &self.password)
            .map_err(|error| self.failed(format!("cannot be set up: {error}")))?;
        let child = self.spawn(&mut command)?;
        let child = self.running.insert(child);
        let what = match wait(child, PATIENCE) {
            Ok(Some(status)) if status.success() => {
                self.running = None;
                return self.watch(None);
            }
            Ok(Some(status)) => format!("its set-up ended with {status}"),
            Ok(None) => "its set-up does not end".to_owned(),
            Err(error) => format!("its set-up cannot be waited for: {error}"),
        };
        let failure = self.failed(what);
        let _ = self.kill();
        Err(failure)
    }

    /// Another process may take the port between the search for it and the start of the server.
    fn start_on_a_free_port(&mut self) -> Result<(), ServerError> {
        let mut tries = 0;
        loop {
            self.port = random::free_port()
                .map_err(|error| self.failed(format!("cannot have a port: {error}")))?;
            self.url = self.recipe.url(self.address(), &self.password);
            tries += 1;
            match self.start() {
                Err(ServerError::Failed { log, .. })
                    if tries < 4 && log.contains("Address already in use") => {}
                answer => return answer,
            }
        }
    }

    fn wait_until_it_answers(&mut self) -> Result<(), ServerError> {
        let deadline = Instant::now() + PATIENCE;
        while let Some(child) = &mut self.running {
            let pid = child.id();
            match child.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => return Err(self.failed(format!("ended with {status}"))),
                Err(error) => {
                    return Err(self.failed(format!("cannot be waited for: {error}")));
                }
            }
            if self.recipe.has_port(&self.folder, pid)
                && recipe::answers(self.recipe.as_ref(), self.address())
            {
                return Ok(());
            }
            if Instant::now() > deadline {
                break;
            }
            thread::sleep(PAUSE);
        }
        Err(self.failed("does not answer"))
    }

    /// Starts one of the engine's programs in a new group, as its account, with its output in the log.
    fn spawn(&mut self, command: &mut Command) -> Result<Child, ServerError> {
        let spawned = self.folder.log().and_then(|log| {
            command
                .current_dir(self.folder.path())
                // The caller's variables for clients and servers do not apply to this server.
                .env_clear()
                .env("PATH", &self.path)
                .env("LC_ALL", "C")
                .env("LOCPATH", self.locales())
                .env("HOME", self.folder.path())
                .env("TMPDIR", self.folder.path())
                .stdin(Stdio::null())
                .stdout(log.try_clone()?)
                .stderr(log)
                .process_group(0);
            if let Some(account) = self.account {
                command.uid(account.user).gid(account.group);
            }
            command.spawn()
        });
        let child = spawned.map_err(|error| self.failed(format!("does not start: {error}")))?;
        self.watch(Some(child.id()))?;
        Ok(child)
    }

    fn watch(&mut self, group: Option<u32>) -> Result<(), ServerError> {
        self.watcher
            .watch(group)
            .map_err(|error| self.failed(format!("its watcher has ended: {error}")))
    }

    fn failed(&self, what: impl Into<String>) -> ServerError {
        failed(self.engine, what, Some(&self.folder))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A frozen process would not see the request to stop.
        self.thaw();
        // A destructor cannot report an error; the watcher ends what is left.
        let _ = self.stop();
    }
}

fn failed(engine: Engine, what: impl Into<String>, folder: Option<&Folder>) -> ServerError {
    ServerError::Failed {
        engine,
        what: what.into(),
        log: folder.map(Folder::tail).unwrap_or_default(),
    }
}

/// Waits for a child's end with a time limit.
fn wait(child: &mut Child, patience: Duration) -> io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + patience;
    loop {
        let status = child.try_wait()?;
        if status.is_some() || Instant::now() > deadline {
            return Ok(status);
        }
        thread::sleep(PAUSE);
    }
}
