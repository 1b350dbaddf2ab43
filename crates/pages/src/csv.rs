//! Tables for spreadsheets (RFC 4180).

use crate::columns::clean;

/// One cell. A spreadsheet takes some beginnings for a formula: they are made text.
fn cell(text: &str) -> String {
    let mut text = clean(text);
    // A number, even below nought, is none.
    if text.starts_with(['=', '+', '-', '@']) && text.parse::<i64>().is_err() {
        text.insert(0, '\'');
    }
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// Appends one row.
pub(crate) fn row(out: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|c| cell(c)).collect();
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_never_a_formula_nor_two_cells() {
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(cell("@a"), "'@a");
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell("a\r\nb"), "a  b");
        assert_eq!(cell("-3"), "-3");
        assert_eq!(cell("-3+cmd"), "'-3+cmd");
    }
}
