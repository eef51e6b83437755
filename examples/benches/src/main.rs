//! `cargo xtask bench`: measures the toolkit against bare frameworks and libraries.

fn main() -> std::process::ExitCode {
    benches::run()
}
