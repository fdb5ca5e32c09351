//! Reads BER: a value is a tag with the octets it was received in, so that signatures are checked over those.

use crate::Error;

/// Deepest nesting of indefinite lengths followed.
const MAX_DEPTH: usize = 32;

/// One value as received.
#[derive(Clone, Copy)]
pub(crate) struct Node<'a> {
    /// Identifier octet (tag numbers above 30 do not occur in what we read).
    pub(crate) tag: u8,
    /// Content octets, without end-of-contents.
    pub(crate) content: &'a [u8],
    /// The whole value.
    pub(crate) full: &'a [u8],
}

fn malformed() -> Error {
    Error::Malformed("ASN.1".to_owned())
}

impl<'a> Node<'a> {
    /// Reads exactly one value.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Node<'a>, Error> {
        match Node::read(bytes, 0)? {
            (node, []) => Ok(node),
            _ => Err(malformed()),
        }
    }

    fn read(input: &'a [u8], depth: usize) -> Result<(Node<'a>, &'a [u8]), Error> {
        let (tag, first, after) = match input {
            [tag, first, after @ ..] if tag & 0x1f != 0x1f && depth < MAX_DEPTH => (*tag, *first, after),
            _ => return Err(malformed()),
        };
        if first == 0x80 {
            if tag & 0x20 == 0 {
                return Err(malformed());
            }
            let mut rest = after;
            while !rest.starts_with(&[0, 0]) {
                rest = Node::read(rest, depth + 1)?.1;
            }
            let content = after.get(..after.len() - rest.len()).ok_or_else(malformed)?;
            let full = input.get(..input.len() - rest.len() + 2).ok_or_else(malformed)?;
            return Ok((Node { tag, content, full }, rest.get(2..).ok_or_else(malformed)?));
        }
        let (length, after) = if first < 0x80 {
            (usize::from(first), after)
        } else {
            let (octets, after) = after.split_at_checked(usize::from(first & 0x7f)).filter(|(o, _)| o.len() <= 4).ok_or_else(malformed)?;
            (octets.iter().fold(0, |n, o| (n << 8) | usize::from(*o)), after)
        };
        let (content, rest) = after.split_at_checked(length).ok_or_else(malformed)?;
        let full = input.get(..input.len() - rest.len()).ok_or_else(malformed)?;
        Ok((Node { tag, content, full }, rest))
    }

    /// Members of a constructed value.
    pub(crate) fn members(&self) -> Result<Vec<Node<'a>>, Error> {
        if self.tag & 0x20 == 0 {
            return Err(malformed());
        }
        let (mut rest, mut members) = (self.content, Vec::new());
        while !rest.is_empty() {
            let (node, after) = Node::read(rest, 0)?;
            members.push(node);
            rest = after;
        }
        Ok(members)
    }

    /// The value with this tag, or an error that names it.
    pub(crate) fn expect(self, tag: u8, what: &str) -> Result<Node<'a>, Error> {
        if self.tag == tag { Ok(self) } else { Err(Error::Malformed(format!("{what} (tag {:02x})", self.tag))) }
    }

    /// Octets of a string, whether primitive or in pieces.
    pub(crate) fn string(&self) -> Result<Vec<u8>, Error> {
        if self.tag & 0x20 == 0 {
            return Ok(self.content.to_vec());
        }
        let mut out = Vec::new();
        for piece in self.members()? {
            out.extend_from_slice(&piece.expect(0x04, "piece of an octet string")?.string()?);
        }
        Ok(out)
    }

    /// An OBJECT IDENTIFIER, dotted.
    pub(crate) fn oid(&self) -> Result<String, Error> {
        self.expect(0x06, "object identifier")?;
        let (mut arcs, mut arc) = (Vec::new(), 0_u64);
        for octet in self.content {
            arc = arc.checked_mul(128).ok_or_else(malformed)? | u64::from(octet & 0x7f);
            if octet & 0x80 == 0 {
                if arcs.is_empty() {
                    let first = (arc / 40).min(2);
                    arcs.extend([first, arc - first * 40]);
                } else {
                    arcs.push(arc);
                }
                arc = 0;
            }
        }
        Ok(arcs.iter().map(u64::to_string).collect::<Vec<_>>().join("."))
    }

    /// The OID of an AlgorithmIdentifier.
    pub(crate) fn algorithm(&self) -> Result<String, Error> {
        self.expect(0x30, "algorithm")?.members()?.first().ok_or_else(malformed)?.oid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::der::Der;

    #[test]
    fn both_encodings_read_the_same() {
        let value = Der::sequence(vec![Der::oid("1.2.840.113549.1.7.2"), Der::context(0, vec![Der::Octets(0x04, vec![9; 2500])])]);
        for bytes in [value.to_der(), value.to_indefinite()] {
            let node = Node::parse(&bytes).unwrap();
            assert_eq!(node.full, bytes);
            let members = node.members().unwrap();
            assert_eq!(members[0].oid().unwrap(), "1.2.840.113549.1.7.2");
            assert_eq!(members[1].members().unwrap()[0].string().unwrap(), vec![9; 2500]);
        }
    }

    #[test]
    fn broken_input_is_refused() {
        for bytes in
            [&[][..], &[0x30], &[0x30, 0x05, 0x02], &[0x30, 0x80], &[0x04, 0x80, 0, 0], &[0x30, 0x85, 1, 1, 1, 1, 1], &[0x02, 1, 1, 0]]
        {
            assert!(Node::parse(bytes).is_err(), "{bytes:02x?}");
        }
        let deep = [0x30, 0x80].repeat(100);
        assert!(Node::parse(&deep).is_err());
    }
}
