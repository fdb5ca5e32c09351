//! The contest: interleaved runs, then the table and the BENCH line.

use crate::{
    Outcome, Plan, SERVER_CORE,
    load::{self, Run},
    peer::{self, Peer},
    phones,
    process::{Cores, Server, run},
    report::{HEADING, Sample, Series, median, paired, percentile},
    requests::{self, Key, on_all_cores},
    signet::{Department, Listening},
};
use device::scep::{Prepared, Recipients, Status, read_reply};
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

const PATH: &str = "/scep/signet";

/// A department that serves, with what was issued in it.
struct Contestant {
    department: Department,
    server: Server,
    listening: Listening,
    ra: Recipients,
    series: Series,
    serials: Vec<String>,
    /// Memory before the first request for a certificate, MiB.
    idle: f64,
}

impl Contestant {
    fn new(signetctl: &Path, folder: &Path, name: &str, stored: u64) -> Outcome<Self> {
        let department = Department::new(signetctl, folder, stored)?;
        let (server, listening) = department.serve(Cores::One, &[])?;
        let ra = requests::recipients(&listening.http, PATH)?;
        Ok(Contestant { department, server, listening, ra, series: Series::new(name), serials: Vec::new(), idle: 0.0 })
    }

    fn run(&mut self, plan: &Plan, keys: &[Key]) -> Outcome<()> {
        let prepared = requests::make(keys, &self.department.wishes(keys.len())?, &self.ra)?;
        let bodies: Vec<Vec<u8>> = prepared.iter().map(|p| p.body.clone()).collect();
        if self.serials.is_empty() {
            self.idle = self.server.memory()?;
        }
        self.server.forget_peak()?;
        let before = self.server.cpu()?;
        let run = load::send(&self.listening.http, PATH, &bodies, plan.connections, &self.department.folder)?;
        let cpu = self.server.cpu()? - before;
        let memory = (self.server.memory()?, self.server.peak_memory()?);
        let serials = judge(&prepared, &run, &self.ra)?;
        let issued: Vec<String> = serials.into_iter().flatten().collect();
        let errors = run.answers.len() - issued.len();
        let known: HashSet<&String> = self.serials.iter().collect();
        let fresh: HashSet<&String> = issued.iter().filter(|serial| !known.contains(serial)).collect();
        let duplicates = issued.len() - fresh.len();
        self.series.samples.push(sample(&run, issued.len(), cpu, memory, errors, duplicates));
        self.serials.extend(issued);
        Ok(())
    }

    /// Killed right after its last answer: whatever was answered must be there.
    fn survives(&mut self) -> Outcome<bool> {
        self.server.kill();
        let stored: HashSet<String> = self.department.serials(self.serials.len() + 100)?.into_iter().collect();
        Ok(self.serials.iter().all(|serial| stored.contains(serial)))
    }
}

/// Opens every answer: the serial of the certificate, when it is for the key of its request.
fn judge(prepared: &[Prepared], run: &Run, ra: &Recipients) -> Outcome<Vec<Option<String>>> {
    let pairs: Vec<_> = prepared.iter().zip(&run.answers).collect();
    on_all_cores(&pairs, |(request, answer)| {
        let Ok(reply) = read_reply(&answer.body, request, &ra.signer) else { return Ok(None) };
        let [certificate] = reply.certificates.as_slice() else { return Ok(None) };
        let own = certificate.public_key().is_ok_and(|key| request.signer.key.public_eq(&key));
        let serial = certificate.serial_number().to_bn().and_then(|bn| bn.to_hex_str().map(|hex| hex.to_string())).ok();
        Ok(serial.filter(|_| own && answer.status == 200 && reply.status == Status::Success))
    })
}

fn sample(run: &Run, issued: usize, cpu: f64, (memory, peak): (f64, f64), errors: usize, duplicates: usize) -> Sample {
    let latencies: Vec<Duration> = run.answers.iter().map(|answer| answer.latency).collect();
    Sample {
        rate: issued as f64 / run.seconds,
        cpu: cpu * 1000.0 / run.answers.len().max(1) as f64,
        p50: percentile(&latencies, 0.5),
        p99: percentile(&latencies, 0.99),
        memory,
        peak,
        errors,
        duplicates,
    }
}

fn run_peer(plan: &Plan, keys: &[Key], folder: &Path, series: &mut Series) -> Outcome<()> {
    let peer = Peer::start(folder)?;
    let ra = requests::recipients(&peer.address, "/scep")?;
    let prepared = requests::make(keys, &Peer::wishes(keys.len()), &ra)?;
    let bodies: Vec<Vec<u8>> = prepared.iter().map(|p| p.body.clone()).collect();
    let before = peer.server.cpu()?;
    let run = load::send(&peer.address, "/scep", &bodies, plan.connections, folder)?;
    let cpu = peer.server.cpu()? - before;
    let issued = run.answers.iter().filter(|a| a.status == 200 && Peer::is_success(&a.body)).count();
    let duplicates = issued.saturating_sub(peer.distinct_serials());
    let memory = (peer.server.memory()?, peer.server.peak_memory()?);
    series.samples.push(sample(&run, issued, cpu, memory, run.answers.len() - issued, duplicates));
    Ok(())
}

/// Enrollments a second that the RSA-2048 work alone would allow on one core, by `openssl speed`: three private operations (open the
/// envelope, sign the certificate, sign the answer) and three public ones (two signatures verified, one key encrypted). By the wall
/// clock, as the rates are: what else runs on that core slows both.
fn bound() -> Outcome<f64> {
    let speed =
        run(Path::new("taskset"), &["-c", SERVER_CORE, "openssl", "speed", "-elapsed", "-seconds", "2", "rsa2048"], Path::new("."))?;
    let speed = String::from_utf8_lossy(&speed).into_owned();
    let line =
        speed.lines().find(|line| line.trim_start().starts_with("rsa") && line.contains("2048 bits")).ok_or("openssl speed: no rsa2048")?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let rates: Vec<f64> = words.iter().rev().take(2).filter_map(|word| word.parse().ok()).collect();
    let [verify, sign] = rates.as_slice() else { return Err(format!("openssl speed: {line}")) };
    println!("openssl speed rsa2048: {sign:.0} private, {verify:.0} public operations a second on one core");
    Ok(1.0 / (3.0 / sign + 3.0 / verify))
}

/// Waits until the machine is about as fast as it was before a million certificates were written, for five minutes at most: some virtual
/// machines run at half their speed for minutes after so much was written, and every turn would be measured at another one.
fn rest(rested: f64) -> Outcome<()> {
    let until = Instant::now() + Duration::from_secs(300);
    while bound()? < rested * 0.9 && Instant::now() < until {}
    Ok(())
}

/// Runs everything and prints it.
pub(crate) fn hold(plan: &Plan) -> Outcome<()> {
    let folder = Temporary::new()?;
    let target = plan.signetctl.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    let keys = requests::keys(plan.enrollments, &target.join("bench-keys-rsa2048"))?;
    let with_peer = !plan.alone && peer::is_there();
    if !plan.alone && !with_peer {
        return Err("scepserver is not installed (Debian package `scep`)".to_owned());
    }
    let rested = bound()?;
    let mut ours = vec![Contestant::new(&plan.signetctl, &folder.0.join("empty"), "Signet", 0)?];
    if plan.stored > 0 {
        ours.push(Contestant::new(&plan.signetctl, &folder.0.join("full"), &format!("Signet, {} stored", plan.stored), plan.stored)?);
    }
    if let Some(against) = &plan.against {
        ours.push(Contestant::new(against, &folder.0.join("against"), "Signet, compared with", 0)?);
    }
    rest(rested)?;
    let mut peer = Series::new("scepserver");
    let mut bounds = Vec::new();
    // The first run of each warms caches and is not counted.
    for round in 0..=plan.rounds {
        // In turns forwards and backwards: what drifts slowly counts for all alike.
        let turn: Vec<usize> = if round % 2 == 0 { (0..ours.len()).rev().collect() } else { (0..ours.len()).collect() };
        for contestant in turn {
            // Just before and just after what is compared with it: the machine's speed drifts within seconds.
            let bounded = contestant == 0 && plan.against.is_none();
            let before = if bounded { bound()? } else { 0.0 };
            if let Some(contestant) = ours.get_mut(contestant) {
                contestant.run(plan, &keys)?;
            }
            if bounded {
                bounds.push(f64::midpoint(before, bound()?));
            }
        }
        if with_peer && round > 0 {
            run_peer(plan, &keys, &folder.0.join("peer"), &mut peer)?;
        }
        if round == 0 {
            ours.iter_mut().for_each(|contestant| contestant.series.samples.clear());
            bounds.clear();
        } else {
            let rates: Vec<String> = ours.iter().map(|c| &c.series).chain(with_peer.then_some(&peer)).map(Series::latest).collect();
            println!("round {round}: {}", rates.join(", "));
        }
    }
    let durable = ours.iter_mut().map(Contestant::survives).collect::<Outcome<Vec<bool>>>()?.into_iter().all(|survived| survived);
    let phones = match plan.phones {
        0 => None,
        count => Some(phones::enroll(plan, &folder.0.join("phones"), count)?),
    };

    println!("\n{HEADING}");
    for series in ours.iter().map(|contestant| &contestant.series).chain(with_peer.then_some(&peer)) {
        println!("{}", series.row());
    }
    for contestant in &ours {
        println!("{}: PSS {:.0} MiB idle, {:.0} MiB under load", contestant.series.name, contestant.idle, contestant.series.memory());
    }
    if let Some(phones) = &phones {
        println!("\n{phones}");
    }
    // What stands side by side is compared round by round: the machine's speed drifts more than what is to be seen.
    let rates = |at: usize| ours.get(at).map(|contestant| contestant.series.rates()).unwrap_or_default();
    let empty = rates(0);
    let full = plan.stored > 0;
    if plan.against.is_some() {
        println!("{:.3} times the rate of the signetctl compared with", paired(&empty, &rates(ours.len() - 1)));
    }
    let all = || ours.iter().map(|contestant| &contestant.series);
    println!(
        "BENCH scep rate={:.0} peer={:.0} ratio={:.2} bound={:.2} million={:.2} idle_mib={:.0} load_mib={:.0} duplicates={} errors={} durable={}",
        median(empty.clone()),
        peer.rate(),
        paired(&empty, &peer.rates()),
        paired(&empty, &bounds),
        if full { paired(&rates(1), &empty) } else { 0.0 },
        ours.iter().map(|contestant| contestant.idle).fold(0.0, f64::max),
        all().map(Series::memory).fold(0.0, f64::max),
        all().map(Series::duplicates).sum::<usize>(),
        all().map(Series::errors).sum::<usize>() + phones.as_ref().map_or(0, phones::Walk::lost),
        u8::from(durable),
    );
    Ok(())
}

/// A folder that goes when the bench ends, however it ends.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Outcome<Self> {
        let path = std::env::temp_dir().join(format!("signet-bench-{}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Temporary(path))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
