//! The site in a real browser: without scripts and with them, and attacked from pages of other origins.

mod attack;
mod drive;
mod pictures;
