//! A page of Markdown taken apart: its fenced blocks, and its text without them.

/// A fenced block.
pub struct Block {
    /// The number of its first line.
    pub line: usize,
    /// The word behind the fence: `sh`, `json`, `text`, `mermaid`.
    pub language: String,
    pub text: String,
}

const FENCE: &str = "```";

/// The fenced blocks of a page, in order, and the lines outside them with their numbers.
pub fn apart(page: &str) -> (Vec<Block>, Vec<(usize, &str)>) {
    let (mut blocks, mut lines) = (Vec::<Block>::new(), Vec::new());
    let mut inside = false;
    for (index, line) in page.lines().enumerate() {
        match (line.trim_start().strip_prefix(FENCE), inside) {
            (Some(language), false) => {
                blocks.push(Block { line: index + 2, language: language.trim().to_owned(), text: String::new() });
                inside = true;
            }
            (Some(rest), true) => {
                assert!(rest.trim().is_empty(), "line {}: a fence within a fence", index + 1);
                inside = false;
            }
            (None, true) => {
                let block = blocks.last_mut().expect("a block was begun");
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, false) => lines.push((index + 1, line)),
        }
    }
    assert!(!inside, "the last fence is not closed");
    (blocks, lines)
}

#[test]
fn a_page_is_taken_apart() {
    let (blocks, lines) = apart("# A\n\n```sh\nls\nls -l\n```\n\nthat is:\n\n```text\nb\n```\n");
    let found: Vec<_> = blocks.iter().map(|block| (block.line, block.language.as_str(), block.text.as_str())).collect();
    assert_eq!(found, [(4, "sh", "ls\nls -l\n"), (11, "text", "b\n")]);
    assert_eq!(lines, [(1, "# A"), (2, ""), (7, ""), (8, "that is:"), (9, "")]);
}
