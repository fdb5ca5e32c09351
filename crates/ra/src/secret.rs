//! Secrets that people and devices carry: link tokens, codes, challenges, session cookies. Stored hashed only.

use zeroize::Zeroizing;

/// 128 random bits, base64url without padding (22 characters). No `Debug`, wiped when dropped.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);
impl Token {
    /// A new one from the system's random source.
    pub fn random() -> crate::Result<Self> {
        use base64::Engine as _;
        let octets = Zeroizing::new(random::<16>()?);
        Ok(Token(Zeroizing::new(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(octets.as_slice()))))
    }
    /// As a peer sent it, at most 64 characters.
    pub fn received(text: &str) -> Self {
        Token(Zeroizing::new(text.chars().take(64).collect()))
    }
    /// The text: show it once, never log it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
    /// SHA-256: what is stored and looked up.
    pub fn hash(&self) -> [u8; 32] {
        protocol::digest::sha256(self.0.as_bytes())
    }
}

/// Crockford's base 32: no I, L, O, U.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A sign-in code: 8 characters of Crockford's base 32, shown as `ABCD-EFGH`; read in any case, blanks and dashes ignored, O=0, I=L=1.
#[derive(Clone)]
pub struct Code(Zeroizing<String>);
impl Code {
    /// A new one: 40 random bits.
    pub fn random() -> crate::Result<Self> {
        let octets = Zeroizing::new(random::<5>()?);
        let bits = octets.iter().fold(0u64, |bits, octet| bits << 8 | u64::from(*octet));
        let digit = |i: u32| char::from(CROCKFORD.get((bits >> (5 * i) & 31) as usize).copied().unwrap_or(b'0'));
        Ok(Code(Zeroizing::new((0..8).rev().map(digit).collect())))
    }
    /// As typed by a person.
    pub fn typed(text: &str) -> Self {
        let mut code = Zeroizing::new(String::with_capacity(16));
        let meant = text.chars().take(64).filter(|c| c.is_ascii_alphanumeric()).map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        });
        code.extend(meant.take(16));
        Code(code)
    }
    /// With its dash, for showing once.
    pub fn reveal(&self) -> String {
        match self.0.split_at_checked(4) {
            Some((first, second)) => format!("{first}-{second}"),
            None => self.0.to_string(),
        }
    }
    /// The normalised text for hashing.
    pub fn normalized(&self) -> &str {
        &self.0
    }
}

/// Password of a file that leaves here: 24 characters of Crockford's base 32 (120 random bits) in groups of four with dashes, which
/// belong to it. Nobody invents it, it is shown once.
pub struct FilePassword(Zeroizing<String>);
impl FilePassword {
    /// A new one.
    pub fn random() -> crate::Result<Self> {
        let octets = Zeroizing::new(random::<15>()?);
        // 24 characters and 5 dashes: allocated at once, so that no copy is left behind.
        let mut text = Zeroizing::new(String::with_capacity(29));
        for (group, five) in octets.chunks(5).enumerate() {
            let bits = five.iter().fold(0u64, |bits, octet| bits << 8 | u64::from(*octet));
            for digit in 0..8u32 {
                if digit % 4 == 0 && (group, digit) != (0, 0) {
                    text.push('-');
                }
                text.push(char::from(CROCKFORD.get((bits >> (5 * (7 - digit)) & 31) as usize).copied().unwrap_or(b'0')));
            }
        }
        Ok(FilePassword(text))
    }
    /// The text: show it once, never log it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Fills from the system's random source.
pub fn random<const N: usize>() -> crate::Result<[u8; N]> {
    let mut out = [0; N];
    getrandom::fill(&mut out).map_err(crate::Error::fault)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::{Code, FilePassword, Token};

    #[test]
    fn a_token_is_128_bits_in_22_characters_and_never_twice_the_same() {
        let (one, two) = (Token::random().unwrap(), Token::random().unwrap());
        assert_eq!(one.reveal().len(), 22);
        assert!(one.reveal().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "can stand in a URL as it is");
        assert_ne!(one.reveal(), two.reveal());
        assert_eq!(Token::received(one.reveal()).hash(), one.hash());
        assert_ne!(one.hash(), two.hash());
        assert_eq!(Token::received(&"x".repeat(10_000)).reveal().len(), 64, "a peer's text is cut before it is hashed");
    }

    #[test]
    fn a_file_password_has_120_bits_in_groups_that_can_be_typed() {
        let passwords: Vec<_> = (0..200).map(|_| FilePassword::random().unwrap()).collect();
        let mut seen = std::collections::HashSet::new();
        for password in &passwords {
            let groups: Vec<_> = password.reveal().split('-').collect();
            assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [4; 6]);
            assert!(password.reveal().bytes().all(|b| b == b'-' || super::CROCKFORD.contains(&b)), "no I, L, O, U");
            assert!(seen.insert(password.reveal()));
        }
        let used: std::collections::HashSet<_> = passwords.iter().flat_map(|p| p.reveal().bytes()).collect();
        assert_eq!(used.len(), 33, "every digit comes up: all 5 bits of each are random");
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = Code::random().unwrap();
        assert_eq!(code.normalized().len(), 8);
        assert!(!code.normalized().contains(['I', 'L', 'O', 'U']), "{}", code.normalized());
        let shown = code.reveal();
        assert_eq!((shown.len(), shown.find('-')), (9, Some(4)));
        for typed in
            [shown.clone(), shown.to_lowercase(), format!(" {} ", shown.replace('-', " ")), shown.replace('0', "o").replace('1', "l")]
        {
            assert_eq!(Code::typed(&typed).normalized(), code.normalized(), "{typed}");
        }
        assert_eq!(Code::typed("é\u{202e}ab").normalized(), "AB", "what is no letter or digit is no part of it");
    }
}
