//! The commands, one file a noun.

pub(crate) mod act;
#[cfg(feature = "bench")]
pub(crate) mod bench_find;
#[cfg(feature = "bench")]
mod bench_import;
pub(crate) mod certificate;
pub(crate) mod crl;
pub(crate) mod department;
pub(crate) mod enrollment;
pub(crate) mod init;
pub(crate) mod invite;
pub(crate) mod issue;
mod key_plan;
pub(crate) mod ledger;
mod lesson;
mod letter;
pub(crate) mod policy;
mod provenance;
pub(crate) mod report;
pub(crate) mod scep;
pub(crate) mod serve;
pub(crate) mod settings;
pub(crate) mod subscriber;
mod succession;
pub(crate) mod tls;
