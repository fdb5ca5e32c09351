// Times, figures, serials. Pure, so that tests can hold them.
import type { Locale } from "./messages";

export { figure } from "./messages/plural";

const NBSP = "\u00A0";

const DATES = {
  short: { day: "numeric", month: "short", year: "numeric" },
  long: { day: "numeric", month: "long", year: "numeric" },
  weekday: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
  day: { day: "numeric", month: "long" },
  monthYear: { month: "short", year: "numeric", timeZone: "UTC" },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

/** Making a formatter takes a hundred times as long as using it, and a list shows hundreds of dates. */
const made = new Map<string, Intl.DateTimeFormat>();

/** How dates of a kind are written. */
function dates(kind: keyof typeof DATES, locale: Locale): Intl.DateTimeFormat {
  // A formatter keeps the time zone in which it was made; a laptop may leave it.
  const key = `${kind} ${locale} ${new Date().getTimezoneOffset()}`;
  const known = made.get(key) ?? new Intl.DateTimeFormat(locale === "fr" ? "fr" : "en-GB", DATES[kind]);
  made.set(key, known);
  return known;
}

/** "12 Mar 2026" / "12 mars 2026": in a sentence French writes the month out. */
export function date(iso: string, locale: Locale): string {
  return dated(iso, locale, locale === "fr" ? "long" : "short");
}

/** The same of a day of the calendar, "2026-03-12", which is that day in every time zone. */
export function calendarDay(day: string, locale: Locale): string {
  // Without a zone it is the laptop's own noon.
  return date(`${day}T12:00`, locale);
}

/** "12 Sept 2026" / "12 sept. 2026": in a column. */
export function shortDate(iso: string, locale: Locale): string {
  return dated(iso, locale, "short");
}

function dated(iso: string, locale: Locale, month: "long" | "short"): string {
  return dates(month, locale).format(new Date(iso)).replaceAll(" ", NBSP);
}

/** "Sep 2027" / "sept. 2027". */
export function monthYear(iso: string, locale: Locale): string {
  return dates("monthYear", locale).format(new Date(iso)).replaceAll(" ", NBSP);
}

/** "Thursday 12 March 2026". */
export function longDate(at: Date, locale: Locale): string {
  return dates("weekday", locale).format(at).replace(",", "");
}

/** "09:41" / "9 h 41". */
export function clock(at: string | Date, locale: Locale, seconds = false): string {
  const when = new Date(at);
  const two = (n: number) => String(n).padStart(2, "0");
  if (locale === "fr" && !seconds) return `${when.getHours()}${NBSP}h${NBSP}${two(when.getMinutes())}`;
  return [when.getHours(), when.getMinutes(), ...(seconds ? [when.getSeconds()] : [])].map(two).join(":");
}

/** "15 March, 09:41" / "15 mars à 9 h 41". */
export function dayAndClock(iso: string, locale: Locale): string {
  const when = new Date(iso);
  const day = dates("day", locale).format(when).replaceAll(" ", NBSP);
  return locale === "fr" ? `${day} à ${clock(when, locale)}` : `${day}, ${clock(when, locale)}`;
}

/** "09:41", "tomorrow, 09:41", "15 March, 09:41" / "à 9 h 41", "demain à 9 h 41", "le 15 mars à 9 h 41": a clock never stands without its day. */
export function near(iso: string, now: number, locale: Locale): string {
  const when = new Date(iso);
  const midnight = (at: Date) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
  // Rounded, since a day may have 23 or 25 hours.
  const days = Math.round((midnight(when) - midnight(new Date(now))) / 86_400_000);
  const at = clock(when, locale);
  if (!days) return locale === "fr" ? `à ${at}` : at;
  const sameYear = when.getFullYear() === new Date(now).getFullYear();
  const day = Math.abs(days) === 1 ? relatively(locale).format(days, "day") : sameYear ? dates("day", locale).format(when).replaceAll(" ", NBSP) : date(iso, locale);
  if (locale === "fr") return `${Math.abs(days) === 1 ? "" : "le "}${day} à ${at}`;
  return `${day}, ${at}`;
}

/** "2026-03-12 09:41:07": exact, in UTC, for hovering and for the ledger. */
export function exact(iso: string): string {
  return new Date(iso).toISOString().slice(0, 19).replace("T", " ");
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

const relative = new Map<Locale, Intl.RelativeTimeFormat>();

/** How times that are near are written. */
function relatively(locale: Locale): Intl.RelativeTimeFormat {
  const form = relative.get(locale) ?? new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  relative.set(locale, form);
  return form;
}

/** "in 3 days", "yesterday", "2 minutes ago", "now". */
export function ago(iso: string, now: number, locale: Locale): string {
  const seconds = Math.round((new Date(iso).getTime() - now) / 1000);
  const form = relatively(locale);
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return form.format(Math.trunc(seconds / size), unit);
  }
  return form.format(0, "second");
}

/** "2:07", "1:02:07", "3 days": what is left until then. */
export function left(iso: string, now: number, locale: Locale): string {
  const seconds = Math.max(0, Math.floor((new Date(iso).getTime() - now) / 1000));
  const days = Math.floor(seconds / 86_400);
  if (days >= 2) return locale === "fr" ? `${days}${NBSP}jours` : `${days}${NBSP}days`;
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  if (h >= 1) return locale === "fr" ? `${h}${NBSP}h${NBSP}${two(m)}` : `${h}${NBSP}h${NBSP}${two(m)}${NBSP}min`;
  return `${m}:${two(s)}`;
}

/** "36 s", "1 min 16 s", "2 h 5 min", "3 d" / "3 j": how long something took. */
export function took(from: string, to: string, locale: Locale): string {
  const seconds = Math.max(0, Math.round((new Date(to).getTime() - new Date(from).getTime()) / 1000));
  if (seconds < 60) return `${seconds}${NBSP}s`;
  if (seconds < 3600) return seconds % 60 ? `${Math.floor(seconds / 60)}${NBSP}min${NBSP}${seconds % 60}${NBSP}s` : `${seconds / 60}${NBSP}min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}${NBSP}h${NBSP}${Math.floor((seconds % 3600) / 60)}${NBSP}min`;
  return `${Math.floor(seconds / 86_400)}${NBSP}${locale === "fr" ? "j" : "d"}`;
}

/** "2C81 D40E 9B57 03AF": in groups of four, counted from the right. */
export function groups(hex: string): string {
  return hex.replace(/(?=(?:.{4})+$)(?!^)/g, " ");
}

/** Model names that people know, for the identifiers that phones tell. */
const MODELS: Record<string, string> = {
  "iPhone10,3": "iPhone X",
  "iPhone11,2": "iPhone XS",
  "iPhone11,8": "iPhone XR",
  "iPhone12,1": "iPhone 11",
  "iPhone12,8": "iPhone SE",
  "iPhone13,2": "iPhone 12",
  "iPhone14,5": "iPhone 13",
  "iPhone14,6": "iPhone SE",
  "iPhone14,7": "iPhone 14",
  "iPhone15,2": "iPhone 14 Pro",
  "iPhone15,4": "iPhone 15",
  "iPhone16,1": "iPhone 15 Pro",
  "iPhone17,3": "iPhone 16",
  "iPhone17,1": "iPhone 16 Pro",
};

/** "iPhone 15" for iPhone15,4; what is not known stays as the phone tells it. */
export function model(product: string | null): string {
  return product ? (MODELS[product] ?? product) : "iPhone";
}
