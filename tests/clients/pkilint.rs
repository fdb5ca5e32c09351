//! pkilint (PyPI) finds no error in what our authority issues.

use crate::{
    desk::{export_cas, from_elliptic_request, generated, into_production, openssl},
    enroll::Client,
    profile,
    support::{ALICE, Department, plain_http},
    tool::{have, run, skip},
};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

const VERSION: &str = "0.13.3";

/// The folder of pkilint's programs, in an environment of its own beside the test programs; made when it is not there yet.
pub(crate) fn pkilint() -> Option<PathBuf> {
    static INSTALLED: OnceLock<Option<PathBuf>> = OnceLock::new();
    INSTALLED.get_or_init(install).clone()
}

fn install() -> Option<PathBuf> {
    if !have(&["python3"]) {
        return None;
    }
    let exe = std::env::current_exe().unwrap();
    let target = exe.parent().and_then(Path::parent).unwrap();
    let ready = target.join(format!("pkilint-{VERSION}"));
    if ready.join("complete").exists() {
        return Some(ready.join("bin"));
    }
    // An interrupted installation is begun anew.
    let _ = fs::remove_dir_all(&ready);
    let venv = run(target, "python3", &["-m", "venv", ready.to_str().unwrap()]);
    if !venv.ok {
        skip(&format!("python3 -m venv (Debian: python3-venv): {}", venv.text));
        return None;
    }
    let pip = ready.join("bin/pip");
    let package = format!("pkilint=={VERSION}");
    let install = run(target, pip.to_str().unwrap(), &["install", "--quiet", "--disable-pip-version-check", &package]);
    if !install.ok {
        skip(&format!("pip install {package}: {}", install.text));
        return None;
    }
    fs::write(ready.join("complete"), "").unwrap();
    Some(ready.join("bin"))
}

#[test]
fn pkilint_finds_no_error_in_certificates_and_crls() {
    let Some(bin) = pkilint() else { return };
    if !have(&["openssl"]) {
        return;
    }
    // pkilint takes no name of one label: the TLS certificate is made for a full name
    let department = Department::served_as("pki.example.edu");
    let mut certificates = Vec::new();
    for name in ["root", "issuing", "ra", "profile_signer", "tls"] {
        certificates.push(department.export(&department.own_serial(name), &format!("{name}.pem")));
    }
    for profile in ["authentication", "signing", "functional"] {
        Client::new(&department, &department.challenge(profile), profile).enroll(&department);
        certificates.push(department.scratch(&format!("{profile}.pem")));
    }
    for profile in ["encryption", "document"] {
        generated(&department, ALICE, profile, "modern", profile);
        certificates.push(department.scratch(&format!("{profile}.pem")));
    }
    let mut findings = String::new();
    let mut lint = |program: &str, arguments: &[&str], file: &Path| {
        let arguments = [arguments, &["-s", "ERROR", file.to_str().unwrap()]].concat();
        let said = run(department.folder(), bin.join(program).to_str().unwrap(), &arguments);
        if !said.ok || !said.stdout.trim_ascii().is_empty() {
            findings.push_str(&said.text);
        }
    };
    for certificate in &certificates {
        lint("lint_pkix_cert", &["lint"], certificate);
    }
    let issued = ["ra", "tls", "profile_signer", "authentication", "signing", "functional", "encryption", "document"];
    for (subject, issuer) in issued.into_iter().map(|name| (name, "issuing")).chain([("issuing", "root")]) {
        let (subject, issuer) = (department.scratch(&format!("{subject}.pem")), department.scratch(&format!("{issuer}.pem")));
        lint("lint_pkix_signer_signee_cert_chain", &["lint", issuer.to_str().unwrap()], &subject);
    }
    let serial = department.certificates(false)[0]["serial"].as_str().unwrap().to_owned();
    for revoked in [false, true] {
        if revoked {
            department.run(&["settings", "set", "crl.delta", "yes"]);
            let (status, _) = plain_http(department.http(), "GET /crl/issuing-delta.crl", b"");
            assert_eq!(status, 200);
            department.run(&["certificate", "revoke", &serial, "--reason", "superseded"]);
        }
        let delta = revoked.then_some("issuing-delta");
        for name in ["root", "issuing"].into_iter().chain(delta) {
            let (status, crl) = plain_http(department.http(), &format!("GET /crl/{name}.crl"), b"");
            assert_eq!(status, 200);
            let file = department.scratch(&format!("{name}-{revoked}.crl"));
            fs::write(&file, crl).unwrap();
            lint("lint_crl", &["lint", "-t", "CRL", "-p", "PKIX", "--document-format", "DER"], &file);
        }
    }
    assert!(findings.is_empty(), "{findings}");
}

/// Production as a careful department has it: a registered CPS, elliptic keys, all addresses of a person, OCSP, and one key for both
/// uses that somebody answers for by name.
#[test]
fn pkilint_and_openssl_find_no_error_in_what_a_department_in_production_issues() {
    const SECOND: &str = "a.example@example.edu";
    const POLICY: &str = "1.3.6.1.4.1.32473.1";
    let Some(bin) = pkilint() else { return };
    if !have(&["openssl"]) {
        return;
    }
    let department = Department::served_as("pki.example.edu");
    export_cas(&department);
    department.run(&["subscriber", "add-mailbox", ALICE, SECOND]);
    department.run(&["subscriber", "validate", SECOND, "--method", "in-person", "--evidence", "seen in the office"]);
    let cps = [("cps.version", "2.1"), ("cps.url", "https://pki.example.edu/cps"), ("cps.oid", POLICY)];
    for (key, value) in cps.into_iter().chain([("status.ocsp_in_certificates", "yes")]) {
        department.set(key, value);
    }
    for profile in ["signing", "authentication", "encryption", "document"] {
        department.run(&["policy", "set", profile, "key=p256"]);
    }
    department.run(&["policy", "set", "signing", "every-address=yes"]);
    let both = ["usage=digitalSignature,keyEncipherment", "escrow=by-policy", "exception=Prof. Laurent, dean: one key is what it reads"];
    department.run(&[&["policy", "set", "functional", "every-address=yes"], &both[..]].concat());
    into_production(&department);
    from_elliptic_request(&department, ALICE, "signing", "signing");
    from_elliptic_request(&department, ALICE, "authentication", "authentication");
    for profile in ["encryption", "document", "functional"] {
        generated(&department, ALICE, profile, "modern", profile);
    }

    let lint = |program: &str, arguments: &[&str]| {
        let said = run(department.folder(), bin.join(program).to_str().unwrap(), &[&["lint"], arguments, &["-s", "ERROR"]].concat());
        if said.ok && said.stdout.trim_ascii().is_empty() { String::new() } else { said.text }
    };
    let addresses = format!("email:{ALICE}, email:{SECOND}");
    let (elliptic, rsa) = ("ASN1 OID: prime256v1", "Public-Key: (2048 bit)");
    let mut findings = String::new();
    for (name, purpose, says) in [
        ("signing", "smimesign", [elliptic, &addresses, "Digital Signature, Non Repudiation"]),
        ("authentication", "sslclient", [elliptic, ALICE, "TLS Web Client Authentication"]),
        ("encryption", "any", [elliptic, &addresses, "Key Agreement"]),
        ("document", "any", [elliptic, "1.3.6.1.4.1.311.80.1", "Key Agreement"]),
        ("functional", "smimesign", [rsa, &addresses, "Digital Signature, Key Encipherment"]),
    ] {
        let pem = format!("{name}.pem");
        let text = openssl(&department, &format!("x509 -in {pem} -noout -text")).content().text;
        for words in says.into_iter().chain([POLICY, "CPS: https://pki.example.edu/cps", "OCSP - URI:", "Full Name:"]) {
            assert!(text.contains(words), "{words} in {text}");
        }
        assert!(!text.contains("1.3.6.1.4.1.32473.20726.90"), "no pilot's: {text}");
        let trust = "-x509_strict -CAfile root.pem -untrusted issuing.pem";
        openssl(&department, &format!("verify {trust} -purpose {purpose} {pem}")).content();
        if text.contains(&addresses) {
            openssl(&department, &format!("verify {trust} -verify_email {SECOND} {pem}")).content();
        }
        findings.push_str(&lint("lint_pkix_cert", &[&pem]));
        findings.push_str(&lint("lint_pkix_signer_signee_cert_chain", &["issuing.pem", &pem]));
    }
    assert!(findings.is_empty(), "{findings}");
}

#[test]
fn pkilint_finds_no_error_in_the_certificates_of_a_phone() {
    let Some(bin) = pkilint() else { return };
    let (department, device_ca) = profile::department_with_phones();
    profile::walk(&department, &device_ca);
    let kinds: Vec<_> = department.certificates(true).into_iter().filter(|c| c["kind"] != "authority").collect();
    assert!(kinds.iter().any(|c| c["kind"] == "transport") && kinds.len() >= 3, "{kinds:?}");
    for certificate in kinds {
        let file = department.export(certificate["serial"].as_str().unwrap(), "lint.pem");
        let lint = run(department.folder(), bin.join("lint_pkix_cert").to_str().unwrap(), &["lint", "-s", "ERROR", file.to_str().unwrap()]);
        // pkilint cannot read arcs above 32 bits, which X.660 allows: the purpose of transport certificates under 2.25 has one.
        let unreadable = certificate["kind"] == "transport" && lint.text.contains("OID contains arc which is larger than 32-bits");
        let findings = lint.text.matches("(ERROR)").count() + lint.text.matches("(FATAL)").count();
        assert!(findings == usize::from(unreadable) && (lint.ok || unreadable), "{certificate}: {}", lint.text);
    }
}

#[test]
fn pkilint_finds_errors_where_they_are() {
    let Some(bin) = pkilint() else { return };
    if !have(&["openssl"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // a version 3 CA certificate without keyUsage and subjectKeyIdentifier
    let request = "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out bad.pem -days 1 -subj /CN=x -addext basicConstraints=CA:TRUE \
                   -addext subjectKeyIdentifier=none";
    run(folder.path(), "openssl", &request.split_whitespace().collect::<Vec<_>>()).content();
    run(folder.path(), bin.join("lint_pkix_cert").to_str().unwrap(), &["lint", "-s", "ERROR", "bad.pem"]).refused();
}
