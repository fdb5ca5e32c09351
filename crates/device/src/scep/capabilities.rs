//! GetCACaps (RFC 8894 3.5.2) with the rules of Apple's client.

use super::Algorithms;
use crate::{
    Encoding, ScepError,
    wire::{ContentCipher, Digest, KeyTransport},
};

/// What the server says it can. Words are compared exactly; `SCEPStandard` implies nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    words: Vec<String>,
}

impl Capabilities {
    /// Splits at LF and CR.
    pub fn parse(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        Capabilities { words: text.split(['\n', '\r']).filter(|w| !w.is_empty()).map(str::to_owned).collect() }
    }
    /// This very word is there.
    pub fn has(&self, word: &str) -> bool {
        self.words.iter().any(|w| w == word)
    }
    /// What an iPhone uses then: AES-128 or else triple DES, the highest SHA; no SHA word at all ends the enrollment (22006).
    pub fn as_an_iphone(&self, encoding: Encoding) -> Result<Algorithms, ScepError> {
        let digest = [("SHA-512", Digest::Sha512), ("SHA-256", Digest::Sha256), ("SHA-1", Digest::Sha1)]
            .into_iter()
            .find(|(word, _)| self.has(word))
            .map(|(_, digest)| digest)
            .ok_or(ScepError::Capability)?;
        let cipher = if self.has("AES") { ContentCipher::Aes128Cbc } else { ContentCipher::TripleDesCbc };
        Ok(Algorithms { cipher, transport: KeyTransport::Pkcs1v15, digest, encoding })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_exactly() {
        let ios = |text: &str| Capabilities::parse(text.as_bytes()).as_an_iphone(Encoding::Der);
        let best = ios("AES\nPOSTPKIOperation\nSHA-256\r\nSHA-512").unwrap();
        assert_eq!((best.cipher, best.digest), (ContentCipher::Aes128Cbc, Digest::Sha512));
        let old = ios("DES3\nSHA-1").unwrap();
        assert_eq!((old.cipher, old.digest), (ContentCipher::TripleDesCbc, Digest::Sha1));
        for poor in ["", "SCEPStandard", "AES\nsha-256", "AES\nSHA-256 ", "SHA256"] {
            assert_eq!(ios(poor).err(), Some(ScepError::Capability), "{poor:?}");
        }
        assert!(!Capabilities::parse(b"postpkioperation").has("POSTPKIOperation"));
    }
}
