//! Accounts of customers on platforms, and what is measured of them.

use super::super::given::Given;
use crate::provisioning::proof::Measured;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// An account of a customer on a platform.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateSocialAccount {
    /// Whose it is: `cus_…`, or an id of another system.
    #[schema(min_length = 1, max_length = 200, pattern = "^[^\\x00]*$")]
    pub customer_id: String,
    /// Where: letters, digits and any of - _ . ; kept in small letters.
    #[schema(min_length = 1, max_length = 50, pattern = "^[A-Za-z0-9_.-]+$")]
    pub platform: String,
    /// Its name there; an @ before it is left out.
    #[schema(min_length = 1, max_length = 100, pattern = "^[^\\x00]*$")]
    pub handle: String,
    /// Whether it is theirs, as staff know; left out: `unverified`.
    pub verification_status: Option<Verification>,
}

/// Whether an account is its customer's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifySocialAccount {
    /// Whether it is.
    pub verification_status: Verification,
}

/// Whether an account is its customer's.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verification {
    /// Nobody has looked.
    Unverified,
    /// Somebody looks.
    Pending,
    /// It is.
    Verified,
    /// It could not be shown.
    Failed,
}

impl From<Verification> for entity::VerificationStatus {
    fn from(of: Verification) -> Self {
        match of {
            Verification::Unverified => Self::Unverified,
            Verification::Pending => Self::Pending,
            Verification::Verified => Self::Verified,
            Verification::Failed => Self::Failed,
        }
    }
}

/// An account, as it is now.
#[derive(Debug, Serialize, ToSchema)]
pub struct SocialAccountAnswer {
    /// True.
    pub success: bool,
    /// The account.
    pub account: SocialAccount,
}

/// An account of a customer on a platform.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SocialAccount {
    /// `acc_…`
    pub id: String,
    /// `cus_…`
    pub customer_id: String,
    /// Where.
    pub platform: String,
    /// Its name there.
    pub handle: String,
    /// `unverified`, `pending`, `verified` or `failed`.
    pub verification_status: String,
    /// Since when it is verified.
    #[schema(format = DateTime)]
    pub verified_at: Option<String>,
}

/// What was measured.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordSnapshot {
    /// 1 to 50 names with numbers of at most 15 digits, 6 of them decimals.
    pub metrics: BTreeMap<String, Given>,
    /// Who measured.
    #[schema(min_length = 1, max_length = 100, pattern = "^[^\\x00]*$")]
    pub source: String,
    /// When it was so; left out: now. Measurements may come in any order.
    #[schema(format = DateTime)]
    pub captured_at: Option<String>,
}

/// It is kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnapshotAnswer {
    /// True.
    pub success: bool,
    /// What was measured.
    pub snapshot: Snapshot,
}

/// What was measured of an account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// `snap_…`
    pub id: String,
    /// `acc_…`
    pub account_id: String,
    /// What was measured, by whom and when.
    #[serde(flatten)]
    pub measured: Measured,
}
