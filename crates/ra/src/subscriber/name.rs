//! Names of people: what is accepted, how it is folded for lists, and what looks like an imitation.

use crate::{Error, Result};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Digits of an IMEI without its check digit.
const LONG_NUMBER: usize = 14;
/// Upper bound of commonName (RFC 5280 appendix A, ub-common-name).
const MAX_CHARACTERS: usize = 64;

/// NFC with blanks folded; refused are characters that a reader cannot see or that turn the text around.
pub(crate) fn canonical(text: &str) -> Result<String> {
    let refused = |reason: &str| Err(Error::invalid("name", reason));
    // Four octets a character at most, some room for blanks: longer input is not worth normalising.
    if text.len() > 16 * MAX_CHARACTERS {
        return refused("the name is longer than 64 characters");
    }
    let composed: String = text.nfc().collect();
    if let Some(c) = composed.chars().find(|c| is_hidden(*c)) {
        return Err(Error::invalid("name", format!("the name has an invisible character (U+{:04X}); type it again", u32::from(c))));
    }
    let name = fold_blanks(&composed);
    if name.chars().count() > MAX_CHARACTERS {
        return refused("the name is longer than 64 characters");
    }
    if !name.chars().any(char::is_alphanumeric) {
        return refused("the name needs at least one letter");
    }
    Ok(name)
}

/// Controls, direction marks and overrides, and characters without a shape. The joiners U+200C and U+200D belong to some
/// languages' spelling and stay.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}'
            | '\u{e0000}'..='\u{10ffff}')
        || (u32::from(c) & 0xfffe) == 0xfffe
}

/// One blank between words, none around them.
pub(crate) fn fold_blanks(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Without accents and case: what lists are sorted and searched by.
pub(crate) fn fold(text: &str) -> String {
    let plain: String = text.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    fold_blanks(&plain.to_lowercase())
}

/// The same, but a long number that is written in groups, as phones show their IMEI, becomes one word.
pub(crate) fn fold_number(text: &str) -> String {
    let folded = fold(text);
    let long = folded.bytes().filter(u8::is_ascii_digit).count() >= LONG_NUMBER;
    if long && folded.bytes().all(|octet| octet.is_ascii_digit() || octet == b' ') { folded.replace(' ', "") } else { folded }
}

/// Letters of more than one of the scripts whose letters look alike.
pub(crate) fn mixes_scripts(name: &str) -> bool {
    let script = |c: char| match c {
        'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' if c.is_alphabetic() => Some(1_u8),
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' if c.is_alphabetic() => Some(2),
        '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{2de0}'..='\u{2dff}' | '\u{a640}'..='\u{a69f}' if c.is_alphabetic() => Some(4),
        _ => None,
    };
    name.chars().filter_map(script).fold(0, |seen, s| seen | s).count_ones() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_composed_and_its_blanks_are_folded() {
        assert_eq!(canonical("  Zoe\u{308}   Müller\u{a0}Lüdenscheidt ").unwrap(), "Zoë Müller Lüdenscheidt");
        assert_eq!(canonical("Niamh O'Connor \"Nia\"; DROP TABLE").unwrap(), "Niamh O'Connor \"Nia\"; DROP TABLE");
        assert_eq!(canonical("محمد علی").unwrap(), "محمد علی");
    }

    #[test]
    fn hostile_names_are_refused_with_the_reason() {
        for (name, reason) in [
            ("", "letter"),
            ("   ", "letter"),
            ("--", "letter"),
            ("Ali\0ce", "U+0000"),
            ("Alice\nExample", "U+000A"),
            ("Alice \u{202e}elpmaxE", "U+202E"),
            ("Alice\u{200f}", "U+200F"),
            ("Alice\u{2066}", "U+2066"),
            ("Al\u{200b}ice", "U+200B"),
            ("\u{feff}Alice", "U+FEFF"),
            ("Alice\u{e0041}", "U+E0041"),
        ] {
            let Err(Error::Invalid { field: "name", reason: said }) = canonical(name) else { panic!("{name:?} was accepted") };
            assert!(said.contains(reason), "{name:?}: {said}");
        }
    }

    #[test]
    fn sixty_four_characters_are_the_most_whatever_their_octets() {
        assert!(canonical(&"é".repeat(64)).is_ok());
        assert!(canonical(&"e\u{301}".repeat(64)).is_ok(), "counted after composing");
        for length in [65, 10_000] {
            assert!(matches!(canonical(&"x".repeat(length)), Err(Error::Invalid { field: "name", .. })));
        }
    }

    #[test]
    fn lists_ignore_accents_and_case() {
        assert_eq!(fold("José  ÁLVAREZ"), "jose alvarez");
    }

    #[test]
    fn an_imei_is_one_number_however_it_is_grouped() {
        for imei in ["35 000000 000000 0", "350000000000000", " 35000000 0000000"] {
            assert_eq!(fold_number(imei), "350000000000000");
        }
        assert_eq!(fold_number("4040 4040 404"), "4040 4040 404", "a few digits are words");
        assert_eq!(fold_number("35 000000 000000 0 A"), "35 000000 000000 0 a");
    }

    #[test]
    fn a_cyrillic_letter_in_a_latin_name_is_noticed() {
        assert!(mixes_scripts("Аlice Example"));
        assert!(mixes_scripts("Αlice Example"));
        assert!(!mixes_scripts("Алиса Пример"));
        assert!(!mixes_scripts("Oluwaseun Adéyẹmí"));
        assert!(!mixes_scripts("李明 Li"));
    }
}
