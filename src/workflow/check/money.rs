//! Money that is there is not refused: where a sale's guards are asked about news of money, one candidate has none.

use super::whole_states;
use serde_json::Value;
use statechart::{Machine, Problem};
use std::collections::BTreeMap;

/// How the names of such news begin.
const NEWS: [&str; 4] = ["PAYMENT_", "REFUND_", "CREDIT_NOTE_", "DISPUTE_"];

/// A warning for each last candidate for such news that has a guard: where it says no, the payment itself is refused.
pub fn check(machine: &Machine) -> Vec<Problem> {
    let mut found: BTreeMap<&str, &str> = BTreeMap::new();
    if machine.meta().get("subject").and_then(Value::as_str) == Some("sale") {
        for (_, snapshot) in whole_states(machine) {
            let news =
                machine.events(&snapshot).into_iter().filter(|name| NEWS.iter().any(|news| name.starts_with(news)));
            for name in news {
                let last = machine.candidates(&snapshot, name).last().map(|id| machine.transition(*id));
                if let Some(guarded) = last.filter(|transition| transition.guard.is_some()) {
                    found.insert(&guarded.pointer, name);
                }
            }
        }
    }
    let warning = |(pointer, name): (&str, &str)| {
        let message = format!("where its guards say no, {name} is refused, and the money with it");
        let help = "end the list with a candidate that has no guard, if only `{\"meta\": {\"source\": \"command\"}}`";
        Problem::warning(pointer, message, help)
    };
    found.into_iter().map(warning).collect()
}
