//! The keys that accounts need.

use std::sync::Arc;

use super::email_keys::{AccountKeys, AccountRings};
use crate::config::{ConfigProblem, ConfigReport};
use crate::keys::{Derived, Rotation};
use crate::secret::{MasterSecret, Population, Purpose, Secret, SubKeys};

const PURPOSES: [Purpose; 3] = [
    Purpose::VERIFY_TOKEN,
    Purpose::RESET_TOKEN,
    Purpose::LOOKUP_DIGEST,
];

/// The keys of account tokens and look-up digests: derived from one master secret, or separate.
///
/// # Examples
///
/// ```
/// use auth_core::accounts::AccountSecrets;
/// use auth_core::secret::{MasterSecret, Secret};
///
/// let derived = AccountSecrets::from(&MasterSecret::new(Secret::generate()?));
/// let separate =
///     AccountSecrets::separate(Secret::generate()?, Secret::generate()?, Secret::generate()?);
/// # Ok::<(), auth_core::secret::RandomError>(())
/// ```
#[derive(Debug)]
pub struct AccountSecrets {
    source: Source,
    csrf: Option<SubKeys>,
}

#[derive(Debug)]
enum Source {
    Master(MasterSecret),
    Separate {
        verify: Secret,
        reset: Secret,
        lookup: Secret,
    },
}

impl AccountSecrets {
    /// Three keys of their own: for verification tokens, for reset tokens, and for the digests
    /// under which addresses are counted. They stay what they are while the application runs.
    #[must_use]
    pub fn separate(verify: Secret, reset: Secret, lookup: Secret) -> Self {
        Self {
            source: Source::Separate {
                verify,
                reset,
                lookup,
            },
            csrf: None,
        }
    }

    /// A key of its own for CSRF tokens, which a backend with cookies signs.
    #[must_use]
    pub fn csrf_secret(mut self, secret: Secret) -> Self {
        self.csrf = Some(SubKeys::fixed(secret));
        self
    }

    /// The keys of CSRF tokens; `None` where there is no master secret to derive them from, and no secret of their own.
    pub(super) fn csrf_keys(&self) -> Option<SubKeys> {
        self.csrf.clone()
    }

    /// Returns the populations that use the same master secret; none for separate secrets.
    pub(super) fn populations(&self) -> Vec<Arc<Population>> {
        match &self.source {
            Source::Master(master) => master.populations(),
            Source::Separate { .. } => Vec::new(),
        }
    }

    /// Adds a population that uses these secrets.
    pub(super) fn add_population(&self, population: &Arc<Population>) {
        if let Source::Master(master) = &self.source {
            master.add_population(population);
        }
    }

    pub(super) fn validate(&self, report: &mut ConfigReport) {
        let which = [
            "the secret of verification tokens",
            "the secret of reset tokens",
            "the secret of look-up digests",
        ];
        if let Some(keys) = &self.csrf {
            report.sub_keys("the secret of CSRF tokens", keys);
        }
        match &self.source {
            Source::Master(master) => {
                // The derived keys are as strong as the master and distinct by their labels.
                if let Some(weakness) = master.weakness() {
                    let which = "the master secret".to_owned();
                    report.problem(ConfigProblem::WeakSecret { which, weakness });
                }
                for (which, purpose) in std::iter::zip(which, PURPOSES) {
                    report.sub_keys(which, &master.keys(purpose));
                }
            }
            Source::Separate {
                verify,
                reset,
                lookup,
            } => {
                for (which, secret) in std::iter::zip(which, [verify, reset, lookup]) {
                    report.secret(which, secret);
                }
            }
        }
    }

    /// The keys made of the secrets, kept up to date.
    pub(super) fn into_keys(self, realm: &str) -> Derived<AccountRings> {
        let realm: Arc<str> = realm.into();
        match self.source {
            Source::Master(master) => Derived::following(
                move || master.ring(),
                move |masters| {
                    AccountRings::new(masters.map(|master| {
                        let [verify, reset, lookup] = PURPOSES.map(|one| master.derive(one));
                        Arc::new(AccountKeys::new(verify, reset, lookup, &realm))
                    }))
                },
            ),
            Source::Separate {
                verify,
                reset,
                lookup,
            } => {
                let keys = AccountKeys::new(verify, reset, lookup, &realm);
                Derived::fixed(AccountRings::new(Rotation::new(Arc::new(keys))))
            }
        }
    }
}

impl From<&MasterSecret> for AccountSecrets {
    /// Keys that follow the master: what was mailed under one that is not active any more is good
    /// until that is retired.
    fn from(master: &MasterSecret) -> Self {
        Self {
            source: Source::Master(master.clone()),
            csrf: Some(master.keys(Purpose::CSRF_TOKEN)),
        }
    }
}
