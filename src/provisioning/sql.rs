//! Statements that one text serves on both databases, with their values.

use sea_orm::{DbBackend, Statement, Value};

/// A statement that is being written. Values are bound in the order in which they stand in it.
pub struct Sql {
    backend: DbBackend,
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// Nothing yet.
    pub fn new(backend: DbBackend) -> Self {
        Self { backend, text: String::new(), values: Vec::new() }
    }

    /// Adds text.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds `column IN (values)`; nothing is in none.
    pub fn among<V: Into<Value> + Clone>(&mut self, column: &str, values: &[V]) {
        if values.is_empty() {
            return self.push("1 = 0");
        }
        let marks: Vec<String> = crate::db::finders::padded(values).map(|value| self.mark(value.clone())).collect();
        self.push(&format!("{column} IN ({})", marks.join(", ")));
    }

    fn mark(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        if self.backend == DbBackend::Postgres { format!("${}", self.values.len()) } else { "?".to_owned() }
    }

    /// Done.
    pub fn statement(self) -> Statement {
        Statement::from_sql_and_values(self.backend, self.text, self.values)
    }
}
