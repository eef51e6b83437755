//! Checks of settings that concern no other part of the builder.

use super::AuthBuilder;
use crate::backend::Backend;
use crate::config::{ConfigProblem, ConfigReport};
use crate::error::AppCode;
use crate::user::AuthUser;

impl<U: AuthUser> AuthBuilder<U> {
    pub(super) fn validate_proxies(&self, report: &mut ConfigReport) {
        for mistake in self.settings.proxies.mistakes() {
            report.problem(ConfigProblem::InvalidTrustedProxies { mistake });
        }
    }

    pub(super) fn validate_refusal_codes(&self, report: &mut ConfigReport) {
        for code in &self.settings.refusal_codes {
            if AppCode::new(code).is_err() {
                let code = code.escape_default().to_string();
                report.problem(ConfigProblem::InvalidRefusalCode { code });
            }
        }
    }

    pub(super) fn validate_forms(&self, report: &mut ConfigReport) {
        let Some(forms) = &self.settings.forms else {
            return;
        };
        forms.validate(report);
        let mut transports = self.backends.iter().map(Backend::transport);
        if !transports.any(|transport| transport.cookies().is_some()) {
            report.problem(ConfigProblem::FormsWithoutCookies);
        }
        if !self.accounts.has_account_tokens() {
            report.problem(ConfigProblem::MissingExpiringStore {
                feature: "the flash message of a form".to_owned(),
                otherwise: "",
            });
        }
    }
}
