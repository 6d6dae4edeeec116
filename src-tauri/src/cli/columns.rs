//! Rows under each other, their cells in columns.

use std::iter::repeat_n;

/// A cell that others follow is cut here, in characters: no sender has a longer name, and `--json` has
/// the whole text.
const WIDEST: usize = 100;

/// A row of a name and what stands behind it.
pub(super) fn pair(name: &str, value: impl Into<String>) -> Vec<String> {
    vec![name.to_owned(), value.into()]
}

/// `rows`, a line each.
pub(super) fn columns(rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| cells(row)).collect();
    let width = |column: usize| {
        let followed = rows.iter().filter(|row| row.len() > column + 1);
        followed.map(|row| row[column].chars().count()).max()
    };
    let widths: Vec<usize> = (0..).map_while(width).collect();
    let lines: Vec<_> = rows.iter().map(|row| line(row, &widths)).collect();
    lines.join("\n")
}

/// The cells of `row`: each on one line, all but the last cut.
fn cells(row: &[String]) -> Vec<String> {
    let last = row.len().saturating_sub(1);
    let cell = |(at, text): (usize, &String)| {
        let text = text.replace(['\r', '\n'], " ");
        if at == last { text } else { cut(&text) }
    };
    row.iter().enumerate().map(cell).collect()
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(WIDEST) {
        Some(_) => text.chars().take(WIDEST - 1).chain(['…']).collect(),
        None => text.to_owned(),
    }
}

fn line(row: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (at, cell) in row.iter().enumerate() {
        line.push_str(cell);
        if at + 1 < row.len() {
            let gap = widths[at] - cell.chars().count() + 2;
            line.extend(repeat_n(' ', gap));
        }
    }
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows<const N: usize>(rows: &[[&str; N]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect()
    }

    #[test]
    fn cells_stand_under_each_other_and_the_last_needs_no_width() {
        let table = rows(&[["name", "Ünïcödé", "1"], ["a", "b", "a long last one"], ["c", "", ""]]);
        assert_eq!(columns(&table), "name  Ünïcödé  1\na     b        a long last one\nc");
    }

    #[test]
    fn a_cell_of_any_length_takes_one_line_and_no_more_width_than_others_may() {
        let long = "é".repeat(100_000);
        let table = rows(&[["k", &long, "id"], ["two\nlines", "x", &long]]);
        let shown = columns(&table);
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines[0], format!("k          {}…  id", "é".repeat(WIDEST - 1)));
        let gap = " ".repeat(WIDEST + 1);
        assert_eq!(lines[1], format!("two lines  x{gap}{long}"));
        assert_eq!(lines.len(), 2);
    }
}
