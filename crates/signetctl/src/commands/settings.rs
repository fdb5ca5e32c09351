//! `signetctl settings`.

use crate::{
    cli::Settings as Command,
    output::{Output, table},
    refusal::Refusal,
    secret,
    session::Session,
};
use ra::Operator;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

/// Settings whose values are secrets: never taken from the command line, never shown.
const SECRETS: [&str; 1] = ["removal.password"];

pub(crate) fn run(session: &Session, output: &Output, command: Command) -> Result<(), Refusal> {
    let operator = session.operator()?;
    match command {
        Command::Get { key: Some(key) } => {
            let value = operator.setting(&key)?;
            output.value(&json!({ "key": key, "value": value }), |_| value.clone())
        }
        Command::Get { key: None } => all(&operator, output),
        Command::Set { key, value } => set(&operator, output, &key, value),
    }
}

fn all(operator: &Operator, output: &Output) -> Result<(), Refusal> {
    let read = |key: &'static str| Ok((key, operator.setting(key)?));
    let values = Operator::setting_names().into_iter().map(read).collect::<Result<Vec<_>, ra::Error>>()?;
    let object: Map<String, Value> = values.iter().map(|(key, value)| ((*key).to_owned(), Value::from(value.as_str()))).collect();
    output.value(&object, |_| {
        let rows: Vec<_> = values.iter().map(|(key, value)| vec![(*key).to_owned(), value.clone()]).collect();
        table(&[], &rows).trim_end().to_owned()
    })
}

fn set(operator: &Operator, output: &Output, key: &str, value: Option<String>) -> Result<(), Refusal> {
    let value = match (SECRETS.contains(&key), value) {
        (true, Some(given)) => {
            drop(Zeroizing::new(given));
            return Err(Refusal::new(
                "secretAsArgument",
                format!("{key} is a secret, and everybody on this computer can read a command line."),
                "Leave the value out: it is asked for, or read from standard input.",
            ));
        }
        (true, None) => secret::read(key, None)?,
        (false, Some(given)) => Zeroizing::new(given),
        (false, None) => Zeroizing::new(secret::read_value(key)?),
    };
    operator.set_setting(key, &value)?;
    let now = operator.setting(key)?;
    output.value(&json!({ "key": key, "value": now }), |_| format!("{key} = {now}"))
}
