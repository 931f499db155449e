//! Pages: walked forward and backward, every row comes once and in order, whatever comes and goes meanwhile.

use crate::{
    both,
    builders::money,
    harness::{Answer, World, text},
    shows,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

const VARIABLES: &str = "$first: Int, $after: String, $last: Int, $before: String";
const ARGUMENTS: &str = "first: $first, after: $after, last: $last, before: $before";
const INFO: &str = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";

/// A list that is asked for page by page.
struct List {
    document: String,
    /// From the answer's first field to the connection.
    within: &'static str,
    /// The field that tells its rows apart.
    key: &'static str,
    /// What it should show, in order.
    rows: Vec<Value>,
    newest_first: bool,
}

/// A page, once it is seen to agree with itself.
struct Page {
    keys: Vec<Value>,
    next: bool,
    previous: bool,
    start: Value,
    end: Value,
    total: usize,
}

fn connection(key: &str) -> String {
    format!("totalCount edges {{ cursor node {{ {key} }} }} nodes {{ {key} }} {INFO}")
}

impl List {
    /// A root field; `more` are arguments beside those of its pages.
    fn of(field: &str, more: &str, key: &'static str, rows: Vec<Value>, newest_first: bool) -> Self {
        let document = format!("query({VARIABLES}) {{ {field}({ARGUMENTS}{more}) {{ {} }} }}", connection(key));
        Self { document, within: "", key, rows, newest_first }
    }

    /// Everything that happened to an order.
    fn timeline(sale: &str, rows: Vec<Value>) -> Self {
        let timeline = format!("timeline({ARGUMENTS}) {{ {} }}", connection("sequence"));
        let document = format!("query({VARIABLES}) {{ saleOrder(id: \"{sale}\") {{ {timeline} }} }}");
        Self { document, within: "/timeline", key: "sequence", rows, newest_first: true }
    }

    async fn ask(&self, w: &World, page: &Value) -> Answer {
        w.gql(&w.admin, &self.document, page.clone()).await
    }

    async fn page(&self, w: &World, page: &Value) -> Page {
        let answer = self.ask(w, page).await.ok();
        let list = answer.pointer(self.within).expect("a list");
        let edges = list["edges"].as_array().expect("edges");
        let keys: Vec<Value> = edges.iter().map(|edge| edge["node"][self.key].clone()).collect();
        let nodes = list["nodes"].as_array().expect("nodes").iter().map(|node| node[self.key].clone());
        assert_eq!(nodes.collect::<Vec<_>>(), keys, "nodes are the nodes of the edges");
        let cursor = |edge: Option<&Value>| edge.map_or(Value::Null, |edge| edge["cursor"].clone());
        let (start, end) = (cursor(edges.first()), cursor(edges.last()));
        let info = &list["pageInfo"];
        shows!(info, { "startCursor": start, "endCursor": end });
        let says = |field: &str| info[field].as_bool().expect("a yes or a no");
        let (next, previous) = (says("hasNextPage"), says("hasPreviousPage"));
        let total = list["totalCount"].as_u64().and_then(|total| usize::try_from(total).ok()).expect("a number");
        Page { keys, next, previous, start, end, total }
    }

    /// Its rows, `size` at a time from the beginning.
    async fn forward(&self, w: &World, size: usize) -> Vec<Value> {
        let (mut seen, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = self.page(w, &json!({ "first": size, "after": after })).await;
            assert_eq!(page.previous, !seen.is_empty(), "after {} rows: {}", seen.len(), self.document);
            seen.extend(page.keys.iter().cloned());
            assert_eq!(page.next, seen.len() < page.total, "after {} rows: {}", seen.len(), self.document);
            assert!(!page.next || page.keys.len() == size, "a page that is not the last is full: {}", self.document);
            if !page.next {
                return seen;
            }
            after = page.end;
        }
    }

    /// Its rows, `size` at a time from the end; in the list's order.
    async fn backward(&self, w: &World, size: usize) -> Vec<Value> {
        let (mut seen, mut before): (Vec<Value>, Value) = (Vec::new(), Value::Null);
        loop {
            let page = self.page(w, &json!({ "last": size, "before": before })).await;
            assert_eq!(page.next, !seen.is_empty(), "before {} rows: {}", seen.len(), self.document);
            seen = [page.keys.clone(), seen].concat();
            assert_eq!(page.previous, seen.len() < page.total, "before {} rows: {}", seen.len(), self.document);
            assert!(!page.previous || page.keys.len() == size, "a page in the middle is full: {}", self.document);
            if !page.previous {
                return seen;
            }
            before = page.start;
        }
    }
}

/// Lists of every kind with five rows or more, and the sale that the timeline is of. Of the orders two and two are of
/// the same instant, so that the id has to tell them apart, and instants have fractions.
async fn everything(w: &World) -> (Vec<List>, String) {
    let (mut sales, mut quotations, mut fulfilments, mut payments) = (vec![], vec![], vec![], vec![]);
    let mut last = String::new();
    for number in 0..5 {
        if number % 2 == 1 {
            w.wait(TimeDelta::milliseconds(500));
        }
        let (sale, payment) = w.cleared(json!({})).await;
        let order = w.sale_order(&sale).await;
        sales.insert(0, json!(sale));
        quotations.insert(0, order["quotation"]["id"].clone());
        fulfilments.insert(0, order["fulfilments"][0]["id"].clone());
        payments.insert(0, json!(payment));
        last = sale;
    }
    let mut customers = vec![json!(w.customer_ada), json!(w.customer_bob), json!(w.customer_cora)];
    for name in ["Dora", "Emil"] {
        customers.push(json!(new_customer(w, name).await));
    }
    let products = ["MUG", "LAMP", "CABLE", "GIFT", "SETUP", "TUNING"].map(|sku| json!(sku)).to_vec();
    // CREATED, SHARE, both approvals; the sale; the payment; the fulfilment and its stock.
    let timeline = (1..=8).rev().map(|sequence| json!(sequence)).collect();
    let lists = vec![
        List::of("saleOrders", "", "id", sales, true),
        List::of("quotations", "", "id", quotations, true),
        List::of("fulfilments", "", "id", fulfilments, true),
        List::of("payments", "", "id", payments, true),
        List::of("customers", "", "id", customers, false),
        List::of("products", "", "sku", products, false),
        List::timeline(&last, timeline),
    ];
    (lists, last)
}

async fn new_customer(w: &World, name: &str) -> String {
    w.make(&w.admin, "createCustomer", "CreateCustomerInput", json!({ "name": name }), "customer").await
}

both! {
    async fn walked_forward_and_backward_every_row_comes_once_and_in_order(w: World) {
        for list in everything(&w).await.0 {
            for size in [1, 2, 3, 200] {
                assert_eq!(list.forward(&w, size).await, list.rows, "{size} at a time: {}", list.document);
                assert_eq!(list.backward(&w, size).await, list.rows, "{size} at a time: {}", list.document);
            }
        }
    }

    async fn pages_of_every_sort_hold_together_where_rows_are_alike(w: World) {
        let mut made = Vec::new();
        // Totals of 20, 10, 20, 30 and 20; the last two are of one instant.
        for (quantity, wait) in [(2, 1), (1, 1), (2, 1), (3, 1), (2, 0)] {
            w.wait(TimeDelta::seconds(wait));
            made.push(json!(w.mugs(quantity).await));
        }
        let [a, b, c, d, e] = &made[..] else { panic!("five sales") };
        for (sort, expected) in [
            ("CREATED_AT_DESC", [e, d, c, b, a]),
            ("CREATED_AT_ASC", [a, b, c, d, e]),
            ("GRAND_TOTAL_DESC", [d, e, c, a, b]),
            ("GRAND_TOTAL_ASC", [b, a, c, e, d]),
        ] {
            let rows: Vec<Value> = expected.iter().map(|id| (*id).clone()).collect();
            let list = List::of("saleOrders", &format!(", sort: {sort}"), "id", rows, false);
            for size in [1, 2, 4] {
                assert_eq!(list.forward(&w, size).await, list.rows, "{sort}, {size} at a time");
                assert_eq!(list.backward(&w, size).await, list.rows, "{sort}, {size} at a time");
            }
        }
    }

    async fn rows_that_come_meanwhile_shift_no_page(w: World) {
        let (lists, sale) = everything(&w).await;
        let mut begun = Vec::new();
        for list in &lists {
            let page = list.page(&w, &json!({ "first": 2 })).await;
            assert_eq!(page.keys, list.rows[..2].to_vec());
            begun.push(page);
        }
        // A row more for each of them.
        w.cleared(json!({})).await;
        new_customer(&w, "Zoe").await;
        let product = json!({ "sku": "POT", "title": "A POT", "price": money("9.00") });
        w.make(&w.admin, "createProduct", "CreateProductInput", product, "product").await;
        w.drive(&w.fulfilment_of(&sale).await, &["HOLD"]).await;
        for (list, page) in lists.iter().zip(&begun) {
            let rest = list.page(&w, &json!({ "first": 200, "after": page.end })).await;
            let known = list.rows[2..].to_vec();
            assert_eq!(rest.keys[..known.len()].to_vec(), known, "{}", list.document);
            assert_eq!(rest.total, list.rows.len() + 1, "{}", list.document);
            assert_eq!((rest.next, rest.previous), (false, true), "{}", list.document);
            // What is new stands where the list's order has it: at the one end or at the other.
            let ahead = list.page(&w, &json!({ "last": 200, "before": page.start })).await;
            let (before, after) = (ahead.keys.len(), rest.keys.len() - known.len());
            assert_eq!((before, after), if list.newest_first { (1, 0) } else { (0, 1) }, "{}", list.document);
            assert_eq!((ahead.next, ahead.previous), (true, false), "{}", list.document);
        }
    }

    async fn the_place_of_a_row_that_has_left_the_list_is_still_a_place(w: World) {
        let mut made = Vec::new();
        for _ in 0..5 {
            made.insert(0, json!(w.mugs(1).await));
        }
        let waiting = ", filter: { stateIn: [\"AWAITING_PAYMENT_METHOD\"] }";
        let list = List::of("saleOrders", waiting, "id", made.clone(), true);
        let first = list.page(&w, &json!({ "first": 2 })).await;
        assert_eq!(first.keys, made[..2].to_vec());
        // The row that the next page is asked from, and one of that page.
        for gone in [&made[1], &made[3]] {
            w.send(&w.biller, &text(gone), "CANCEL").await.ok();
        }
        let second = list.page(&w, &json!({ "first": 2, "after": first.end })).await;
        assert_eq!(second.keys, [made[2].clone(), made[4].clone()]);
        assert_eq!((second.next, second.previous, second.total), (false, true, 3));
        let back = list.page(&w, &json!({ "last": 2, "before": first.end })).await;
        assert_eq!((back.keys, back.previous), (vec![made[0].clone()], false));
        w.work().await;
    }

    async fn rows_between_two_places_are_those_between(w: World) {
        for list in everything(&w).await.0 {
            let whole = list.page(&w, &json!({ "first": 4 })).await;
            for numbers in [json!({}), json!({ "first": 10 }), json!({ "last": 10 })] {
                let mut between = numbers.clone();
                between["after"] = whole.start.clone();
                between["before"] = whole.end.clone();
                let page = list.page(&w, &between).await;
                assert_eq!(page.keys, list.rows[1..3].to_vec(), "{numbers}: {}", list.document);
                assert!(page.next && page.previous, "both places are rows beyond it: {numbers}: {}", list.document);
            }
            let mut nothing = json!({ "first": 10 });
            nothing["after"] = whole.end.clone();
            nothing["before"] = whole.start.clone();
            assert_eq!(list.page(&w, &nothing).await.keys, Vec::<Value>::new(), "{}", list.document);
        }
    }

    async fn an_empty_list_has_no_places(w: World) {
        let list = List::of("saleOrders", "", "id", Vec::new(), true);
        for numbers in [json!({}), json!({ "first": 5 }), json!({ "last": 5 }), json!({ "first": 0 })] {
            let page = list.page(&w, &numbers).await;
            assert_eq!((page.next, page.previous, page.total), (false, false, 0), "{numbers}");
            assert_eq!((page.start, page.end), (Value::Null, Value::Null), "{numbers}");
        }
    }

    async fn a_page_of_no_rows_says_what_it_left_out(w: World) {
        let list = List::of("customers", "", "id", Vec::new(), false);
        let page = list.page(&w, &json!({ "first": 0 })).await;
        assert_eq!((page.keys.len(), page.next, page.previous, page.total), (0, true, false, 3));
        assert_eq!((page.start, page.end), (Value::Null, Value::Null));
        let page = list.page(&w, &json!({ "last": 0 })).await;
        assert_eq!((page.keys.len(), page.next, page.previous, page.total), (0, false, true, 3));
    }

    async fn a_page_has_fifty_rows_unless_it_is_said_and_two_hundred_at_most(w: World) {
        for number in 0..48 {
            new_customer(&w, &format!("Customer {number}")).await;
        }
        let list = List::of("customers", "", "id", Vec::new(), false);
        let page = list.page(&w, &json!({})).await;
        assert_eq!((page.keys.len(), page.next, page.total), (50, true, 51));
        let page = list.page(&w, &json!({ "first": 200 })).await;
        assert_eq!((page.keys.len(), page.next), (51, false));
        let page = list.page(&w, &json!({ "last": 200 })).await;
        assert_eq!((page.keys.len(), page.previous), (51, false));
    }

    async fn numbers_out_of_range_and_first_with_last_are_bad_input(w: World) {
        for list in everything(&w).await.0 {
            for (page, field) in [
                (json!({ "first": 201 }), "first"),
                (json!({ "first": -1 }), "first"),
                (json!({ "last": 201 }), "last"),
                (json!({ "last": -1 }), "last"),
                (json!({ "first": 1, "last": 1 }), "last"),
                (json!({ "first": 0, "last": 0 }), "last"),
            ] {
                let refusal = list.ask(&w, &page).await.refused("BAD_INPUT");
                assert_eq!(refusal["field"], field, "{page}: {}", list.document);
            }
        }
    }

    async fn cursors_that_are_none_or_of_another_list_are_bad_input(w: World) {
        let (lists, _) = everything(&w).await;
        let mut cursors = Vec::new();
        for list in &lists {
            cursors.push(text(&list.page(&w, &json!({ "first": 1 })).await.end));
        }
        for (place, list) in lists.iter().enumerate() {
            let own = &cursors[place];
            let mut wrong: Vec<String> =
                ["", " ", "nonsense", "AAAA", "é", "null"].iter().map(|text| (*text).to_owned()).collect();
            wrong.push(own[..own.len() - 1].to_owned());
            wrong.push(format!("{own}="));
            wrong.push(format!(" {own}"));
            wrong.push(own.to_lowercase() + "!");
            wrong.extend(cursors.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, it)| it.clone()));
            for cursor in wrong {
                for (number, field) in [("first", "after"), ("last", "before"), ("first", "before")] {
                    let refusal = list.ask(&w, &json!({ number: 2, field: cursor })).await.refused("BAD_INPUT");
                    assert_eq!(refusal["field"], field, "{cursor:?}: {}", list.document);
                }
            }
        }
    }

    async fn a_cursor_of_one_sort_is_none_of_another(w: World) {
        w.mugs(1).await;
        w.mugs(2).await;
        let sorts = ["CREATED_AT_DESC", "CREATED_AT_ASC", "GRAND_TOTAL_DESC", "GRAND_TOTAL_ASC"];
        for of in sorts {
            let list = List::of("saleOrders", &format!(", sort: {of}"), "id", Vec::new(), false);
            let cursor = list.page(&w, &json!({ "first": 1 })).await.end;
            for sort in sorts {
                let other = List::of("saleOrders", &format!(", sort: {sort}"), "id", Vec::new(), false);
                let answer = other.ask(&w, &json!({ "first": 1, "after": cursor })).await;
                assert_eq!(answer.code(), if sort == of { "" } else { "BAD_INPUT" }, "{of} in {sort}");
            }
        }
    }

    async fn timelines_of_several_orders_in_one_request_are_cut_each_for_itself(w: World) {
        let open = w.mugs(2).await;
        let (cleared, _) = w.cleared(json!({})).await;
        let cut = |numbers: &str| {
            format!(
                "query {{ saleOrders(sort: CREATED_AT_ASC) {{ nodes {{ id timeline({numbers}) {{ totalCount \
                 nodes {{ sequence }} pageInfo {{ hasNextPage hasPreviousPage }} }} }} }} }}"
            )
        };
        for (numbers, of_open, of_cleared, next, previous) in
            [("first: 2", [5, 4], [8, 7], true, false), ("last: 2", [2, 1], [2, 1], false, true)]
        {
            let list = w.gql(&w.admin, &cut(numbers), json!({})).await.ok();
            for (place, id, total, sequences) in [(0_usize, &open, 5, of_open), (1, &cleared, 8, of_cleared)] {
                let node = &list["nodes"][place];
                shows!(node, {
                    "id": id,
                    "timeline.totalCount": total,
                    "timeline.nodes": [{ "sequence": sequences[0] }, { "sequence": sequences[1] }],
                    "timeline.pageInfo": { "hasNextPage": next, "hasPreviousPage": previous },
                }, "{numbers}");
            }
        }
    }
}
