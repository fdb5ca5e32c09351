// The keys that others could encrypt to over the years, as bars with their holds and gaps. Pure, so that tests can hold it.
import type { Certificate, PastHold } from "$lib/api";

export interface Bar {
  serial: string;
  number: number;
  /** Per cent of the years drawn. */
  a: number;
  b: number;
  live: boolean;
  status: string;
  from: string;
  to: string;
  /** When it was on hold in between, however short. */
  holds: Gap[];
}
export interface Gap {
  a: number;
  b: number;
  from: string;
  to: string;
}
export interface History {
  years: number[];
  bars: Bar[];
  gaps: Gap[];
  /** From the first day on which somebody could encrypt until now or the last day. */
  covered: { a: number; b: number };
  since: string;
}

/** When others stopped encrypting to it: its end, or that it was revoked or put on hold before. */
const end = (one: Certificate): string => (one.revokedAt && one.revokedAt < one.notAfter ? one.revokedAt : one.notAfter);
const time = (iso: string) => new Date(iso).getTime();
/** Shorter ones are a matter of minutes between two keys. */
const SHORTEST_GAP = 86_400_000;

/** From when to when others could encrypt to it: its life without the times on hold. */
function spans(one: Certificate, holds: readonly PastHold[]): [number, number][] {
  const last = time(end(one));
  const list: [number, number][] = [];
  let from = time(one.notBefore);
  for (const hold of holds) {
    list.push([from, Math.min(time(hold.from), last)]);
    from = time(hold.to);
  }
  list.push([from, last]);
  return list.filter(([begins, ends]) => begins < ends);
}

/** `null`: there was never a key to encrypt to. `past` are the holds that were taken back, those of each key oldest first. */
export function history(certificates: readonly Certificate[], past: readonly PastHold[], now: number): History | null {
  const keys = certificates.filter((one) => one.kind === "subscriber" && one.readsMail).sort((a, b) => a.notBefore.localeCompare(b.notBefore));
  const [first] = keys;
  if (!first) return null;
  const last = Math.max(now, ...keys.map((one) => time(end(one))));
  const from = new Date(time(first.notBefore)).getUTCFullYear();
  const until = Math.max(from, new Date(last).getUTCFullYear());
  const begin = Date.UTC(from, 0, 1);
  const span = Date.UTC(until + 1, 0, 1) - begin;
  const at = (ms: number) => Math.round(Math.min(100, Math.max(0, ((ms - begin) / span) * 100)) * 10) / 10;
  const gap = (begins: number, ends: number): Gap => ({ a: at(begins), b: at(ends), from: new Date(begins).toISOString(), to: new Date(ends).toISOString() });
  const holdsOf = (one: Certificate) => past.filter((hold) => hold.serial === one.serial);
  const bars = keys.map((one, n): Bar => {
    const holds = holdsOf(one).map((hold) => gap(time(hold.from), time(hold.to)));
    return { serial: one.serial, number: n + 1, a: at(time(one.notBefore)), b: at(time(end(one))), live: one.status === "active", status: one.status, from: one.notBefore, to: end(one), holds };
  });
  const gaps: Gap[] = [];
  let reached = time(first.notBefore);
  for (const [begins, ends] of keys.flatMap((one) => spans(one, holdsOf(one))).sort(([a], [b]) => a - b)) {
    if (begins - reached > SHORTEST_GAP) gaps.push(gap(reached, begins));
    reached = Math.max(reached, ends);
  }
  if (now - reached > SHORTEST_GAP) gaps.push(gap(reached, now));
  return { years: Array.from({ length: until - from + 1 }, (_, n) => from + n), bars, gaps, covered: { a: at(time(first.notBefore)), b: at(Math.min(now, reached)) }, since: first.notBefore };
}
