//! `signetctl report`.

use crate::{cli::Report, refusal::Refusal, session::Session};
use ra::find::ReportFilter;
use std::io::{BufWriter, stdout};

pub(crate) fn run(session: &Session, asked: Report) -> Result<(), Refusal> {
    let filter = ReportFilter { since: asked.since, until: asked.until, days: asked.days, profile: asked.profile };
    session.operator()?.export_report(asked.name, &filter, asked.format, &mut BufWriter::new(stdout().lock()))?;
    Ok(())
}
