//! `certificate renew --dry-run` and `certificate replace --dry-run`: what will be, what becomes of the old one, what breaks.

use super::{act, issue};
use crate::{
    cli,
    output::{Output, table},
    refusal::Refusal,
};
use protocol::x509::SerialNumber;
use ra::{
    Operator,
    issuance::{NewKey, Succession, SuccessorKey},
    life::Old,
};

/// In the order in which they would be renewed, until one is refused as it would be then: one that an earlier one replaces, too.
pub(super) fn of_renewals(operator: &Operator, output: &Output, serials: &[SerialNumber]) -> Result<(), Refusal> {
    let mut told = Vec::with_capacity(serials.len());
    for (serial, foretold) in serials.iter().zip(operator.renewals_consequences(serials)) {
        match foretold {
            Ok(succession) => told.push(succession),
            Err(error) if serials.len() == 1 => return Err(error.into()),
            Err(error) => {
                let refusal = Refusal::from(error);
                let message = format!("{serial}: {} {} would be renewed before it; nothing was changed.", refusal.message, told.len());
                return Err(Refusal { message, done: Some(serde_json::json!({ "foretold": told })), ..refusal });
            }
        }
    }
    match told.as_slice() {
        [single] => output.value(single, said),
        _ => output.value(&told, |list| list.iter().map(said).collect::<Vec<_>>().join("\n\n")),
    }
}

pub(super) fn of_replacement(
    operator: &Operator,
    output: &Output,
    serial: &SerialNumber,
    key: &cli::NewKey,
    old: Old,
) -> Result<(), Refusal> {
    let told = match &key.csr {
        Some(csr) => operator.replacement_consequences(serial, NewKey::Request(&issue::read(csr, issue::MAX_CSR)?), old)?,
        None => {
            // Tried as the act makes them; with the answer they are gone again.
            let _places = issue::places(key)?;
            operator.replacement_consequences(serial, NewKey::MadeHere, old)?
        }
    };
    output.value(&told, said)
}

fn said(told: &Succession) -> String {
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let mut rows = vec![row("Whose", told.name.clone()), row("Subject", told.subject.clone())];
    rows.extend(told.san.iter().map(|name| row("Alternative name", name.clone())));
    let pilot = if told.pilot { ", as a pilot" } else { "" };
    let version = if told.profile_version == 0 { "as built in".to_owned() } else { format!("version {}", told.profile_version) };
    rows.push(row("Profile", format!("{}, {version}{pilot}", told.profile.as_str())));
    rows.push(row("Valid from", told.not_before.to_string()));
    rows.push(row("Valid until", told.not_after.to_string()));
    rows.push(row("Key", key(told.key).to_owned()));
    rows.push(row("In place of", told.old.serial.clone()));
    let mut lines = vec![table(&[], &rows).trim_end().to_owned()];
    lines.push(match told.old.after.as_str() {
        "superseded" => format!("The old one is superseded and stays valid until it ends, {}.", told.old.not_after),
        after => format!("The old one is {after}."),
    });
    if told.old_key_reads {
        lines.push("What was encrypted to the old key opens with the old key only: its holder keeps both.".to_owned());
    }
    if told.on_phone {
        lines.push("The old one is on a phone, which fetches no other by itself: invite the person again.".to_owned());
    }
    if !told.consequences.affected.is_empty() {
        lines.push(act::said(&told.consequences));
    }
    lines.join("\n")
}

fn key(which: SuccessorKey) -> &'static str {
    match which {
        SuccessorKey::Same => "the same",
        SuccessorKey::MadeHere => "a new one, made here",
        SuccessorKey::Requested => "a new one, made by its holder",
    }
}
