//! Lists of people as comma-separated values (RFC 4180); also with semicolons, as spreadsheets in many
//! countries write them, and with tabs, as they are pasted from one.

/// One record with the number of the line on which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// From 1.
    pub line: usize,
    /// Without blanks around them.
    pub fields: Vec<String>,
}

/// Reads all records. Blank lines are skipped; a quotation mark that is never closed is an error that names its line.
pub fn read(text: &str) -> Result<Vec<Record>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let separator = separator(text);
    let mut records = Vec::new();
    let mut characters = text.chars().peekable();
    let mut line = 1;
    while characters.peek().is_some() {
        let begin = line;
        let mut fields = Vec::new();
        loop {
            let mut field = String::new();
            if characters.next_if_eq(&'"').is_some() {
                loop {
                    match characters.next() {
                        None => return Err(format!("line {begin}: a quotation mark is never closed")),
                        Some('"') if characters.next_if_eq(&'"').is_none() => break,
                        Some(c) => {
                            line += usize::from(c == '\n');
                            field.push(c);
                        }
                    }
                }
            }
            while let Some(c) = characters.next_if(|c| *c != separator && *c != '\n') {
                field.push(c);
            }
            fields.push(field.trim().to_owned());
            match characters.next() {
                Some(c) if c == separator => {}
                _ => break,
            }
        }
        line += 1;
        if fields.iter().any(|field| !field.is_empty()) {
            records.push(Record { line: begin, fields });
        }
    }
    Ok(records)
}

/// Whichever the first line has more of.
fn separator(text: &str) -> char {
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: char| first.matches(separator).count();
    [';', '\t'].into_iter().fold(',', |most, other| if count(other) > count(most) { other } else { most })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<Vec<String>> {
        read(text).unwrap().into_iter().map(|record| record.fields).collect()
    }

    #[test]
    fn quotes_separators_and_line_ends_are_read() {
        assert_eq!(fields("name,mail\r\n\"Example, Alice\",a@b.c\r\n"), [["name", "mail"], ["Example, Alice", "a@b.c"]]);
        assert_eq!(fields("\u{feff}name;mail\nZo\u{eb}; z@b.c "), [["name", "mail"], ["Zo\u{eb}", "z@b.c"]]);
        assert_eq!(fields("name\tmail\nExample, Alice\ta@b.c"), [["name", "mail"], ["Example, Alice", "a@b.c"]]);
        assert_eq!(fields("a,b\n\"say \"\"hi\"\"\",\n"), [["a", "b"], ["say \"hi\"", ""]]);
    }

    #[test]
    fn records_know_their_line() {
        let records = read("a,b\n\n\"two\nlines\",x\ny,z").unwrap();
        assert_eq!(records.iter().map(|record| record.line).collect::<Vec<_>>(), [1, 3, 5]);
        assert_eq!(read("a\n\"open"), Err("line 2: a quotation mark is never closed".to_owned()));
        assert_eq!(read(""), Ok(Vec::new()));
    }
}
