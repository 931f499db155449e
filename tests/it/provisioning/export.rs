//! `waybill proof export`

use crate::{
    both,
    chaos::process::Start,
    harness::{World, text},
};
use serde_json::Value;

/// Exit code, and what it printed.
async fn export(w: &World, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Start::over(w).run(&[&["proof", "export"], arguments].concat()).await;
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).expect("text"))
}

both! {
    async fn proofs_are_exported_in_the_shape_of_the_route(w: World) {
        let order = w.prov_example().await;
        let number = text(&w.sale_order(&order).await["number"]);
        let (code, printed) = export(&w, &[&number]).await;
        assert_eq!(code, Some(0), "{printed}");
        let told: Value = serde_json::from_str(&printed).expect("JSON");
        assert_eq!(told, w.prov_golden(&order, &told["generatedAt"]).await);
        let other = w.prov_in("pending").await;
        let (_, printed) = export(&w, &[&order, &other, "--format", "ndjson"]).await;
        let lines: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(lines.iter().map(|line| text(&line["orderId"])).collect::<Vec<_>>(), [order.clone(), other.clone()]);
        for (arguments, orders) in [
            (["--product", "GROWTH"], vec![&order]),
            (["--since", "2026-03-02"], vec![&order, &other]),
            (["--since", "2026-03-03"], vec![]),
        ] {
            let (code, printed) = export(&w, &arguments).await;
            assert_eq!(code, Some(0), "{printed}");
            let told: Vec<Value> = serde_json::from_str(&printed).expect("a list");
            assert_eq!(told.iter().map(|one| text(&one["orderId"])).collect::<Vec<_>>(), orders.into_iter().cloned().collect::<Vec<_>>(), "{arguments:?}");
        }
        let file = tempfile::NamedTempFile::new().expect("a file");
        let path = file.path().to_str().expect("a path");
        let (code, printed) = export(&w, &[&order, "--out", path]).await;
        assert_eq!((code, printed.as_str()), (Some(0), ""));
        let kept: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("JSON");
        assert_eq!(kept["items"], told["items"]);
    }

    async fn what_cannot_be_exported_is_said_with_exit_code_2(w: World) {
        for (arguments, said) in [
            (vec![], "name orders"),
            (vec!["ORD-2026-999999"], "ORD-2026-999999"),
            (vec!["--since", "2026-02-30"], "2026-02-30"),
            (vec!["--format", "xml", "ORD-2026-999999"], "xml"),
        ] {
            let (code, printed) = export(&w, &arguments).await;
            assert!(code == Some(2) && printed.contains(said), "{arguments:?}: {code:?} {printed}");
        }
    }
}
