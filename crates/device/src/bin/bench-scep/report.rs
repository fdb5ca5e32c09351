//! Numbers of many runs, and how they are printed.

use std::time::Duration;

/// One run of one server.
pub(crate) struct Sample {
    /// Enrollments a second.
    pub(crate) rate: f64,
    /// Milliseconds of CPU for each.
    pub(crate) cpu: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// PSS after the run, MiB.
    pub(crate) memory: f64,
    /// Largest resident set in it, MiB.
    pub(crate) peak: f64,
    pub(crate) errors: usize,
    pub(crate) duplicates: usize,
}

/// Runs of one server.
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) samples: Vec<Sample>,
}

impl Series {
    pub(crate) fn new(name: &str) -> Self {
        Series { name: name.to_owned(), samples: Vec::new() }
    }
    /// The median of one number.
    pub(crate) fn median(&self, of: impl Fn(&Sample) -> f64) -> f64 {
        median(self.samples.iter().map(of).collect())
    }
    pub(crate) fn rate(&self) -> f64 {
        self.median(|s| s.rate)
    }
    /// The rate of each run, in order.
    pub(crate) fn rates(&self) -> Vec<f64> {
        self.samples.iter().map(|s| s.rate).collect()
    }
    /// The last run, in words.
    pub(crate) fn latest(&self) -> String {
        format!("{} {:.0}/s", self.name, self.samples.last().map_or(0.0, |s| s.rate))
    }
    pub(crate) fn errors(&self) -> usize {
        self.samples.iter().map(|s| s.errors).sum()
    }
    pub(crate) fn duplicates(&self) -> usize {
        self.samples.iter().map(|s| s.duplicates).sum()
    }
    /// The most that was in use after a run, MiB.
    pub(crate) fn memory(&self) -> f64 {
        self.samples.iter().map(|s| s.memory).fold(0.0, f64::max)
    }
    /// A row of the table.
    pub(crate) fn row(&self) -> String {
        let peak = self.samples.iter().map(|s| s.peak).fold(0.0, f64::max);
        let (low, high) = self.samples.iter().fold((f64::MAX, 0.0_f64), |(low, high), s| (low.min(s.rate), high.max(s.rate)));
        format!(
            "| {} | {:.0} ({low:.0} to {high:.0}) | {:.2} | {:.1} / {:.1} | {peak:.0} | {} | {} |",
            self.name,
            self.rate(),
            self.median(|s| s.cpu),
            self.median(|s| s.p50),
            self.median(|s| s.p99),
            self.errors(),
            self.duplicates(),
        )
    }
}

/// Heading of the table.
pub(crate) const HEADING: &str = "| server | enrollments/s (range) | CPU ms each | p50 / p99 ms | peak RSS MiB | errors | duplicate serials |\n|---|---|---|---|---|---|---|";

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values.get(n / 2).copied().unwrap_or_default(),
        n => (values.get(n / 2 - 1).copied().unwrap_or_default() + values.get(n / 2).copied().unwrap_or_default()) / 2.0,
    }
}

/// The median of what each run is to the one beside it; 0 where there is none.
pub(crate) fn paired(runs: &[f64], beside: &[f64]) -> f64 {
    median(runs.iter().zip(beside).filter(|(_, beside)| **beside > 0.0).map(|(run, beside)| run / beside).collect())
}

/// The value that `part` of all are not above, in milliseconds.
pub(crate) fn percentile(latencies: &[Duration], part: f64) -> f64 {
    let mut sorted = latencies.to_vec();
    sorted.sort();
    let at = ((sorted.len() as f64 * part).ceil() as usize).saturating_sub(1);
    sorted.get(at).map_or(0.0, |d| d.as_secs_f64() * 1000.0)
}
