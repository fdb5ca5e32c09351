//! strongSwan's `pki --scep`: unsorted CSR attributes, only rsaEncryption in our SignerInfo, RenewalReq, CertPoll.
//!
//! strongSwan 5.9.8 cannot read name constraints with addresses (strongswan#1990, #1991) and refuses our issuing CA for being
//! constrained critically. As docs/conformance.md tells its users, it is told not to insist on extensions that it does not know.

use crate::{
    support::{Challenge, Department},
    tool::{Said, Waiting, have, run, said},
};
use std::{fs, process::Command};

const NEEDED: &[&str] = &["pki", "openssl"];

const CONFIGURATION: &str = "libstrongswan {\n x509 {\n  enforce_critical = no\n }\n}\n";

/// `pki` with these arguments, in the department's folder and with our configuration.
fn command(department: &Department, arguments: &[&str]) -> Command {
    let mut command = Command::new("pki");
    command.args(arguments).current_dir(department.folder()).env("STRONGSWAN_CONF", department.scratch("strongswan.conf"));
    command
}

/// Fetches the certificates (`ca.der` root, `ca-1.der` issuing CA, `ra.der`) and makes a key.
fn prepare(department: &Department, challenge: &Challenge) {
    let arguments = ["--scepca", "--url", challenge.url(), "--caout", "ca.der", "--raout", "ra.der", "--outform", "der", "--force"];
    fs::write(department.scratch("strongswan.conf"), CONFIGURATION).unwrap();
    said(&mut command(department, &arguments)).content().saying("RA cert is trusted");
    make_key(department, "key.pem");
}

fn make_key(department: &Department, file: &str) {
    let key = said(&mut command(department, &["--gen", "--type", "rsa", "--size", "2048", "--outform", "pem"])).content();
    fs::write(department.scratch(file), key.stdout).unwrap();
}

fn arguments<'a>(url: &'a str, dn: &'a str, key: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["--scep", "--url", url, "--in", key, "--dn", dn, "--outform", "pem"];
    arguments.extend(["--cacert-enc", "ra.der", "--cacert-sig", "ra.der", "--cacert", "ca-1.der", "--cacert", "ca.der"]);
    arguments.extend(more);
    arguments
}

fn pki(department: &Department, arguments: &[&str], file: &str) -> Said {
    let said = said(&mut command(department, arguments));
    fs::write(department.scratch(file), &said.stdout).unwrap();
    said
}

fn names_alice(department: &Department, file: &str) {
    let said =
        run(department.folder(), "openssl", &["x509", "-in", file, "-noout", "-subject", "-ext", "subjectAltName", "-nameopt", "RFC2253"]);
    said.content().saying("CN=Alice Example,OU=Physics,O=Example University").saying("email:alice@example.edu");
}

#[test]
fn strongswan_enrolls_and_renews() {
    if !have(NEEDED) {
        return;
    }
    let department = Department::served();
    let challenge = department.challenge("authentication");
    prepare(&department, &challenge);
    let (url, dn, secret) = (challenge.url(), challenge.dn(), challenge.secret());
    for (cipher, digest) in [("aes", "sha256"), ("des3", "sha512")] {
        let challenge = department.challenge("authentication");
        make_key(&department, "other.pem");
        let more = ["--san", "alice@example.edu", "--password", challenge.secret(), "--cipher", cipher, "--digest", digest];
        pki(&department, &arguments(url, &dn, "other.pem", &more), "other-cert.pem").content().saying("Issued certificate is trusted");
        names_alice(&department, "other-cert.pem");
    }
    let more = ["--san", "alice@example.edu", "--password", secret, "--cipher", "aes", "--digest", "sha256"];
    pki(&department, &arguments(url, &dn, "key.pem", &more), "cert.pem").content().saying("Issued certificate is trusted");

    // RenewalReq: a new key, signed by the old certificate, no challenge
    make_key(&department, "key2.pem");
    let more = ["--cert", "cert.pem", "--key", "key.pem", "--cipher", "aes", "--digest", "sha256"];
    pki(&department, &arguments(url, &dn, "key2.pem", &more), "cert2.pem").content().saying("Issued certificate is trusted");
    names_alice(&department, "cert2.pem");
    assert_eq!(department.certificates(false).len(), 4);
}

#[test]
fn strongswan_polls_until_the_officer_approves() {
    if !have(NEEDED) {
        return;
    }
    let department = Department::served();
    department.set("scep.manual_approval", "yes");
    let challenge = department.challenge("authentication");
    prepare(&department, &challenge);
    let dn = challenge.dn();
    let more = ["--password", challenge.secret(), "--cipher", "aes", "--digest", "sha256", "--interval", "1", "--maxpolltime", "60"];
    let polling = Waiting::start(&mut command(&department, &arguments(challenge.url(), &dn, "key.pem", &more)));
    department.approve_the_next_request();
    fs::write(department.scratch("cert.pem"), polling.finish().content().stdout).unwrap();
    names_alice(&department, "cert.pem");
    assert_eq!(department.certificates(false).len(), 1);
}

#[test]
fn strongswan_is_refused_with_a_wrong_challenge_a_spent_one_and_another_subject() {
    if !have(NEEDED) {
        return;
    }
    let department = Department::served();
    let challenge = department.challenge("authentication");
    prepare(&department, &challenge);
    let (url, dn) = (challenge.url(), challenge.dn());
    let algorithms = ["--cipher", "aes", "--digest", "sha256", "--password"];
    let with = |secret| [&algorithms[..], &[secret]].concat();
    pki(&department, &arguments(url, &dn, "key.pem", &with("wrong")), "none.pem").refused();
    let mallory = dn.replace("Alice Example", "Mallory");
    pki(&department, &arguments(url, &mallory, "key.pem", &with(challenge.secret())), "none.pem").refused();
    assert!(department.certificates(false).is_empty());
    pki(&department, &arguments(url, &dn, "key.pem", &with(challenge.secret())), "cert.pem").content();
    // the same challenge with another key
    make_key(&department, "key2.pem");
    pki(&department, &arguments(url, &dn, "key2.pem", &with(challenge.secret())), "none.pem").refused();
    assert_eq!(department.certificates(false).len(), 1);
}
