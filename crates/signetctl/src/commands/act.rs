//! Acts on certificates: carried out, foretold with `--dry-run`, or waiting for a second officer (`signetctl act`).

use super::certificate;
use crate::{
    cli::{Act as Command, How, Which},
    output::{Output, table},
    refusal::Refusal,
    session::Session,
};
use protocol::Timestamp;
use ra::{
    Operator,
    life::{Act, ActRequest, Breaks, Consequences, Outcome, Target, Verb},
};
use serde_json::json;

pub(crate) fn run(session: &Session, output: &Output, command: &Command) -> Result<(), Refusal> {
    let operator = session.operator()?;
    match command {
        Command::List => output.value(&operator.waiting_acts()?, |list| waiting(list)),
        Command::Approve { id } => output.value(&operator.approve_act(*id)?, said),
        Command::Refuse { id, reason } => {
            operator.refuse_act(*id, reason)?;
            output.value(&json!({ "id": id, "state": "refused" }), |_| "Nothing was changed; the request has ended.".to_owned())
        }
    }
}

/// An act on certificates that were named, or on a device. One answers with the certificate as it is now, several with what was done; in
/// words also one whose key has others that changed with it.
pub(super) fn certificates(operator: &Operator, output: &Output, which: Which, verb: Verb, how: &How) -> Result<(), Refusal> {
    let single = match which.serials.as_slice() {
        [serial] => Some(serial.clone()),
        _ => None,
    };
    let act = Act { target: which.device.map_or(Target::Certificates(which.serials), Target::Device), verb };
    if how.dry_run {
        return output.value(&operator.consequences(&act)?, said);
    }
    let done = carry_out(operator, &act, &how.why)?;
    match single {
        Some(serial) => output.value(&operator.certificate(&serial)?, |one| match done.final_at {
            _ if done.affected.len() > 1 => said(&done),
            Some(at) => format!("{}\n{}", certificate::one(one), ends(at)),
            None => certificate::one(one),
        }),
        None => output.value(&done, said),
    }
}

/// Carries it out, or says that it waits.
pub(super) fn carry_out(operator: &Operator, act: &Act, why: &str) -> Result<Consequences, Refusal> {
    match operator.carry_out(act, why)? {
        Outcome::Done(done) => Ok(done),
        Outcome::Waiting(request) => {
            let message = format!(
                "This is about {} certificates. With those that you changed in the last hours one officer may not do so much alone: it waits.",
                request.count
            );
            let next = format!("Let another officer's account approve it: signetctl act approve {}.", request.id);
            Err(Refusal { done: Some(json!({ "waiting": request })), ..Refusal::new("needsSecondOfficer", message, next) })
        }
    }
}

/// What happens, to whom, and what breaks.
pub(super) fn said(told: &Consequences) -> String {
    let rows: Vec<_> = told
        .affected
        .iter()
        .map(|one| {
            // A hold outlasts that another one takes the place.
            let marked = one.before == "held" && one.after == "held";
            let change = if marked { "on hold; marked as replaced".to_owned() } else { format!("{} -> {}", one.before, one.after) };
            vec![one.serial.clone(), change, one.profile.clone(), one.name.clone().unwrap_or_else(|| one.subject.clone())]
        })
        .collect();
    let mut text = table(&["SERIAL", "STATUS", "PROFILE", "WHOSE"], &rows);
    let mut say = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    told.breaks.iter().for_each(|what| say(format!("- {}", breaks(*what))));
    for (count, what) in [
        (told.enrollments_ended, "enrollments end"),
        (told.challenges_cancelled, "unused challenges end"),
        (told.mailboxes_unvalidated, "mailboxes must be validated again before anything is issued"),
    ] {
        if count > 0 {
            say(format!("- {count} {what}."));
        }
    }
    if !told.untouched.is_empty() {
        say(format!("{} other certificates of the same people go on working.", told.untouched.len()));
    }
    if let Some(at) = told.final_at {
        say(ends(at));
    }
    if let Some(hours) = told.deadline_hours {
        say(format!("For this reason it is due within {} once the reason is known (S/MIME BR 4.9.1.1).", within(hours)));
    }
    say(if told.undoable { "This can be taken back." } else { "This cannot be taken back." }.to_owned());
    if told.needs_second_officer {
        say("A second officer must approve an act on so many certificates.".to_owned());
    }
    text.trim_end().to_owned()
}

/// Until when what is perhaps lost is on hold.
pub(super) fn ends(at: Timestamp) -> String {
    format!("At {at} the hold becomes a revocation, unless it is reinstated before.")
}

/// A deadline in words. More than a day is less where what no CRLReason says is so.
fn within(hours: u32) -> String {
    match hours {
        0..=24 => format!("{hours} hours"),
        _ => format!(
            "{} days (24 hours where the holder asks for it, never asked for the certificate, or somebody else may have the mailbox)",
            hours / 24
        ),
    }
}

fn breaks(what: Breaks) -> &'static str {
    match what {
        Breaks::SignedMail => "Mail signed with it no longer counts as signed.",
        Breaks::MailToThem => "Nobody can encrypt mail to it; old mail stays readable with its key.",
        Breaks::NetworkAccess => "VPN and Wi-Fi refuse it.",
        Breaks::DocumentsToThem => "Documents are no longer encrypted to it; old ones stay readable with its key.",
        Breaks::EnrollmentUnderWay => "An enrollment that is under way cannot go on.",
        Breaks::NoneLeft => "Somebody is left without a valid certificate of yours for one of these uses.",
    }
}

fn waiting(list: &[ActRequest]) -> String {
    if list.is_empty() {
        return "Nothing waits.".to_owned();
    }
    let verb = |act: &Act| match act.verb {
        Verb::Hold => "hold",
        Verb::MaybeLost => "hold, perhaps lost",
        Verb::Reinstate => "reinstate",
        Verb::Revoke { .. } => "revoke",
        Verb::Offboard { .. } => "off-board",
    };
    let who = |request: &ActRequest| match &request.asked_by {
        ra::ledger::Actor::Officer(name) | ra::ledger::Actor::Command(name) => name.clone(),
        other => format!("{other:?}"),
    };
    let rows: Vec<_> = list
        .iter()
        .map(|r| vec![r.id.to_string(), verb(&r.act).to_owned(), r.count.to_string(), who(r), r.asked_at.to_string(), r.why.clone()])
        .collect();
    table(&["ID", "ACT", "CERTIFICATES", "ASKED BY", "AT", "WHY"], &rows).trim_end().to_owned()
}
