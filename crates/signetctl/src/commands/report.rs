//! `signetctl report`.

use crate::{
    cli::Report,
    output::{Out, Output},
    refusal::Refusal,
    session::Session,
};
use ra::find::{ReportFilter, ReportFormat};
use std::io::BufWriter;

pub(crate) fn run(session: &Session, output: &Output, asked: Report) -> Result<(), Refusal> {
    let operator = session.operator()?;
    let department = match asked.department {
        Some(name) => Some(operator.at_department_named(&name)?.department()?.id),
        None => None,
    };
    let filter = ReportFilter { since: asked.since, until: asked.until, days: asked.days, profile: asked.profile, department };
    // With --json whoever asks reads JSON, unless they say otherwise.
    let format = asked.format.unwrap_or(if output.is_json() { ReportFormat::Json } else { ReportFormat::Csv });
    operator.export_report(asked.name, &filter, format, &mut BufWriter::new(Out::lock()))?;
    Ok(())
}
