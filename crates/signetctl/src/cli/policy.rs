//! What can be typed about certificate profiles, bundles, escrow, pilot and production.

use super::*;

#[derive(Subcommand)]
pub(crate) enum Policy {
    /// Show everything, or one certificate profile.
    Show {
        /// signing, encryption, authentication, document or functional.
        #[arg(value_parser = profile)]
        profile: Option<ProfileName>,
        #[command(flatten)]
        place: Place,
    },
    /// Change a certificate profile: fields one by one, or all of it from a file.
    Set {
        /// Which.
        #[arg(value_parser = profile)]
        profile: ProfileName,
        /// Fields as `show` names them: days=365 approval=officer usage=digitalSignature,keyEncipherment
        /// `"policies=1.3.6.1.4.1.32473.1 https://pki.example.edu/cps"` `exception="NAME: REASON"`.
        #[arg(value_name = "FIELD=VALUE", required_unless_present = "file")]
        fields: Vec<String>,
        /// The whole definition as JSON, as `show` prints it; `-` for standard input.
        #[arg(long, value_name = "FILE", conflicts_with = "fields")]
        file: Option<PathBuf>,
        #[command(flatten)]
        place: Place,
    },
    /// Take back what was set: the profile is inherited again.
    Inherit {
        /// Which.
        #[arg(value_parser = profile)]
        profile: ProfileName,
        #[command(flatten)]
        place: Place,
    },
    /// All versions of a certificate profile, newest first.
    History {
        /// Which.
        #[arg(value_parser = profile)]
        profile: ProfileName,
        #[command(flatten)]
        place: Place,
    },
    /// Save a bundle of profiles that are issued in one act, rename it, or remove it.
    Bundle {
        /// Its name.
        name: String,
        /// Its certificate profiles; renamed without any, it keeps those it has.
        #[arg(value_parser = profile, required_unless_present_any = ["remove", "rename"])]
        profiles: Vec<ProfileName>,
        /// Give it this name.
        #[arg(long, value_name = "NAME", conflicts_with = "remove")]
        rename: Option<String>,
        /// Remove it.
        #[arg(long, conflicts_with = "profiles")]
        remove: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Show whether keys are escrowed, since when and why; or record a decision.
    Escrow {
        /// The decision as JSON: {"answers", "enabled", "decided_by", "reason", "advisers"}; `-` for standard input.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        #[command(flatten)]
        at: At,
    },
    /// What stands between pilot and production.
    Gates {
        #[command(flatten)]
        at: At,
    },
    /// Pass a gate: answer its questions, or override it by name and reason.
    Gate {
        /// As `gates` names it, such as `activation` or `life-cycle.signing`.
        #[arg(value_parser = gate)]
        gate: Gate,
        /// An answer; one for each question.
        #[arg(long = "answer", value_name = "QUESTION=TEXT", required_unless_present_any = ["overridden_by", "reopen"])]
        answers: Vec<String>,
        /// Who answers for passing it without.
        #[arg(long, value_name = "NAME", requires = "reason", conflicts_with_all = ["answers", "reopen"])]
        overridden_by: Option<String>,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// Take back what was written down.
        #[arg(long, conflicts_with = "answers")]
        reopen: bool,
        #[command(flatten)]
        at: At,
    },
    /// The plan for decryption keys: show a version, make a new one of what is set now, or save it with its signature.
    Plan {
        /// Make and sign a version of what is set now, with the answers of the gate `key-plan`.
        #[arg(long, conflicts_with = "number")]
        make: bool,
        /// Which version; left out: the last one.
        #[arg(long)]
        number: Option<u64>,
        /// Language of the text: en or fr.
        #[arg(long, default_value = "en", value_parser = language)]
        language: Language,
        /// Save the text with its signature (CMS, DER): `openssl cms -verify -inform DER -in FILE -CAfile ROOT.pem` checks it.
        #[arg(long, value_name = "FILE")]
        signed: Option<PathBuf>,
        #[command(flatten)]
        at: At,
    },
    /// Add an entry to the department's log of lessons; it stays as it is.
    Lesson {
        /// Day on which it happened, as 2026-11-21.
        #[arg(long, value_name = "DAY")]
        on: String,
        /// What happened.
        #[arg(long, value_name = "TEXT")]
        happened: String,
        /// What was learned from it.
        #[arg(long, value_name = "TEXT")]
        learned: String,
        #[command(flatten)]
        at: At,
    },
    /// The log of lessons; or the same for others, without names, addresses, serial numbers, hosts and telephone numbers.
    Lessons {
        /// Replace by neutral words what tells whom it is about. Read it before you share it.
        #[arg(long)]
        redacted: bool,
        /// Language of those words: en or fr.
        #[arg(long, default_value = "en", value_parser = language)]
        language: Language,
        #[command(flatten)]
        at: At,
    },
    /// End the pilot: certificates count from now on.
    Production {
        #[command(flatten)]
        at: At,
    },
    /// Go back to being a pilot.
    Pilot {
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        at: At,
    },
}
