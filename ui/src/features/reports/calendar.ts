// The calendar of what ends: weeks from Monday to Monday (UTC), with a step of heat that always carries its number.
import type { ExpiryDay } from "$lib/api";

const DAY = 86_400_000;
/** Weeks in the calendar, and in one of its lines. */
export const WEEKS = 52;
export const IN_LINE = 26;

export interface Week {
  /** First day, "2026-11-30". */
  from: string;
  /** First day of the next week. */
  before: string;
  count: number;
  heat: 0 | 1 | 2 | 3 | 4;
}

/** Monday of the week of a time, as a day number. */
function monday(at: number): number {
  const day = Math.floor(at / DAY);
  // 1 January 1970 was a Thursday.
  return day - ((day + 3) % 7);
}

const isoDay = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);

/** How dark: by the share of the fullest week; a calendar with few in it stays pale. */
export function heat(count: number, most: number): Week["heat"] {
  if (count <= 0) return 0;
  const share = count / Math.max(most, 8);
  return share <= 1 / 7 ? 1 : share <= 1 / 3 ? 2 : share <= 2 / 3 ? 3 : 4;
}

/** The weeks from now on. */
export function weeks(days: readonly ExpiryDay[], now: number): Week[] {
  const first = monday(now);
  const counts = new Array<number>(WEEKS).fill(0);
  for (const { day, count } of days) {
    const week = Math.floor((Math.floor(new Date(day).getTime() / DAY) - first) / 7);
    if (week >= 0 && week < WEEKS) counts[week] = (counts[week] ?? 0) + count;
  }
  const most = Math.max(0, ...counts);
  return counts.map((count, at) => ({ from: isoDay(first + at * 7), before: isoDay(first + at * 7 + 7), count, heat: heat(count, most) }));
}

export interface Month {
  name: string;
  /** Column of its first whole week in the line, from 1, and of the next month's. */
  start: number;
  end: number;
}

/** Names of months under one line of weeks: each begins at the first week that begins in it; one that begins no week is left out. */
export function months(line: readonly Week[], locale: string): Month[] {
  const name = new Intl.DateTimeFormat(locale === "fr" ? "fr" : "en-GB", { month: "short", timeZone: "UTC" });
  const found: Month[] = [];
  line.forEach((week, at) => {
    const last = found.at(-1);
    const called = name.format(new Date(week.from));
    if (last?.name === called) last.end = at + 2;
    else found.push({ name: called, start: at + 1, end: at + 2 });
  });
  return found;
}

/** The fullest week. */
export function peak(all: readonly Week[]): Week | null {
  const fullest = all.reduce<Week | null>((most, week) => (week.count > (most?.count ?? 0) ? week : most), null);
  return fullest;
}
