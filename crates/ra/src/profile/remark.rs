//! What the review of a profile can come to, by name.

/// The remarks, said once: hands them to the macro that is named, behind what it is given. The window's twin of [`Remark`], which needs
/// derives that this crate does not know, is declared by it.
#[macro_export]
macro_rules! with_remarks {
    ($then:ident! { $($first:tt)* }) => {
        $then! { $($first)* {
            /// Nothing says what the key is used for.
            NoUsage,
            /// A use stands twice.
            UsageTwice,
            /// contentCommitment without digitalSignature.
            CommitmentAlone,
            /// Its uses are not what the name of the profile promises.
            UsageNotPromised,
            /// An elliptic key that is to sign and decrypt.
            EllipticForBoth,
            /// One key signs and decrypts.
            TwoKeysAreBetter,
            /// Too few or too many purposes.
            PurposeCount,
            /// A purpose stands twice.
            PurposeTwice,
            /// A purpose is no OID.
            PurposeNotOid,
            /// A purpose that no certificate of a person has.
            PurposeForbidden,
            /// The purpose that the profile is for is missing.
            PurposeMissing,
            /// A mail certificate without the address.
            AddressMissing,
            /// Mail and sign-in in one certificate.
            MailAndSignIn,
            /// A further purpose beside mail.
            BesideMail,
            /// Document programs will not find it.
            DocumentPurpose,
            /// A signing key in escrow.
            SigningEscrowed,
            /// A key of both kinds is escrowed and nobody answers for it.
            ExceptionMissing,
            /// An exception from nothing.
            ExceptionIdle,
            /// Signatures of an escrowed key prove less.
            EscrowedSignatures,
            /// The holder is told of the escrow.
            HolderIsTold,
            /// Without escrow, what was encrypted to a lost key is lost.
            LostWithoutEscrow,
            /// Days out of range.
            DaysRange,
            /// Renewal begins too early or too late.
            RenewalRange,
            /// Longer than the S/MIME baseline allows.
            OverBaseline,
            /// As long as the baseline allows.
            AtBaseline,
            /// Renewal begins in the first half of its life.
            RenewalEarly,
            /// Too many policies.
            PolicyCount,
            /// A policy stands twice.
            PolicyTwice,
            /// A policy is no OID.
            PolicyNotOid,
            /// The policy of pilots.
            PilotPolicy,
            /// The CPS is no address.
            CpsNotUri,
            /// More than one policy of the S/MIME baseline.
            BaselineCount,
            /// A policy of the S/MIME baseline is a claim.
            BaselineClaim,
            /// anyPolicy says nothing.
            AnyPolicy,
            /// A policy with an arc that clients written in Go refuse.
            BigArc,
            /// No CPS is registered.
            NoPolicy,
            /// All addresses, where none is stated.
            EveryAddress,
            /// Nobody can find out that it was revoked.
            NoCrlAddress,
            /// Elliptic keys are not confirmed on iPhones.
            EllipticKey,
            /// What four eyes are for.
            FourEyesScope,
        } }
    };
}

macro_rules! declared {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $value:ident,)* }) => {
        $(#[$meta])*
        pub enum $name { $($(#[$doc])* $value,)* }
    };
}

with_remarks!(declared! {
    /// What can be said about a profile; the window says it in the officer's language.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
    #[serde(rename_all = "kebab-case")]
    Remark
});
