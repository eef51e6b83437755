//! Pictures of pages on a phone and on a desktop, for the README.

use std::env;
use std::fs;
use std::path::Path;

use base64ct::{Base64, Encoding};
use setup::browser::Browser;

use crate::program::{PASSWORD, Program};
use crate::visitor::Visitor;

/// No page is wider than the screen of a phone. With `UPDATE_PICTURES` set, the pictures are written.
#[test]
fn pages_fit_on_a_phone() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let program = Program::start();
    let mut phone = Visitor::logged_in(&program, "ada@example.com");
    phone.agent = "Mozilla/5.0 (Android 16; Mobile) Firefox/150.0".to_owned();
    phone.log_in("ada@example.com", PASSWORD);
    let site = format!("http://localhost:{}", program.port);
    for (width, height) in [(390, 844), (1280, 800)] {
        browser.resize(width, height);
        browser.open(&format!("{site}/login"));
        take(&browser, &format!("login-{width}"), width);
        browser.fill("input[name='identifier']", "ada@example.com");
        browser.fill("input[name='password']", PASSWORD);
        browser.follow("main button");
        assert_eq!(browser.url(), format!("{site}/account"));
        take(&browser, &format!("account-{width}"), width);
        browser.follow("form[action='/auth/logout'] button");
    }
}

fn take(browser: &Browser, name: &str, width: u32) {
    let scroll = "arguments[0](document.documentElement.scrollWidth)";
    let needed = browser.run(scroll, &serde_json::json!([]));
    assert!(
        needed.as_u64().unwrap() <= u64::from(width),
        "{name}: {needed}"
    );
    if env::var_os("UPDATE_PICTURES").is_some() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pictures");
        fs::create_dir_all(&folder).unwrap();
        let png = Base64::decode_vec(&browser.picture()).unwrap();
        fs::write(folder.join(format!("{name}.png")), png).unwrap();
    }
}
