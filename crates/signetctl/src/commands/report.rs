//! `signetctl report`.

use crate::{cli::Report, output::Out, refusal::Refusal, session::Session};
use ra::find::ReportFilter;
use std::io::BufWriter;

pub(crate) fn run(session: &Session, asked: Report) -> Result<(), Refusal> {
    let operator = session.operator()?;
    let department = match asked.department {
        Some(name) => Some(operator.at_department_named(&name)?.department()?.id),
        None => None,
    };
    let filter = ReportFilter { since: asked.since, until: asked.until, days: asked.days, profile: asked.profile, department };
    operator.export_report(asked.name, &filter, asked.format, &mut BufWriter::new(Out::lock()))?;
    Ok(())
}
