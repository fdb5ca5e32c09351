//! Words for people, or exactly one JSON value.

use crate::refusal::Refusal;
use serde::Serialize;
use std::{
    io::{self, Write},
    sync::atomic::{AtomicBool, Ordering},
};
use zeroize::Zeroizing;

/// The reader of standard output has gone (`| head`).
static READER_HAS_GONE: AtomicBool = AtomicBool::new(false);

/// Has it? Then nobody is left to tell anything, and nothing went wrong.
pub(crate) fn reader_has_gone() -> bool {
    READER_HAS_GONE.load(Ordering::Relaxed)
}

/// Standard output; remembers when its reader has gone.
pub(crate) struct Out(io::StdoutLock<'static>);

impl Out {
    pub(crate) fn lock() -> Self {
        Out(io::stdout().lock())
    }
}

impl Write for Out {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        noticed(self.0.write(octets))
    }
    fn flush(&mut self) -> io::Result<()> {
        noticed(self.0.flush())
    }
}

fn noticed<T>(done: io::Result<T>) -> io::Result<T> {
    if done.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
        READER_HAS_GONE.store(true, Ordering::Relaxed);
    }
    done
}

/// How answers are written.
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Output { json }
    }

    /// One value, or the words that `human` makes of it.
    pub(crate) fn value<T: Serialize>(&self, value: &T, human: impl FnOnce(&T) -> String) -> Result<(), Refusal> {
        let text = if self.json { serde_json::to_string(value).map_err(ra::Error::fault)? } else { human(value) };
        let mut out = Out::lock();
        written(writeln!(out, "{text}").and_then(|()| out.flush()))
    }

    /// As [`Output::value`], for what is shown once and never again. When nobody reads it that is a refusal, and `otherwise` says what
    /// to do about it.
    pub(crate) fn once<T: Serialize>(&self, value: &T, human: impl FnOnce(&T) -> String, otherwise: &str) -> Result<(), Refusal> {
        let text = if self.json { serde_json::to_string(value).map_err(ra::Error::fault)? } else { human(value) };
        self.octets_once(Zeroizing::new(text + "\n").as_bytes(), otherwise)
    }

    /// As [`Output::once`], for bytes as they are.
    pub(crate) fn octets_once(&self, octets: &[u8], otherwise: &str) -> Result<(), Refusal> {
        // Not by `Out`: that the reader has gone is no success here.
        let mut out = io::stdout().lock();
        out.write_all(octets)
            .and_then(|()| out.flush())
            .map_err(|error| Refusal::new("output", format!("What is shown only once could not be written: {error}."), otherwise))
    }

    /// A list that may be long: pages come from `next` (asked for the rows after the last one) until it has no more, or `limit` is
    /// reached. As JSON it is an array.
    pub(crate) fn list<T: Serialize>(
        &self,
        limit: Option<u32>,
        columns: &[&str],
        cells: impl Fn(&T) -> Vec<String>,
        mut next: impl FnMut(Option<&T>, u32) -> Result<Vec<T>, Refusal>,
    ) -> Result<(), Refusal> {
        let mut out = io::BufWriter::new(Out::lock());
        let (mut last, mut count) = (None, 0_u32);
        loop {
            let asked = limit.map_or(PAGE, |limit| (limit - count).min(PAGE));
            if asked == 0 {
                break;
            }
            let page = next(last.as_ref(), asked)?;
            if self.json {
                for (at, row) in page.iter().enumerate() {
                    written(out.write_all(if count == 0 && at == 0 { b"[" } else { b"," }))?;
                    serde_json::to_writer(&mut out, row).map_err(ra::Error::fault)?;
                }
            } else if !page.is_empty() {
                let rows: Vec<_> = page.iter().map(&cells).collect();
                written(out.write_all(table(if count == 0 { columns } else { &[] }, &rows).as_bytes()))?;
            }
            let full = page.len() >= usize::try_from(asked).unwrap_or(usize::MAX);
            count = count.saturating_add(u32::try_from(page.len()).unwrap_or(u32::MAX));
            last = page.into_iter().next_back();
            if !full {
                break;
            }
        }
        match (self.json, count) {
            (true, 0) => written(out.write_all(b"[]\n"))?,
            (true, _) => written(out.write_all(b"]\n"))?,
            (false, 0) => written(out.write_all(b"Nothing to list.\n"))?,
            (false, _) => {}
        }
        written(out.flush())
    }

    /// Bytes as they are.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Result<(), Refusal> {
        let mut out = Out::lock();
        written(out.write_all(bytes).and_then(|()| out.flush()))
    }

    /// Lines for people beside the answer, on standard error; programs have what they say in the answer. When nobody reads them there is
    /// nobody to tell, and nothing went wrong.
    pub(crate) fn aside(&self, lines: &[String]) {
        for line in lines.iter().filter(|_| !self.json) {
            let _ = writeln!(io::stderr(), "{line}");
        }
    }

    /// Says no: with `--json` on standard output, otherwise on standard error.
    pub(crate) fn refuse(&self, refusal: &Refusal) {
        if self.json {
            print_error(refusal);
        } else {
            let _ = writeln!(io::stderr(), "{}", refusal.for_people());
        }
    }

    /// JSON was asked for.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }
}

/// Rows asked for at once.
const PAGE: u32 = 500;

/// On standard output; when the reader has gone there is nobody to tell.
pub(crate) fn print_error(refusal: &Refusal) {
    let _ = writeln!(io::stdout(), "{}", refusal.for_programs());
}

/// Writing failed: the reader has gone (which nobody is told, see [`reader_has_gone`]), or the disk is full.
fn written(result: io::Result<()>) -> Result<(), Refusal> {
    result.map_err(|error| Refusal::new("output", format!("The answer could not be written: {error}."), "Look at where the output goes."))
}

/// Aligned columns, two blanks between them, no blanks at the end of a line.
pub(crate) fn table(columns: &[&str], rows: &[Vec<String>]) -> String {
    let head = (!columns.is_empty()).then(|| columns.iter().map(|column| (*column).to_owned()).collect::<Vec<_>>());
    let lines: Vec<Vec<String>> = head.into_iter().chain(rows.iter().map(|row| row.iter().map(|cell| plain(cell)).collect())).collect();
    let mut widths = Vec::new();
    for line in &lines {
        for (at, cell) in line.iter().enumerate() {
            let width = cell.chars().count();
            match widths.get_mut(at) {
                Some(known) if *known >= width => {}
                Some(known) => *known = width,
                None => widths.push(width),
            }
        }
    }
    let mut text = String::new();
    for line in &lines {
        let padded: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(padded.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Text of phones and people without anything that a terminal would obey.
pub(crate) fn plain(text: &str) -> String {
    let obeyed = |c: char| c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if obeyed(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_escape_sequences_are_not_obeyed() {
        let rows = [vec!["Zoë".to_owned(), "x".to_owned()], vec!["\u{1b}[2Jevil".to_owned(), String::new()]];
        assert_eq!(table(&["NAME", "KIND"], &rows), "NAME      KIND\nZoë       x\n\u{fffd}[2Jevil\n");
    }
}
