//! A file that somebody sent, on disk: written as it came, counted and summed on the way.

use crate::error::Error;
use crate::payment::receipts::content::{self, HEAD, Kind};
use crate::payment::receipts::location;
use sha2::{Digest, Sha256};
use std::io::Write as _;
use std::path::Path;
use tempfile::TempPath;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Semaphore;

/// How the files of uploads begin to be called.
pub const UPLOADS: &str = "waybill-upload-";
/// Pictures that are in memory at a time, whole, to be looked through.
static PICTURES: Semaphore = Semaphore::const_new(2);
/// How much of a file waits for the disk at a time, in bytes.
const PIECE: usize = 64 * 1024;

/// A file that came in whole; gone from the disk when it is dropped.
#[derive(Debug)]
pub struct Received {
    /// As the client calls it.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// In hex.
    pub sha256: String,
    head: Vec<u8>,
    path: TempPath,
}

impl Received {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it is, by its content.
    pub fn kind(&self) -> Result<Kind, Error> {
        content::kind("file", &self.head)
    }

    /// Another file without the place where the picture was taken; none when it is no picture, or names no place.
    pub async fn without_location(&self) -> Result<Option<Self>, Error> {
        if !self.kind()?.content_type.starts_with("image/") {
            return Ok(None);
        }
        let _turn = PICTURES.acquire().await.map_err(Error::internal)?;
        let path = self.path.to_path_buf();
        let cleaned = tokio::task::spawn_blocking(move || cleaned(&path)).await.map_err(Error::internal)?;
        let cleaned = cleaned.map_err(|error| Error::Unavailable(format!("the file cannot be kept: {error}")))?;
        Ok(cleaned.map(|(path, sha256)| Self {
            name: self.name.clone(),
            size: self.size,
            sha256,
            head: self.head.clone(),
            path,
        }))
    }
}

/// A picture's file without its place, and its sum.
fn cleaned(picture: &Path) -> std::io::Result<Option<(TempPath, String)>> {
    let mut bytes = std::fs::read(picture)?;
    if !location::take_out(&mut bytes) {
        return Ok(None);
    }
    let mut file = tempfile::NamedTempFile::with_prefix(UPLOADS)?;
    file.write_all(&bytes)?;
    Ok(Some((file.into_temp_path(), hex::encode(Sha256::digest(&bytes)))))
}

/// A file that is coming in.
pub struct Incoming {
    name: String,
    most: u64,
    tally: Tally,
    file: File,
    path: TempPath,
}

impl Incoming {
    /// A file of at most `most` bytes, in the system's folder for temporary files.
    pub fn new(name: String, most: u64) -> Result<Self, Error> {
        let full = |error: std::io::Error| Error::Unavailable(format!("there is no room for the file: {error}"));
        let (file, path) = tempfile::NamedTempFile::with_prefix(UPLOADS).map_err(full)?.into_parts();
        let mut file = File::from_std(file);
        file.set_max_buf_size(PIECE);
        Ok(Self { name, most, tally: Tally::default(), file, path })
    }

    /// Its next bytes.
    pub async fn take(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.tally.add(bytes);
        if self.tally.size > self.most {
            return Err(Error::Limit(format!("the file is larger than the {} bytes that are allowed", self.most)));
        }
        self.file
            .write_all(bytes)
            .await
            .map_err(|error| Error::Unavailable(format!("the file cannot be kept: {error}")))
    }

    /// It has come to its end.
    pub async fn finish(mut self) -> Result<Received, Error> {
        let kept = self.file.flush().await;
        kept.map_err(|error| Error::Unavailable(format!("the file cannot be kept: {error}")))?;
        let Tally { size, head, sum } = self.tally;
        let sha256 = hex::encode(sum.finalize());
        Ok(Received { name: self.name, size, sha256, head, path: self.path })
    }
}

/// What is known of bytes that went by.
#[derive(Default)]
pub struct Tally {
    /// How many.
    pub size: u64,
    /// The first of them.
    pub head: Vec<u8>,
    /// Their sum so far.
    pub sum: Sha256,
}

impl Tally {
    /// More of them.
    pub fn add(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.sum.update(bytes);
        let missing = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
    }
}
