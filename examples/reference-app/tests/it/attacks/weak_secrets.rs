//! A deployment whose master secret can be guessed.

use std::process::Stdio;

use crate::app::Home;

/// The program does not start, and does not print the secret.
#[test]
fn guessable_master_secret_stops_the_program() {
    let home = Home::new();
    for secret in [
        "0123456789abcdef0123456789abcdef",
        "MyCompanyName2024!MyCompanyName2024!",
        "changemechangemechangemechangeme",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "short",
    ] {
        let mut command = home.command();
        command.env("AUTH_SECRET", secret).stdin(Stdio::null());
        let output = command.arg("--listen=127.0.0.1:0").output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{secret}: {stderr}");
        assert!(stderr.contains("the master secret"), "{stderr}");
        assert!(!stderr.contains(secret), "{stderr}");
    }
}
