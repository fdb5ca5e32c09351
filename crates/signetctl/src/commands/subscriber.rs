//! `signetctl subscriber`.

use super::act;
use crate::{
    cli::{ShareFormat, Subscriber as Command},
    output::{Output, plain, table},
    refusal::Refusal,
    secret,
    session::Session,
};
use ra::{
    Error, Operator, csv,
    id::UnitId,
    life::{Act, Target, Verb},
    subscriber::{LookAlike, Mailbox, NewSubscriber, Subscriber, SubscriberKind, SubscriberQuery},
};
use serde::Serialize;
use std::{io::Read, path::Path};

/// Largest list of people read, octets.
const MAX_LIST: u64 = 16 * 1024 * 1024;

pub(crate) fn run(session: &Session, output: &Output, command: Command) -> Result<(), Refusal> {
    let operator = session.operator()?;
    match command {
        Command::Add { name, mail, functional, at } => {
            let kind = if functional { SubscriberKind::Functional } else { SubscriberKind::Person };
            let operator = session.operator_at(at.department.as_deref())?;
            let person = operator.add_subscriber(NewSubscriber { name, mail, kind })?;
            output.value(&Told::of(&operator, person), one)
        }
        Command::List { search, limit, department } => {
            let department = match department {
                Some(name) => Some(operator.at_department_named(&name)?.department()?.id),
                None => None,
            };
            list(&operator, output, search, department, limit)
        }
        Command::Move { mail, department } => {
            let to = operator.at_department_named(&department)?.department()?.id;
            let person = operator.move_subscriber(operator.subscriber_by_mail(&mail)?.id, to)?;
            output.value(&Told::of(&operator, person), one)
        }
        Command::AddMailbox { mail, address } => {
            let person = operator.add_mailbox(operator.subscriber_by_mail(&mail)?.id, &address)?;
            output.value(&Told::of(&operator, person), one)
        }
        Command::Remove { mail, yes } => {
            let person = operator.subscriber_by_mail(&mail)?;
            secret::confirm(&format!("Remove {}?", person.name), yes)?;
            operator.delete_subscriber(person.id)?;
            let removed = serde_json::json!({ "removed": person.id, "subject": person.subject.to_string() });
            output.value(&removed, |_| format!("{} is removed; nobody else ever gets the name {}.", person.name, person.subject))
        }
        Command::Show { mail } => output.value(&Told::of(&operator, operator.subscriber_by_mail(&mail)?), one),
        Command::Offboard { mail, reason, successor, keep_until, how, yes } => {
            let person = operator.subscriber_by_mail(&mail)?;
            let act = Act { target: Target::Person(person.id), verb: Verb::Offboard { reason, successor, keep_until } };
            if how.dry_run {
                return output.value(&operator.consequences(&act)?, act::said);
            }
            secret::confirm(&format!("Revoke every certificate of {} for ever?", person.name), yes)?;
            output.value(&act::carry_out(&operator, &act, &how.why)?, act::said)
        }
        Command::Share { mail, format } => {
            let person = operator.subscriber_by_mail(&mail)?.id;
            let text = match format {
                ShareFormat::Vcard => operator.share_vcard(person)?,
                ShareFormat::Ldif => operator.share_ldif(person)?,
            };
            output.bytes(text.as_bytes())
        }
        Command::Import { file, at } => import(&session.operator_at(at.department.as_deref())?, output, &file),
        Command::Validate { mail, method, evidence } => {
            output.value(&Told::of(&operator, operator.validate_mailbox(&mail, method, &evidence)?), one)
        }
    }
}

/// A person, and who has a name that looks like theirs.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    person: Subscriber,
    /// Others in the register whose names look like it but are spelled with other letters.
    looks_like: Vec<LookAlike>,
}

impl Told {
    /// What was done is done: that nobody could be looked for is no refusal of it.
    fn of(operator: &Operator, person: Subscriber) -> Self {
        Told { looks_like: operator.look_alikes(person.id).unwrap_or_default(), person }
    }

    /// What to look at before anything is issued.
    fn beware(&self) -> Vec<String> {
        let mixes = self.person.mixed_scripts.then(|| "the name mixes alphabets: it may imitate another one".to_owned());
        let looks = |LookAlike { name, mail, .. }: &LookAlike| {
            format!("the name looks like the one of {name} ({mail}) but is spelled with other letters: one may imitate the other")
        };
        mixes.into_iter().chain(self.looks_like.iter().map(looks)).collect()
    }
}

fn list(
    operator: &Operator,
    output: &Output,
    search: Option<String>,
    department: Option<UnitId>,
    limit: Option<u32>,
) -> Result<(), Refusal> {
    let cells = |person: &Subscriber| {
        let first = person.mailboxes.first();
        let validated = match first {
            Some(Mailbox { validated: true, .. }) => "validated",
            Some(Mailbox { validated_at: Some(_), .. }) => "validation ended",
            Some(_) | None => "not validated",
        };
        vec![
            person.name.clone(),
            first.map(|mailbox| mailbox.address.clone()).unwrap_or_default(),
            validated.to_owned(),
            person.department.clone(),
            person.active_certificates.to_string(),
        ]
    };
    output.list(limit, &["NAME", "MAIL", "MAILBOX", "DEPARTMENT", "ACTIVE CERTIFICATES"], cells, |last, limit| {
        let after = last.map(|person| (person.name.clone(), person.id));
        Ok(operator.subscribers(&SubscriberQuery { search: search.clone(), department, after, limit })?.rows)
    })
}

fn one(told: &Told) -> String {
    let person = &told.person;
    let mut rows = vec![
        vec!["Name".to_owned(), person.name.clone()],
        vec!["Department".to_owned(), person.department.clone()],
        vec!["Subject".to_owned(), person.subject.to_string()],
        vec!["Id".to_owned(), person.id.to_string()],
    ];
    for mailbox in &person.mailboxes {
        rows.push(vec!["Mailbox".to_owned(), format!("{}, {}", mailbox.address, validation(mailbox))]);
    }
    for device in &person.devices {
        let words = [&device.product, &device.os_version, &device.serial];
        let words = words.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ");
        rows.push(vec!["Device".to_owned(), format!("{words} ({})", device.id)]);
    }
    rows.push(vec!["Active certificates".to_owned(), person.active_certificates.to_string()]);
    rows.extend(told.beware().into_iter().map(|what| vec!["Beware".to_owned(), what]));
    table(&[], &rows).trim_end().to_owned()
}

/// When, how and by whom a mailbox was validated, and until when that counts.
fn validation(mailbox: &Mailbox) -> String {
    let Some(at) = mailbox.validated_at else { return "not validated".to_owned() };
    let method = mailbox.method.as_ref().map(|method| format!(" ({method})")).unwrap_or_default();
    let by = mailbox.validated_by.as_ref().map(|officer| format!(" by {officer}")).unwrap_or_default();
    let counts = match (mailbox.validated, mailbox.valid_until) {
        (true, Some(until)) => format!(", counts until {until}"),
        (true, None) => String::new(),
        (false, Some(until)) => format!(", ended {until}: record a new validation"),
        (false, None) => ", counts no longer: record a new validation".to_owned(),
    };
    format!("validated {at}{method}{by}{counts}")
}

/// What became of a list: everybody who could be added was.
#[derive(Serialize)]
struct Imported {
    added: Vec<Told>,
    refused: Vec<Row>,
}

/// A row that was not added.
#[derive(Serialize)]
struct Row {
    line: usize,
    mail: String,
    #[serde(flatten)]
    refusal: Refusal,
}

fn import(operator: &Operator, output: &Output, file: &Path) -> Result<(), Refusal> {
    let records = csv::read(&text(file)?).map_err(|reason| Error::invalid("file", reason))?;
    let people = people(&records)?;
    let (mut imported, mut beware) = (Imported { added: Vec::new(), refused: Vec::new() }, Vec::new());
    for (line, department, person) in people {
        let mail = person.as_ref().map(|person| person.mail.clone()).unwrap_or_default();
        let there = match department.as_str() {
            "" => Ok(operator.clone()),
            name => operator.at_department_named(name),
        };
        match person.and_then(|person| there?.add_subscriber(person)) {
            Ok(added) => {
                let told = Told::of(operator, added);
                beware.extend(told.beware().iter().map(|what| format!("line {line}: {}: beware, {}.", plain(&mail), plain(what))));
                imported.added.push(told);
            }
            Err(error) => imported.refused.push(Row { line, mail, refusal: error.into() }),
        }
    }
    output.aside(&beware);
    if imported.refused.is_empty() {
        return output.value(&imported, |imported| format!("{} added.", imported.added.len()));
    }
    let refused = imported.refused.iter().map(|row| format!("line {}: {}: {}", row.line, plain(&row.mail), row.refusal.message));
    output.aside(&refused.collect::<Vec<_>>());
    let message = format!("{} added, {} not.", imported.added.len(), imported.refused.len());
    let next = "Correct these lines and import the list again; who is there already stays as they are.";
    let done = Some(serde_json::to_value(&imported).map_err(Error::fault)?);
    Err(Refusal { done, ..Refusal::new("importIncomplete", message, next) })
}

fn text(file: &Path) -> Result<String, Refusal> {
    let shown = file.display();
    let unreadable =
        |error: std::io::Error| Refusal::new("file", format!("{shown} could not be read: {error}."), "Check its name and who may read it.");
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        std::io::stdin().lock().take(MAX_LIST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    } else {
        std::fs::File::open(file).map_err(unreadable)?.take(MAX_LIST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    }
    if bytes.len() as u64 > MAX_LIST {
        return Err(Error::invalid("file", "it is larger than 16 MiB").into());
    }
    Ok(String::from_utf8(bytes).map_err(|_| Error::invalid("file", "save it as CSV in UTF-8"))?)
}

/// The people of a list with the line and the department, or why a line is none. The first record names the columns.
fn people(records: &[csv::Record]) -> Result<Vec<(usize, String, ra::Result<NewSubscriber>)>, Refusal> {
    let (head, rows) = records.split_first().ok_or_else(|| Error::invalid("file", "it is empty"))?;
    let column = |names: &[&str]| head.fields.iter().position(|field| names.contains(&field.to_lowercase().as_str()));
    let (Some(name), Some(mail)) = (column(&["name"]), column(&["mail", "email", "e-mail"])) else {
        return Err(Error::invalid("file", "its first line must name the columns: name, mail (and kind)").into());
    };
    let (kind, department) = (column(&["kind"]), column(&["department"]));
    let belongs = |record: &csv::Record| department.and_then(|at| record.fields.get(at)).map(|text| text.trim().to_owned());
    let person = |record: &csv::Record| {
        let field = |at: usize| record.fields.get(at).cloned().unwrap_or_default();
        let kind = match kind.map(field).unwrap_or_default().to_lowercase().as_str() {
            "" | "person" => SubscriberKind::Person,
            "functional" => SubscriberKind::Functional,
            _ => return Err(Error::invalid("kind", "write person or functional")),
        };
        Ok(NewSubscriber { name: field(name), mail: field(mail), kind })
    };
    Ok(rows.iter().map(|record| (record.line, belongs(record).unwrap_or_default(), person(record))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Timestamp;

    #[test]
    fn a_mailbox_says_when_how_and_by_whom_it_was_validated_and_until_when_that_counts() {
        let never = Mailbox {
            id: ra::id::MailboxId::fresh(),
            address: "alice@example.edu".into(),
            validated: false,
            validated_at: None,
            valid_until: None,
            validated_by: None,
            method: None,
            evidence: None,
            rules: None,
        };
        let told = [
            never.clone(),
            Mailbox {
                validated: true,
                validated_at: Some(Timestamp(0)),
                valid_until: Some(Timestamp(86_400)),
                validated_by: Some("rosa".into()),
                method: Some("in-person".into()),
                ..never.clone()
            },
            Mailbox { validated: true, validated_at: Some(Timestamp(0)), ..never.clone() },
            Mailbox { validated_at: Some(Timestamp(0)), valid_until: Some(Timestamp(86_400)), ..never },
        ]
        .map(|mailbox| validation(&mailbox));
        assert_eq!(
            told,
            [
                "not validated",
                "validated 1970-01-01T00:00:00Z (in-person) by rosa, counts until 1970-01-02T00:00:00Z",
                "validated 1970-01-01T00:00:00Z",
                "validated 1970-01-01T00:00:00Z, ended 1970-01-02T00:00:00Z: record a new validation",
            ]
        );
    }

    #[test]
    fn columns_are_found_by_their_names() {
        let records = csv::read(
            "Kind,E-Mail,Name,Department\n,a@example.edu,Alice,\nfunctional,o@example.edu,Office, Chemistry \nrobot,r@example.edu,R\n",
        )
        .unwrap();
        let people = people(&records).unwrap();
        let kinds: Vec<_> =
            people.iter().map(|(line, at, person)| (*line, at.as_str(), person.as_ref().ok().map(|person| person.kind))).collect();
        assert_eq!(kinds, [(2, "", Some(SubscriberKind::Person)), (3, "Chemistry", Some(SubscriberKind::Functional)), (4, "", None)]);
        assert!(super::people(&csv::read("Alice,a@example.edu").unwrap()).is_err());
        assert!(super::people(&[]).is_err());
    }
}
