//! Judges that we did not write, against a running `signetctl serve`: SCEP clients, OpenSSL, NSS, GnuPG, FreeRADIUS and pkilint.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod certmonger;
mod desk;
mod enroll;
mod gpgsm;
mod nss;
mod ocsp;
mod openssl;
mod pair;
mod pkilint;
mod profile;
mod radius;
mod scepclient;
mod strongswan;
mod tool;
