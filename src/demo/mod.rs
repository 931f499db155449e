//! Something to look at: fills an empty database with stores, products, people and orders in every state worth seeing.
//!
//! Everything goes through the commands of the API, in the name of the people whose work it is, so that the demo cannot
//! show an order that the API could not have made. Knows no SQL but what tells whether the database is empty; nothing
//! else of the program knows the demo.

mod goods;
mod orders;
mod people;
mod verbs;

use crate::{app::App, config::DeploymentKind, error::Error};
use entity::{product, store, user_account};
use people::People;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

/// Everybody's password. No secret: see [`fill`].
const PASSWORD: &str = "waybill-demo";

/// Somebody who can sign in to the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoUser {
    /// To sign in with.
    pub email: String,
    /// In clear: everybody has the same one, and it is in the source.
    pub password: String,
    /// The role's name.
    pub role: String,
}

/// Fills an empty database and says who can sign in. A database that has the demo already is left as it is; one with
/// anything else in it is a `Conflict`, and so is a server in production, where a password that everybody knows would be
/// a hole.
pub async fn fill(app: &App) -> Result<Vec<DemoUser>, Error> {
    if app.settings.server.environment == DeploymentKind::Production {
        return Err(Error::Conflict(
            "the demo's users have a password that everybody knows; it is for server.environment = \"development\""
                .to_owned(),
        ));
    }
    if is_there(app).await? {
        return Ok(users());
    }
    if !is_empty(app).await? {
        return Err(Error::Conflict(
            "the database is in use, and the demo fills an empty one; leave --demo out, or name another database: \
             DATABASE_URL=sqlite://data/demo.db"
                .to_owned(),
        ));
    }
    let people = People::settle(app).await?;
    goods::stock_up(app, &people).await?;
    orders::place(app, &people).await?;
    Ok(users())
}

fn users() -> Vec<DemoUser> {
    let user = |(role, email): (&str, &str)| DemoUser {
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        role: role.to_owned(),
    };
    people::EMAILS.into_iter().map(user).collect()
}

/// Whether the last user that the demo makes is there.
async fn is_there(app: &App) -> Result<bool, Error> {
    let emails = people::EMAILS.map(|(_, email)| email);
    let known = user_account::Entity::find().filter(user_account::Column::Email.is_in(emails));
    Ok(known.count(&app.reader).await? == emails.len() as u64)
}

/// Local users, as `waybill token` makes them, are nobody's work yet.
async fn is_empty(app: &App) -> Result<bool, Error> {
    let stores = store::Entity::find().count(&app.reader).await?;
    let products = product::Entity::find().count(&app.reader).await?;
    Ok(stores + products == 0)
}
