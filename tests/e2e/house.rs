//! A department that serves on free ports of this computer, in a temporary folder, with a clock that tests move.

use device::{DeviceCa, Error, Https, Iphone, Page, Safari, iphone::Installed, iphone::Variant};
use enroll::{RequestLog, ServeOptions, Server};
use openssl::x509::X509;
use protocol::{Timestamp, key::KeyAlgorithm, x509::SerialNumber};
use ra::{
    Authority, OpenOptions, Operator,
    certificate::{Certificate, CertificateQuery},
    department::NewDepartment,
    enrollment::{EnrollmentDetail, State, StepKind},
    id::EnrollmentId,
    invitation::{Channel, Invitation},
    ledger::Actor,
    mailbox::Method,
    ports::{Clock, FixedClock, SystemClock},
    subscriber::{NewSubscriber, SubscriberKind},
    vault::KeyringChoice,
};
use std::{
    fs::Permissions,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};
use tempfile::TempDir;

/// A device CA that the server is told of, made once.
pub(crate) static DEVICE_CA: LazyLock<DeviceCa> = LazyLock::new(|| DeviceCa::new(1024).unwrap());

/// A folder in which a department was set up, made once: its keys take the most time of all.
static SET_UP: LazyLock<Packed> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("passphrase"), "correct horse battery staple\n").unwrap();
    let authority = open(folder.path(), &FixedClock::at(SystemClock.now().0));
    let (hosts, ca_key) = (vec!["localhost".into()], KeyAlgorithm::Rsa2048);
    let new = NewDepartment { hosts, ca_key, status_url: None, ..ra::testing::new_department() };
    authority.operator(Actor::Officer("rosa".into())).create_department(new).unwrap();
    drop(authority);
    Packed::pack(folder.path())
});

/// A closed folder's files: path, permissions, content (none: a folder).
struct Packed(Vec<(PathBuf, Permissions, Option<Vec<u8>>)>);

impl Packed {
    fn pack(root: &Path) -> Self {
        let (mut entries, mut folders) = (Vec::new(), vec![PathBuf::new()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(root.join(&folder)).unwrap() {
                let entry = entry.unwrap();
                let (path, metadata) = (folder.join(entry.file_name()), entry.metadata().unwrap());
                let content = metadata.is_file().then(|| std::fs::read(entry.path()).unwrap());
                if content.is_none() {
                    folders.push(path.clone());
                }
                entries.push((path, metadata.permissions(), content));
            }
        }
        Packed(entries)
    }
    fn unpack(&self, root: &Path) {
        for (path, permissions, content) in &self.0 {
            let path = root.join(path);
            match content {
                Some(content) => std::fs::write(&path, content).unwrap(),
                None => std::fs::create_dir(&path).unwrap(),
            }
            std::fs::set_permissions(&path, permissions.clone()).unwrap();
        }
    }
}

pub(crate) const ALICE: &str = "alice@example.edu";

pub(crate) struct House {
    pub(crate) folder: TempDir,
    pub(crate) clock: FixedClock,
    pub(crate) authority: Authority,
    pub(crate) officer: Operator,
    pub(crate) log: RequestLog,
    server: Option<Server>,
    doors: (SocketAddr, SocketAddr),
}

pub(crate) fn open(folder: &Path, clock: &FixedClock) -> Authority {
    Authority::open(OpenOptions {
        folder: folder.join("data"),
        keyring: Some(KeyringChoice::PassphraseFile(folder.join("passphrase"))),
        clock: Arc::new(clock.clone()),
    })
    .unwrap()
}

impl House {
    /// Set up, with Alice as a validated subscriber, and serving.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        SET_UP.unpack(folder.path());
        let device_ca = folder.path().join("device-ca.pem");
        std::fs::write(&device_ca, DEVICE_CA.to_pem().unwrap()).unwrap();
        // The phones verify TLS by the computer's clock, so the house starts with it.
        let clock = FixedClock::at(SystemClock.now().0);
        let authority = open(folder.path(), &clock);
        let officer = authority.operator(Actor::Officer("rosa".into()));
        officer.set_setting("serve.device_ca", device_ca.to_str().unwrap()).unwrap();
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut house = House { folder, clock, authority, officer, log: RequestLog::default(), server: None, doors: (any, any) };
        house.serve();
        house.add("Alice Example", ALICE);
        house
    }

    /// Starts serving, on the ports of before when there were some.
    pub(crate) fn serve(&mut self) {
        let options = ServeOptions { https: self.doors.0, http: self.doors.1, log: self.log.clone(), clock: Arc::new(self.clock.clone()) };
        let server = Server::start(self.authority.enroller(), options).unwrap();
        self.doors = (server.https_addr(), server.http_addr());
        self.officer.set_setting("serve.http", &self.doors.1.to_string()).unwrap();
        self.officer.set_setting("serve.public_url", &self.https("")).unwrap();
        self.server = Some(server);
    }

    /// Stops serving, closes the folder, opens it again and serves on the same ports, as after a restart of the program.
    pub(crate) fn restart(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop();
        }
        self.authority = open(self.folder.path(), &self.clock);
        self.officer = self.authority.operator(Actor::Officer("rosa".into()));
        self.serve();
    }

    pub(crate) fn https(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.doors.0.port())
    }
    pub(crate) fn http(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.doors.1.port())
    }
    pub(crate) fn https_door(&self) -> SocketAddr {
        self.doors.0
    }
    pub(crate) fn http_door(&self) -> SocketAddr {
        self.doors.1
    }

    pub(crate) fn set(&self, key: &str, value: &str) {
        self.officer.set_setting(key, value).unwrap();
    }
    pub(crate) fn now(&self) -> i64 {
        self.clock.now().0
    }

    /// Adds a person whose mailbox the officer has validated.
    pub(crate) fn add(&self, name: &str, mail: &str) {
        let new = NewSubscriber { name: name.into(), mail: mail.into(), kind: SubscriberKind::Person };
        self.officer.add_subscriber(new).unwrap();
        self.officer.validate_mailbox(mail, Method::InPerson, "staff card seen").unwrap();
    }
    pub(crate) fn invite(&self, mail: &str) -> Invitation {
        self.officer.invite(mail, Channel::Show).unwrap()
    }
    pub(crate) fn detail(&self, id: EnrollmentId) -> EnrollmentDetail {
        self.officer.enrollment(id).unwrap()
    }
    pub(crate) fn state(&self, id: EnrollmentId) -> State {
        self.detail(id).enrollment.state
    }
    pub(crate) fn steps(&self, id: EnrollmentId) -> Vec<StepKind> {
        self.detail(id).steps.iter().map(|step| step.kind).collect()
    }
    pub(crate) fn last_facts(&self, id: EnrollmentId, kind: StepKind) -> serde_json::Value {
        self.detail(id).steps.iter().rev().find(|step| step.kind == kind).map(|step| step.facts.clone()).unwrap_or_default()
    }
    /// Every certificate that the authority knows, our own too.
    pub(crate) fn certificates(&self) -> Vec<Certificate> {
        self.officer.certificates(&CertificateQuery { all: true, limit: 1000, ..CertificateQuery::default() }).unwrap()
    }
    pub(crate) fn certificate(&self, certificate: &X509) -> Certificate {
        self.officer.certificate(&serial(certificate)).unwrap()
    }
    pub(crate) fn ca(&self, name: &str) -> X509 {
        let all = self.officer.ca_certificates().unwrap();
        X509::from_der(&all.iter().find(|ca| ca.name == name).unwrap().der).unwrap()
    }

    /// What a phone uses whose owner trusts the department's root.
    pub(crate) fn wire(&self) -> Https {
        Https::new(&[self.ca("root").to_der().unwrap()]).unwrap()
    }
    pub(crate) fn phone(&self, variant: Variant) -> Iphone {
        let mut phone = Iphone::new(&DEVICE_CA, variant, self.now()).unwrap();
        phone.trusted_roots = vec![self.ca("root")];
        phone
    }

    /// The URL as a camera reads it from the officer's QR code.
    pub(crate) fn scan(&self, invitation: &Invitation) -> String {
        let png = outbound::qr_png(&invitation.url, 6).unwrap();
        crate::pictures::read(&image::load_from_memory(&png).unwrap().to_luma8())
    }

    /// Opens the link, types the code, downloads the Profile Service profile.
    pub(crate) fn phase1(&self, wire: &Https, invitation: &Invitation) -> Vec<u8> {
        let mut safari = Safari::new(wire);
        let page = sign_in(&mut safari, &self.scan(invitation), invitation.code.reveal().as_str()).unwrap();
        download(&mut safari, &page).unwrap()
    }

    /// Everything, from the QR code to the installed profile.
    pub(crate) fn enroll(&self, variant: Variant, mail: &str) -> (Iphone, Installed, Invitation) {
        let (wire, invitation) = (self.wire(), self.invite(mail));
        let phase1 = self.phase1(&wire, &invitation);
        let mut phone = self.phone(variant);
        let installed = phone.enroll(&wire, &phase1).unwrap_or_else(|e| panic!("{variant:?}: {e} {:?}", self.steps(invitation.enrollment)));
        (phone, installed, invitation)
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop();
        }
    }
}

/// The sign-in form with the code; the page after it.
pub(crate) fn sign_in(safari: &mut Safari<'_>, url: &str, code: &str) -> Result<Page, Error> {
    let hello = safari.open(url)?;
    let form = hello.form_with("code").ok_or_else(|| Error::Page(format!("no form for the code: {} {}", hello.status, hello.text())))?;
    safari.submit(&hello, &form, &[("code", code)])
}

/// Follows the page's link to the profile.
pub(crate) fn download(safari: &mut Safari<'_>, page: &Page) -> Result<Vec<u8>, Error> {
    let link = page.links().into_iter().find(|(href, _)| href.ends_with("/profile"));
    let (url, _) = link.ok_or_else(|| Error::Page(format!("no link to the profile: {} {}", page.status, page.text())))?;
    safari.download(&url)
}

pub(crate) fn serial(certificate: &X509) -> SerialNumber {
    SerialNumber::parse(&certificate.serial_number().to_bn().unwrap().to_hex_str().unwrap()).unwrap()
}

pub(crate) const MINUTE: i64 = Timestamp::MINUTE;
pub(crate) const DAY: i64 = Timestamp::DAY;
