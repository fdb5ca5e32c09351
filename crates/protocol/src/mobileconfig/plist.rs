//! Writes XML property lists in a fixed order into memory that is wiped: a payload may hold a challenge or a password.

use crate::{Error, Timestamp};
use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::{Zeroize, Zeroizing};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
                    \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n";

/// An XML property list in the making. The first value that XML cannot say is remembered and returned by [`Self::finish`].
pub(crate) struct PlistWriter {
    out: Zeroizing<Vec<u8>>,
    depth: usize,
    refused: Option<Error>,
}

impl PlistWriter {
    /// An empty document.
    pub(crate) fn new() -> Self {
        let mut writer = PlistWriter { out: Zeroizing::new(Vec::with_capacity(8 * 1024)), depth: 0, refused: None };
        writer.raw(HEAD);
        writer
    }

    /// The document, UTF-8 without a byte order mark.
    pub(crate) fn finish(mut self) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.raw("</plist>\n");
        match self.refused.take() {
            Some(error) => Err(error),
            None => Ok(self.out),
        }
    }

    /// A dictionary.
    pub(crate) fn dict(&mut self, content: impl FnOnce(&mut Self)) {
        self.nested("dict", content);
    }
    /// An array.
    pub(crate) fn array(&mut self, content: impl FnOnce(&mut Self)) {
        self.nested("array", content);
    }
    /// A key; its value must follow.
    pub(crate) fn key(&mut self, key: &'static str) -> &mut Self {
        self.leaf("key", key);
        self
    }
    /// A key that is data (a language of ConsentText).
    pub(crate) fn free_key(&mut self, key: &str) -> &mut Self {
        self.text_leaf("key", key, "key");
        self
    }
    /// A string; `what` names it in the error.
    pub(crate) fn string(&mut self, what: &'static str, value: &str) {
        self.text_leaf("string", value, what);
    }
    /// A string under a key of the same name.
    pub(crate) fn entry(&mut self, key: &'static str, value: &str) {
        self.key(key).string(key, value);
    }
    /// A whole number.
    pub(crate) fn integer(&mut self, value: i64) {
        self.leaf("integer", &value.to_string());
    }
    /// `<true/>` or `<false/>`.
    pub(crate) fn boolean(&mut self, value: bool) {
        self.indent();
        self.raw(if value { "<true/>\n" } else { "<false/>\n" });
    }
    /// Base64.
    pub(crate) fn data(&mut self, value: &[u8]) {
        let text = Zeroizing::new(STANDARD.encode(value));
        self.leaf("data", &text);
    }
    /// UTC with `Z`, no fractions.
    pub(crate) fn date(&mut self, value: Timestamp) {
        self.leaf("date", &value.to_string());
    }
    /// Remembers why the value cannot be written.
    pub(crate) fn refuse(&mut self, what: &'static str, reason: impl Into<String>) {
        self.refused.get_or_insert(Error::Unencodable { what, reason: reason.into() });
    }

    fn nested(&mut self, tag: &str, content: impl FnOnce(&mut Self)) {
        self.indent();
        self.raw("<");
        self.raw(tag);
        self.raw(">\n");
        self.depth += 1;
        content(self);
        self.depth -= 1;
        self.indent();
        self.raw("</");
        self.raw(tag);
        self.raw(">\n");
    }

    fn leaf(&mut self, tag: &str, escaped: &str) {
        self.indent();
        for part in ["<", tag, ">", escaped, "</", tag, ">\n"] {
            self.raw(part);
        }
    }

    fn text_leaf(&mut self, tag: &str, text: &str, what: &'static str) {
        self.indent();
        self.raw("<");
        self.raw(tag);
        self.raw(">");
        let mut utf8 = [0; 4];
        for c in text.chars() {
            match c {
                '&' => self.raw("&amp;"),
                '<' => self.raw("&lt;"),
                '>' => self.raw("&gt;"),
                // Written as itself, a parser would read LF (XML 1.0, 2.11).
                '\r' => self.raw("&#13;"),
                '\t' | '\n' => self.raw(c.encode_utf8(&mut utf8)),
                // Not a Char of XML 1.0, 2.2: no reference can say it either.
                '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => self.refuse(what, "it has a character that XML cannot hold"),
                _ => self.raw(c.encode_utf8(&mut utf8)),
            }
        }
        utf8.zeroize();
        self.raw("</");
        self.raw(tag);
        self.raw(">\n");
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.raw("\t");
        }
    }

    /// Appends without leaving an unwiped copy behind when the buffer grows.
    fn raw(&mut self, text: &str) {
        if self.out.capacity() - self.out.len() < text.len() {
            let mut larger = Zeroizing::new(Vec::with_capacity((self.out.len() + text.len()) * 2));
            larger.extend_from_slice(&self.out);
            self.out = larger;
        }
        self.out.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_looks_like_markup_comes_back_unchanged() {
        let text = "a & b <c> \"d\" ]]> \u{202e}é\r\n\tz";
        let mut w = PlistWriter::new();
        w.dict(|w| w.entry("k", text));
        let bytes = w.finish().unwrap();
        let value = ::plist::Value::from_reader_xml(bytes.as_slice()).unwrap();
        assert_eq!(value.as_dictionary().unwrap().get("k").unwrap().as_string(), Some(text));
    }

    #[test]
    fn control_characters_are_refused_with_the_name_of_the_field() {
        let mut w = PlistWriter::new();
        w.dict(|w| w.entry("SSID_STR", "a\0b"));
        assert!(matches!(w.finish(), Err(Error::Unencodable { what: "SSID_STR", .. })));
    }

    #[test]
    fn a_document_larger_than_its_first_buffer_is_complete() {
        let long = "x".repeat(50_000);
        let mut w = PlistWriter::new();
        w.array(|w| w.string("s", &long));
        let value = ::plist::Value::from_reader_xml(w.finish().unwrap().as_slice()).unwrap();
        assert_eq!(value.as_array().unwrap()[0].as_string(), Some(long.as_str()));
    }
}
