//! Measures the resident memory of this process: that of password hashes goes back to the operating system.
#![cfg(test)]
#![cfg(target_os = "linux")]

use std::num::NonZeroUsize;
use std::time::Duration;

use auth_core::password::{Password, PasswordHasher};

/// Returns the resident memory of this process in KiB.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.unwrap().parse().unwrap()
}

/// A block of 19 MiB that is freed to a heap stays with the process, and the next one is beside it: the second round
/// of this test finds that.
#[test]
fn memory_of_hashes_goes_back_to_the_operating_system() {
    const MIB: usize = 1024;
    let hasher = PasswordHasher::builder()
        .threads(NonZeroUsize::MIN.saturating_add(1))
        .keep_memory(Duration::ZERO)
        .build();
    let password = Password::parse("correct horse battery staple").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let round = async || {
        let (one, other) = tokio::join!(hasher.hash(&password), hasher.hash(&password));
        assert!(one.is_ok() && other.is_ok());
        while hasher.memory_kib() > 0 {
            std::thread::yield_now();
        }
    };
    runtime.block_on(async {
        let before = resident();
        for number in 1..=6 {
            round().await;
            let grown = resident().saturating_sub(before);
            assert!(grown < 12 * MIB, "{grown} KiB after round {number}");
        }
    });
}
