//! `signetctl invite`.

use crate::{
    cli::{Invite, Picture},
    output::Output,
    refusal::Refusal,
    session::Session,
};
use protocol::Timestamp;
use ra::{Error, id::EnrollmentId, invitation::Invitation};
use serde::Serialize;
use std::io::Write;

/// The one time when link and code are shown.
#[derive(Serialize)]
struct Shown {
    enrollment: EnrollmentId,
    url: String,
    code: String,
    expires_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    trust_url: Option<String>,
}

pub(crate) fn run(session: &Session, output: &Output, arguments: &Invite) -> Result<(), Refusal> {
    let invitation = session.operator()?.invite(&arguments.mail, arguments.via)?;
    show(output, invitation, arguments.qr.as_ref())
}

/// What to do about a code that nobody has seen.
const UNSEEN: &str =
    "The invitation stands, its code is lost: `signetctl enrollment list` names it, `signetctl enrollment resend` renews link and code.";

/// Prints an invitation, and writes its QR code where that was asked for.
pub(crate) fn show(output: &Output, invitation: Invitation, picture: Option<&Picture>) -> Result<(), Refusal> {
    if let Some(picture) = picture {
        draw(&invitation.url, picture)?;
    }
    let shown = Shown {
        enrollment: invitation.enrollment,
        code: invitation.code.reveal(),
        url: invitation.url,
        expires_at: invitation.expires_at,
        trust_url: invitation.trust_url,
    };
    output.once(&shown, words, UNSEEN)
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

/// The picture is as secret as the link: only this account may read it.
fn draw(url: &str, picture: &Picture) -> Result<(), Refusal> {
    let bytes = if picture.svg { outbound::qr_svg(url, "QR code").map(String::into_bytes) } else { outbound::qr_png(url, MODULE) };
    let bytes = bytes.map_err(Error::fault)?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&picture.path).and_then(|mut file| file.write_all(&bytes)).map_err(|error| {
        let message = format!("{} could not be written: {error}. The invitation stands.", picture.path.display());
        Refusal::new("file", message, "Make a new link with `signetctl enrollment resend`, and name a file that you may write.")
    })
}
