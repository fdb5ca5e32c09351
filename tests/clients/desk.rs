//! What an officer issues at the desk: on a request that OpenSSL made, or as a PKCS#12 with a key that Signet made.

use crate::{
    support::{Department, plain_http},
    tool::{Said, run},
};
use std::fs;

/// `openssl LINE` in the department's folder; no argument has a blank in it.
pub(crate) fn openssl(department: &Department, line: &str) -> Said {
    run(department.folder(), "openssl", &line.split(' ').collect::<Vec<_>>())
}

/// Takes the department into production: every open gate is overridden by name and reason.
pub(crate) fn into_production(department: &Department) {
    for gate in department.json(&["policy", "gates"]).as_array().unwrap().iter().filter(|gate| gate["state"] == "open") {
        let why = ["--overridden-by", "Rosa Ruiz", "--reason", "a department made for tests"];
        department.run(&[&["policy", "gate", gate["gate"].as_str().unwrap()], &why[..]].concat());
    }
    department.run(&["policy", "production"]);
}

/// Issues on a request: key, request and certificate in `NAME.key`, `NAME.csr`, `NAME.pem`. Gives the serial.
pub(crate) fn from_request(department: &Department, mail: &str, profile: &str, name: &str) -> String {
    from_request_with(department, mail, profile, name, &["rsa:2048"])
}

/// The same with a key on P-256.
pub(crate) fn from_elliptic_request(department: &Department, mail: &str, profile: &str, name: &str) -> String {
    from_request_with(department, mail, profile, name, &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
}

fn from_request_with(department: &Department, mail: &str, profile: &str, name: &str, kind: &[&str]) -> String {
    let (key, csr) = (format!("{name}.key"), format!("{name}.csr"));
    let names = ["-nodes", "-keyout", &key, "-out", &csr, "-subj", "/O=Example University"];
    let made = [&["req", "-new", "-newkey"], kind, &names[..]].concat();
    run(department.folder(), "openssl", &made).content();
    let request = department.scratch(&csr);
    let issued = department.json(&["certificate", "issue", mail, "--profile", profile, "--csr", request.to_str().unwrap()]);
    exported(department, &issued, name)
}

/// Issues a key that Signet makes, for these readers, in place of an earlier one: `NAME.p12` and its password in `NAME.password`, the
/// certificate in `NAME.pem`. Gives the serial.
pub(crate) fn generated(department: &Department, mail: &str, profile: &str, container: &str, name: &str) -> String {
    let (p12, password) = (department.scratch(&format!("{name}.p12")), department.scratch(&format!("{name}.password")));
    let files = ["--p12", p12.to_str().unwrap(), "--password-out", password.to_str().unwrap(), "--container", container, "--replace"];
    let issued = department.json(&[&["certificate", "issue", mail, "--profile", profile, "--generate"], &files[..]].concat());
    exported(department, &issued, name)
}

fn exported(department: &Department, issued: &serde_json::Value, name: &str) -> String {
    let serial = issued["certificate"]["serial"].as_str().unwrap_or_else(|| panic!("{issued}")).to_owned();
    department.export(&serial, &format!("{name}.pem"));
    serial
}

/// Writes both CAs to `root.pem` and `issuing.pem`.
pub(crate) fn export_cas(department: &Department) {
    for name in ["root", "issuing"] {
        department.export(&department.own_serial(name), &format!("{name}.pem"));
    }
}

/// Fetches the CRLs of both CAs as a relying party does: `NAME.crl` and, in PEM, `NAME.crl.pem`.
pub(crate) fn fetch_crls(department: &Department) {
    for name in ["root", "issuing"] {
        let (status, crl) = plain_http(department.http(), &format!("GET /crl/{name}.crl"), b"");
        assert_eq!(status, 200);
        fs::write(department.scratch(&format!("{name}.crl")), crl).unwrap();
        openssl(department, &format!("crl -inform DER -in {name}.crl -out {name}.crl.pem")).content();
    }
}
