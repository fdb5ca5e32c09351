//! The `message` of a GET request, in every way that clients write base64 into a URL.

use crate::{Error, cms::MAX_LEN};
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use std::borrow::Cow;

/// Longest text read: the largest message in base64, each character escaped twice.
const MAX_TEXT: usize = MAX_LEN / 3 * 4 * 5;
/// Escapes within escapes that are undone (Juniper escapes twice).
const MAX_ESCAPES: usize = 3;

const MALFORMED: Error = Error::Malformed { what: "message parameter" };

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireNone).with_decode_allow_trailing_bits(true),
);

/// Decodes the `message` of a GET PKIOperation from the **raw** (undecoded) query, in every variant of real clients: `%2B`, raw
/// `+`, blanks, line breaks, double escapes, URL-safe alphabet, missing padding. `raw` is the whole query
/// (`operation=...&message=...`) or the parameter's value alone.
pub fn decode_get_message(raw: &str) -> Result<Vec<u8>, Error> {
    if raw.len() > MAX_TEXT {
        return Err(Error::TooLarge { what: "message parameter" });
    }
    let mut text = Cow::Borrowed(parameter(raw).as_bytes());
    for _ in 0..MAX_ESCAPES {
        if !text.contains(&b'%') {
            break;
        }
        text = Cow::Owned(unescape(&text)?);
    }
    let text = text.trim_ascii();
    // A blank was a plus sign that somebody form-decoded; where that makes no sense, it only broke lines.
    match decode(text, Some(b'+')) {
        Ok(message) if !text.contains(&b' ') || is_one_element(&message) => Ok(message),
        Err(error) if !text.contains(&b' ') => Err(error),
        _ => decode(text, None),
    }
}

/// The value of `message` when `raw` is a query, else `raw`.
fn parameter(raw: &str) -> &str {
    raw.trim_start_matches('?').split('&').find_map(|pair| pair.strip_prefix("message=")).unwrap_or(raw)
}

fn unescape(text: &[u8]) -> Result<Vec<u8>, Error> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(&octet) = rest.next() {
        if octet == b'%' {
            let mut digit = || rest.next().and_then(|d| char::from(*d).to_digit(16)).ok_or(MALFORMED);
            plain.push((digit()? << 4 | digit()?) as u8);
        } else {
            plain.push(octet);
        }
    }
    Ok(plain)
}

fn decode(text: &[u8], blank: Option<u8>) -> Result<Vec<u8>, Error> {
    let mut characters = Vec::with_capacity(text.len());
    for &octet in text {
        match octet {
            b'-' => characters.push(b'+'),
            b'_' => characters.push(b'/'),
            b' ' => characters.extend(blank),
            b'\r' | b'\n' | b'\t' => {}
            other => characters.push(other),
        }
    }
    while characters.last() == Some(&b'=') {
        characters.pop();
    }
    let message = BASE64.decode(&characters).map_err(|_| MALFORMED)?;
    match message.len() {
        0 => Err(MALFORMED),
        1..=MAX_LEN => Ok(message),
        _ => Err(Error::TooLarge { what: "message parameter" }),
    }
}

fn is_one_element(message: &[u8]) -> bool {
    crate::cms::ber::parse(message).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD as PLAIN, URL_SAFE_NO_PAD};

    /// One BER element whose base64 has `+`, `/` and padding.
    fn message() -> Vec<u8> {
        let mut message = vec![0x04, 0x81, 0xfb];
        message.extend((0..=250u8).rev());
        assert!(PLAIN.encode(&message).contains('+') && PLAIN.encode(&message).contains('/') && PLAIN.encode(&message).ends_with('='));
        message
    }

    fn escaped(text: &str) -> String {
        text.replace('%', "%25").replace('+', "%2B").replace('/', "%2f").replace('=', "%3D").replace('\n', "%0A").replace('\r', "%0d")
    }

    #[test]
    fn every_way_to_write_base64_into_a_url_is_read() {
        let message = message();
        let plain = PLAIN.encode(&message);
        let lines: String = plain.as_bytes().chunks(64).map(|l| format!("{}\n", std::str::from_utf8(l).unwrap())).collect();
        let variants = [
            plain.clone(),
            escaped(&plain),
            escaped(&escaped(&plain)),
            plain.replace('=', "%3D"),
            plain.trim_end_matches('=').to_owned(),
            plain.replace('+', " "),
            plain.replace('+', "%20"),
            URL_SAFE_NO_PAD.encode(&message),
            lines.clone(),
            escaped(&lines),
            escaped(&lines.replace('\n', "\r\n")),
            escaped(&lines.replace('\n', " ")),
        ];
        for variant in variants {
            assert_eq!(decode_get_message(&variant).unwrap(), message, "{variant}");
            assert_eq!(decode_get_message(&format!("operation=PKIOperation&message={variant}")).unwrap(), message);
            assert_eq!(decode_get_message(&format!("message={variant}&operation=PKIOperation")).unwrap(), message);
        }
    }

    #[test]
    fn what_is_no_base64_is_refused() {
        for text in ["", "message=", "!!!!", "%", "%4", "%zz", "AAAA=AAA", "A", "\u{fc}\u{fc}\u{fc}\u{fc}"] {
            assert!(matches!(decode_get_message(text), Err(Error::Malformed { .. })), "{text}");
        }
        assert!(matches!(decode_get_message(&"A".repeat(MAX_LEN * 2)), Err(Error::TooLarge { .. })));
        assert!(matches!(decode_get_message(&"A".repeat(MAX_TEXT + 1)), Err(Error::TooLarge { .. })));
    }
}
