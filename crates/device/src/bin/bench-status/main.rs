//! `cargo xtask bench crl|ocsp|status`: status information, beside `openssl ca -gencrl` and `openssl ocsp` on the same certificates.
//! Runs are interleaved and medians are printed.

mod peer;
mod signet;

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

/// What went wrong, in words.
type Outcome<T> = Result<T, String>;

/// Certificates that one officer revokes alone within a day (the setting `revoke.four_eyes_above` as it is at first).
const ALONE: usize = 10;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, default: usize| {
        let at = arguments.iter().position(|word| word == name);
        at.and_then(|at| arguments.get(at + 1)).and_then(|word| word.parse().ok()).unwrap_or(default)
    };
    let rounds = number("--rounds", 5).max(1);
    let done = match arguments.first().map(String::as_str) {
        Some("crl") => crl(number("--entries", 1_000_000), rounds),
        Some("ocsp") => ocsp(number("--stored", 100_000), number("--requests", 20_000), rounds),
        Some("status") => status(number("--rounds", 20).max(1)),
        _ => Err("which one? crl [--entries N], ocsp [--stored N] [--requests N], status; all with [--rounds N]".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("bench-status: {why}");
            ExitCode::FAILURE
        }
    }
}

/// A CRL of `entries`, from the store, by a process that has just started; against openssl's from its index.
fn crl(entries: usize, rounds: usize) -> Outcome<()> {
    let folder = signet::Folder::new()?;
    let department = signet::Department::new(&folder.0, "rsa2048")?;
    department.command(&["fill", &entries.to_string(), "--revoked"])?;
    let public = folder.0.join("public");
    std::fs::create_dir_all(&public).map_err(|e| e.to_string())?;
    let publish = ["crl", "publish", "--to", &public.to_string_lossy()].map(str::to_owned);
    let publish: Vec<&str> = publish.iter().map(String::as_str).collect();
    department.command(&publish)?;
    let list = std::fs::read(public.join("issuing.crl")).map_err(|e| e.to_string())?;
    let serials = peer::serials(&list);
    if serials.len() < entries {
        return Err(format!("{} entries on the CRL instead of {entries}", serials.len()));
    }
    let authority = peer::Authority::new(&folder.0.join("openssl"), "rsa:2048", &serials, true)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let mut memory = (0, 0);
    for _ in 0..rounds {
        // One more, so that the list is made anew.
        department.command(&["fill", "1", "--revoked"])?;
        let (took, kib) = timed(department.prepared(&publish))?;
        ours.push(took.as_secs_f64());
        memory.0 = memory.0.max(kib);
        let (took, kib) = timed(authority.gencrl())?;
        theirs.push(took.as_secs_f64());
        memory.1 = memory.1.max(kib);
    }
    let (ours, theirs) = (median(&mut ours), median(&mut theirs));
    println!("Signet {ours:.2} s, {} MiB; openssl ca -gencrl {theirs:.2} s, {} MiB", memory.0 / 1024, memory.1 / 1024);
    println!(
        "BENCH crl entries={entries} seconds={ours:.3} peer={theirs:.3} ratio={:.1} mib={} peer_mib={} octets={}",
        theirs / ours,
        memory.0 / 1024,
        memory.1 / 1024,
        list.len()
    );
    Ok(())
}

/// Answers a second: signed ahead over kept and over new connections, against openssl's responder, which keeps none.
fn ocsp(stored: usize, requests: usize, rounds: usize) -> Outcome<()> {
    let folder = signet::Folder::new()?;
    let department = signet::Department::new(&folder.0, "p256")?;
    department.command(&["fill", &stored.to_string()])?;
    let serials = department.serials(1000.min(stored))?;
    let server = department.serve()?;
    let own = department.ocsp_requests(&serials)?;
    let every: Vec<String> = department.serials(stored)?;
    let authority = peer::Authority::new(&folder.0.join("openssl"), "p256", &every, false)?;
    let theirs = authority.ocsp_requests(&serials)?;
    let mut errors = 0;
    let (mut kept, mut fresh, mut peer) = (Vec::new(), Vec::new(), Vec::new());
    signet::load(&server.http, "/ocsp/issuing", &own, own.len(), true)?;
    for _ in 0..rounds {
        let responder = authority.responder()?;
        for (rates, address, path, bodies, keep) in [
            (&mut kept, &server.http, "/ocsp/issuing", &own, true),
            (&mut fresh, &server.http, "/ocsp/issuing", &own, false),
            (&mut peer, &responder.address, "/", &theirs, false),
        ] {
            let run = signet::load(address, path, bodies, requests, keep)?;
            errors += run.errors;
            rates.push(run.rate);
        }
    }
    let (kept, fresh, peer) = (median(&mut kept), median(&mut fresh), median(&mut peer));
    println!("Signet {kept:.0}/s on kept connections, {fresh:.0}/s on new ones; openssl ocsp {peer:.0}/s");
    println!(
        "BENCH ocsp rate={kept:.0} new={fresh:.0} peer={peer:.0} ratio={:.1} ratio_new={:.1} errors={errors}",
        kept / peer,
        fresh / peer
    );
    Ok(())
}

/// From the start of `signetctl certificate revoke` until OCSP and CRL of a server that is another process say so.
fn status(rounds: usize) -> Outcome<()> {
    let folder = signet::Folder::new()?;
    let (mut by_ocsp, mut by_crl) = (Vec::new(), Vec::new());
    for begin in (0..rounds).step_by(ALONE) {
        let place = folder.0.join(begin.to_string());
        std::fs::create_dir_all(&place).map_err(|e| format!("{}: {e}", place.display()))?;
        let department = signet::Department::new(&place, "rsa2048")?;
        department.command(&["fill", "1000"])?;
        let server = department.serve()?;
        for serial in department.serials(ALONE.min(rounds - begin))? {
            let (ocsp, crl) = revocation(&department, &server, &serial)?;
            by_ocsp.push(ocsp);
            by_crl.push(crl);
        }
    }
    if by_crl.len() != rounds {
        return Err(format!("{} revocations instead of {rounds}", by_crl.len()));
    }
    let worst = by_ocsp.iter().chain(&by_crl).fold(0.0_f64, |worst, took| worst.max(*took));
    let (ocsp, crl) = (median(&mut by_ocsp), median(&mut by_crl));
    println!(
        "from the start of `certificate revoke`: OCSP says so after {:.0} ms, the CRL after {:.0} ms, worst {:.0} ms",
        ocsp * 1e3,
        crl * 1e3,
        worst * 1e3
    );
    println!("BENCH status ocsp={ocsp:.4} crl={crl:.4} worst={worst:.4}");
    Ok(())
}

/// Seconds from the start of the command until the server's OCSP answer, and until its CRL, say that the certificate is revoked.
fn revocation(department: &signet::Department, server: &signet::Server, serial: &str) -> Outcome<(f64, f64)> {
    let request = department.ocsp_requests(&[serial.to_owned()])?.pop().ok_or("no request was made")?;
    let octets = peer::octets(serial)?;
    let listed = |crl: &[u8]| crl.windows(octets.len()).any(|window| window == octets);
    // [1] RevokedInfo with its time and a reason (RFC 6960 section 4.2.1).
    let revoked = |answer: &[u8]| answer.windows(4).any(|head| head == [0xa1, 0x16, 0x18, 0x0f]);
    let (ask, fetch) = ("POST /ocsp/issuing", "GET /crl/issuing.crl");
    // Both are there and say nothing of it, as when relying parties ask all day.
    signet::until(&server.http, ask, &request, |answer| !answer.is_empty() && !revoked(answer))?;
    signet::until(&server.http, fetch, b"", |crl| !crl.is_empty() && !listed(crl))?;
    let start = Instant::now();
    department.command(&["certificate", "revoke", serial, "--reason", "superseded", "--yes"])?;
    signet::until(&server.http, ask, &request, revoked)?;
    let ocsp = start.elapsed();
    signet::until(&server.http, fetch, b"", listed)?;
    Ok((ocsp.as_secs_f64(), start.elapsed().as_secs_f64()))
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Wall time of a process from its start to its end, and its largest resident set in KiB (by GNU time).
fn timed(command: Command) -> Outcome<(Duration, u64)> {
    let mut under = Command::new("/usr/bin/env");
    under.args(["time", "-f", "%M"]).arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        under.current_dir(folder);
    }
    let start = Instant::now();
    let output = under.stdin(Stdio::null()).output().map_err(|e| format!("{under:?}: {e}"))?;
    let took = start.elapsed();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(format!("{under:?}: {said}"));
    }
    Ok((took, said.lines().rev().find_map(|line| line.trim().parse().ok()).unwrap_or_default()))
}

/// Runs a program to its end; its standard output.
fn run(program: &Path, arguments: &[&str], folder: &Path) -> Outcome<Vec<u8>> {
    let output = Command::new(program).args(arguments).current_dir(folder).stdin(Stdio::null()).output();
    let output = output.map_err(|e| format!("cannot start {}: {e}", program.display()))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{} {}: {}", program.display(), arguments.join(" "), String::from_utf8_lossy(&said)))
}

fn openssl() -> PathBuf {
    PathBuf::from("openssl")
}
