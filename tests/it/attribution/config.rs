//! Names that no status has stop the boot.

use crate::{both, chaos::process::Start, harness::World};
use waybill::{
    attribution::sets::check,
    config::{self, Environment},
};

const COUNTABLE: &str = "AD_ATTRIBUTION_COUNTABLE_STATUSES";
const REVERSAL: &str = "AD_ATTRIBUTION_REVERSAL_STATUSES";

fn configured<const N: usize>(variables: [(&str, &str); N], file: &str) -> config::Settings {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("waybill.toml"), file).expect("a file");
    config::load(Some(folder.path()), &Environment::of(variables)).expect("settings").settings
}

#[test]
fn sets_are_names_comma_separated_or_a_list_and_the_environment_wins() {
    let file =
        "[attribution]\ncountable_statuses = [\"confirmed\"]\nreversal_statuses = \"cancelled, refunded,cancelled\"";
    let read = configured([], file).attribution;
    assert_eq!(
        (read.countable_statuses, read.reversal_statuses),
        (vec!["confirmed".into()], vec!["cancelled".into(), "refunded".into()])
    );
    let read =
        configured([(COUNTABLE, "confirmed,processing,shipped,delivered"), (REVERSAL, "refunded")], file).attribution;
    assert_eq!(read.countable_statuses, ["confirmed", "processing", "shipped", "delivered"]);
    assert_eq!(read.reversal_statuses, ["refunded"]);
}

both! {
    async fn unknown_names_and_names_in_both_sets_are_refused_with_what_there_is(w: World) {
        let registry = &w.app.registry;
        let known = "cancelled, confirmed, delivered, pending, processing, ready_for_pickup, refunded, shipped";
        for (settings, variable, name) in [
            (configured([(COUNTABLE, "confirmed,completed")], ""), COUNTABLE, "completed"),
            (configured([(REVERSAL, "canceled")], ""), REVERSAL, "canceled"),
            (configured([], "[attribution]\ncountable_statuses = \"completed\""), COUNTABLE, "completed"),
            (configured([], "[attribution]\nreversal_statuses = \"paid\""), REVERSAL, "paid"),
        ] {
            let refused = check(&settings.attribution, registry).expect_err("a refusal").to_string();
            assert!([variable, name, known].iter().all(|word| refused.contains(word)), "{refused}");
        }
        for settings in [
            configured([(COUNTABLE, "confirmed,refunded"), (REVERSAL, "refunded")], ""),
            // Beside the other set as the tags have it.
            configured([(COUNTABLE, "cancelled")], ""),
        ] {
            let refused = check(&settings.attribution, registry).expect_err("a refusal").to_string();
            assert!([COUNTABLE, REVERSAL].iter().all(|word| refused.contains(word)), "{refused}");
        }
        check(&configured([(COUNTABLE, "confirmed,ready_for_pickup")], "").attribution, registry).expect("sets");
    }

    async fn the_program_does_not_start_with_them(w: World) {
        let run = Start::over(&w).with(COUNTABLE, "confirmed,completed").run(&["worker"]).await;
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(!run.status.success());
        assert!([COUNTABLE, "\"completed\"", "ready_for_pickup"].iter().all(|word| said.contains(word)), "{said}");
    }
}
