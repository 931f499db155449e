//! Tables in Markdown, aligned for terminals too.

/// Prints a table under a title.
pub fn print(title: &str, head: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([head[column].chars().count(), 3]).max().unwrap_or(3)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<String> = cells
            .zip(&widths)
            .enumerate()
            // Words to the left, numbers to the right.
            .map(
                |(column, (cell, width))| {
                    if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
                },
            )
            .collect();
        println!("| {} |", cells.join(" | "));
    };
    println!("\n### {title}\n");
    line(&mut head.iter().map(|cell| (*cell).to_owned()));
    line(
        &mut widths.iter().enumerate().map(
            |(column, width)| {
                if column == 0 { "-".repeat(*width) } else { "-".repeat(width - 1) + ":" }
            },
        ),
    );
    for row in rows {
        line(&mut row.iter().cloned());
    }
}
