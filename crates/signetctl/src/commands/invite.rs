//! `signetctl invite`.

use super::letter::{Places, Printed};
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

/// Makes an invitation once there is a place for what is to be written of it, writes that, and prints the rest.
fn show(
    operator: &Operator,
    output: &Output,
    files: &InvitationFiles,
    make: impl FnOnce() -> ra::Result<Invitation>,
) -> Result<(), Refusal> {
    let places = files.letter.as_deref().map(|letter| Places::make(letter, files.language)).transpose()?;
    let picture = files.qr.as_ref().map(|qr| Replacement::create(&qr.path).map(|place| (place, qr.svg))).transpose()?;
    let invitation = make()?;
    let lost = |refusal, option| unseen(refusal, invitation.enrollment, option);
    if let Some((place, svg)) = picture {
        draw(&invitation.url, svg).and_then(|drawn| place.put(&drawn)).map_err(|refusal| lost(refusal, "--qr FILE.svg"))?;
    }
    let printed = match places {
        Some(places) => Some(places.write(operator, &invitation).map_err(|refusal| lost(refusal, "--letter FILE.html"))?),
        None => None,
    };
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
fn unseen(refusal: Refusal, enrollment: EnrollmentId, option: &str) -> Refusal {
    let message = format!("{} The invitation stands, its code is lost.", refusal.message);
    let next = format!("For a new link and code: signetctl enrollment resend {enrollment} {option}.");
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
