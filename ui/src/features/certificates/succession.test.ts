import { describe, expect, it } from "vitest";
import type { Affected, Breaks, Succession } from "$lib/api";
import { messages } from "$lib/messages/all";
import { revoked, span, told } from "./succession";

const one = (name: string, serial: string, before: string, after: string): Affected => ({ serial, profile: "signing", name, device: null, notAfter: "2027-03-01", before, after });
const will = (old: Affected, affected: Affected[], breaks: Breaks[] = [], more: Partial<Succession> = {}): Succession => ({
  name: "Alice",
  profile: "signing",
  profileVersion: 4,
  pilot: false,
  notBefore: "2026-03-01",
  notAfter: "2028-03-01",
  key: "same",
  oldKeyReads: false,
  onPhone: false,
  old,
  consequences: { affected, untouched: [], breaks, enrollmentsEnded: 0, challengesCancelled: 0, mailboxesUnvalidated: 0, finalAt: null, deadlineHours: null, undoable: false, needsSecondOfficer: false },
  ...more,
});
const lines = (of: Succession) => told(of, messages.en, (at) => at);
const s = messages.en.life.succession;

describe("what a renewal or replacement will do", () => {
  it("is whose, by which version, until when, and that the old one stays", () => {
    const old = one("Alice", "A", "active", "superseded");
    const said = lines(will(old, [old]));
    for (const part of ["Alice", "version 4", "2028-03-01"]) expect(said[0]).toContain(part);
    expect(said.slice(1)).toEqual([s.key.same, s.stays("2027-03-01")]);
    expect(revoked(will(old, [old]))).toBeNull();
  });
  it("says what the old one is already, what else is replaced, and that the old key is still needed", () => {
    const old = one("Alice", "A", "superseded", "superseded");
    const said = lines(will(old, [one("Alice", "B", "active", "superseded")], [], { key: "madeHere", oldKeyReads: true, pilot: true }));
    expect(said.slice(1)).toEqual([s.pilot, s.key.madeHere, s.already.superseded("2027-03-01"), s.also(1), s.oldKeyReads]);
    expect(lines(will(one("Alice", "A", "expired", "expired"), []))).toContain(s.already.expired());
  });
  it("names who else is left without, not whoever gets the new one", () => {
    const old = one("Alice", "A", "active", "revoked");
    const all = will(old, [old, one("Bob", "B", "active", "revoked")], ["signedMail", "noneLeft"], { key: "requested" });
    const said = lines(all).join("\n");
    expect(said).toContain("After this, Bob has no valid");
    expect(said).not.toContain("After this, Alice");
    expect(said).not.toContain("stays valid");
    expect([revoked(all)?.affected.length, revoked(all)?.breaks]).toEqual([2, ["signedMail"]]);
  });
  it("of several spans from the first end to the last", () => {
    const old = one("Alice", "A", "active", "superseded");
    expect(span([will(old, [], [], { notAfter: "2028-03-02" }), will(old, [])])).toEqual({ first: "2028-03-01", last: "2028-03-02" });
    expect(span([])).toBeNull();
  });
});
