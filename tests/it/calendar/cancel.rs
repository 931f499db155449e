//! `cancelDeferredEvent`

use super::OPENING;
use crate::{
    both,
    harness::{Answer, User, World},
    shows,
};
use serde_json::json;

async fn cancel(w: &World, user: &User, id: &str) -> Answer {
    let input = json!({ "deferredEventId": id, "note": "changed my mind" });
    let payload = "deferredEvent { id status settledAt transition { event actorId } }";
    w.mutate(user, "cancelDeferredEvent", "CancelDeferredEventInput", payload, input).await
}

both! {
    async fn who_asked_takes_it_back_and_it_is_not_sent(w: World) {
        let id = w.ready().await;
        let deferred = w.waits(&w.seller, &id, "PACKAGE_SHIPPED").await;
        let version = w.version(&id).await;
        shows!(cancel(&w, &w.seller, &deferred).await.ok(), {
            "deferredEvent.id": deferred, "deferredEvent.status": "CANCELLED",
            "deferredEvent.transition.event": "EVENT_DEFERRED_CANCELLED", "deferredEvent.transition.actorId": w.seller.id,
        });
        shows!(w.last(&id).await, {
            "event": "EVENT_DEFERRED_CANCELLED", "fromState": "READY_FOR_SHIPMENT", "toState": "READY_FOR_SHIPMENT",
            "note": "changed my mind", "metadata.deferredEvent": deferred, "metadata.event": "PACKAGE_SHIPPED",
        });
        assert_eq!(w.version(&id).await, version);
        assert_eq!(w.timers(&id).await.len(), 0);
        cancel(&w, &w.seller, &deferred).await.refused("CONFLICT");
        w.work_at(OPENING).await;
        assert_eq!(w.state(&id).await, "READY_FOR_SHIPMENT");
    }

    async fn who_may_send_it_takes_it_back_and_nobody_else(w: World) {
        let id = w.ready().await;
        let deferred = w.waits(&w.operator, &id, "PACKAGE_SHIPPED").await;
        let before = w.print().await;
        for (user, code) in [
            (&w.accountant, "FORBIDDEN"),
            (&w.ada, "FORBIDDEN"),
            (&w.bob, "NOT_FOUND"),
            (&w.seller_elsewhere, "NOT_FOUND"),
        ] {
            cancel(&w, user, &deferred).await.refused(code);
        }
        cancel(&w, &w.operator, "dfe_01h455vb4pex5vsknk084sn02q").await.refused("NOT_FOUND");
        cancel(&w, &w.operator, &id).await.refused("NOT_FOUND");
        w.unchanged(&before).await;
        cancel(&w, &w.manager, &deferred).await.ok();
        let again = w.waits(&w.operator, &id, "PACKAGE_SHIPPED").await;
        w.work_at(OPENING).await;
        assert_eq!(w.deferred(&again).await["status"], "SENT");
        cancel(&w, &w.operator, &again).await.refused("CONFLICT");
    }

    async fn whoever_sees_the_order_sees_what_waits_and_nobody_else(w: World) {
        let id = w.ready().await;
        let deferred = w.waits(&w.operator, &id, "PACKAGE_SHIPPED").await;
        let document = "query($id: ID!) { node(id: $id) { id } }";
        for (user, sees) in [(&w.ada, true), (&w.seller, true), (&w.bob, false), (&w.seller_elsewhere, false)] {
            let found = w.gql(user, document, json!({ "id": deferred })).await.ok();
            assert_eq!(found != serde_json::Value::Null, sees, "{}", user.id);
        }
    }
}
