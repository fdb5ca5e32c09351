//! Comma-separated values (RFC 4180) that no spreadsheet takes for formulas.

/// One cell: quoted, and with an apostrophe before what a spreadsheet would calculate (`=`, `+`, `-`, `@`, tabulator, carriage
/// return, and their wide forms).
#[must_use]
pub fn cell(text: &str) -> String {
    let formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    let begins = text.trim_start_matches(' ').starts_with(formula);
    let mut cell = String::with_capacity(text.len() + 3);
    cell.push('"');
    if begins {
        cell.push('\'');
    }
    for c in text.chars() {
        if c == '"' {
            cell.push('"');
        }
        cell.push(c);
    }
    cell.push('"');
    cell
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn what_a_spreadsheet_would_calculate_is_text() {
        for formula in ["=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"] {
            assert!(cell(formula).starts_with("\"'"), "{formula:?}");
        }
        assert_eq!(cell("Doe, \"Jane\""), "\"Doe, \"\"Jane\"\"\"");
        assert_eq!(cell("a=b"), "\"a=b\"");
    }
}
