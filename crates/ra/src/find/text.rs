//! What is searched: the folded text of a certificate, and a search taken apart into what the indexes can answer.

use crate::subscriber::name::{fold, fold_number};

/// Longest search, characters.
const MAX_SEARCH: usize = 100;
/// Most words of a search.
const MAX_WORDS: usize = 8;
/// Length of what the index holds.
const TRIGRAM: usize = 3;
/// Fewest hex digits that are looked up as the beginning of a serial number or fingerprint.
const MIN_DIGITS: usize = 4;

/// A search taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Search {
    /// Folded words, all of which must stand somewhere.
    pub(super) words: Vec<String>,
    /// Hex digits of the whole text without blanks and colons, in upper case, when it is nothing else.
    pub(super) digits: Option<String>,
}

impl Search {
    /// `None`: there is nothing to search for.
    pub(super) fn new(text: Option<&str>) -> Option<Self> {
        let text: String = text?.chars().take(MAX_SEARCH).collect();
        let words: Vec<String> = fold_number(&text).split(' ').filter(|word| !word.is_empty()).take(MAX_WORDS).map(str::to_owned).collect();
        if words.is_empty() {
            return None;
        }
        let bare: String = text.chars().filter(|c| !c.is_whitespace() && *c != ':').collect();
        let hex = bare.chars().count() >= MIN_DIGITS && bare.chars().all(|c| c.is_ascii_hexdigit());
        Some(Search { words, digits: hex.then(|| bare.to_ascii_uppercase()) })
    }

    /// The query of the trigram index; `None` when every word is too short for it.
    pub(super) fn expression(&self) -> Option<String> {
        let mut trigrams: Vec<String> = Vec::new();
        for word in &self.words {
            let characters: Vec<char> = word.chars().collect();
            for three in characters.windows(TRIGRAM) {
                let quoted = format!("\"{}\"", three.iter().collect::<String>().replace('"', "\"\""));
                if !trigrams.contains(&quoted) {
                    trigrams.push(quoted);
                }
            }
        }
        (!trigrams.is_empty()).then(|| trigrams.join(" AND "))
    }

    /// The index answers it exactly: nothing to compare afterwards.
    pub(super) fn is_exact(&self) -> bool {
        self.words.iter().all(|word| word.chars().count() == TRIGRAM)
    }

    /// Every word stands in the folded text, one too short for the index at the beginning of a line only. Where all are too short,
    /// the first begins the name or an address: that is what [`super::index`] can look up.
    pub(super) fn matches(&self, text: &str) -> bool {
        let lines = || text.split('\n').enumerate();
        let looked_up = match self.words.first() {
            Some(first) if self.words.iter().all(|word| is_short(word)) => {
                lines().any(|(at, line)| is_beginning(at, line) && line.starts_with(first.as_str()))
            }
            _ => true,
        };
        let stands = |word: &String| {
            if is_short(word) { lines().any(|(_, line)| line.starts_with(word.as_str())) } else { text.contains(word.as_str()) }
        };
        looked_up && self.words.iter().all(stands)
    }
}

/// Too short for the index of trigrams.
fn is_short(word: &str) -> bool {
    word.chars().count() < TRIGRAM
}

/// Whether a line of [`lines`] is looked up by how it begins: the name, which is the first, and addresses.
pub(super) fn is_beginning(at: usize, line: &str) -> bool {
    at == 0 || line.contains('@')
}

/// The folded lines of a certificate: its name first, then addresses and other names, then its device.
pub(super) fn lines(subject: &str, san: &[String], device: &[String]) -> Vec<String> {
    let mut lines = vec![fold(&name(subject))];
    let mut add = |text: &str| {
        let line = fold(text);
        if !line.is_empty() && !lines.contains(&line) {
            lines.push(line);
        }
    };
    for value in san {
        add(value.split_once(':').map_or(value.as_str(), |(_, value)| value));
    }
    for value in device {
        add(&fold_number(value));
    }
    lines
}

/// The common names of a subject as RFC 4514 writes it; the whole subject where there is none. Organization and department are
/// the same for nearly everybody: they would find nobody and fill the index.
pub(super) fn name(subject: &str) -> String {
    let mut names: Vec<String> = Vec::new();
    for part in parts(subject) {
        if let Some((keyword, value)) = part.split_once('=')
            && (keyword.eq_ignore_ascii_case("CN") || keyword == "2.5.4.3")
        {
            names.push(unescaped(value));
        }
    }
    if names.is_empty() { unescaped(subject) } else { names.join(" ") }
}

/// The values of a subject as RFC 4514 writes it, sorted, without regard to case and blanks: as names of ours are compared (RFC 5280 7.1).
pub(super) fn values(subject: &str) -> Vec<String> {
    let value = |part: &str| part.split_once('=').map(|(_, value)| unescaped(value));
    let folded = |value: String| value.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let mut values: Vec<String> = parts(subject).into_iter().filter_map(value).map(folded).collect();
    values.sort();
    values
}

/// Splits at commas and plus signs that are not escaped.
fn parts(subject: &str) -> Vec<&str> {
    let (mut parts, mut begin, mut escaped) = (Vec::new(), 0, false);
    for (at, c) in subject.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == ',' || c == '+' {
            parts.extend(subject.get(begin..at));
            begin = at + 1;
        }
    }
    parts.extend(subject.get(begin..));
    parts
}

/// RFC 4514 2.4 backwards; pairs of hex digits are octets of UTF-8.
fn unescaped(value: &str) -> String {
    let mut octets: Vec<u8> = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first != b'\\' {
            octets.push(*first);
            rest = after;
            continue;
        }
        let pair = after.get(..2).and_then(|two| std::str::from_utf8(two).ok()).and_then(|two| u8::from_str_radix(two, 16).ok());
        match (pair, after.split_first()) {
            (Some(octet), _) => {
                octets.push(octet);
                rest = after.get(2..).unwrap_or_default();
            }
            (None, Some((character, tail))) => {
                octets.push(*character);
                rest = tail;
            }
            (None, None) => rest = after,
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_subject_is_read_whatever_stands_in_it() {
        assert_eq!(name("CN=Alice Example,OU=Physics,O=Example University"), "Alice Example");
        assert_eq!(name(r"serialNumber=2+CN=Doe\, Jane \22J\22 \C3\A9,O=X"), "Doe, Jane \"J\" é");
        assert_eq!(name("O=Nobody"), "O=Nobody");
        assert_eq!(name("CN=x\\"), "x");
    }

    #[test]
    fn subjects_are_the_same_whatever_their_case_blanks_and_order() {
        let doe = values(r"serialNumber=2+CN=Doe\,  Jane,OU=Physics,O=Example");
        assert_eq!(doe, ["2", "doe, jane", "example", "physics"]);
        assert_eq!(doe, values(r"O=EXAMPLE,CN=DOE\2C JANE,serialNumber=2,OU=physics"));
        assert_ne!(doe, values(r"CN=Doe\, Jane,OU=Physics,O=Example"));
    }

    #[test]
    fn a_search_is_taken_apart() {
        let search = Search::new(Some("  Álice  EX\"a ")).unwrap();
        assert_eq!(search.words, ["alice", "ex\"a"]);
        assert_eq!(search.expression().unwrap(), "\"ali\" AND \"lic\" AND \"ice\" AND \"ex\"\"\" AND \"x\"\"a\"");
        assert_eq!(Search::new(Some(" 0a:bC de ")).unwrap().digits.as_deref(), Some("0ABCDE"));
        assert_eq!(Search::new(Some("abc")).unwrap().digits, None, "three digits are a word");
        assert_eq!(Search::new(Some("al")).unwrap().expression(), None);
        assert_eq!(Search::new(Some("  ")), None);
        assert_eq!(Search::new(None), None);
        assert!(Search::new(Some("ali bob")).unwrap().is_exact() && !Search::new(Some("alice")).unwrap().is_exact());
    }

    #[test]
    fn short_words_are_beginnings_of_lines() {
        let text = lines("CN=Alice Example,O=X", &["rfc822Name:Alice@example.edu".into()], &["iPhone15,2".into()]).join("\n");
        assert_eq!(text, "alice example\nalice@example.edu\niphone15,2");
        let matches = |search: &str| Search::new(Some(search)).unwrap().matches(&text);
        assert!(matches("al") && matches("xample ip") && matches("LICE@"));
        assert!(!matches("li") && !matches("alice bob"));
        assert!(!matches("ip") && matches("al ip"), "a device alone is found from three characters on");
    }
}
