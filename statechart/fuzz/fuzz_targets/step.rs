//! Machines and events drawn from bytes: steps end, snapshots can be stored, and the restored one steps the same.

#![no_main]

use std::convert::Infallible;

use libfuzzer_sys::fuzz_target;
use statechart::{GuardRef, Host, Machine};

#[path = "../../tests/dice/mod.rs"]
#[allow(dead_code)]
mod dice;

struct World(u8);

impl Host for World {
    type Error = Infallible;

    fn guard(&mut self, guard: &GuardRef, _event: &str) -> Result<bool, Infallible> {
        Ok(self.0 >> (guard.name.as_bytes().last().copied().unwrap_or(0) % 8) & 1 == 1)
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((answers, data)) = data.split_first() else { return };
    let mut dice = dice::Dice::new(data);
    let Ok(machine) = Machine::parse(&dice::definition(&mut dice).to_string()) else { return };
    let mut world = World(*answers);
    let Ok(start) = machine.start(&mut world) else { return };
    let mut now = start.snapshot;
    for _ in 0..16 {
        let event = *dice.pick(&dice::EVENTS);
        let stored = machine.restore(&machine.leaf_names(&now), &machine.history_value(&now)).expect("a whole snapshot");
        assert_eq!(stored, now);
        let Ok(step) = machine.step(&now, event, &mut world) else { return };
        now = step.snapshot;
    }
});
