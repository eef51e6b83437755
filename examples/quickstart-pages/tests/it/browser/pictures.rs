//! Pages on a phone and on a desktop, and pictures of two of them for the README.

use std::env;
use std::fs;
use std::path::Path;

use base64ct::{Base64, Encoding};
use setup::browser::Browser;

use crate::html::PAGES;
use crate::program::{PASSWORD, Program};
use crate::visitor::Visitor;

const ADA: &str = "ada@example.com";

/// The screens of a phone and of a desktop.
const SCREENS: [(u32, u32); 2] = [(390, 844), (1280, 800)];

/// No page is wider than the screen of a phone.
#[test]
fn pages_fit_on_a_phone() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let program = Program::start();
    // The longest local part of an address that mail servers take.
    let long = format!("{}@example.com", "m".repeat(64));
    Visitor::logged_in(&program, &long);
    Visitor::logged_in(&program, ADA);
    program.appoint(ADA);
    let site = log_in(&browser, &program);
    for (width, height) in SCREENS {
        browser.resize(width, height);
        for path in PAGES {
            browser.open(&format!("{site}{path}"));
            let scroll = "arguments[0](document.documentElement.scrollWidth)";
            let needed = browser.run(scroll, &serde_json::json!([]));
            assert!(needed.as_u64() <= Some(width.into()), "{path}: {needed}");
        }
    }
}

/// Writes the pictures if `UPDATE_PICTURES` is set.
#[test]
fn pictures_are_taken() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let program = Program::start();
    let mut phone = Visitor::logged_in(&program, ADA);
    phone.agent = "Mozilla/5.0 (Android 16; Mobile) Firefox/150.0".to_owned();
    phone.log_in(ADA, PASSWORD);
    for (width, height) in SCREENS {
        browser.resize(width, height);
        browser.open(&format!("http://localhost:{}/login", program.port));
        take(&browser, &format!("login-{width}"));
        log_in(&browser, &program);
        take(&browser, &format!("account-{width}"));
        browser.follow("form[action='/auth/logout'] button");
    }
}

/// Logs in, and returns the URL of the site.
fn log_in(browser: &Browser, program: &Program) -> String {
    let site = format!("http://localhost:{}", program.port);
    browser.open(&format!("{site}/login"));
    browser.fill("input[name='identifier']", ADA);
    browser.fill("input[name='password']", PASSWORD);
    browser.follow("main button");
    assert_eq!(browser.url(), format!("{site}/account"));
    site
}

fn take(browser: &Browser, name: &str) {
    let png = Base64::decode_vec(&browser.picture()).unwrap();
    assert!(png.starts_with(b"\x89PNG"), "{name}");
    if env::var_os("UPDATE_PICTURES").is_some() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pictures");
        fs::write(folder.join(format!("{name}.png")), png).unwrap();
    }
}
