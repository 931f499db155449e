//! Closed sets of words. A word is one text, and it stands here once: the column's, JSON's, the API's and that of sentences.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// `Name { Word = "TEXT" }`, `Name as "Other"` where the API has another name for the set.
macro_rules! words {
    ($($(#[$meta:meta])* $name:ident $(as $api:tt)? { $($(#[$of:meta])* $word:ident = $text:tt,)+ })+) => {$(
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, EnumIter, DeriveActiveEnum, Enum,
        )]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        $(#[graphql(name = $api)])?
        pub enum $name {$(
            $(#[$of])*
            #[serde(rename = $text)]
            #[sea_orm(string_value = $text)]
            #[graphql(name = $text)]
            $word,
        )+}

        impl $name {
            /// Its text.
            pub fn as_str(self) -> &'static str {
                match self {$(Self::$word => $text,)+}
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+};
}

words! {
    /// Credit tiers, rising; NONE is that of a party that nobody gave credit.
    Tier {
        /// No credit.
        None = "NONE",
        /// The first tier.
        Bronze = "BRONZE",
        /// The second.
        Silver = "SILVER",
        /// The third.
        Gold = "GOLD",
        /// The highest.
        Platinum = "PLATINUM",
    }

    /// Who pays.
    PartyKind as "PayerKind" {
        /// A customer.
        Customer = "CUSTOMER",
        /// A reseller.
        Reseller = "RESELLER",
    }

    /// What a credit ledger row does to the exposure: reserve raises it, the others lower it.
    CreditEntryKind {
        /// An order takes of the limit.
        Reserve = "RESERVE",
        /// An order gives back what it took.
        Release = "RELEASE",
        /// Money came in for what was taken.
        Settle = "SETTLE",
    }

    /// Goods have stock, services are done; shipping and fees are charged and nothing else.
    ProductKind {
        /// Has stock, is shipped or picked up.
        Goods = "GOODS",
        /// Has no stock, is scheduled and done.
        Service = "SERVICE",
        /// What it costs to send the rest. Counts in the total; is neither allocated, shipped nor returned.
        Shipping = "SHIPPING",
        /// Any other charge: gift wrap, deposit, handling. Counts in the total; is neither allocated, shipped nor returned.
        Fee = "FEE",
    }

    /// Who did something.
    ActorType {
        /// Waybill itself: timers, and what follows from something else.
        System = "SYSTEM",
        /// A member of staff: manager, biller, accountant, operator.
        Operator = "OPERATOR",
        /// An administrator.
        Admin = "ADMIN",
        /// A customer.
        Customer = "CUSTOMER",
        /// A reseller.
        Reseller = "RESELLER",
        /// A seller, for their stores.
        Seller = "SELLER",
        /// A program.
        Automation = "AUTOMATION",
        /// A payment provider or carrier, by webhook.
        Provider = "PROVIDER",
    }

    /// Whom a sale is to, and how.
    SaleType {
        /// To a customer.
        Consumer = "CONSUMER",
        /// To a reseller, at reseller prices.
        Reseller = "RESELLER",
        /// On a marketplace.
        Marketplace = "MARKETPLACE",
    }

    /// Where a sale is made.
    SaleChannel {
        /// On the web.
        Web = "WEB",
        /// In the app.
        App = "APP",
        /// Over the counter.
        InStore = "IN_STORE",
    }

    /// How lines reach their buyer.
    FulfilmentType {
        /// The buyer fetches it.
        Pickup = "PICKUP",
        /// A carrier brings it.
        Delivery = "DELIVERY",
        /// Somebody does it.
        Service = "SERVICE",
    }

    /// Why a fulfilment waits. PAYMENT and DISPUTE holds are lifted by their cause only.
    HoldCause {
        /// Somebody said so.
        Manual = "MANUAL",
        /// The order is not covered any more.
        Payment = "PAYMENT",
        /// A dispute is open.
        Dispute = "DISPUTE",
    }

    /// How a buyer pays.
    PaymentMethod {
        /// Cash.
        Cash = "CASH",
        /// A bank transfer that staff see on the account.
        Transfer = "TRANSFER",
        /// A card.
        Card = "CARD",
        /// An electronic wallet.
        Wallet = "WALLET",
        /// A bank payment through a provider.
        Bank = "BANK",
        /// An invoice: on credit.
        Invoice = "INVOICE",
        /// On credit.
        Credit = "CREDIT",
        /// Cryptocurrency.
        Crypto = "CRYPTO",
        /// Held by a third party.
        Escrow = "ESCROW",
        /// Several of them.
        Mixed = "MIXED",
    }

    /// How far a payment has come. It only moves forward.
    PaymentStatus {
        /// Announced.
        Pending = "PENDING",
        /// Promised by the provider, not taken yet.
        Authorized = "AUTHORIZED",
        /// In.
        Confirmed = "CONFIRMED",
        /// Will not come.
        Failed = "FAILED",
        /// Went back.
        Refunded = "REFUNDED",
        /// Disputed by the payer; it counts until the dispute is lost.
        Disputed = "DISPUTED",
    }

    /// What a row of the money ledger is.
    PaymentEntryKind {
        /// Money came in.
        Capture = "CAPTURE",
        /// Money went back.
        Refund = "REFUND",
        /// A lost dispute took it.
        Chargeback = "CHARGEBACK",
    }

    /// How far a refund has come.
    RefundStatus {
        /// To be sent; from now on it counts against what is refundable.
        Requested = "REQUESTED",
        /// With the provider.
        Sent = "SENT",
        /// The money is back.
        Issued = "ISSUED",
        /// It did not arrive; the order is flagged.
        Failed = "FAILED",
    }

    /// What came of a refill.
    RefillStatus {
        /// Its provider was asked.
        Requested = "REQUESTED",
        /// It was delivered.
        Completed = "COMPLETED",
        /// It was not.
        Failed = "FAILED",
    }

    /// Whether an account on a platform is its customer's.
    VerificationStatus {
        /// Nobody has looked.
        Unverified = "UNVERIFIED",
        /// Somebody looks.
        Pending = "PENDING",
        /// It is.
        Verified = "VERIFIED",
        /// It could not be shown.
        Failed = "FAILED",
    }

    /// How a dispute stands.
    DisputeStatus {
        /// Undecided: what has not shipped is held.
        Open = "OPEN",
        /// The money stays.
        Won = "WON",
        /// The money is gone.
        Lost = "LOST",
    }

    /// Whose deliveries are told apart by their event's ids.
    DeliveryFamily as "WebhookDeliveryFamily" {
        /// Of payment providers.
        Payment = "PAYMENT",
        /// Of carriers, and of those who speak for them.
        Shipping = "SHIPPING",
    }

    /// What became of a provider's delivery.
    DeliveryStatus as "WebhookDeliveryStatus" {
        /// Yet to be applied, or tried again later.
        Received = "RECEIVED",
        /// It did its work.
        Applied = "APPLIED",
        /// There was nothing to do.
        Ignored = "IGNORED",
        /// It waits for what must come before it.
        Parked = "PARKED",
        /// It was given up; `decision` says why.
        Failed = "FAILED",
        /// It was not let in: badly signed, too old or malformed.
        Refused = "REFUSED",
    }

    /// What an override stands in for.
    OverrideKind {
        /// Payment.
        Admin = "ADMIN",
        /// Credit beyond the limit.
        Credit = "CREDIT",
    }

    /// How far an override request has come.
    OverrideStatus {
        /// Waits for a decision.
        Pending = "PENDING",
        /// Granted and not used yet.
        Approved = "APPROVED",
        /// Refused.
        Denied = "DENIED",
        /// Taken back, or not needed any more.
        Revoked = "REVOKED",
        /// Lapsed before it was used.
        Expired = "EXPIRED",
        /// Used by the clearing that needed it.
        Consumed = "CONSUMED",
    }

    /// What a machine drives.
    SubjectKind {
        /// Quotations.
        Quotation = "QUOTATION",
        /// Sale orders.
        Sale = "SALE",
        /// Fulfilments.
        Fulfilment = "FULFILMENT",
    }

    /// What staff should look at.
    OrderFlag {
        /// More money is in than the order's total.
        Overpaid = "OVERPAID",
        /// It should have expired, but confirmed money is in.
        ExpiryBlocked = "EXPIRY_BLOCKED",
        /// The newest payment failed, and it is not paid otherwise.
        PaymentFailed = "PAYMENT_FAILED",
        /// A part has shipped, and a part has not.
        PartlyShipped = "PARTLY_SHIPPED",
        /// Money must go back.
        RefundOwed = "REFUND_OWED",
        /// A refund failed.
        RefundFailed = "REFUND_FAILED",
        /// A dispute is open.
        Disputed = "DISPUTED",
        /// The order is over, and an escrow still holds money of it.
        EscrowHeld = "ESCROW_HELD",
        /// An escrow has paid the seller before the order came to its end.
        EscrowReleased = "ESCROW_RELEASED",
        /// An escrow has paid the buyer back, and the order goes on.
        EscrowRefunded = "ESCROW_REFUNDED",
        /// A provider gave money back that nobody here asked to give back, after shipping or in part, and it is owed again.
        Reversed = "REVERSED",
    }

    /// What happens when a timer is due.
    TimerKind {
        /// A delayed transition of a machine.
        Delay = "DELAY",
        /// An approval lapses.
        Lapse = "LAPSE",
        /// An event that waited for its window is sent.
        Deferred = "DEFERRED",
    }

    /// What became of an event that waits for its window.
    DeferredStatus as "DeferredEventStatus" {
        /// It is sent when its window opens.
        Waiting = "WAITING",
        /// It was sent, and taken.
        Sent = "SENT",
        /// It was sent and not taken, or its subject has ended.
        Refused = "REFUSED",
        /// Somebody took it back.
        Cancelled = "CANCELLED",
    }

    /// What must reach the world, or be looked at later, after a commit.
    OutboxKind {
        /// Stock of a SKU became available.
        StockAvailable = "stock_available",
        /// A sale expired unpaid.
        SaleExpired = "sale_expired",
        /// Money came in.
        PaymentCaptured = "payment_captured",
        /// Money is to go back to where it came from.
        RefundRequested = "refund_requested",
        /// Money that is set aside is to be taken.
        CaptureRequested = "capture_requested",
        /// Money that is set aside is to be given back.
        VoidRequested = "void_requested",
        /// An order began to count for what its buyer touched, or counts no more.
        AttributionMoved = "attribution_moved",
    }

    /// Whether an order counts for the advertisements that led to it.
    AttributionState {
        /// It counts.
        Credited = "CREDITED",
        /// It counted, and does not any more.
        Reversed = "REVERSED",
    }

    /// How the worth of an order is split among what its buyer touched.
    AttributionModel {
        /// All of it to the last one.
        LastTouch = "LAST_TOUCH",
        /// All of it to the first one.
        FirstTouch = "FIRST_TOUCH",
        /// To each the same; what cannot be split goes to the earliest, a unit each.
        Linear = "LINEAR",
    }
}

impl ProductKind {
    /// Whether stores have stock of it.
    pub fn has_stock(self) -> bool {
        match self {
            Self::Goods => true,
            Self::Service | Self::Shipping | Self::Fee => false,
        }
    }

    /// Whether it needs a fulfilment. What does not counts in totals alone.
    pub fn is_fulfilled(self) -> bool {
        match self {
            Self::Goods | Self::Service => true,
            Self::Shipping | Self::Fee => false,
        }
    }
}

impl PaymentStatus {
    /// Those of payments whose money has come in, whatever became of it then.
    pub const CAPTURED: [Self; 3] = [Self::Confirmed, Self::Refunded, Self::Disputed];

    /// Whether the money has come in.
    pub fn is_captured(self) -> bool {
        Self::CAPTURED.contains(&self)
    }
}

impl RefundStatus {
    /// Asked for, and neither issued nor failed.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Requested | Self::Sent)
    }
}
