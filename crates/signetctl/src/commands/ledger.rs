//! `signetctl ledger`.

use crate::{cli::Ledger as Command, output::Output, refusal::Refusal, session::Session};

pub(crate) fn run(session: &Session, output: &Output, command: &Command) -> Result<(), Refusal> {
    let Command::Verify = command;
    let found = session.authority()?.auditor().verify_ledger()?;
    match found.broken_at {
        None => output.value(&found, |found| {
            let whole = format!("{} entries, each fits the one before it.\nHead {}", found.rows, found.head);
            match found.unsigned_since {
                None => whole,
                Some(since) => format!(
                    "{whole}\nEntries since {since} are not covered by a signature, although some of them are older than a day: \
                     compare them with the last backup, for they may have been written anew."
                ),
            }
        }),
        Some(row) => Err(Refusal::new(
            "ledgerBroken",
            format!("Entry {row} of the ledger does not fit the one before it."),
            "Somebody changed the database outside of Signet: keep a copy of the folder, and compare it with the last backup.",
        )),
    }
}
