//! `migrateWorkflow`

use super::{described, renamed};
use crate::{
    both,
    harness::{World, text, uuid},
};
use chrono::TimeDelta;
use entity::{timer, transition_log};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

/// A version of the fulfilment machine whose PICK_PACK is called PACKING, with the mapping.
async fn publish_renamed(w: &World) -> i64 {
    let machine = renamed(&w.machine("fulfilment").await);
    w.published("fulfilment", &machine, json!({ "mapping": [{ "from": "PICK_PACK", "to": "PACKING" }] })).await
}

fn back() -> Value {
    json!({ "mapping": [{ "from": "PACKING", "to": "PICK_PACK" }] })
}

async fn due(w: &World, subject: &str) -> Vec<(String, String)> {
    let subject = w.subject(subject).await;
    let timers = subject["workflow"]["timers"].as_array().expect("timers").clone();
    timers.iter().map(|timer| (text(&timer["event"]), text(&timer["dueAt"]))).collect()
}

both! {
    async fn live_subjects_move_each_on_record_and_back(w: World) {
        let (.., packing) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        let (.., shipped) = w.fulfilment_in("DELIVERY", "SHIPPED").await;
        let (.., ended) = w.fulfilment_in("DELIVERY", "COMPLETED").await;
        let version = w.version(&packing).await;
        assert_eq!(publish_renamed(&w).await, 2);
        // The mapping is that of publishing.
        let moved = w.migrate(&w.admin, "fulfilment", 1, 2, json!({})).await.ok();
        assert_eq!(moved["subjects"], 2);
        assert_eq!(moved["moves"], json!([
            { "fromState": "PICK_PACK", "toState": "PACKING", "subjects": 1 },
            { "fromState": "SHIPPED", "toState": "SHIPPED", "subjects": 1 },
        ]));
        assert_eq!((w.state(&packing).await, w.version_of(&packing).await), ("PACKING".to_owned(), 2));
        assert_eq!((w.state(&shipped).await, w.version_of(&shipped).await), ("SHIPPED".to_owned(), 2));
        assert_eq!((w.state(&ended).await, w.version_of(&ended).await), ("COMPLETED".to_owned(), 1), "what has ended stays");
        assert_eq!(w.version(&packing).await, version + 1);
        let row = w.log(&packing).await.pop().expect("a row");
        assert_eq!((&row["event"], &row["fromState"], &row["toState"]), (&json!("MIGRATED"), &json!("PICK_PACK"), &json!("PACKING")));
        assert_eq!(row["metadata"], json!({ "definition": "fulfilment", "fromVersion": 1, "toVersion": 2 }));
        assert_eq!(row["actorId"], json!(w.admin.id));
        let again = w.migrate(&w.admin, "fulfilment", 1, 2, json!({})).await.ok();
        assert_eq!(again, json!({ "subjects": 0, "moves": [] }));

        let moved = w.migrate(&w.admin, "fulfilment", 2, 1, back()).await.ok();
        assert_eq!(moved["subjects"], 2);
        assert_eq!((w.state(&packing).await, w.version_of(&packing).await), ("PICK_PACK".to_owned(), 1));
        w.drive(&packing, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED", "COMPLETE"]).await;
    }

    async fn they_go_on_in_the_new_version(w: World) {
        let (sale, _, packing) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        publish_renamed(&w).await;
        w.migrate(&w.admin, "fulfilment", 1, 2, json!({})).await.ok();
        w.drive(&packing, &["HOLD", "RELEASE"]).await;
        assert_eq!(w.state(&packing).await, "PACKING");
        w.drive(&packing, &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED", "COMPLETE"]).await;
        assert_eq!(w.state(&sale).await, "COMPLETED");
    }

    async fn what_history_remembers_goes_along(w: World) {
        let (.., renamed) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        let (.., same) = w.fulfilment_in("DELIVERY", "READY_FOR_SHIPMENT").await;
        w.drive(&renamed, &["HOLD"]).await;
        w.drive(&same, &["HOLD"]).await;
        publish_renamed(&w).await;
        w.migrate(&w.admin, "fulfilment", 1, 2, json!({})).await.ok();
        w.drive(&renamed, &["RELEASE"]).await;
        w.drive(&same, &["RELEASE"]).await;
        assert_eq!((w.state(&renamed).await, w.state(&same).await), ("PACKING".to_owned(), "READY_FOR_SHIPMENT".to_owned()));
    }

    async fn timers_are_armed_anew(w: World) {
        let sale = w.mugs(1).await;
        let (sold, _, delivered) = w.fulfilment_in("DELIVERY", "DELIVERED").await;
        let quotation = w.quote(json!({})).await;
        let before = due(&w, &sale).await;
        w.wait(TimeDelta::hours(3));
        for name in ["sale", "fulfilment", "quotation"] {
            let machine = described(w.machine(name).await);
            w.published(name, &machine, json!({})).await;
            w.migrate(&w.admin, name, 1, 2, json!({})).await.ok();
        }
        assert_ne!(due(&w, &sale).await, before);
        assert_eq!(due(&w, &sale).await, [("SALE_PENDING_EXPIRY".to_owned(), w.later(TimeDelta::hours(24)))]);
        assert_eq!(due(&w, &delivered).await, [("RETURN_WINDOW_OVER".to_owned(), w.later(TimeDelta::hours(14 * 24 - 3)))], "it counts from delivery");
        let until = text(&w.quotation(&quotation).await["validUntil"]);
        assert_eq!(due(&w, &quotation).await, [("VALIDITY_OVER".to_owned(), until)], "a date is a date");
        w.wait(TimeDelta::hours(24));
        w.sweep().await;
        assert_eq!(w.state(&sale).await, "SALE_EXPIRED");
        w.wait(TimeDelta::days(30));
        w.work().await;
        assert_eq!((w.state(&delivered).await, w.state(&sold).await), ("COMPLETED".to_owned(), "COMPLETED".to_owned()));
    }

    async fn timers_of_states_that_know_no_delay_any_more_are_forgotten(w: World) {
        let (.., delivered) = w.fulfilment_in("DELIVERY", "DELIVERED").await;
        let mut machine = w.machine("fulfilment").await;
        machine["states"]["DISPATCHED"]["states"]["DELIVERED"].as_object_mut().expect("a state").remove("after");
        w.published("fulfilment", &machine, json!({})).await;
        w.migrate(&w.admin, "fulfilment", 1, 2, json!({})).await.ok();
        let left = timer::Entity::find().filter(timer::Column::SubjectId.eq(uuid(&delivered)));
        assert_eq!(left.count(&w.app.reader).await.expect("a count"), 0);
        w.migrate(&w.admin, "fulfilment", 2, 1, json!({})).await.ok();
        assert_eq!(due(&w, &delivered).await.len(), 1);
    }

    async fn a_dry_run_counts_and_moves_nothing(w: World) {
        let (.., packing) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        publish_renamed(&w).await;
        let plan = w.migrate(&w.admin, "fulfilment", 1, 2, json!({ "dryRun": true })).await.ok();
        assert_eq!(plan, json!({ "subjects": 1, "moves": [{ "fromState": "PICK_PACK", "toState": "PACKING", "subjects": 1 }] }));
        let plan = w.migrate(&w.admin, "fulfilment", 1, 2, json!({ "dryRun": true, "mapping": [] })).await.ok();
        assert_eq!(plan["moves"], json!([{ "fromState": "PICK_PACK", "toState": null, "subjects": 1 }]));
        assert_eq!((w.state(&packing).await, w.version_of(&packing).await), ("PICK_PACK".to_owned(), 1));
        let moved = transition_log::Entity::find().filter(transition_log::Column::Event.eq("MIGRATED"));
        assert_eq!(moved.count(&w.app.reader).await.expect("a count"), 0);
    }

    async fn nobody_moves_when_somebody_has_no_place(w: World) {
        w.fulfilment_in("DELIVERY", "SHIPPED").await;
        let (.., packing) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        publish_renamed(&w).await;
        let refused = w.migrate(&w.admin, "fulfilment", 1, 2, json!({ "mapping": [] })).await;
        let message = text(&refused.errors[0]["message"]);
        refused.refused("BAD_INPUT");
        assert!(message.contains("PICK_PACK (1)"), "{message}");
        assert_eq!(w.version_of(&packing).await, 1);
        let moved = transition_log::Entity::find().filter(transition_log::Column::Event.eq("MIGRATED"));
        assert_eq!(moved.count(&w.app.reader).await.expect("a count"), 0);
    }

    async fn versions_names_and_mappings_that_are_not_there_are_refused(w: World) {
        let machine = described(w.machine("sale").await);
        w.published("sale", &machine, json!({})).await;
        for (name, from, to, over) in [
            ("sale", 1, 3, json!({})),
            ("sale", 3, 1, json!({})),
            ("sale", 1, 1, json!({})),
            ("sail", 1, 2, json!({})),
            ("sale", 1, 2, json!({ "mapping": [{ "from": "NOWHERE", "to": "CANCELLED" }] })),
            ("sale", 1, 2, json!({ "mapping": [{ "from": "PAYMENT_FAILED", "to": "NOWHERE" }] })),
        ] {
            w.migrate(&w.admin, name, from, to, over).await.refused("BAD_INPUT");
        }
        w.migrate(&w.manager, "sale", 1, 2, json!({})).await.refused("FORBIDDEN");
        w.migrate(&w.ada, "sale", 1, 2, json!({ "dryRun": true })).await.refused("FORBIDDEN");
    }

    async fn many_move_in_batches(w: World) {
        for _ in 0..510 {
            w.quote(json!({})).await;
        }
        let machine = described(w.machine("quotation").await);
        w.published("quotation", &machine, json!({})).await;
        let moved = w.migrate(&w.admin, "quotation", 1, 2, json!({})).await.ok();
        assert_eq!(moved["subjects"], 510);
        assert_eq!(moved["moves"], json!([{ "fromState": "DRAFT", "toState": "DRAFT", "subjects": 510 }]));
        assert_eq!(w.definition("quotation", Some(1)).await["liveStates"], json!([]));
        assert_eq!(w.definition("quotation", Some(2)).await["liveStates"], json!([{ "state": "DRAFT", "subjects": 510 }]));
    }
}
