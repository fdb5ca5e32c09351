//! X.509 certificates (RFC 5280): names, serial numbers, usages, building, reading and linting.

pub mod baseline;
mod build;
mod constraints;
mod distinguished_name;
mod extension;
mod general_name;
mod lint;
mod name;
mod pointers;
mod serial;
pub(crate) mod signature;
pub(crate) mod text;
mod usage;
pub(crate) mod view;

pub use build::{Authority, CertificateSpec, NameConstraints, PreparedIssuer, sign_certificate};
pub use general_name::SubjectAltName;
pub use name::{AttributeType, DistinguishedName};
pub use pointers::Pointers;
pub use serial::SerialNumber;
pub use usage::{ExtendedKeyUsage, KeyUsage};
pub use view::{CertificateView, Validity};
