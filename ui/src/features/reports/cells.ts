// What the cells of a report say on the screen; in the files they stay as the program wrote them.
import type { ReportFilter, ReportName } from "$lib/api";
import { calendarDay, exact, groups, model, shortDate, took } from "$lib/format";
import type { Locale, Messages } from "$lib/messages";
import { useOf } from "../certificates/names";
import { eventOf } from "../ledger/words";

export const REPORTS: readonly ReportName[] = ["inventory", "expiring", "coverage", "enrollments", "devices", "revocations", "validations", "actions"];

export interface Fields {
  /** From a day to a day. */
  span: boolean;
  days: boolean;
  profile: boolean;
  /** Where there are several. */
  department: boolean;
}

/** What narrows a report. */
export function fields(name: ReportName): Fields {
  return {
    span: ["enrollments", "devices", "revocations", "validations", "actions"].includes(name),
    days: name === "expiring",
    profile: ["inventory", "expiring", "revocations"].includes(name),
    // What officers did is recorded for the whole folder.
    department: name !== "actions",
  };
}

export interface Narrowed {
  since: string;
  until: string;
  days: string;
  profile: string;
  /** Id; empty: all. */
  department: string;
}

export const wide: Narrowed = { since: "", until: "", days: "90", profile: "", department: "" };

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(new Date(text).getTime());

/** As the program takes it: days become the first second of that day and of the one after; what does not belong to the report is left out. */
export function filterOf(name: ReportName, narrowed: Narrowed): ReportFilter {
  const has = fields(name);
  const days = Math.trunc(Number(narrowed.days));
  const next = (day: string) => new Date(new Date(day).getTime() + 86_400_000).toISOString();
  return {
    since: has.span && isDay(narrowed.since) ? new Date(narrowed.since).toISOString() : null,
    until: has.span && isDay(narrowed.until) ? next(narrowed.until) : null,
    days: has.days && days > 0 ? Math.min(days, 3660) : null,
    profile: has.profile && narrowed.profile ? narrowed.profile : null,
    department: has.department && narrowed.department ? narrowed.department : null,
  };
}

/** The filter as a sentence. */
export function told(name: ReportName, narrowed: Narrowed, t: Messages, locale: Locale, departments: readonly { id: string; name: string }[] = []): string {
  const filter = filterOf(name, narrowed);
  const parts = [
    filter.since && t.reports.filterSince(calendarDay(narrowed.since, locale)),
    filter.until && t.reports.filterUntil(calendarDay(narrowed.until, locale)),
    filter.days !== null && t.reports.filterDays(filter.days),
    filter.profile !== null && useOf(filter.profile, t),
    filter.department !== null && (departments.find((one) => one.id === filter.department)?.name ?? filter.department),
  ];
  return parts.filter(Boolean).join(", ") || t.reports.noFilter;
}

const DATES = ["not_after", "first_seen", "last_seen", "first", "last", "at", "valid_until"];
const NUMBERS = ["count", "days_left", "reached", "standing", "median_seconds", "median_seconds_to_revoke", "longest_seconds_to_revoke", "deadline_seconds", "late"];

/** Times and dates stand on one line. */
export const isDate = (column: string): boolean => DATES.includes(column);
/** Numbers and times line up at the right. */
export const isNumber = (column: string): boolean => NUMBERS.includes(column);

/** Some came after their time. */
export const isLate = (column: string, value: string | null): boolean => column === "late" && Number(value) > 0;

const of = (table: object, word: string): string => (table as Record<string, string>)[word] ?? word;

/** One cell. */
export function cell(column: string, value: string | null, t: Messages, locale: Locale): string {
  if (value === null) return "";
  if (DATES.includes(column)) return column === "at" || column.startsWith("first") || column.startsWith("last") ? exact(value) : shortDate(value, locale);
  if (column.includes("seconds")) return took("1970-01-01T00:00:00Z", new Date(Number(value) * 1000).toISOString(), locale);
  if (value === "yes" || value === "no") return t.reports[value];
  if (column === "profile") return useOf(value, t);
  // "rfc822Name:alice@example.edu": the kind of name says nothing to people.
  if (column === "names") return value.split(" ").map((name) => name.replace(/^[A-Za-z0-9]+:/, "")).join(" ");
  if (column === "serial" && /^[0-9A-F]+$/.test(value)) return groups(value);
  if (column === "product") return model(value);
  if (column === "reason") return of(t.reports.reasons, value);
  if (column === "method") return of(t.people.method, value);
  if (column === "event") return eventOf(value, t);
  if (column === "status") return of(t.certs, value);
  // Of an enrollment, or of a validation.
  if (column === "state") return of(t.states, of(t.reports.values, value));
  if (column === "rules") return of(t.reports.values, value);
  if (column === "kind" || column === "record") return of(t.reports.values, of(t.certs.profiles, value) === value ? value : of(t.certs.profiles, value));
  if (column === "actor") {
    const said = /^(officer|command) (.*)$/.exec(value);
    if (said?.[1] === "officer") return t.reports.officer(said[2] ?? "");
    if (said?.[1] === "command") return t.reports.command(said[2] ?? "");
  }
  return value;
}
