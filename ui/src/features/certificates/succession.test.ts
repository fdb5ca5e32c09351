import { describe, expect, it } from "vitest";
import type { Affected, Breaks, CommandError, Succession } from "$lib/api";
import { messages } from "$lib/messages/all";
import { madeHere, outcome, renamed, revoked, span, told } from "./succession";

const one = (name: string, serial: string, before: string, after: string): Affected => ({ serial, profile: "signing", subscriber: name.toLowerCase(), name, device: null, notAfter: "2027-03-01", before, after, breaks: ["signedMail"] });
/** What the old one states. */
const stated = { subject: "CN=Alice,O=Example", san: ["rfc822Name:alice@example.edu", "rfc822Name:office@example.edu"] };
const will = (old: Affected, affected: Affected[], breaks: Breaks[] = [], more: Partial<Succession> = {}): Succession => ({
  subscriber: "alice",
  name: "Alice",
  ...stated,
  profile: "signing",
  profileVersion: 4,
  pilot: false,
  notBefore: "2026-03-01",
  notAfter: "2028-03-01",
  key: "same",
  oldKeyReads: false,
  onPhone: false,
  serves: ["signedMail"],
  old,
  consequences: { affected, untouched: [], breaks, enrollmentsEnded: 0, challengesCancelled: 0, mailboxesUnvalidated: 0, finalAt: null, deadlineHours: null, undoable: false, needsSecondOfficer: false },
  ...more,
});
const lines = (of: Succession, words = messages.en) => told(of, stated, words, (at) => at);
const s = messages.en.life.succession;

describe("what became of a renewal", () => {
  const refused: CommandError = { code: "denied", message: "", field: null, incident: null };
  it("names also those that were told beforehand to be refused, and not the others twice", () => {
    const old = one("Alice", "A", "active", "superseded");
    const ahead = [{ serial: "A", will: will(old, []), refused: null }, { serial: "B", will: null, refused }];
    expect(outcome([{ serial: "A", certificate: null, refused: null }], ahead)).toEqual([{ serial: "A", certificate: null, refused: null }, { serial: "B", certificate: null, refused }]);
  });
  it("is said of one as of one", () => {
    const said = Object.values(messages).map(({ life: { renewal } }) => [renewal.others(1), renewal.pilots(1, 1), renewal.renamed(1, 1)].map((line) => line.split(" ").slice(0, 2).join(" ")));
    expect(said).toEqual([["The old", "It is", "It states"], ["L’ancien est", "Il est", "Il énonce"]]);
    expect([messages.en.life.renewal.pilots(2, 2), messages.en.life.renewal.pilots(1, 3)]).toEqual(["They are issued as a pilot: nobody should rely on them.", "1 of them is issued as a pilot: nobody should rely on it."]);
  });
});

describe("what a renewal or replacement will do", () => {
  it("is whose, by which version, until when, and that the old one stays", () => {
    const old = one("Alice", "A", "active", "superseded");
    const said = lines(will(old, [old]));
    for (const part of ["Alice", "version 4", "2028-03-01"]) expect(said[0]).toContain(part);
    expect(said.slice(1)).toEqual([s.key.same, s.stays("2027-03-01")]);
    expect(revoked(will(old, [old]))).toBeNull();
  });
  it("says by a profile that is built in that it is, and never that it has version 0", () => {
    const old = one("Alice", "A", "active", "superseded");
    const by = (words: typeof messages.en) => lines(will(old, [old], [], { profileVersion: 0 }), words)[0];
    expect(by(messages.en)).toContain("by its profile as built in, valid");
    expect(by(messages.fr)).toContain("selon son profil d’origine, valide");
    expect(`${by(messages.en)}${by(messages.fr)}`).not.toMatch(/version/);
  });
  it("says which names it states where they are no longer those of the old one", () => {
    const old = one("Alice", "A", "active", "superseded");
    const turned = will(old, [old], [], { san: [...stated.san].reverse() });
    expect(renamed(turned, stated)).toBe(false);
    expect(lines(turned).join()).not.toContain("Unlike");
    const fewer = will(old, [old], [], { san: stated.san.slice(0, 1) });
    expect(lines(fewer)[1]).toBe("Unlike the old one it states: CN=Alice,O=Example; alice@example.edu.");
    expect(lines(fewer, messages.fr)[1]).toContain("il énonce");
    const moved = will(old, [old], [], { subject: "CN=Alice,OU=Chemistry,O=Example" });
    expect(lines(moved)[1]).toContain("OU=Chemistry,O=Example; alice@example.edu, office@example.edu.");
    expect(s.states("CN=Alice", "")).toBe("Unlike the old one it states: CN=Alice.");
  });
  it("says what is on hold and marked as replaced all the same", () => {
    const old = one("Alice", "A", "superseded", "superseded");
    const said = lines(will(old, [one("Alice", "B", "held", "held")], [], { key: "madeHere" }));
    expect(said).toContain(s.alsoHeld(1));
    expect(said).not.toContain(s.also(1));
    expect(revoked(will(old, [one("Alice", "B", "held", "held")]))).toBeNull();
  });
  it("knows who makes the key from the policy, and until that answers from the old one", () => {
    const [theirs, ours] = [{ madeHere: false }, { madeHere: true }];
    expect([madeHere(null, theirs), madeHere(null, ours)]).toEqual([false, true]);
    expect([madeHere({ key: "madeHere" }, theirs), madeHere({ key: "requested" }, ours)]).toEqual([true, false]);
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
  it("names whoever gets a new one that serves less", () => {
    const old = one("Alice", "A", "active", "revoked");
    expect(lines(will(old, [old], ["signedMail", "noneLeft"], { serves: ["mailToThem"] }))).toContain(messages.en.life.noneLeft.signedMail("Alice"));
  });
  it("speaks of our certificates alone: one that was replaced, or of another CA, may still be encrypted to", () => {
    const ours = { en: "no valid certificate of yours", fr: "plus de certificat valide de votre part" };
    for (const [language, { life }] of Object.entries(messages)) {
      const all = [life.breaks.noneLeft(), ...Object.values(life.noneLeft).map((said) => said("Bob")), ...Object.values(life.noneLeftOf).map((said) => said(2))];
      expect(all.filter((said) => !said.includes(ours[language as keyof typeof ours]))).toEqual([]);
    }
  });
  it("names somebody else of the same name", () => {
    const old = one("Alice", "A", "active", "revoked");
    const other = { ...one("Alice", "B", "active", "revoked"), subscriber: "another" };
    expect(lines(will(old, [old, other], ["signedMail", "noneLeft"])).join("\n")).toContain("After this, Alice has no valid");
  });
  it("counts those of many that a pilot issues or that state other names", () => {
    const said = [messages.en, messages.fr].map(({ life: { renewal: t } }) => [t.pilots(1, 3), t.pilots(2, 3), t.pilots(3, 3), t.renamed(1, 3), t.renamed(3, 3)]);
    expect(said[0]).toEqual([
      "1 of them is issued as a pilot: nobody should rely on it.",
      "2 of them are issued as a pilot: nobody should rely on them.",
      "They are issued as a pilot: nobody should rely on them.",
      "1 of them states other names than the old one.",
      "They state other names than the old ones.",
    ]);
    expect(said[1]?.[0]).toContain("est émis à titre pilote");
    expect(said[1]?.[4]).toContain("d’autres noms que les anciens");
  });
  it("of several spans from the first end to the last", () => {
    const old = one("Alice", "A", "active", "superseded");
    expect(span([will(old, [], [], { notAfter: "2028-03-02" }), will(old, [])])).toEqual({ first: "2028-03-01", last: "2028-03-02" });
    expect(span([])).toBeNull();
  });
});
