//! The command line.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use auth_core::RouteSetting;
use auth_core::password::{Argon2Params, InvalidParams};
use clap::{Parser, Subcommand, ValueEnum};
use tracing_subscriber::filter::LevelFilter;

use crate::duration;
use crate::storage::DatabaseUrl;

/// Serves accounts, with the flows, backends and storage of its flags.
///
/// The signing secret is read from the environment variable `AUTH_SECRET`. Without it, a secret is
/// generated and kept in the file `.auth-secret`.
#[derive(Debug, Parser)]
#[command(version)]
#[expect(clippy::struct_excessive_bools, reason = "a switch for each feature")]
pub(crate) struct Args {
    /// The database URL: `sqlite://PATH`, `postgres://USER:PASSWORD@HOST/DATABASE`,
    /// `mysql://USER:PASSWORD@HOST/DATABASE`, or `memory:` (not kept after the program ends).
    ///
    /// The default is the environment variable `AUTH_DATABASE_URL`, or else
    /// `sqlite://accounts.db`. Use the variable for a URL with a password: every
    /// user of the machine who can list its processes sees arguments.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) database_url: Option<DatabaseUrl>,

    /// The maximum number of database connections. The default is that of the
    /// library, 8.
    #[arg(long, global = true, value_name = "N")]
    pub(crate) pool_size: Option<NonZeroU32>,

    /// How long a request waits for a database connection before it is answered 503. The default is
    /// that of the library, 5s.
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration::parse)]
    pub(crate) checkout_timeout: Option<Duration>,

    /// The cost of a password hash: memory in KiB, passes, lanes. Values below OWASP's minimum are for tests only.
    #[arg(long, global = true, value_name = "M,T,P", value_parser = argon2_params, default_value = "19456,2,1")]
    pub(crate) argon2: Argon2Params,

    /// The level of the log on standard error: `off`, `error`, `warn`, `info`, `debug` or `trace`.
    #[arg(long, global = true, value_name = "LEVEL", default_value = "info")]
    pub(crate) log: LevelFilter,

    /// The address to listen on. With port 0 the system chooses one; the first line of standard
    /// output shows it.
    #[arg(long, default_value = "127.0.0.1:8000")]
    pub(crate) listen: SocketAddr,

    /// The web framework.
    #[arg(long, value_enum, default_value_t = Framework::Axum)]
    pub(crate) framework: Framework,

    /// A backend; repeatable. The routes of the first backend are at the path of the group, those of a
    /// further backend below its name.
    #[arg(
        long = "backend",
        value_name = "NAME=TRANSPORT+STRATEGY",
        default_value = "jwt=bearer+jwt"
    )]
    pub(crate) backends: Vec<BackendSpec>,

    /// Accepts logins only of users with a verified address.
    #[arg(long)]
    pub(crate) require_verification: bool,

    /// The identifier for logins.
    #[arg(long, value_enum, default_value_t = Identifier::Email)]
    pub(crate) login_identifier: Identifier,

    /// Removes the row of a deleted user, instead of deactivating it.
    #[arg(long)]
    pub(crate) hard_delete: bool,

    /// The lifetime of access tokens: 1s to 24h for a JWT, to 400d for an opaque token. The default is
    /// 15m for a JWT and 1h for an opaque token.
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub(crate) access_lifetime: Option<Duration>,

    /// Gives every backend sessions, with refresh tokens and routes to list and end them. A backend of
    /// opaque tokens always has sessions.
    #[arg(long)]
    pub(crate) sessions: bool,

    /// The time after which an unused session ends.
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = "30d")]
    pub(crate) session_idle: Duration,

    /// Gives backends of cookies and opaque tokens a refresh cookie, too. Without it they are classic
    /// sessions: one cookie, no refresh route, and no lifetime of its own (`--access-lifetime` does not
    /// count for them).
    #[arg(long)]
    pub(crate) rotating: bool,

    /// The time after which an unused session ends whose login did not ask to be remembered. The default is
    /// that of the library, 24h.
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub(crate) session_browser_idle: Option<Duration>,

    /// The time after which a session ends in any case.
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = "90d")]
    pub(crate) session_absolute: Duration,

    /// The time after a refresh during which the previous token gets the same successor; `0s` ends
    /// the session of a token that is presented twice.
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = "10s")]
    pub(crate) refresh_grace: Duration,

    /// The time after a refresh during which the previous token gets the same successor if that was never
    /// used: for replies that were lost. The default is 5m, and 0s without a grace.
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub(crate) lost_reply_window: Option<Duration>,

    /// Another origin whose pages may send requests with cookies, such as `https://app.example`;
    /// repeatable.
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    pub(crate) allowed_origins: Vec<String>,

    /// The origin of the server in browsers, if a proxy changes the `Host` of requests.
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) own_origin: Option<String>,

    /// Takes HTML forms in the place of JSON, and redirects to pages: the login page is `/login`, the page
    /// after a login `/`. The program serves no pages: they are those of an application in front of it.
    #[arg(long)]
    pub(crate) forms: bool,

    /// Allows cookies over plain HTTP: for loopback addresses only.
    #[arg(long)]
    pub(crate) insecure_cookies: bool,

    /// A file with a JWT key, as PEM or JWK; repeatable. The first key signs, all keys verify, and public
    /// keys are published. SIGHUP reloads the files. Without this flag, keys are derived from the
    /// secret.
    #[arg(long = "jwt-key", value_name = "FILE")]
    pub(crate) jwt_keys: Vec<PathBuf>,

    /// The lifetime of tokens in mails: 5m to 24h.
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = "1h")]
    pub(crate) account_token_lifetime: Duration,

    /// The file to which mails are appended, one JSON object per line. It
    /// contains tokens in clear text: for tests only.
    #[arg(long, value_name = "FILE")]
    pub(crate) outbox: Option<PathBuf>,

    /// Gives every registration the same answer, so that it does not reveal accounts.
    #[arg(long)]
    pub(crate) hide_existing_accounts: bool,

    /// The realm of the users, if another program with users of its own has the same secret. Tokens of one
    /// realm are invalid in another. The default is that of the library.
    #[arg(long, value_name = "NAME")]
    pub(crate) realm: Option<String>,

    /// The path of the login routes.
    #[arg(long, value_name = "PATH", default_value = "/auth")]
    pub(crate) auth_path: String,

    /// The path of the user routes.
    #[arg(long, value_name = "PATH", default_value = "/users")]
    pub(crate) users_path: String,

    /// A setting of one route, or of all routes with this prefix: `ID=off`, `ID=on`,
    /// `ID=renamed:/PATH` or `ID=moved:/PATH`; repeatable. `http-api` prints the names.
    #[arg(long = "route", value_name = "SETTING", value_parser = route)]
    pub(crate) routes: Vec<(String, RouteSetting)>,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// The commands besides serving.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Creates a user with a verified address, and prints the id. The password is the first line of
    /// standard input.
    CreateUser(NewUserArgs),

    /// Prints the OpenAPI 3.1 document of the routes with these flags, as JSON.
    Openapi,

    /// Prints a Markdown page of the routes with these flags.
    HttpApi,
}

/// The new user.
#[derive(Debug, clap::Args)]
pub(crate) struct NewUserArgs {
    /// Makes the user a superuser.
    #[arg(long)]
    pub(crate) superuser: bool,

    /// The user name, for a server with `--login-identifier username`.
    #[arg(long, value_name = "NAME")]
    pub(crate) username: Option<String>,

    /// The e-mail address.
    pub(crate) email: String,
}

/// The web frameworks with an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Framework {
    Axum,
    Poem,
}

/// The identifier for logins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Identifier {
    Email,
    Username,
}

/// A backend on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BackendSpec {
    pub(crate) name: String,
    pub(crate) transport: TransportKind,
    pub(crate) strategy: StrategyKind,
}

/// How a credential travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TransportKind {
    Bearer,
    Cookie,
}

/// The kind of access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StrategyKind {
    Jwt,
    Opaque,
}

impl FromStr for BackendSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('=').and_then(|(name, pair)| {
            let (transport, strategy) = pair.split_once('+')?;
            Some((name, transport, strategy))
        });
        let (name, transport, strategy) =
            parts.ok_or("expected NAME=TRANSPORT+STRATEGY, for example `jwt=bearer+jwt`")?;
        let transport = match transport {
            "bearer" => TransportKind::Bearer,
            "cookie" => TransportKind::Cookie,
            other => {
                return Err(format!(
                    "unknown transport `{other}`: expected `bearer` or `cookie`"
                ));
            }
        };
        let strategy = match strategy {
            "jwt" => StrategyKind::Jwt,
            "opaque" => StrategyKind::Opaque,
            other => {
                return Err(format!(
                    "unknown strategy `{other}`: expected `jwt` or `opaque`"
                ));
            }
        };
        // The assembly checks the name, and reports all errors together.
        Ok(Self {
            name: name.to_owned(),
            transport,
            strategy,
        })
    }
}

/// Parses the setting of a route.
fn route(text: &str) -> Result<(String, RouteSetting), String> {
    let unknown = || "expected ID=off, ID=on, ID=renamed:/PATH or ID=moved:/PATH".to_owned();
    let (id, setting) = text.split_once('=').ok_or_else(unknown)?;
    let setting = match setting.split_once(':') {
        None if setting == "off" => RouteSetting::off(),
        None if setting == "on" => RouteSetting::on(),
        Some(("renamed", path)) => RouteSetting::renamed(path),
        Some(("moved", path)) => RouteSetting::moved(path),
        _ => return Err(unknown()),
    };
    Ok((id.to_owned(), setting))
}

/// Parses `memory,passes,lanes`. Values below the minimum are accepted, with a warning at start-up.
fn argon2_params(text: &str) -> Result<Argon2Params, String> {
    let numbers: Result<Vec<u32>, _> = text.split(',').map(str::parse).collect();
    let Ok([memory, passes, lanes]) = numbers.as_deref() else {
        return Err("expected three numbers: memory in KiB, passes, lanes".to_owned());
    };
    let (memory, passes, lanes) = (*memory, *passes, *lanes);
    match Argon2Params::new(memory, passes, lanes) {
        Err(InvalidParams::BelowFloor) => {
            Argon2Params::dangerous_below_floor(memory, passes, lanes)
        }
        result => result,
    }
    .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn command_line_is_consistent() {
        Args::command().debug_assert();
        assert!(Args::try_parse_from(["reference-app"]).is_ok());
    }

    #[test]
    fn backends_are_parsed() {
        let jwt = BackendSpec {
            name: "api".to_owned(),
            transport: TransportKind::Bearer,
            strategy: StrategyKind::Jwt,
        };
        assert_eq!("api=bearer+jwt".parse(), Ok(jwt));
        let web = BackendSpec {
            name: "web".to_owned(),
            transport: TransportKind::Cookie,
            strategy: StrategyKind::Opaque,
        };
        assert_eq!("web=cookie+opaque".parse(), Ok(web));
        for (text, word) in [
            ("api", "expected"),
            ("api=bearer", "expected"),
            ("api=pigeon+jwt", "unknown transport `pigeon`"),
            ("api=bearer+paper", "unknown strategy `paper`"),
        ] {
            let error = text.parse::<BackendSpec>().unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }

    #[test]
    fn flags_are_parsed() {
        let args = [
            "reference-app",
            "--backend=a=bearer+jwt",
            "--backend=b=bearer+jwt",
            "--access-lifetime=2s",
            "--login-identifier=username",
            "--pool-size=64",
        ];
        let args = Args::try_parse_from(args).unwrap();
        let names: Vec<_> = args.backends.iter().map(|b| b.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(args.access_lifetime, Some(Duration::from_secs(2)));
        assert_eq!(args.refresh_grace, Duration::from_secs(10));
        assert_eq!(args.login_identifier, Identifier::Username);
        assert_eq!(args.pool_size, NonZeroU32::new(64));
        assert!(args.database_url.is_none());
    }

    #[test]
    fn subcommand_accepts_the_global_flags() {
        let args = [
            "reference-app",
            "create-user",
            "--superuser",
            "a@b.c",
            "--database-url=memory:",
        ];
        let args = Args::try_parse_from(args).unwrap();
        let Some(Command::CreateUser(new)) = args.command else {
            panic!("the subcommand is missing");
        };
        assert!(new.superuser);
        assert_eq!(new.email, "a@b.c");
        assert!(args.database_url.is_some());
    }

    /// C-PS-01: a cost below the minimum is accepted and detected.
    #[test]
    fn hash_costs_are_parsed() {
        let floor = |text| argon2_params(text).map(|params| params.is_below_floor());
        assert_eq!(floor("19456,2,1"), Ok(false));
        assert_eq!(floor("8,1,1"), Ok(true));
        for refused in [
            "",
            "8,1",
            "8,1,1,1",
            "8,0,1",
            "a,b,c",
            "-8,1,1",
            "4294967296,1,1",
        ] {
            assert!(argon2_params(refused).is_err(), "{refused}");
        }
    }
}
