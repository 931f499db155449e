//! The text of a drawing, line by line.

/// Lines with four spaces for each level.
pub(super) struct Page(String);

impl Page {
    /// A page that begins with this line.
    pub(super) fn new(first: &str) -> Self {
        Self(format!("{first}\n"))
    }

    pub(super) fn line(&mut self, depth: usize, text: &str) {
        (0..depth).for_each(|_| self.0.push_str("    "));
        self.0.push_str(text);
        self.0.push('\n');
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}
