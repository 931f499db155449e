//! `GET /orders/{id}/state-events` and `GET /orders/{id}/timeline`

use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::json;

both! {
    async fn everything_that_happened_is_told_newest_first_and_page_by_page(w: World) {
        let order = w.parcel_order().await;
        w.move_along(&order, &["packed", "sent"]).await;
        let all = w.get(&w.admin, &format!("/api/v1/orders/{order}/state-events")).await.ok();
        let events = all["events"].as_array().expect("events").clone();
        assert_eq!(all["orderId"], order);
        let moves: Vec<_> = events.iter().map(|event| (event["from"].clone(), text(&event["to"]))).collect();
        assert_eq!(
            moves,
            [(json!("packed"), "sent".to_owned()), (json!("to_pack"), "packed".to_owned()), (json!(null), "to_pack".to_owned())]
        );
        shows!(events[0], {
            "event": "SEND", "event_type": "state_change", "eventType": "state_change", "actorType": "operator",
            "actorLabel": "Mona", "actorId": w.manager.id, "reasonCode": null, "notes": null, "metadata": {},
        });
        let mut cursor = String::new();
        let mut paged = Vec::new();
        loop {
            let path = format!("/api/v1/orders/{order}/state-events?limit=2{cursor}");
            let page = w.get(&w.admin, &path).await.ok();
            paged.extend(page["events"].as_array().expect("events").clone());
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(paged, events);
    }

    async fn the_timeline_is_oldest_first_in_words_and_says_whose_side_it_was(w: World) {
        let order = w.parcel_order().await;
        w.move_along(&order, &["packed"]).await;
        let sent = json!({ "status": "sent", "carrier": "UPS", "trackingNumber": "1Z9", "notes": "by van" });
        w.patch_status(&w.operator, &order, &sent).await.ok();
        w.patch_status(&w.ada, &order, &json!({ "status": "arrived" })).await.ok();
        let timeline = w.get(&w.ada, &format!("/api/orders/{order}/timeline")).await.ok()["timeline"].clone();
        shows!(timeline, {
            "0.status": "to_pack", "0.description": "Waits to be packed", "0.source": "seller",
            "1.status": "packed", "1.description": "Packed",
            "2.status": "sent", "2.description": "Sent via UPS", "2.source": "seller", "2.trackingNumber": "1Z9",
            "2.metadata": { "carrier": "UPS", "trackingNumber": "1Z9" },
            "3.status": "arrived", "3.source": "buyer",
        });
        assert_eq!(timeline.as_array().map(Vec::len), Some(4));
    }

    async fn buyers_read_no_names_and_notes_of_staff(w: World) {
        let order = w.parcel_order().await;
        w.patch_status(&w.manager, &order, &json!({ "status": "packed", "notes": "he is in a hurry", "metadata": { "shelf": 7 } })).await.ok();
        let path = format!("/api/v1/orders/{order}/state-events");
        let theirs = w.get(&w.ada, &path).await.ok()["events"][0].clone();
        shows!(theirs, { "to": "packed", "actorType": "operator", "actorLabel": null, "actorId": null, "notes": null, "metadata": {} });
        let ours = w.get(&w.seller, &path).await.ok()["events"][0].clone();
        shows!(ours, { "actorLabel": "Mona", "actorId": w.manager.id, "notes": "he is in a hurry", "metadata": { "shelf": 7 } });
    }

    async fn what_changes_no_status_is_told_by_its_own_name(w: World) {
        let (sale, _) = w.cleared(json!({})).await;
        w.credit_note(&w.accountant, &sale, "1.00").await;
        let events = w.get(&w.admin, &format!("/api/v1/orders/{sale}/state-events")).await.ok();
        let kinds: Vec<_> = events["events"].as_array().expect("events").iter().map(|event| text(&event["event_type"])).collect();
        assert!(kinds.contains(&"state_change".to_owned()), "{kinds:?}");
        let timeline = w.get(&w.admin, &format!("/api/v1/orders/{sale}/timeline")).await.ok();
        let changes = kinds.iter().filter(|kind| *kind == "state_change").count();
        assert_eq!(timeline["timeline"].as_array().map(Vec::len), Some(changes));
    }
}
