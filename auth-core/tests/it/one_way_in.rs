//! Sessions and access tokens come only from the login pipeline, checked in the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// Every source of the crate, without tests and without the suites.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            let name = path.strip_prefix(&root).unwrap().display().to_string();
            let name = name.replace('\\', "/");
            let is_tests = name.ends_with("/tests") || name.ends_with("/tests.rs");
            if is_tests || name.starts_with("testing") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                sources.push((name, code.to_owned()));
            }
        }
    }
    assert!(sources.len() > 100, "{}", sources.len());
    sources.sort();
    sources
}

/// Returns the files with a line of code that contains this text.
fn files_with(text: &str) -> Vec<String> {
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let has = |source: &str| {
        source
            .lines()
            .filter(is_code)
            .any(|line| line.contains(text))
    };
    let sources = sources().into_iter().filter(|(_, source)| has(source));
    sources.map(|(name, _)| name).collect()
}

/// A6.1.3, A6.3.4: the files that can start a session, issue a token or make a proof. A new file must
/// use the pipeline of `login`.
#[test]
fn only_the_pipeline_starts_sessions_and_issues_tokens() {
    assert_eq!(
        files_with("IssueRequest::new("),
        ["login/issue.rs", "login/refresh.rs", "login/renew.rs"]
    );
    assert_eq!(
        files_with(".issue("),
        ["login/issue.rs", "login/refresh.rs", "login/renew.rs"]
    );
    assert_eq!(files_with("issue::issue("), ["login/start.rs"]);
    let inserts = ["login/issue.rs", "store/noted.rs", "store/sessions.rs"];
    assert_eq!(
        files_with(".insert_session("),
        inserts,
        "the others forward"
    );
    assert_eq!(
        files_with(".strategy().read("),
        [""; 0],
        "`Backend::read` checks the realm"
    );
    for hook in [
        "on_after_register(",
        "on_after_register_duplicate(",
        "on_after_request_verify_token(",
        "on_after_pending_email(",
        "on_after_request_email_change(",
        "on_after_forgot_password(",
        "on_after_email_change(",
    ] {
        let call = format!("hooks().{hook}");
        assert_eq!(
            files_with(&call),
            ["accounts/mail.rs"],
            "the limit of mail is there"
        );
    }
    assert_eq!(files_with("AuthProof::checked("), ["login/password.rs"]);
    assert!(
        files_with("vouched_for(")
            .iter()
            .all(|file| file == "login/proof.rs")
    );
    let logins = ["api/capabilities/login/endpoints.rs", "auth/login.rs"];
    assert_eq!(files_with("login::log_in("), logins);
}

/// A6.5.3, A11.5.1, N-RN-01: random bytes come from the operating system, through one function that fails where
/// it has none to give.
#[test]
fn random_bytes_come_from_one_place() {
    assert_eq!(files_with("getrandom::"), ["secret/random.rs"]);
    // For the nonces of ES256: the library of the signature draws them.
    assert_eq!(files_with("SystemRandom"), ["token/private.rs"]);
    for other in ["thread_rng", "OsRng", "use rand", "new_v4(", "fastrand"] {
        let files = files_with(other);
        assert_eq!(files, [""; 0], "{other}");
    }
}
