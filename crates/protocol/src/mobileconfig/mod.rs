//! Apple configuration profiles as typed values (Apple's Configuration Profile Reference; TopLevel and payload schemas of
//! the `device-management` project).
//!
//! A [`Configuration`] is the outer profile; a [`Payload`] is one thing that it installs. References between payloads are
//! typed: a Wi-Fi payload holds an [`IdentityUuid`], and only a payload that yields an identity can give one.
//! [`signed_profile`] and [`sealed_profile`] turn them into what a phone downloads.

mod certificate;
mod passcode;
mod payload;
mod plist;
mod removal;
mod scep;
mod seal;
mod top_level;
mod vpn;
mod wifi;

pub use certificate::{CertificateKind, CertificatePayload};
pub use passcode::PasscodePayload;
pub use payload::{AnchorUuid, IdentityUuid, Payload, PayloadIdentity, PayloadUuid, payload_array};
pub use removal::RemovalPasswordPayload;
pub use scep::{CaFingerprint, ScepKeySize, ScepKeyUsage, ScepPayload};
pub use seal::{sealed_profile, signed_profile, transport_profile};
pub use top_level::{Configuration, ConsentText, Removal};
pub use vpn::VpnPayload;
pub use wifi::WifiPayload;

pub(crate) use plist::PlistWriter;
