//! What leaves the authority: pictures, letters, and CRLs for places that stay up. QR codes for the screen, for files and for a
//! terminal, the printable invitation, and the courier of the outbox with the rounds that it makes.
//!
//! Nothing here decides anything and nothing here stores a secret: texts come in, pictures and pages go out.

mod letter;
mod letter_texts;
mod publish;
mod qr;
mod rounds;

pub use letter::{InvitationSheet, InvitationSheets, TrustSheet, invitation_sheets};
pub use publish::{Courier, PublishError};
pub use qr::{QrError, qr_png, qr_svg, qr_terminal};
pub use rounds::Rounds;
