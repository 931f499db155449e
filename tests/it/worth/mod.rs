//! Money of orders whose parts go different ways: split, shipped, returned, cancelled, refunded, in whatever order it
//! happens and in whatever currency, it ends the same, and nothing is left over.

mod act;
mod cases;
mod plan;

use crate::{both, harness::World};
use act::{Act, Shops};
use plan::Plan;

/// Plays the histories of these seeds, each in two orders, and holds the ends against each other.
async fn histories(w: &World, seeds: std::ops::Range<u64>) {
    let shops = Shops::open(w).await;
    for seed in seeds {
        let plan = Plan::draw(seed);
        let mut ends = Vec::new();
        for order in [plan.in_turn(), plan.shuffled(seed)] {
            let mut act = Act::begin(w, &shops, &plan).await;
            for step in &order {
                act.take(step).await;
            }
            let before = act.ends().await;
            act.give_the_rest_back().await;
            let after = act.ends().await;
            act.nothing_is_left_over(&plan, &after).await;
            ends.push((order, before, after));
        }
        let [(first, ..), (second, ..)] = &ends[..] else { panic!("two orders") };
        let story = || format!("seed {seed}: {plan:#?}\n{first:#?}\n{second:#?}");
        // What falls through altogether is paid back whole, on top of what was asked for before: how much of it is still on
        // its way then depends on when that was.
        if !ends[0].1.is_cancelled() {
            assert_eq!(ends[0].1, ends[1].1, "{}", story());
        }
        assert_eq!(ends[0].2, ends[1].2, "after the rest went back, {}", story());
        w.work().await;
    }
}

both! {
    async fn whatever_the_order_it_ends_the_same_and_nothing_is_left_over(w: World) {
        histories(&w, 0..24).await;
    }
}

/// For whoever changes how money is credited: `cargo test --test it -- --ignored worth::many_more`.
mod many_more {
    use super::histories;
    use crate::harness::{Backend, run};

    #[test]
    #[ignore = "hundreds of histories take minutes"]
    fn sqlite() {
        run(Backend::Sqlite, |w| async move { histories(&w, 1_000..1_400).await });
    }

    #[test]
    #[ignore = "hundreds of histories take minutes"]
    fn postgres() {
        run(Backend::Postgres, |w| async move { histories(&w, 2_000..2_400).await });
    }
}
