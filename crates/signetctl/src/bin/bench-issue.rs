//! `cargo xtask bench issue`: a batch of encryption certificates with their PKCS#12 files on the disk, beside a loop that makes
//! nothing but the keys on all cores. The two are interleaved in short rounds, because keys take very different times and other
//! programs run too; the sums of all rounds are compared.

use protocol::key::{KeyAlgorithm, PrivateKey};
use ra::{
    Authority, OpenOptions, Operator,
    department::NewDepartment,
    issuance::{
        DeliveryFolder, Form,
        batch::{BatchState, Choices},
    },
    ledger::Actor,
    mailbox::Method,
    ports::SystemClock,
    profile::ProfileName,
    subscriber::{NewSubscriber, SubscriberKind},
    vault::KeyringChoice,
};
use std::{
    num::NonZero,
    path::Path,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// What went wrong, in words.
type Outcome<T> = Result<T, String>;

fn main() -> ExitCode {
    let number = |at: usize, default: usize| std::env::args().nth(at).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (rounds, people) = (number(1, 10), number(2, 100));
    let folder = std::env::temp_dir().join(format!("signet-bench-issue-{}", std::process::id()));
    let result = measure(&folder, rounds, people);
    let _ = std::fs::remove_dir_all(&folder);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("bench issue: {why}");
            ExitCode::FAILURE
        }
    }
}

fn measure(folder: &Path, rounds: usize, people: usize) -> Outcome<()> {
    let operator = department(folder)?;
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let (mut ours, mut bound) = (Duration::ZERO, Duration::ZERO);
    for round in 0..rounds {
        let list = list(&operator, round, people)?;
        bound += keys(cores, people)?;
        ours += batch(&operator, &list, &folder.join(format!("out-{round}")))?;
    }
    let certificates = (rounds * people) as f64;
    let (rate, most) = (certificates / ours.as_secs_f64(), certificates / bound.as_secs_f64());
    println!("{cores} cores, RSA-2048, issuing CA RSA-3072, {rounds} rounds of {people}");
    println!("keys alone                        {most:8.1} a second");
    println!("certificates in PKCS#12 on disk   {rate:8.1} a second ({:.1} % of the bound)", 100.0 * rate / most);
    println!("BENCH issue certificates={certificates} rate={rate:.1} bound={most:.1} ratio={:.3}", rate / most);
    Ok(())
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn department(folder: &Path) -> Outcome<Operator> {
    std::fs::create_dir_all(folder).map_err(said)?;
    let passphrase = folder.join("passphrase");
    std::fs::write(&passphrase, "correct horse battery staple\n").map_err(said)?;
    let keyring = Some(KeyringChoice::PassphraseFile(passphrase));
    let authority = Authority::open(OpenOptions { folder: folder.join("data"), keyring, clock: Arc::new(SystemClock) }).map_err(said)?;
    let operator = authority.operator(Actor::Command("bench".to_owned()));
    operator
        .create_department(NewDepartment {
            organization: "Example University".into(),
            department: "Physics".into(),
            mail_domains: vec!["example.edu".into()],
            hosts: vec!["pki.example.edu".into()],
            ca_key: KeyAlgorithm::Rsa3072,
            status_url: Some("http://pki.example.edu".into()),
            training: true,
        })
        .map_err(said)?;
    Ok(operator)
}

/// New people with validated mailboxes; their list.
fn list(operator: &Operator, round: usize, people: usize) -> Outcome<String> {
    let mut list = "mail\n".to_owned();
    for person in 0..people {
        let mail = format!("p{person}.{round}@example.edu");
        let new = NewSubscriber { name: format!("Person {person} of {round}"), mail: mail.clone(), kind: SubscriberKind::Person };
        operator.add_subscriber(new).map_err(said)?;
        operator.validate_mailbox(&mail, Method::Records, "bench").map_err(said)?;
        list.push_str(&mail);
        list.push('\n');
    }
    Ok(list)
}

/// Nothing but keys, on all cores.
fn keys(cores: usize, count: usize) -> Outcome<Duration> {
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores)
            .map(|_| {
                scope.spawn(|| {
                    while next.fetch_add(1, Ordering::Relaxed) < count {
                        PrivateKey::generate(KeyAlgorithm::Rsa2048).map_err(said)?;
                    }
                    Ok::<(), String>(())
                })
            })
            .collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread panicked".to_owned())?)
    })?;
    Ok(begun.elapsed())
}

fn batch(operator: &Operator, list: &str, out: &Path) -> Outcome<Duration> {
    let choices =
        Choices { name: "bench".into(), profiles: vec![ProfileName::Encryption], form: Form::Modern, supersede: false, columns: None };
    let begun = Instant::now();
    let plan = operator.plan_batch(list.as_bytes(), &choices).map_err(said)?;
    let id = operator.start_batch(&plan).map_err(said)?;
    let passwords = DeliveryFolder::passwords(out, None).map_err(said)?;
    let mut folder = DeliveryFolder::open(out, &passwords).map_err(said)?;
    loop {
        let progress = operator.step_batch(id, &mut |delivery| folder.deliver(delivery)).map_err(said)?;
        if progress.state != BatchState::Running {
            let elapsed = begun.elapsed();
            return if progress.refused == 0 { Ok(elapsed) } else { Err(format!("{} were refused", progress.refused)) };
        }
    }
}
