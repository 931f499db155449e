//! Problems, as they leave.

use serde::Serialize;
use utoipa::ToSchema;

/// Why a request was not carried out: an RFC 9457 problem.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// `about:blank`: the status and the code say what it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What was wrong, and what would be right.
    pub detail: String,
    /// A stable code: `TRANSITION_NOT_ALLOWED`, `GUARD_REJECTED`, `CONFLICT`, …
    pub code: String,
    /// The same as `detail`; of an order that was not made, a sentence for its buyer.
    pub message: String,
    /// Why an order was not made, in the word of checkouts: `PAYMENT_NOT_CONFIRMED`, `LISTING_UNAVAILABLE`,
    /// `INSUFFICIENT_INVENTORY`, `INVALID_SHIPPING_ADDRESS` or `DATABASE_ERROR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creation_error: Option<String>,
    /// Whether trying again can help, at once or after something was done.
    pub can_retry: bool,
    /// What would help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggested_action: Option<String>,
    /// Whether the very same request may succeed later.
    pub retryable: bool,
    /// Which part of the request is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The order's status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_status: Option<String>,
    /// The statuses that the caller could bring the order to, guards aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_statuses: Option<Vec<String>>,
    /// The events that the caller could send, guards aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_events: Option<Vec<String>>,
    /// The guard that said no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guard: Option<String>,
    /// What would make that guard say yes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// When it is possible again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub until: Option<String>,
}
