//! `signetctl certificate import`.

use super::read;
use crate::{
    output::{Output, plain},
    refusal::Refusal,
};
use ra::{
    Error, Operator,
    issuance::import::{ImportFile, MAX_FILE},
};
use serde_json::json;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Folders in folders that are looked into.
const MAX_DEPTH: usize = 8;

pub(in crate::commands) fn import(operator: &Operator, output: &Output, files: &[PathBuf]) -> Result<(), Refusal> {
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
    output.aside(&report.refused.iter().map(|refused| format!("{}: {}.", plain(&refused.file), refused.reason)).collect::<Vec<_>>());
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
