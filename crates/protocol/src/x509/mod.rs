//! X.509 certificates (RFC 5280): names, serial numbers, usages, building, reading and linting.

mod build;
mod name;
mod serial;
mod usage;
mod view;

pub use build::{Authority, CertificateSpec, NameConstraints, sign_certificate};
pub use name::{AttributeType, DistinguishedName, SubjectAltName};
pub use serial::SerialNumber;
pub use usage::{ExtendedKeyUsage, KeyUsage};
pub use view::{CertificateView, Validity};
