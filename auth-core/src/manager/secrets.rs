//! The keys that accounts need.

use crate::config::{ConfigFault, Inspection};
use crate::secret::{MasterSecret, Purpose, Secret, SubKeys};

/// The keys of account tokens and look-up digests: derived from one master secret, or separate.
///
/// # Examples
///
/// ```
/// use auth_core::manager::AccountSecrets;
/// use auth_core::secret::{MasterSecret, Secret};
///
/// let derived = AccountSecrets::from(&MasterSecret::new(Secret::generate()?));
/// let separate =
///     AccountSecrets::separate(Secret::generate()?, Secret::generate()?, Secret::generate()?);
/// # Ok::<(), auth_core::secret::RandomError>(())
/// ```
#[derive(Debug)]
pub struct AccountSecrets {
    pub(super) verify: Secret,
    pub(super) reset: Secret,
    pub(super) lookup: Secret,
    master: Option<MasterSecret>,
}

impl AccountSecrets {
    /// Three keys of their own: for verification tokens, for reset tokens, and for the digests
    /// under which addresses are counted.
    #[must_use]
    pub fn separate(verify: Secret, reset: Secret, lookup: Secret) -> Self {
        Self {
            verify,
            reset,
            lookup,
            master: None,
        }
    }

    /// The keys of CSRF tokens; `None` where there is no master secret to derive them from.
    pub(super) fn csrf_keys(&self) -> Option<SubKeys> {
        let master = self.master.as_ref()?;
        Some(master.keys(Purpose::CSRF_TOKEN))
    }

    pub(super) fn inspect(&self, inspection: &mut Inspection) {
        if let Some(master) = &self.master {
            // The derived keys are as strong as the master and distinct by their labels.
            if let Some(weakness) = master.weakness() {
                let which = "the master secret".to_owned();
                inspection.fault(ConfigFault::WeakSecret { which, weakness });
            }
        }
        inspection.secret("the secret of verification tokens", &self.verify);
        inspection.secret("the secret of reset tokens", &self.reset);
        inspection.secret("the secret of look-up digests", &self.lookup);
    }
}

impl From<&MasterSecret> for AccountSecrets {
    fn from(master: &MasterSecret) -> Self {
        Self {
            verify: master.derive(Purpose::VERIFY_TOKEN),
            reset: master.derive(Purpose::RESET_TOKEN),
            lookup: master.derive(Purpose::LOOKUP_DIGEST),
            master: Some(master.clone()),
        }
    }
}
