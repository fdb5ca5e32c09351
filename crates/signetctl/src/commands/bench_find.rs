//! `signetctl bench-find` (feature `bench` only): how long finding takes, with a line that begins with BENCH.

use super::bench_import::import;
use crate::{refusal::Refusal, session::Session};
use ra::{
    Operator,
    enrollment::{EnrollmentQuery, State},
    find::{
        CertificateFilter, CertificateSort, CertificatesQuery, Has, Kinds, PeopleFilter, PeopleQuery, ReportFilter, ReportName, Status,
    },
    subscriber::SubscriberKind,
};
use std::{
    io::{Write, stdout},
    time::{Duration, Instant},
};

/// Times each question is asked.
const TIMES: usize = 20;
/// Certificates of an import, and how often it is done.
const IMPORTED: usize = 10_000;
const IMPORTS: u8 = 5;

/// Rows of a report on its screen.
const REPORTED: u32 = 500;

/// Durations of one kind of question.
#[derive(Default)]
struct Times {
    all: Vec<Duration>,
    /// The largest median of a question, milliseconds.
    worst: f64,
}

impl Times {
    fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.all.clone();
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
            own.all.push(begin.elapsed());
        }
        let median = own.percentile(50);
        self.all.append(&mut own.all);
        self.worst = self.worst.max(median);
        Ok((median, found))
    }
}

pub(crate) fn run(session: &Session, count: u64, only_fill: bool) -> Result<(), Refusal> {
    let operator = session.operator()?;
    let begin = Instant::now();
    operator.fill_to_find(count)?;
    say(&format!("filled {count} in {:.1} s", begin.elapsed().as_secs_f64()))?;
    let begin = Instant::now();
    while operator.index_new_certificates()? {}
    let index = begin.elapsed().as_secs_f64();
    say(&format!("indexed in {index:.1} s"))?;
    if only_fill {
        return Ok(());
    }
    let (mut first, mut search, mut filter) = (Times::default(), Times::default(), Times::default());
    let (mut people, mut enrollments) = (Times::default(), Times::default());
    for sort in [CertificateSort::Newest, CertificateSort::EndingFirst, CertificateSort::EndingLast, CertificateSort::Name] {
        let told = first.add(TIMES, |_| page(&operator, CertificateFilter::default(), sort))?;
        row("first page", &format!("{sort:?}"), told)?;
    }
    let serial = operator.find_certificates(&CertificatesQuery { limit: 1, ..Default::default() })?.rows.pop().map(|row| row.serial);
    let serial = serial.unwrap_or_default();
    let fingerprint = operator.newest_fingerprint()?;
    let parts = [serial.get(..6), fingerprint.get(..12)].map(Option::unwrap_or_default);
    let many = ["tur", "example", "zo", "a", "rosa", "al ros"];
    let few = ["rosa turmar", "turmarkel", "mar.25", "nobody at all", "qqqq", "xq", &serial, &fingerprint];
    let words = many.into_iter().chain(few).chain(parts);
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
        for states in [vec![], vec![State::Configured], vec![State::Declined, State::Failed]] {
            let told = enrollments.add(TIMES, |_| enrolled(&operator, Some(word), &states))?;
            row("enrollments", &format!("{word} {states:?}"), told)?;
        }
    }
    // A place in the middle, as the scroll bar asks for it: the worst one.
    let mut middle = Times::default();
    let certificates = operator.certificate_counts(Kinds::Subscriber)?.total;
    for sort in [CertificateSort::Newest, CertificateSort::EndingFirst, CertificateSort::Name] {
        let told = middle.add(TIMES, |_| {
            let query = CertificatesQuery { sort, skip: certificates / 2, limit: 100, ..Default::default() };
            Ok(operator.find_certificates(&query)?.rows.len() as u64)
        })?;
        row("middle", &format!("{sort:?}"), told)?;
    }
    let told = middle.add(TIMES, |_| {
        let query = PeopleQuery { skip: certificates / 10, limit: 100, ..Default::default() };
        Ok(operator.find_people(&query)?.rows.len() as u64)
    })?;
    row("middle", "people", told)?;
    for (kind, validated) in [(Some(SubscriberKind::Functional), None), (None, Some(false)), (None, Some(true))] {
        let told = people.add(TIMES, |_| {
            let filter = PeopleFilter { kind, validated, ..Default::default() };
            Ok(operator.find_people(&PeopleQuery { filter, limit: 50, ..Default::default() })?.total)
        })?;
        row("people", &format!("{kind:?} {validated:?}"), told)?;
    }
    for has in [None, Some(Has::Active), Some(Has::None), Some(Has::Encryption), Some(Has::NoEncryption), Some(Has::Ending)] {
        let told = people.add(TIMES, |_| {
            let filter = PeopleFilter { has, ..Default::default() };
            Ok(operator.find_people(&PeopleQuery { filter, limit: 50, ..Default::default() })?.total)
        })?;
        row("people", &format!("{has:?}"), told)?;
    }
    for states in [vec![], vec![State::Invited], vec![State::Opened, State::Issued], vec![State::Configured, State::Expired]] {
        let told = enrollments.add(TIMES, |_| enrolled(&operator, None, &states))?;
        row("enrollments", &format!("{states:?}"), told)?;
    }
    let told = enrollments.add(TIMES, |_| operator.funnel().map(|funnel| funnel.stages.len() as u64).map_err(Refusal::from))?;
    row("enrollments", "funnel", told)?;
    let told = first.add(TIMES, |_| Ok(operator.today()?.people))?;
    row("first page", "Today", told)?;
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
    let reports = reports(&operator)?;
    let total = operator.certificate_counts(Kinds::Subscriber)?.total;
    let mut imports = Times::default();
    for round in 0..IMPORTS {
        imports.all.push(import(&operator, round, IMPORTED)?);
    }
    while operator.index_new_certificates()? {}
    let import = imports.percentile(50) / 1_000.0;
    say(&format!("import of {IMPORTED} certificates {import:.2} s"))?;
    let mut line = format!("BENCH find certificates={total} import={import:.2}");
    let kinds = [
        ("first", &first),
        ("middle", &middle),
        ("search", &search),
        ("filter", &filter),
        ("people", &people),
        ("enrollments", &enrollments),
        ("reports", &reports),
    ];
    for (name, times) in kinds {
        let (p50, p99) = (times.percentile(50), times.percentile(99));
        line.push_str(&format!(" {name}_p50={p50:.1} {name}_p99={p99:.1} {name}_worst={:.1}", times.worst));
    }
    say(&line)
}

/// As many rows of a report as its screen shows.
fn reports(operator: &Operator) -> Result<Times, Refusal> {
    let mut reports = Times::default();
    for name in ReportName::ALL {
        let told = reports.add(TIMES, |_| Ok(operator.report(name, &ReportFilter::default(), REPORTED)?.rows.len() as u64))?;
        row("report", &format!("{name:?}"), told)?;
    }
    Ok(reports)
}

fn enrolled(operator: &Operator, search: Option<&str>, states: &[State]) -> Result<u64, Refusal> {
    let query = EnrollmentQuery { search: search.map(str::to_owned), states: states.to_vec(), limit: 50, ..Default::default() };
    Ok(operator.enrollments(&query)?.total)
}

/// Whatever should not happen.
pub(super) fn fault(error: impl std::fmt::Display) -> Refusal {
    Refusal::new("bench", error.to_string(), "Look at the bench.")
}

fn page(operator: &Operator, filter: CertificateFilter, sort: CertificateSort) -> Result<u64, Refusal> {
    Ok(operator.find_certificates(&CertificatesQuery { filter, sort, limit: 100, ..Default::default() })?.total)
}

fn row(kind: &str, what: &str, (median, found): (f64, u64)) -> Result<(), Refusal> {
    say(&format!("{kind:<11} {what:<36} {median:>9.2} ms  {found:>8} found"))
}

fn say(line: &str) -> Result<(), Refusal> {
    writeln!(stdout().lock(), "{line}").map_err(|error| Refusal::new("output", error.to_string(), "Look at where the output goes."))
}
