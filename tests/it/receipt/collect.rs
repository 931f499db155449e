//! What is nobody's receipt goes; what a payment names stays.

use super::{pdf, stored};
use crate::{
    both,
    harness::{BEGINNING, World, at, text, uuid},
};
use chrono::TimeDelta;
use std::{
    fs::{File, FileTimes},
    time::{Duration, SystemTime},
};
use waybill::{
    actor::Actor,
    edge,
    payment::receipts::{AttachReceipt, Described, Place, strays},
    receipt::{collect::sweep, received::Incoming},
    storage::Label,
};

const LABEL: Label<'static> = Label { content_type: "application/pdf", disposition: "inline" };

/// An object that was announced and stored, and then nothing more.
async fn orphan(w: &World, key: &str, due: TimeDelta) -> Place {
    let place = Place { bucket: "waybill".to_owned(), key: key.to_owned() };
    let txn = w.app.begin().await.expect("a transaction");
    strays::add(&txn, &place, w.now() + due, w.now()).await.expect("announced");
    txn.commit().await.expect("committed");
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), pdf(50)).expect("written");
    w.app.storage.put(key, file.path(), LABEL).await.expect("stored");
    place
}

fn command(payment: &str, place: Place) -> AttachReceipt {
    let file = Described {
        file_name: "slip.pdf".to_owned(),
        content_type: "application/pdf".to_owned(),
        size: 50,
        sha256: "0".repeat(64),
    };
    AttachReceipt { payment_id: uuid(payment), file, place }
}

#[test]
fn uploads_of_a_server_that_was_killed_are_deleted_when_they_are_old() {
    let folder = tempfile::tempdir().expect("a folder");
    let now = SystemTime::from(at(BEGINNING));
    let day = Duration::from_hours(24);
    for (name, age) in [("waybill-upload-old", 2 * day), ("waybill-upload-new", day / 2), ("somebody-elses", 9 * day)] {
        let file = File::create(folder.path().join(name)).expect("a file");
        file.set_times(FileTimes::new().set_modified(now - age)).expect("its time");
    }
    std::fs::create_dir(folder.path().join("waybill-upload-folder")).expect("a folder");
    let left = || {
        let entries = std::fs::read_dir(folder.path()).expect("a folder");
        let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(sweep(folder.path(), now - day).expect("a sweep"), 1);
    assert_eq!(left(), ["somebody-elses", "waybill-upload-folder", "waybill-upload-new"]);
    assert_eq!(sweep(folder.path(), now - day).expect("a sweep"), 0);
    assert!(sweep(&folder.path().join("nowhere"), now).is_err());
}

#[tokio::test]
async fn uploads_are_called_as_they_are_looked_for() {
    let received = Incoming::new("slip.pdf".to_owned(), 100).expect("a file").finish().await.expect("a file");
    let name = received.path().file_name().and_then(|name| name.to_str()).expect("a name");
    assert!(name.starts_with("waybill-upload-"), "{name}");
    assert_eq!(received.path().parent(), Some(tempfile::env::temp_dir().as_path()));
}

both! {
    async fn a_receipt_that_was_replaced_is_deleted_and_the_new_one_stays(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let old = w.attach(&w.biller, &payment, "old.pdf", &pdf(50), None).await.ok();
        let new = w.attach(&w.biller, &payment, "new.pdf", &pdf(60), None).await.ok();
        assert_eq!(w.keys().len(), 2);
        assert_eq!(w.collect().await, 1);
        assert_eq!(w.keys(), [text(&new["payment"]["receiptKey"])]);
        let gone = reqwest::get(text(&old["payment"]["receiptUrl"])).await.expect("an answer");
        assert_eq!(gone.status(), 404);
        assert_eq!(w.collect().await, 0);
        w.wait(TimeDelta::days(400));
        assert_eq!(w.collect().await, 0, "a receipt does not grow old");
        assert_eq!(w.keys().len(), 1);
    }

    async fn orphans_are_collected_in_pages_when_their_time_has_come(w: World) {
        let w = stored(&w).await;
        for number in 0..203 {
            orphan(&w, &format!("receipts/x/{number}.pdf"), TimeDelta::hours(24)).await;
        }
        assert_eq!(w.collect().await, 0);
        assert_eq!(w.keys().len(), 203);
        w.wait(TimeDelta::hours(24));
        assert_eq!(w.collect().await, 203);
        assert!(w.keys().is_empty() && w.strays().await.is_empty());
    }

    async fn what_was_announced_and_never_stored_is_forgotten(w: World) {
        let w = stored(&w).await;
        let txn = w.app.begin().await.expect("a transaction");
        let place = Place { bucket: "waybill".to_owned(), key: "receipts/never.pdf".to_owned() };
        strays::add(&txn, &place, w.now(), w.now()).await.expect("announced");
        txn.commit().await.expect("committed");
        assert_eq!(w.collect().await, 1);
        assert!(w.strays().await.is_empty());
    }

    async fn what_the_collector_went_for_can_become_nobodys_receipt(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        let place = orphan(&w, "receipts/late.pdf", TimeDelta::zero()).await;
        let txn = w.app.begin().await.expect("a transaction");
        assert_eq!(strays::claim(&txn, w.now(), 100).await.expect("a claim").len(), 1);
        txn.commit().await.expect("committed");
        let late = edge::run(&w.app, &Actor::system(), None, &command(&payment, place)).await.expect_err("too late");
        assert_eq!(late.code().as_str(), "UNAVAILABLE");
        assert_eq!(w.payment_row(&payment).await.receipt_key, None);
        // Whoever claimed it never came back: it is claimed again.
        assert_eq!(w.collect().await, 0);
        w.wait(TimeDelta::minutes(10));
        assert_eq!(w.collect().await, 1);
        assert!(w.keys().is_empty());
    }

    async fn a_payment_and_the_collector_at_once_never_lose_a_receipt(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        for number in 0..10 {
            let place = orphan(&w, &format!("receipts/{number}.pdf"), TimeDelta::zero()).await;
            let (one, two) = (w.w.clone(), w.w.clone());
            let command = command(&payment, place.clone());
            let taking = tokio::spawn(async move { edge::run(&one.app, &Actor::system(), None, &command).await });
            let collecting = tokio::spawn(async move { two.collect().await });
            let taken = taking.await.expect("an outcome").is_ok();
            collecting.await.expect("an outcome");
            let row = w.payment_row(&payment).await;
            assert_eq!(row.receipt_key.as_ref() == Some(&place.key), taken);
            if let Some(key) = row.receipt_key {
                assert!(w.keys().contains(&key), "a receipt points to nothing");
            }
        }
        w.wait(TimeDelta::minutes(10));
        w.collect().await;
        let left = w.payment_row(&payment).await.receipt_key;
        assert_eq!(w.keys(), left.into_iter().collect::<Vec<_>>());
    }

    async fn a_file_whose_commit_is_refused_is_an_orphan(w: World) {
        let w = stored(&w).await;
        let payment = w.pending().await;
        // Stored, and then the payment is nobody's that this buyer could name.
        let place = orphan(&w, "receipts/refused.pdf", TimeDelta::hours(24)).await;
        let provider = Actor { permissions: waybill::actor::Permissions::NONE, ..Actor::system() };
        let refused = edge::run(&w.app, &provider, None, &command(&payment, place)).await.expect_err("no permission");
        assert_eq!(refused.code().as_str(), "FORBIDDEN");
        assert_eq!((w.keys().len(), w.strays().await.len()), (1, 1));
        w.wait(TimeDelta::hours(24));
        assert_eq!(w.collect().await, 1);
        assert!(w.keys().is_empty());
    }
}
