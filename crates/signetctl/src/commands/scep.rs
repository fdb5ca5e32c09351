//! `signetctl scep`.

use crate::{cli::Scep as Command, output::Output, refusal::Refusal, session::Session};
use ra::{Error, Noun, Operator, id::RequestId, profile::ProfileName, scep::PendingRequest};
use serde_json::json;

pub(crate) fn run(session: &Session, output: &Output, command: Command) -> Result<(), Refusal> {
    let operator = session.operator()?;
    match command {
        Command::Challenge { mail, profile, count } => challenge(&operator, output, &mail, profile, count),
        Command::Pending => {
            let waiting = operator.pending_requests()?;
            let cells = |row: &PendingRequest| vec![row.id.to_string(), row.profile.clone(), row.since.to_string(), row.subject.clone()];
            let mut waiting = Some(waiting);
            output.list(None, &["REQUEST", "PROFILE", "SINCE", "SUBJECT"], cells, |_, _| Ok(waiting.take().unwrap_or_default()))
        }
        Command::Approve { id } => {
            operator.approve_request(id)?;
            answered(output, id, "approved")
        }
        Command::Refuse { id, reason } => {
            operator.refuse_request(id, &reason)?;
            answered(output, id, "refused")
        }
    }
}

/// One JSON object a line in every mode: lines are what scripts read.
fn challenge(operator: &Operator, output: &Output, mail: &str, profile: ProfileName, count: u32) -> Result<(), Refusal> {
    let challenges = operator.scep_challenges(mail, profile, count)?;
    let lines = challenges.iter().map(|challenge| serde_json::to_string(challenge).map(|line| line + "\n"));
    let lines = zeroize::Zeroizing::new(lines.collect::<Result<String, _>>().map_err(Error::fault)?);
    if lines.is_empty() {
        return Err(Error::NotFound(Noun::Profile).into());
    }
    output.octets_once(lines.as_bytes(), "Nobody has seen the challenges: make others; these expire unused.")
}

fn answered(output: &Output, id: RequestId, state: &str) -> Result<(), Refusal> {
    output.value(&json!({ "id": id, "state": state }), |_| format!("{id} is {state}."))
}
