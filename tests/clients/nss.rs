//! NSS (Thunderbird's library) imports the PKCS#12, finds the certificate fit for mail, and reads what was encrypted to it.

use crate::{
    desk::{export_cas, fetch_crls, from_request, generated, openssl},
    support::{ALICE, Department},
    tool::{Said, have, run},
};
use std::fs;

const NEEDED: &[&str] = &["openssl", "certutil", "crlutil", "pk12util", "cmsutil"];
const MESSAGE: &str = "Dear Alice, the exam is on Tuesday.\n";

/// One of NSS's programs with the department's database `nss`.
fn nss(department: &Department, program: &str, arguments: &[&str]) -> Said {
    run(department.folder(), program, &[arguments, &["-d", "sql:nss"]].concat())
}

/// A database that trusts the root, knows the issuing CA, and has no password.
fn database(department: &Department) {
    fs::create_dir(department.scratch("nss")).unwrap();
    nss(department, "certutil", &["-N", "--empty-password"]).content();
    nss(department, "certutil", &["-A", "-n", "root", "-t", "CT,C,C", "-i", "root.pem"]).content();
    nss(department, "certutil", &["-A", "-n", "issuing", "-t", ",,", "-i", "issuing.pem"]).content();
}

#[test]
fn nss_imports_the_pkcs12_and_reads_a_message_encrypted_to_it() {
    if !have(NEEDED) {
        return;
    }
    let department = Department::served();
    export_cas(&department);
    database(&department);
    fs::write(department.scratch("message"), MESSAGE).unwrap();
    for container in ["modern", "legacy"] {
        generated(&department, ALICE, "encryption", container, container);
        let (file, password) = (format!("{container}.p12"), format!("{container}.password"));
        nss(&department, "pk12util", &["-i", &file, "-w", &password, "-K", ""]).content();
        openssl(&department, &format!("cms -encrypt -binary -aes256 -in message -outform DER -out sealed {container}.pem")).content();
        nss(&department, "cmsutil", &["-D", "-i", "sealed", "-o", "read"]).content();
        assert_eq!(fs::read_to_string(department.scratch("read")).unwrap(), MESSAGE, "{container}");
        fs::remove_file(department.scratch("read")).unwrap();
    }
    // R: recipient of mail; S: signer of mail, which it is not.
    let named = nss(&department, "certutil", &["-L"]).content().text;
    let nickname = named.lines().find(|line| line.ends_with("u,u,u")).unwrap_or_else(|| panic!("{named}"));
    let nickname = nickname.trim_end_matches("u,u,u").trim();
    nss(&department, "certutil", &["-V", "-n", nickname, "-u", "R"]).content().saying("certificate is valid");
    nss(&department, "certutil", &["-V", "-n", nickname, "-u", "S"]).refused();
    // and NSS itself encrypts to it
    nss(&department, "cmsutil", &["-E", "-r", ALICE, "-i", "message", "-o", "sealed"]).content();
    nss(&department, "cmsutil", &["-D", "-i", "sealed", "-o", "read"]).content();
    assert_eq!(fs::read_to_string(department.scratch("read")).unwrap(), MESSAGE);
}

#[test]
fn nss_signs_with_an_issued_certificate_and_refuses_it_once_its_crl_lists_it() {
    if !have(NEEDED) {
        return;
    }
    let department = Department::served();
    export_cas(&department);
    database(&department);
    let serial = from_request(&department, ALICE, "signing", "alice");
    fs::write(department.scratch("own"), "a password of the test\n").unwrap();
    let export = "pkcs12 -export -in alice.pem -inkey alice.key -name alice -passout file:own -out alice.p12";
    openssl(&department, export).content();
    nss(&department, "pk12util", &["-i", "alice.p12", "-w", "own", "-K", ""]).content();
    fs::write(department.scratch("message"), MESSAGE).unwrap();
    // -Y NONE: the key signs only, so that it is not named as the one to answer to
    let sign = || {
        nss(&department, "cmsutil", &["-S", "-N", "alice", "-Y", "NONE", "-i", "message", "-o", "signed", "-G", "-H", "SHA256"]).content();
    };
    let verify = || nss(&department, "cmsutil", &["-D", "-i", "signed", "-n", "-h", "1"]).content();
    let fit = |usage: &str| nss(&department, "certutil", &["-V", "-n", "alice", "-u", usage]);
    let import_crl = || {
        fetch_crls(&department);
        nss(&department, "crlutil", &["-I", "-i", "issuing.crl"]).content();
    };
    sign();
    import_crl();
    fit("S").content().saying("certificate is valid");
    fit("R").refused();
    verify().saying("signer0.status=GoodSignature");
    // OpenSSL reads what NSS signed.
    openssl(&department, "cms -verify -binary -inform DER -in signed -CAfile root.pem -certfile issuing.pem -out read").content();
    assert_eq!(fs::read_to_string(department.scratch("read")).unwrap(), MESSAGE);
    department.run(&["certificate", "revoke", &serial, "--reason", "superseded"]);
    // NSS lets a signature stand that says it was made before the revocation; this one was made after it.
    sign();
    import_crl();
    fit("S").refused().saying("has been revoked");
    verify().saying("signer0.status=SigningCertNotTrusted");
}

/// NSS 3.87 opens the file and has the key; it reads no CMS by key agreement yet, which OpenSSL does.
#[test]
fn nss_imports_a_pkcs12_with_a_key_on_p256() {
    if !have(NEEDED) {
        return;
    }
    let department = Department::served();
    export_cas(&department);
    database(&department);
    department.run(&["policy", "set", "encryption", "key=p256"]);
    for container in ["modern", "legacy"] {
        generated(&department, ALICE, "encryption", container, container);
        let (file, password) = (format!("{container}.p12"), format!("{container}.password"));
        nss(&department, "pk12util", &["-i", &file, "-w", &password, "-K", ""]).content();
    }
    let keys = nss(&department, "certutil", &["-K"]).content().text;
    assert_eq!(keys.lines().filter(|line| line.contains("> ec ")).count(), 2, "{keys}");
    let named = nss(&department, "certutil", &["-L"]).content().text;
    assert!(named.lines().any(|line| line.ends_with("u,u,u")), "a certificate with its key: {named}");
}
