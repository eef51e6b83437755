//! A user that `user!` declares: in memory, through the routes, and with hooks of its own.

use std::sync::{Arc, Mutex};

use auth_core::accounts::{HookResult, VerifyToken};
use auth_core::store::memory::{MemoryExpiringStore, MemoryUserDatabase};
use auth_core::testing::conformance::{Client, CoreClient, WireReply, WireRequest};
use auth_core::testing::contract::{self, Fresh, UserFixture};
use auth_core::testing::{self, PASSWORD, master_secret};
use auth_core::user::TextColumn;
use auth_core::{Account, Auth, Backend, BearerTransport, Context, JwtStrategy, UserManager};
use serde_json::{Value, json};

use crate::world::block_on;

#[derive(Debug, Clone, PartialEq)]
struct Locale(String);

impl TextColumn for Locale {
    const MAX_CODE_POINTS: usize = 2;

    fn parse(text: &str) -> Option<Self> {
        let is_locale = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_lowercase());
        is_locale.then(|| Self(text.to_owned()))
    }
    fn as_str(&self) -> &str {
        &self.0
    }
}

auth_core::user! {
    /// A customer of the shop.
    struct Customer (new: NewCustomer, change: CustomerChange) {
        number: i64,
        account: Account,
        /// What others see.
        display_name: String [register, owner, length = 1..=80],
        locale: Option<Locale> [register, owner, json = "lang"],
        company_id: i64 [hidden, default = 1],
        badge: i32 [register, unique, default = 7],
    }
}

/// Keeps the users that it welcomed.
#[derive(Default)]
struct Welcomes(Mutex<Vec<String>>);

#[async_trait::async_trait]
impl UserManager for Welcomes {
    type User = Customer;

    async fn on_after_register(
        &self,
        customer: &Customer,
        _: &VerifyToken,
        _: &Context,
    ) -> HookResult {
        self.0.lock().unwrap().push(customer.display_name.clone());
        Ok(())
    }
}

struct Shop {
    #[cfg(feature = "openapi")]
    auth: Auth<Customer>,
    client: CoreClient<Customer>,
    hooks: Arc<Welcomes>,
}

impl Shop {
    fn new() -> Self {
        let hooks = Arc::new(Welcomes::default());
        let jwt = JwtStrategy::from_master(&master_secret()).revoked_in(MemoryExpiringStore::new());
        let auth = Auth::builder(testing::accounts_builder(Arc::clone(&hooks)))
            .backend(Backend::new("jwt", BearerTransport::new(), jwt))
            .build()
            .unwrap();
        Self {
            client: CoreClient::new(auth.clone()),
            #[cfg(feature = "openapi")]
            auth,
            hooks,
        }
    }

    async fn register(&self, own: Value) -> WireReply {
        let mut body = json!({"email": "ada@example.com", "password": PASSWORD});
        body.as_object_mut()
            .unwrap()
            .append(own.clone().as_object_mut().unwrap());
        self.client
            .send(WireRequest::new("POST", "/auth/register").json(&body))
            .await
    }

    async fn patch_me(&self, token: &str, body: &Value) -> WireReply {
        let request = WireRequest::new("PATCH", "/users/me").json(body);
        self.client.send(request.bearer(token)).await
    }

    async fn token(&self) -> String {
        let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
        let request = WireRequest::new("POST", "/auth/login").json(&body);
        let reply = self.client.send(request).await;
        reply.json()["access_token"].as_str().unwrap().to_owned()
    }
}

#[test]
fn declared_columns_are_registered_shown_and_changed() {
    block_on(async {
        let shop = Shop::new();
        let reply = shop
            .register(json!({"display_name": "Ada", "lang": "en"}))
            .await;
        assert_eq!(reply.status, 201);
        let user = reply.json();
        assert_eq!(user["id"], json!(1), "a number is a JSON number");
        assert_eq!(user["display_name"], "Ada");
        assert_eq!(user["lang"], "en");
        assert_eq!(user["badge"], 7);
        assert!(user.get("company_id").is_none() && user.get("locale").is_none());
        assert_eq!(*shop.hooks.0.lock().unwrap(), ["Ada"]);

        let token = shop.token().await;
        let reply = shop
            .patch_me(&token, &json!({"display_name": "Countess"}))
            .await;
        assert_eq!(reply.status, 200);
        let user = reply.json();
        assert_eq!(
            (&user["display_name"], &user["lang"]),
            (&json!("Countess"), &json!("en"))
        );
    });
}

#[test]
fn columns_that_a_request_may_not_write_are_refused() {
    block_on(async {
        let shop = Shop::new();
        let own = json!({"display_name": "", "lang": "English", "company_id": 9, "locale": "en"});
        let reply = shop.register(own).await;
        assert_eq!(reply.status, 422);
        let errors = reply.json()["errors"].clone();
        let mut errors: Vec<_> = errors
            .as_array()
            .unwrap()
            .iter()
            .map(|e| {
                format!(
                    "{}: {}",
                    e["field"].as_str().unwrap(),
                    e["code"].as_str().unwrap()
                )
            })
            .collect();
        errors.sort();
        let expected = [
            "company_id: unknown",
            "display_name: too_short",
            "lang: too_long",
            "locale: unknown",
        ];
        assert_eq!(errors, expected);

        shop.register(json!({"display_name": "Ada"})).await;
        let token = shop.token().await;
        for own in [
            json!({"company_id": 9}),
            json!({"badge": 9}),
            json!({"is_superuser": true}),
            json!({"id": 9}),
        ] {
            assert_eq!(shop.patch_me(&token, &own).await.status, 422, "{own}");
        }
    });
}

#[test]
fn value_of_another_user_names_the_member() {
    block_on(async {
        let shop = Shop::new();
        shop.register(json!({"display_name": "Ada", "badge": 3}))
            .await;
        let request = json!({
            "email": "eve@example.com", "password": PASSWORD, "display_name": "Eve", "badge": 3
        });
        let request = WireRequest::new("POST", "/auth/register").json(&request);
        let reply = shop.client.send(request).await;
        assert_eq!(reply.status, 422);
        let error = &reply.json()["errors"][0];
        assert_eq!(
            (&error["field"], &error["code"]),
            (&json!("badge"), &json!("taken"))
        );
    });
}

#[cfg(feature = "openapi")]
#[test]
fn document_describes_the_declared_columns() {
    let document = Shop::new().auth.openapi().document();
    let user = &document["components"]["schemas"]["UserRead"]["properties"];
    assert_eq!(user["id"]["type"], "integer", "{user}");
    assert_eq!(user["display_name"]["description"], "What others see.");
    assert!(user.get("company_id").is_none(), "{user}");
}

struct Fixture;

#[async_trait::async_trait]
impl UserFixture for Fixture {
    type Store = MemoryUserDatabase<Customer>;

    async fn fresh(&self) -> Fresh<Self::Store> {
        Fresh::new(MemoryUserDatabase::default())
    }
    fn columns(&self, number: u32) -> NewCustomer {
        NewCustomer {
            display_name: format!("Customer {number}"),
            locale: Locale::parse("nl"),
            company_id: i64::from(number),
            badge: i32::try_from(number).unwrap(),
        }
    }
    fn change(&self, number: u32) -> Option<(CustomerChange, NewCustomer)> {
        let mut after = self.columns(number);
        after.display_name = "Countess".to_owned();
        after.locale = None;
        let change = CustomerChange {
            display_name: Some(after.display_name.clone()),
            locale: Some(None),
            ..CustomerChange::default()
        };
        Some((change, after))
    }
    fn has_columns(&self, customer: &Customer, columns: &NewCustomer) -> bool {
        (&customer.display_name, &customer.locale) == (&columns.display_name, &columns.locale)
            && (customer.company_id, customer.badge) == (columns.company_id, columns.badge)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn declared_users_in_memory_keep_the_contract() {
    contract::user_database(Fixture).await.assert_kept();
}
