//! What leaves the authority: pictures and letters. QR codes for the screen, for files and for a terminal, and the printable invitation.
//!
//! Nothing here decides anything and nothing here stores a secret: texts come in, pictures and pages go out.

mod letter;
mod letter_texts;
mod qr;

pub use letter::{InvitationSheet, Language, TrustSheet, invitation_sheet};
pub use qr::{QrError, qr_png, qr_svg, qr_terminal};
