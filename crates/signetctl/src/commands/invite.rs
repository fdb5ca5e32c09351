//! `signetctl invite`.

use super::letter::{Places, Printed, Sheets};
use crate::{
    cli::{InvitationFiles, Invite},
    files::Replacement,
    output::Output,
    refusal::Refusal,
    session::Session,
};
use protocol::Timestamp;
use ra::{
    Error, Operator,
    id::EnrollmentId,
    invitation::{Channel, Invitation},
};
use serde::Serialize;
use zeroize::Zeroizing;

/// The one time when link and code are shown.
#[derive(Serialize)]
struct Shown {
    enrollment: EnrollmentId,
    url: String,
    code: String,
    expires_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    trust_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    letter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_sheet: Option<String>,
}

pub(crate) fn run(session: &Session, output: &Output, arguments: &Invite) -> Result<(), Refusal> {
    let operator = session.operator()?;
    show(&operator, output, &arguments.files, || operator.invite(&arguments.mail, arguments.channel()))
}

/// `signetctl enrollment resend`: as a letter where there is one, otherwise by the channel of before.
pub(super) fn resend(operator: &Operator, output: &Output, id: EnrollmentId, files: &InvitationFiles) -> Result<(), Refusal> {
    show(operator, output, files, || match files.letter {
        Some(_) => operator.resend_by(id, Channel::Letter),
        None => operator.resend(id),
    })
}

/// What to do about a code that nobody has seen.
const UNSEEN: &str =
    "The invitation stands, its code is lost: `signetctl enrollment list` names it, `signetctl enrollment resend` renews link and code.";

/// What is written of an invitation. The places are made before it is: what has none shall not come into being.
struct Written {
    sheets: Option<Places>,
    picture: Option<(Replacement, bool)>,
}

impl Written {
    fn make(files: &InvitationFiles) -> Result<Self, Refusal> {
        let sheets = files.letter.as_deref().map(|letter| Places::make(letter, files.language)).transpose()?;
        let picture = files.qr.as_ref().map(|qr| Replacement::create(&qr.path).map(|place| (place, qr.svg))).transpose()?;
        Ok(Written { sheets, picture })
    }

    /// Writes all of it; where one cannot be written none is there: whoever found it would wait at a link whose code nobody has.
    fn write(self, operator: &Operator, invitation: &Invitation) -> Result<Option<Printed>, Refusal> {
        let sheets = self.sheets.map(|places| places.write(operator, invitation)).transpose()?;
        // The last thing that can fail: it may take the place of another picture.
        if let Some((place, svg)) = self.picture {
            place.put(&draw(&invitation.url, svg)?)?;
        }
        Ok(sheets.map(Sheets::keep))
    }
}

/// Makes an invitation once there is a place for what is to be written of it, writes that, and prints the rest.
fn show(
    operator: &Operator,
    output: &Output,
    files: &InvitationFiles,
    make: impl FnOnce() -> ra::Result<Invitation>,
) -> Result<(), Refusal> {
    let places = Written::make(files)?;
    let invitation = make()?;
    let printed = places.write(operator, &invitation).map_err(|refusal| unseen(refusal, invitation.enrollment, files))?;
    let (letter, code_sheet) = printed.map(|Printed { letter, code }| (letter, code)).unzip();
    let shown = Shown {
        enrollment: invitation.enrollment,
        code: invitation.code.reveal(),
        url: invitation.url,
        expires_at: invitation.expires_at,
        trust_url: invitation.trust_url,
        letter,
        code_sheet: code_sheet.flatten(),
    };
    // What is on paper is not lost where nobody reads the answer.
    if shown.letter.is_some() && !output.is_json() { output.value(&shown, on_paper) } else { output.once(&shown, words, UNSEEN) }
}

/// What was asked for could not be written, and nobody has seen the code.
fn unseen(refusal: Refusal, enrollment: EnrollmentId, files: &InvitationFiles) -> Refusal {
    let message = format!("{} The invitation stands, its code is lost.", refusal.message);
    let options = [(files.qr.is_some(), " --qr FILE.svg"), (files.letter.is_some(), " --letter FILE.html")];
    let options: String = options.iter().filter(|(asked, _)| *asked).map(|(_, option)| *option).collect();
    let next = format!("For a new link and code: signetctl enrollment resend {enrollment}{options}.");
    Refusal { message, next, ..refusal }
}

/// Neither link nor code: they stand on their sheets.
fn on_paper(shown: &Shown) -> String {
    let mut text = format!("Letter      {}\n", shown.letter.as_deref().unwrap_or_default());
    match &shown.code_sheet {
        Some(sheet) => text.push_str(&format!("Code sheet  {sheet}\n\nPrint both, and hand the code over apart from the letter.")),
        None => text.push_str("\nThe page asks for the password that the person has, and for no code."),
    }
    text.push_str(&format!(" The link ends {}.\nEnrollment {}", shown.expires_at, shown.enrollment));
    text
}

fn words(shown: &Shown) -> String {
    // A link that fits no symbol is still a link.
    let symbol = |url: &str| outbound::qr_terminal(url).unwrap_or_default();
    let mut text = String::new();
    if let Some(trust) = &shown.trust_url {
        text.push_str(&format!(
            "First, on the phone: trust the department's root.\n\n{}\n{trust}\n\nThen: open the invitation.\n\n",
            symbol(trust)
        ));
    }
    text.push_str(&format!("{}\nLink  {}\nCode  {}\n", symbol(&shown.url), shown.url, shown.code));
    text.push_str(&format!("\nGive the code separately from the link. Both end {}.\nEnrollment {}", shown.expires_at, shown.enrollment));
    text
}

/// Pixels of a module in a PNG: the picture is about 500 pixels wide.
const MODULE: u32 = 10;

/// The picture is as secret as the link.
fn draw(url: &str, svg: bool) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let drawn = if svg { outbound::qr_svg(url, "QR code").map(String::into_bytes) } else { outbound::qr_png(url, MODULE) };
    Ok(Zeroizing::new(drawn.map_err(Error::fault)?))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]
    use super::*;
    use crate::cli::Picture;
    use ra::{policy::Language, testing};
    use std::fs;

    #[test]
    fn of_letter_and_picture_none_is_there_where_one_cannot_be_written() {
        let (authority, _clock, folder) = testing::authority();
        let officer = testing::department(&authority);
        officer.set_setting("serve.public_url", "https://pki.example.edu:8443").unwrap();
        testing::person(&officer, "Alice Example", "alice@example.edu");
        let place = folder.path().join("desk");
        fs::create_dir(&place).unwrap();
        let (qr, letter) = (place.join("alice.svg"), place.join("alice.html"));
        fs::write(&qr, "the picture of before").unwrap();
        let picture = Picture { path: qr.clone(), svg: true };
        let files = InvitationFiles { qr: Some(picture), letter: Some(letter.clone()), language: Language::English };
        let names = || fs::read_dir(&place).unwrap().count();

        // The picture is drawn; for the letter there is no room.
        let mut places = Written::make(&files).unwrap();
        places.sheets.as_mut().unwrap().divert(fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
        let invitation = officer.invite("alice@example.edu", Channel::Letter).unwrap();
        let refusal = places.write(&officer, &invitation).err().unwrap();
        assert_eq!((fs::read_to_string(&qr).unwrap().as_str(), names()), ("the picture of before", 1), "and nothing beside it");
        let refusal = unseen(refusal, invitation.enrollment, &files);
        assert!(refusal.message.contains("alice.html") && refusal.message.contains("its code is lost"), "{}", refusal.message);
        assert!(refusal.next.ends_with("--qr FILE.svg --letter FILE.html."), "both again: {}", refusal.next);

        // The letter is written; the picture cannot get its name any more.
        let places = Written::make(&files).unwrap();
        fs::remove_file(&qr).unwrap();
        fs::create_dir(&qr).unwrap();
        assert!(places.write(&officer, &invitation).is_err());
        assert_eq!(names(), 1, "the folder alone");
        fs::remove_dir(&qr).unwrap();
        assert!(Written::make(&files).unwrap().write(&officer, &invitation).is_ok_and(|printed| printed.is_some()));
        assert_eq!(names(), 3, "letter, code and picture");
    }
}
