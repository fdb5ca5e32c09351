//! SCEP (RFC 8894): pkiMessages of both sides, GetCACaps words, and GET's base64 variants.

mod attribute;
mod client;
mod get;
mod identifiers;
mod message;
mod reply;

pub(crate) use attribute::read_attributes;
pub use client::{ReceivedCertRep, pki_message, read_cert_rep};
pub use get::decode_get_message;
pub use identifiers::{IssuerAndSerial, IssuerAndSubject};
pub use message::PkiMessage;
pub use reply::{CertRep, ReplyParameters, cert_rep};

/// messageType (RFC 8894 3.2.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageType {
    /// 3
    CertRep,
    /// 17
    RenewalReq,
    /// 19
    PkcsReq,
    /// 20
    CertPoll,
    /// 21
    GetCert,
    /// 22
    GetCrl,
}

/// failInfo (RFC 8894 3.2.1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum FailInfo {
    /// 0
    #[error("badAlg")]
    BadAlg,
    /// 1
    #[error("badMessageCheck")]
    BadMessageCheck,
    /// 2
    #[error("badRequest")]
    BadRequest,
    /// 3
    #[error("badTime")]
    BadTime,
    /// 4
    #[error("badCertId")]
    BadCertId,
}

/// transactionID: opaque, 1 to 255 octets, echoed byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TransactionId(pub Vec<u8>);

impl MessageType {
    /// The number as it stands in the attribute.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            MessageType::CertRep => 3,
            MessageType::RenewalReq => 17,
            MessageType::PkcsReq => 19,
            MessageType::CertPoll => 20,
            MessageType::GetCert => 21,
            MessageType::GetCrl => 22,
        }
    }

    /// From the attribute's number.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            3 => MessageType::CertRep,
            17 => MessageType::RenewalReq,
            19 => MessageType::PkcsReq,
            20 => MessageType::CertPoll,
            21 => MessageType::GetCert,
            22 => MessageType::GetCrl,
            _ => return None,
        })
    }
}

impl FailInfo {
    /// The number as it stands in the attribute.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            FailInfo::BadAlg => 0,
            FailInfo::BadMessageCheck => 1,
            FailInfo::BadRequest => 2,
            FailInfo::BadTime => 3,
            FailInfo::BadCertId => 4,
        }
    }

    /// From the attribute's number.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => FailInfo::BadAlg,
            1 => FailInfo::BadMessageCheck,
            2 => FailInfo::BadRequest,
            3 => FailInfo::BadTime,
            4 => FailInfo::BadCertId,
            _ => return None,
        })
    }
}
