//! A URL of PostgreSQL: its options, and what they mean for a connection.

use std::fmt;

use tokio_postgres::Config;

#[cfg(feature = "tls")]
use super::tls::{self, Tls};
use crate::engine::ServerSession;
use crate::error::OpenError;
use crate::url::{SplitUrl, UrlOption};

/// How connections are made.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(super) config: Config,
    pub(super) session: ServerSession,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<Tls>,
}

/// How a connection is protected, in the words of libpq, from the weakest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SslMode {
    /// Clear text.
    Disable,
    /// TLS if the server has it. Nothing is verified.
    Prefer,
    /// TLS. The certificate is verified if there are root certificates, else nothing is.
    Require,
    /// TLS with a certificate of a trusted authority, for any host.
    VerifyCa,
    /// TLS with a certificate of a trusted authority, for this host.
    VerifyFull,
}

/// The options that protect a connection, as they are written.
#[derive(Default)]
pub(super) struct TlsOptions<'u> {
    pub(super) mode: Option<(UrlOption<'u>, SslMode)>,
    pub(super) roots: Option<UrlOption<'u>>,
    pub(super) certificate: Option<UrlOption<'u>>,
    pub(super) key: Option<UrlOption<'u>>,
}

const MODES: &str =
    "must be `verify-full` (recommended), `verify-ca`, `require`, `prefer` or `disable`";

/// The options that the driver reads.
const OF_DRIVER: &[&str] = &[
    "application_name",
    "channel_binding",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "load_balance_hosts",
    "options",
    "password",
    "port",
    "sslnegotiation",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];

/// What to write instead of options of other drivers.
const HINTS: &[(&[&str], &str)] = &[
    (
        &["ssl", "tls", "ssl-mode", "ssl_mode", "sslaccept"],
        "is not supported, use `sslmode=verify-full`",
    ),
    (
        &["sslca", "ssl-ca", "ssl_ca", "ssl-root-cert"],
        "is not supported, use `sslrootcert`",
    ),
    (
        &["keepalives_count"],
        "is not supported, use `keepalives_retries`",
    ),
    (
        &["search_path", "schema", "currentSchema"],
        "is not supported, use `options=-c%20search_path=NAME`",
    ),
    (
        &[
            "prepareThreshold",
            "prepared_statements",
            "statement_cache_capacity",
            "statement-cache-capacity",
            "statement_cache_size",
        ],
        "is not supported, use `pgbouncer=true` behind PgBouncer in transaction mode",
    ),
    (
        &["statement_timeout"],
        "is not supported, use `StoreOptions::statement_timeout`",
    ),
    (
        &[
            "connection_limit",
            "pool_size",
            "pool_max",
            "max_connections",
        ],
        "is not supported, use `StoreOptions::pool_size`",
    ),
    (
        &["pool_timeout"],
        "is not supported, use `StoreOptions::checkout_timeout`",
    ),
];

impl Settings {
    /// Reads a URL, and the files that it names.
    pub(crate) fn parse(url: &str) -> Result<Self, OpenError> {
        let sorted = Sorted::parse(url)?;
        let mut config = read(sorted.base, &sorted.of_driver)?;
        #[cfg(not(feature = "tls"))]
        {
            sorted.refuse_tls()?;
            config.ssl_mode(tokio_postgres::config::SslMode::Disable);
        }
        Ok(Self {
            #[cfg(feature = "tls")]
            tls: tls::apply(&mut config, &sorted.tls)?,
            config,
            session: sorted.session,
        })
    }
}

/// A URL whose options all are known.
struct Sorted<'u> {
    base: &'u str,
    tls: TlsOptions<'u>,
    session: ServerSession,
    of_driver: Vec<UrlOption<'u>>,
}

impl<'u> Sorted<'u> {
    fn parse(url: &'u str) -> Result<Self, OpenError> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(OpenError::Url("postgres://"));
        }
        // The driver takes everything before the first `@` for the user name and the password.
        let credentials = url.find('@').unwrap_or(0);
        let SplitUrl { base, options } = SplitUrl::at_question_mark(url, credentials)?;
        let mut sorted = Self {
            base,
            tls: TlsOptions::default(),
            session: ServerSession::Own,
            of_driver: Vec::new(),
        };
        for option in options {
            match option.name {
                "sslmode" => sorted.tls.mode = Some((option, SslMode::parse(option)?)),
                "sslrootcert" => sorted.tls.roots = Some(option),
                "sslcert" => sorted.tls.certificate = Some(option),
                "pgbouncer" => {
                    sorted.session = if option.flag()? {
                        ServerSession::PerTransaction
                    } else {
                        ServerSession::Own
                    };
                }
                "sslkey" => sorted.tls.key = Some(option),
                name if OF_DRIVER.contains(&name) => sorted.of_driver.push(option),
                _ => return Err(option.unknown(HINTS)),
            }
        }
        Ok(sorted)
    }

    /// Refuses options whose protection a build without TLS cannot give.
    #[cfg(any(test, not(feature = "tls")))]
    fn refuse_tls(&self) -> Result<(), OpenError> {
        let mode = self.tls.mode.filter(|(_, mode)| *mode > SslMode::Prefer);
        let files = [self.tls.roots, self.tls.certificate, self.tls.key];
        let of_driver = self.of_driver.iter().copied().find(|option| {
            matches!(
                (option.name, option.value),
                ("channel_binding", "require") | ("sslnegotiation", "direct")
            )
        });
        let mut needs_tls = mode
            .map(|(option, _)| option)
            .into_iter()
            .chain(files.into_iter().flatten())
            .chain(of_driver);
        match needs_tls.next() {
            Some(option) => {
                Err(option.refused("needs TLS: enable the feature `tls` of auth-diesel"))
            }
            None => Ok(()),
        }
    }
}

/// Shows nothing: the settings have a password.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").finish_non_exhaustive()
    }
}

impl SslMode {
    fn parse(option: UrlOption<'_>) -> Result<Self, OpenError> {
        match option.value {
            "disable" => Ok(Self::Disable),
            "prefer" => Ok(Self::Prefer),
            "require" => Ok(Self::Require),
            "verify-ca" => Ok(Self::VerifyCa),
            "verify-full" => Ok(Self::VerifyFull),
            _ => Err(option.refused(MODES)),
        }
    }
}

/// Lets the driver read the URL with the options that it knows.
fn read(base: &str, options: &[UrlOption<'_>]) -> Result<Config, OpenError> {
    let mut url = base.to_owned();
    for (index, UrlOption { name, value }) in options.iter().enumerate() {
        url.push(if index == 0 { '?' } else { '&' });
        url.push_str(name);
        url.push('=');
        url.push_str(value);
    }
    let config: Config = url.parse().map_err(|_| fault(options))?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(OpenError::InvalidUrl(
            "it names no host, write postgres://USER:PASSWORD@HOST/DATABASE",
        ));
    }
    Ok(config)
}

/// Finds the option that the driver cannot read: the first with which a URL without anything else is invalid.
fn fault(options: &[UrlOption<'_>]) -> OpenError {
    let is_invalid = |option: &&UrlOption<'_>| {
        let alone = format!("postgres://host?{}={}", option.name, option.value);
        alone.parse::<Config>().is_err()
    };
    options.iter().find(is_invalid).map_or(
        OpenError::InvalidUrl("the driver cannot read its user name, password, host or port"),
        |option| option.refused("has an invalid value"),
    )
}

/// Returns the value of an option without its percent encoding.
#[cfg(feature = "tls")]
pub(super) fn decoded(option: UrlOption<'_>) -> Result<String, OpenError> {
    let text = percent_encoding::percent_decode_str(option.value).decode_utf8();
    text.map(Into::into)
        .map_err(|_| option.refused("is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::{Settings, Sorted};

    #[test]
    fn option_that_needs_tls_names_the_feature_in_a_build_without_tls() {
        let refused = |options: &str| {
            let url = format!("postgres://user:secret@host/accounts?{options}");
            let sorted = Sorted::parse(&url).unwrap();
            sorted.refuse_tls().map_err(|error| error.to_string())
        };
        for (options, name) in [
            ("sslmode=require", "sslmode"),
            ("sslmode=verify-ca", "sslmode"),
            ("sslmode=verify-full&sslrootcert=ca.pem", "sslmode"),
            ("sslrootcert=ca.pem", "sslrootcert"),
            ("port=1&sslcert=a&sslkey=b", "sslcert"),
            ("sslnegotiation=direct", "sslnegotiation"),
            ("channel_binding=require", "channel_binding"),
        ] {
            let expected = format!(
                "option `{name}` of the database URL needs TLS: enable the feature `tls` of auth-diesel"
            );
            assert_eq!(refused(options), Err(expected), "{options}");
        }
        for options in [
            "sslmode=prefer",
            "sslmode=disable",
            "channel_binding=prefer",
        ] {
            assert_eq!(refused(options), Ok(()), "{options}");
        }
    }

    #[test]
    fn settings_show_no_password() {
        let settings = Settings::parse("postgres://user:secret@host/accounts").unwrap();
        assert_eq!(format!("{settings:?}"), "Settings { .. }");
    }
}
