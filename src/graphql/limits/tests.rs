use super::*;
use async_graphql::parser::parse_query;
use serde_json::json;
use std::fmt::Write as _;

const LIMITS: GraphQl =
    GraphQl { max_depth: 3, max_complexity: 500, max_aliases: 1, max_batch: 1, max_tokens: 10_000, max_body: 1024 };
const SDL: &str = "type Query { a(b: Int): T list(first: Int): T } type T { a: T b: T c: T nodes: [T] }";

/// What a query takes, whether it is let through or not.
fn spent(query: &str, variables: &serde_json::Value, operation: Option<&str>) -> (Spent, Result<bool, Error>) {
    within(&LIMITS, query, variables, operation)
}

fn within(
    limits: &GraphQl,
    query: &str,
    variables: &serde_json::Value,
    operation: Option<&str>,
) -> (Spent, Result<bool, Error>) {
    let document = parse_query(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let variables = Variables::from_json(variables.clone());
    let asked = Asked { document: &document, variables: &variables, operation };
    let mut spent = Spent::default();
    let outcome = check(&asked, &Shapes::of(SDL), limits, &mut spent);
    (spent, outcome)
}

fn checked(query: &str) -> Result<bool, Error> {
    spent(query, &json!({ "n": 200 }), None).1
}

/// `number` fragments, each of which spreads the next one so often, and the last one what is said.
fn chain(number: usize, times: usize, last: &str) -> String {
    let mut text = "{ ...F0 }".to_owned();
    for at in 0..number {
        let next = if at + 1 == number { last.to_owned() } else { format!("...F{} ", at + 1).repeat(times) };
        write!(text, " fragment F{at} on Query {{ {next} }}").unwrap();
    }
    text
}

#[test]
fn what_is_within_the_limits_is_let_through() {
    for query in [
        "{ a { b { c } } }",
        "{ a: x b }",
        "{ list(first: 100) { nodes { a b } } }",
        "{ ...F } fragment F on Query { a { b { c } } }",
        "{ __schema { types { fields { type { ofType { ofType { ofType { name } } } } } } } }",
        "query A { a { b { c } } } query B { a { b { c } } }",
        &chain(20, 1, "a { b }"),
    ] {
        assert!(checked(query).is_ok(), "{query}: {:?}", checked(query));
    }
}

#[test]
fn what_asks_for_too_much_is_refused() {
    for query in [
        "{ a { b { c { d } } } }",
        "{ a { ...F } } fragment F on T { b { c { d } } }",
        "{ a: x b: x }",
        "{ list(first: 200) { nodes { a b } } }",
        "query($n: Int) { list(first: $n) { nodes { a b } } }",
        "query($m: Int = 200) { list(first: $m) { nodes { a b } } }",
        "query A($m: Int = 200) { list(first: $m) { nodes { a b } } } query B($m: Int = 1) { list(first: $m) { a } }",
        "query($m: Int = 200) { list(first: $m) { ...F } } fragment F on T { nodes { a b } }",
        "{ list { ...F } } fragment F on T { list { ... on T { nodes { a } } } nodes { b c d e f g h } }",
        "{ list { nodes { list(last: 10) { nodes { a } } } } }",
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
    ] {
        assert!(matches!(checked(query), Err(Error::Limit(_))), "{query}");
    }
}

#[test]
fn a_fragment_that_spreads_itself_is_refused_used_or_not() {
    for query in [
        "{ ...F } fragment F on Query { ...F }",
        "{ a } fragment F on Query { ...F }",
        "{ a } fragment F on Query { a { ...G } } fragment G on T { ... on T { ...H ...H } } fragment H on T { ...G }",
    ] {
        let Err(Error::Invalid { message, .. }) = checked(query) else { panic!("{query}") };
        assert!(message.ends_with("spreads itself") && message.contains("fragment F spreads") != query.contains('H'));
    }
    assert!(matches!(checked(&chain(5_000, 3, "...F17")), Err(Error::Invalid { .. })));
}

#[test]
fn what_is_spread_again_and_again_is_measured_once() {
    let nothing = json!({});
    for (number, times, last) in [
        (5_000, 1, "a"),
        (40, 1, "a"),
        (20, 2, "a"),
        (20, 2, "...Nowhere"),
        (7, 100, "a"),
        (7, 100, "__schema { types { name } }"),
        (30, 9, "__typename"),
    ] {
        let text = chain(number, times, last);
        let unused = text.replacen("{ ...F0 }", "{ a }", 1);
        let inner = text.replacen("{ ...F0 }", "{ __schema { ...F0 } }", 1);
        for query in [&text, &inner] {
            let (_, outcome) = spent(query, &nothing, None);
            assert!(matches!(outcome, Err(Error::Limit(_))), "{number} {times} {last}");
        }
        // Not spread, it is walked all the same.
        let (taken, outcome) = spent(&unused, &nothing, None);
        assert!(outcome.is_err() || taken.steps < MAX_STEPS, "{number} {times} {last}");
        assert!(number < 40 || outcome.is_err(), "{number} deep");
    }
}

#[test]
fn many_of_a_kind_are_refused() {
    let operations: Vec<_> = (0..10_000).map(|at| format!("query Q{at}($x: Int) {{ ...F }} ")).collect();
    let operations = operations.concat() + "fragment F on Query { a(b: $x) { b } a(b: $x) { b } }";
    let arguments: Vec<_> = (0..2_000).map(|at| format!("x{at}: 1")).collect();
    let arguments = arguments.join(" ");
    let wide = GraphQl { max_complexity: usize::MAX, ..LIMITS };
    for (why, query) in [
        ("long with its fragments", operations),
        ("long with its fragments", format!("{{ {} }}", "... { ".repeat(30) + &"a ".repeat(8_000) + &"}".repeat(30))),
        ("long with its fragments", format!("{{ a({arguments}) a({arguments}) }}")),
        ("not in the schema", format!("{{ {} }}", "unheard_of ".repeat(500))),
        ("full of directives", format!("{{ a {} }}", "@include(if: true) ".repeat(101))),
        ("full of directives", format!("{{ a }} fragment F on T {} {{ a }}", "@d ".repeat(101))),
        ("curious", format!("{{ __schema {{ types {{ {} }} }} }}", "name ".repeat(3_000))),
        ("curious", "__type(name: \"T\") { fields { type { fields { name } } } } ".repeat(1_000)),
    ] {
        let query = if query.starts_with("__") { format!("{{ {query} }}") } else { query };
        let (_, outcome) = within(&wide, &query, &json!({}), None);
        assert!(matches!(&outcome, Err(Error::Limit(said)) if said.contains(why)), "{why}: {outcome:?}");
    }
}

#[test]
fn a_long_value_is_not_to_be_copied_often() {
    let long = json!({ "x": vec![1; 100_000] });
    let uses = |times: usize| format!("query($x: Int) {{ a(b: [{}]) {{ b }} }}", "$x ".repeat(times));
    assert!(spent(&uses(1), &long, None).1.is_ok());
    assert!(matches!(spent(&uses(100), &long, None).1, Err(Error::Limit(_))));
    let in_directives = "query($x: Int) { a @include(if: [$x $x $x $x $x $x $x $x $x $x $x]) { b } }";
    assert!(matches!(spent(in_directives, &long, None).1, Err(Error::Limit(_))));
    let in_a_fragment = format!("query($x: Int) {{ a }} fragment F on T {{ a(b: [{}]) }}", "$x ".repeat(11));
    assert!(matches!(spent(&in_a_fragment, &long, None).1, Err(Error::Limit(_))));
}

#[test]
fn all_requests_of_a_batch_share_what_they_may_take() {
    let document = parse_query(format!("{{ {} }}", "a ".repeat(400))).unwrap();
    let asked = Asked { document: &document, variables: &Variables::default(), operation: None };
    let shapes = Shapes::of(SDL);
    let mut spent = Spent::default();
    let taken = (0..1_000).take_while(|_| check(&asked, &shapes, &LIMITS, &mut spent).is_ok()).count();
    assert!((10..200).contains(&taken), "{taken}");
    let mut spent = Spent::default();
    assert!(spent.read(6_000, &LIMITS).is_ok());
    assert!(matches!(spent.read(6_000, &LIMITS), Err(Error::Limit(_))));
}

#[test]
fn types_that_there_are_not_are_told() {
    for query in ["query($x: [Nope!]! = [1]) { a }", "query($x: Nope) { a(b: $x) }"] {
        let Err(Error::Invalid { message, .. }) = checked(query) else { panic!("{query}") };
        assert!(message.contains("\"Nope\""), "{message}");
    }
    assert!(checked("query($x: [[Int!]]) { a(b: $x) { b } }").is_ok());
}

#[test]
fn only_signing_in_and_the_schema_itself_are_open() {
    let open = |query, operation| spent(query, &json!({}), operation).1.unwrap_or_else(|error| panic!("{error}"));
    assert!(open("mutation { login(email: \"a\") { token } }", None));
    assert!(open("{ __typename __schema { types { name } } }", None));
    assert!(open("{ ...F ... { __typename } } fragment F on Query { __schema { types { name } } }", None));
    assert!(!open("{ a { b } }", None));
    assert!(!open("query A { __typename } query B { a { b } }", None));
    assert!(!open("query A { __typename } query B { a { b } }", Some("C")));
    assert!(!open("query A { __typename } query B { a { b } }", Some("B")));
    assert!(open("query A { __typename } query B { a { b } }", Some("A")));
    assert!(!open("{ ...F } fragment F on Query { a { b } }", None));
    assert!(!open("{ ... { ... on Query { a { b } } } }", None));
    assert!(!open("{ login: a { b } }", None));
}

#[test]
fn a_secret_is_tried_once_a_request_and_not_in_a_batch() {
    let tried = |query: &str, in_batch| {
        let document = parse_query(query).unwrap();
        let asked = Asked { document: &document, variables: &Variables::default(), operation: None };
        check(&asked, &Shapes::of(SDL), &LIMITS, &mut Spent { in_batch, ..Spent::default() })
    };
    for query in [
        "mutation { login { token } }",
        "mutation { a: login { token } }",
        "mutation { ...F } fragment F on Mutation { resetPassword { email } }",
        "mutation { ... on Mutation { ... { changePassword { token } } } }",
    ] {
        assert!(tried(query, false).is_ok(), "{query}");
        assert!(matches!(tried(query, true), Err(Error::Limit(_))), "{query}");
    }
    for query in [
        "mutation { login { token } b: login { token } }",
        "mutation { login { token } login { token } }",
        "mutation { login { token } changePassword { token } }",
        "mutation { ...F ...F } fragment F on Mutation { login { token } }",
        "mutation { ...G } fragment F on Mutation { login { token } } fragment G on Mutation { ...F ... { ...F } }",
        "mutation A { login { token } } mutation B { login { token } }",
    ] {
        assert!(matches!(tried(query, false), Err(Error::Limit(_))), "{query}");
    }
    assert!(tried("{ __typename }", true).is_ok());
}
