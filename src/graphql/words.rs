//! The closed sets of words of the API, one for one those that the columns are written in.

use async_graphql::Enum;

/// Who did something.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::ActorType")]
pub enum ActorType {
    /// Waybill itself: timers, and what follows from something else.
    System,
    /// A member of staff: manager, biller, accountant, operator.
    Operator,
    /// An administrator.
    Admin,
    /// A customer.
    Customer,
    /// A reseller.
    Reseller,
    /// A seller, for their stores.
    Seller,
    /// A program.
    Automation,
    /// A payment provider or carrier, by webhook.
    Provider,
}

/// Where what an order says of its money and what its rows add up to do not agree.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "crate::payment::reconcile::Mismatch")]
pub enum PaymentMismatch {
    /// The order's captured money, and the sum of its ledger.
    Captured,
    /// What the order says is credited, and its credit notes and refunds.
    Credited,
    /// What is credited, and what is due to be: notes, and what was given back or fell through, each once; never more than
    /// the order's total.
    Due,
    /// What the order says is outstanding, and what its rows leave.
    Outstanding,
    /// What the order says is over-paid, and what of that is in hand to be given back.
    OwedBack,
    /// A payment's status, and what the ledger has of it.
    Payment,
    /// A refund's status, and what the ledger has of it.
    Refund,
    /// What was captured, and what the provider says of it.
    ProviderCaptured,
    /// What went back, and what the provider says of it.
    ProviderRefunded,
    /// What is set aside, and what the provider says of it.
    ProviderSetAside,
}

/// What moved a reseller's balance.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "crate::account::statement::Kind")]
pub enum StatementLineKind {
    /// An order was cleared, and its total charged.
    Order,
    /// A credit note lowered what is owed.
    CreditNote,
    /// Money on account came in.
    Settlement,
    /// A payment of one order was captured.
    Payment,
    /// A refund was issued.
    Refund,
    /// A dispute was lost.
    Chargeback,
    /// An order fell through after it was charged.
    Cancellation,
}

/// Who pays.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::PartyKind")]
pub enum PayerKind {
    /// A customer.
    Customer,
    /// A reseller.
    Reseller,
}

/// What became of a provider's delivery.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::DeliveryStatus")]
pub enum WebhookDeliveryStatus {
    /// Yet to be applied, or tried again later.
    Received,
    /// It did its work.
    Applied,
    /// There was nothing to do.
    Ignored,
    /// It waits for what must come before it.
    Parked,
    /// It was given up; `decision` says why.
    Failed,
    /// It was not let in: badly signed, too old or malformed.
    Refused,
}

/// What a machine drives.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::SubjectKind")]
pub enum SubjectKind {
    /// Quotations.
    Quotation,
    /// Sale orders.
    Sale,
    /// Fulfilments.
    Fulfilment,
}

/// The language of a drawing.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "statechart::diagram::Format")]
pub enum DiagramFormat {
    /// For Markdown and mermaid.live.
    Mermaid,
    /// For Graphviz.
    Dot,
    /// A picture that needs nothing else.
    Svg,
}

/// Whether something is new, gone, or not as it was.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "statechart::diff::Sign")]
pub enum ChangeSign {
    /// Only the new version has it.
    Added,
    /// Only the old version has it.
    Removed,
    /// Both have it, but not the same.
    Changed,
}

/// What differs between two versions of a machine.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "statechart::diff::Subject")]
pub enum ChangeSubject {
    /// A state.
    State,
    /// A transition.
    Transition,
    /// The name of a guard.
    Guard,
    /// The name of an action.
    Action,
    /// The name of a delay.
    Delay,
}

/// Whom a sale is to, and how.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::SaleType")]
pub enum SaleType {
    /// To a customer.
    Consumer,
    /// To a reseller, at reseller prices.
    Reseller,
    /// On a marketplace.
    Marketplace,
}

/// Where a sale is made.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::SaleChannel")]
pub enum SaleChannel {
    /// On the web.
    Web,
    /// In the app.
    App,
    /// Over the counter.
    InStore,
}

/// How far a sale order has come.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderPhase {
    /// Open: payment, credit or an override is still to come.
    Sale,
    /// Cleared: goods and services are on their way.
    Fulfilment,
    /// Final.
    Closed,
}

/// What staff should look at.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::OrderFlag")]
pub enum OrderFlag {
    /// More money is in than the order's total.
    Overpaid,
    /// It should have expired, but confirmed money is in.
    ExpiryBlocked,
    /// Money must go back.
    RefundOwed,
    /// A refund failed.
    RefundFailed,
    /// A dispute is open.
    Disputed,
    /// A provider gave money back that nobody here asked to give back, after shipping or in part, and it is owed again.
    Reversed,
}

/// Goods have stock, services are done; shipping and fees are charged and nothing else.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::ProductKind")]
pub enum ProductKind {
    /// Has stock, is shipped or picked up.
    Goods,
    /// Has no stock, is scheduled and done.
    Service,
    /// What it costs to send the rest. Counts in the total; is neither allocated, shipped nor returned.
    Shipping,
    /// Any other charge: gift wrap, deposit, handling. Counts in the total; is neither allocated, shipped nor returned.
    Fee,
}

/// How lines reach their buyer.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::FulfilmentType")]
pub enum FulfilmentType {
    /// The buyer fetches it.
    Pickup,
    /// A carrier brings it.
    Delivery,
    /// Somebody does it.
    Service,
}

/// Why a fulfilment waits. PAYMENT and DISPUTE holds are lifted by their cause only.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::HoldCause")]
pub enum HoldCause {
    /// Somebody said so.
    Manual,
    /// The order is not covered any more.
    Payment,
    /// A dispute is open.
    Dispute,
}

/// What kind of question a guard is.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "crate::workflow::why::AskedKind")]
pub enum GuardKind {
    /// A guard of that name.
    Named,
    /// All must hold.
    And,
    /// One must hold.
    Or,
    /// It must not hold.
    Not,
    /// A state must be active.
    StateIn,
}

/// How a buyer pays.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::PaymentMethod")]
pub enum PaymentMethod {
    /// Cash.
    Cash,
    /// A bank transfer that staff see on the account.
    Transfer,
    /// A card.
    Card,
    /// An electronic wallet.
    Wallet,
    /// A bank payment through a provider.
    Bank,
    /// An invoice: on credit.
    Invoice,
    /// On credit.
    Credit,
    /// Cryptocurrency.
    Crypto,
    /// Held by a third party.
    Escrow,
    /// Several of them.
    Mixed,
}

/// How far a payment has come. It only moves forward.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::PaymentStatus")]
pub enum PaymentStatus {
    /// Announced.
    Pending,
    /// Promised by the provider, not taken yet.
    Authorized,
    /// In.
    Confirmed,
    /// Will not come.
    Failed,
    /// Went back.
    Refunded,
    /// Disputed by the payer; it counts until the dispute is lost.
    Disputed,
}

/// How far a refund has come.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::RefundStatus")]
pub enum RefundStatus {
    /// To be sent; from now on it counts against what is refundable.
    Requested,
    /// With the provider.
    Sent,
    /// The money is back.
    Issued,
    /// It did not arrive; the order is flagged.
    Failed,
}

/// How a dispute stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::DisputeStatus")]
pub enum DisputeStatus {
    /// Undecided: what has not shipped is held.
    Open,
    /// The money stays.
    Won,
    /// The money is gone.
    Lost,
}

/// What an override stands in for.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::OverrideKind")]
pub enum OverrideKind {
    /// Payment.
    Admin,
    /// Credit beyond the limit.
    Credit,
}

/// How far an override request has come.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "entity::OverrideStatus")]
pub enum OverrideStatus {
    /// Waits for a decision.
    Pending,
    /// Granted and not used yet.
    Approved,
    /// Refused.
    Denied,
    /// Taken back, or not needed any more.
    Revoked,
    /// Lapsed before it was used.
    Expired,
    /// Used by the clearing that needed it.
    Consumed,
}

/// The tone of a state's chip on a screen.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    Neutral,
    /// On its way.
    Info,
    /// As hoped.
    Success,
    /// Somebody should look.
    Warning,
    /// Something went wrong.
    Danger,
}

/// What kind of thing stands in an event's way.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "crate::workflow::explain::BlockKind")]
pub enum BlockerKind {
    /// The viewer's role does not have the permission, or the event is not for people.
    Permission,
    /// It is for somebody else's events.
    Ownership,
    /// A rule says no.
    Guard,
    /// It is not the time.
    Window,
}
