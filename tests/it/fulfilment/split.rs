//! `splitFulfilment`: a part goes its own way.

use crate::{
    both,
    harness::{World, text},
    shows,
};
use serde_json::{Value, json};

/// A paid sale of four mugs and three cables in one part: sale, payment, fulfilment, the mugs' line, the cables' line.
async fn order(w: &World) -> (String, String, String, String, String) {
    let lines = json!([{ "sku": "MUG", "quantity": 4 }, { "sku": "CABLE", "quantity": 3 }]);
    let (sale, payment) = w.cleared(json!({ "lines": lines })).await;
    let (id, mugs, cables) =
        (w.fulfilment_of(&sale).await, w.line_of(&sale, "MUG").await, w.line_of(&sale, "CABLE").await);
    (sale, payment, id, mugs, cables)
}

fn quantities(part: &Value) -> Vec<(String, i64)> {
    let lines = part["lines"].as_array().expect("lines");
    let mut found: Vec<_> = lines
        .iter()
        .map(|line| (text(&line["orderLine"]["sku"]), line["quantity"].as_i64().expect("a number")))
        .collect();
    found.sort();
    found
}

both! {
    async fn inherited_holds_are_as_old_as_they_were_and_by_whom_they_were(w: World) {
        let (sale, _, id) = w.fulfilment_in("DELIVERY", "PICK_PACK").await;
        w.send(&w.operator, &id, "HOLD").await.ok();
        let before = w.sale_order(&sale).await["fulfilments"][0]["holds"][0].clone();
        w.wait(chrono::TimeDelta::hours(5));
        let mugs = w.line_of(&sale, "MUG").await;
        w.split(&w.admin, &id, &[(&mugs, 1)]).await.ok();
        let holds = "query($id: ID!) { saleOrder(id: $id) { fulfilments { holds { placedBy placedAt reasonCode note } } } }";
        let order = w.gql(&w.admin, holds, json!({ "id": sale })).await.ok();
        let (first, second) = (&order["fulfilments"][0]["holds"], &order["fulfilments"][1]["holds"]);
        assert_eq!(first, second);
        assert_eq!((&first[0]["placedBy"], before["placedBy"].is_string()), (&before["placedBy"], true));
    }

    async fn a_part_starts_anew_with_its_share_of_the_reservation(w: World) {
        let (sale, _, id, mugs, cables) = order(&w).await;
        w.split(&w.operator, &id, &[(&mugs, 1), (&cables, 3)]).await.ok();
        let order = w.sale_order(&sale).await;
        let parts = order["fulfilments"].as_array().expect("parts");
        assert_eq!(parts.len(), 2);
        let (old, new) = if parts[0]["id"] == json!(id) { (&parts[0], &parts[1]) } else { (&parts[1], &parts[0]) };
        assert_eq!(quantities(old), [("MUG".to_owned(), 3)]);
        assert_eq!(quantities(new), [("CABLE".to_owned(), 3), ("MUG".to_owned(), 1)]);
        assert_eq!(w.stock(&w.store, "MUG").await, (100, 4));
        assert_eq!(w.stock(&w.store, "CABLE").await, (100, 3));
        assert_eq!((&old["workflowState"], &new["workflowState"]), (&json!("PICK_PACK"), &json!("PICK_PACK")));
        assert_eq!(w.events(&text(&new["id"])).await, ["CREATED", "RESERVE_OK"]);
        assert_eq!(w.log(&text(&new["id"])).await[0]["toState"], "ALLOCATING_STOCK");
        let row = w.last(&id).await;
        shows!(row, { "event": "SPLIT", "fromState": "PICK_PACK", "toState": "PICK_PACK" });
    }

    async fn parts_ship_one_by_one_and_close_the_sale_together(w: World) {
        let (sale, _, id, mugs, _) = order(&w).await;
        w.split(&w.operator, &id, &[(&mugs, 4)]).await.ok();
        for part in w.sale_order(&sale).await["fulfilments"].as_array().expect("parts") {
            assert_eq!(w.state(&sale).await, "CLEARED_FOR_FULFILMENT");
            w.drive(&text(&part["id"]), &["FULFILMENT_STARTED", "PACKAGE_SHIPPED", "PACKAGE_DELIVERED", "COMPLETE"])
                .await;
        }
        assert_eq!(w.state(&sale).await, "COMPLETED");
        assert_eq!((w.stock(&w.store, "MUG").await, w.stock(&w.store, "CABLE").await), ((96, 0), (97, 0)));
    }

    async fn only_a_proper_subset_is_split_off(w: World) {
        let (sale, _, id, mugs, cables) = order(&w).await;
        let (other, ..) = order(&w).await;
        let foreign = w.line_of(&other, "MUG").await;
        let before = w.print().await;
        let whole: &[(&str, i64)] = &[(&mugs, 4), (&cables, 3)];
        for lines in [whole, &[], &[(&mugs, 5)], &[(&mugs, 0)], &[(&mugs, -1)], &[(&mugs, 3), (&mugs, 2)]] {
            w.split(&w.operator, &id, lines).await.refused("BAD_INPUT");
        }
        for line in [foreign.as_str(), "line_01h455vb4pex5vsknk084sn02q", "nonsense"] {
            let answer = w.split(&w.operator, &id, &[(line, 1)]).await;
            assert!(matches!(answer.code(), "NOT_FOUND" | "BAD_INPUT"), "{line}: {answer:?}");
        }
        w.unchanged(&before).await;
        assert_eq!(w.sale_order(&sale).await["fulfilments"].as_array().map(Vec::len), Some(1));
    }

    async fn what_has_shipped_is_not_split(w: World) {
        for state in ["SHIPPED", "DELIVERED", "COMPLETED", "CANCELLED"] {
            let (sale, _, id) = w.fulfilment_in("DELIVERY", state).await;
            let mugs = w.line_of(&sale, "MUG").await;
            let before = w.print().await;
            w.split(&w.admin, &id, &[(&mugs, 1)]).await.refused("TRANSITION_NOT_ALLOWED");
            w.unchanged(&before).await;
        }
    }

    async fn a_part_inherits_the_holds(w: World) {
        let (sale, _, id, mugs, _) = order(&w).await;
        w.send_with(&w.operator, &id, "HOLD", json!({ "reasonCode": "FRAUD_CHECK" })).await.ok();
        w.split(&w.operator, &id, &[(&mugs, 2)]).await.ok();
        for part in w.sale_order(&sale).await["fulfilments"].as_array().expect("parts") {
            assert_eq!(part["workflowState"], "ON_HOLD");
            assert_eq!(
                (&part["holds"][0]["reasonCode"], part["holds"].as_array().map(Vec::len)),
                (&json!("FRAUD_CHECK"), Some(1))
            );
            w.send(&w.operator, &text(&part["id"]), "RELEASE").await.ok();
            assert_eq!(w.state(&text(&part["id"])).await, "PICK_PACK");
        }
    }

    async fn what_is_there_can_go_ahead_of_what_is_missing(w: World) {
        let (sale, _, id) = w.fulfilment_in("DELIVERY", "BACKORDERED").await;
        let mugs = w.line_of(&sale, "MUG").await;
        w.split(&w.operator, &id, &[(&mugs, 3)]).await.ok();
        let order = w.sale_order(&sale).await;
        let mut states: Vec<_> =
            order["fulfilments"].as_array().expect("parts").iter().map(|part| text(&part["workflowState"])).collect();
        states.sort();
        assert_eq!(w.stock(&w.backorders, "MUG").await, (3, 3));
        assert_eq!(states, ["BACKORDERED", "PICK_PACK"]);
    }

    async fn only_those_who_may_split(w: World) {
        let (_, _, id, mugs, _) = order(&w).await;
        let before = w.print().await;
        for user in [&w.ada, &w.biller, &w.accountant] {
            w.split(user, &id, &[(&mugs, 1)]).await.refused("FORBIDDEN");
        }
        w.split(&w.seller_elsewhere, &id, &[(&mugs, 1)]).await.refused("NOT_FOUND");
        w.unchanged(&before).await;
        w.split(&w.seller, &id, &[(&mugs, 1)]).await.ok();
    }

    async fn what_stays_goes_on_when_nothing_of_it_is_missing_any_more(w: World) {
        let (sale, _, id) = w.fulfilment_in("DELIVERY", "BACKORDERED").await;
        let mugs = w.line_of(&sale, "MUG").await;
        w.split(&w.operator, &id, &[(&mugs, 2)]).await.ok();
        assert_eq!(w.state(&id).await, "PICK_PACK");
        assert_eq!(w.stock(&w.backorders, "MUG").await, (3, 3));
    }
}
