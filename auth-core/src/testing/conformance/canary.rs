//! A search for secrets in events and `Debug` texts.

use super::fixture::{NEW_PASSWORD, WRONG_PASSWORD, login};
use super::routes::Actors;
use super::{CaseRun, group};
use crate::testing::master_secret;

group!("canary": events_and_debug_contain_no_secret);

/// No password, token, key or hash is in an event or in the `Debug` of a public type. That none is in
/// an error reply is checked for every reply of the whole suite.
async fn events_and_debug_contain_no_secret(run: &CaseRun<'_>) {
    let case = run.case().await;
    let actors = Actors::on(&case).await;
    let mut told = vec![
        format!("{:?}", case.auth),
        format!("{:?}", case.auth.accounts()),
        format!("{:?}", case.auth.backends()),
        format!("{:?}", actors.user),
        format!("{:?}", actors.user.account.password_hash),
        format!("{:?}", master_secret()),
        format!("{:?}", case.auth.accounts().password_policy()),
    ];
    let mut secrets = case.secrets();
    secrets.push(actors.admin_token.clone());
    case.send(&login("ada@example.com", WRONG_PASSWORD)).await;
    for row in actors.rows() {
        let request = row.request(&actors.admin_token);
        let reply = case.send(&request).await;
        let issued = reply.text("access_token");
        secrets.extend((!issued.is_empty()).then_some(issued));
        case.send(&login("ada@example.com", NEW_PASSWORD)).await;
    }
    case.wait_idle().await;
    secrets.extend(case.secrets());
    for user in [&actors.user, &actors.admin] {
        let row = case.row(user).await;
        let hash = row
            .as_ref()
            .and_then(|row| row.account.password_hash.as_ref());
        secrets.extend(hash.map(|hash| hash.as_stored_str().to_owned()));
    }
    told.extend(
        case.events
            .events()
            .iter()
            .map(|event| format!("{event:?}")),
    );
    case.check(told.len() > 20, "there were events");
    for text in &told {
        let leak = secrets.iter().find(|secret| text.contains(secret.as_str()));
        case.check(
            leak.is_none(),
            &format!("a secret is told in {}", text.len()),
        );
    }
    let addresses = told.iter().skip(7).any(|text| text.contains('@'));
    case.check(!addresses, "no address in an event");
}
