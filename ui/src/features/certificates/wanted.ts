// What an address asks the list of certificates for: `#/certificates?ends=2026-11-30..2026-12-07&profile=signing&status=active`, or
// `#/certificates?days=30`.
import type { CertificateStatus } from "$lib/api";
import { chooseView, usual, type Filter } from "./filter";

/** From a day on, before another day, both as "2026-11-30". */
export interface Ends {
  from: string;
  before: string;
}

export interface Wanted {
  ends: Ends | null;
  /** Within so many days. */
  days: number | null;
  profile: string | null;
  status: CertificateStatus | null;
}

const STATUSES: readonly CertificateStatus[] = ["active", "held", "revoked", "expired", "superseded"];
const isDay = (text: string | undefined): text is string => /^\d{4}-\d{2}-\d{2}$/.test(text ?? "") && !Number.isNaN(new Date(text ?? "").getTime());

/** `null`: nothing is asked for. */
export function wanted(query: URLSearchParams): Wanted | null {
  const [from, before] = (query.get("ends") ?? "").split("..");
  const ends = isDay(from) && isDay(before) ? { from, before } : null;
  const days = /^[1-9]\d{0,3}$/.test(query.get("days") ?? "") ? Number(query.get("days")) : null;
  const profile = query.get("profile");
  const status = STATUSES.find((one) => one === query.get("status")) ?? null;
  return ends || days !== null || profile || status ? { ends, days, profile, status } : null;
}

/** The filter that shows it. */
export function wantedFilter({ ends, days, profile, status }: Wanted): Filter {
  return { ...usual, ...chooseView(status ?? "any"), ends, days, profiles: profile === null ? [] : [profile], sort: ends || days !== null ? "endingFirst" : "newest" };
}

/** The last day that counts. */
export function lastDay(ends: Ends): string {
  return new Date(new Date(ends.before).getTime() - 86_400_000).toISOString().slice(0, 10);
}
