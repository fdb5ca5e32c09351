//! A certificate as a tree of names and values.

/// A name with a value, or with further nodes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Node {
    /// Name as in the standard (`subjectAltName`).
    pub name: String,
    /// Value; empty where there are children.
    pub value: String,
    /// Parts.
    pub children: Vec<Node>,
}
