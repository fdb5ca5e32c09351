// What narrows the list of people, and in which order it stands.
import type { PeopleFind, PeopleSort, PersonHas, SubscriberKind } from "$lib/api";
import type { Messages } from "$lib/messages";
import type { Place } from "$lib/windowed.svelte";

export const HAS: readonly PersonHas[] = ["active", "none", "encryption", "noEncryption", "signing", "authentication", "ending", "device"];

export interface Filter {
  search: string;
  kind: SubscriberKind | null;
  has: PersonHas | null;
  validated: boolean | null;
  /** Only of this department. */
  department: string | null;
  sort: PeopleSort;
}

export const usual: Filter = { search: "", kind: null, has: null, validated: null, department: null, sort: "name" };
/** From the first row on. */
export const WHOLE: Place = { after: null, before: null, skip: 0, limit: 500 };

export function question(filter: Filter, place: Place): PeopleFind {
  return { ...filter, search: filter.search.trim() || null, ...place };
}

/** The filter of a question that was saved. */
export function asked(find: PeopleFind): Filter {
  return { search: find.search ?? "", kind: find.kind, has: find.has, validated: find.validated, department: find.department ?? null, sort: find.sort };
}

/** What an address asks for: `#/people?has=encryption&department=ID`, `?validated=yes`; `null`: nothing. */
export function wanted(query: URLSearchParams): Partial<Filter> | null {
  const has = HAS.find((one) => one === query.get("has")) ?? null;
  const validated = { yes: true, no: false }[query.get("validated") ?? ""] ?? null;
  const department = query.get("department");
  return has || validated !== null || department ? { has, validated, department } : null;
}

/** Anything but the order differs from the usual. */
export function narrows(filter: Filter): boolean {
  return filter.search.trim() !== "" || filter.kind !== null || filter.has !== null || filter.validated !== null || filter.department !== null;
}

export type OwnView = "any" | "active" | "none" | "ending";
export const VIEWS: readonly OwnView[] = ["any", "active", "none", "ending"];

/** The list's own view that a filter is; `null`: it is none of them. */
export function ownView(filter: Filter): OwnView | null {
  if (filter.has === null) return "any";
  return VIEWS.find((view) => view === filter.has) ?? null;
}

export interface Part {
  what: string;
  value: string;
  without: Partial<Filter>;
}

/** The filters in force as parts of a sentence, without what the view says already. */
export function chips(filter: Filter, t: Messages["people"], departments: readonly { id: string; name: string }[] = []): Part[] {
  const parts: Part[] = [];
  // "With a device" is no certificate.
  if (filter.has !== null && ownView(filter) === null) parts.push({ what: filter.has === "device" ? "" : t.filters.has, value: t.hasValues[filter.has], without: { has: null } });
  if (filter.kind !== null) parts.push({ what: t.filters.kind, value: t.kindValues[filter.kind], without: { kind: null } });
  if (filter.validated !== null) parts.push({ what: t.filters.validated, value: t.validatedValues[filter.validated ? "yes" : "no"], without: { validated: null } });
  if (filter.department !== null) parts.push({ what: t.filters.department, value: departments.find((one) => one.id === filter.department)?.name ?? filter.department, without: { department: null } });
  return parts;
}

/** The next order when the head of a column is chosen. */
export function sorted(now: PeopleSort, column: "name" | "added"): PeopleSort {
  if (column === "name") return now === "name" ? "nameLast" : "name";
  return now === "newest" ? "oldest" : "newest";
}

export function direction(now: PeopleSort, column: "name" | "added"): "ascending" | "descending" | null {
  const of = { name: { name: "ascending", nameLast: "descending" }, added: { oldest: "ascending", newest: "descending" } } as const;
  return (of[column] as Partial<Record<PeopleSort, "ascending" | "descending">>)[now] ?? null;
}
