//! Device attributes: what a device says of itself. Self-asserted text; only the challenge and the signature prove anything.

use crate::Error;
use plist::Value;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// An attribute that a Profile Service profile may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeviceAttribute {
    /// `UDID`
    Udid,
    /// `SERIAL`
    Serial,
    /// `PRODUCT`, e.g. `iPhone15,2`
    Product,
    /// `VERSION`: the build, e.g. `22B83`
    Version,
    /// `OS_VERSION`, e.g. `18.1` (undocumented; current iOS answers it)
    OsVersion,
    /// `LANGUAGE`
    Language,
    /// `IMEI`
    Imei,
    /// `MEID`
    Meid,
    /// `ICCID` (current iOS leaves it out)
    Iccid,
    /// `MAC_ADDRESS_EN0` (current iOS leaves it out)
    MacAddress,
    /// `DEVICE_NAME` (current iOS leaves it out)
    DeviceName,
}

impl DeviceAttribute {
    /// The key in the property list.
    pub fn as_str(self) -> &'static str {
        match self {
            DeviceAttribute::Udid => "UDID",
            DeviceAttribute::Serial => "SERIAL",
            DeviceAttribute::Product => "PRODUCT",
            DeviceAttribute::Version => "VERSION",
            DeviceAttribute::OsVersion => "OS_VERSION",
            DeviceAttribute::Language => "LANGUAGE",
            DeviceAttribute::Imei => "IMEI",
            DeviceAttribute::Meid => "MEID",
            DeviceAttribute::Iccid => "ICCID",
            DeviceAttribute::MacAddress => "MAC_ADDRESS_EN0",
            DeviceAttribute::DeviceName => "DEVICE_NAME",
        }
    }
}

/// The attributes a device sent. No `Debug`: they hold the challenge.
pub struct DeviceAttributes {
    /// `CHALLENGE`: phase 2 only.
    pub challenge: Option<Zeroizing<String>>,
    values: BTreeMap<String, String>,
}

impl DeviceAttributes {
    /// Largest attributes property list read, octets.
    pub const MAX_LEN: usize = 16 * 1024;
    /// Most attributes kept.
    pub const MAX_COUNT: usize = 64;
    /// Longest key or value, characters.
    pub const MAX_CHARACTERS: usize = 256;

    /// Reads an XML or binary property list whose root is a dictionary. Empty strings count as absent, numbers and booleans
    /// become text, other values of unknown keys are passed over.
    pub fn from_plist(bytes: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "device attributes";
        let malformed = Error::Malformed { what: WHAT };
        let too_large = Error::TooLarge { what: WHAT };
        if bytes.len() > Self::MAX_LEN {
            return Err(too_large);
        }
        let root = if bytes.starts_with(b"bplist") {
            // Objects may be shared: a few nested arrays would unfold to any size.
            if !is_flat_binary(bytes) {
                return Err(malformed);
            }
            Value::from_reader(std::io::Cursor::new(bytes))
        } else {
            // Apple's document type names no entities of its own.
            if bytes.windows(8).any(|w| w.eq_ignore_ascii_case(b"<!ENTITY")) || has_internal_subset(bytes) {
                return Err(malformed);
            }
            Value::from_reader_xml(bytes)
        };
        let root = root.ok().and_then(Value::into_dictionary).ok_or(malformed.clone())?;
        if root.len() > Self::MAX_COUNT {
            return Err(too_large);
        }
        let mut attributes = DeviceAttributes { challenge: None, values: BTreeMap::new() };
        for (key, value) in root {
            let text = match value {
                Value::String(text) => text,
                Value::Data(data) => match String::from_utf8(data) {
                    Ok(text) => text,
                    Err(_) if key == "CHALLENGE" => return Err(malformed),
                    Err(_) => continue,
                },
                Value::Boolean(value) => value.to_string(),
                Value::Integer(value) => value.to_string(),
                Value::Real(value) => value.to_string(),
                _ if key == "CHALLENGE" => return Err(malformed),
                _ => continue,
            };
            if key.chars().count() > Self::MAX_CHARACTERS || text.chars().count() > Self::MAX_CHARACTERS {
                return Err(too_large);
            }
            if key == "CHALLENGE" {
                let text = Zeroizing::new(text);
                attributes.challenge = (!text.is_empty()).then_some(text);
            } else if !text.trim().is_empty() {
                attributes.values.insert(key, text);
            }
        }
        Ok(attributes)
    }

    /// One attribute, when the device sent it and it is not empty.
    pub fn get(&self, attribute: DeviceAttribute) -> Option<&str> {
        self.values.get(attribute.as_str()).map(String::as_str)
    }

    /// All attributes but the challenge, by name; also those that we did not ask for.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// (major, minor) of iOS: from `OS_VERSION`, else the major version alone that the build of `VERSION` belongs to; `None` when
    /// neither says it.
    pub fn ios_version(&self) -> Option<(u16, Option<u16>)> {
        if let Some(version) = self.get(DeviceAttribute::OsVersion) {
            let mut parts = version.trim().split('.').map(str::parse);
            if let Some(Ok(major)) = parts.next() {
                return Some((major, parts.next().and_then(Result::ok)));
            }
        }
        let build = self.get(DeviceAttribute::Version)?.trim();
        let train: u16 = build.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        // Build trains: 8 was iOS 4, 22 is iOS 18; Apple then went on from 18 to 26.
        match train {
            8..=22 => Some((train - 4, None)),
            23.. => Some((train.saturating_add(3), None)),
            _ => None,
        }
    }
}

/// A document type declaration with a `[`, i.e. with declarations of its own.
fn has_internal_subset(bytes: &[u8]) -> bool {
    let Some(start) = bytes.windows(9).position(|w| w.eq_ignore_ascii_case(b"<!DOCTYPE")) else { return false };
    bytes.iter().skip(start).take_while(|b| **b != b'>').any(|b| *b == b'[')
}

/// A binary property list whose only container is its root (format: 8 octets of magic, objects, offset table, 32 octets of trailer).
fn is_flat_binary(bytes: &[u8]) -> bool {
    let number = |range: std::ops::Range<usize>| {
        bytes.get(range).filter(|b| b.len() <= 8).map(|b| b.iter().fold(0_u64, |n, o| (n << 8) | u64::from(*o)))
    };
    let Some(trailer) = bytes.len().checked_sub(32) else { return false };
    let offset_size = bytes.get(trailer + 6).copied().map_or(0, usize::from);
    let (Some(count), Some(table)) = (number(trailer + 8..trailer + 16), number(trailer + 24..trailer + 32)) else { return false };
    let (Ok(count), Ok(table)) = (usize::try_from(count), usize::try_from(table)) else { return false };
    // Each object takes at least an octet, so more than the message has is a lie.
    if count > bytes.len() || offset_size == 0 {
        return false;
    }
    let mut containers = 0;
    for index in 0..count {
        let Some(start) = table.checked_add(index * offset_size) else { return false };
        let Some(at) = start.checked_add(offset_size).and_then(|end| number(start..end)) else { return false };
        let Some(marker) = usize::try_from(at).ok().and_then(|at| bytes.get(at)) else { return false };
        // 0xA array, 0xB and 0xC sets, 0xD dictionary
        containers += usize::from((0xa0..=0xdf).contains(marker));
    }
    containers == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(body: &str) -> Vec<u8> {
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">{body}</plist>")
            .into_bytes()
    }

    fn read(body: &str) -> Result<DeviceAttributes, Error> {
        DeviceAttributes::from_plist(&document(body))
    }

    #[test]
    fn what_an_iphone_sends_in_phase_2_is_read() {
        let a = read(
            "<dict><key>CHALLENGE</key><string>k2xW9mQ7Zt4uVYbR0sN8cA</string><key>IMEI</key><string>35 000000 000000 0</string>
             <key>LANGUAGE</key><string>de-DE</string><key>OS_VERSION</key><string>18.1</string><key>PRODUCT</key><string>iPhone17,1</string>
             <key>UDID</key><string>00008140-000000000000001E</string><key>VERSION</key><string>22B83</string></dict>",
        )
        .unwrap();
        assert_eq!(a.challenge.as_deref().map(String::as_str), Some("k2xW9mQ7Zt4uVYbR0sN8cA"));
        assert_eq!(a.get(DeviceAttribute::Product), Some("iPhone17,1"));
        assert_eq!(a.ios_version(), Some((18, Some(1))));
        assert_eq!(a.get(DeviceAttribute::Meid), None);
        assert_eq!(a.iter().count(), 6, "the challenge is not among what may be shown");
    }

    #[test]
    fn a_challenge_of_type_data_is_the_same_challenge() {
        let a = read("<dict><key>CHALLENGE</key><data>azJ4Vw==</data></dict>").unwrap();
        assert_eq!(a.challenge.as_deref().map(String::as_str), Some("k2xW"));
        assert!(read("<dict><key>CHALLENGE</key><data>//8=</data></dict>").is_err(), "not text");
        assert!(read("<dict><key>CHALLENGE</key><array/></dict>").is_err());
    }

    #[test]
    fn empty_values_count_as_absent_and_odd_ones_are_tolerated() {
        let a = read(
            "<dict><key>CHALLENGE</key><string></string><key>IMEI</key><string> </string><key>NotOnConsole</key><false/>
             <key>Number</key><integer>7</integer><key>List</key><array><string>x</string></array><key>Blob</key><data>//8=</data></dict>",
        )
        .unwrap();
        assert!(a.challenge.is_none());
        assert_eq!(a.iter().collect::<Vec<_>>(), [("NotOnConsole", "false"), ("Number", "7")]);
    }

    #[test]
    fn a_build_alone_says_the_major_version() {
        let ios = |build: &str| read(&format!("<dict><key>VERSION</key><string>{build}</string></dict>")).unwrap().ios_version();
        assert_eq!(ios("19H12"), Some((15, None)));
        assert_eq!(ios("21F90"), Some((17, None)), "17.5, which the build does not say");
        assert_eq!(ios("23A341"), Some((26, None)));
        assert_eq!(ios("garbage"), None);
        assert_eq!(ios("99999999999A"), None);
        assert_eq!(ios("65535A"), Some((65535, None)));
        let version = |text: &str| read(&format!("<dict><key>OS_VERSION</key><string>{text}</string></dict>")).unwrap().ios_version();
        assert_eq!(version("18.0"), Some((18, Some(0))));
        assert_eq!(version("18"), Some((18, None)));
    }

    #[test]
    fn documents_that_unfold_or_overflow_are_refused() {
        let bomb = b"<?xml version=\"1.0\"?><!DOCTYPE plist [<!ENTITY a \"aaaa\">]><plist><dict><key>UDID</key><string>&a;</string></dict></plist>";
        assert!(DeviceAttributes::from_plist(bomb).is_err());
        assert!(DeviceAttributes::from_plist(&vec![b' '; DeviceAttributes::MAX_LEN + 1]).is_err());
        assert!(read(&format!("<dict><key>A</key><string>{}</string></dict>", "x".repeat(257))).is_err());
        assert!(read(&format!("<dict><key>{}</key><string>x</string></dict>", "x".repeat(257))).is_err());
        let many: String = (0..65).map(|n| format!("<key>{n}</key><string>x</string>")).collect();
        assert!(read(&format!("<dict>{many}</dict>")).is_err());
        assert!(
            read(&format!("<dict><key>A</key>{}{}</dict>", "<array>".repeat(900), "</array>".repeat(900)))
                .is_ok_and(|a| a.iter().count() == 0)
        );
        for wrong in ["", "<array/>", "<string>x</string>", "<dict>", "<dict><key>A</key></dict>"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(DeviceAttributes::from_plist(b"").is_err());
        assert!(DeviceAttributes::from_plist(b"\xff\xfe").is_err());
    }

    #[test]
    fn a_binary_list_is_read_when_flat_and_refused_when_nested() {
        let binary = |value: &Value| {
            let mut out = Vec::new();
            value.to_writer_binary(&mut out).unwrap();
            out
        };
        let mut root = plist::Dictionary::new();
        root.insert("UDID".into(), Value::String("00008140".into()));
        let flat = binary(&Value::Dictionary(root.clone()));
        assert_eq!(DeviceAttributes::from_plist(&flat).unwrap().get(DeviceAttribute::Udid), Some("00008140"));
        root.insert("LIST".into(), Value::Array(vec![Value::Array(vec![])]));
        assert!(DeviceAttributes::from_plist(&binary(&Value::Dictionary(root))).is_err());
        for end in 0..flat.len() {
            assert!(DeviceAttributes::from_plist(&flat[..end]).is_err(), "cut at {end}");
        }
        let mut spoiled = flat.clone();
        for at in 0..flat.len() {
            for bit in 0..8 {
                spoiled[at] ^= 1 << bit;
                let _ = DeviceAttributes::from_plist(&spoiled);
                spoiled[at] = flat[at];
            }
        }
    }
}
