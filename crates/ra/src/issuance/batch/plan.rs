//! What a list would do, row by row.

use super::{BatchList, BatchPlan, Choices, Columns, Planned, RowError, list, rows};
use crate::{
    Conflict, Denied, Error, Operator, Result, certificate,
    csv::Record,
    department::Department,
    id::{SubscriberId, UnitId},
    issuance::{
        cycle::{self, Order},
        request,
    },
    mailbox::{self, Address},
    policy::Policy,
    profile::ProfileName,
    subscriber,
};
use protocol::{Timestamp, csr::CertificationRequest};
use rusqlite::{Connection, OptionalExtension};
use std::collections::{HashMap, HashSet};

pub(super) fn plan(operator: &Operator, list: &BatchList, choices: &Choices) -> Result<BatchPlan> {
    if choices.name.trim().is_empty() || choices.name.chars().count() > 200 {
        return Err(Error::invalid("name", "give the batch a name of 1 to 200 characters"));
    }
    if choices.profiles.is_empty() {
        return Err(Error::invalid("bundle", "choose at least one certificate profile"));
    }
    let mut choices = choices.clone();
    let mut seen = Vec::new();
    choices.profiles.retain(|profile| {
        !seen.contains(profile) && {
            seen.push(*profile);
            true
        }
    });
    let columns = list.columns(choices.columns)?;
    let department = operator.here()?;
    let policy = operator.inner.policy_of(department.id)?;
    choices.profiles.iter().try_for_each(|profile| policy.profile(*profile).require_offered())?;
    let (here, theirs): (Vec<_>, Vec<_>) = choices.profiles.iter().copied().partition(|profile| policy.profile(*profile).made_here());
    // One request is for one profile.
    let by_request = match (columns.csr, theirs.as_slice()) {
        (Some(_), [one]) => Some(*one),
        _ => None,
    };
    let by_device: Vec<_> = theirs.into_iter().filter(|profile| Some(*profile) != by_request).collect();
    if here.is_empty() && by_request.is_none() {
        return Err(Error::invalid(
            "bundle",
            "the keys of these profiles are made by their holders: invite their phones, or give requests of one profile in a column csr",
        ));
    }
    let at = operator.inner.clock.now();
    let digest = digest(list, columns, &choices)?;
    let mut plan = BatchPlan {
        headings: list.headings().to_vec(),
        columns,
        rows: list.len(),
        items: Vec::new(),
        there: Vec::new(),
        errors: Vec::new(),
        by_device,
        choices,
        digest,
    };
    operator.inner.store.read(|tx| {
        let mut first: HashMap<SubscriberId, usize> = HashMap::new();
        let given = rows::given(tx, at, &plan.digest)?;
        let asked = Asked { at, department: &department, policy: &policy, here: &here, by_request, given };
        for record in list.rows() {
            match judge(tx, &plan, &asked, record, &mut first) {
                Ok(Row { items, there }) => {
                    plan.items.extend(items);
                    plan.there.extend(there);
                }
                Err(Wrong::Row(error)) => plan.errors.push(*error),
                Err(Wrong::Store(error)) => return Err(error),
            }
        }
        Ok(())
    })?;
    Ok(plan)
}

struct Row {
    items: Vec<Planned>,
    there: Vec<(usize, ProfileName)>,
}

/// Wrong is the row, or nothing can be read at all.
enum Wrong {
    Row(Box<RowError>),
    Store(Error),
}

/// What is asked for every row.
struct Asked<'a> {
    at: Timestamp,
    /// By whose policy; people of other departments are left out.
    department: &'a Department,
    policy: &'a Policy,
    /// Profiles whose keys are made here.
    here: &'a [ProfileName],
    /// The profile that the requests are for.
    by_request: Option<ProfileName>,
    /// Who has which profile from this very list.
    given: HashSet<(SubscriberId, String)>,
}

fn judge(
    tx: &Connection,
    plan: &BatchPlan,
    asked: &Asked<'_>,
    record: &Record,
    first: &mut HashMap<SubscriberId, usize>,
) -> std::result::Result<Row, Wrong> {
    let Asked { department, here, by_request, given, .. } = asked;
    let at = asked.at;
    let mail = list::cell(record, plan.columns.mail, "mail").map_err(Wrong::Row)?;
    let wrong = |error: Error| of_row(error, record.line, mail);
    let address = Address::parse(mail).map_err(wrong)?;
    let owner = mailbox::owner(tx, &address).map_err(wrong)?;
    mailbox::standing_of(tx, at, owner.subscriber, &owner.address).map_err(wrong)?.map_err(|why| wrong(why.into()))?;
    let (name, belongs): (String, UnitId) = tx
        .prepare_cached("SELECT name, department FROM subscriber WHERE id = ?1")
        .and_then(|mut statement| statement.query_row([owner.subscriber], |row| Ok((row.get(0)?, row.get(1)?))))
        .map_err(|error| Wrong::Store(error.into()))?;
    if belongs != department.id {
        let reason = format!("the person does not belong to {}; leave the row out, or move the person first", department.department);
        return Err(row_error(record.line, mail, "validation", String::new(), "mail", reason));
    }
    if let Some(column) = plan.columns.name {
        let typed = list::cell(record, column, "name").map_err(Wrong::Row)?;
        if !typed.is_empty() && subscriber::name::fold(typed) != subscriber::name::fold(&name) {
            let reason = format!("the address belongs to {name}, not to {}; correct the name or the address", shown(typed));
            return Err(row_error(record.line, mail, "otherName", name, "name", reason));
        }
    }
    if let Some(line) = first.insert(owner.subscriber, record.line) {
        first.insert(owner.subscriber, line);
        let reason = format!("the same person stands in line {line} already; leave one of the two rows out");
        return Err(row_error(record.line, mail, "twice", line.to_string(), "mail", reason));
    }
    let mut row = Row { items: Vec::new(), there: Vec::new() };
    let planned = |profile, csr| Planned { line: record.line, subscriber: owner.subscriber, mail: owner.address.clone(), profile, csr };
    for profile in *here {
        let has = certificate::has_active(tx, at, owner.subscriber, profile.as_str()).map_err(wrong)?;
        if has && (!plan.choices.supersede || given.contains(&(owner.subscriber, profile.as_str().to_owned()))) {
            row.there.push((record.line, *profile));
        } else {
            row.items.push(planned(*profile, None));
        }
    }
    if let (Some(profile), Some(column)) = (*by_request, plan.columns.csr) {
        let text = list::cell(record, column, "csr").map_err(Wrong::Row)?;
        if !text.is_empty() {
            let csr = request::read(text.as_bytes()).map_err(wrong)?;
            let order = order(tx, asked, owner.subscriber, &owner.address, profile, &csr).map_err(wrong)?;
            if has_key(tx, at, owner.subscriber, profile, &csr).map_err(wrong)? {
                row.there.push((record.line, profile));
            } else {
                cycle::admit(tx, at, &order, Some(&csr.public_key)).map_err(wrong)?;
                row.items.push(planned(profile, Some(csr.der)));
            }
        }
    }
    if row.items.is_empty() && row.there.is_empty() {
        let reason = "the row has no request; put one there, or leave the row out".to_owned();
        return Err(row_error(record.line, mail, "noRequest", String::new(), "csr", reason));
    }
    Ok(row)
}

/// What a request is to become, as for one that is issued alone: it states what the certificate would, or less (invariant 6).
fn order(
    tx: &Connection,
    asked: &Asked<'_>,
    subscriber: SubscriberId,
    mail: &str,
    profile: ProfileName,
    csr: &CertificationRequest,
) -> Result<Order> {
    let person = subscriber::read(tx, asked.at, subscriber)?;
    // No profile of requests is superseded.
    let order = Order::new(asked.policy, &person, mail, profile, false)?;
    request::check_names(csr, &order.subject, &order.san)?;
    Ok(order)
}

/// The person has an active certificate of this profile for this very key.
fn has_key(tx: &Connection, at: Timestamp, subscriber: SubscriberId, profile: ProfileName, csr: &CertificationRequest) -> Result<bool> {
    let found = tx
        .prepare_cached(
            "SELECT 1 FROM certificate WHERE subscriber = ?1 AND profile = ?2 AND key_fingerprint = ?3 AND not_after >= ?4
               AND issuer IS NOT NULL AND revoked_at IS NULL AND superseded_at IS NULL",
        )?
        .query_row(rusqlite::params![subscriber, profile.as_str(), csr.public_key.fingerprint(), at.0], |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}

/// An error of one row; whatever else goes wrong ends the reading.
fn of_row(error: Error, line: usize, mail: &str) -> Wrong {
    match say(&error) {
        Some((field, reason)) => {
            let code = error.code().to_owned();
            let problem = if matches!(error, Error::Invalid { field: "mail", .. }) { "address".to_owned() } else { code.clone() };
            Wrong::Row(Box::new(RowError {
                line,
                mail: shown(mail),
                code,
                problem,
                detail: String::new(),
                field: field.to_owned(),
                reason,
            }))
        }
        None => Wrong::Store(error),
    }
}

/// A row that is wrong by itself.
fn row_error(line: usize, mail: &str, problem: &str, detail: String, field: &str, reason: String) -> Wrong {
    let (mail, problem, field) = (shown(mail), problem.to_owned(), field.to_owned());
    Wrong::Row(Box::new(RowError { line, mail, code: "validation".to_owned(), problem, detail, field, reason }))
}

/// Column and sentence of what a row can be refused for; `None`: it is not the row's fault.
pub(super) fn say(error: &Error) -> Option<(&'static str, String)> {
    Some(match error {
        Error::Invalid { field, reason } => (field, reason.clone()),
        Error::NotFound(_) => ("mail", "nobody here has this address; add the person first".to_owned()),
        Error::Denied(Denied::MailboxNotValidated { mailbox }) => {
            ("mail", format!("nobody has recorded that {mailbox} is the person's; record it first"))
        }
        Error::Denied(Denied::MailboxValidationEnded { mailbox, ended }) => ("mail", mailbox::ended_reason(mailbox, *ended)),
        Error::Conflict(Conflict::ActiveEncryption) => {
            ("mail", "the person has an active certificate of this kind; choose to replace it, or leave the row out".to_owned())
        }
        Error::Denied(Denied::NotOffered) => ("bundle", "the certificate profile is not offered any more".to_owned()),
        Error::Denied(Denied::EncryptionByScep) => ("csr", "keys that decrypt are made here; leave the request out".to_owned()),
        Error::Denied(_) | Error::Conflict(_) | Error::Unavailable(_) | Error::Internal(_) => return None,
    })
}

/// A cell in a message: one line of it, and nothing that turns or hides text.
pub(super) fn shown(text: &str) -> String {
    text.chars().filter(|c| !crate::host::is_hidden(*c)).take(80).collect()
}

/// What makes two lists the same: addresses, requests and choices; not the file's name, nor what is there already.
fn digest(list: &BatchList, columns: Columns, choices: &Choices) -> Result<[u8; 32]> {
    let mut sha = openssl::sha::Sha256::new();
    let chosen = serde_json::to_string(&(choices.form, choices.supersede, &choices.profiles)).map_err(Error::fault)?;
    sha.update(format!("signet batch 1 {chosen}").as_bytes());
    for record in list.rows() {
        for column in [Some(columns.mail), columns.csr].into_iter().flatten() {
            let text = record.fields.get(column).map_or("", String::as_str).to_ascii_lowercase();
            sha.update(&(text.len() as u64).to_be_bytes());
            sha.update(text.as_bytes());
        }
    }
    Ok(sha.finish())
}
