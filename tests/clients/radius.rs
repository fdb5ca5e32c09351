//! FreeRADIUS, as a careful administrator sets it up for Wi-Fi with EAP-TLS, lets an issued certificate in and keeps the others out;
//! `eapol_test` (wpa_supplicant) is the device.

use crate::{
    desk::{export_cas, fetch_crls, from_elliptic_request, from_request},
    profile,
    support::{ALICE, Department, eventually},
    tool::{Said, have, run},
};
use std::{
    fs,
    net::UdpSocket,
    path::Path,
    process::{Child, Command, Stdio},
};

const NEEDED: &[&str] = &["openssl", "/usr/sbin/freeradius", "eapol_test"];
const SECRET: &str = "shared by the access point";
/// Times another port is tried when somebody was faster.
const PORTS: usize = 5;

/// How the server learns of revocations.
enum Status {
    /// From the issuing CA's CRL that lies beside the CAs.
    Crl,
    /// From the CRLs of both CAs, for the whole chain. FreeRADIUS ends a chain at the first CA that it was given (OpenSSL's partial
    /// chains), and could not place the root's CRL then: it is given the root alone, and devices send the issuing CA's certificate.
    WholeChain,
    /// From the responder, at each sign-in.
    Ocsp,
}

/// A running `freeradius`; ended when dropped.
struct Radius {
    process: Child,
    port: u16,
}

impl Drop for Radius {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Radius {
    /// Starts it with the CAs and, where asked for, the issuing CA's CRL of this moment.
    fn start(department: &Department, status: &Status) -> Self {
        let file = |name: &str| fs::read_to_string(department.scratch(name)).unwrap();
        fetch_crls(department);
        let trust = match status {
            Status::Crl => file("root.pem") + &file("issuing.pem") + &file("issuing.crl.pem"),
            Status::WholeChain => file("root.pem") + &file("root.crl.pem") + &file("issuing.crl.pem"),
            Status::Ocsp => file("root.pem") + &file("issuing.pem"),
        };
        fs::write(department.scratch("trust.pem"), trust).unwrap();
        Radius::start_trusting(department, status)
    }

    /// Starts it with what is in `trust.pem`.
    fn start_trusting(department: &Department, status: &Status) -> Self {
        let file = |name: &str| fs::read_to_string(department.scratch(name)).unwrap();
        for _ in 0..PORTS {
            // Port 0 means 1812 to FreeRADIUS: a free one is looked for.
            let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            fs::write(department.scratch("radiusd.conf"), configuration(department, status, port)).unwrap();
            let log = fs::File::create(department.scratch("radius.log")).unwrap();
            let mut command = Command::new("/usr/sbin/freeradius");
            command.args(["-X", "-n", "radiusd", "-d"]).arg(department.folder());
            let process = command.stdin(Stdio::null()).stdout(log).stderr(Stdio::null()).spawn().unwrap();
            let mut radius = Radius { process, port };
            let ready = eventually("FreeRADIUS", || {
                let ended = radius.process.try_wait().unwrap().is_some();
                let log = file("radius.log");
                log.contains("Ready to process requests").then_some(true).or(ended.then_some(false))
            });
            if ready {
                return radius;
            }
            assert!(file("radius.log").contains("in use"), "{}", file("radius.log"));
        }
        panic!("no free port");
    }

    /// A device signs in with `NAME.pem` and `NAME.key`. Gives what it said, and what the server said since.
    fn sign_in(&self, department: &Department, name: &str) -> (Said, String) {
        let path = |file: &str| department.scratch(file).display().to_string();
        let network = format!(
            "network={{\n key_mgmt=IEEE8021X\n eap=TLS\n eapol_flags=0\n identity=\"{name}\"\n ca_cert=\"{}\"\n \
             domain_match=\"radius.example.edu\"\n client_cert=\"{}\"\n private_key=\"{}\"\n}}\n",
            path("server.pem"),
            path(&format!("{name}.pem")),
            path(&format!("{name}.key"))
        );
        fs::write(department.scratch("network.conf"), network).unwrap();
        let log = || fs::read_to_string(department.scratch("radius.log")).unwrap();
        let before = log().len();
        let port = self.port.to_string();
        let said =
            run(department.folder(), "eapol_test", &["-c", "network.conf", "-a", "127.0.0.1", "-p", &port, "-s", SECRET, "-t", "30"]);
        (said, log().split_off(before))
    }

    fn lets_in(&self, department: &Department, name: &str) {
        let (said, log) = self.sign_in(department, name);
        assert!(said.ok && said.text.trim_end().ends_with("SUCCESS") && log.contains("Sent Access-Accept"), "{}\n{log}", said.text);
    }

    fn keeps_out(&self, department: &Department, name: &str, because: &str) {
        let (said, log) = self.sign_in(department, name);
        assert!(!said.ok && log.contains("Sent Access-Reject"), "{}\n{log}", said.text);
        assert!(log.contains(because), "{because:?} in {log}");
    }
}

/// One network, one access point on the loopback address, EAP-TLS alone; only certificates for client authentication.
fn configuration(department: &Department, status: &Status, port: u16) -> String {
    let folder = department.folder().display();
    let status = match status {
        Status::Crl => "check_crl = yes".to_owned(),
        Status::WholeChain => "check_crl = yes\n check_all_crl = yes".to_owned(),
        Status::Ocsp => format!(
            "ocsp {{\n enable = yes\n override_cert_url = yes\n url = \"http://{}/ocsp/issuing\"\n use_nonce = yes\n softfail = no\n }}\n",
            department.http()
        ),
    };
    format!(
        r#"
name = radiusd
prefix = /usr
libdir = /usr/lib/freeradius
confdir = {folder}
raddbdir = {folder}
run_dir = {folder}
logdir = {folder}
pidfile = {folder}/radius.pid
security {{
    reject_delay = 0
}}
client access-point {{
    ipaddr = 127.0.0.1
    secret = "{SECRET}"
}}
modules {{
    eap {{
        default_eap_type = tls
        tls-config wifi {{
            private_key_file = {folder}/server.key
            certificate_file = {folder}/server.pem
            ca_file = {folder}/trust.pem
            tls_min_version = "1.2"
            tls_max_version = "1.2"
            cipher_list = "DEFAULT"
            ecdh_curve = ""
            {status}
        }}
        tls {{
            tls = wifi
            virtual_server = client-certificates
        }}
    }}
    always reject {{
        rcode = reject
    }}
}}
server wifi {{
    listen {{
        type = auth
        ipaddr = 127.0.0.1
        port = {port}
    }}
    authorize {{
        eap
    }}
    authenticate {{
        eap
    }}
}}
server client-certificates {{
    authorize {{
        if (&TLS-Client-Cert-X509v3-Extended-Key-Usage-OID[*] == "1.3.6.1.5.5.7.3.2") {{
            update control {{
                &Auth-Type := Accept
            }}
        }}
        else {{
            reject
        }}
    }}
}}
"#
    )
}

/// The server's own certificate, which is somebody else's affair.
fn server_certificate(folder: &Path) {
    let made = "req -x509 -newkey rsa:2048 -nodes -keyout server.key -out server.pem -days 30 -subj /CN=radius.example.edu \
                -addext subjectAltName=DNS:radius.example.edu -addext extendedKeyUsage=serverAuth";
    run(folder, "openssl", &made.split_whitespace().collect::<Vec<_>>()).content();
}

#[test]
fn freeradius_lets_a_client_in_until_the_crl_lists_it() {
    if !have(NEEDED) {
        return;
    }
    let department = Department::served();
    export_cas(&department);
    server_certificate(department.folder());
    let lost = from_request(&department, ALICE, "authentication", "lost");
    from_request(&department, ALICE, "authentication", "kept");
    from_request(&department, ALICE, "signing", "signing");
    let radius = Radius::start(&department, &Status::Crl);
    radius.lets_in(&department, "lost");
    radius.lets_in(&department, "kept");
    radius.keeps_out(&department, "signing", "unsuitable certificate purpose");
    drop(radius);
    department.run(&["certificate", "revoke", &lost, "--reason", "keyCompromise"]);
    let radius = Radius::start(&department, &Status::Crl);
    radius.keeps_out(&department, "lost", "certificate revoked");
    radius.lets_in(&department, "kept");
}

#[test]
fn freeradius_lets_a_client_in_with_a_key_on_p256() {
    if !have(NEEDED) {
        return;
    }
    let department = Department::served();
    export_cas(&department);
    server_certificate(department.folder());
    department.run(&["policy", "set", "authentication", "key=p256"]);
    let lost = from_elliptic_request(&department, ALICE, "authentication", "lost");
    from_elliptic_request(&department, ALICE, "authentication", "kept");
    let radius = Radius::start(&department, &Status::Crl);
    radius.lets_in(&department, "lost");
    drop(radius);
    department.run(&["certificate", "revoke", &lost, "--reason", "keyCompromise"]);
    let radius = Radius::start(&department, &Status::Crl);
    radius.keeps_out(&department, "lost", "certificate revoked");
    radius.lets_in(&department, "kept");
}

#[test]
fn freeradius_checks_the_whole_chain_with_the_lists_of_both_cas() {
    if !have(NEEDED) {
        return;
    }
    let department = Department::served();
    export_cas(&department);
    server_certificate(department.folder());
    let lost = from_request(&department, ALICE, "authentication", "lost");
    from_request(&department, ALICE, "authentication", "kept");
    let issuing = fs::read_to_string(department.scratch("issuing.pem")).unwrap();
    for name in ["lost.pem", "kept.pem"] {
        let own = fs::read_to_string(department.scratch(name)).unwrap();
        fs::write(department.scratch(name), own + &issuing).unwrap();
    }
    let radius = Radius::start(&department, &Status::WholeChain);
    radius.lets_in(&department, "lost");
    radius.lets_in(&department, "kept");
    drop(radius);
    department.run(&["certificate", "revoke", &lost, "--reason", "keyCompromise"]);
    let radius = Radius::start(&department, &Status::WholeChain);
    radius.keeps_out(&department, "lost", "certificate revoked");
    radius.lets_in(&department, "kept");
    drop(radius);
    // It does look at the root's list: without it nobody gets in.
    let file = |name: &str| fs::read_to_string(department.scratch(name)).unwrap();
    fs::write(department.scratch("trust.pem"), file("root.pem") + &file("issuing.crl.pem")).unwrap();
    let radius = Radius::start_trusting(&department, &Status::WholeChain);
    radius.keeps_out(&department, "kept", "unable to get certificate CRL");
}

#[test]
fn freeradius_asks_the_responder_and_keeps_a_client_out_at_once() {
    if !have(NEEDED) {
        return;
    }
    let department = Department::served();
    export_cas(&department);
    server_certificate(department.folder());
    let lost = from_request(&department, ALICE, "authentication", "lost");
    from_request(&department, ALICE, "authentication", "kept");
    let radius = Radius::start(&department, &Status::Ocsp);
    radius.lets_in(&department, "lost");
    department.run(&["certificate", "revoke", &lost, "--reason", "keyCompromise"]);
    radius.keeps_out(&department, "lost", "Cert status: revoked");
    radius.lets_in(&department, "kept");
}

#[test]
fn freeradius_refuses_the_transport_identity_of_a_phone() {
    if !have(NEEDED) {
        return;
    }
    let (department, device_ca) = profile::department_with_phones();
    export_cas(&department);
    server_certificate(department.folder());
    let walk = profile::walk(&department, &device_ca);
    fs::write(department.scratch("transport.pem"), walk.transport.certificate.to_pem().unwrap()).unwrap();
    fs::write(department.scratch("transport.key"), walk.transport.key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    from_request(&department, ALICE, "authentication", "alice");
    let radius = Radius::start(&department, &Status::Crl);
    radius.keeps_out(&department, "transport", "unsuitable certificate purpose");
    radius.lets_in(&department, "alice");
}
