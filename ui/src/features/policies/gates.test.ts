import type { GateView } from "$lib/api";
import { messages } from "$lib/messages/all";
import { describe, expect, it } from "vitest";
import { counted, gateTitle, long, looks, nextGate, question, template } from "./gates";

const gate = (name: string, state: GateView["state"], questions: string[] = []): GateView => ({
  name,
  kind: name.split(".")[0] ?? name,
  profile: name === "life-cycle.signing" ? "signing" : null,
  state,
  passed: state !== "open" && state !== "outOfDate",
  answers: questions.map((one) => ({ question: one, answer: "" })),
  at: null,
  by: null,
  overridden: null,
});

/** Every question that the program asks (crates/ra/src/policy/gate.rs). */
const ASKED: Record<string, string[]> = {
  activation: ["executive", "signed-on", "document"],
  team: ["members", "administrator", "notes"],
  "use-cases": ["signing", "encryption", "authentication"],
  "key-plan": ["custodians", "threshold", "rotation", "first-drill", "drills", "succession", "loss"],
  guide: ["read-by"],
  lessons: [],
  "life-cycle": ["enrollment", "expiry", "revocation", "loss", "responsible"],
};

describe("the walk", () => {
  const all = [gate("activation", "done"), gate("team", "overridden"), gate("escrow", "decided"), gate("key-plan", "notNeeded"), gate("guide", "open"), gate("life-cycle.signing", "open")];
  it("goes on at the first gate that is closed", () => {
    expect(nextGate(all)?.name).toBe("guide");
    expect(nextGate(all.filter((one) => one.passed))).toBeNull();
  });
  it("counts what was passed, leaves out what is not needed, and says how much was overridden", () => {
    expect(counted(all)).toEqual({ passed: 3, all: 5, overridden: 1 });
  });
  it("never shows an override as done", () => {
    expect(looks.overridden).not.toEqual(looks.done);
    expect(looks.overridden[0]).toBe("warn");
  });
  it("comes back to a plan that is out of date, and does not show it as done", () => {
    const plan = gate("key-plan", "outOfDate");
    expect(nextGate([gate("activation", "done"), plan])?.name).toBe("key-plan");
    expect(counted([plan])).toEqual({ passed: 0, all: 1, overridden: 0 });
    expect([looks.outOfDate[0], looks.outOfDate]).toEqual(["warn", expect.not.arrayContaining(looks.overridden.slice(1))]);
  });
  it("has words for every gate and every question, in both languages", () => {
    for (const t of [messages.en, messages.fr]) {
      for (const [kind, questions] of Object.entries(ASKED)) {
        const one = gate(kind, "open", questions);
        expect(gateTitle(one, t)).not.toBe(kind);
        for (const name of questions) {
          expect(question(one, name, t)[0], `${kind}.${name}`).not.toBe(name);
          expect(question(one, name, t)[1], `${kind}.${name}`).not.toBe("");
        }
      }
      expect(gateTitle(gate("life-cycle.signing", "open"), t)).toContain(t.certs.profiles.signing);
    }
  });
  it("offers templates for plans only: never for a signature or a reader", () => {
    expect(template(gate("key-plan", "open"), "loss", messages.en)).toContain("week");
    for (const [kind, name] of [["activation", "executive"], ["guide", "read-by"], ["team", "members"]] as const) expect(template(gate(kind, "open"), name, messages.en)).toBeNull();
  });
  it("asks for a line where a line is enough", () => {
    expect([long(gate("activation", "open"), "signed-on"), long(gate("team", "open"), "members")]).toEqual([false, true]);
  });
});
