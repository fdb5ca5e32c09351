//! A certificate as a tree of names and values, as OpenSSL reads it: every extension, also those that Signet never writes.

use crate::{Error, Result};
use openssl::x509::X509;

/// A name with a value, or with further nodes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Node {
    /// Name (`X509v3 Subject Alternative Name`); empty for a line that is value alone.
    pub name: String,
    /// Value; empty where there are children.
    pub value: String,
    /// Parts.
    pub children: Vec<Node>,
}

/// The tree of a certificate.
pub(super) fn of(certificate: &X509) -> Result<Vec<Node>> {
    let text = certificate.to_text().map_err(Error::fault)?;
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<(usize, &str)> =
        text.lines().filter(|line| !line.trim().is_empty()).map(|line| (line.len() - line.trim_start().len(), line.trim())).collect();
    // The first line, "Certificate:", holds all others.
    let mut rest = lines.get(1..).unwrap_or_default();
    Ok(nodes(&mut rest, 0, 0))
}

/// Nesting deeper than any certificate's.
const MAX_DEPTH: usize = 12;

/// The lines that are indented deeper than `above`; each takes those below it.
fn nodes(lines: &mut &[(usize, &str)], above: usize, depth: usize) -> Vec<Node> {
    let mut list: Vec<Node> = Vec::new();
    while let Some(((indent, line), rest)) = lines.split_first()
        && *indent > above
    {
        *lines = rest;
        let (name, value) = match line.split_once(':') {
            Some((name, value)) if !is_hex(line) && (value.is_empty() || value.starts_with(' ')) => (name.trim(), value.trim()),
            _ => ("", *line),
        };
        let children = if depth < MAX_DEPTH { nodes(lines, *indent, depth + 1) } else { Vec::new() };
        list.push(joined(Node { name: name.to_owned(), value: value.to_owned(), children }));
    }
    list
}

/// Octets in hex over several lines become one value.
fn joined(mut node: Node) -> Node {
    if !node.children.is_empty() && node.children.iter().all(|child| child.name.is_empty() && is_hex(&child.value)) {
        node.value.extend(node.children.drain(..).map(|child| child.value));
    }
    node
}

fn is_hex(text: &str) -> bool {
    text.contains(':') && text.split(':').all(|octet| octet.len() <= 2 && octet.chars().all(|c| c.is_ascii_hexdigit()))
}
