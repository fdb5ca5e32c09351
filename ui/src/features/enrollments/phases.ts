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

/** What says, the last of them, whether a download is there: a phone that was sent away has used its own up, and a new link begins anew. */
const DOWNLOADS: StepKind[] = ["resent", "profileServiceSent", "deviceRefused", "osTooOld"];
/** How the phone was sent away when it came with its download; `null`: it was not, or it downloaded once more. */
export function sentAway({ enrollment, steps }: EnrollmentDetail): "deviceRefused" | "osTooOld" | null {
  const last = steps.findLast((step) => DOWNLOADS.includes(step.kind))?.kind;
  return enrollment.state === "authenticated" && (last === "deviceRefused" || last === "osTooOld") ? last : null;
}

/** The walk in three phases. A step without a phase of its own (a repeat, an end) stays in the phase where it happened. */
export function phases(detail: EnrollmentDetail): [Phase, Phase, Phase] {
  const all: [Phase, Phase, Phase] = [{ steps: [], here: null, todo: [] }, { steps: [], here: null, todo: [] }, { steps: [], here: null, todo: [] }];
  let current: 0 | 1 | 2 = 0;
  for (const step of detail.steps) {
    // Only forward: a second look at the page does not go back to phase 1.
    const of = OF[step.kind];
    if (of !== undefined && of > current) current = of;
    all[of ?? current].steps.push(step);
  }
  if (ended(detail.enrollment.state)) return all;
  const done = new Set<string>(detail.steps.map((step) => step.kind));
  if (done.has("deviceIdentified")) done.add("install");
  if (sentAway(detail)) done.delete("profileServiceSent");
  const to = ORDER.filter(([what], at) => !done.has(what) && !ORDER.slice(at + 1).some(([later]) => done.has(later)));
  const [next, ...rest] = to;
  if (next) all[next[1]].here = next[0];
  for (const [what, phase] of rest) all[phase].todo.push(what);
  return all;
}
