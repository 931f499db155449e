//! `[storage]`: where receipts are kept.

use super::values;
use serde::Deserialize;

/// `[storage]`
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub struct Storage {
    /// Where the S3 service is; empty: inside the server.
    #[serde(deserialize_with = "values::maybe_url")]
    pub endpoint: String,
    /// What presigned links begin with; empty: the endpoint.
    #[serde(deserialize_with = "values::maybe_url")]
    pub public_url: String,
    /// The region that requests are signed for.
    #[serde(deserialize_with = "values::word")]
    pub region: String,
    /// The bucket.
    #[serde(deserialize_with = "values::word")]
    pub bucket: String,
    /// Whose key it is.
    pub access_key: String,
    /// What requests are signed with.
    pub secret_key: String,
    /// Whether the bucket stands in the path.
    pub path_style: bool,
    /// Which checksums are sent.
    pub checksums: Checksums,
    /// How long a call may take.
    #[serde(deserialize_with = "values::from_to::<_, _, 1, 600>")]
    pub timeout_seconds: u64,
    /// After how long an upload that became nobody's receipt is deleted.
    #[serde(deserialize_with = "values::from_to::<_, _, 1, 8_760>")]
    pub orphan_hours: u32,
    /// Address and port of the embedded service.
    #[serde(deserialize_with = "values::listen")]
    pub listen: String,
    /// The embedded service's folder.
    #[serde(deserialize_with = "values::word")]
    pub folder: String,
}

/// Which checksums are sent beside those of HTTPS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Checksums {
    /// Where S3 wants them: what every store understands.
    WhenRequired,
    /// Wherever S3 knows them.
    WhenSupported,
}

impl Storage {
    /// Whether the store is the one inside the server.
    pub fn is_embedded(&self) -> bool {
        self.endpoint.is_empty()
    }
}

impl std::fmt::Debug for Storage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = if self.is_embedded() { &self.folder } else { &self.endpoint };
        write!(f, "bucket {} at {place}", self.bucket)
    }
}
