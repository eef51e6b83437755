//! A browser for tests of pages: a headless Chromium, a proxy that records its requests, and a page of another origin.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "a failed set-up fails the test"
)]

mod driver;
mod gate;
mod wire;

pub use driver::Browser;
pub use gate::{Gate, Seen, empty_page, serve_page};
