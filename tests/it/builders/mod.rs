//! The shop that every test finds, and the ways into the states that stories begin in. Everything is made over GraphQL.

pub mod orders;
mod reads;
mod verbs;

use crate::harness::{User, World, text};
use serde_json::{Value, json};

pub use verbs::{event as verbs_event, merged, money};

/// Who and what is there when a test begins.
///
/// Products: MUG 10.00 (resellers 8.00), LAMP 25.00, CABLE 1.00, GIFT 0.00, and the services SETUP 40.00, TUNING 15.00.
/// Stock in `store`: 100 of each but 10 LAMP; in `elsewhere`: 100 MUG; in `backorders`: 3 MUG.
/// Ada, Bob and the resellers Rex and Rita may owe 100.00 USD; Cora's limit is her tier's cap.
#[derive(Clone, Debug, Default)]
pub struct Shop {
    pub superadmin: User,
    pub admin: User,
    pub other_admin: User,
    pub manager: User,
    pub other_manager: User,
    pub biller: User,
    pub accountant: User,
    pub operator: User,
    /// Sells for `store`.
    pub seller: User,
    /// Sells for `elsewhere`.
    pub seller_elsewhere: User,
    pub ada: User,
    pub bob: User,
    pub rex: User,
    pub rita: User,
    pub store: String,
    pub elsewhere: String,
    pub backorders: String,
    pub customer_ada: String,
    pub customer_bob: String,
    pub customer_cora: String,
    pub reseller_rex: String,
    pub reseller_rita: String,
}

impl Default for User {
    fn default() -> Self {
        Self { id: String::new(), credential: ("authorization", String::new()) }
    }
}

impl Shop {
    /// Stocks an empty database.
    pub async fn stock(w: &World) -> Self {
        let admin = w.first_admin().await;
        let mut shop = Self { admin: admin.clone(), ..Self::default() };
        let store = async |name: &str, backorders: bool| {
            let input =
                json!({ "name": name, "currency": "USD", "timezone": "Europe/Berlin", "backorders": backorders });
            w.make(&admin, "createStore", "CreateStoreInput", input, "store").await
        };
        shop.store = store("Main Street", false).await;
        shop.elsewhere = store("Elsewhere", false).await;
        shop.backorders = store("Backorders", true).await;
        for (sku, kind, price, reseller) in [
            ("MUG", "GOODS", "10.00", Some("8.00")),
            ("LAMP", "GOODS", "25.00", None),
            ("CABLE", "GOODS", "1.00", None),
            ("GIFT", "GOODS", "0.00", None),
            ("SETUP", "SERVICE", "40.00", None),
            ("TUNING", "SERVICE", "15.00", None),
        ] {
            let mut input = json!({ "kind": kind, "sku": sku, "title": format!("A {sku}"), "price": money(price) });
            if let Some(price) = reseller {
                input["resellerPrice"] = money(price);
            }
            w.make(&admin, "createProduct", "CreateProductInput", input, "product").await;
        }
        for (store, sku, quantity) in [
            (&shop.store, "MUG", 100),
            (&shop.store, "LAMP", 10),
            (&shop.store, "CABLE", 100),
            (&shop.store, "GIFT", 100),
            (&shop.elsewhere, "MUG", 100),
            (&shop.backorders, "MUG", 3),
        ] {
            w.adjust(&admin, store, sku, quantity).await.ok();
        }
        shop.parties(w).await;
        shop.people(w).await;
        shop
    }

    async fn parties(&mut self, w: &World) {
        let admin = self.admin.clone();
        let customer = async |name: &str, limit: Option<&str>| {
            let email = format!("{}@example.com", name.to_lowercase());
            let tier = if limit.is_some() { None } else { Some("BRONZE") };
            let input = json!({ "name": name, "email": email, "creditTier": tier, "creditLimit": limit.map(money) });
            w.make(&admin, "createCustomer", "CreateCustomerInput", input, "customer").await
        };
        let reseller = async |name: &str| {
            let input = json!({ "name": name, "creditLimit": money("100.00") });
            w.make(&admin, "createReseller", "CreateResellerInput", input, "reseller").await
        };
        self.customer_ada = customer("Ada", Some("100.00")).await;
        self.customer_bob = customer("Bob", Some("100.00")).await;
        self.customer_cora = customer("Cora", None).await;
        self.reseller_rex = reseller("Rex").await;
        self.reseller_rita = reseller("Rita").await;
    }

    async fn people(&mut self, w: &World) {
        let admin = self.admin.clone();
        let person = async |name: &str, role: &str, of: Value| w.user(&admin, name, role, of).await;
        self.superadmin = person("Sue", "SUPERADMIN", json!({})).await;
        self.other_admin = person("Otto", "ADMIN", json!({})).await;
        self.manager = person("Mona", "MANAGER", json!({})).await;
        self.other_manager = person("Milo", "MANAGER", json!({})).await;
        self.biller = person("Bill", "BILLER", json!({})).await;
        self.accountant = person("Anna", "ACCOUNTANT", json!({})).await;
        self.operator = person("Olga", "OPERATOR", json!({})).await;
        self.seller = person("Sam", "SELLER", json!({ "storeIds": [self.store] })).await;
        self.seller_elsewhere = person("Sid", "SELLER", json!({ "storeIds": [self.elsewhere] })).await;
        self.ada = person("Ada", "CUSTOMER", json!({ "customerId": self.customer_ada })).await;
        self.bob = person("Bob", "CUSTOMER", json!({ "customerId": self.customer_bob })).await;
        self.rex = person("Rex", "RESELLER", json!({ "resellerId": self.reseller_rex })).await;
        self.rita = person("Rita", "RESELLER", json!({ "resellerId": self.reseller_rita })).await;
    }

    /// Everybody with the name of their role.
    pub fn everybody(&self) -> [(&'static str, &User); 9] {
        [
            ("SUPERADMIN", &self.superadmin),
            ("ADMIN", &self.admin),
            ("MANAGER", &self.manager),
            ("BILLER", &self.biller),
            ("ACCOUNTANT", &self.accountant),
            ("SELLER", &self.seller),
            ("RESELLER", &self.rex),
            ("CUSTOMER", &self.ada),
            ("OPERATOR", &self.operator),
        ]
    }
}

impl World {
    /// Whoever is there before anybody can be made over the API.
    async fn first_admin(&self) -> User {
        use waybill::{
            access::{LocalUser, local_user},
            actor::RoleKind,
        };
        let (app, now) = (&self.app, self.now());
        let txn = app.begin().await.expect("a transaction");
        let wanted = LocalUser { role: RoleKind::Admin, subject: None };
        let user = local_user(&txn, &app.roles, now, &wanted).await.expect("the local admin");
        txn.commit().await.expect("a commit");
        let token = app.tokens.issue(&user, now).expect("a token").token;
        User::bearer(waybill::id::encode(waybill::id::Prefix::User, user.id), &token)
    }

    /// Makes a user and signs them in.
    pub async fn user(&self, admin: &User, name: &str, role: &str, of: Value) -> User {
        use sea_orm::EntityTrait as _;
        let email = format!("{}.{}@example.com", name.to_lowercase(), role.to_lowercase());
        let input = merged(json!({ "email": email, "name": name, "role": role }), of);
        let id = self.make(admin, "createUser", "CreateUserInput", input, "user").await;
        let row = entity::user_account::Entity::find_by_id(crate::harness::uuid(&id)).one(&self.app.reader).await;
        let row = row.expect("a read").expect("the user");
        User::bearer(id, &self.app.tokens.issue(&row, self.now()).expect("a token").token)
    }

    /// A mutation whose payload has one thing with an id: the id.
    pub async fn make(&self, user: &User, mutation: &str, input_type: &str, input: Value, thing: &str) -> String {
        let document =
            format!("mutation($input: {input_type}!) {{ {mutation}(input: $input) {{ {thing} {{ id }} }} }}");
        text(&self.gql(user, &document, json!({ "input": input })).await.ok()[thing]["id"])
    }
}
