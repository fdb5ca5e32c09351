// How a batch goes on: its rate from what was seen, the time that is left, what a row's state means.
import type { Batch, BatchColumns, BatchRow } from "$lib/api";

export interface Seen {
  /** Milliseconds. */
  at: number;
  done: number;
}

/** Of the last minute: a rate that follows, but does not jump. */
const WINDOW = 60_000;

/** Notes how far it is; forgets what is older than a minute. */
export function note(seen: readonly Seen[], batch: Batch, at: number): Seen[] {
  const done = batch.delivered + batch.refused;
  const last = seen.at(-1);
  if (last && (done < last.done || batch.state !== "running")) return [{ at, done }];
  if (last?.done === done) return [...seen];
  return [...seen.filter((one) => at - one.at <= WINDOW), { at, done }];
}

/** Certificates a minute, once there are two moments to compare. */
export function rate(seen: readonly Seen[], now: number): number | null {
  const first = seen[0];
  const last = seen.at(-1);
  if (!first || !last || last.done === first.done) return null;
  // From the first moment to now: while nothing comes, the rate falls.
  const seconds = Math.max(now - first.at, last.at - first.at, 1) / 1000;
  return Math.max(1, Math.round(((last.done - first.done) / seconds) * 60));
}

/** Seconds that are left. */
export function left(batch: Batch, aMinute: number | null): number | null {
  return aMinute === null ? null : Math.ceil(((batch.total - batch.delivered - batch.refused) / aMinute) * 60);
}

export const share = (batch: Batch): number => (batch.total ? Math.round(((batch.delivered + batch.refused) / batch.total) * 100) : 100);

export type Fate = "delivered" | "refused" | "now" | "next";

/** What became of a row. */
export function fate(row: BatchRow, running: boolean, first: boolean): Fate {
  if (row.state === "delivered" || row.state === "refused") return row.state;
  if (row.state === "reserved" || row.state === "issued") return "now";
  return running && first ? "now" : "next";
}

/** The column that a field of an error means. */
export function columnOf(columns: BatchColumns, field: string): number | null {
  return field === "mail" || field === "name" || field === "csr" ? columns[field] : null;
}
