//! Writes ASN.1: DER, or BER with indefinite lengths as Apple's streaming encoder sends it.

/// A value to be written.
#[derive(Clone)]
pub(crate) enum Der {
    /// Already encoded: signed parts must not be encoded again.
    Raw(Vec<u8>),
    /// Tag and content octets.
    Primitive(u8, Vec<u8>),
    /// Tag (with the constructed bit) and members.
    Constructed(u8, Vec<Der>),
    /// An OCTET STRING, or one with an implicit tag, that BER sends in pieces. The tag is that of the primitive form.
    Octets(u8, Vec<u8>),
}

/// Octets in a piece of a constructed OCTET STRING.
const PIECE: usize = 1000;

impl Der {
    pub(crate) fn sequence(members: Vec<Der>) -> Der {
        Der::Constructed(0x30, members)
    }
    pub(crate) fn set(members: Vec<Der>) -> Der {
        Der::Constructed(0x31, members)
    }
    /// `[number]`, constructed: an explicit tag around one member, or an implicit one in place of SET or SEQUENCE.
    pub(crate) fn context(number: u8, members: Vec<Der>) -> Der {
        Der::Constructed(0xa0 | number, members)
    }
    pub(crate) fn small(value: u8) -> Der {
        Der::Primitive(0x02, vec![value])
    }
    pub(crate) fn null() -> Der {
        Der::Primitive(0x05, Vec::new())
    }
    pub(crate) fn octets(value: &[u8]) -> Der {
        Der::Primitive(0x04, value.to_vec())
    }
    /// PrintableString where its alphabet suffices, else UTF8String (X.680 41.4; what Apple's encoder does).
    pub(crate) fn text(value: &str) -> Der {
        let printable = |c: char| c.is_ascii_alphanumeric() || " '()+,-./:=?".contains(c);
        Der::Primitive(if value.chars().all(printable) { 0x13 } else { 0x0c }, value.as_bytes().to_vec())
    }
    pub(crate) fn oid(dotted: &str) -> Der {
        let arcs: Vec<u64> = dotted.split('.').filter_map(|arc| arc.parse().ok()).collect();
        let mut out = Vec::new();
        if let [first, second, rest @ ..] = arcs.as_slice() {
            push_arc(first * 40 + second, &mut out);
            rest.iter().for_each(|arc| push_arc(*arc, &mut out));
        }
        Der::Primitive(0x06, out)
    }
    /// AlgorithmIdentifier with NULL parameters.
    pub(crate) fn algorithm(dotted: &str) -> Der {
        Der::sequence(vec![Der::oid(dotted), Der::null()])
    }
    /// A SET OF in DER order (X.690 11.6).
    pub(crate) fn sorted_set(tag: u8, members: Vec<Der>) -> Der {
        let mut encoded: Vec<Vec<u8>> = members.iter().map(Der::to_der).collect();
        encoded.sort();
        Der::Constructed(tag, encoded.into_iter().map(Der::Raw).collect())
    }

    pub(crate) fn to_der(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(false, &mut out);
        out
    }
    /// BER: every constructed value has an indefinite length, octet strings come in pieces.
    pub(crate) fn to_indefinite(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(true, &mut out);
        out
    }

    fn write(&self, indefinite: bool, out: &mut Vec<u8>) {
        match self {
            Der::Raw(bytes) => out.extend_from_slice(bytes),
            Der::Primitive(tag, content) => definite(*tag, content, out),
            Der::Octets(tag, content) if indefinite => {
                out.extend_from_slice(&[tag | 0x20, 0x80]);
                content.chunks(PIECE).for_each(|piece| definite(0x04, piece, out));
                out.extend_from_slice(&[0, 0]);
            }
            Der::Octets(tag, content) => definite(*tag, content, out),
            Der::Constructed(tag, members) if indefinite => {
                out.extend_from_slice(&[*tag, 0x80]);
                members.iter().for_each(|member| member.write(true, out));
                out.extend_from_slice(&[0, 0]);
            }
            Der::Constructed(tag, members) => {
                let mut content = Vec::new();
                members.iter().for_each(|member| member.write(false, &mut content));
                definite(*tag, &content, out);
            }
        }
    }
}

fn definite(tag: u8, content: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let octets = content.len().to_be_bytes();
            let significant = octets.iter().position(|o| *o != 0).map_or(&[][..], |at| octets.get(at..).unwrap_or_default());
            out.push(0x80 | u8::try_from(significant.len()).unwrap_or(0));
            out.extend_from_slice(significant);
        }
    }
    out.extend_from_slice(content);
}

fn push_arc(arc: u64, out: &mut Vec<u8>) {
    let groups = (64 - arc.leading_zeros()).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let low = u8::try_from((arc >> (group * 7)) & 0x7f).unwrap_or(0);
        out.push(if group == 0 { low } else { low | 0x80 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openssl_reads_what_is_written() {
        for dotted in ["1.2.840.113549.1.7.2", "2.16.840.1.113733.1.9.7", "2.5.4.3", "1.3.14.3.2.26"] {
            let expected = openssl::asn1::Asn1Object::from_str(dotted).unwrap();
            let Der::Primitive(_, content) = Der::oid(dotted) else { panic!() };
            assert_eq!(content, expected.as_slice(), "{dotted}");
        }
        let long = Der::octets(&[7; 300]).to_der();
        assert_eq!(&long[..4], [0x04, 0x82, 0x01, 0x2c]);
        assert_eq!(Der::octets(&[7; 130]).to_der()[..3], [0x04, 0x81, 130]);
    }

    #[test]
    fn indefinite_lengths_end_with_two_zeros_and_octets_come_in_pieces() {
        let value = Der::sequence(vec![Der::Octets(0x04, vec![1; 1001])]).to_indefinite();
        assert_eq!(&value[..6], [0x30, 0x80, 0x24, 0x80, 0x04, 0x82]);
        assert_eq!(&value[value.len() - 7..], [0x04, 1, 1, 0, 0, 0, 0]);
    }
}
