//! What `waybill doctor` tells of providers that do not do what they are asked.

use super::paystack::{Mood, Paystack, paid};
use crate::{
    both,
    builders::money,
    harness::{World, text},
};
use chrono::TimeDelta;
use serde_json::json;
use waybill::payment::asked::in_trouble;

both! {
    async fn what_waits_and_what_was_refused_is_named_as_the_api_names_it(w: World) {
        let (stub, ours) = Paystack::start(&w).await;
        let (sale, payment) = paid(&ours).await;
        let told = async |since| in_trouble(&ours.app.reader, since).await.expect("a read");
        stub.mood(Mood::Down);
        let asked = ours.refund(&ours.accountant, &payment, json!({ "amount": money("1.00") })).await.ok();
        let refund = text(&asked["payment"]["refunds"][0]["id"]);
        let number = text(&ours.sale_order(&sale).await["number"]);
        ours.work().await;
        let named = format!("refund requested {refund} of {number}, asked for on 2026-03-02 10:00,");
        let waiting = told(ours.now()).await;
        assert!(waiting.len() == 1 && waiting[0].starts_with(&format!("{named} waits after 1 tries")), "{waiting:?}");
        assert!(told(ours.now() - TimeDelta::hours(4)).await.is_empty(), "it waits for nobody yet");
        stub.mood(Mood::Refusing);
        ours.minutes(1).await;
        let refused = told(ours.now() - TimeDelta::hours(4)).await;
        assert!(refused.len() == 1 && refused[0].starts_with(&format!("{named} was refused")), "{refused:?}");
        assert!(refused[0].contains("fully reversed"), "{refused:?}");
        ours.wait(TimeDelta::hours(4));
        assert!(told(ours.now() - TimeDelta::hours(4)).await.is_empty(), "a refusal is told for so long");
    }
}
