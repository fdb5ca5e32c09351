// The keys that others could encrypt to over the years, as bars with their gaps. Pure, so that tests can hold it.
import type { Certificate } from "$lib/api";

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

/** `null`: there was never a key to encrypt to. */
export function history(certificates: readonly Certificate[], now: number): History | null {
  const keys = certificates.filter((one) => one.kind === "subscriber" && one.readsMail).sort((a, b) => a.notBefore.localeCompare(b.notBefore));
  const [first] = keys;
  if (!first) return null;
  const last = Math.max(now, ...keys.map((one) => time(end(one))));
  const from = new Date(time(first.notBefore)).getUTCFullYear();
  const until = Math.max(from, new Date(last).getUTCFullYear());
  const begin = Date.UTC(from, 0, 1);
  const span = Date.UTC(until + 1, 0, 1) - begin;
  const at = (ms: number) => Math.round(Math.min(100, Math.max(0, ((ms - begin) / span) * 100)) * 10) / 10;
  const bars = keys.map((one, n): Bar => ({ serial: one.serial, number: n + 1, a: at(time(one.notBefore)), b: at(time(end(one))), live: one.status === "active", status: one.status, from: one.notBefore, to: end(one) }));
  const gaps: Gap[] = [];
  let reached = time(end(first));
  for (const key of keys.slice(1)) {
    const begins = time(key.notBefore);
    if (begins - reached > SHORTEST_GAP) gaps.push({ a: at(reached), b: at(begins), from: new Date(reached).toISOString(), to: key.notBefore });
    reached = Math.max(reached, time(end(key)));
  }
  if (now - reached > SHORTEST_GAP) gaps.push({ a: at(reached), b: at(now), from: new Date(reached).toISOString(), to: new Date(now).toISOString() });
  return { years: Array.from({ length: until - from + 1 }, (_, n) => from + n), bars, gaps, covered: { a: at(time(first.notBefore)), b: at(Math.min(now, reached)) }, since: first.notBefore };
}
