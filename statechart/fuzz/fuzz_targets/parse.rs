//! Any bytes: parsing ends, with a machine or with errors; what can be read can be drawn, and converted once for all.

#![no_main]

use libfuzzer_sys::fuzz_target;
use statechart::convert::convert;
use statechart::diagram::{Format, Sketch, render};
use statechart::{Machine, Severity};

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        if let Ok(first) = convert(text) {
            let again = convert(&first.text()).expect("a definition");
            assert_eq!(again.text(), first.text());
        }
        if let Ok(sketch) = Sketch::read(text) {
            for format in [Format::Mermaid, Format::Dot, Format::Svg] {
                assert!(!sketch.render(format, None).is_empty());
            }
        }
    }
    match Machine::parse_bytes(data) {
        Ok(machine) => {
            for format in [Format::Mermaid, Format::Dot, Format::Svg] {
                assert!(!render(&machine, format, None).is_empty());
            }
        }
        Err(problems) => assert!(problems.iter().any(|problem| problem.severity == Severity::Error)),
    }
});
