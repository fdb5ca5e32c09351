//! What the plan needs and Signet does not hold itself: asked for once at the gate, read into types.

use crate::{Error, Result, host::shortened, profile::is_text};
use std::collections::{BTreeMap, BTreeSet};

/// Fewest custodians: one alone could open everything (design: nobody reads anybody's mail alone).
const FEWEST: usize = 2;
/// Most custodians.
const MOST: usize = 20;
/// Longest free text, in characters.
const LONGEST: usize = 4000;

/// Somebody who keeps a share of the escrow key.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Custodian {
    /// Name.
    pub name: String,
    /// Office that they hold; may be empty.
    pub office: String,
    /// Where their share lies.
    pub share: String,
}

/// What a department states for its plan, because no setting of the program says it yet.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stated {
    /// Who keeps the shares, and where.
    pub custodians: Vec<Custodian>,
    /// So many of them are needed together.
    pub threshold: u32,
    /// The escrow key is replaced after so many months at the latest.
    pub rotation_months: u32,
    /// Day of the first drill, as 2027-01-15.
    pub first_drill: String,
    /// Months from one drill to the next.
    pub drill_months: u32,
    /// What happens when a custodian leaves.
    pub succession: String,
    /// What is done when a share or the escrow key is lost or in wrong hands.
    pub loss: String,
}

impl Stated {
    /// Names of what is asked, in the order of the form.
    pub(in crate::policy) const QUESTIONS: [&'static str; 7] =
        ["custodians", "threshold", "rotation", "first-drill", "drills", "succession", "loss"];

    /// Reads the answers of the gate; refused with what to write instead.
    pub(in crate::policy) fn read(answers: &BTreeMap<String, String>) -> Result<Self> {
        let answer = |question: &str| answers.get(question).map_or("", |answer| answer.trim());
        let text = |question: &str| {
            let text = answer(question);
            if is_text(text, LONGEST) {
                return Ok(text.to_owned());
            }
            Err(Error::invalid("answers", format!("write something for {question}, in at most {LONGEST} characters")))
        };
        let custodians = custodians(answer("custodians"))?;
        let most = u32::try_from(custodians.len()).map_err(Error::fault)?;
        let first_drill = answer("first-drill");
        if !super::is_date(first_drill) {
            return Err(Error::invalid("answers", "write the day of the first drill as 2027-01-15"));
        }
        Ok(Stated {
            threshold: number("threshold", answer("threshold"), 2, most)?,
            rotation_months: number("rotation", answer("rotation"), 1, 240)?,
            first_drill: first_drill.to_owned(),
            drill_months: number("drills", answer("drills"), 1, 24)?,
            succession: text("succession")?,
            loss: text("loss")?,
            custodians,
        })
    }
}

fn number(question: &str, typed: &str, least: u32, most: u32) -> Result<u32> {
    let read = typed.parse().ok().filter(|number| (least..=most).contains(number));
    read.ok_or_else(|| Error::invalid("answers", format!("{question}: a whole number from {least} to {most}")))
}

/// One a line: `NAME, OFFICE: WHERE THE SHARE LIES`.
fn custodians(typed: &str) -> Result<Vec<Custodian>> {
    let mut names = BTreeSet::new();
    let mut custodians = Vec::new();
    for line in typed.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let read = line.split_once(':').map(|(who, share)| {
            let (name, office) = who.split_once(',').unwrap_or((who, ""));
            Custodian { name: name.trim().to_owned(), office: office.trim().to_owned(), share: share.trim().to_owned() }
        });
        let good =
            |one: &Custodian| is_text(&one.name, 100) && (one.office.is_empty() || is_text(&one.office, 100)) && is_text(&one.share, 200);
        let Some(custodian) = read.filter(good) else {
            let line = shortened(line);
            return Err(Error::invalid("answers", format!("custodians: write {line:?} as NAME, OFFICE: WHERE THE SHARE LIES")));
        };
        if !names.insert(custodian.name.to_lowercase()) {
            return Err(Error::invalid("answers", format!("custodians: {} stands there twice", custodian.name)));
        }
        custodians.push(custodian);
    }
    if !(FEWEST..=MOST).contains(&custodians.len()) {
        return Err(Error::invalid("answers", format!("custodians: name {FEWEST} to {MOST}, one a line")));
    }
    Ok(custodians)
}

#[cfg(test)]
mod tests {
    use super::Stated;
    use crate::Error;
    use std::collections::BTreeMap;

    fn answers(question: &str, answer: &str) -> BTreeMap<String, String> {
        let mut all: BTreeMap<String, String> = crate::testing::key_plan_answers();
        all.insert(question.to_owned(), answer.to_owned());
        all
    }

    #[test]
    fn what_is_typed_becomes_custodians_numbers_and_a_day() {
        let typed = "Prof. Laurent, dean: safe of the dean\n\n  Dr. Kim : notary: room 12\nRosa Ruiz, registry: bank";
        let stated = Stated::read(&answers("custodians", typed)).unwrap();
        let seen: Vec<_> = stated.custodians.iter().map(|c| (c.name.as_str(), c.office.as_str(), c.share.as_str())).collect();
        let expected =
            [("Prof. Laurent", "dean", "safe of the dean"), ("Dr. Kim", "", "notary: room 12"), ("Rosa Ruiz", "registry", "bank")];
        assert_eq!(seen, expected);
        assert_eq!((stated.threshold, stated.drill_months, stated.first_drill.as_str()), (2, 6, "2027-01-15"));
    }

    #[test]
    fn what_is_no_answer_is_refused_by_its_name() {
        for (question, answer, says) in [
            ("custodians", "As agreed.", "NAME, OFFICE"),
            ("custodians", "Rosa: safe", "name 2 to 20"),
            ("custodians", "Rosa: safe\nROSA, dean: bank", "twice"),
            ("custodians", "Rosa:\nKim: bank", "NAME, OFFICE"),
            ("threshold", "1", "threshold: a whole number from 2 to 3"),
            ("threshold", "4", "threshold: a whole number from 2 to 3"),
            ("threshold", "two", "threshold"),
            ("rotation", "0", "rotation"),
            ("drills", "every six months", "drills: a whole number from 1 to 24"),
            ("first-drill", "in January", "2027-01-15"),
            ("first-drill", "2027-02-30", "2027-01-15"),
            ("succession", " ", "succession"),
            ("loss", "a\u{202e}b", "loss"),
        ] {
            match Stated::read(&answers(question, answer)) {
                Err(Error::Invalid { field: "answers", reason }) => assert!(reason.contains(says), "{question}={answer}: {reason}"),
                other => panic!("{question}={answer}: {other:?}"),
            }
        }
    }
}
