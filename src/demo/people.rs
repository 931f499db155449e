//! Who works at the demo's stores and who buys there.

use super::PASSWORD;
use super::verbs::{self, CURRENCY, run};
use crate::access::Client;
use crate::access::commands::{CreateUser, create_user};
use crate::app::App;
use crate::error::Error;
use crate::party::commands::{CreateCustomer, CreateReseller, CreateStore};
use crate::{
    access::{Credentials, authenticate},
    actor::Actor,
    login::hash_password,
};
use entity::user_account;
use sea_orm::EntityTrait;
use uuid::Uuid;

/// A user of each role, and their address.
pub const EMAILS: [(&str, &str); 9] = [
    ("SUPERADMIN", "superadmin@waybill.example"),
    ("ADMIN", "admin@waybill.example"),
    ("MANAGER", "manager@waybill.example"),
    ("BILLER", "biller@waybill.example"),
    ("ACCOUNTANT", "accountant@waybill.example"),
    ("OPERATOR", "operator@waybill.example"),
    ("SELLER", "seller@waybill.example"),
    ("CUSTOMER", "ada@waybill.example"),
    ("RESELLER", "reseller@waybill.example"),
];

/// Who there is, and where. Actors are those whose work the orders are.
pub struct People {
    pub admin: Actor,
    pub manager: Actor,
    pub biller: Actor,
    pub accountant: Actor,
    pub operator: Actor,
    pub seller: Actor,
    pub ada_herself: Actor,
    pub harbour_herself: Actor,
    /// Sells what it has.
    pub shop: Uuid,
    /// Takes backorders.
    pub warehouse: Uuid,
    /// BRONZE, with a limit of her own that is soon reached.
    pub ada: Uuid,
    /// SILVER
    pub ben: Uuid,
    /// GOLD
    pub chiara: Uuid,
    /// PLATINUM
    pub deniz: Uuid,
    /// The reseller, GOLD.
    pub harbour: Uuid,
}

impl People {
    /// Makes the stores, the parties and the users.
    pub async fn settle(app: &App) -> Result<Self, Error> {
        let password = hash_password(app, Client::HERE, PASSWORD).await?;
        let admin = first_admin(app, &password).await?;
        let shop = store(app, &admin, "Canal Street", Some("canal-street"), false).await?;
        let warehouse = store(app, &admin, "Warehouse", None, true).await?;
        let ada = customer(app, &admin, "Ada Fischer", "BRONZE", Some(500)).await?;
        let ben = customer(app, &admin, "Ben Okafor", "SILVER", None).await?;
        let chiara = customer(app, &admin, "Chiara Rossi", "GOLD", None).await?;
        let deniz = customer(app, &admin, "Deniz Kaya", "PLATINUM", None).await?;
        let harbour = reseller(app, &admin).await?;
        let staff = Staff { app, admin: &admin, password: &password };
        staff.hire("SUPERADMIN", "Sam Superadmin", |user| user).await?;
        Ok(Self {
            manager: staff.hire("MANAGER", "Mara Lindholm", |user| user).await?,
            biller: staff.hire("BILLER", "Bo Nakamura", |user| user).await?,
            accountant: staff.hire("ACCOUNTANT", "Ana Sousa", |user| user).await?,
            operator: staff.hire("OPERATOR", "Olu Adeyemi", |user| user).await?,
            seller: staff.hire("SELLER", "Selma Berg", |user| CreateUser { store_ids: vec![shop], ..user }).await?,
            ada_herself: staff
                .hire("CUSTOMER", "Ada Fischer", |user| CreateUser { customer_id: Some(ada), ..user })
                .await?,
            harbour_herself: staff
                .hire("RESELLER", "Harbour Supplies", |user| CreateUser { reseller_id: Some(harbour), ..user })
                .await?,
            admin,
            shop,
            warehouse,
            ada,
            ben,
            chiara,
            deniz,
            harbour,
        })
    }
}

struct Staff<'a> {
    app: &'a App,
    admin: &'a Actor,
    password: &'a str,
}

impl Staff<'_> {
    async fn hire(&self, role: &str, name: &str, with: impl FnOnce(CreateUser) -> CreateUser) -> Result<Actor, Error> {
        let user = with(draft(role, name, self.password));
        let done = run(self.app, self.admin, &user).await?;
        sign_in(self.app, done.user).await
    }
}

/// The one user whom nobody could have made: the administrator who makes the others.
async fn first_admin(app: &App, password: &str) -> Result<Actor, Error> {
    let draft = draft("ADMIN", "Anna Weber", password);
    let user = app.write(async |txn| create_user(txn, &app.roles, app.now(), &draft).await).await?;
    sign_in(app, user.id).await
}

/// The actor, by a token, as a client becomes it.
async fn sign_in(app: &App, user: Uuid) -> Result<Actor, Error> {
    let user = user_account::Entity::find_by_id(user).one(&app.reader).await?;
    let user = user.ok_or_else(|| Error::internal("a user of the demo is not there"))?;
    let token = app.tokens.issue(&user, app.now())?.token;
    let credentials = Credentials { authorization: Some(format!("Bearer {token}")), api_key: None };
    let actor = authenticate(&app.reader, &app.roles, &app.tokens, app.now(), &credentials).await?;
    actor.ok_or_else(|| Error::internal("a token of the demo stands for nobody"))
}

fn draft(role: &str, name: &str, password: &str) -> CreateUser {
    let email = EMAILS.iter().find(|(known, _)| *known == role).map_or("", |(_, email)| email);
    CreateUser {
        email: email.to_owned(),
        name: name.to_owned(),
        role: role.to_owned(),
        password_hash: Some(password.to_owned()),
        password_digest: None,
        customer_id: None,
        reseller_id: None,
        store_ids: Vec::new(),
    }
}

async fn store(app: &App, admin: &Actor, name: &str, elsewhere: Option<&str>, backorders: bool) -> Result<Uuid, Error> {
    let (name, currency, timezone) = (name.to_owned(), CURRENCY.to_owned(), Some("Europe/Berlin".to_owned()));
    let store = CreateStore {
        name,
        seller_name: None,
        currency,
        timezone,
        default_lifecycle: None,
        backorders,
        external_id: elsewhere.map(str::to_owned),
    };
    Ok(run(app, admin, &store).await?.store)
}

async fn customer(app: &App, admin: &Actor, name: &str, tier: &str, limit: Option<i64>) -> Result<Uuid, Error> {
    let first = name.split(' ').next().unwrap_or(name).to_lowercase();
    let customer = CreateCustomer {
        name: name.to_owned(),
        email: Some(format!("{first}@customers.example")),
        credit_tier: Some(tier.to_owned()),
        credit_limit: limit.map(verbs::dollars),
        external_id: Some(first),
    };
    Ok(run(app, admin, &customer).await?.customer)
}

async fn reseller(app: &App, admin: &Actor) -> Result<Uuid, Error> {
    let reseller = CreateReseller {
        name: "Harbour Supplies".to_owned(),
        email: Some("orders@harbour.example".to_owned()),
        credit_tier: Some("GOLD".to_owned()),
        credit_limit: None,
        external_id: None,
    };
    Ok(run(app, admin, &reseller).await?.reseller)
}
