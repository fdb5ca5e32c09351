//! Secrets that people and devices carry: link tokens, codes, challenges, session cookies. Stored hashed only.

use zeroize::Zeroizing;

/// 128 random bits, base64url without padding (22 characters). No `Debug`, wiped when dropped.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);
impl Token {
    /// A new one from the system's random source.
    pub fn random() -> crate::Result<Self> {
        todo!()
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
        todo!()
    }
}

/// A sign-in code: 8 characters of Crockford's base 32, shown as `ABCD-EFGH`; read in any case, blanks and dashes ignored, O=0, I=L=1.
#[derive(Clone)]
pub struct Code(Zeroizing<String>);
impl Code {
    /// A new one.
    pub fn random() -> crate::Result<Self> {
        todo!()
    }
    /// As typed by a person.
    pub fn typed(text: &str) -> Self {
        let _ = text;
        todo!()
    }
    /// With its dash, for showing once.
    pub fn reveal(&self) -> String {
        todo!()
    }
    /// The normalised text for hashing.
    pub fn normalized(&self) -> &str {
        &self.0
    }
}

/// Fills from the system's random source.
pub fn random<const N: usize>() -> crate::Result<[u8; N]> {
    let mut out = [0; N];
    getrandom::fill(&mut out).map_err(crate::Error::fault)?;
    Ok(out)
}
