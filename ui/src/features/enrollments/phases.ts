// Apple's three phases as the officer sees them: which steps belong to which, what is to come.
import type { EnrollmentDetail, State, Step, StepKind } from "$lib/api";

export type Todo = "opened" | "signedIn" | "profileServiceSent" | "install" | "deviceIdentified" | "transportIssued" | "profileSent" | "configured";

export interface Phase {
  steps: Step[];
  /** What the phone does now, in this phase. */
  here: Todo | null;
  todo: Todo[];
}

const OF: Partial<Record<StepKind, 0 | 1 | 2>> = {
  profileServiceSent: 1,
  deviceIdentified: 1,
  deviceRefused: 1,
  osTooOld: 1,
  transportOffered: 1,
  scepRefused: 1,
  transportIssued: 1,
  profileRequested: 2,
  profileRefused: 2,
  profileSent: 2,
  identityIssued: 2,
  configured: 2,
  updated: 2,
};

const ORDER: [Todo, 0 | 1 | 2][] = [
  ["opened", 0],
  ["signedIn", 0],
  ["profileServiceSent", 1],
  ["install", 1],
  ["deviceIdentified", 1],
  ["transportIssued", 1],
  ["profileSent", 2],
  ["configured", 2],
];

const ENDED: State[] = ["declined", "expired", "failed", "cancelled"];
export const ended = (state: State): boolean => ENDED.includes(state);
/** Its link still counts. */
export const underWay = (state: State): boolean => !ended(state) && state !== "configured";

/** Steps that went wrong are square and red. */
const BAD: StepKind[] = ["signInFailed", "deviceRefused", "osTooOld", "scepRefused", "profileRefused", "failed", "expired"];
export const bad = (kind: StepKind): boolean => BAD.includes(kind);

/** What was done since the link that counts was made: a new one begins the walk anew, while the state of an enrollment never goes back. */
const sinceLink = (steps: readonly Step[]): readonly Step[] => steps.slice(steps.findLastIndex((step) => step.kind === "resent") + 1);

/** The furthest first. */
const LEADS: [StepKind, State][] = [
  ["profileSent", "issued"],
  ["transportIssued", "issued"],
  ["deviceIdentified", "identified"],
  ["signedIn", "authenticated"],
  ["opened", "opened"],
];
/** What came of the phone last: a download of which nothing came is told by it, as in the list. */
const CAME: StepKind[] = ["profileServiceSent", "deviceIdentified", "repeated", "transportIssued", "profileRefused", "profileSent"];
/** Where the walk stands: its state, or less after a new link or another download. */
export function standing({ enrollment, steps }: EnrollmentDetail): State {
  const done = sinceLink(steps);
  if (!underWay(enrollment.state)) return enrollment.state;
  if (done.findLast((step) => CAME.includes(step.kind))?.kind === "profileServiceSent") return "authenticated";
  if (done.length === steps.length) return enrollment.state;
  return LEADS.find(([kind]) => done.some((step) => step.kind === kind))?.[1] ?? "invited";
}

/**
 * How the phone was sent away when it came with its download, which is used up by that; `null`: it was not, or it downloaded once more.
 * That somebody was refused does not say it: who has the link alone can be, while the download waits.
 */
export function sentAway(detail: EnrollmentDetail): "deviceRefused" | "osTooOld" | null {
  if (standing(detail) !== "authenticated" || detail.enrollment.downloadEndsAt !== null) return null;
  const kinds = sinceLink(detail.steps).map((step) => step.kind);
  return kinds.includes("profileServiceSent") ? (kinds.findLast((kind) => kind === "deviceRefused" || kind === "osTooOld") ?? null) : null;
}

/**
 * The phone asked for its settings and was refused, and has done nothing since: neither what is done on the page alone changes that, nor that
 * somebody was refused, who may have the link alone.
 */
export const settingsRefused = ({ steps }: EnrollmentDetail): boolean =>
  sinceLink(steps).findLast(({ kind }) => (OF[kind] !== undefined && kind !== "deviceRefused") || kind === "repeated")?.kind === "profileRefused";

/** Until when the download waits on the phone to be installed; `null`: there is none, or none any more. */
export function waitsUntil(detail: EnrollmentDetail, now: number): string | null {
  const ends = detail.enrollment.downloadEndsAt;
  return ends !== null && standing(detail) === "authenticated" && new Date(ends).getTime() > now ? ends : null;
}

/** The walk in three phases. A step without a phase of its own (a repeat, an end) stays in the phase where it happened. */
export function phases(detail: EnrollmentDetail, now: number): [Phase, Phase, Phase] {
  const all: [Phase, Phase, Phase] = [{ steps: [], here: null, todo: [] }, { steps: [], here: null, todo: [] }, { steps: [], here: null, todo: [] }];
  let current: 0 | 1 | 2 = 0;
  for (const step of detail.steps) {
    if (step.kind === "resent") current = 0;
    // Only forward: a second look at the page does not go back to phase 1.
    const of = OF[step.kind];
    if (of !== undefined && of > current) current = of;
    all[of ?? current].steps.push(step);
  }
  if (ended(detail.enrollment.state)) return all;
  const done = new Set<string>(sinceLink(detail.steps).map((step) => step.kind));
  const downloads = standing(detail) === "authenticated";
  // What came of an earlier download is to be done again.
  if (downloads) for (const later of ["deviceIdentified", "transportIssued", "profileSent"]) done.delete(later);
  if (done.has("deviceIdentified")) done.add("install");
  // iOS has deleted it, or the phone used it up and was sent away.
  if (downloads && waitsUntil(detail, now) === null) done.delete("profileServiceSent");
  const to = ORDER.filter(([what], at) => !done.has(what) && !ORDER.slice(at + 1).some(([later]) => done.has(later)));
  const [next, ...rest] = to;
  if (next) all[next[1]].here = next[0];
  for (const [what, phase] of rest) all[phase].todo.push(what);
  return all;
}
