//! Pages that are generated from tables of the code are current.

use std::fmt::Write as _;
use std::path::Path;

use auth_core::FieldErrorCode;
use auth_core::api::ErrorCode;

/// Compares a committed page with its current text; with `UPDATE_PAGES=1` writes it.
fn check(name: &str, current: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::write(&path, current).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == current,
        "docs/{name} is outdated: run `UPDATE_PAGES=1 cargo test -p auth-core --all-features --test it pages`"
    );
}

#[test]
fn error_code_page_is_current() {
    let mut page = String::from(
        "A request that fails is answered with `application/problem+json` (RFC 9457):\n\n\
         ```json\n\
         {\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,\"code\":\"LOGIN_BAD_CREDENTIALS\",\"detail\":\"Invalid credentials.\"}\n\
         ```\n\n\
         `code` is stable: compare it. `detail` is one fixed English sentence for each code; it never contains values of the\n\
         request. Replies with status 422 have a list `errors` with one entry for each wrong member.\n\n\
         | code | status | detail |\n| --- | --- | --- |\n",
    );
    for code in ErrorCode::ALL {
        let (name, status, detail) = (code.as_str(), code.status(), code.detail());
        writeln!(page, "| `{name}` | {status} | {detail} |").unwrap();
    }
    page.push_str(
        "\n# Codes of the application\n\n\
         A hook `on_before_login`, `on_before_register` or `on_before_update` that refuses (`Refusal`), and a guard with a rule of the application's own, answer\n\
         403 in the same envelope, with a code and a sentence of the application. `AuthBuilder::refusal_codes` lists the codes of such hooks in the documents of\n\
         the HTTP API. With `hide_account_state`, a refused login is answered with `LOGIN_BAD_CREDENTIALS`.\n",
    );
    page.push_str(
        "\n# Errors of members\n\nAn entry of `errors` has `field` (the name of the member), `code` and `detail`.\n\n\
         | code | detail |\n| --- | --- |\n",
    );
    for code in FieldErrorCode::ALL {
        writeln!(page, "| `{}` | {} |", code.as_str(), code.detail()).unwrap();
    }
    check("errors.md", &page);
}
