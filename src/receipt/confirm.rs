//! An upload that went past the server: what is there is read once, judged, copied out of the uploader's reach, and
//! only then the payment's receipt.

use super::received::{Incoming, Received, Tally};
use super::{announce, attachable};
use crate::actor::Actor;
use crate::app::App;
use crate::edge;
use crate::error::Error;
use crate::id::{self, Prefix};
use crate::payment::commands::PaymentDone;
use crate::payment::queries;
use crate::payment::receipts::uploads::{self, ConfirmReceiptUpload};
use crate::payment::receipts::{Described, Place, content, file_name, new_key};
use crate::storage::Label;
use entity::receipt_upload;
use uuid::Uuid;

/// Makes an upload the receipt of its payment.
pub async fn confirm(app: &App, actor: &Actor, key: Option<&str>, upload: Uuid) -> Result<PaymentDone, Error> {
    let mut command = ConfirmReceiptUpload { upload_id: upload, file: None, place: None };
    let found = queries::find_upload(&app.reader, actor, upload).await?;
    let (upload, payment) = found.ok_or_else(|| Error::not_found(id::encode(Prefix::ReceiptUpload, upload)))?;
    if let Some(done) = edge::replayed(app, actor, key, &command).await? {
        return Ok(done);
    }
    if upload.confirmed_at.is_some() {
        return Ok(PaymentDone { payment: payment.id });
    }
    if app.now() > upload.expires_at {
        return Err(Error::Conflict("the upload was not confirmed in time; create another one".to_owned()));
    }
    attachable(app, actor, payment.id).await?;
    let Judged { file, etag, cleaned } = judge(app, &upload).await?;
    let extension = content::named("contentType", &file.content_type)?.extension;
    let place = Place { bucket: app.storage.bucket().to_owned(), key: new_key(payment.id, extension) };
    announce(app, &place).await?;
    let disposition = file_name::disposition(&file.file_name);
    let label = Label { content_type: &file.content_type, disposition: &disposition };
    if let Some(cleaned) = &cleaned {
        app.storage.put(&place.key, cleaned.path(), label).await?;
    } else if !app.storage.copy(&upload.object_key, &etag, &place.key, label).await? {
        let message = "the upload changed while it was looked at; confirm it again when it is complete";
        return Err(Error::Conflict(message.to_owned()));
    }
    command.file = Some(file);
    command.place = Some(place);
    edge::run(app, actor, key, &command).await
}

/// What was found where the upload went.
struct Judged {
    /// What is to be stored.
    file: Described,
    /// Changes when the upload does.
    etag: String,
    /// What is to be stored, where that is not what was uploaded.
    cleaned: Option<Received>,
}

/// Reads what was uploaded, and refuses what is not what was announced, or no receipt.
async fn judge(app: &App, upload: &receipt_upload::Model) -> Result<Judged, Error> {
    let missing = || Error::Conflict("nothing was uploaded yet; send the file to the upload's url first".to_owned());
    let mut stored = app.storage.get(&upload.object_key).await?.ok_or_else(missing)?;
    if let Err(error) = uploads::check_size(&app.settings, stored.size) {
        app.storage.delete(&upload.bucket, &upload.object_key).await?;
        return Err(error);
    }
    let announced = u64::try_from(upload.size).map_err(Error::internal)?;
    if stored.size != announced {
        let message = format!("{} bytes were uploaded where {announced} were announced", stored.size);
        return Err(Error::invalid("size", message));
    }
    let picture = upload.content_type.starts_with("image/") && !app.settings.payment.receipt_keep_location;
    let mut picture = picture.then(|| Incoming::new(upload.file_name.clone(), announced)).transpose()?;
    let mut tally = Tally::default();
    while let Some(bytes) = stored.next().await? {
        tally.add(bytes.as_ref());
        if let Some(picture) = &mut picture {
            picture.take(bytes.as_ref()).await?;
        }
    }
    if tally.size != announced {
        return Err(Error::Unavailable("the store gave less of the file than it has; try again".to_owned()));
    }
    let kind = content::kind("file", &tally.head)?;
    if kind.content_type != upload.content_type {
        let message = format!("the file is {}, but was announced as {}", kind.content_type, upload.content_type);
        return Err(Error::invalid("contentType", message));
    }
    let sha256 = hex::encode(sha2::Digest::finalize(tally.sum));
    if upload.sha256.as_ref().is_some_and(|announced| *announced != sha256) {
        return Err(Error::invalid("sha256", format!("the file's is {sha256}, another one was announced")));
    }
    let cleaned = match picture {
        Some(picture) => picture.finish().await?.without_location().await?,
        None => None,
    };
    let file = Described {
        file_name: upload.file_name.clone(),
        content_type: kind.content_type.to_owned(),
        size: upload.size,
        sha256: cleaned.as_ref().map_or(sha256, |cleaned| cleaned.sha256.clone()),
    };
    Ok(Judged { file, etag: stored.etag, cleaned })
}
