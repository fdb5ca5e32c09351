//! Issuing by the officer, and what bad input gets.

mod batch;
mod batch_ends;
mod batch_list;
mod batch_requests;
mod batch_rows;
mod bundle;
mod cps;
mod departments;
mod generated;
mod import;
mod keys;
mod lint;
mod lost;
mod policy;
mod requests;
mod validity;

use openssl::{
    hash::MessageDigest,
    pkey::{PKey, Private},
    stack::Stack,
    x509::{
        X509NameBuilder, X509ReqBuilder,
        extension::{BasicConstraints, SubjectAlternativeName},
    },
};

/// What a request states.
#[derive(Default)]
pub(super) struct Asked<'a> {
    pub(super) names: &'a [(&'a str, &'a str)],
    /// An address, or several with blanks between them.
    pub(super) mail: Option<&'a str>,
    pub(super) ca: bool,
    pub(super) sha1: bool,
}

/// A PKCS#10 request, DER.
pub(super) fn csr(key: &PKey<Private>, asked: &Asked<'_>) -> Vec<u8> {
    let mut request = X509ReqBuilder::new().unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    for (kind, value) in asked.names {
        name.append_entry_by_text(kind, value).unwrap();
    }
    request.set_subject_name(&name.build()).unwrap();
    request.set_pubkey(key).unwrap();
    let mut extensions = Stack::new().unwrap();
    if let Some(mails) = asked.mail {
        let mut san = SubjectAlternativeName::new();
        for mail in mails.split(' ') {
            san.email(mail);
        }
        extensions.push(san.build(&request.x509v3_context(None)).unwrap()).unwrap();
    }
    if asked.ca {
        extensions.push(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
    }
    request.add_extensions(&extensions).unwrap();
    request.sign(key, if asked.sha1 { MessageDigest::sha1() } else { MessageDigest::sha256() }).unwrap();
    request.build().to_der().unwrap()
}
