//! `waybill token`

use super::context::{Context, block_on};
use super::failure::{Failure, print, say};
use crate::access::commands::new_reset;
use crate::app::App;
use crate::error::Error;
use crate::{
    access::{Issued, LocalUser, local_user},
    actor::RoleKind,
};
use clap::Parser;
use clap::builder::PossibleValuesParser;
use entity::user_account;

/// Whom the token is for.
#[derive(Parser)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The role
    #[arg(
        long,
        value_name = "ROLE",
        value_parser = PossibleValuesParser::new(RoleKind::ALL.map(|(_, name)| name)),
        ignore_case = true,
        required_unless_present = "reset"
    )]
    role: Option<String>,

    /// Print a token that sets the password of the user with this e-mail address
    ///
    /// It is good once, for 30 minutes, with the mutation resetPassword; one that was printed before is good no more. Hand it
    /// to nobody but the user.
    #[arg(long, value_name = "EMAIL", conflicts_with_all = ["role", "subject"])]
    reset: Option<String>,

    /// Whom it stands for
    ///
    /// The id of a user with that role. For CUSTOMER and RESELLER the id of the customer or reseller, for SELLER also that
    /// of a store: the user who signs in for it, made when there is none. Any other word names a local user of the role,
    /// made when missing, so that two people of one role can be told apart. Left out: the one local user of the role.
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
}

const EXAMPLES: &str = "\
The token goes to standard output and nothing else does. It is signed with auth.secret, or with ./data/secret, so run this
where the server runs, with the same configuration.

Examples:
  TOKEN=$(waybill token --role ADMIN)
  waybill token --role CUSTOMER --subject cus_01jd8z6m4ye1v9r0t5w2x3y4z5
  waybill token --role MANAGER --subject berta
  waybill token --reset berta@example.com";

/// Prints a token.
pub fn run(context: &Context, args: &Args) -> Result<(), Failure> {
    let loaded = context.load()?;
    block_on(async {
        let app = context.open(loaded, false).await?;
        if let Some(email) = &args.reset {
            return print(reset(&app, email).await?);
        }
        let role = args.role.as_deref().unwrap_or_default().to_uppercase();
        let role = RoleKind::parse(&role).ok_or_else(|| Failure::input(format!("there is no role {role}")))?;
        if role == RoleKind::Seller && args.subject.is_none() {
            say("note: the local seller is linked to no store, and so sees no orders; --subject store_… names one");
        }
        print(issue(&app, &LocalUser { role, subject: args.subject.as_deref() }).await?.token)
    })
}

/// A token that sets a user's password.
async fn reset(app: &App, email: &str) -> Result<String, Error> {
    app.write(async |txn| new_reset(txn, app.now(), email).await).await
}

/// A token for a local user, who is made when missing.
pub async fn issue(app: &App, wanted: &LocalUser<'_>) -> Result<Issued, Error> {
    let user = match find(app, wanted).await {
        // Somebody made the same user at the same time.
        Err(Error::Conflict(_)) => find(app, wanted).await?,
        found => found?,
    };
    app.tokens.issue(&user, app.now())
}

async fn find(app: &App, wanted: &LocalUser<'_>) -> Result<user_account::Model, Error> {
    app.write(async |txn| local_user(txn, &app.roles, app.now(), wanted).await).await
}
