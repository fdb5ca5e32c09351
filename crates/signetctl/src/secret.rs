//! Secrets from people: by prompt, from a file, from standard input; never from the command line, where everybody can read them.

use crate::refusal::Refusal;
use std::{
    io::{self, BufRead, IsTerminal, Read, Write},
    path::Path,
};
use zeroize::Zeroizing;

/// Longest secret read, octets.
const MAX_LEN: u64 = 4096;

/// From `file` where one is named, otherwise asked for on the terminal without echo, otherwise the first line of standard input.
pub(crate) fn read(what: &str, file: Option<&Path>) -> Result<Zeroizing<String>, Refusal> {
    if let Some(path) = file {
        let opened = std::fs::File::open(path).map_err(|error| unreadable(&path.display().to_string(), &error))?;
        return first_line(opened).map_err(|error| unreadable(&path.display().to_string(), &error));
    }
    if io::stdin().is_terminal() {
        return rpassword::prompt_password(format!("{what}: ")).map(Zeroizing::new).map_err(|error| unreadable("the terminal", &error));
    }
    first_line(io::stdin()).map_err(|error| unreadable("standard input", &error))
}

/// A value that is no secret: asked for with echo, or the first line of standard input.
pub(crate) fn read_value(what: &str) -> Result<String, Refusal> {
    if io::stdin().is_terminal() {
        let _ = write!(io::stderr(), "{what}: ");
    }
    Ok(first_line(io::stdin()).map_err(|error| unreadable("standard input", &error))?.to_string())
}

/// Asks before what cannot be undone. Where nobody sits at a terminal nobody is asked.
pub(crate) fn confirm(question: &str, yes: bool) -> Result<(), Refusal> {
    if yes || !io::stdin().is_terminal() {
        return Ok(());
    }
    let _ = write!(io::stderr(), "{question} [y/N] ");
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(|error| unreadable("the terminal", &error))?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Refusal::new("cancelled", "Nothing was changed.", "Answer y, or give --yes, to go on.")),
    }
}

fn first_line(from: impl Read) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(usize::try_from(MAX_LEN).unwrap_or_default() + 1));
    from.take(MAX_LEN + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_LEN {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is longer than 4096 octets"));
    }
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

fn unreadable(from: &str, error: &io::Error) -> Refusal {
    Refusal::new("file", format!("{from} could not be read: {error}."), "Check its name and who may read it.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_line_counts_and_nothing_endless_is_read() {
        assert_eq!(first_line(&b"sesame \r\nsecond"[..]).unwrap().as_str(), "sesame ");
        assert_eq!(first_line(&b""[..]).unwrap().as_str(), "");
        assert!(first_line(io::repeat(b'x')).is_err());
        assert!(first_line(&b"\xff"[..]).is_err());
    }
}
