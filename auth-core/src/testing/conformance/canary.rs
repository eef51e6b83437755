//! Secrets planted everywhere, and looked for where they must not be.

use super::fixture::{NEW_PASSWORD, WRONG_PASSWORD, login};
use super::routes::Cast;
use super::{CaseRun, group};
use crate::testing::master_secret;

group!("canary": nothing_secret_is_told);

/// No password, token, key or hash is in an event or in the `Debug` of a public type. That none is in
/// an error reply is checked for every reply of the whole suite.
async fn nothing_secret_is_told(trial: &CaseRun<'_>) {
    let stage = trial.stage().await;
    let cast = Cast::on(&stage).await;
    let mut told = vec![
        format!("{:?}", stage.auth),
        format!("{:?}", stage.auth.accounts()),
        format!("{:?}", stage.auth.backends()),
        format!("{:?}", cast.user),
        format!("{:?}", cast.user.account.password_hash),
        format!("{:?}", master_secret()),
        format!("{:?}", stage.auth.accounts().password_policy()),
    ];
    let mut secrets = stage.secrets();
    secrets.push(cast.admin_token.clone());
    stage.send(&login("ada@example.com", WRONG_PASSWORD)).await;
    for row in cast.rows() {
        let request = row.request(&cast.admin_token);
        let reply = stage.send(&request).await;
        let issued = reply.text("access_token");
        secrets.extend((!issued.is_empty()).then_some(issued));
        stage.send(&login("ada@example.com", NEW_PASSWORD)).await;
    }
    stage.wait_idle().await;
    secrets.extend(stage.secrets());
    for user in [&cast.user, &cast.admin] {
        let row = stage.row(user).await;
        let hash = row
            .as_ref()
            .and_then(|row| row.account.password_hash.as_ref());
        secrets.extend(hash.map(|hash| hash.as_stored_str().to_owned()));
    }
    told.extend(
        stage
            .events
            .events()
            .iter()
            .map(|event| format!("{event:?}")),
    );
    stage.check(told.len() > 20, "there were events");
    for text in &told {
        let leak = secrets.iter().find(|secret| text.contains(secret.as_str()));
        stage.check(
            leak.is_none(),
            &format!("a secret is told in {}", text.len()),
        );
    }
    let addresses = told.iter().skip(7).any(|text| text.contains('@'));
    stage.check(!addresses, "no address in an event");
}
