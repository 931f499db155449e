//! Any bytes: parsing ends, with a machine or with errors; what parses can be drawn.

#![no_main]

use libfuzzer_sys::fuzz_target;
use statechart::diagram::{Format, render};
use statechart::{Machine, Severity};

fuzz_target!(|data: &[u8]| {
    match Machine::parse_bytes(data) {
        Ok(machine) => {
            for format in [Format::Mermaid, Format::Dot, Format::Svg] {
                assert!(!render(&machine, format, None).is_empty());
            }
        }
        Err(problems) => assert!(problems.iter().any(|problem| problem.severity == Severity::Error)),
    }
});
