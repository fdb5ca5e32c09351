//! What can be typed to invite somebody.

use super::*;
use clap::{CommandFactory, error::ErrorKind};

#[derive(Args)]
pub(crate) struct Invite {
    /// Mail address of the person.
    pub(crate) mail: String,
    /// How it reaches the person: show or letter (Signet cannot send mail or SMS yet). Otherwise letter with --letter, and show without.
    #[arg(long, value_parser = channel)]
    pub(crate) via: Option<Channel>,
    #[command(flatten)]
    pub(crate) files: InvitationFiles,
}

/// What is written of an invitation.
#[derive(Args)]
pub(crate) struct InvitationFiles {
    /// Write the link's QR code to FILE.svg or FILE.png, readable by you alone.
    #[arg(long, value_name = "FILE", value_parser = picture)]
    pub(crate) qr: Option<Picture>,
    /// Write a letter with the link to this new file, and a sheet with the code to FILE-code.html; only you may read them.
    #[arg(long, value_name = "FILE.html", value_parser = letter)]
    pub(crate) letter: Option<PathBuf>,
    /// Language of letter and sheet: en or fr.
    #[arg(long, default_value = "en", requires = "letter", value_parser = language)]
    pub(crate) language: Language,
}

/// A QR code's file.
#[derive(Clone)]
pub(crate) struct Picture {
    pub(crate) path: PathBuf,
    pub(crate) svg: bool,
}

impl Invite {
    /// As it was said, or as the file for a letter says it. Who writes the letter by other means says `--via letter` alone.
    pub(crate) fn channel(&self) -> Channel {
        self.via.unwrap_or(if self.files.letter.is_some() { Channel::Letter } else { Channel::Show })
    }

    /// What goes another way has no letter. Clap compares words, and a channel is written in several ways.
    pub(super) fn check(&self) -> Result<(), clap::Error> {
        match (self.channel(), &self.files.letter) {
            (Channel::Letter, _) | (_, None) => Ok(()),
            (Channel::Show | Channel::Mail | Channel::Sms, Some(_)) => {
                let message = "--letter is for --via letter: leave one of the two out";
                Err(Cli::command().error(ErrorKind::ArgumentConflict, message))
            }
        }
    }
}
