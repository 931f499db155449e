//! The program is killed over what an escrow contract posts.

use super::escrow::{escrow_request, escrow_secret, escrows, news};
use crate::{
    both,
    chaos::process::{Start, audit_is_clean},
    harness::World,
    shows,
    webhook::kill::{ARRIVED, Killing, Point},
};
use chrono::Utc;
use serde_json::json;

both! {
    async fn a_kill_over_an_escrow_loses_nothing_and_doubles_nothing(w: World) {
        let w = w.reopened(escrows).await;
        w.clock.set(Utc::now());
        for point in ARRIVED {
            let order = w.market_order(json!({})).await;
            let escrow = format!("esc_{point:?}");
            let created = news("EscrowCreated", &escrow, &order);
            let killing = Killing {
                start: Start::over(&w).with("WAYBILL__PROVIDERS__ESCROW__WEBHOOK_SECRETS", escrow_secret()),
                family: "payments", written: "payment", reference: escrow.clone(), sale: order.clone(),
                says: |at| escrow_request(&format!("msg_{escrow}"), &created, at),
            };
            killing.at(point).await;
            let (state, payments) = if point == Point::Answering { ("escrow_locked", 1) } else { ("payment_pending", 0) };
            assert_eq!(w.state(&order).await, state, "{point:?}");
            assert_eq!(w.escrow_payments(&order).await.as_array().map(Vec::len), Some(payments), "{point:?}");
            killing.again().await;
            let deliveries = w.inbox(json!({ "reference": escrow })).await;
            assert_eq!(deliveries.len(), 1, "{point:?} {deliveries:?}");
            shows!(deliveries[0], { "status": "APPLIED", "saleOrderId": &order }, "{point:?}");
            let payments = w.escrow_payments(&order).await;
            assert_eq!(payments.as_array().map(Vec::len), Some(1), "{point:?} {payments}");
            shows!(payments, { "0.status": "AUTHORIZED", "0.escrow.id": &escrow, "0.escrow.status": "LOCKED" }, "{point:?}");
            assert_eq!(w.state(&order).await, "escrow_locked", "{point:?}");
            let moves = w.moves(&order).await;
            assert_eq!(moves, [("payment_pending".to_owned(), "escrow_locked".to_owned())], "{point:?}");
        }
        audit_is_clean(&w).await;
    }
}
