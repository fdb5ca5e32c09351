//! `signetctl issue-batch`.

use super::read;
use crate::{
    cli::IssueBatch,
    output::{Output, plain},
    refusal::Refusal,
    session::{Session, operator_of},
    stop,
};
use ra::{
    Conflict, Error, Operator,
    issuance::{
        DeliveryFolder,
        batch::{BatchPlan, BatchProgress, BatchState, Choices, MAX_LIST, RowError},
    },
    profile::ProfileName,
};
use serde_json::json;
use std::{
    io::{self, Write},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// So often, and after such a pause, a step is tried again while somebody else has the lock of batches.
const LOCK_TRIES: u32 = 50;
const LOCK_PAUSE: Duration = Duration::from_millis(100);

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
    let told = errors
        .iter()
        .map(|error| format!("line {}: {}: {}: {}.", error.line, plain(&error.mail), error.field, error.reason.trim_end_matches('.')));
    output.aside(&told.collect::<Vec<_>>());
    let message = format!("{text} {} rows were refused.", errors.len());
    let next = "Correct these lines and give the list again; nobody gets a second one.";
    Err(Refusal { done: Some(done), ..Refusal::new("batchIncomplete", message, next) })
}
