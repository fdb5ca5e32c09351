//! `signetctl bench-find` (feature `bench` only): how long finding takes, with a line that begins with BENCH.

use crate::{refusal::Refusal, session::Session};
use ra::{
    Operator,
    find::{CertificateFilter, CertificateSort, CertificatesQuery, Kinds, PeopleFilter, PeopleQuery, Status},
};
use std::{
    io::{Write, stdout},
    time::{Duration, Instant},
};

/// Times each question is asked.
const TIMES: usize = 50;

/// Durations of one kind of question.
#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(at).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
    }

    fn add(&mut self, times: usize, mut ask: impl FnMut(usize) -> Result<u64, Refusal>) -> Result<(f64, u64), Refusal> {
        let mut own = Times::default();
        let mut found = 0;
        for time in 0..times {
            let begin = Instant::now();
            found = ask(time)?;
            own.0.push(begin.elapsed());
        }
        let median = own.percentile(50);
        self.0.append(&mut own.0);
        Ok((median, found))
    }
}

pub(crate) fn run(session: &Session, count: u64) -> Result<(), Refusal> {
    let operator = session.operator()?;
    let begin = Instant::now();
    operator.fill_to_find(count)?;
    say(&format!("filled {count} in {:.1} s", begin.elapsed().as_secs_f64()))?;
    let begin = Instant::now();
    while operator.index_new_certificates()? {}
    let index = begin.elapsed().as_secs_f64();
    say(&format!("indexed in {index:.1} s"))?;
    let (mut first, mut search, mut filter, mut people) = (Times::default(), Times::default(), Times::default(), Times::default());
    for sort in [CertificateSort::Newest, CertificateSort::EndingFirst, CertificateSort::EndingLast, CertificateSort::Name] {
        let told = first.add(TIMES, |_| page(&operator, CertificateFilter::default(), sort))?;
        row("first page", &format!("{sort:?}"), told)?;
    }
    let serial = operator.find_certificates(&CertificatesQuery { limit: 1, ..Default::default() })?.rows.pop().map(|row| row.serial);
    let serial = serial.unwrap_or_default();
    let words = ["rosa turmar", "turmarkel", "tur", "example", "zo", "a", "mar.25", "nobody at all", "rosa", &serial, &serial[..6]];
    for word in words {
        let asked = || CertificateFilter { search: Some(word.to_owned()), ..Default::default() };
        for sort in [CertificateSort::Newest, CertificateSort::Name] {
            let told = search.add(TIMES, |_| page(&operator, asked(), sort))?;
            row("search", &format!("{word} {sort:?}"), told)?;
        }
        let told = people.add(TIMES, |_| {
            let filter = PeopleFilter { search: Some(word.to_owned()), ..Default::default() };
            Ok(operator.find_people(&PeopleQuery { filter, limit: 50, ..Default::default() })?.total)
        })?;
        row("people", word, told)?;
    }
    for status in Status::ALL {
        for sort in [CertificateSort::Newest, CertificateSort::EndingFirst, CertificateSort::Name] {
            let asked = || CertificateFilter { statuses: vec![status], ..Default::default() };
            let told = filter.add(TIMES, |_| page(&operator, asked(), sort))?;
            row("filter", &format!("{status:?} {sort:?}"), told)?;
        }
    }
    let told = filter
        .add(TIMES, |_| page(&operator, CertificateFilter { expiring_days: Some(30), ..Default::default() }, CertificateSort::Newest))?;
    row("filter", "expiring", told)?;
    let told = filter.add(TIMES, |_| {
        let asked = CertificateFilter { profiles: vec!["encryption".into()], statuses: vec![Status::Active], ..Default::default() };
        page(&operator, asked, CertificateSort::Newest)
    })?;
    row("filter", "active encryption", told)?;
    let told = filter.add(TIMES, |_| Ok(operator.certificate_counts(Kinds::Subscriber)?.total))?;
    row("filter", "counts", told)?;
    say(&format!(
        "BENCH find certificates={count} first_p50={:.2} first_p99={:.2} search_p50={:.2} search_p99={:.2} filter_p50={:.2} filter_p99={:.2} people_p50={:.2} people_p99={:.2} index={:.1}",
        first.percentile(50),
        first.percentile(99),
        search.percentile(50),
        search.percentile(99),
        filter.percentile(50),
        filter.percentile(99),
        people.percentile(50),
        people.percentile(99),
        index
    ))
}

fn page(operator: &Operator, filter: CertificateFilter, sort: CertificateSort) -> Result<u64, Refusal> {
    Ok(operator.find_certificates(&CertificatesQuery { filter, sort, after: None, limit: 100 })?.total)
}

fn row(kind: &str, what: &str, (median, found): (f64, u64)) -> Result<(), Refusal> {
    say(&format!("{kind:<11} {what:<36} {median:>9.2} ms  {found:>8} found"))
}

fn say(line: &str) -> Result<(), Refusal> {
    writeln!(stdout().lock(), "{line}").map_err(|error| Refusal::new("output", error.to_string(), "Look at where the output goes."))
}
