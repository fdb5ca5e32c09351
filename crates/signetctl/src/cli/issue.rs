//! What can be typed to issue certificates at the desk.

use super::*;

/// For which readers a PKCS#12 is made.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Container {
    /// Triple DES and SHA-1: Apple, gpgsm, old Windows.
    Legacy,
    /// AES-256 and SHA-256.
    Modern,
}

#[derive(Args)]
pub(crate) struct Issue {
    /// Mail address of the person.
    pub(crate) mail: String,
    /// Certificate profile: signing, encryption, authentication, document or functional.
    #[arg(long, value_parser = profile)]
    pub(crate) profile: ProfileName,
    #[command(flatten)]
    pub(crate) key: NewKey,
    /// Take the place of the person's active certificate that encrypts.
    #[arg(long)]
    pub(crate) replace: bool,
}

/// Where the key of a new certificate comes from.
#[derive(Args)]
pub(crate) struct NewKey {
    /// The person's request (PKCS#10, PEM or DER); `-` for standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "generate", required_unless_present = "generate")]
    pub(crate) csr: Option<PathBuf>,
    /// Make the key here: profiles that encrypt only.
    #[arg(long, requires = "p12", requires = "password_out")]
    pub(crate) generate: bool,
    /// Write key, certificate and chain to this new file.
    #[arg(long, value_name = "FILE", requires = "generate")]
    pub(crate) p12: Option<PathBuf>,
    /// Write the password of that file to this new file, readable by you alone.
    #[arg(long, value_name = "FILE", requires = "generate")]
    pub(crate) password_out: Option<PathBuf>,
    /// What is to read the file.
    #[arg(long, default_value = "modern")]
    pub(crate) container: Container,
}

#[derive(Args)]
pub(crate) struct IssueBatch {
    /// The list, CSV in UTF-8; `-` for standard input.
    pub(crate) file: PathBuf,
    /// A bundle such as Staff, or certificate profiles with commas between them.
    #[arg(long)]
    pub(crate) bundle: String,
    /// Folder for the files: ADDRESS-PROFILE.p12 or .cer.
    #[arg(long, value_name = "DIR", required_unless_present = "dry_run")]
    pub(crate) out: Option<PathBuf>,
    /// Where the list of passwords goes, outside of that folder; otherwise beside it, to DIR-passwords.csv.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_out: Option<PathBuf>,
    /// What is to read the files.
    #[arg(long, default_value = "modern")]
    pub(crate) container: Container,
    /// Whoever has an active certificate that encrypts gets a new one in its place.
    #[arg(long)]
    pub(crate) replace: bool,
    /// Say what would happen to each row, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) at: At,
}
