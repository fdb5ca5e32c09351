//! `serve` is killed with SIGKILL under each request of phones that walk the phases. They send again what was not answered, and go on to
//! configured; no certificate is unknown, no challenge is spent without one, no serial number repeats.

use crate::{
    house::{download, serial, sign_in},
    outside,
    support::{Department, PATIENCE},
};
use device::{
    Https, Safari,
    transport::{Method, Request, Response, Transport, TransportError},
};
use openssl::x509::X509;
use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// What phones are told; [`Struck`] leads it to wherever the server of the moment listens.
const PUBLIC: &str = "https://localhost:8443";
/// The requests of a walk that are struck: the sign-in, the download of the profile, phase 2, SCEP for the transport identity, phase 3,
/// SCEP for both identities of the profile.
const DEEDS: usize = 7;
/// How many phones walk while their server is killed under them, each [`DEEDS`] times.
const STRUCK: usize = 2;

/// The network between a phone and a server that is killed: what was not answered is sent again.
struct Struck<'a> {
    wire: Https,
    department: &'a Mutex<Department>,
    /// When the server is killed, counted from when the request of each deed leaves; empty: never.
    blows: &'a [Duration],
    /// How long the deeds took.
    taken: Mutex<Vec<Duration>>,
    /// How often a request was not answered.
    cut_off: AtomicUsize,
}

/// What the server answers by changing something; looking at pages is not struck.
fn is_deed(request: &Request) -> bool {
    let sign_in = request.method == Method::Post && request.url.contains("/e/");
    sign_in || request.url.ends_with("/profile") || request.url.contains("/ota/") || request.url.contains("operation=PKIOperation")
}

impl Struck<'_> {
    /// Sends until somebody answers.
    fn insist(&self, request: &Request) -> Result<Response, TransportError> {
        let begun = Instant::now();
        loop {
            // Waits while the server is started anew.
            let port = self.department.lock().unwrap().https_port();
            let url = request.url.replacen(PUBLIC, &format!("https://localhost:{port}"), 1);
            match self.wire.send(&Request { url, ..request.clone() }) {
                Err(TransportError::Network(_)) if begun.elapsed() < PATIENCE => {
                    self.cut_off.fetch_add(1, Ordering::Relaxed);
                }
                answer => return answer,
            }
        }
    }
}

impl Transport for Struck<'_> {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        if !is_deed(request) {
            return self.insist(request);
        }
        let blow = self.blows.get(self.taken.lock().unwrap().len()).copied();
        let begun = Instant::now();
        let answer = std::thread::scope(|scope| {
            if let Some(moment) = blow {
                scope.spawn(move || {
                    // Not waiting for something: the blow shall fall at any point of the server's work.
                    std::thread::sleep(moment);
                    self.department.lock().unwrap().crash();
                });
            }
            self.insist(request)
        });
        self.taken.lock().unwrap().push(begun.elapsed());
        answer
    }
}

impl Drop for Struck<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the server was killed {:?} after the requests", self.blows);
        }
    }
}

/// What came of a walk.
struct Walk {
    enrollment: String,
    /// Of the certificates that the phone has, the transport identity's first.
    serials: Vec<String>,
    taken: Vec<Duration>,
    /// How many of its requests were not answered.
    cut_off: usize,
}

/// From the link to the installed profile.
fn walk(department: &Mutex<Department>, root: &X509, blows: &[Duration]) -> Walk {
    let invited = outside::invite(&department.lock().unwrap());
    let struck = Struck { wire: outside::wire(root), department, blows, taken: Mutex::default(), cut_off: AtomicUsize::default() };
    let mut safari = Safari::new(&struck);
    let page = sign_in(&mut safari, &invited.url, &invited.code).unwrap();
    let phase1 = download(&mut safari, &page).unwrap();
    let installed = outside::phone(root).enroll(&struck, &phase1).unwrap();
    let transport = &installed.stub.as_ref().unwrap().identity;
    let identities = installed.identities.iter().map(|installed| &installed.identity);
    let serials = std::iter::once(transport).chain(identities).map(|identity| serial(&identity.certificate).to_string()).collect();
    let taken = struck.taken.lock().unwrap().clone();
    Walk { enrollment: invited.enrollment, serials, taken, cut_off: struck.cut_off.load(Ordering::Relaxed) }
}

/// A moment of each deed, or a little after it: the next ones of a row that is always the same, as parts of the time that the deed takes.
fn moments(calm: &[Duration], random: &mut u64) -> Vec<Duration> {
    let mut part = || {
        *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(*random >> 32).unwrap()) / f64::from(u32::MAX)
    };
    calm.iter().map(|taken| taken.mul_f64(1.25 * part())).collect()
}

#[test]
fn killing_the_server_under_each_request_of_a_phone_loses_and_repeats_nothing() {
    let (department, root) = outside::served(&["--public-url", PUBLIC]);
    let department = Mutex::new(department);
    let calm = walk(&department, &root, &[]);
    assert_eq!((calm.taken.len(), calm.cut_off), (DEEDS, 0));

    let mut random = 0x9e37_79b9_7f4a_7c15;
    let blows: Vec<_> = (0..STRUCK).map(|_| moments(&calm.taken, &mut random)).collect();
    let mut walks: Vec<_> = blows.iter().map(|blows| walk(&department, &root, blows)).collect();
    let cut_off: usize = walks.iter().map(|walk| walk.cut_off).sum();
    assert!(cut_off > 0, "every request was answered before its blow fell: {blows:?}");
    walks.push(calm);
    let department = department.into_inner().unwrap();

    for walk in &walks {
        let shown = department.json(&["enrollment", "show", &walk.enrollment]);
        assert_eq!(shown["state"], "configured", "killed after {blows:?}");
        let steps: Vec<_> = shown["steps"].as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect();
        assert!(steps.iter().all(|step| !step.ends_with("refused")), "killed after {blows:?}: {steps:?}");
    }
    let got: BTreeSet<_> = walks.iter().flat_map(|walk| &walk.serials).map(String::as_str).collect();
    assert_eq!(got.len(), 3 * walks.len(), "a serial number repeats; killed after {blows:?}");
    let listed = department.certificates(true);
    let people = listed.iter().filter(|certificate| certificate["kind"] != "authority");
    let known: BTreeSet<_> = people.map(|certificate| certificate["serial"].as_str().unwrap()).collect();
    assert_eq!(known, got, "every certificate is known, and none is there that no phone has; killed after {blows:?}");

    let database = rusqlite::Connection::open(department.scratch("data/signet.db")).unwrap();
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap();
    let spent = count("SELECT count(*) FROM challenge WHERE state = 'spent'");
    assert_eq!(usize::try_from(spent).unwrap(), got.len(), "killed after {blows:?}");
    for nothing in [
        "SELECT count(*) FROM challenge WHERE state = 'spent' AND serial NOT IN (SELECT serial FROM certificate)",
        "SELECT count(*) FROM challenge WHERE state = 'claimed'",
        "SELECT count(*) FROM challenge JOIN issuance USING (serial) WHERE issuance.state <> 'stored'",
        "SELECT count(*) - count(DISTINCT serial) FROM issuance",
    ] {
        assert_eq!(count(nothing), 0, "{nothing}; killed after {blows:?}");
    }
    assert!(department.json(&["ledger", "verify"])["broken_at"].is_null());
}
