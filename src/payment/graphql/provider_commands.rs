//! What providers were asked, in the API.

use crate::graphql::money::Money;
use crate::graphql::scalars::DateTime;
use crate::graphql::{Answer, actor, loaders};
use crate::id::{self, Prefix};
use crate::payment::asked::{Command, Kind, Standing};
use crate::payment::graphql::keys::CommandsOfPayment;
use async_graphql::{Context, Enum, ID, SimpleObject};
use entity::payment;

/// What a provider is asked for.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Kind")]
pub enum ProviderCommandKind {
    /// To give money back.
    Refund,
    /// To take money that is set aside.
    Capture,
    /// To give back money that is set aside.
    Void,
}

/// How what a provider is asked for stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Standing")]
pub enum ProviderCommandStatus {
    /// It is asked, and asked again, until the provider answers.
    Waiting,
    /// The provider has taken it on.
    Done,
    /// The provider has refused; lastError says why.
    Refused,
    /// The provider was not asked; lastError says why. Report by settleRefund how a refund ended.
    NotAsked,
}

/// What a provider was asked for.
#[derive(SimpleObject)]
pub struct ProviderCommand {
    /// What for.
    kind: ProviderCommandKind,
    /// How much.
    amount: Money,
    /// How it stands.
    status: ProviderCommandStatus,
    /// How often it was tried.
    attempts: i32,
    /// What stood in the way last. Null for buyers.
    last_error: Option<String>,
    /// When it is tried next; null once it has ended.
    next_attempt_at: Option<DateTime>,
    /// The refund that it is about.
    refund_id: Option<ID>,
    /// When it was asked for.
    created_at: DateTime,
}

impl ProviderCommand {
    fn new(command: &Command, currency: &str, for_staff: bool) -> Self {
        Self {
            kind: command.kind.into(),
            amount: Money::of(command.amount_minor, currency),
            status: command.standing.into(),
            attempts: command.attempts,
            last_error: command.last_error.clone().filter(|_| for_staff),
            next_attempt_at: command.next_attempt_at.map(DateTime),
            refund_id: command.refund.map(|refund| id::encode(Prefix::Refund, refund).into()),
            created_at: DateTime(command.created_at),
        }
    }
}

/// What the provider of a payment was asked.
pub async fn of(ctx: &Context<'_>, payment: &payment::Model) -> Answer<Vec<ProviderCommand>> {
    let for_staff = !actor(ctx)?.is_buyer();
    let commands = loaders(ctx).or_default(CommandsOfPayment(payment.id)).await?;
    Ok(commands.iter().map(|command| ProviderCommand::new(command, &payment.currency, for_staff)).collect())
}
