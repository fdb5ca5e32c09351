//! Taking out of a text what tells whom it is about: what is known is looked for word by word, without regard to accents and case, and
//! what looks like an address, a number or a host is taken out even where nobody knows it.

use crate::{policy::Language, subscriber::name::fold};
use std::{collections::HashMap, net::IpAddr, ops::Range};
use unicode_normalization::UnicodeNormalization;

/// What something was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Person,
    Unit,
    Device,
    Serial,
    Phone,
    Host,
    Address,
}

impl Kind {
    /// The neutral word in its place.
    fn word(self, language: Language) -> &'static str {
        match (language, self) {
            (Language::English, Kind::Person) => "[a person]",
            (Language::English, Kind::Unit) => "[a department]",
            (Language::English, Kind::Device) => "[a device]",
            (Language::English, Kind::Serial) => "[a serial number]",
            (Language::English, Kind::Phone) => "[a telephone number]",
            (Language::English, Kind::Host) => "[a host]",
            (Language::English, Kind::Address) => "[a mail address]",
            (Language::French, Kind::Person) => "[une personne]",
            (Language::French, Kind::Unit) => "[un département]",
            (Language::French, Kind::Device) => "[un appareil]",
            (Language::French, Kind::Serial) => "[un numéro de série]",
            (Language::French, Kind::Phone) => "[un numéro de téléphone]",
            (Language::French, Kind::Host) => "[un hôte]",
            (Language::French, Kind::Address) => "[une adresse]",
        }
    }
}

/// Parts of names that are no names.
const TITLES: [&str; 12] = ["prof", "professor", "dr", "dott", "ing", "mr", "mrs", "ms", "mme", "mlle", "herr", "frau"];

/// A word of a text.
struct Word {
    text: usize,
    at: Range<usize>,
    folded: String,
    capital: bool,
}

/// Texts in which things are being looked for.
pub(super) struct Redaction {
    texts: Vec<String>,
    words: Vec<Word>,
    /// Where each word stands.
    places: HashMap<String, Vec<usize>>,
    found: Vec<(usize, Range<usize>, Kind)>,
}

/// A run of letters and digits, with the marks that belong to them.
fn words_of(text: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        match words.last_mut() {
            Some(last) if last.end == at && (c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)) => last.end = end,
            _ if c.is_alphanumeric() => words.push(at..end),
            _ => {}
        }
    }
    words
}

/// Scripts that write words without blanks between them.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

impl Redaction {
    pub(super) fn new(texts: impl IntoIterator<Item = String>) -> Self {
        let texts: Vec<String> = texts.into_iter().map(|text| text.nfc().collect()).collect();
        let mut words = Vec::new();
        for (number, text) in texts.iter().enumerate() {
            for at in words_of(text) {
                let word = text.get(at.clone()).unwrap_or_default();
                let capital = word.chars().next().is_some_and(|c| !c.is_lowercase());
                words.push(Word { text: number, folded: fold(word), capital, at });
            }
        }
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, word) in words.iter().enumerate() {
            places.entry(word.folded.clone()).or_default().push(place);
        }
        Redaction { texts, words, places, found: Vec::new() }
    }

    /// Looks for what is known, as a whole.
    pub(super) fn know(&mut self, kind: Kind, phrase: &str) {
        let phrase: String = phrase.nfc().collect();
        if phrase.chars().any(is_unspaced) {
            for (number, text) in self.texts.iter().enumerate() {
                self.found.extend(text.match_indices(phrase.trim()).map(|(at, part)| (number, at..at + part.len(), kind)));
            }
        }
        let sought: Vec<String> = words_of(&phrase).into_iter().map(|at| fold(phrase.get(at).unwrap_or_default())).collect();
        let Some(first) = sought.first() else { return };
        let Some(places) = self.places.get(first) else { return };
        for place in places {
            let Some(run) = self.words.get(*place..*place + sought.len()) else { continue };
            let (Some(begin), Some(end)) = (run.first(), run.last()) else { continue };
            if begin.text == end.text && run.iter().zip(&sought).all(|(word, sought)| word.folded == *sought) {
                self.found.push((begin.text, begin.at.start..end.at.end, kind));
            }
        }
    }

    /// Looks for a person's name as a whole and for each part of it. A short part counts where it is written large: "Will" is taken out,
    /// "will" stays; so does what is written between the parts of a name, such as "de la".
    pub(super) fn know_person(&mut self, name: &str) {
        self.know(Kind::Person, name);
        let name: String = name.nfc().collect();
        for at in words_of(&name) {
            let part = fold(name.get(at).unwrap_or_default());
            let letters = part.chars().count();
            if letters < 2 || TITLES.contains(&part.as_str()) || part.chars().all(|c| c.is_ascii_digit()) {
                continue;
            }
            for word in self.places.get(&part).into_iter().flatten().filter_map(|place| self.words.get(*place)) {
                if word.capital || letters >= 5 {
                    self.found.push((word.text, word.at.clone(), Kind::Person));
                }
            }
        }
    }

    /// Runs that could be serial numbers, as they are kept (hex, upper case): for the caller to look up. What is long enough to be nothing
    /// else is taken out at once.
    pub(super) fn serials(&mut self) -> Vec<(String, Hex)> {
        let mut open = Vec::new();
        let is_hex = |word: &Word| word.folded.bytes().all(|b| b.is_ascii_hexdigit());
        let mut place = 0;
        while let Some(first) = self.words.get(place) {
            let mut last = place;
            while let (Some(before), Some(next)) = (self.words.get(last), self.words.get(last + 1)) {
                let between = self.texts.get(first.text).and_then(|text| text.get(before.at.end..next.at.start));
                let joins = matches!(between, Some(" " | ":" | "\u{a0}" | "\u{202f}"));
                if !(is_hex(first) && is_hex(next) && next.text == first.text && joins) {
                    break;
                }
                last += 1;
            }
            let run = self.words.get(place..=last).unwrap_or_default();
            place = last + 1;
            let digits: String = run.iter().map(|word| word.folded.to_uppercase()).collect();
            let (Some(begin), Some(end)) = (run.first(), run.last()) else { break };
            if !run.iter().all(is_hex) || !digits.bytes().any(|b| b.is_ascii_digit()) {
                continue;
            }
            let hex = Hex { text: begin.text, at: begin.at.start..end.at.end };
            let letters = digits.bytes().any(|b| b.is_ascii_alphabetic());
            if digits.len() >= 16 || (digits.len() >= 12 && letters) {
                self.found.push((hex.text, hex.at, Kind::Serial));
                continue;
            }
            // Each word of the run by itself, too: a short serial may stand beside another number.
            if run.len() > 1 {
                open.extend(
                    run.iter()
                        .filter(|word| word.folded.bytes().any(|b| b.is_ascii_digit()))
                        .map(|word| (word.folded.to_uppercase(), Hex { text: word.text, at: word.at.clone() })),
                );
            }
            open.push((digits, hex));
        }
        open
    }

    /// The run is a serial number indeed.
    pub(super) fn is_serial(&mut self, hex: Hex) {
        self.found.push((hex.text, hex.at, Kind::Serial));
    }

    /// Looks for telephone numbers that stand in a text of the settings, down to an extension.
    pub(super) fn know_phones(&mut self, text: &str) {
        for number in words_of(text).into_iter().filter_map(|at| text.get(at)) {
            if number.len() >= 3 && number.bytes().all(|b| b.is_ascii_digit()) {
                self.know(Kind::Phone, number);
            }
        }
    }

    /// What looks like an address, a link, a host, an IP address or a telephone number.
    fn patterns(&mut self) {
        let mut found = Vec::new();
        for (number, text) in self.texts.iter().enumerate() {
            // A link is one thing with all that it asks for.
            let links = pieces(text, |c| c.is_whitespace() || "<>\"«»“”".contains(c)).into_iter().map(|piece| trimmed(text, piece));
            found.extend(
                links.filter(|at| text.get(at.clone()).is_some_and(|part| part.contains("://"))).map(|at| (number, at, Kind::Host)),
            );
            for piece in pieces(text, |c| c.is_whitespace() || "<>()[]{}\"«»“”,;!?".contains(c)) {
                let bare = trimmed(text, piece.clone());
                let part = text.get(bare.clone()).unwrap_or_default();
                if part.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty()) {
                    found.push((number, bare, Kind::Address));
                } else if is_ip(part) || is_host(part) {
                    found.push((number, bare, Kind::Host));
                }
            }
            found.extend(phones(text).into_iter().map(|at| (number, at, Kind::Phone)));
        }
        self.found.extend(found);
    }

    /// The texts in their order, with neutral words for all that was found.
    pub(super) fn texts(mut self, language: Language) -> Vec<String> {
        self.patterns();
        let mut found: Vec<Vec<(Range<usize>, Kind)>> = vec![Vec::new(); self.texts.len()];
        for (number, at, kind) in self.found {
            // A part of a host or an address is no better than the whole of it.
            let at = match (kind, self.texts.get(number)) {
                (Kind::Host | Kind::Address, Some(text)) => widened(text, at),
                _ => at,
            };
            if let Some(of_text) = found.get_mut(number) {
                of_text.push((at, kind));
            }
        }
        self.texts.iter().zip(found).map(|(text, found)| replaced(text, found, language)).collect()
    }
}

/// Digits that may be a serial number, and where they stand.
pub(super) struct Hex {
    text: usize,
    at: Range<usize>,
}

/// What stands between separators.
fn pieces(text: &str, separates: impl Fn(char) -> bool) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| !separates(*c)) {
        let end = at + c.len_utf8();
        match pieces.last_mut() {
            Some(last) if last.end == at => last.end = end,
            _ => pieces.push(at..end),
        }
    }
    pieces
}

/// Without the full stop of the sentence and the like.
fn trimmed(text: &str, at: Range<usize>) -> Range<usize> {
    let part = text.get(at.clone()).unwrap_or_default();
    let edge = |c: char| ".:,;!?()'’‘".contains(c);
    let start = at.start + (part.len() - part.trim_start_matches(edge).len());
    start..(start + part.trim_matches(edge).len())
}

/// An IP address; pairs of digits with colons between them are a serial number or a fingerprint.
fn is_ip(part: &str) -> bool {
    part.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() && !part.split(':').all(|pair| pair.len() == 2)
}

/// Three labels or more, as pki.example.edu: of two it could be a file.
fn is_host(part: &str) -> bool {
    let (host, port) = part.split_once(':').unwrap_or((part, ""));
    let labels: Vec<&str> = host.split('.').collect();
    let label = |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    let last = labels.last().copied().unwrap_or_default();
    labels.len() >= 3
        && labels.iter().all(label)
        && last.chars().count() >= 2
        && last.chars().all(char::is_alphabetic)
        && port.bytes().all(|b| b.is_ascii_digit() || b == b'/')
}

/// Seven to fifteen digits with what people write between them; a day or a time is none.
fn phones(text: &str) -> Vec<Range<usize>> {
    let part_of = |c: char| c.is_ascii_digit() || "+-./() \u{a0}\u{202f}".contains(c);
    pieces(text, |c| !part_of(c))
        .into_iter()
        .filter_map(|piece| {
            let part = text.get(piece.clone())?;
            let first = part.find(|c: char| c.is_ascii_digit() || c == '+')?;
            let last = part.rfind(|c: char| c.is_ascii_digit())?;
            let number = part.get(first..=last)?;
            let digits = number.bytes().filter(u8::is_ascii_digit).count();
            let inside_word = text.get(..piece.start + first)?.chars().next_back().is_some_and(char::is_alphanumeric)
                || text.get(piece.start + last + 1..)?.chars().next().is_some_and(char::is_alphanumeric);
            (digits >= 7 && !inside_word && !number.split([' ', '\u{a0}', '\u{202f}']).all(is_day_or_small))
                .then_some(piece.start + first..piece.start + last + 1)
        })
        .collect()
}

/// 2026-11-21, 21.11.2026, 21/11/2026, or a number of at most four digits that stands alone beside one.
fn is_day_or_small(part: &str) -> bool {
    let fields: Vec<&str> = part.trim_matches(['(', ')', '.', '-', '/']).split(['-', '.', '/']).collect();
    match fields.as_slice() {
        [year, month, day] | [day, month, year] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => true,
        [number] => number.len() <= 4 && !part.starts_with('+') && part.len() == 4 && number.starts_with(['1', '2']),
        _ => false,
    }
}

/// With all that hangs together with it.
fn widened(text: &str, at: Range<usize>) -> Range<usize> {
    let hangs = |c: char| c.is_alphanumeric() || ".-_@+/:%".contains(c);
    let before = text.get(..at.start).unwrap_or_default();
    let after = text.get(at.end..).unwrap_or_default();
    let start = before.char_indices().rev().take_while(|(_, c)| hangs(*c)).last().map_or(at.start, |(place, _)| place);
    let end = after.char_indices().take_while(|(_, c)| hangs(*c)).last().map_or(at.end, |(place, c)| at.end + place + c.len_utf8());
    let whole = trimmed(text, start..end);
    whole.start.min(at.start)..whole.end.max(at.end)
}

fn replaced(text: &str, mut found: Vec<(Range<usize>, Kind)>, language: Language) -> String {
    found.sort_by_key(|(at, kind)| (at.start, std::cmp::Reverse(at.end), std::cmp::Reverse(*kind)));
    let mut merged: Vec<(Range<usize>, Kind)> = Vec::new();
    for (at, kind) in found {
        match merged.last_mut() {
            // What overlaps is one thing; parts of one name that stand side by side are one person.
            Some((last, of)) if at.start < last.end || (kind == Kind::Person && *of == kind && joins(text, last.end, at.start)) => {
                last.end = last.end.max(at.end);
                *of = kind.max(*of);
            }
            _ => merged.push((at, kind)),
        }
    }
    let (mut out, mut done) = (String::new(), 0);
    for (at, kind) in merged {
        out.push_str(text.get(done..at.start).unwrap_or_default());
        out.push_str(kind.word(language));
        done = at.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

fn joins(text: &str, end: usize, start: usize) -> bool {
    text.get(end..start).is_some_and(|between| between.chars().all(|c| c == ' ' || c == '-' || c == '\u{a0}'))
}

#[cfg(test)]
mod tests {
    use super::{Kind, Redaction};
    use crate::policy::Language;

    fn redacted(text: &str, know: impl FnOnce(&mut Redaction)) -> String {
        let mut redaction = Redaction::new([text.to_owned()]);
        know(&mut redaction);
        redaction.texts(Language::English).remove(0)
    }

    #[test]
    fn a_name_is_found_in_every_spelling_and_its_parts_where_they_are_names() {
        let zoe = |text: &str| redacted(text, |r| r.know_person("Zoë de la Müller-Will"));
        assert_eq!(zoe("Zoë de la Müller-Will and ZOE"), "[a person] and [a person]");
        assert_eq!(zoe("zoe de la muller-will came; MÜLLER stayed"), "[a person] came; [a person] stayed");
        assert_eq!(zoe("Zoe\u{308} or Mu\u{308}ller: they will come"), "[a person] or [a person]: they will come");
        assert_eq!(zoe("It was de la part of Will's"), "It was de la part of [a person]'s");
        assert_eq!(redacted("王小明丢了手机", |r| r.know_person("王小明")), "[a person]丢了手机");
        assert_eq!(redacted("محمد علی lost it", |r| r.know_person("محمد علی")), "[a person] lost it");
        assert_eq!(redacted("Prof. Kim asked the professor", |r| r.know_person("Prof. Kim")), "[a person] asked the professor");
    }

    #[test]
    fn addresses_links_hosts_and_numbers_are_found_without_being_known() {
        let plain = |text: &str| redacted(text, |r| drop(r.serials()));
        for (text, expected) in [
            ("Mail to a.b+c@example.org.", "Mail to [a mail address]."),
            ("see <https://pki.example.edu:8443/e/AbC?x=1>!", "see <[a host]>!"),
            ("on 192.168.1.5, fd00::1 and pki.example.edu", "on [a host], [a host] and [a host]"),
            ("call +41 22 379 71 11 or (022) 379-7111", "call [a telephone number] or ([a telephone number]"),
            ("serial 2C81 D40E 9B57 03AF, 2c:81:d4:0e:9b:57:03:af", "serial [a serial number], [a serial number]"),
            (
                "on 2026-11-21 at 10:30, 21.11.2026, 90 days, iOS 18.3.1, 1 284 rows",
                "on 2026-11-21 at 10:30, 21.11.2026, 90 days, iOS 18.3.1, 1 284 rows",
            ),
            ("from 2026-11-21 2027-01-15 on", "from 2026-11-21 2027-01-15 on"),
            ("e.g. the file staff.csv. And so on...", "e.g. the file staff.csv. And so on..."),
        ] {
            assert_eq!(plain(text), expected);
        }
    }

    #[test]
    fn what_hangs_on_a_known_host_goes_with_it() {
        let known = |text: &str| redacted(text, |r| r.know(Kind::Host, "example.edu"));
        assert_eq!(known("laptop17.Example.EDU/pki and (example.edu)."), "[a host] and ([a host]).");
        let unit = |text: &str| redacted(text, |r| r.know(Kind::Unit, "Department of Physics"));
        assert_eq!(unit("The department of  PHYSICS; the department"), "The [a department]; the department");
        let phone = |text: &str| redacted(text, |r| r.know_phones("Rosa, extension 4411"));
        assert_eq!(phone("Dial 4411, not 44112"), "Dial [a telephone number], not 44112");
    }

    #[test]
    fn overlapping_finds_are_one_and_french_has_its_words() {
        let mut redaction = Redaction::new(["Alice Example (alice@example.edu) a appelé.".to_owned(), "Rien".to_owned()]);
        redaction.know_person("Alice Example");
        redaction.know(Kind::Address, "alice@example.edu");
        redaction.know(Kind::Host, "example.edu");
        assert_eq!(redaction.texts(Language::French), ["[une personne] ([une adresse]) a appelé.", "Rien"]);
    }
}
