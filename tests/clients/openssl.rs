//! OpenSSL judges certificates, CRLs and messages.

use crate::{
    enroll::Client,
    support::{Department, plain_http},
    tool::{Said, have, run},
};
use protocol::{
    cms::KeyTransport,
    scep::{IssuerAndSerial, MessageType},
};
use std::fs;

fn openssl(department: &Department, line: &str) -> Said {
    run(department.folder(), "openssl", &line.split(' ').collect::<Vec<_>>())
}

/// Writes `root.pem` and `issuing.pem`.
fn export_cas(department: &Department) {
    for name in ["root", "issuing"] {
        department.export(&department.own_serial(name), &format!("{name}.pem"));
    }
}

#[test]
fn openssl_verifies_every_chain_strictly() {
    if !have(&["openssl"]) {
        return;
    }
    let department = Department::served_as("pki.example.edu");
    export_cas(&department);
    for name in ["ra", "tls", "profile_signer"] {
        department.export(&department.own_serial(name), &format!("{name}.pem"));
    }
    for profile in ["authentication", "signing", "functional"] {
        Client::new(&department, &department.challenge(profile), profile).enroll(&department);
    }
    let verify = |purpose: &str, file: &str| {
        openssl(&department, &format!("verify -x509_strict -check_ss_sig -CAfile root.pem -untrusted issuing.pem {purpose} {file}"))
    };
    verify("-purpose crlsign", "root.pem").content();
    verify("-purpose crlsign", "issuing.pem").content();
    verify("-purpose any", "ra.pem").content();
    verify("-purpose smimesign", "profile_signer.pem").content();
    verify("-purpose sslserver -verify_hostname pki.example.edu", "tls.pem").content();
    verify("-purpose sslclient", "authentication.pem").content();
    verify("-purpose smimesign -verify_email alice@example.edu", "signing.pem").content();
    verify("-purpose smimesign -verify_email alice@example.edu", "functional.pem").content();
    // and says no where it should
    verify("-purpose sslserver -verify_hostname www.example.org", "tls.pem").refused();
    verify("-purpose sslserver", "authentication.pem").refused();
    verify("-purpose sslclient", "signing.pem").refused();
}

#[test]
fn openssl_sees_a_revocation_in_the_next_crl() {
    if !have(&["openssl"]) {
        return;
    }
    let department = Department::served();
    export_cas(&department);
    Client::new(&department, &department.challenge("authentication"), "alice").enroll(&department);
    let fetch = |name: &str| {
        let (status, crl) = plain_http(department.http(), &format!("GET /crl/{name}.crl"), b"");
        assert_eq!(status, 200);
        fs::write(department.scratch(&format!("{name}.crl")), crl).unwrap();
        openssl(&department, &format!("crl -inform DER -in {name}.crl -out {name}.crl.pem"));
    };
    let check = || {
        fetch("issuing");
        openssl(&department, "crl -inform DER -in issuing.crl -CAfile issuing.pem -noout").content().saying("verify OK");
        let crls = "-crl_check_all -CRLfile issuing.crl.pem -CRLfile root.crl.pem";
        openssl(&department, &format!("verify -x509_strict -CAfile root.pem -untrusted issuing.pem {crls} alice.pem"))
    };
    fetch("root");
    openssl(&department, "crl -inform DER -in root.crl -CAfile root.pem -noout").content().saying("verify OK");
    check().content();
    let listed = department.certificates(false);
    department.run(&["certificate", "revoke", listed[0]["serial"].as_str().unwrap(), "--reason", "keyCompromise"]);
    check().refused().saying("certificate revoked");
    openssl(&department, "crl -inform DER -in issuing.crl -noout -text").content().saying("Key Compromise");
}

#[test]
fn openssl_verifies_and_decrypts_our_answers() {
    if !have(&["openssl"]) {
        return;
    }
    let department = Department::served();
    export_cas(&department);
    for (name, transport) in [("pkcs1", KeyTransport::Pkcs1v15), ("oaep", KeyTransport::OaepSha256)] {
        let client = Client::new(&department, &department.challenge("authentication"), name).with_transport(transport);
        let answer = client.enroll(&department);
        judge(&department, name, &answer.bytes);
        let subjects = openssl(&department, "pkcs7 -inform DER -in content -print_certs -noout").content().text;
        assert_eq!(subjects.matches("subject=").count(), 1, "only the leaf: {subjects}");
        assert!(subjects.contains("CN = Alice Example"), "{subjects}");

        let issued = &answer.read.certificates[0];
        let wanted = IssuerAndSerial { issuer: issued.issuer_der.clone(), serial: issued.serial.clone() }.to_der();
        let answer = client.ask(&department, MessageType::GetCrl, &wanted);
        judge(&department, name, &answer.bytes);
        openssl(&department, "pkcs7 -inform DER -in content -print_certs").content().saying("BEGIN X509 CRL");
        let answer = client.ask(&department, MessageType::GetCert, &wanted);
        assert_eq!(answer.read.certificates[0].der, issued.der);
    }
    let (_, certificates) = plain_http(department.http(), "GET /scep/signet?operation=GetCACert", b"");
    fs::write(department.scratch("cacert"), certificates).unwrap();
    let listed = openssl(&department, "pkcs7 -inform DER -in cacert -print_certs -noout").content().text;
    let at = |name: &str| listed.find(&format!("subject=O = Example University, OU = Physics, CN = Physics {name}")).unwrap_or(usize::MAX);
    assert!(at("SCEP RA") < at("Issuing CA") && at("Issuing CA") < at("Root CA") && at("Root CA") < usize::MAX, "{listed}");
}

/// `openssl cms` verifies the CertRep down to the root and decrypts its envelope into `content`.
fn judge(department: &Department, name: &str, reply: &[u8]) {
    fs::write(department.scratch("reply"), reply).unwrap();
    let verify = "cms -verify -binary -inform DER -in reply -CAfile root.pem -certfile issuing.pem -purpose any -out envelope";
    openssl(department, verify).content();
    let decrypt = format!("cms -decrypt -binary -inform DER -in envelope -recip {name}.self.pem -inkey {name}.key -out content");
    openssl(department, &decrypt).content();
}
