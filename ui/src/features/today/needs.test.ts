import { describe, expect, it } from "vitest";
import type { Batch, Department, Enrollment, Today } from "$lib/api";
import { messages } from "$lib/messages/all";
import { needs, type Known } from "./needs";

const NOW = new Date("2026-03-12T09:41:07Z").getTime();
const minutes = (n: number) => new Date(NOW + n * 60_000).toISOString();
const today: Today = { people: 1, waiting: 0, inProgress: 0, configuredThisWeek: 0, expiring: 0, renewals: 0, renewalDays: 30, pendingRequests: 0, actsWaiting: 0, perhapsLost: 0, perhapsLostUntil: null, recent: [] };
const department: Department = { organization: "o", department: "d", mailDomains: [], hosts: [], training: false, createdAt: "", publicTls: true, rootKeyHere: false };
const walk = (id: string, change: Partial<Enrollment>): Enrollment => ({ id, subscriber: "s", name: id, department: "d", departmentId: "d", mail: "", state: "invited", profileSent: false, channel: "show", createdAt: minutes(0), expiresAt: minutes(60), updatedAt: minutes(0), device: null, downloadEndsAt: null, refused: false, ...change });
const calm: Known = { today, walks: [], batches: [], status: { nextCrlAt: null, warnings: 0, failing: 0, rootKeyDue: false }, running: true, department };
const keys = (known: Partial<Known>) => needs({ ...calm, ...known }, NOW).map((need) => need.key);

describe("what needs the officer", () => {
  it("is nothing when all is in order", () => {
    expect(keys({})).toEqual([]);
  });
  it("is first the phone whose download iOS will drop next", () => {
    const stuck = (id: string, ends: number) => walk(id, { state: "authenticated", updatedAt: minutes(-5), downloadEndsAt: minutes(ends) });
    expect(keys({ today: { ...today, expiring: 3, renewals: 2 }, walks: [stuck("later", 3), stuck("sooner", 1), stuck("gone", -1)], running: false })).toEqual(["sooner", "later", "start", "renewals"]);
  });
  it("is a phone that came and was sent away, until it downloads again", () => {
    const away = walk("away", { state: "authenticated", updatedAt: minutes(-1), refused: true });
    const stuck = walk("stuck", { state: "authenticated", updatedAt: minutes(-5), downloadEndsAt: minutes(1) });
    expect(keys({ walks: [away, stuck, walk("well", { state: "authenticated" })], running: false })).toEqual(["stuck", "away", "start"]);
    const [need] = needs({ ...calm, walks: [away] }, NOW);
    const said = [messages.en, messages.fr].map((t) => [need?.word(t), need?.text(t, "en", NOW)]);
    expect(said).toEqual([
      ["Sent away", "the phone was refused, or its iOS is too old; the enrollment says what to do"],
      ["Renvoyé", "le téléphone a été refusé, ou son iOS est trop ancien\u202F; l’enrôlement dit quoi faire"],
    ]);
    expect(need?.href).toBe("#/enrollments/away");
  });
  it("is such a phone whatever its enrollment had reached before", () => {
    for (const state of ["authenticated", "identified", "issued"] as const) {
      const away = walk("away", { state, updatedAt: minutes(-1), refused: true });
      const stuck = walk("stuck", { state, updatedAt: minutes(-5), downloadEndsAt: minutes(1) });
      expect(keys({ walks: [away, stuck, walk("well", { state, updatedAt: minutes(-5) })] }), state).toEqual(["stuck", "away"]);
    }
  });
  it("leads to the certificates that end soon, not to all", () => {
    expect(needs({ ...calm, today: { ...today, renewals: 2, renewalDays: 45 } }, NOW).map((need) => need.href)).toEqual(["#/certificates?days=45"]);
  });
  it("is a link without an answer after 48 hours, not before", () => {
    expect(keys({ walks: [walk("old", { createdAt: minutes(-49 * 60) }), walk("new", { createdAt: minutes(-47 * 60) })] })).toEqual(["old"]);
  });
  it("is the first person where there is none, and the root's key while it is here", () => {
    expect(keys({ today: { ...today, people: 0 }, running: false, department: { ...department, rootKeyHere: true } })).toEqual(["person", "root"]);
    expect(keys({ today: { ...today, people: 0 }, running: false, department: { ...department, rootKeyHere: true, training: true } })).toEqual(["person"]);
  });
  it("is what waits for an officer's word, and a hold that becomes a revocation", () => {
    expect(keys({ today: { ...today, actsWaiting: 1, pendingRequests: 2, perhapsLost: 3, perhapsLostUntil: minutes(90) } })).toEqual(["perhapsLost", "acts", "requests"]);
  });
  it("is a published CRL that is not ours any more, and a batch that runs or stands still", () => {
    const batch = (id: string, state: Batch["state"]): Batch => ({ id, name: id, state, total: 5, delivered: 2, refused: 0, folder: "/f", passwords: "/p", makesKeys: true, createdAt: "", endedAt: null, fault: null });
    expect(keys({ status: { nextCrlAt: null, warnings: 2, failing: 1, rootKeyDue: true } })).toEqual(["published", "failing", "rootCrl"]);
    expect(keys({ batches: [batch("b", "running"), batch("c", "done"), batch("d", "stopped"), batch("e", "cancelled")] })).toEqual(["b", "d"]);
  });
});
