//! `signetctl report`.

use crate::{cli::Report, output::Out, refusal::Refusal, session::Session};
use ra::find::ReportFilter;
use std::io::BufWriter;

pub(crate) fn run(session: &Session, asked: Report) -> Result<(), Refusal> {
    let filter = ReportFilter { since: asked.since, until: asked.until, days: asked.days, profile: asked.profile };
    session.operator()?.export_report(asked.name, &filter, asked.format, &mut BufWriter::new(Out::lock()))?;
    Ok(())
}
