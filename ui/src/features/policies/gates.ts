// The gates between pilot and production, as the walk shows them.
import type { GateState, GateView } from "$lib/api";
import type { Messages } from "$lib/messages";
import type { IconName } from "$lib/ui/Icon.svelte";
import type { Tone } from "$lib/ui/Mark.svelte";

/** Icon and colour of each state; an override never looks like what was done. */
export const looks: Record<GateState, [Tone, IconName]> = {
  open: ["plain", "circle-dashed"],
  notNeeded: ["off", "ban"],
  decided: ["ok", "circle-check"],
  done: ["ok", "circle-check"],
  outOfDate: ["warn", "rotate-cw"],
  overridden: ["warn", "triangle-alert"],
};

/** What a gate is called. */
export function gateTitle(gate: GateView, t: Messages): string {
  return gate.profile ? t.policies.lifeCycleOf(t.certs.profiles[gate.profile]) : (t.policies.gates[gate.kind]?.title ?? gate.name);
}

/** What a question is called, and its hint. */
export function question(gate: GateView, name: string, t: Messages): [string, string] {
  return t.policies.questions[`${gate.kind}.${name}`] ?? [name, ""];
}

/** A text to begin with, where there is one. */
export function template(gate: GateView, name: string, t: Messages): string | null {
  return t.policies.templates[`${gate.kind}.${name}`] ?? null;
}

/** Where one goes on: the first gate that is closed. */
export function nextGate(gates: readonly GateView[]): GateView | null {
  return gates.find((gate) => !gate.passed) ?? null;
}

/** How many stand in the way no more; gates that are not needed are not counted on either side. */
export function counted(gates: readonly GateView[]): { passed: number; all: number; overridden: number } {
  const needed = gates.filter((gate) => gate.state !== "notNeeded");
  return { passed: needed.filter((gate) => gate.passed).length, all: needed.length, overridden: gates.filter((gate) => gate.state === "overridden").length };
}

/** Questions that a line answers. */
const SHORT = ["activation.executive", "activation.signed-on", "activation.document", "team.administrator", "key-plan.threshold", "key-plan.rotation", "key-plan.first-drill", "key-plan.drills", "guide.read-by", "life-cycle.responsible"];

/** The answer needs more than a line. */
export function long(gate: GateView, name: string): boolean {
  return !SHORT.includes(`${gate.kind}.${name}`);
}
