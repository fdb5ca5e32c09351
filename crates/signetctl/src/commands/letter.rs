//! The printed invitation: a letter with the link, and a sheet of its own with the code.

use crate::{files::NewFiles, refusal::Refusal};
use outbound::{InvitationSheet, TrustSheet, invitation_sheets};
use ra::{Error, Operator, invitation::Invitation, policy::Language};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The places of letter and sheet. They are made before the invitation is: one that cannot be written would be lost.
pub(super) struct Places {
    letter: PathBuf,
    code: PathBuf,
    files: NewFiles,
    language: Language,
}

/// Letter and sheet on the disk. Unless they are kept, both go again.
pub(super) struct Sheets {
    files: NewFiles,
    printed: Printed,
}

/// What was written.
pub(super) struct Printed {
    /// The letter.
    pub(super) letter: String,
    /// The sheet with the code; `None`: the page asks this person for a password.
    pub(super) code: Option<String>,
}

impl Places {
    /// New files; nothing is overwritten.
    pub(super) fn make(letter: &Path, language: Language) -> Result<Self, Refusal> {
        let code = beside(letter);
        let files = NewFiles::create(&[letter, &code])?;
        Ok(Places { letter: letter.to_owned(), code, files, language })
    }

    /// Writes the sheets of an invitation.
    pub(super) fn write(mut self, operator: &Operator, invitation: &Invitation) -> Result<Sheets, Refusal> {
        let enrollment = operator.enrollment(invitation.enrollment)?.enrollment;
        let operator = operator.at_department(enrollment.department_id)?;
        let (department, settings, certificates) = (operator.department()?, operator.settings()?, operator.ca_certificates()?);
        let trust = match (&invitation.trust_url, certificates.iter().find(|ca| ca.name == "root")) {
            (Some(url), Some(root)) => Some(TrustSheet { url, words: &root.words, picture: &root.picture }),
            _ => None,
        };
        let code = invitation.code_is_asked.then(|| Zeroizing::new(invitation.code.reveal()));
        let sheets = invitation_sheets(&InvitationSheet {
            language: self.language,
            organization: &department.organization,
            department: &department.department,
            contact: settings.contact.as_deref(),
            training: department.training,
            name: &enrollment.name,
            url: &invitation.url,
            code: code.as_deref().map(String::as_str),
            expires_at: invitation.expires_at,
            trust,
        })
        .map_err(Error::fault)?;
        let (letter, code) = (Zeroizing::new(sheets.letter), sheets.code.map(Zeroizing::new));
        self.files.write(0, letter.as_bytes())?;
        match &code {
            Some(code) => self.files.write(1, code.as_bytes())?,
            None => self.files.discard(1),
        }
        self.files.sync()?;
        let named = |path: &Path| path.display().to_string();
        let printed = Printed { letter: named(&self.letter), code: code.map(|_| named(&self.code)) };
        Ok(Sheets { files: self.files, printed })
    }

    /// The letter is written to another file: one without room, say.
    #[cfg(all(test, target_os = "linux"))]
    pub(super) fn divert(&mut self, to: std::fs::File) {
        self.files.divert(0, to);
    }
}

impl Sheets {
    /// Both stay.
    pub(super) fn keep(self) -> Printed {
        self.files.keep();
        self.printed
    }
}

/// `alice.html` has `alice-code.html` beside it.
fn beside(letter: &Path) -> PathBuf {
    let mut name = letter.file_stem().unwrap_or_default().to_owned();
    name.push("-code.html");
    letter.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sheet_with_the_code_has_a_name_of_its_own_in_the_same_folder() {
        assert_eq!(beside(Path::new("a/b/alice.2.HTML")), Path::new("a/b/alice.2-code.html"));
        assert_eq!(beside(Path::new("alice.html")), Path::new("alice-code.html"));
    }
}
