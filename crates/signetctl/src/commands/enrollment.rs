//! `signetctl enrollment`.

use super::invite;
use crate::{
    cli::Enrollment as Command,
    output::{Output, plain, table},
    refusal::Refusal,
    session::Session,
};
use ra::{
    Operator,
    enrollment::{Enrollment, EnrollmentDetail, EnrollmentQuery, State},
};

pub(crate) fn run(session: &Session, output: &Output, command: Command) -> Result<(), Refusal> {
    let operator = session.operator()?;
    match command {
        Command::List { mail, limit } => list(&operator, output, mail.as_deref(), limit),
        Command::Show { id } => output.value(&operator.enrollment(id)?, timeline),
        Command::Cancel { id } => {
            operator.cancel_enrollment(id)?;
            output.value(&operator.enrollment(id)?, timeline)
        }
        Command::Resend { id, files } => invite::resend(&operator, output, id, &files),
    }
}

fn list(operator: &Operator, output: &Output, mail: Option<&str>, limit: Option<u32>) -> Result<(), Refusal> {
    let subscriber = mail.map(|mail| operator.subscriber_by_mail(mail)).transpose()?.map(|person| person.id);
    let cells = |row: &Enrollment| vec![row.id.to_string(), row.name.clone(), row.mail.clone(), state(row), row.updated_at.to_string()];
    output.list(limit, &["ENROLLMENT", "NAME", "MAIL", "STATE", "LAST STEP"], cells, |last, limit| {
        let query = EnrollmentQuery { subscriber, after: last.map(|row| row.id), limit, ..EnrollmentQuery::default() };
        Ok(operator.enrollments(&query)?.rows)
    })
}

/// The state as people call it: an issued transport certificate means that the configuration profile follows or was sent.
fn state(enrollment: &Enrollment) -> String {
    match (enrollment.state, enrollment.profile_sent) {
        (State::Issued, true) => "profile sent".to_owned(),
        (state, _) => word(&state),
    }
}

/// A value as serde spells it.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text.replace('_', " "),
        _ => String::new(),
    }
}

fn timeline(detail: &EnrollmentDetail) -> String {
    let enrollment = &detail.enrollment;
    let mut rows = vec![
        vec!["Enrollment".to_owned(), enrollment.id.to_string()],
        vec!["Person".to_owned(), format!("{} <{}>", enrollment.name, enrollment.mail)],
        vec!["State".to_owned(), state(enrollment)],
        vec!["Link ends".to_owned(), enrollment.expires_at.to_string()],
    ];
    if let Some(device) = &enrollment.device {
        let words = [&device.product, &device.os_version, &device.serial];
        rows.push(vec!["Device".to_owned(), words.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ")]);
    }
    for certificate in &detail.certificates {
        rows.push(vec!["Certificate".to_owned(), format!("{} {} {}", certificate.serial, certificate.profile, certificate.status)]);
    }
    let steps: Vec<_> = detail.steps.iter().map(|step| vec![step.at.to_string(), word(&step.kind), facts(&step.facts)]).collect();
    format!("{}\n{}", table(&[], &rows), table(&["TIME", "STEP", "FACTS"], &steps).trim_end())
}

/// `name: value` for each fact.
fn facts(facts: &serde_json::Value) -> String {
    let value = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let named = facts.as_object().into_iter().flatten().map(|(name, fact)| format!("{name}: {}", value(fact)));
    plain(&named.collect::<Vec<_>>().join(", "))
}
