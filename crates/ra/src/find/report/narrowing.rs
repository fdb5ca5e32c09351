//! What narrows which report. What does not is refused: the head would state a filter that nobody applied.

use super::{ReportFilter, ReportName};
use crate::{Error, Result};

/// Refuses what does not belong to the report, by its field.
pub(super) fn check(name: ReportName, filter: &ReportFilter) -> Result<()> {
    use ReportName::{Actions, Devices, Enrollments, Expiring, Inventory, Revocations, Validations};
    if !matches!(name, Enrollments | Devices | Revocations | Validations | Actions) {
        let given = [("since", filter.since), ("until", filter.until)].into_iter().find(|(_, time)| time.is_some());
        if let Some((field, _)) = given {
            return Err(Error::invalid(field, "this report says what is, not what was in a span of time: leave it out"));
        }
    }
    if name != Expiring && filter.days.is_some() {
        return Err(Error::invalid("days", "only the report of what ends looks days ahead: leave them out"));
    }
    if !matches!(name, Inventory | Expiring | Revocations) && filter.profile.is_some() {
        return Err(Error::invalid("profile", "this report is not narrowed to a certificate profile: leave it out"));
    }
    if name == Actions && filter.department.is_some() {
        return Err(Error::invalid("department", "what officers did is recorded for the whole folder: leave the department out"));
    }
    Ok(())
}
