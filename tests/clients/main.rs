//! Judges that we did not write, against a running `signetctl serve`: SCEP clients, OpenSSL and pkilint.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod certmonger;
mod enroll;
mod ocsp;
mod openssl;
mod pkilint;
mod profile;
mod scepclient;
mod strongswan;
mod tool;
