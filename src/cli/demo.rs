//! `waybill demo`, and what `waybill serve --demo` prints.

use super::context::{Context, block_on};
use super::failure::{Failure, print};
use super::token::issue;
use crate::app::App;
use crate::demo::DemoUser;
use crate::error::Error;
use crate::{access::LocalUser, actor::RoleKind};

const QUERY: &str = "{ saleOrders(first: 5) { nodes { number workflowState grandTotal { amount currency } } } }";

/// Fills the configured database.
pub fn run(context: &Context) -> Result<(), Failure> {
    let loaded = context.load()?;
    block_on(async {
        let app = context.open(loaded, false).await?;
        let users = fill(&app).await?;
        print(table(&users))
    })
}

/// Fills the database when it is empty.
pub async fn fill(app: &App) -> Result<Vec<DemoUser>, Error> {
    crate::demo::fill(app).await
}

/// The users, and a call that works as it is printed.
pub async fn describe(app: &App, url: &str, users: &[DemoUser]) -> Result<String, Error> {
    let admin = users.iter().find(|user| user.role == RoleKind::Admin.as_str()).map(|user| user.email.as_str());
    let token = issue(app, &LocalUser { role: RoleKind::Admin, subject: admin }).await?.token;
    Ok(format!(
        "\n{}\nA call to start from, as ADMIN:\n\ncurl -s {url}/graphql -H 'content-type: application/json' \
         -H 'authorization: Bearer {token}' -d '{{\"query\":\"{QUERY}\"}}'\n",
        table(users)
    ))
}

fn table(users: &[DemoUser]) -> String {
    let width = users.iter().map(|user| user.email.len()).max().unwrap_or(0);
    let password = users.iter().map(|user| user.password.len()).max().unwrap_or(0);
    let line = |user: &DemoUser| format!("  {:<width$}  {:<password$}  {}", user.email, user.password, user.role);
    let lines: Vec<String> = users.iter().map(line).collect();
    format!("Users (e-mail address, password, role), for the login mutation:\n{}\n", lines.join("\n"))
}
