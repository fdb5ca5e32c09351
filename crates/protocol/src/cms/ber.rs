//! A small bounded reader of BER (X.690 section 8): indefinite lengths, long-form lengths and constructed strings, as iPhones,
//! Java and Go clients send them. It works on the received octets without copying, so that signatures can be checked over them;
//! [`Element::to_der`] makes a canonical copy where one is needed.

use super::{MAX_DEPTH, MAX_LEN};
use crate::Error;
use std::borrow::Cow;

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OID: u8 = 0x06;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
const CONSTRUCTED: u8 = 0x20;
const HIGH_TAG: u8 = 0x1f;
const UNIVERSAL_MASK: u8 = 0xc0;

/// Context-specific constructed tag `[n]`.
pub(crate) const fn context(n: u8) -> u8 {
    0xa0 | n
}

/// One element as received.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    /// Identifier octet: class, constructed bit and number.
    pub(crate) tag: u8,
    /// Content octets, without the end-of-contents octets of an indefinite length.
    pub(crate) body: &'a [u8],
    /// The whole element with its header.
    pub(crate) raw: &'a [u8],
    depth: usize,
}

enum Length {
    Definite(usize),
    Indefinite,
}

const CUT: Error = Error::Malformed { what: "BER" };
const DEEP: Error = Error::TooLarge { what: "BER nesting" };

/// Identifier octet, length and header size.
fn header(bytes: &[u8]) -> Result<(u8, Length, usize), Error> {
    let (&tag, rest) = bytes.split_first().ok_or(CUT)?;
    if tag & HIGH_TAG == HIGH_TAG {
        return Err(CUT);
    }
    let (&first, rest) = rest.split_first().ok_or(CUT)?;
    match first {
        0..0x80 => Ok((tag, Length::Definite(usize::from(first)), 2)),
        0x80 if tag & CONSTRUCTED != 0 => Ok((tag, Length::Indefinite, 2)),
        0x81..=0x88 => {
            let count = usize::from(first & 0x7f);
            let octets = rest.get(..count).ok_or(CUT)?;
            let length = octets.iter().try_fold(0usize, |n, &o| if n > MAX_LEN { None } else { Some(n << 8 | usize::from(o)) });
            Ok((tag, Length::Definite(length.ok_or(CUT)?), 2 + count))
        }
        _ => Err(CUT),
    }
}

/// Length of the content of an indefinite element whose content starts at `bytes`, without its end-of-contents octets.
fn indefinite_length(bytes: &[u8], depth: usize) -> Result<usize, Error> {
    let (mut at, mut open) = (0usize, 1usize);
    loop {
        let rest = bytes.get(at..).ok_or(CUT)?;
        if rest.starts_with(&[0, 0]) {
            open -= 1;
            if open == 0 {
                return Ok(at);
            }
            at += 2;
            continue;
        }
        let (_, length, header) = header(rest)?;
        at += header;
        match length {
            Length::Definite(n) => at = at.checked_add(n).ok_or(CUT)?,
            Length::Indefinite => {
                open += 1;
                if depth + open > MAX_DEPTH {
                    return Err(DEEP);
                }
            }
        }
    }
}

/// Elements one after another.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    depth: usize,
}

impl<'a> Reader<'a> {
    /// The next element; an end of the input is malformed here.
    pub(crate) fn next(&mut self) -> Result<Element<'a>, Error> {
        if self.depth >= MAX_DEPTH {
            return Err(DEEP);
        }
        let (tag, length, header) = header(self.rest)?;
        if tag == 0 {
            return Err(CUT);
        }
        let content = self.rest.get(header..).ok_or(CUT)?;
        let (n, trailer) = match length {
            Length::Definite(n) => (n, 0),
            Length::Indefinite => (indefinite_length(content, self.depth)?, 2),
        };
        let body = content.get(..n).ok_or(CUT)?;
        let (raw, rest) = self.rest.split_at_checked(header + n + trailer).ok_or(CUT)?;
        self.rest = rest;
        Ok(Element { tag, body, raw, depth: self.depth + 1 })
    }

    /// The next element, which must have this tag.
    pub(crate) fn expect(&mut self, tag: u8) -> Result<Element<'a>, Error> {
        let element = self.next()?;
        if element.tag == tag { Ok(element) } else { Err(CUT) }
    }

    /// The next element if it has this tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, Error> {
        if self.rest.first() == Some(&tag) { self.next().map(Some) } else { Ok(None) }
    }

    /// Nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}

/// Exactly one element that fills `bytes`, within the size limit.
pub(crate) fn parse(bytes: &[u8]) -> Result<Element<'_>, Error> {
    if bytes.len() > MAX_LEN {
        return Err(Error::TooLarge { what: "message" });
    }
    let mut reader = Reader { rest: bytes, depth: 0 };
    let element = reader.next()?;
    if reader.is_empty() { Ok(element) } else { Err(CUT) }
}

impl<'a> Element<'a> {
    /// Its children.
    pub(crate) fn children(&self) -> Reader<'a> {
        Reader { rest: self.body, depth: self.depth }
    }

    /// This element if it has the tag.
    pub(crate) fn with_tag(self, tag: u8) -> Result<Self, Error> {
        if self.tag == tag { Ok(self) } else { Err(CUT) }
    }

    /// The only child, e.g. of an EXPLICIT tag.
    pub(crate) fn only_child(&self) -> Result<Element<'a>, Error> {
        let mut children = self.children();
        let child = children.next()?;
        if children.is_empty() { Ok(child) } else { Err(CUT) }
    }

    /// Octets of a string that may be constructed; `primitive` is its tag in primitive form. Segments are OCTET STRINGs.
    pub(crate) fn octets(&self, primitive: u8) -> Result<Cow<'a, [u8]>, Error> {
        if self.tag == primitive {
            return Ok(Cow::Borrowed(self.body));
        }
        if self.tag != primitive | CONSTRUCTED {
            return Err(CUT);
        }
        let mut joined = Vec::with_capacity(self.body.len());
        self.join(OCTET_STRING, &mut joined)?;
        Ok(Cow::Owned(joined))
    }

    fn join(&self, segment: u8, into: &mut Vec<u8>) -> Result<(), Error> {
        let mut children = self.children();
        while !children.is_empty() {
            let child = children.next()?;
            if child.tag == segment || child.tag == OCTET_STRING {
                into.extend_from_slice(child.body);
            } else if child.tag == segment | CONSTRUCTED || child.tag == OCTET_STRING | CONSTRUCTED {
                child.join(segment, into)?;
            } else {
                return Err(CUT);
            }
        }
        Ok(())
    }

    /// Canonical copy: definite minimal lengths, primitive strings, SETs sorted (X.690 sections 10 and 11).
    pub(crate) fn to_der(self) -> Result<Vec<u8>, Error> {
        let mut out = Vec::with_capacity(self.raw.len());
        self.write_der(self.tag, &mut out)?;
        Ok(out)
    }

    /// The same under another tag, e.g. SET instead of an IMPLICIT `[0]`.
    pub(crate) fn to_der_as(self, tag: u8) -> Result<Vec<u8>, Error> {
        let mut out = Vec::with_capacity(self.raw.len());
        self.write_der(tag, &mut out)?;
        Ok(out)
    }

    fn write_der(&self, tag: u8, out: &mut Vec<u8>) -> Result<(), Error> {
        if tag & CONSTRUCTED == 0 {
            tlv(out, tag, self.body);
            return Ok(());
        }
        // A constructed universal type other than SEQUENCE and SET is a string in segments.
        if tag & UNIVERSAL_MASK == 0 && tag != SEQUENCE && tag != SET {
            let primitive = tag & !CONSTRUCTED;
            if primitive == BIT_STRING {
                return Err(CUT);
            }
            let mut joined = Vec::with_capacity(self.body.len());
            self.join(primitive, &mut joined)?;
            tlv(out, primitive, &joined);
            return Ok(());
        }
        let mut encoded = Vec::new();
        let mut children = self.children();
        while !children.is_empty() {
            encoded.push(children.next()?.to_der()?);
        }
        if tag == SET {
            encoded.sort();
        }
        tlv(out, tag, &encoded.concat());
        Ok(())
    }
}

/// Appends one DER element.
pub(crate) fn tlv(out: &mut Vec<u8>, tag: u8, body: &[u8]) {
    tlv_parts(out, tag, &[body]);
}

/// Appends one DER element whose content is in several parts.
pub(crate) fn tlv_parts(out: &mut Vec<u8>, tag: u8, parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|p| p.len()).sum();
    out.reserve(length + 6);
    out.push(tag);
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let octets = length.to_be_bytes();
        let skip = octets.iter().take_while(|o| **o == 0).count();
        out.push(0x80 | (octets.len() - skip) as u8);
        out.extend(octets.iter().skip(skip));
    }
    for part in parts {
        out.extend_from_slice(part);
    }
}

/// One DER element of several parts.
pub(crate) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    tlv_parts(&mut out, tag, parts);
    out
}

/// Dotted form of the content octets of an OBJECT IDENTIFIER.
pub(crate) fn dotted(body: &[u8]) -> Result<String, Error> {
    use std::fmt::Write;
    let mut text = String::new();
    let mut arc = 0u64;
    let mut complete = false;
    for &octet in body {
        if arc > u64::MAX >> 8 {
            return Err(CUT);
        }
        arc = arc << 7 | u64::from(octet & 0x7f);
        complete = octet & 0x80 == 0;
        if complete {
            let written = if text.is_empty() {
                let top = (arc / 40).min(2);
                write!(text, "{top}.{}", arc - top * 40)
            } else {
                write!(text, ".{arc}")
            };
            written.map_err(|_| CUT)?;
            arc = 0;
        }
    }
    if complete { Ok(text) } else { Err(CUT) }
}

/// Content octets of a dotted OBJECT IDENTIFIER.
pub(crate) fn oid_body(dotted: &str) -> Result<Vec<u8>, Error> {
    let oid = const_oid::ObjectIdentifier::new(dotted)
        .map_err(|_| Error::Unencodable { what: "object identifier", reason: format!("{dotted} is not a dotted OID") })?;
    Ok(oid.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indefinite_lengths_and_segments_are_read_and_made_canonical() {
        // SEQUENCE (indefinite) { OCTET STRING (constructed, indefinite) { "ab", "c" }, SET { 2, 1 } }
        let ber = [0x30, 0x80, 0x24, 0x80, 4, 2, b'a', b'b', 4, 0x81, 1, b'c', 0, 0, 0x31, 6, 2, 1, 2, 2, 1, 1, 0, 0];
        let outer = parse(&ber).unwrap();
        let mut children = outer.children();
        assert_eq!(&*children.next().unwrap().octets(OCTET_STRING).unwrap(), b"abc");
        assert_eq!(children.next().unwrap().tag, SET);
        assert!(children.is_empty());
        assert_eq!(outer.to_der().unwrap(), [0x30, 13, 4, 3, b'a', b'b', b'c', 0x31, 6, 2, 1, 1, 2, 1, 2]);
    }

    #[test]
    fn nested_bombs_are_refused_at_once() {
        let mut bomb = [0x30u8, 0x80].repeat(30_000);
        assert_eq!(parse(&bomb).err(), Some(DEEP));
        bomb.extend([0, 0].repeat(2_000));
        assert_eq!(parse(&bomb).err(), Some(DEEP));
        // definite lengths: the reader goes down one level at a time and stops at the limit
        let mut nested = vec![5u8, 0];
        for _ in 0..200 {
            nested = element(SEQUENCE, &[&nested]);
        }
        let mut element = parse(&nested).unwrap();
        let depth = loop {
            match element.only_child() {
                Ok(child) => element = child,
                Err(error) => break error,
            }
        };
        assert_eq!(depth, DEEP);
        assert_eq!(parse(&nested).unwrap().to_der().err(), Some(DEEP));
    }

    #[test]
    fn lengths_that_lie_are_refused() {
        for bytes in [
            &[0x30, 5, 0][..],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x30, 0x80],
            &[4, 0x80, 0, 0],
            &[],
            &[0x1f, 0x81, 0],
            &[0x30, 0x89, 0],
        ] {
            assert!(parse(bytes).is_err(), "{bytes:02x?}");
        }
        assert!(matches!(parse(&vec![0; MAX_LEN + 1]), Err(Error::TooLarge { .. })));
    }

    #[test]
    fn object_identifiers_have_their_dotted_form() {
        for oid in ["1.2.840.113549.1.7.2", "2.16.840.1.113733.1.9.2", "0.9.2342.19200300.100.1.1", "2.25.1"] {
            assert_eq!(dotted(&oid_body(oid).unwrap()).unwrap(), oid);
        }
        assert!(dotted(&[0x2a, 0x86]).is_err());
        assert!(dotted(&[0xff; 12]).is_err());
        assert!(dotted(&[]).is_err());
    }
}
