//! `signetctl certificate issue`, `certificate import` and `issue-batch`.

use super::certificate::one;
use crate::{
    cli::{Container, Issue, IssueBatch, NewKey},
    files::NewFiles,
    output::{Output, plain},
    refusal::Refusal,
    session::{Session, operator_of},
    stop,
};
use protocol::x509::SerialNumber;
use ra::{
    Conflict, Error, Operator,
    issuance::{
        DeliveryFolder, Form, Issued, IssuedIdentity,
        batch::{BatchPlan, BatchProgress, BatchState, Choices, MAX_LIST, RowError},
        import::{ImportFile, MAX_FILE},
    },
    life::Old,
    profile::ProfileName,
};
use serde_json::json;
use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use zeroize::Zeroizing;

/// So often, and after such a pause, a step is tried again while somebody else has the lock of batches.
const LOCK_TRIES: u32 = 50;
const LOCK_PAUSE: Duration = Duration::from_millis(100);
/// Folders in folders that are looked into.
const MAX_DEPTH: usize = 8;

pub(super) fn issue(operator: &Operator, output: &Output, arguments: &Issue) -> Result<(), Refusal> {
    let (mail, profile) = (&arguments.mail, arguments.profile);
    by_key(
        operator,
        output,
        &arguments.key,
        |request| operator.issue_from_csr(mail, profile, request),
        |form| operator.issue_generated(mail, profile, form, arguments.replace),
    )
}

/// `certificate replace`.
pub(super) fn replace(operator: &Operator, output: &Output, serial: &SerialNumber, key: &NewKey, old: Old) -> Result<(), Refusal> {
    by_key(operator, output, key, |request| operator.replace(serial, request, old), |form| operator.replace_generated(serial, form, old))
}

/// From a request, or with a key made here, whose files are there or not as a whole.
fn by_key(
    operator: &Operator,
    output: &Output,
    key: &NewKey,
    from_request: impl FnOnce(&[u8]) -> ra::Result<Issued>,
    generated: impl FnOnce(Form) -> ra::Result<IssuedIdentity>,
) -> Result<(), Refusal> {
    match &key.csr {
        Some(csr) => output.value(&from_request(&read(csr, MAX_CSR)?)?, said),
        None => {
            let files = places(key)?;
            let made = generated(key.container.into())?;
            let issued = keep(operator, files, made)?;
            warn_of_one_place(key);
            output.value(&issued, said)
        }
    }
}

/// Places for a key that is made here and for its password, both made before anything is issued: a key that cannot be written would be
/// lost.
pub(super) fn places(key: &NewKey) -> Result<NewFiles, Refusal> {
    match (&key.p12, &key.password_out) {
        (Some(p12), Some(password_out)) => NewFiles::create(&[p12, password_out]),
        _ => Err(Error::invalid("key", "give --csr FILE, or --generate with --p12 FILE and --password-out FILE").into()),
    }
}

/// Whoever gets the folder gets the password with the file: said beside the answer, for a script may move them at once.
fn warn_of_one_place(key: &NewKey) {
    let folder = |path: &Path| {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        parent.canonicalize().unwrap_or_else(|_| parent.to_owned())
    };
    if let (Some(p12), Some(password)) = (&key.p12, &key.password_out)
        && folder(p12) == folder(password)
    {
        // Nobody may be reading what is said beside the answer.
        let _ = writeln!(
            io::stderr(),
            "Note: the password lies in the same folder as the file that it opens. Move one of them, and hand them over in two different ways."
        );
    }
}

/// Puts key and password into their files, or says what was issued for a key that could not be kept, and what became of it.
fn keep(operator: &Operator, mut files: NewFiles, made: IssuedIdentity) -> Result<Issued, Refusal> {
    let password = Zeroizing::new(format!("{}\n", made.password.reveal()));
    let written = files.write(1, password.as_bytes()).and_then(|()| files.write(0, &made.pkcs12)).and_then(|()| files.sync());
    match written {
        Ok(()) => {
            files.keep();
            Ok(made.issued)
        }
        Err(refusal) => {
            drop(files);
            Err(lost(operator, made, refusal))
        }
    }
}

/// Nobody has the key: its certificate is revoked, and what it had superseded counts again.
fn lost(operator: &Operator, made: IssuedIdentity, refusal: Refusal) -> Refusal {
    let issued = made.issued.clone();
    let serial = &issued.certificate.serial;
    match operator.key_was_lost(made) {
        Ok(lost) => {
            let mut message = format!("{} Certificate {serial} had been issued; nobody has its key, so it was revoked.", refusal.message);
            for old in &lost.reinstated {
                message.push_str(&format!(" Certificate {old}, which it had replaced, counts again."));
            }
            for old in &lost.superseded {
                message.push_str(&format!(" Certificate {old}, which it had replaced, does not count again."));
            }
            let next = "Make room there, or name files in a folder that you may write to; then give the command again.";
            Refusal { done: Some(json!(lost)), ..Refusal::new("keyLost", message, next) }
        }
        Err(error) => {
            let message = format!(
                "{} Certificate {serial} was issued and is active, but nobody has its key, and it could not be revoked: {}",
                refusal.message,
                Refusal::from(error).message
            );
            let next = format!("Revoke it: signetctl certificate revoke {serial} --reason superseded.");
            Refusal { done: Some(json!(issued)), ..Refusal::new("keyLostActive", message, next) }
        }
    }
}

/// A request in PEM with remarks; longer ones are refused with the reason by whoever reads it.
pub(super) const MAX_CSR: usize = 2 * 1024 * 1024;

impl From<Container> for Form {
    fn from(container: Container) -> Self {
        match container {
            Container::Legacy => Form::Legacy,
            Container::Modern => Form::Modern,
        }
    }
}

fn said(issued: &Issued) -> String {
    let mut text = one(&issued.certificate);
    for serial in &issued.superseded {
        text.push_str(&format!("\nSuperseded: {serial}"));
    }
    text
}

pub(super) fn read(path: &Path, most: usize) -> Result<Vec<u8>, Refusal> {
    let unreadable = |error: io::Error| {
        Refusal::new("file", format!("{} could not be read: {error}.", path.display()), "Check its name and who may read it.")
    };
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut content = Vec::new();
    if path.as_os_str() == "-" {
        io::stdin().lock().take(limit).read_to_end(&mut content).map_err(unreadable)?;
    } else {
        File::open(path).map_err(unreadable)?.take(limit).read_to_end(&mut content).map_err(unreadable)?;
    }
    if content.len() > most {
        return Err(Error::invalid("file", format!("{} is larger than {} MiB", path.display(), most / 1024 / 1024)).into());
    }
    Ok(content)
}

pub(super) fn import(operator: &Operator, output: &Output, files: &[PathBuf]) -> Result<(), Refusal> {
    let mut paths = Vec::new();
    for file in files {
        collect(file, 0, &mut paths)?;
    }
    let mut unreadable = None;
    let mut contents = paths.iter().map_while(|path| match read(path, MAX_FILE) {
        Ok(content) => Some(ImportFile { name: path.display().to_string(), content }),
        Err(refusal) => {
            unreadable = Some(refusal);
            None
        }
    });
    let report = operator.import_certificates(&mut contents)?;
    if let Some(refusal) = unreadable {
        return Err(Refusal { done: Some(json!(report)), ..refusal });
    }
    let counted = format!("{} added, {} of people here; {} were here already.", report.added, report.of_people, report.there);
    if report.refused.is_empty() {
        return output.value(&report, |_| counted.clone());
    }
    if !output.is_json() {
        for refused in &report.refused {
            eprintln!("{}: {}.", plain(&refused.file), refused.reason);
        }
    }
    let message = format!("{counted} {} left out.", report.refused.len());
    let next = "Look at the reasons; import these again when they are right. What is here stays.";
    Err(Refusal { done: Some(json!(report)), ..Refusal::new("importIncomplete", message, next) })
}

/// The files themselves, and all in folders, in the order of their names.
fn collect(path: &Path, depth: usize, paths: &mut Vec<PathBuf>) -> Result<(), Refusal> {
    if !path.is_dir() {
        paths.push(path.to_owned());
        return Ok(());
    }
    let unreadable = |error: io::Error| {
        Refusal::new("file", format!("{} could not be read: {error}.", path.display()), "Check its name and who may read it.")
    };
    if depth > MAX_DEPTH {
        return Err(Error::invalid("file", format!("{} lies too deep; name it itself", path.display())).into());
    }
    let mut inside =
        fs::read_dir(path).map_err(unreadable)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>().map_err(unreadable)?;
    inside.sort();
    inside.iter().try_for_each(|path| collect(path, depth + 1, paths))
}

pub(crate) fn batch(session: &Session, output: &Output, arguments: &IssueBatch) -> Result<(), Refusal> {
    let authority = session.authority()?;
    let operator = operator_of(&authority, arguments.at.department.as_deref())?;
    let name = arguments.file.file_name().map_or_else(|| "list".to_owned(), |name| name.to_string_lossy().into_owned());
    let choices = Choices {
        name: name.chars().take(200).collect(),
        profiles: bundle(&operator, &arguments.bundle)?,
        form: arguments.container.into(),
        supersede: arguments.replace,
        columns: None,
    };
    let plan = operator.plan_batch(&read(&arguments.file, MAX_LIST)?, &choices)?;
    let nothing_done = Ended { progress: None, passwords: None, by_request: false };
    if arguments.dry_run {
        return finish(output, &plan, &nothing_done, &plan.errors);
    }
    let Some(out) = &arguments.out else { return Err(Error::invalid("out", "give --out DIR, or --dry-run").into()) };
    // Nothing to do is no batch; why each row gives nothing is said all the same.
    if plan.items.is_empty() && !(plan.errors.is_empty() && plan.there.is_empty()) {
        return finish(output, &plan, &nothing_done, &plan.errors);
    }
    let passwords = DeliveryFolder::passwords(out, arguments.password_out.as_deref()).map_err(no_place)?;
    // What an interruption left is made again, and counts as there.
    let keys = plan.makes_keys() || !plan.there.is_empty();
    let mut folder = DeliveryFolder::open_for(keys, out, &passwords).map_err(no_place)?;
    let asked_to_stop = stop_when_asked(output)?;
    let id = operator.start_batch(&plan)?;
    let begun = Instant::now();
    let first = operator.batch(id)?;
    let mut progress = first.clone();
    let mut waited = 0;
    let mut by_request = false;
    while progress.state == BatchState::Running {
        if asked_to_stop.load(Ordering::Relaxed) {
            // Who has the lock may work on this very batch, and was not asked.
            progress = if waited > 0 { operator.batch(id)? } else { operator.stop_batch(id)? };
            by_request = true;
            break;
        }
        let mut deliver = |delivery| -> ra::Result<()> {
            folder.deliver(delivery)?;
            // Keys that are made are handed on, and no others are waited for.
            if asked_to_stop.load(Ordering::Relaxed) {
                authority.wind_down();
            }
            Ok(())
        };
        progress = match operator.step_batch(id, &mut deliver) {
            // Whoever clears up another batch has the lock for a moment.
            Err(Error::Conflict(Conflict::BatchUnderWay)) if waited < LOCK_TRIES => {
                if waited == 0 {
                    tell(output, "Another program works on a batch; this one waits for it.");
                }
                waited += 1;
                std::thread::sleep(LOCK_PAUSE);
                continue;
            }
            stepped => stepped?,
        };
        waited = 0;
        tell(output, &rate(&first, &progress, begun));
    }
    let mut errors = plan.errors.clone();
    errors.extend(operator.batch_refusals(id)?);
    finish(output, &plan, &Ended { progress: Some(&progress), passwords: Some(&passwords), by_request }, &errors)
}

/// Set once somebody asks the program to end: a batch is stopped then, not torn off.
fn stop_when_asked(output: &Output) -> Result<Arc<AtomicBool>, Refusal> {
    let asked = Arc::new(AtomicBool::new(false));
    let (set, output) = (asked.clone(), Output::new(output.is_json()));
    stop::when_asked(move || {
        set.store(true, Ordering::Relaxed);
        tell(&output, "Stopping: what is being made is finished and handed over. Asked again, this ends at once.");
    })?;
    Ok(asked)
}

/// Says how it goes, for people; to a terminal that was closed nothing is said.
fn tell(output: &Output, line: &str) {
    if !output.is_json() {
        let _ = writeln!(io::stderr(), "{line}");
    }
}

/// Where files or passwords cannot go; nothing was begun.
fn no_place(error: Error) -> Refusal {
    let about_passwords = matches!(error, Error::Invalid { field: "passwords", .. });
    let refusal = Refusal::from(error);
    if !about_passwords {
        return refusal;
    }
    let next =
        "Name a file for the passwords with --password-out FILE, outside of DIR and where you may write; then give the command again.";
    Refusal { next: next.to_owned(), ..refusal }
}

/// How a batch came to its end for this command.
struct Ended<'a> {
    /// None was begun without it.
    progress: Option<&'a BatchProgress>,
    /// Where the passwords are.
    passwords: Option<&'a Path>,
    /// Somebody asked this program to end.
    by_request: bool,
}

fn rate(first: &BatchProgress, now: &BatchProgress, begun: Instant) -> String {
    let made = now.delivered.saturating_sub(first.delivered);
    let seconds = begun.elapsed().as_secs().max(1);
    format!("{} of {} ({} a minute)", now.delivered + now.refused, now.total, made * 60 / seconds)
}

/// Certificate profiles with commas between them, otherwise the name of a bundle.
fn bundle(operator: &Operator, text: &str) -> Result<Vec<ProfileName>, Refusal> {
    let named: Option<Vec<_>> = text.split(',').map(|word| ProfileName::parse(&word.trim().to_lowercase())).collect();
    match named {
        Some(profiles) => Ok(profiles),
        None => Ok(operator.bundle(text)?.profiles),
    }
}

fn finish(output: &Output, plan: &BatchPlan, ended: &Ended<'_>, errors: &[RowError]) -> Result<(), Refusal> {
    let Ended { progress, passwords, by_request } = *ended;
    // Certificates for requests alone have none.
    let passwords = passwords.filter(|list| list.is_file());
    let names = |list: &[ProfileName]| list.iter().map(|profile| profile.as_str()).collect::<Vec<_>>();
    let done = json!({
        "rows": plan.rows,
        "planned": plan.items.len(),
        "there": plan.there.len(),
        "byDevice": names(&plan.by_device),
        "batch": progress,
        "passwords": passwords.map(|path| path.display().to_string()),
        "errors": errors,
    });
    let mut text = match progress {
        None => format!("{} to issue, {} there already.", plan.items.len(), plan.there.len()),
        Some(progress) => format!("{} issued, {} there already.", progress.delivered, plan.there.len()),
    };
    if !plan.by_device.is_empty() {
        text.push_str(&format!(" The keys for {} are made on the phones: invite the people.", names(&plan.by_device).join(" and ")));
    }
    if let Some(passwords) = passwords {
        text.push_str(&format!(" The passwords are in {}: hand them over another way than the files.", passwords.display()));
    }
    let left = progress.map_or(0, |progress| progress.total - progress.delivered - progress.refused);
    if by_request && progress.is_some_and(|progress| progress.state == BatchState::Running) {
        let message = format!("{text} This command has ended, as you asked, while another program works on a batch: {left} were left.");
        let next = "Give the same list with the same options again to go on; nobody gets a second one.";
        return Err(Refusal { done: Some(done), ..Refusal::new("batchUnderWay", message, next) });
    }
    if progress.is_some_and(|progress| progress.state == BatchState::Stopped) {
        let by_whom = if by_request { "as you asked" } else { "in the window" };
        let message = format!("{text} The batch was stopped {by_whom}: {left} are left, and nothing is half done.");
        let next = "Give the same list with the same options again to go on; nobody gets a second one. The window can go on with it, too.";
        return Err(Refusal { done: Some(done), ..Refusal::new("batchStopped", message, next) });
    }
    if errors.is_empty() {
        return output.value(&done, |_| text.clone());
    }
    if !output.is_json() {
        for error in errors {
            eprintln!("line {}: {}: {}: {}.", error.line, plain(&error.mail), error.field, error.reason.trim_end_matches('.'));
        }
    }
    let message = format!("{text} {} rows were refused.", errors.len());
    let next = "Correct these lines and give the list again; nobody gets a second one.";
    Err(Refusal { done: Some(done), ..Refusal::new("batchIncomplete", message, next) })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]
    use super::*;
    use ra::testing;

    const ALICE: &str = "alice@example.edu";

    #[test]
    fn a_key_for_which_there_is_no_room_is_said_to_be_lost_and_its_certificate_is_revoked() {
        let (authority, _clock, folder) = testing::authority();
        let officer = testing::department(&authority);
        testing::person(&officer, "Alice Example", ALICE);
        let make = |supersede| officer.issue_generated(ALICE, ProfileName::Encryption, Form::Modern, supersede).unwrap();
        let status = |serial: &str| officer.certificate(&SerialNumber::parse(serial).unwrap()).unwrap().status;
        let (p12, password) = (folder.path().join("a.p12"), folder.path().join("a.txt"));
        let files = NewFiles::create(&[&p12, &password]).unwrap();
        let first = keep(&officer, files, make(false)).unwrap().certificate.serial;
        assert!(p12.exists() && password.exists(), "kept");
        fs::remove_file(&p12).unwrap();
        fs::remove_file(&password).unwrap();

        // The password is written; for the key there is no room.
        let mut files = NewFiles::create(&[&p12, &password]).unwrap();
        files.divert(0, fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
        let second = make(true);
        let serial = second.issued.certificate.serial.clone();
        let refusal = keep(&officer, files, second).unwrap_err();
        assert_eq!(refusal.code, "keyLost");
        let back = format!("{first}, which it had replaced, counts again");
        for said in [format!("{serial} had been issued"), "was revoked".to_owned(), back] {
            assert!(refusal.message.contains(&said), "{said}: {}", refusal.message);
        }
        let done = refusal.done.unwrap();
        assert_eq!((&done["certificate"]["status"], &done["reinstated"]), (&json!("revoked"), &json!([first])));
        assert_eq!((status(&first).as_str(), status(&serial).as_str()), ("active", "revoked"));
        assert!(!p12.exists() && !password.exists(), "nothing is left of it");
        assert!(!refusal.message.contains("does not count") && refusal.next.ends_with('.'));
    }
}
