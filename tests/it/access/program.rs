//! The program itself: what signing in leaves in its log and in its memory, and the token that sets a password.

use super::guessing::PASSWORD;
use crate::{
    both,
    chaos::process::{Server, Start},
    harness::World,
    shows,
};
use futures_util::future::join_all;
use serde_json::{Value, json};

/// Memory of a hash, and as much again for what else happens meanwhile, in KiB.
const ONE_HASH: u64 = 19 * 1024;

#[expect(clippy::disallowed_types, reason = "a client outside the program")]
async fn posted(server: &Server, query: &str, variables: Value) -> Value {
    let client = reqwest::Client::new();
    let answer = client.post(&server.url).json(&json!({ "query": query, "variables": variables })).send().await;
    answer.expect("an answer").json().await.expect("JSON")
}

async fn sign_in(server: &Server, email: &str, password: &str) -> Value {
    let query = "mutation($e: String!, $p: String!) { login(email: $e, password: $p) { token } }";
    posted(server, query, json!({ "e": email, "p": password })).await
}

/// A line of /proc/<pid>/status, in KiB.
fn memory(server: &Server, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).expect("the process");
    let found = status.lines().find_map(|text| text.strip_prefix(line)).expect("the line");
    found.trim_start_matches(':').trim().trim_end_matches(" kB").parse().expect("a number")
}

both! {
    async fn a_failed_login_is_a_line_in_the_log_that_gives_nothing_away(w: World) {
        let pat = w.user(&w.admin, "Pat", "BILLER", json!({ "password": PASSWORD })).await;
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("log");
        let server = Start::over(&w).with("RUST_LOG", "debug").serve_logging(&log).await;
        for (email, password) in [
            ("pat.biller@example.com", "a-wrong-password"),
            ("nobody-at-all@example.com", "a-wrong-password"),
            ("pat.biller@example.com", PASSWORD),
        ] {
            sign_in(&server, email, password).await;
        }
        server.terminate().await;
        server.ended().await;
        let said = std::fs::read_to_string(&log).expect("the log");
        let failed: Vec<&str> = said.lines().filter(|line| line.contains("a login failed")).collect();
        assert_eq!(failed.len(), 2, "{said}");
        assert!(failed.iter().all(|line| line.contains("WARN") && line.contains("127.0.0.1")), "{failed:?}");
        assert!(failed[0].contains(&pat.id) && failed[0].contains("the password is wrong"), "{failed:?}");
        assert!(failed[1].contains("nobody has this e-mail address"), "{failed:?}");
        assert!(!said.contains("a-wrong-password") && !said.contains(PASSWORD) && !said.contains("nobody-at-all"));
    }

    async fn after_logins_the_memory_goes_back(w: World) {
        w.user(&w.admin, "Pat", "BILLER", json!({ "password": PASSWORD })).await;
        let server = Start::over(&w).with("WAYBILL__AUTH__FAILURES_PER_ADDRESS", "1000000").serve().await;
        posted(&server, "{ __typename }", json!({})).await;
        let before = memory(&server, "VmRSS");
        for round in 0..5 {
            let emails = (0..9).map(|number| format!("{round}.{number}@example.com"));
            let guesses: Vec<String> = emails.collect();
            join_all(guesses.iter().map(|email| sign_in(&server, email, "a wrong password"))).await;
            let answer = sign_in(&server, "pat.biller@example.com", PASSWORD).await;
            assert!(answer["data"]["login"]["token"].is_string(), "{answer}");
        }
        let (after, most) = (memory(&server, "VmRSS"), memory(&server, "VmHWM"));
        assert!(after < before + ONE_HASH, "{before} KiB before, {after} KiB after");
        assert!(most < before + ONE_HASH * 2, "{before} KiB before, {most} KiB at most");
    }

    async fn a_token_for_a_new_password_is_printed(w: World) {
        w.user(&w.admin, "Pat", "BILLER", json!({})).await;
        let start = Start::over(&w);
        let printed = start.run(&["token", "--reset", "Pat.Biller@example.com"]).await;
        assert!(printed.status.success(), "{printed:?}");
        let token = String::from_utf8(printed.stdout).expect("text").trim().to_owned();
        let server = start.serve().await;
        let query = "mutation($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }";
        let answer = posted(&server, query, json!({ "input": { "token": token, "newPassword": PASSWORD } })).await;
        shows!(answer, { "data.resetPassword.email": "pat.biller@example.com" });
        assert!(sign_in(&server, "pat.biller@example.com", PASSWORD).await["data"]["login"]["token"].is_string());
        for wrong in [
            &["token", "--reset", "nobody@example.com"][..],
            &["token", "--reset", "a@example.com", "--role", "ADMIN"],
            &["token"],
        ] {
            let output = start.run(wrong).await;
            assert_eq!(output.status.code(), Some(2), "{wrong:?} {output:?}");
            assert!(output.stdout.is_empty() && !output.stderr.is_empty());
        }
    }
}
