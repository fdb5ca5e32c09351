// What narrows the list of certificates, and in which order it stands.
import type { CertificateCounts, CertificateFind, CertificateKinds, CertificateSort, CertificateStatus } from "$lib/api";

import type { Ends } from "./wanted";

/** Days that count as soon. */
export const SOON = 30;

export interface Filter {
  search: string;
  /** A status, those that end soon, or any. */
  view: CertificateStatus | "ending" | "any";
  profile: string | null;
  /** Only valid ones that end between two days. */
  ends: Ends | null;
  kind: CertificateKinds;
  sort: CertificateSort;
}

export const usual: Filter = { search: "", view: "any", profile: null, ends: null, kind: "subscriber", sort: "newest" };

/** The question to the program. */
export function question(filter: Filter, limit: number, after: string | null): CertificateFind {
  const { view } = filter;
  return {
    search: filter.search.trim() || null,
    statuses: view === "any" || view === "ending" ? [] : [view],
    profiles: filter.profile === null ? [] : [filter.profile],
    expiringDays: view === "ending" ? SOON : null,
    endsFrom: filter.ends && `${filter.ends.from}T00:00:00Z`,
    endsBefore: filter.ends && `${filter.ends.before}T00:00:00Z`,
    kind: filter.kind,
    sort: filter.sort,
    after,
    limit,
  };
}

/** Anything but the order differs from the usual. */
export function narrows(filter: Filter): boolean {
  return filter.search.trim() !== "" || filter.view !== "any" || filter.profile !== null || filter.ends !== null || filter.kind !== "subscriber";
}

export interface View {
  view: Filter["view"];
  count: number;
}

/** The views that have something to show, and the one that is chosen. */
export function views(counts: CertificateCounts | undefined, chosen: Filter["view"]): View[] {
  const of = (status: CertificateStatus) => counts?.byStatus.find((one) => one.status === status)?.count ?? 0;
  const all: View[] = [
    { view: "any", count: counts?.total ?? 0 },
    { view: "active", count: of("active") },
    { view: "ending", count: counts?.ending ?? 0 },
    { view: "held", count: of("held") },
    { view: "revoked", count: of("revoked") },
    { view: "expired", count: of("expired") },
    { view: "superseded", count: of("superseded") },
  ];
  return all.filter(({ view, count }) => view === "any" || view === chosen || count > 0);
}

/** The next order when the head of a column is chosen. */
export function sorted(now: CertificateSort, column: "name" | "ends"): CertificateSort {
  if (column === "name") return now === "name" ? "newest" : "name";
  return now === "endingFirst" ? "endingLast" : now === "endingLast" ? "newest" : "endingFirst";
}
