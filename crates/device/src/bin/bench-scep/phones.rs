//! Many phones at once, through all phases over TLS: portal, phases 1 to 3, three or more SCEP enrollments each. Nothing is compared
//! here, so the server has all cores, and shares them with the phones.

use crate::{
    Outcome, Plan,
    process::Cores,
    report::percentile,
    requests::{get, now, on_all_cores},
    signet::{Department, Invitation},
};
use device::{
    DeviceCa, Https, Iphone, KeyKind, Safari,
    iphone::Variant,
    transport::{Request, Response, Transport, TransportError},
};
use openssl::x509::X509;
use std::{
    collections::BTreeMap,
    fmt,
    path::Path,
    sync::{Arc, Barrier, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Keys that a phone needs: for the transport identity, to sign and to sign in.
const KEYS: usize = 3;

/// How it went.
pub(crate) struct Walk {
    count: usize,
    lost: usize,
    seconds: f64,
    /// Exchanges by phase.
    phases: BTreeMap<&'static str, Vec<Duration>>,
}

impl Walk {
    pub(crate) fn lost(&self) -> usize {
        self.lost
    }
}

impl fmt::Display for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} phones at once over TLS: {:.1} s for all of them, {} lost", self.count, self.seconds, self.lost)?;
        writeln!(f, "\n| phase | exchanges | p50 / p99 ms |\n|---|---|---|")?;
        for (phase, latencies) in &self.phases {
            writeln!(f, "| {phase} | {} | {:.0} / {:.0} |", latencies.len(), percentile(latencies, 0.5), percentile(latencies, 0.99))?;
        }
        Ok(())
    }
}

/// Times every exchange.
struct Timed {
    https: Https,
    taken: Mutex<Vec<(&'static str, Duration)>>,
}

impl Transport for Timed {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        let start = Instant::now();
        let response = self.https.send(request);
        let took = start.elapsed();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let phase = match (request.url.contains("/ota/"), request.url.contains("PKIOperation")) {
            (true, _) if taken.iter().any(|(phase, _)| *phase == "3 phase 2") => "5 phase 3",
            (true, _) => "3 phase 2",
            (_, true) => "4 SCEP",
            _ if request.url.contains("/scep/") => "4 SCEP, capabilities and certificates",
            _ if request.url.ends_with("/profile") => "2 phase 1",
            _ => "1 portal",
        };
        taken.push((phase, took));
        response
    }
}

/// Enrolls `count` phones at once.
pub(crate) fn enroll(plan: &Plan, folder: &Path, count: usize) -> Outcome<Walk> {
    let department = Department::new(&plan.signetctl, folder, 0)?;
    let ca = DeviceCa::new(2048).map_err(|e| e.to_string())?;
    let file = folder.join("device-ca.pem");
    std::fs::write(&file, ca.to_pem().map_err(|e| e.to_string())?).map_err(|e| format!("{}: {e}", file.display()))?;
    let (_server, listening) = department.serve(Cores::All, &["--device-ca", &file.to_string_lossy()])?;
    let root = get(&listening.http, "/ca/root.crt")?.1;
    let trusted = X509::from_der(&root).map_err(|e| format!("root certificate: {e}"))?;
    println!("inviting {count} phones");
    let invitations = on_all_cores(&vec![(); count], |()| department.invite())?;
    let phones = on_all_cores(&invitations, |_| {
        let mut phone = Iphone::new(&ca, Variant::default(), now()).map_err(|e| e.to_string())?;
        // A hundred phones have a hundred processors to make their keys; here it would be the load's one, while their clocks run.
        let made = (0..KEYS).map(|_| KeyKind::Rsa(2048).generate()).collect::<Result<Vec<_>, _>>().map_err(|e| e.to_string())?;
        let stock = Mutex::new(made);
        phone.make_key = Arc::new(move |bits| match stock.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            Some(key) if bits == 2048 => Ok(key),
            _ => KeyKind::Rsa(bits).generate(),
        });
        phone.trusted_roots = vec![trusted.clone()];
        let https = Https::new(std::slice::from_ref(&root)).map_err(|e| e.to_string())?;
        Ok((phone, Timed { https, taken: Mutex::default() }))
    })?;
    let (ready, start) = (Barrier::new(count + 1), Mutex::new(None));
    let one = |(mut phone, timed): (Iphone, Timed), invitation: &Invitation| {
        ready.wait();
        (walk(&mut phone, &timed, invitation), timed)
    };
    let one = &one;
    let walked: Vec<(Outcome<()>, Timed)> = std::thread::scope(|scope| {
        let pairs = phones.into_iter().zip(&invitations);
        let threads: Vec<_> = pairs.map(|(phone, invitation)| scope.spawn(move || one(phone, invitation))).collect();
        ready.wait();
        *start.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let began = start.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut phases: BTreeMap<&'static str, Vec<Duration>> = BTreeMap::new();
    let mut failures = Vec::new();
    for (outcome, timed) in walked {
        failures.extend(outcome.err());
        for (phase, took) in timed.taken.into_inner().unwrap_or_else(PoisonError::into_inner) {
            phases.entry(phase).or_default().push(took);
        }
    }
    if let Some(first) = failures.first() {
        println!("{} phones failed, the first: {first}", failures.len());
    }
    let configured = department.configured()?;
    Ok(Walk { count, lost: count.saturating_sub(configured), seconds: began.map_or(0.0, |b| b.elapsed().as_secs_f64()), phases })
}

fn walk(phone: &mut Iphone, transport: &dyn Transport, invitation: &Invitation) -> Outcome<()> {
    let failed = |e: device::Error| e.to_string();
    let mut safari = Safari::new(transport);
    let page = safari.open(&invitation.url).map_err(failed)?;
    let form = page.form_with("code").ok_or_else(|| format!("no field for the code: {}", page.text()))?;
    let page = safari.submit(&page, &form, &[("code", &invitation.code)]).map_err(failed)?;
    let (profile, _) = page.links().into_iter().find(|(url, _)| url.ends_with("/profile")).ok_or("no profile to download")?;
    let profile = safari.download(&profile).map_err(failed)?;
    phone.enroll(transport, &profile).map(|_| ()).map_err(failed)
}
