//! Why an order was not made, in the words that checkouts know: five errors, each with a sentence for buyers.

use crate::error::Code;

/// What a checkout shows.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// The checkout's own word for it.
    pub error: &'static str,
    /// A sentence for the buyer.
    pub message: &'static str,
    /// Whether the buyer may try again.
    pub can_retry: bool,
    /// What the buyer can do.
    pub suggested_action: &'static str,
}

/// The words for a code; none for what checkouts have no word for.
pub fn words(code: Code) -> Option<Words> {
    let any = |error| Words {
        error,
        message: "Unable to create order. Please contact support.",
        can_retry: true,
        suggested_action: "Try again or contact support",
    };
    Some(match code {
        Code::PaymentNotConfirmed => Words {
            error: "PAYMENT_NOT_CONFIRMED",
            message: "Payment not confirmed. Please try again.",
            can_retry: true,
            suggested_action: "Verify payment status and retry",
        },
        Code::ListingUnavailable => Words {
            error: "LISTING_UNAVAILABLE",
            message: "This item is no longer available.",
            can_retry: false,
            suggested_action: "Browse similar items",
        },
        Code::InsufficientStock => any("INSUFFICIENT_INVENTORY"),
        Code::InvalidShippingAddress => any("INVALID_SHIPPING_ADDRESS"),
        Code::Unavailable | Code::Internal => any("DATABASE_ERROR"),
        _ => return None,
    })
}
