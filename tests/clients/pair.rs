//! OpenSSL works with a person's pair: it signs with a key of its own, encrypts to the key that Signet made, and heeds the CRL.

use crate::{
    desk::{export_cas, fetch_crls, from_elliptic_request, from_request, generated, openssl},
    support::{ALICE, Department},
    tool::{Said, have},
};
use std::fs;

const MESSAGE: &[u8] = "Dear Alice, the exam is on Tuesday.\r\n\u{e9}\r\n".as_bytes();

/// `openssl verify -crl_check`: the leaf's CRL alone is looked at, with the CRL that a relying party fetched.
fn verify(department: &Department, purpose: &str, name: &str) -> Said {
    let trust = "-x509_strict -CAfile root.pem -untrusted issuing.pem -crl_check -CRLfile issuing.crl.pem";
    openssl(department, &format!("verify {trust} -purpose {purpose} {name}.pem"))
}

/// Opens `NAME.p12` with its password into `NAME.key`.
fn open(department: &Department, name: &str, legacy: &str) {
    let line = format!("pkcs12 {legacy}-in {name}.p12 -nocerts -nodes -passin file:{name}.password -out {name}.key");
    openssl(department, &line).content();
}

#[test]
fn openssl_signs_and_verifies_with_an_issued_certificate_until_it_is_revoked() {
    if !have(&["openssl"]) {
        return;
    }
    let department = Department::served();
    export_cas(&department);
    let serial = from_request(&department, ALICE, "signing", "signing");
    let other = from_request(&department, ALICE, "signing", "other");
    fs::write(department.scratch("message"), MESSAGE).unwrap();
    // the signer's chain comes with the message; the reader knows the root alone
    let sign = "cms -sign -binary -nodetach -md sha256 -in message -signer signing.pem -inkey signing.key -certfile issuing.pem";
    openssl(&department, &format!("{sign} -outform DER -out signed")).content();
    let read = || {
        fetch_crls(&department);
        // `openssl cms` takes CRLs from the file with the trusted CAs alone
        let trust = ["root.pem", "issuing.crl.pem"].map(|file| fs::read(department.scratch(file)).unwrap()).concat();
        fs::write(department.scratch("trust.pem"), trust).unwrap();
        openssl(&department, "cms -verify -binary -inform DER -in signed -CAfile trust.pem -crl_check -out read")
    };
    read().content();
    assert_eq!(fs::read(department.scratch("read")).unwrap(), MESSAGE);
    verify(&department, "smimesign", "signing").content();

    department.run(&["certificate", "revoke", &serial, "--reason", "keyCompromise"]);
    read().refused().saying("certificate revoked");
    verify(&department, "smimesign", "signing").refused().saying("certificate revoked");
    verify(&department, "smimesign", "other").content();
    department.run(&["certificate", "hold", &other]);
    fetch_crls(&department);
    verify(&department, "smimesign", "other").refused().saying("certificate revoked");
    department.run(&["certificate", "reinstate", &other]);
    fetch_crls(&department);
    verify(&department, "smimesign", "other").content();
}

#[test]
fn openssl_encrypts_to_an_issued_certificate_and_its_pkcs12_decrypts() {
    if !have(&["openssl"]) {
        return;
    }
    let department = Department::served();
    export_cas(&department);
    fs::write(department.scratch("message"), MESSAGE).unwrap();
    generated(&department, ALICE, "encryption", "modern", "modern");
    generated(&department, ALICE, "encryption", "legacy", "legacy");
    generated(&department, ALICE, "document", "modern", "document");
    fetch_crls(&department);
    // The form for old readers is opened only by whoever asks for it: OpenSSL 3 has its ciphers in the legacy provider.
    for (name, legacy) in [("modern", ""), ("document", ""), ("legacy", "-legacy ")] {
        open(&department, name, legacy);
        let purpose = if name == "document" { "any" } else { "smimeencrypt" };
        verify(&department, purpose, name).content();
        openssl(&department, &format!("cms -encrypt -binary -aes256 -in message -outform DER -out sealed {name}.pem")).content();
        let decrypt = format!("cms -decrypt -binary -inform DER -in sealed -recip {name}.pem -inkey {name}.key -out {name}.read");
        openssl(&department, &decrypt).content();
        assert_eq!(fs::read(department.scratch(&format!("{name}.read"))).unwrap(), MESSAGE, "{name}");
    }
    // Each opens what was sealed to it, and nobody else's.
    openssl(&department, "cms -encrypt -binary -aes256 -in message -outform DER -out sealed legacy.pem").content();
    openssl(&department, "cms -decrypt -binary -inform DER -in sealed -recip legacy.pem -inkey modern.key -out wrong").refused();
    // The whole chain lies in the file, and a wrong password opens nothing.
    let listed = openssl(&department, "pkcs12 -in modern.p12 -nokeys -passin file:modern.password").content().text;
    for name in ["Alice Example", "Physics Issuing CA"] {
        assert!(listed.contains(&format!("CN = {name}")), "{name} in {listed}");
    }
    openssl(&department, "pkcs12 -in modern.p12 -nokeys -passin file:legacy.password").refused().saying("invalid password");
}

/// The same with keys on P-256: mail is sealed by a key that both sides agree on (ECDH, RFC 5753 3.1), signatures are ECDSA.
#[test]
fn openssl_signs_with_p256_and_reads_what_was_sealed_to_a_p256_key_that_signet_made() {
    if !have(&["openssl"]) {
        return;
    }
    let department = Department::served();
    export_cas(&department);
    fs::write(department.scratch("message"), MESSAGE).unwrap();
    for profile in ["signing", "encryption", "document"] {
        department.run(&["policy", "set", profile, "key=p256"]);
    }
    generated(&department, ALICE, "encryption", "modern", "modern");
    generated(&department, ALICE, "encryption", "legacy", "legacy");
    generated(&department, ALICE, "document", "modern", "document");
    let signing = from_elliptic_request(&department, ALICE, "signing", "signing");
    fetch_crls(&department);
    for (name, legacy) in [("modern", ""), ("document", ""), ("legacy", "-legacy ")] {
        open(&department, name, legacy);
        // OpenSSL 3.0 calls fit for mail what has keyEncipherment alone: a key that agrees is judged without a purpose.
        verify(&department, "any", name).content();
        openssl(&department, &format!("pkey -in {name}.key -noout -text")).content().saying("ASN1 OID: prime256v1");
        openssl(&department, &format!("cms -encrypt -binary -aes256 -in message -outform DER -out {name}.sealed {name}.pem")).content();
        let told = format!("cms -cmsout -print -noout -inform DER -in {name}.sealed");
        openssl(&department, &told).content().saying("d.kari");
        let decrypt = format!("cms -decrypt -binary -inform DER -in {name}.sealed -recip {name}.pem -inkey {name}.key -out {name}.read");
        openssl(&department, &decrypt).content();
        assert_eq!(fs::read(department.scratch(&format!("{name}.read"))).unwrap(), MESSAGE, "{name}");
    }
    openssl(&department, "cms -decrypt -binary -inform DER -in legacy.sealed -recip legacy.pem -inkey modern.key -out wrong").refused();

    let sign = "cms -sign -binary -nodetach -md sha256 -in message -signer signing.pem -inkey signing.key -certfile issuing.pem";
    openssl(&department, &format!("{sign} -outform DER -out signed")).content();
    openssl(&department, "cms -cmsout -print -noout -inform DER -in signed").content().saying("ecdsa-with-SHA256");
    openssl(&department, "cms -verify -binary -inform DER -in signed -CAfile root.pem -out read").content();
    assert_eq!(fs::read(department.scratch("read")).unwrap(), MESSAGE);
    verify(&department, "smimesign", "signing").content();
    department.run(&["certificate", "revoke", &signing, "--reason", "keyCompromise"]);
    fetch_crls(&department);
    verify(&department, "smimesign", "signing").refused().saying("certificate revoked");
}
