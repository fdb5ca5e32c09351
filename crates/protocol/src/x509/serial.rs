//! Serial numbers.

use crate::Error;

const WHAT: &str = "serial number";

/// A certificate serial number: positive, at most 20 octets, minimal big-endian without the sign octet.
/// Shown as upper-case hex; read as hex in any case with leading zeros, blanks and colons ignored.
/// Certificates of other CAs may carry zero, negative or longer ones; [`SerialNumber::from_integer`] keeps those as they are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SerialNumber {
    octets: Vec<u8>,
    negative: bool,
}

impl SerialNumber {
    /// Longest serial number of a conforming CA (RFC 5280 4.1.2.2), octets.
    pub const MAX_LEN: usize = 20;

    /// From 16 random octets of the caller; the top bit is cleared and the next one set, so that it is positive and of full length.
    pub fn from_random(mut octets: [u8; 16]) -> Self {
        octets[0] = (octets[0] & 0x7f) | 0x40;
        SerialNumber { octets: octets.to_vec(), negative: false }
    }

    /// From big-endian octets, read as unsigned (DER INTEGER content of a positive number with its sign octet, or [`SerialNumber::octets`]).
    pub fn from_octets(octets: &[u8]) -> Result<Self, Error> {
        Ok(SerialNumber { octets: Self::checked(octets)?.to_vec(), negative: false })
    }

    /// The octets of [`SerialNumber::from_octets`] where they stand.
    pub(crate) fn checked(octets: &[u8]) -> Result<&[u8], Error> {
        match minimal(octets) {
            [] => Err(Error::Malformed { what: WHAT }),
            long if long.len() > Self::MAX_LEN => Err(Error::TooLarge { what: WHAT }),
            minimal => Ok(minimal),
        }
    }

    /// From the content octets of an INTEGER in a foreign certificate: any length, zero and negative numbers included.
    pub fn from_integer(content: &[u8]) -> Result<Self, Error> {
        match content.first() {
            None => Err(Error::Malformed { what: WHAT }),
            Some(first) if first & 0x80 != 0 => Ok(SerialNumber { octets: content.to_vec(), negative: true }),
            Some(_) => {
                let minimal = minimal(content);
                Ok(SerialNumber { octets: if minimal.is_empty() { vec![0] } else { minimal.to_vec() }, negative: false })
            }
        }
    }

    /// Content octets of the DER INTEGER: [`SerialNumber::octets`] with a sign octet where the top bit is set.
    pub fn integer_octets(&self) -> Vec<u8> {
        let mut content = Vec::with_capacity(self.octets.len() + 1);
        if !self.negative && self.octets.first().is_some_and(|first| first & 0x80 != 0) {
            content.push(0);
        }
        content.extend_from_slice(&self.octets);
        content
    }

    /// Reads hex as officers and programs write it.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut digits = Vec::with_capacity(40);
        for character in text.chars().filter(|c| !c.is_whitespace() && *c != ':') {
            let digit = character.to_digit(16).and_then(|digit| u8::try_from(digit).ok()).ok_or(Error::Malformed { what: WHAT })?;
            if digits.is_empty() && digit == 0 {
                continue;
            }
            if digits.len() == 2 * Self::MAX_LEN {
                return Err(Error::TooLarge { what: WHAT });
            }
            digits.push(digit);
        }
        let octets: Vec<u8> = digits.rchunks(2).rev().map(|pair| pair.iter().fold(0, |octet, digit| (octet << 4) | digit)).collect();
        Self::from_octets(&octets)
    }

    /// Minimal big-endian octets, top bit may be set.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }
}

fn minimal(octets: &[u8]) -> &[u8] {
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    octets.get(zeros..).unwrap_or_default()
}

impl std::fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.octets.iter().try_for_each(|octet| write!(f, "{octet:02X}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_serials_are_positive_and_of_full_length() {
        assert_eq!(SerialNumber::from_random([0xff; 16]).octets()[0], 0x7f);
        let low = SerialNumber::from_random([0; 16]);
        assert_eq!((low.octets()[0], low.octets().len(), low.integer_octets().len()), (0x40, 16, 16));
    }

    #[test]
    fn hex_is_read_as_people_write_it() {
        let meant = SerialNumber::from_octets(&[0x0a, 0xbc, 0xde]).unwrap();
        for text in ["ABCDE", "0abcde", "00 0a bc de", "0A:BC:DE", " abc de "] {
            assert_eq!(SerialNumber::parse(text).unwrap(), meant, "{text}");
        }
        assert_eq!(meant.to_string(), "0ABCDE");
        for bad in ["", "0", "00", "xyz", "-1", "12g"] {
            assert_eq!(SerialNumber::parse(bad), Err(Error::Malformed { what: WHAT }), "{bad}");
        }
        assert_eq!(SerialNumber::parse(&"f".repeat(40)).unwrap().octets().len(), 20);
        assert_eq!(SerialNumber::parse(&"f".repeat(41)), Err(Error::TooLarge { what: WHAT }));
    }

    #[test]
    fn foreign_serials_keep_their_octets() {
        for content in [&[0x00][..], &[0xff, 0x01], &[0x00, 0x80], &[0x01; 32]] {
            assert_eq!(SerialNumber::from_integer(content).unwrap().integer_octets(), content);
        }
        assert_ne!(SerialNumber::from_integer(&[0x80]).unwrap(), SerialNumber::from_integer(&[0x00, 0x80]).unwrap());
        assert_eq!(SerialNumber::from_octets(&[0; 3]), Err(Error::Malformed { what: WHAT }));
    }
}
