// What narrows the list of certificates, and in which order it stands.
import type { CertificateCounts, CertificateFind, CertificateKinds, CertificateSort, CertificateStatus } from "$lib/api";
import type { Place } from "$lib/windowed.svelte";

import type { Ends } from "./wanted";

/** Days that count as soon. */
export const SOON = 30;
/** Spans that can be asked for. */
export const SPANS = [7, 30, 90, 365] as const;
export const STATUSES: readonly CertificateStatus[] = ["active", "held", "revoked", "expired", "superseded"];
export const KINDS: readonly CertificateKinds[] = ["subscriber", "transport", "authority", "all"];

export interface Filter {
  search: string;
  /** Only these; empty: any. */
  statuses: CertificateStatus[];
  /** Only of these uses; empty: any. */
  profiles: string[];
  /** Only those that are valid and end within so many days. */
  days: number | null;
  /** Only valid ones that end between two days. */
  ends: Ends | null;
  kind: CertificateKinds;
  /** Only those that were issued in this department. */
  department: string | null;
  sort: CertificateSort;
}

export const usual: Filter = { search: "", statuses: [], profiles: [], days: null, ends: null, kind: "subscriber", department: null, sort: "newest" };

/** From the first row on. */
export const WHOLE: Place = { after: null, before: null, skip: 0, limit: 500 };

/** The question to the program. */
export function question(filter: Filter, place: Place): CertificateFind {
  const { search, statuses, profiles, days, ends, kind, department, sort } = filter;
  const day = (one: string | undefined) => (one === undefined ? null : `${one}T00:00:00Z`);
  return { search: search.trim() || null, statuses, profiles, expiringDays: days, endsFrom: day(ends?.from), endsBefore: day(ends?.before), kind, department, sort, ...place };
}

/** The filter of a question that was saved. */
export function asked(find: CertificateFind): Filter {
  const ends = find.endsFrom && find.endsBefore ? { from: find.endsFrom.slice(0, 10), before: find.endsBefore.slice(0, 10) } : null;
  return { search: find.search ?? "", statuses: find.statuses, profiles: find.profiles, days: find.expiringDays, ends, kind: find.kind, department: find.department ?? null, sort: find.sort };
}

/** Anything but the order differs from the usual. */
export function narrows(filter: Filter): boolean {
  return filter.search.trim() !== "" || filter.statuses.length > 0 || filter.days !== null || filter.ends !== null || filter.profiles.length > 0 || filter.kind !== "subscriber" || filter.department !== null;
}

/** The list's own views: a status, those that end soon, or any. */
export type OwnView = CertificateStatus | "ending" | "any";

export interface View {
  view: OwnView;
  count: number;
}

/** The list's own view that a filter is; `null`: it is none of them. */
export function ownView(filter: Filter): OwnView | null {
  if (filter.days === SOON && !filter.statuses.length) return "ending";
  if (filter.days !== null || filter.statuses.length > 1) return null;
  return filter.statuses[0] ?? "any";
}

/** What choosing a view changes. */
export function chooseView(view: OwnView): Pick<Filter, "statuses" | "days"> {
  if (view === "ending") return { statuses: [], days: SOON };
  return { statuses: view === "any" ? [] : [view], days: null };
}

/** The views that have something to show, and the one that is chosen. */
export function views(counts: CertificateCounts | undefined, chosen: OwnView | null): View[] {
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

/** With a value put in or taken out. */
export function toggled<V>(values: readonly V[], value: V): V[] {
  return values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
}

export type SortColumn = "name" | "ends" | "issued";
const ORDERS: Record<SortColumn, readonly [CertificateSort, CertificateSort]> = {
  name: ["name", "nameLast"],
  ends: ["endingFirst", "endingLast"],
  issued: ["newest", "oldest"],
};

/** The next order when the head of a column is chosen: one way, the other way, the usual one. */
export function sorted(now: CertificateSort, column: SortColumn): CertificateSort {
  const [first, second] = ORDERS[column];
  if (now === first) return second;
  return now === second && column !== "issued" ? "newest" : first;
}

/** How a column stands in this order. */
export function direction(now: CertificateSort, column: SortColumn): "ascending" | "descending" | null {
  if (!ORDERS[column].includes(now)) return null;
  return ["name", "endingFirst", "oldest"].includes(now) ? "ascending" : "descending";
}

/** Milliseconds without a key before a search is asked: one or two letters find many. */
export const quiet = (search: string): number => (search.trim().length < 3 ? 220 : 120);
