// Which enrollments the list shows: what an address asks for, and which of the list's own views that is.
import type { State } from "$lib/api";

/** The walk of a phone that gets through. */
export const WALK: readonly State[] = ["invited", "opened", "authenticated", "identified", "issued", "configured"];
/** Between link and done. */
export const MOVING: readonly State[] = ["opened", "authenticated", "identified", "issued"];
export const ENDED: readonly State[] = ["declined", "expired", "failed", "cancelled"];

/** What an address asks for: `#/enrollments?states=opened,issued`; `null`: nothing. */
export function wanted(query: URLSearchParams): State[] | null {
  const asked = (query.get("states") ?? "").split(",");
  const states = [...WALK, ...ENDED].filter((state) => asked.includes(state));
  return states.length ? states : null;
}

/** The question that an address asks for these. */
export const asking = (states: readonly State[]): { states: string } => ({ states: states.join(",") });

export type View = "all" | "moving" | "ended";

/** The list's own view that these are; `null`: it is none of them. */
export function viewOf(states: readonly State[]): View | null {
  const are = (all: readonly State[]) => states.length === all.length && all.every((state) => states.includes(state));
  if (!states.length) return "all";
  return are(MOVING) ? "moving" : are(ENDED) ? "ended" : null;
}
