//! The object store: files by key, over S3. One way for every store, the embedded one too.
//!
//! Promises that a store that is down or silent is `Unavailable` within the time that the settings give, and that a
//! file is streamed and never held whole. Knows keys and bytes; what they are of, others know.

mod failure;

use crate::config;
use crate::error::Error;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation, SharedHttpClient,
    retry::RetryConfig,
};
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::MetadataDirective;
use aws_smithy_http_client::{Builder, tls};
use failure::{failed, gone};
use futures_util::future::BoxFuture;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::time::timeout;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(2);
/// A call and one more try.
const TRIES: u32 = 2;
/// How much of a file is read at a time, in bytes.
const CHUNK: usize = 64 * 1024;

/// The object store. Its connections are made when they are first needed.
#[derive(Debug)]
pub struct Storage {
    settings: config::Storage,
    keys: Keys,
    client: OnceLock<Client>,
    public: OnceLock<Client>,
}

/// Who signs.
#[derive(Clone)]
pub struct Keys {
    /// The access key's id.
    pub access: String,
    /// Its secret.
    pub secret: String,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.access)
    }
}

/// What an object says of itself to whoever opens its link.
#[derive(Clone, Copy, Debug)]
pub struct Label<'a> {
    /// `Content-Type`.
    pub content_type: &'a str,
    /// `Content-Disposition`.
    pub disposition: &'a str,
}

/// An object that is being read.
#[derive(Debug)]
pub struct Content {
    /// How many bytes it has.
    pub size: u64,
    /// Changes when the object does.
    pub etag: String,
    body: ByteStream,
    patience: Duration,
}

/// A request that somebody else may send.
#[derive(Clone, Debug)]
pub struct Presigned {
    /// Where to.
    pub url: String,
    /// With which headers, beside those that every client sends.
    pub headers: Vec<(String, String)>,
}

impl Storage {
    /// The store that the settings name. `secret` is the installation's own: the embedded service's keys come of it, so
    /// that all its processes have the same and another installation's service knows them not.
    pub fn of(settings: &config::Storage, secret: &[u8]) -> Result<Self, Error> {
        let keys = if settings.is_embedded() {
            Keys { access: format!("waybill{}", &derived(secret, "access")?[..12]), secret: derived(secret, "secret")? }
        } else {
            for (name, value) in [("access_key", &settings.access_key), ("secret_key", &settings.secret_key)] {
                if value.is_empty() {
                    let message = "it is empty; a store with an endpoint needs its keys";
                    return Err(Error::invalid(format!("storage.{name}"), message));
                }
            }
            Keys { access: settings.access_key.clone(), secret: settings.secret_key.clone() }
        };
        Ok(Self { settings: settings.clone(), keys, client: OnceLock::new(), public: OnceLock::new() })
    }

    /// Who signs.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The bucket's name.
    pub fn bucket(&self) -> &str {
        &self.settings.bucket
    }

    /// The settings that it was made of.
    pub fn settings(&self) -> &config::Storage {
        &self.settings
    }

    /// Stores a file under a key.
    pub async fn put(&self, key: &str, file: &Path, label: Label<'_>) -> Result<(), Error> {
        let body = boxed(ByteStream::read_from().path(file).buffer_size(CHUNK).build()).await;
        let body = body.map_err(|error| Error::internal(format!("the file of an upload cannot be read: {error}")))?;
        let put = self.client().put_object().bucket(self.bucket()).key(key).body(body);
        let put = put.content_type(label.content_type).content_disposition(label.disposition);
        boxed(put.send()).await.map(drop).map_err(|error| failed("put", key, &error))
    }

    /// Begins to read an object; `None`: there is none.
    pub async fn get(&self, key: &str) -> Result<Option<Content>, Error> {
        match boxed(self.client().get_object().bucket(self.bucket()).key(key).send()).await {
            Ok(found) => Ok(Some(Content {
                size: found.content_length.and_then(|length| u64::try_from(length).ok()).unwrap_or_default(),
                etag: found.e_tag.unwrap_or_default(),
                body: found.body,
                patience: self.patience(),
            })),
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => Ok(None),
            Err(error) => Err(failed("get", key, &error)),
        }
    }

    /// Copies an object within the store, if it is still the one with this etag; `false`: it is not.
    pub async fn copy(&self, from: &str, etag: &str, to: &str, label: Label<'_>) -> Result<bool, Error> {
        let copy = self.client().copy_object().bucket(self.bucket()).key(to);
        let copy = copy.copy_source(format!("{}/{from}", self.bucket())).copy_source_if_match(etag);
        let copy = copy.metadata_directive(MetadataDirective::Replace);
        let copy = copy.content_type(label.content_type).content_disposition(label.disposition);
        match boxed(copy.send()).await {
            Ok(_) => Ok(true),
            Err(error) if gone(&error) => Ok(false),
            Err(error) => Err(failed("copy", to, &error)),
        }
    }

    /// Deletes an object of a bucket. One that is not there is deleted already, one whose bucket is not there too.
    pub async fn delete(&self, bucket: &str, key: &str) -> Result<(), Error> {
        let deleted = boxed(self.client().delete_object().bucket(bucket).key(key).send()).await;
        match deleted {
            Ok(_) => Ok(()),
            Err(error) if gone(&error) || error.code() == Some("NoSuchBucket") => Ok(()),
            Err(error) => Err(failed("delete", key, &error)),
        }
    }

    /// A link to an object of a bucket. Made without asking the store.
    pub async fn link(&self, bucket: &str, key: &str, good_for: Duration) -> Result<String, Error> {
        let get = self.public().get_object().bucket(bucket).key(key);
        let signed = boxed(get.presigned(lifetime(good_for)?)).await;
        Ok(signed.map_err(|error| failed("sign", key, &error))?.uri().to_owned())
    }

    /// A request that stores an object of this type and size. Made without asking the store.
    pub async fn upload_link(
        &self,
        key: &str,
        content_type: &str,
        size: i64,
        good_for: Duration,
    ) -> Result<Presigned, Error> {
        let put = self.public().put_object().bucket(self.bucket()).key(key);
        let put = put.content_type(content_type).content_length(size);
        let signed = boxed(put.presigned(lifetime(good_for)?)).await;
        Ok(presigned(&signed.map_err(|error| failed("sign", key, &error))?))
    }

    /// How long it may take.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.settings.timeout_seconds)
    }

    fn endpoint(&self) -> String {
        if self.settings.is_embedded() {
            format!("http://{}", self.settings.listen)
        } else {
            self.settings.endpoint.clone()
        }
    }

    fn client(&self) -> &Client {
        self.client.get_or_init(|| self.connect(self.endpoint()))
    }

    /// Signs what clients outside send.
    fn public(&self) -> &Client {
        let address = || match self.settings.public_url.as_str() {
            "" => self.endpoint(),
            url => url.to_owned(),
        };
        self.public.get_or_init(|| self.connect(address()))
    }

    fn connect(&self, endpoint: String) -> Client {
        let patience = self.patience();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT.min(patience))
            .operation_timeout(patience)
            .operation_attempt_timeout(patience);
        let (request, response) = match self.settings.checksums {
            config::Checksums::WhenRequired => {
                (RequestChecksumCalculation::WhenRequired, ResponseChecksumValidation::WhenRequired)
            }
            config::Checksums::WhenSupported => {
                (RequestChecksumCalculation::WhenSupported, ResponseChecksumValidation::WhenSupported)
            }
        };
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(http_client(&endpoint))
            .endpoint_url(endpoint)
            .region(Region::new(self.settings.region.clone()))
            .credentials_provider(Credentials::new(&self.keys.access, &self.keys.secret, None, None, "waybill"))
            .force_path_style(self.settings.path_style || self.settings.is_embedded())
            .request_checksum_calculation(request)
            .response_checksum_validation(response)
            .retry_config(RetryConfig::standard().with_max_attempts(TRIES))
            .timeout_config(timeouts.build());
        Client::from_conf(config.build())
    }
}

impl Content {
    /// The next bytes; none at the end.
    pub async fn next(&mut self) -> Result<Option<impl AsRef<[u8]> + use<>>, Error> {
        let silent =
            || Error::Unavailable("the store of receipts stopped in the middle of a file; try again".to_owned());
        match timeout(self.patience, self.body.try_next()).await {
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the store broke off");
                Err(silent())
            }
            Err(_) => Err(silent()),
        }
    }
}

/// The client's futures are deep and large: behind a pointer they do not make those around them so.
fn boxed<'a, T>(future: impl Future<Output = T> + Send + 'a) -> BoxFuture<'a, T> {
    Box::pin(future)
}

/// Certificates are only loaded where there is something to verify with them.
fn http_client(endpoint: &str) -> SharedHttpClient {
    if endpoint.starts_with("https:") {
        Builder::new().tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring)).build_https()
    } else {
        Builder::new().build_http()
    }
}

fn lifetime(good_for: Duration) -> Result<PresigningConfig, Error> {
    PresigningConfig::expires_in(good_for).map_err(Error::internal)
}

/// Length and host are every client's own business.
fn presigned(signed: &PresignedRequest) -> Presigned {
    let own = |name: &str| matches!(name.to_ascii_lowercase().as_str(), "content-length" | "host");
    let headers = signed.headers().filter(|(name, _)| !own(name));
    Presigned {
        url: signed.uri().to_owned(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
    }
}

fn derived(secret: &[u8], what: &str) -> Result<String, Error> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(Error::internal)?;
    mac.update(format!("waybill storage {what}").as_bytes());
    Ok(hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> config::Storage {
        config::embedded_defaults().unwrap().settings.storage
    }

    #[test]
    fn an_installations_processes_have_the_same_keys_and_others_have_others() {
        let keys = |secret: &[u8]| {
            let keys = Storage::of(&settings(), secret).unwrap().keys;
            (keys.access, keys.secret)
        };
        assert_eq!(keys(b"one"), keys(b"one"));
        let (one, two) = (keys(b"one"), keys(b"two"));
        assert!(one.0 != two.0 && one.1 != two.1);
        assert!(!format!("{:?}", Storage::of(&settings(), b"one").unwrap()).contains(&one.1), "a secret is not shown");
    }

    #[test]
    fn a_store_with_an_endpoint_needs_keys() {
        let mut settings = settings();
        settings.endpoint = "https://s3.example.com".to_owned();
        let error = Storage::of(&settings, b"one").unwrap_err().to_string();
        assert!(error.contains("storage.access_key"), "{error}");
    }

    #[tokio::test]
    async fn links_begin_with_the_public_url_and_name_what_must_be_sent() {
        let mut settings = settings();
        settings.public_url = "https://files.example.com".to_owned();
        let storage = Storage::of(&settings, b"one").unwrap();
        let link = storage.link("waybill", "receipts/a.pdf", Duration::from_mins(1)).await.unwrap();
        assert!(link.starts_with("https://files.example.com/waybill/receipts/a.pdf?"), "{link}");
        assert!(link.contains("X-Amz-Expires=60"), "{link}");
        let put = storage.upload_link("uploads/a.pdf", "application/pdf", 50, Duration::from_mins(1)).await.unwrap();
        assert_eq!(put.headers, [("content-type".to_owned(), "application/pdf".to_owned())]);
        assert!(put.url.contains("content-length"), "the size is signed: {}", put.url);
    }
}
