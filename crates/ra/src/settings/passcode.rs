//! The passcode that phones are asked for where nobody has set one: what signs in somebody's name lies behind it.

use crate::{
    Result,
    id::UnitId,
    profile::{self, ProfileDraft, ProfileName},
};
use rusqlite::Connection;

/// What this bundle gives a phone signs in its holder's name. Judged by what the profiles say that count for the unit, whatever they are
/// called; before the set-up, without a unit, by the built-in ones. What is not offered, or not made on a device, comes to no phone.
pub(super) fn is_asked_for(c: &Connection, unit: Option<UnitId>, bundle: &[ProfileName]) -> Result<bool> {
    for name in bundle {
        let profile = match unit {
            Some(unit) => profile::definition(c, unit, *name)?,
            None => ProfileDraft::builtin(*name),
        };
        if profile.offered && profile.by_scep() && profile.signs_for_its_holder() {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use crate::{
        Operator,
        department::FurtherDepartment,
        profile::{Escrow, ProfileDraft, ProfileName, Scope, Usage},
        testing,
    };

    #[test]
    fn whether_a_passcode_is_asked_for_goes_by_what_the_profiles_say_whatever_they_are_called() {
        let (authority, clock, folder) = testing::authority();
        let rosa = testing::department(&authority);
        let physics = rosa.at_department(rosa.department().unwrap().id).unwrap();
        let chemistry = FurtherDepartment { name: "Chemistry".into(), mail_domains: vec!["example.edu".into()] };
        let chemistry = rosa.at_department(rosa.add_department(chemistry).unwrap().id).unwrap();
        let elsewhere = testing::officer(&testing::open(&folder, &clock));
        let asked = |of: &Operator, bundle: &str| {
            of.set_setting("bundle", bundle).unwrap();
            let view = of.setting_view(Scope::Department, "passcode.min_length").unwrap();
            let there = elsewhere.at_department(of.department().unwrap().id).unwrap();
            assert_eq!(view.value, there.settings().unwrap().passcode_min_length.to_string(), "in every process");
            view.value
        };
        let save = |of: &Operator, scope, name, draft| of.save_profile(scope, name, draft).unwrap();
        let builtin = ProfileDraft::builtin;
        let (network, mail) = ("1.3.6.1.5.5.7.3.2".to_owned(), "1.3.6.1.5.5.7.3.4".to_owned());

        // A functional mailbox that is only encrypted to signs nothing; one that does both gets no key on a phone.
        assert_eq!(asked(&physics, "functional authentication"), "6");
        let reading = ProfileDraft { usage: vec![Usage::KeyEncipherment], escrow: Escrow::ByPolicy, ..builtin(ProfileName::Functional) };
        save(&physics, Scope::Department, ProfileName::Functional, reading.clone());
        assert_eq!(asked(&physics, "functional authentication"), "0");
        let usage = vec![Usage::DigitalSignature, Usage::KeyEncipherment];
        save(&physics, Scope::Department, ProfileName::Functional, ProfileDraft { usage, escrow: Escrow::Never, ..reading });
        assert_eq!(asked(&physics, "functional authentication"), "0");
        assert_eq!(asked(&chemistry, "functional authentication"), "6", "each department's own count");

        // A certificate to sign in with that also signs mail, for all who have none of their own.
        assert_eq!(asked(&chemistry, "authentication"), "0");
        let usage = vec![Usage::DigitalSignature];
        let both = ProfileDraft { usage: usage.clone(), purposes: vec![network.clone(), mail], ..builtin(ProfileName::Authentication) };
        save(&rosa, Scope::Organization, ProfileName::Authentication, both);
        assert_eq!((asked(&chemistry, "authentication"), asked(&physics, "authentication")), ("6".into(), "6".into()));
        // One that lets in to Windows, too, does not; one that signs documents does.
        for (purpose, passcode) in [("1.3.6.1.4.1.311.20.2.2", "0"), ("1.3.6.1.5.5.7.3.36", "6")] {
            let purposes = vec![network.clone(), purpose.to_owned()];
            let draft = ProfileDraft { usage: usage.clone(), purposes, ..builtin(ProfileName::Authentication) };
            save(&rosa, Scope::Organization, ProfileName::Authentication, draft);
            assert_eq!(asked(&chemistry, "authentication"), passcode, "{purpose}");
        }

        // What is not offered comes to no phone.
        rosa.inherit_profile(Scope::Organization, ProfileName::Authentication).unwrap();
        assert_eq!(asked(&chemistry, "signing authentication"), "6");
        save(&chemistry, Scope::Department, ProfileName::Signing, ProfileDraft { offered: false, ..builtin(ProfileName::Signing) });
        assert_eq!(asked(&chemistry, "signing authentication"), "0");
        assert_eq!(rosa.setting_view(Scope::Organization, "passcode.min_length").unwrap().value, "6", "by the organization's own");
    }
}
