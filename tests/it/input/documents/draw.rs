//! Documents of many kinds, each by its seed.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use std::fmt;

/// A request that was drawn.
pub struct Drawn {
    pub kind: &'static str,
    pub seed: u64,
    pub body: String,
}

impl fmt::Debug for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body: String = self.body.chars().take(300).collect();
        write!(f, "{} (seed {}, {} bytes): {body}", self.kind, self.seed, self.body.len())
    }
}

type Kind = (&'static str, fn(&mut Draw) -> Value);

const KINDS: [Kind; 24] = [
    ("chain of fragments", chain),
    ("tree of fragments", tree),
    ("layers of fragments", layers),
    ("cycle of fragments", cycle),
    ("undefined fragments", undefined),
    ("operations", operations),
    ("same fields", same_fields),
    ("unknown fields", unknown_fields),
    ("arguments", arguments),
    ("unknown arguments", unknown_arguments),
    ("deep fields", deep_fields),
    ("inline fragments", inline),
    ("deep values", deep_values),
    ("long values", long_values),
    ("variables in values", variables),
    ("definitions of variables", definitions),
    ("deep variables", deep_variables),
    ("default values", defaults),
    ("directives", directives),
    ("introspection", introspection),
    ("blanks and comments", blanks),
    ("strings", strings),
    ("any tokens", tokens),
    ("batches", batches),
];

/// Names of fields, with what they need to be asked for.
const FIELDS: [&str; 10] = [
    "viewer { id }",
    "saleOrders { totalCount }",
    "__typename",
    "__type(name: \"SaleOrder\") { name }",
    "products(first: 3) { nodes { id } }",
    "nope",
    "saleOrder(id: \"x\") { id }",
    "__schema { queryType { name } }",
    "a: __typename",
    "quotations",
];

impl Drawn {
    /// The same for the same seed; of about so many bytes at most.
    pub fn of(seed: u64, most: usize) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let (kind, make) = KINDS[random.random_range(0..KINDS.len())];
        // Most are small, some as large as they may be.
        let room = match random.random_range(0..20) {
            0 => most,
            1..=3 => most / 10,
            _ => random.random_range(50..2_000).min(most),
        };
        let body = make(&mut Draw { random, room }).to_string();
        Self { kind, seed, body }
    }
}

struct Draw {
    random: StdRng,
    room: usize,
}

impl Draw {
    /// How many of a part of so many bytes there are.
    fn number(&mut self, bytes: usize) -> usize {
        let most = (self.room / bytes).max(1);
        if self.random.random_bool(0.5) { most } else { self.random.random_range(1..=most) }
    }

    fn up_to(&mut self, most: usize) -> usize {
        self.random.random_range(1..=most)
    }

    fn field(&mut self) -> &'static str {
        FIELDS[self.random.random_range(0..FIELDS.len())]
    }

    fn name(&mut self, most: usize) -> String {
        let length = self.up_to(most);
        (0..length).map(|_| char::from(self.random.random_range(b'a'..=b'z'))).collect()
    }

    fn yes(&mut self) -> bool {
        self.random.random_bool(0.5)
    }
}

fn query(text: impl Into<String>) -> Value {
    json!({ "query": text.into() })
}

/// What the first fragment is spread by; now and then by nothing.
fn root(draw: &mut Draw) -> &'static str {
    ["{ ...F0 }", "{ ...F0 ...F0 }", "{ __schema { ...F0 } }", "{ viewer { ...F0 } }", "{ __typename }"]
        [draw.random.random_range(0..5)]
}

fn chain(draw: &mut Draw) -> Value {
    let number = draw.number(40);
    let (on, last) = (["Query", "__Schema", "Viewer", "Nope"][draw.random.random_range(0..4)], draw.field());
    let mut text = root(draw).to_owned();
    for at in 0..number {
        let next = if at + 1 < number { format!("...F{}", at + 1) } else { last.to_owned() };
        text += &format!(" fragment F{at} on {on} {{ {next} }}");
    }
    query(text)
}

fn tree(draw: &mut Draw) -> Value {
    let times = draw.up_to(9);
    let number = draw.number(30 + 8 * times).min(draw.random.random_range(2..60));
    let last = if draw.yes() { draw.field() } else { "...Nowhere" };
    let mut text = root(draw).to_owned();
    for at in 0..number {
        let next = if at + 1 < number { format!("...F{} ", at + 1).repeat(times) } else { last.to_owned() };
        text += &format!(" fragment F{at} on Query {{ {next} }}");
    }
    query(text)
}

/// Each fragment of a layer spreads all of the next.
fn layers(draw: &mut Draw) -> Value {
    let layers = draw.up_to(8);
    let wide = ((draw.room / layers / 8) as f64).sqrt().max(1.0) as usize;
    let mut text = "{ ...F0x0 }".to_owned();
    for layer in 0..layers {
        let next: String = match layer + 1 == layers {
            true => draw.field().to_owned(),
            false => (0..wide).map(|at| format!("...F{}x{at} ", layer + 1)).collect(),
        };
        for at in 0..wide {
            text += &format!(" fragment F{layer}x{at} on Query {{ {next} }}");
        }
    }
    query(text)
}

fn cycle(draw: &mut Draw) -> Value {
    let number = draw.number(50);
    let back = draw.random.random_range(0..number);
    let mut text = root(draw).to_owned();
    for at in 0..number {
        let next = if at + 1 < number { at + 1 } else { back };
        let field = draw.field();
        text += &format!(" fragment F{at} on Query {{ {field} ... {{ ...F{next} }} }}");
    }
    query(text)
}

fn undefined(draw: &mut Draw) -> Value {
    let number = draw.number(12);
    let spreads: String = (0..number).map(|at| format!("...N{at} ")).collect();
    query(format!("{{ {spreads} }}"))
}

fn operations(draw: &mut Draw) -> Value {
    let number = draw.number(40).min(10_000);
    let one = number / 2;
    let mut text: String = (0..number).map(|at| format!("query Q{at}($x: Int) {{ ...F }} ")).collect();
    let fields = draw.number(30);
    text += "fragment F on Query { ";
    for _ in 0..fields {
        text += if draw.yes() { "products(first: $x) { totalCount } " } else { "__typename " };
    }
    text += "}";
    if draw.yes() { query(text) } else { json!({ "query": text, "operationName": format!("Q{one}") }) }
}

fn same_fields(draw: &mut Draw) -> Value {
    let field = draw.field();
    let number = draw.number(field.len() + 1);
    query(format!("{{ {} }}", format!("{field} ").repeat(number)))
}

fn unknown_fields(draw: &mut Draw) -> Value {
    let longest = draw.number(1).min(2_000);
    let number = draw.number(longest / 2 + 1).min(20_000);
    let mutation = draw.yes();
    let fields: String = (0..number).map(|_| draw.name(longest) + " ").collect();
    query(format!("{} {{ {fields} }}", if mutation { "mutation" } else { "query" }))
}

fn arguments(draw: &mut Draw) -> Value {
    let fields = draw.up_to(4);
    let number = draw.number(12 * fields);
    let own: String = (0..number).map(|at| format!("x{at}: {at} ")).collect();
    query(format!("{{ {} }}", format!("products({own}) {{ totalCount }} ").repeat(fields)))
}

fn unknown_arguments(draw: &mut Draw) -> Value {
    let number = draw.number(90);
    let fields: String = (0..number).map(|_| format!("saleOrders({}: 1) {{ totalCount }} ", draw.name(100))).collect();
    query(format!("{{ {fields} }}"))
}

fn deep_fields(draw: &mut Draw) -> Value {
    let levels = draw.number(8).min(if draw.yes() { 70 } else { 200_000 });
    let name = ["viewer", "__schema", "node", "a: b"][draw.random.random_range(0..4)];
    let field = draw.field();
    query(format!("{{ {}{field}{} }}", format!("{name} {{ ").repeat(levels), " }".repeat(levels)))
}

fn inline(draw: &mut Draw) -> Value {
    let levels = draw.up_to(70);
    let field = draw.field();
    let number = draw.number(field.len() + 1);
    let on = ["", "on Query", "on Nope"][draw.random.random_range(0..3)];
    let fields = format!("{field} ").repeat(number);
    query(format!("{{ {}{fields}{} }}", format!("... {on} {{ ").repeat(levels), " }".repeat(levels)))
}

fn deep_values(draw: &mut Draw) -> Value {
    let levels = draw.number(4).min(if draw.yes() { 95 } else { 500_000 });
    let (open, close) = [("[", "]"), ("{a:", "}"), ("[{a: [", "]}]")][draw.random.random_range(0..3)];
    let value = format!("{}1{}", open.repeat(levels), close.repeat(levels));
    query(match draw.random.random_range(0..3) {
        0 => format!("{{ saleOrders(filter: {value}) {{ totalCount }} }}"),
        1 => format!("{{ __typename @include(if: {value}) }}"),
        _ => format!("query($x: SaleOrderFilter = {value}) {{ saleOrders(filter: $x) {{ totalCount }} }}"),
    })
}

fn long_values(draw: &mut Draw) -> Value {
    let number = draw.number(6);
    let value = ["1 ", "{a:1} ", "\"x\" ", "[] ", "$x "][draw.random.random_range(0..5)].repeat(number);
    let fields = draw.up_to(5);
    query(format!(
        "query($x: String) {{ {} }}",
        format!("saleOrders(filter: {{ stateIn: [{value}] }}) {{ totalCount }} ").repeat(fields)
    ))
}

/// A long value, used again and again.
fn variables(draw: &mut Draw) -> Value {
    let uses = draw.up_to(3_000).min(draw.number(3));
    let long = draw.number(4);
    let value = match draw.random.random_range(0..3) {
        0 => json!(vec!["ab"; long]),
        1 => json!("x".repeat(long)),
        _ => json!({ "stateIn": vec![json!({ "a": 1 }); long / 4] }),
    };
    let text = match draw.random.random_range(0..3) {
        0 => format!("{{ stateIn: [{}] }}", "$x ".repeat(uses)),
        _ => "$x".to_owned(),
    };
    let fields = if text == "$x" { uses } else { 1 };
    let fields = format!("saleOrders(filter: {text}) {{ totalCount }} ").repeat(fields);
    json!({ "query": format!("query($x: SaleOrderFilter) {{ {fields} }}"), "variables": { "x": value } })
}

fn definitions(draw: &mut Draw) -> Value {
    let number = draw.number(30);
    let kind = ["Int", "[Int!]!", "Nope", "[Nope] = [1]", "SaleOrder", "Int = 1"][draw.random.random_range(0..6)];
    let definitions: String = (0..number).map(|at| format!("$x{at}: {kind} ")).collect();
    let uses: String = (0..number).map(|at| format!("products(first: $x{at}) {{ totalCount }} ")).collect();
    query(format!("query({definitions}) {{ {uses} }}"))
}

fn deep_variables(draw: &mut Draw) -> Value {
    let levels = draw.up_to(140);
    let mut value = json!(1);
    for _ in 0..levels {
        value = if draw.yes() { json!([value]) } else { json!({ "filter": value }) };
    }
    let width = draw.number(4 * levels);
    let value = if draw.yes() { value } else { json!(vec![value; width.min(2_000)]) };
    json!({ "query": "query($x: SaleOrderFilter) { saleOrders(filter: $x) { totalCount } }", "variables": { "x": value } })
}

fn defaults(draw: &mut Draw) -> Value {
    let number = draw.number(4);
    let uses = draw.up_to(200);
    let fields = "saleOrders(filter: { stateIn: $x }) { totalCount } ".repeat(uses);
    query(format!("query($x: [String!] = [{}]) {{ {fields} }}", "\"a\" ".repeat(number)))
}

fn directives(draw: &mut Draw) -> Value {
    let directive =
        ["@include(if: true) ", "@skip(if: $x) ", "@nope ", "@include(nope: [1 2 3]) "][draw.random.random_range(0..4)];
    let directives = directive.repeat(draw.number(directive.len()));
    query(match draw.random.random_range(0..4) {
        0 => format!("{{ __typename {directives} }}"),
        1 => format!("query Q {directives} {{ __typename }}"),
        2 => format!("{{ ...F {directives} }} fragment F on Query {{ __typename }}"),
        _ => format!("{{ __typename }} fragment F on Query {directives} {{ __typename }}"),
    })
}

fn introspection(draw: &mut Draw) -> Value {
    let number = draw.number(20);
    let part = match draw.random.random_range(0..5) {
        0 => "__type(name: \"Mutation\") { fields { args { name } } } ".repeat(number),
        1 => format!("__schema {{ types {{ {} }} }}", "name ".repeat(number)),
        2 => format!("__schema {{ types {{ fields {{ type {{ {} }} }} }} }}", "name ".repeat(number)),
        3 => format!("__schema {{ {} }}", "types { fields { name } } ".repeat(number)),
        _ => {
            let levels = draw.up_to(12);
            let round = ["fields { type { ", "ofType { x: ofType { ", "possibleTypes { interfaces { "]
                [draw.random.random_range(0..3)];
            let (open, close) = (round.repeat(levels), "} }".repeat(levels));
            format!("__schema {{ types {{ {open} name {close} }} }}")
        }
    };
    query(format!("{{ {part} }}"))
}

fn blanks(draw: &mut Draw) -> Value {
    let filler = [" ", "\n", ",", "\u{feff}", "# {{{ \n", "#\n"][draw.random.random_range(0..6)];
    let filler = filler.repeat(draw.number(filler.len() * 8));
    let words =
        "query Q ( $x : [ Int ! ] = [ 1 ] ) { a : products ( first : $x ) @ include ( if : true ) { totalCount } }";
    let every = draw.up_to(12);
    let text = words
        .split(' ')
        .enumerate()
        .map(|(at, word)| if at % every == 0 { filler.clone() + word } else { format!(" {word}") });
    query(text.collect::<String>() + &filler)
}

fn strings(draw: &mut Draw) -> Value {
    let number = draw.number(4);
    let inner = ["x", "\\n", "\\u00e9", "é", "{[(", "\\\\"][draw.random.random_range(0..6)].repeat(number);
    let quote = if draw.yes() { "\"" } else { "\"\"\"" };
    let end = if draw.random.random_bool(0.8) { quote } else { "" };
    query(format!("{{ __type(name: {quote}{inner}{end}) {{ name }} }}"))
}

fn tokens(draw: &mut Draw) -> Value {
    const TOKENS: [&str; 24] = [
        "{", "}", "(", ")", "[", "]", "...", "on", "query", "fragment", "F", "@", "include", ":", "$", "x", "1",
        "-1.5e3", "\"\"", "\"", "!", "=", "a", "#\n",
    ];
    let number = draw.number(3);
    let open = draw.yes();
    let text: Vec<_> = (0..number).map(|_| TOKENS[draw.random.random_range(0..TOKENS.len())]).collect();
    query(if open { format!("{{ a {}", text.join(" ")) } else { text.join(" ") })
}

fn batches(draw: &mut Draw) -> Value {
    let number = if draw.yes() { draw.up_to(10) } else { draw.number(3) };
    let room = draw.room;
    draw.room = (room / number).max(20);
    if number > 100 {
        return json!(vec![json!({}); number]);
    }
    let make = KINDS[draw.random.random_range(0..KINDS.len() - 1)].1;
    (0..number).map(|_| make(draw)).collect()
}
