//! Object identifiers that the device side uses, dotted.

pub(crate) const DATA: &str = "1.2.840.113549.1.7.1";
pub(crate) const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
pub(crate) const ENVELOPED_DATA: &str = "1.2.840.113549.1.7.3";
pub(crate) const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
pub(crate) const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
pub(crate) const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";
pub(crate) const CHALLENGE_PASSWORD: &str = "1.2.840.113549.1.9.7";
pub(crate) const EXTENSION_REQUEST: &str = "1.2.840.113549.1.9.14";
pub(crate) const KEY_USAGE: &str = "2.5.29.15";
pub(crate) const SUBJECT_ALT_NAME: &str = "2.5.29.17";
pub(crate) const USER_PRINCIPAL_NAME: &str = "1.3.6.1.4.1.311.20.2.3";

pub(crate) const RSA: &str = "1.2.840.113549.1.1.1";
pub(crate) const RSA_OAEP: &str = "1.2.840.113549.1.1.7";
pub(crate) const MGF1: &str = "1.2.840.113549.1.1.8";
pub(crate) const SHA1_WITH_RSA: &str = "1.2.840.113549.1.1.5";
pub(crate) const SHA256_WITH_RSA: &str = "1.2.840.113549.1.1.11";
pub(crate) const SHA384_WITH_RSA: &str = "1.2.840.113549.1.1.12";
pub(crate) const SHA512_WITH_RSA: &str = "1.2.840.113549.1.1.13";
pub(crate) const ECDSA_WITH_SHA1: &str = "1.2.840.10045.4.1";
pub(crate) const ECDSA_WITH_SHA256: &str = "1.2.840.10045.4.3.2";
pub(crate) const ECDSA_WITH_SHA384: &str = "1.2.840.10045.4.3.3";
pub(crate) const ECDSA_WITH_SHA512: &str = "1.2.840.10045.4.3.4";

pub(crate) const SHA1: &str = "1.3.14.3.2.26";
pub(crate) const SHA256: &str = "2.16.840.1.101.3.4.2.1";
pub(crate) const SHA384: &str = "2.16.840.1.101.3.4.2.2";
pub(crate) const SHA512: &str = "2.16.840.1.101.3.4.2.3";
pub(crate) const MD5: &str = "1.2.840.113549.2.5";

pub(crate) const DES_CBC: &str = "1.3.14.3.2.7";
pub(crate) const DES_EDE3_CBC: &str = "1.2.840.113549.3.7";
pub(crate) const AES128_CBC: &str = "2.16.840.1.101.3.4.1.2";
pub(crate) const AES192_CBC: &str = "2.16.840.1.101.3.4.1.22";
pub(crate) const AES256_CBC: &str = "2.16.840.1.101.3.4.1.42";

// SCEP attributes (RFC 8894 3.2.1)
pub(crate) const MESSAGE_TYPE: &str = "2.16.840.1.113733.1.9.2";
pub(crate) const PKI_STATUS: &str = "2.16.840.1.113733.1.9.3";
pub(crate) const FAIL_INFO: &str = "2.16.840.1.113733.1.9.4";
pub(crate) const SENDER_NONCE: &str = "2.16.840.1.113733.1.9.5";
pub(crate) const RECIPIENT_NONCE: &str = "2.16.840.1.113733.1.9.6";
pub(crate) const TRANSACTION_ID: &str = "2.16.840.1.113733.1.9.7";
